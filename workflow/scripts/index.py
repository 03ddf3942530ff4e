"""Snakemake runs this for rule index."""

from pathlib import Path

from peritrace.files import write_text
from peritrace.stages.index import index_of_studies

index_of_studies(snakemake.params.settings, Path(snakemake.output.page))
write_text(snakemake.log[0], "done\n")
