"""Snakemake runs this for rule intake_tables."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.intake_tables import intake_tables

with study_of(snakemake) as study:
    intake_tables(study, Path(snakemake.params.folder), Path(snakemake.output.counts).parent)
