"""The rules that tabulate."""

from pathlib import Path

from peritrace.jobs import Job, study_of
from peritrace.run_facts import kept
from peritrace.stages.tabulate import tabulate
from peritrace.study import Study


def main(job: Job) -> None:
    """Run the stage."""
    settings = map(Study.model_validate_json, map(kept, job.texts("params.others")))
    others = dict(zip(job.paths("input.beside"), settings, strict=True))
    with study_of(job) as study:
        tabulate(study, job.path("input.ard"), job.path("input.adsl"), Path("results") / study.id / "tabulate", others)
