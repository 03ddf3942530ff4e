"""Derive the variables of analysis: patients with their groups (ADSL), and times to events (ADTTE)."""

import csv
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path

from peritrace.derivations.patients import Cohort, place_in_group
from peritrace.derivations.times import Outcomes, outcomes, used_columns
from peritrace.files import whole_file
from peritrace.problems import InputRefused, Problem
from peritrace.study import Endpoint, EventDefinition, Study

DATASET = "patients"
ADTTE_COLUMNS = (
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "PARAM",
    "AVAL",
    "AVALU",
    "CNSR",
    "EVNTDESC",
    "CNSDTDSC",
    "STARTDT",
    "ADT",
    "SRCDOM",
    "SRCVAR",
    "ENTRY",
    "DEFINITION",
    "LINE",
)

Readings = list[tuple[Endpoint, EventDefinition, Outcomes]]


def derive(patients: Path, study: Study, adsl_out: Path, adtte_out: Path) -> None:
    """Write ADSL (a row per patient) and ADTTE (a block of rows per reading of each endpoint).

    Raises InputRefused with every patient who belongs to no level of a group, or whose cells give no time; then
    nothing is written.
    """
    cohort = _read(patients, study)
    problems: list[Problem] = []
    groups = []
    for group in study.groups:
        levels, unplaced = place_in_group(group, cohort)
        groups.append(levels)
        problems += unplaced
    readings = [(e, definition, outcomes(e, definition, cohort)) for e in study.endpoints for definition in e.events]
    problems += [problem for *_, found in readings for problem in found.problems]
    if problems:
        raise InputRefused(f"{study.id}: {patients}", problems)
    subjects = [f"{study.id}-{subject}" for subject in cohort.columns[_identifier(study)]]
    _write_adsl(adsl_out, patients, study, subjects, groups)
    _write(adtte_out, ADTTE_COLUMNS, _adtte_rows(readings, cohort, subjects))


def _identifier(study: Study) -> str:
    return next(column.name for column in study.columns if column.type == "identifier")


def _read(patients: Path, study: Study) -> Cohort:
    """Read the columns that something is derived from."""
    names = [_identifier(study), *(group.column for group in study.groups)]
    names += [name for endpoint in study.endpoints for name in used_columns(endpoint)]
    columns: dict[str, list[str]] = {name: [] for name in ["line", *names]}
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


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_adsl(path: Path, patients: Path, study: Study, subjects: list[str], groups: list[list[str]]) -> None:
    """Copy the patients, with their groups after the columns that they have already."""
    rows = _rows(patients)
    header = ["STUDYID", "USUBJID", *next(rows), *(group.name for group in study.groups)]
    levels = zip(*groups, strict=True) if groups else repeat((), len(subjects))
    _write(path, header, ([study.id, s, *row, *level] for s, row, level in zip(subjects, rows, levels, strict=True)))


def _adtte_rows(readings: Readings, cohort: Cohort, subjects: list[str]) -> Iterator[tuple[object, ...]]:
    study = cohort.study
    for endpoint, definition, found in readings:
        label = endpoint.label
        if definition.code != endpoint.code:
            label += f" ({definition.description})"
        yield from zip(
            repeat(study.id),
            subjects,
            repeat(definition.code),
            repeat(label),
            found.times,
            repeat(study.time_unit.upper()),
            (0 if event else 1 for event in found.is_event),
            (definition.description if event else "" for event in found.is_event),
            ("" if event else endpoint.end for event in found.is_event),
            found.starts,
            found.ends,
            repeat(DATASET),
            found.sources,
            found.entries,
            repeat(definition.code),
            cohort.lines,
            strict=False,  # the repeated values have no end
        )
