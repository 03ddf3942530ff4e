"""Snakemake runs this for the rules that tabulate."""

from pathlib import Path

from peritrace.jobs import study_of
from peritrace.stages.tabulate import tabulate
from peritrace.study import Study

with study_of(snakemake) as study:
    tabulate(
        study,
        Path(snakemake.input.ard),
        Path(snakemake.input.adsl),
        Path(snakemake.output[0]).parent,
        {
            Path(path): Study.model_validate_json(settings)
            for path, settings in zip(snakemake.input.get("beside", []), snakemake.params.others, strict=True)
        },
    )
