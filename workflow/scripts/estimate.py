"""Rule estimate."""

from peritrace.jobs import Job, study_of
from peritrace.stages.estimate import estimate


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        estimate(study, job.path("input.adsl"), job.path("input.adtte"), job.path("output.ard"))
