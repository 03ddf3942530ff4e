"""Rule guidance."""

from peritrace.jobs import Job, study_of
from peritrace.stages.guidance import guidance


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        guidance(study, job.path("input.adsl"), job.path("output.patients").parent)
