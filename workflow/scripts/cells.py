"""Rule cells."""

from peritrace.jobs import Job, study_of
from peritrace.stages.cells import cells


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        cells(study, job.path("input.patients"), job.path("input.adsl"), job.path("output.uses"))
