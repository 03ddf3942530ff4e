"""Rule intake."""

from peritrace.jobs import Job, study_of
from peritrace.stages.intake import intake


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        intake(job.path("params.extract"), study, job.path("output.patients").parent)
