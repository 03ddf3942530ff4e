"""The draw_tables rule of a study."""

from pathlib import Path

from peritrace.jobs import Job, study_of
from peritrace.stages.draw_tables import draw_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        draw_tables(study, Path("results") / study.id)
