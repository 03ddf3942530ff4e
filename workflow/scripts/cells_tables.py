"""Rule cells_tables."""

from peritrace.jobs import Job, study_of
from peritrace.stages.cells_tables import cells_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        cells_tables(study, job.path("params.folder"), job.path("output.uses"))
