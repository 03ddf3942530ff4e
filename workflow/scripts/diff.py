"""Rule diff."""

from peritrace.jobs import Job, study_of
from peritrace.stages.diff import diff


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        diff(
            study,
            job.path("params.previous"),
            job.path("input.patients"),
            job.path("input.ard"),
            job.path("output.rows").parent,
        )
