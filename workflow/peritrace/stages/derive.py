"""Derive the variables of analysis: patients with their groups (ADSL), and times to events (ADTTE)."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from peritrace.derivations.datasets import ADTTE_COLUMNS, adsl_rows, adtte_rows
from peritrace.derivations.derivation import FLOW_COLUMNS, columns_needed, derivation
from peritrace.derivations.patients import Cohort
from peritrace.files import read_csv, whole_file, write_csv
from peritrace.problems import InputRefused, from_rows
from peritrace.study import Study


def derive(patients: Path, study: Study, adsl_out: Path, adtte_out: Path, flow_out: Path) -> None:
    """Write ADSL (a row per patient), ADTTE (a block of rows per reading of each endpoint) and the flow of patients.

    Raises InputRefused with every patient who belongs to no level of a group, or whose cells give no time; then
    nothing is written.
    """
    found = derivation(_read(patients, study))
    if found.problems:
        raise InputRefused(f"{study.id}: {patients}", found.problems)
    rows = _rows(patients)
    _write(adsl_out, adsl_rows(found, next(rows), rows))
    _write(adtte_out, chain([ADTTE_COLUMNS], adtte_rows(found)))
    write_csv(flow_out, FLOW_COLUMNS, found.flow())


def refuse_unsound(study: Study, problems: Path) -> None:
    """Raise InputRefused when intake found errors in the extract."""
    errors = [problem for problem in from_rows(read_csv(problems)) if problem.severity == "error"]
    if errors:
        raise InputRefused(f"{study.id}: {errors[0].file}", errors)


def _read(patients: Path, study: Study) -> Cohort:
    """Read the columns that something is derived from."""
    columns: dict[str, list[str]] = {name: [] for name in ["line", *columns_needed(study)]}
    rows = _rows(patients)
    header = next(rows)
    targets = [(column.append, header.index(name)) for name, column in columns.items()]
    for row in rows:
        for append, place in targets:
            append(row[place])
    return Cohort(study, columns.pop("line"), columns)


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.reader(handle, strict=True)


def _write(path: Path, rows: Iterable[Iterable[object]]) -> None:
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
