"""Join the rows of a REDCap export into one per record.

REDCap exports a row for every event of a record and for every instance of an instrument that repeats, blank where the
others are filled in. A column is taken from the one row that fills it in; where several do, its `event` and `instance`
in the study file say which, and nothing is chosen without them.
"""

import difflib
import re
from array import array
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from peritrace.extracts.extract import MOST_FAULTS, Cells, Extract, Fault
from peritrace.extracts.redcap_dictionary import dictionary_faults
from peritrace.meaning import AnyColumn, IdentifierColumn
from peritrace.study import Study

# How an export in raw codes heads the columns that place a row, and how one with labels may.
_HEADERS = {
    "event": ("redcap_event_name", "Event Name"),
    "instrument": ("redcap_repeat_instrument", "Repeat Instrument"),
    "instance": ("redcap_repeat_instance", "Repeat Instance"),
}
_EVENT_NAME = re.compile(r"[a-z0-9_]+_arm_[0-9]+[a-z]?")  # what can't be a patient's value


class _Place(NamedTuple):
    """Where in the project a row belongs; `instance` is None for rows that do not repeat."""

    event: str
    instrument: str
    instance: int | None


@dataclass
class _Records:
    """The rows of each record, in the order of their first ones."""

    places: list[_Place]
    rows: dict[object, list[int]] = field(default_factory=dict)


def join_records(extract: Extract, study: Study, root: Path) -> Extract:
    """One row per record, on the line of its first row; columns that the study does not name are left empty.

    An extract that is no export of REDCap is handed back; `root` is the folder that the dictionary's path starts from.
    """
    redcap = study.source.redcap if study.source else None
    if redcap is None or not extract.header:
        return extract
    faults = [*extract.faults, *dictionary_faults(extract.header, study, root)]
    heads = {part: _place(extract.header, names, redcap.labels) for part, names in _HEADERS.items()}
    if not redcap.labels and any(names[1] in extract.header for names in _HEADERS.values()):
        rule = "an export with labels is declared as such"
        faults.append(Fault(1, None, "headers of an export with labels", rule, "Write `labels: true` under redcap:."))
    identifier = next((c.source for c in study.columns if isinstance(c, IdentifierColumn)), None)
    faults += _events_without_column(extract, study, heads["event"])
    if identifier not in extract.header or all(place is None for place in heads.values()):
        return replace(extract, faults=faults)
    key = extract.header.index(identifier)
    places = _places(extract, heads, faults)
    records = _grouped(extract, key, places, faults)
    lines = array("i", (extract.lines[rows[0]] for rows in records.rows.values()))
    joined = [Cells() for _ in extract.header]
    declared = {column.source: column for column in study.columns}
    for place, header in enumerate(extract.header):
        cells = extract.columns[place].rows() if header in declared else []
        if place == key:
            joined[place].extend(cells[rows[0]] for rows in records.rows.values())
        elif header in declared and place not in heads.values():
            joined[place].extend(_joined(declared[header], place, cells, records, extract.lines, faults))
        else:
            joined[place].extend([""] * len(lines))
    return Extract(extract.header, joined, lines, len(lines), extract.last, faults)


def _place(header: list[str], names: tuple[str, str], labels: bool) -> int | None:
    known = names if labels else names[:1]
    return next((header.index(name) for name in known if name in header), None)


def _events_without_column(extract: Extract, study: Study, place: int | None) -> list[Fault]:
    """Events that a column is to be taken from and that no row has."""
    events = set() if place is None else set(extract.columns[place].strings)
    known = sorted(event for event in events if _EVENT_NAME.fullmatch(event))
    faults = []
    for column in study.columns:
        if column.event is None or column.event in events or column.source not in extract.header:
            continue
        near = difflib.get_close_matches(column.event, known, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else "Write the event as the export names it."
        rule = f"the study file takes the column from the event {column.event!r}"
        faults.append(Fault(1, extract.header.index(column.source), "no row of that event", rule, remedy))
    return faults


def _places(extract: Extract, heads: dict[str, int | None], faults: list[Fault]) -> list[_Place]:
    rows = len(extract.lines)
    parts = {
        part: [""] * rows if place is None else [cell or "" for cell in extract.columns[place].rows()]
        for part, place in heads.items()
    }
    found = []
    for row, (event, instrument, instance) in enumerate(
        zip(parts["event"], parts["instrument"], parts["instance"], strict=True)
    ):
        number = int(instance) if re.fullmatch("[0-9]{1,9}", instance) else None
        if (instance or instrument) and number is None and len(faults) < MOST_FAULTS:
            rule = "a row of an instrument that repeats has a whole number as its instance"
            place = heads["instance"] if heads["instance"] is not None else heads["instrument"]
            faults.append(Fault(extract.lines[row], place, "no number", rule, "Export the file again."))
        found.append(_Place(event, instrument, number))
    return found


def _grouped(extract: Extract, key: int, places: list[_Place], faults: list[Fault]) -> _Records:
    """The rows by record; a row without an identifier stays by itself and is judged as such."""
    records = _Records(places)
    seen: dict[tuple[object, _Place], int] = {}
    for row, (name, place) in enumerate(zip(extract.columns[key].rows(), places, strict=True)):
        record: object = name or row
        line = extract.lines[row]
        if (record, place) in seen and len(faults) < MOST_FAULTS:
            rule = "a record has one row for each event and instance"
            remedy = "Delete the repeated row, or correct the identifier."
            faults.append(
                Fault(line, key, f"the record, event and instance of line {seen[record, place]} again", rule, remedy)
            )
        seen.setdefault((record, place), line)
        records.rows.setdefault(record, []).append(row)
    return records


def _joined(
    column: AnyColumn,
    place: int,
    cells: list[str | None],
    records: _Records,
    lines: "array[int]",
    faults: list[Fault],
) -> list[str | None]:
    """The value of every record; what can't be chosen is withheld and named once for the column."""
    values: list[str | None] = []
    unclear: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for rows in records.rows.values():
        of_event = [row for row in rows if column.event in (None, records.places[row].event)]
        filled = [row for row in of_event if cells[row] is None or str(cells[row]).strip()]
        row, reason = _chosen(column, [(records.places[row], row) for row in filled])
        if reason:
            unclear[reason].append(lines[filled[0]])
            values.append(None)
        else:
            values.append("" if row is None else cells[row])
    for (found, rule, remedy), at in unclear.items():
        count = f"{len(at)} record{'s' if len(at) > 1 else ''}, of which this is the first"
        faults.append(Fault(at[0], place, f"{found} ({count})", rule, remedy))
    return values


def _chosen(column: AnyColumn, filled: list[tuple[_Place, int]]) -> tuple[int | None, tuple[str, str, str] | None]:
    """The row whose cell counts, or why none does."""
    if len(filled) <= 1:
        return (filled[0][1] if filled else None), None
    if len({place.event for place, _ in filled}) > 1:
        rule = "a column that several events fill in names the one that it is taken from"
        return None, (
            "values from several events",
            rule,
            "Write `event:` and its name at the column in the study file.",
        )
    if len({(place.instrument, place.instance is None) for place, _ in filled}) > 1:
        rule = "a column belongs to one instrument, which repeats or not"
        return None, (
            "values from several instruments",
            rule,
            "Compare the rows with REDCap, or export the column alone.",
        )
    if filled[0][0].instance is None:
        rule = "a record has one value for each column and event"
        return None, ("several values", rule, "Delete the repeated rows.")
    if column.instance == "only":
        rule = "a column of an instrument that repeats has one value for each record"
        remedy = "Write `instance: first` or `instance: last` at the column in the study file."
        return None, ("values from several instances", rule, remedy)
    ordered = sorted(filled, key=lambda item: item[0].instance or 0)
    return ordered[0 if column.instance == "first" else -1][1], None
