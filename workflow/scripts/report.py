"""Snakemake runs this for rule report."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.report import Results, report

with study_of(snakemake) as study:
    results = Path("results") / study.id
    report(
        study,
        Results(
            Path(snakemake.input.ard[0]),
            results / "draw",
            results / "tabulate",
            results / "audit" if snakemake.input.get("audit") else None,
            Path(snakemake.input.crosscheck[0]),
            Path(snakemake.input.problems[0]),
            Path(snakemake.input.flow[0]),
            results / "diff" if snakemake.input.get("diff") else None,
        ),
        snakemake.params.fingerprints,
        snakemake.params.versions,
        Path(snakemake.output.page),
    )
