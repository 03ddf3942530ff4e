"""cells: which cells of the extract each figure and table of a cohort uses."""

import json
from pathlib import Path

from peritrace.files import write_text
from peritrace.lineage.uses import Cells, uses_of_cohort
from peritrace.study import Study


def cells(study: Study, patients: Path, adsl: Path, out: Path) -> None:
    """Write `uses.json`: for each figure and table the cells by file, column and lines.

    `patients` is what intake passed on, `adsl` tells who stayed.
    """
    found = Cells.read(patients, adsl)
    names = {column.name: column.source for column in study.columns}
    file = study.source.patients if study.source and study.source.patients else ""
    whole = {"study": study.id, "patients": True, **uses_of_cohort(study, found, names, file)}
    write_text(out, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
