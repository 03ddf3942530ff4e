"""Snakemake runs this for rule audit."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.audit import audit

with study_of(snakemake) as study:
    audit(
        study,
        Path(snakemake.params.claims[0]),
        Path(snakemake.input.ard),
        Path(snakemake.output.verdicts),
        Path(snakemake.output.conventions),
        Path(snakemake.output.events),
    )
