"""Snakemake runs this for rule crosscheck."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.crosscheck import crosscheck

with study_of(snakemake) as study:
    crosscheck(
        study,
        Path(snakemake.input.adsl),
        Path(snakemake.input.adtte),
        Path(snakemake.input.ard),
        Path(snakemake.output.agreement),
    )
