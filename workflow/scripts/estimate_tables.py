"""Snakemake runs this for rule estimate_tables."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.estimate_tables import estimate_tables

with study_of(snakemake) as study:
    estimate_tables(study, Path(snakemake.input.counts).parent, Path(snakemake.output.ard))
