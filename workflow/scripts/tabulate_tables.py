"""The tabulate_tables rule of a study."""

from pathlib import Path

from peritrace.jobs import Job, study_of
from peritrace.stages.tabulate_tables import tabulate_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        tabulate_tables(study, Path("results") / study.id)
