"""The printed cells that each figure and table of a published-tables study shows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peritrace.files import read_csv
from peritrace.lineage.uses import ranges
from peritrace.published import ROWS
from peritrace.study import Study
from peritrace.wanted import ForestFigure

# The columns that hold what a source prints; the others say where it stands and what it is of.
PRINTED = {
    "counts": ("count", "of", "percent"),
    "numbers": ("median", "lower_quartile", "upper_quartile", "minimum", "maximum", "mean", "sd"),
    "tests": ("p",),
    "effects": ("ratio", "low", "high", "p"),
    "flow": ("count",),
}
Lines = dict[str, list[tuple[int, dict[str, str]]]]


def uses_of_tables(study: Study, folder: Path) -> dict[str, Any]:
    """Which cells every figure and table shows.

    What stands beside them is inferred from several cells: the verdicts, and the fewest events that limits allow. The
    checks of the audit name the members of each inference.
    """
    lines: Lines = {}
    for kind in ROWS:
        path = folder / f"{kind}.csv"
        lines[kind] = list(enumerate(read_csv(path), start=2)) if path.is_file() else []
    exhibits: dict[str, Any] = {}
    for figure in study.published_figures:
        if isinstance(figure, ForestFigure):
            cells = _cells(folder, lines, ("effects",), figure.table)
        elif figure.kind == "flow":
            cells = _cells(folder, lines, ("flow",), None)
        else:
            cells = _cells(folder, lines, tuple(ROWS), None)
        exhibits[figure.id] = {"kind": "figure", "rows": None, "cells": list(cells)}
    for table in study.tables:
        kinds = ("counts", "numbers", "tests", "effects")
        key = f"table-{table.id}" if table.id in exhibits else table.id
        exhibits[key] = {"kind": "table", "rows": None, "cells": list(_cells(folder, lines, kinds, table.table))}
    return {"rows": None, "exhibits": exhibits}


def _cells(folder: Path, lines: Lines, kinds: tuple[str, ...], table: str | None) -> Iterator[dict[str, Any]]:
    for kind in kinds:
        for column in PRINTED[kind]:
            chosen = [
                number
                for number, row in lines[kind]
                if row.get(column) and (table is None or row.get("table") == table)
            ]
            if chosen:
                file = (folder / f"{kind}.csv").as_posix()
                found = {"file": file, "column": column, "name": column, "lines": ranges(chosen)}
                yield {**found, "count": len(chosen)}
