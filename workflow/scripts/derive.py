"""Rule derive."""

from peritrace.jobs import Job, study_of
from peritrace.stages.derive import derive, refuse_unsound


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        refuse_unsound(study, job.path("input.problems"))
        derive(
            job.path("input.patients"),
            study,
            job.path("output.adsl"),
            job.path("output.adtte"),
            job.path("output.flow"),
        )
