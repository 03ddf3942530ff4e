"""Rule validate."""

from peritrace.jobs import Job, study_of
from peritrace.stages.validate import validate


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        validate(study, job.path("input.problems").parent, job.path("output.page"), job.path("output.list"))
