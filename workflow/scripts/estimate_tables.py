"""Rule estimate_tables."""

from peritrace.jobs import Job, study_of
from peritrace.stages.estimate_tables import estimate_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        estimate_tables(study, job.path("input.counts").parent, job.path("output.ard"))
