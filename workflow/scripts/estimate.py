"""Snakemake runs this for rule estimate."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.estimate import estimate

with study_of(snakemake) as study:
    estimate(
        study,
        Path(snakemake.input.adsl),
        Path(snakemake.input.adtte),
        Path(snakemake.output.ard),
    )
