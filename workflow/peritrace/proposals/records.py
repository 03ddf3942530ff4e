"""The rows of a REDCap export by record: which event or instance of a column is meant, where several fill it in."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from peritrace.extracts.reading import Cells, Extract
from peritrace.proposals.remarks import Remark, doubt
from peritrace.words import listing

# In raw codes and with labels.
_EVENT = ("redcap_event_name", "Event Name")
_INSTANCE = ("redcap_repeat_instance", "Repeat Instance")


@dataclass(frozen=True)
class Joined:
    """A column with one cell per record, and the keys under columns that choose it."""

    cells: Cells
    keys: dict[str, object]
    remarks: tuple[Remark, ...]


def join_columns(read: Extract) -> list[Joined]:
    """Give every column one cell per record; the first column of an export tells the records apart."""
    ids = read.columns[0].rows()
    order = list(dict.fromkeys(ids))
    events = _column(read, _EVENT, len(ids))
    instances = _column(read, _INSTANCE, len(ids))
    return [_joined(column, ids, order, events, instances) for column in read.columns]


def is_export(read: Extract) -> bool:
    """Whether a header names the events or instances of REDCap."""
    return any(name in read.header for name in (*_EVENT, *_INSTANCE))


def has_labels(read: Extract) -> bool:
    """Whether an export holds labels instead of raw codes, by the headers that it gives events and instances."""
    return any(name in read.header for name in (_EVENT[1], _INSTANCE[1]))


def _column(read: Extract, headers: tuple[str, str], rows: int) -> list[str]:
    header = next((header for header in headers if header in read.header), None)
    if header is None:
        return [""] * rows
    return [cell or "" for cell in read.columns[read.header.index(header)].rows()]


def _joined(
    column: Cells, ids: list[str | None], order: list[str | None], events: list[str], instances: list[str]
) -> Joined:
    filled: dict[str | None, list[int]] = defaultdict(list)
    cells = column.rows()
    for row, cell in enumerate(cells):
        if cell:
            filled[ids[row]].append(row)
    keys: dict[str, object] = {}
    remarks: list[Remark] = []
    if column.codes and cells == ids:
        rows = {record: [ids.index(record)] for record in order}
        return Joined(_cells(cells, order, rows), {}, ())
    if any(len(rows) > 1 for rows in filled.values()):
        used = Counter(events[row] for rows in filled.values() for row in rows)
        if len(used) > 1:
            event = next(iter(used))
            keys["event"] = event
            text = f"filled in at the events {listing(list(used))}; {event} is taken, the first."
            remarks.append(doubt(text, decides=True))
            filled = {record: [row for row in rows if events[row] == event] for record, rows in filled.items()}
        if any(len(rows) > 1 for rows in filled.values()):
            keys["instance"] = "first"
            remarks.append(doubt("several instances fill it in; the first is taken.", decides=True))
            filled = {record: sorted(rows, key=lambda row: _number(instances[row])) for record, rows in filled.items()}
    return Joined(_cells(cells, order, dict(filled)), keys, tuple(remarks))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _cells(cells: list[str | None], order: list[str | None], rows: dict[str | None, list[int]]) -> Cells:
    joined = Cells()
    joined.extend(cells[rows[record][0]] if rows.get(record) else "" for record in order)
    return joined
