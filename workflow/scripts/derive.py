"""Snakemake runs this for rule derive."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.derive import derive, refuse_unsound

with study_of(snakemake) as study:
    refuse_unsound(study, Path(snakemake.input.problems))
    derive(
        Path(snakemake.input.patients),
        study,
        Path(snakemake.output.adsl),
        Path(snakemake.output.adtte),
        Path(snakemake.output.flow),
    )
