"""Rule audit."""

from peritrace.jobs import Job, study_of
from peritrace.stages.audit import audit


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        audit(
            study,
            job.path("params.claims"),
            job.path("input.ard"),
            job.path("output.verdicts"),
            job.path("output.conventions"),
            job.path("output.events"),
        )
