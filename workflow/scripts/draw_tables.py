"""Snakemake runs this for the draw_tables rule of a study."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.draw_tables import draw_tables

with study_of(snakemake) as study:
    draw_tables(study, Path("results") / study.id)
