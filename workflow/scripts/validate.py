"""Snakemake runs this for rule validate."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.validate import validate

with study_of(snakemake) as study:
    validate(
        study,
        Path(snakemake.input.problems).parent,
        Path(snakemake.output.page),
        Path(snakemake.output.list),
    )
