"""Rule crosscheck."""

from peritrace.jobs import Job, study_of
from peritrace.stages.crosscheck import crosscheck


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        crosscheck(
            study,
            job.path("input.adsl"),
            job.path("input.adtte"),
            job.path("input.ard"),
            job.path("output.agreement"),
        )
