"""cells_tables: which cells of published tables each figure and table shows."""

import json
from pathlib import Path

from peritrace.files import write_text
from peritrace.lineage.printed import uses_of_tables
from peritrace.study import Study


def cells_tables(study: Study, folder: Path, out: Path) -> None:
    """Write `uses.json`: for each figure and table the cells by file, column and lines."""
    whole = {"study": study.id, "patients": False, **uses_of_tables(study, folder)}
    write_text(out, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
