"""Snakemake runs this for rule audit_tables."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.audit_tables import audit_tables

with study_of(snakemake) as study:
    audit_tables(study, Path(snakemake.input.counts).parent, Path(snakemake.output.verdicts).parent)
