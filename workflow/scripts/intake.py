"""Snakemake runs this for rule intake."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.intake import intake

with study_of(snakemake) as study:
    intake(Path(snakemake.params.extract), study, Path(snakemake.output.patients).parent)
