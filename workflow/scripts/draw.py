"""The rules that draw."""

from pathlib import Path

from peritrace.jobs import Job, study_of
from peritrace.stages.draw import draw_all


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        files = (job.path("input.ard"), job.path("input.adsl"), job.path("input.adtte"))
        draw_all(study, *files, Path("results") / study.id / "draw")
