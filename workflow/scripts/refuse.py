"""Snakemake runs this for rule refuse."""

from pathlib import Path

from peritrace.jobs import refuse_study

refuse_study(snakemake.wildcards.study, snakemake.params.message, Path(snakemake.log[0]))
