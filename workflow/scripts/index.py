"""Snakemake runs this for rule index."""

import json
from pathlib import Path

from peritrace.files import write_text
from peritrace.stages.index import Entry, index
from peritrace.study import Study

entries = []
for item in json.loads(snakemake.params.settings):
    study = Study.model_validate(item["study"])
    verdicts = Path("results") / study.id / "audit" / "verdicts.csv"
    entries.append(Entry(study, f"{study.id}.html", verdicts if item["audited"] else None))
index(entries, Path(snakemake.output.page))
write_text(snakemake.log[0], "done\n")
