"""A cohort of 200 invented patients as CSV, the study that reads it, and what intake makes of it."""

import csv
import io
from pathlib import Path
from typing import Any

from peritrace.extracts.examination import examine
from peritrace.study import Study

HEADER = ["id", "arm", "age", "pci", "months", "event", "surgery", "note"]
COLUMNS: list[dict[str, Any]] = [
    {"name": "subject", "source": "id", "label": "Patient", "type": "identifier"},
    {"name": "arm", "source": "arm", "label": "Arm", "type": "category", "levels": {"A": "HIPEC", "B": "no HIPEC"}},
    {"name": "age", "source": "age", "label": "Age", "type": "number"},
    {"name": "pci", "source": "pci", "label": "PCI", "type": "number"},
    {"name": "os_time", "source": "months", "label": "Survival", "type": "number", "decimals": 1},
    {"name": "event", "source": "event", "label": "Died", "type": "category", "levels": {"0": "no", "1": "yes"}},
    {"name": "surgery", "source": "surgery", "label": "Surgery", "type": "date"},
    {"name": "note", "source": "note", "label": "Course", "type": "text"},
]
NAMES = [column["name"] for column in COLUMNS]


def patient(number: int) -> list[str]:
    return [
        f"{number:03}",
        "AB"[number % 2],
        str(41 + number * 7 % 39),
        str(number * 11 % 40),
        f"{1 + number * 13 % 97}.{number % 10}",
        "01"[number * 3 % 7 < 3],
        f"20{12 + number % 8}-{1 + number % 12:02}-{1 + number % 28:02}",
        ["", "stoma", "reoperation, day 3"][number % 3],
    ]


ROWS = [patient(number) for number in range(1, 201)]


def as_csv(header: list[str], rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


GOOD = as_csv(HEADER, ROWS)
LEVELS = {column["name"]: column["levels"] for column in COLUMNS if "levels" in column}


def canonical_rows(rows: list[list[str]]) -> list[list[str]]:
    """What results hold of rows in the order of `HEADER`: levels of codes, text without outer spaces."""
    return [
        [LEVELS.get(name, {}).get(cell, cell.strip()) for name, cell in zip(NAMES, row, strict=True)] for row in rows
    ]


def study(**source: Any) -> Study:
    """The study; the keys are those of its source."""
    return Study.model_validate({"id": "cohort", "source": {"patients": "extract.csv", **source}, "columns": COLUMNS})


def with_cell(line: int, header: str, value: str) -> bytes:
    """The good extract with another value at one place."""
    rows = [list(row) for row in ROWS]
    rows[line - 2][HEADER.index(header)] = value
    return as_csv(HEADER, rows)


def taken(folder: Path, data: bytes, of: Study | None = None, name: str = "extract.csv") -> Any:
    """The problems as (line, column, found), or the canonical rows when there are none."""
    path = folder / name
    path.write_bytes(data)
    found = examine(path, of or study())
    if found.errors:
        return sorted({(problem.line or 0, problem.column, problem.found) for problem in found.errors})
    return [list(row) for row in zip(*map(found.cells, found.columns), strict=True)]
