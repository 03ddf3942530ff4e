"""Snakemake runs this for rule report_tables."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.report_tables import report_tables

with study_of(snakemake) as study:
    report_tables(
        study,
        Path("results") / study.id,
        snakemake.params.fingerprints,
        snakemake.params.versions,
        Path(snakemake.output.page),
    )
