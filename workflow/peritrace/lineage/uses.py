"""The cells that each figure and table of a study uses, as ranges of lines of the raw files."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import or_
from pathlib import Path
from typing import Any

from peritrace.lineage.exhibits import Need, needs_of_figure, needs_of_table
from peritrace.lineage.quantities import Flags, Quantities, excluding
from peritrace.study import Study


@dataclass(frozen=True)
class Cells:
    """The patients of a cohort as intake passed them on: lines of the extract and canonical values by column."""

    lines: Sequence[int]
    rows: Sequence[Mapping[str, str]]
    kept: Sequence[bool]

    @classmethod
    def read(cls, patients: Path, adsl: Path) -> "Cells":
        """From what intake passed on, and from who stayed."""
        with adsl.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            place = next(reader).index("line")
            stayed = {row[place] for row in reader}
        with patients.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle, strict=True))
        return cls([int(row["line"]) for row in rows], rows, [row["line"] in stayed for row in rows])


def uses_of_cohort(study: Study, cells: Cells, names: Mapping[str, str], file: str) -> dict[str, Any]:
    """Which cells every figure and table uses; `names` maps the study's columns to headers of the `file`."""
    stay = [row for row, keep in zip(cells.rows, cells.kept, strict=True) if keep]
    cohort = Quantities(study, stay)
    always = excluding(study, list(cells.rows))
    exhibits: dict[str, Any] = {}
    for figure in study.cohort_figures:
        exhibits[figure.id] = _exhibit("figure", needs_of_figure(figure, cohort), always, cells, names, file)
    for table in study.tables:
        key = f"table-{table.id}" if table.id in exhibits else table.id
        exhibits[key] = _exhibit("table", needs_of_table(table, cohort), always, cells, names, file)
    return {"rows": {"read": len(cells.rows), "used": len(stay)}, "exhibits": exhibits}


def _exhibit(
    kind: str,
    needs: Iterator[Need],
    always: Mapping[str, Flags],
    cells: Cells,
    names: Mapping[str, str],
    file: str,
) -> dict[str, Any]:
    used: dict[str, Flags] = {}
    taking_part: Flags = []
    for need in needs:
        complete = need.complete()
        taking_part = list(map(or_, taking_part, complete)) if taking_part else complete
        for name, flags in need.used().items():
            used[name] = list(map(or_, used[name], flags)) if name in used else flags
    whole = {name: spread(flags, cells.kept) for name, flags in used.items()}
    for name, flags in always.items():
        whole[name] = list(map(or_, whole[name], flags)) if name in whole else flags
    listed = []
    for name in names:
        lines = [line for line, flag in zip(cells.lines, whole.get(name, []), strict=False) if flag]
        if lines:
            listed.append(
                {"file": file, "column": names[name], "name": name, "lines": ranges(lines), "count": len(lines)}
            )
    return {"kind": kind, "rows": sum(taking_part), "cells": listed}


def spread(flags: Flags, kept: Sequence[bool]) -> Flags:
    """Flags of those who stay as flags of everyone who was read."""
    source = iter(flags)
    return [next(source) if keep else False for keep in kept]


def ranges(lines: Iterable[int]) -> str:
    """Line numbers as text: "2-5,7"."""
    parts: list[list[int]] = []
    for line in sorted(lines):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(f"{low}-{high}" if low != high else str(low) for low, high in parts)


def within(text: str, line: int) -> bool:
    """Whether a line is one of those ranges."""
    for part in filter(None, text.split(",")):
        low, _, high = part.partition("-")
        if int(low) <= line <= int(high or low):
            return True
    return False
