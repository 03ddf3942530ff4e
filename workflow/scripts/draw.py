"""Snakemake runs this for the rules that draw."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.draw import draw_all

with study_of(snakemake) as study:
    draw_all(
        study,
        Path(snakemake.input.ard),
        Path(snakemake.input.adsl),
        Path(snakemake.input.adtte),
        Path(snakemake.output[0]).parent,
    )
