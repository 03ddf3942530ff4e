"""Snakemake runs this for rule diff."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.diff import diff

with study_of(snakemake) as study:
    diff(
        study,
        Path(snakemake.params.previous[0]),
        Path(snakemake.input.patients),
        Path(snakemake.input.ard),
        Path(snakemake.output.rows).parent,
    )
