"""Snakemake runs this for the tabulate_tables rule of a study."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.tabulate_tables import tabulate_tables

with study_of(snakemake) as study:
    tabulate_tables(study, Path("results") / study.id)
