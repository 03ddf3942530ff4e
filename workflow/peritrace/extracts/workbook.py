"""Read a sheet of an Excel workbook (.xlsx) into cells, each as the text that stands for it.

What a workbook shows and what it holds may differ: formulas, hidden rows, columns and sheets, merged cells, per cents.
Each of them is refused rather than read one way or the other. Lines are the numbers of the sheet's rows.
"""

import difflib
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from peritrace.extracts.extract import MOST_FAULTS, NO_HEADER, NO_ROWS, Cells, Extract, Fault, empty_line, whole
from peritrace.extracts.workbook_parts import Form, Sheet, Unreadable, bomb, form_of, sheets_of

# All that openpyxl and the modules below it raise for a damaged file.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
MOST_DIGITS = 15  # that Excel keeps of a number
_BLOCK = 500
# Excel keeps control characters of a text as _x000D_; as such they are invisible characters like any other.
_CONTROL = re.compile("_x00([01][0-9A-Fa-f])_")


class Wrong(NamedTuple):
    """What keeps a cell from being read."""

    found: str
    rule: str
    remedy: str


_FORMULA = Wrong("a formula", "cells hold values", "Copy the column and paste it as values.")
_ERROR = Wrong("an error value of the spreadsheet", "cells hold values", "Mend the cell, or leave it empty.")
MANY_DIGITS = Wrong(
    f"a number with more than {MOST_DIGITS} digits",
    f"a spreadsheet keeps {MOST_DIGITS} digits of a number: the others are lost",
    "Import the column again as text, from where it came.",
)
_PER_CENT = Wrong(
    "a number shown as per cent",
    "a cell holds the number that it shows; this one holds a hundredth of it",
    "Multiply the column by 100 and format it as Number, or format it as Number.",
)


def read_workbook(path: Path, name: str | None = None) -> Extract:
    """Read the sheet of that name, or the only visible one; never raises for what the file holds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
            return _read(path, name)
    except _DAMAGE:
        rule = "an extract is a workbook that a spreadsheet opens without mending it"
        remedy = "Open it in Excel, save it under another name, or export it again."
        return Extract(faults=[whole("a workbook that can't be read", rule, remedy)])


def _read(path: Path, name: str | None) -> Extract:
    if fault := bomb(path):
        return Extract(faults=[fault])
    sheet = _chosen(sheets_of(path), name)
    if isinstance(sheet, Fault):
        return Extract(faults=[sheet])
    form = form_of(path, sheet)
    extract = _table(_rows(path, sheet))
    if extract.header:
        extract.faults += _unseen(form, extract)
    return extract


def _chosen(sheets: list[Sheet], name: str | None) -> Sheet | Fault:
    visible = [sheet for sheet in sheets if sheet.visible]
    names = ", ".join(repr(sheet.name) for sheet in visible) or "none"
    if name is None:
        if len(visible) == 1:
            return visible[0]
        rule = "the study file names the sheet where a workbook has several (source.sheet)"
        remedy = f"Write `sheet:` and one of these names under source: {names}."
        return whole(f"{len(visible)} visible sheets", rule, remedy)
    sheet = next((sheet for sheet in sheets if sheet.name == name), None)
    if sheet is None:
        near = difflib.get_close_matches(name, [sheet.name for sheet in visible], n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"The visible sheets are: {names}."
        return whole("no such sheet", f"the study file reads the sheet {name!r} (source.sheet)", remedy)
    if not sheet.visible:
        rule = "what is analysed can be seen: hidden sheets are often left from earlier work"
        return whole(f"the sheet {name!r} hidden", rule, "Unhide it, or name another one under source.sheet.")
    return sheet


def _rows(path: Path, sheet: Sheet) -> Iterator[list[str | Wrong]]:
    """The rows of a sheet from the first on, each without the empty cells at its end."""
    from openpyxl import load_workbook  # only studies of workbooks wait for it

    book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    try:
        cells = book[sheet.name]
        cells.reset_dimensions()  # a workbook may state them wrongly, and rows would be left out
        for row in cells.iter_rows():
            texts = [_text(cell) for cell in row]
            while texts and texts[-1] == "":
                texts.pop()
            yield texts
    finally:
        book.close()


def _text(cell: Any) -> str | Wrong:  # a cell of openpyxl, which has no types
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "s" and isinstance(value, str):
        return _CONTROL.sub(lambda match: chr(int(match[1], 16)), value) if "_x00" in value else value
    if kind == "n" and isinstance(value, int | float):
        return _PER_CENT if "%" in cell.number_format else number_text(value)
    if kind in ("f", "e"):
        return _FORMULA if kind == "f" else _ERROR
    if kind == "b":
        return "TRUE" if value else "FALSE"
    return moment_text(value)


def number_text(value: float) -> str | Wrong:
    """A number in plain digits: whole ones without a point, others with the 15 digits that a spreadsheet keeps."""
    if isinstance(value, float) and not math.isfinite(value):
        return _ERROR
    if abs(value) >= 10**MOST_DIGITS:
        return MANY_DIGITS
    if value == int(value):
        return str(int(value))
    return f"{Decimal(f'{value:.{MOST_DIGITS}g}'):f}"


def moment_text(value: object) -> str:
    """A date as ISO 8601; its time follows only where there is one, and no format of dates then reads it."""
    if isinstance(value, datetime):
        if value.time() == time() and value.tzinfo is None:
            return value.date().isoformat()
        return value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, time):
        return value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{minutes // 60:.0f}:{minutes % 60:02.0f}" + (f":{seconds:02.0f}" if seconds else "")
    return value.isoformat() if isinstance(value, date) else str(value)


def _table(rows: Iterator[list[str | Wrong]]) -> Extract:
    """The header and the columns; empty rows at the end do not count, those between others are faults."""
    extract = Extract()
    header = next(rows, [])
    if not header:
        below = next((True for row in rows if row), False)
        rule = "an extract has a header and a line for every patient"
        empty = whole("an empty sheet", rule, "Export it again, or name another sheet under source.sheet.")
        extract.faults.append(NO_HEADER if below else empty)
        return extract
    extract.faults += [Fault(1, place, *cell) for place, cell in enumerate(header) if isinstance(cell, Wrong)]
    extract.header = ["\ufffd" if isinstance(cell, Wrong) else cell for cell in header]
    extract.columns = [Cells() for _ in header]
    stray: dict[int, Fault] = {}
    pending: list[list[str | None]] = []
    waiting: list[int] = []  # empty rows that are between others if another one follows
    for line, row in enumerate(rows, start=2):
        if not row:
            waiting.append(line)
            continue
        extract.faults += [empty_line(number) for number in waiting[:MOST_FAULTS]]
        waiting.clear()
        pending.append(_cells_of(row, line, extract, stray))
        if len(pending) == _BLOCK:
            _flush(extract, pending)
            if len(extract.faults) >= MOST_FAULTS:
                extract.records = None
                break
    _flush(extract, pending)
    extract.faults += stray.values()
    if extract.records == 0:
        extract.faults.append(NO_ROWS)
    return extract


def _cells_of(row: list[str | Wrong], line: int, extract: Extract, stray: dict[int, Fault]) -> list[str | None]:
    width = len(extract.header)
    if len(row) > width or Wrong in set(map(type, row)):
        for place, cell in enumerate(row):
            if place >= width and cell != "":
                rule = "every value stands under a header"
                remedy = "Give the column a header, or delete what stands below."
                stray.setdefault(place, Fault(line, place, "a value under no header", rule, remedy))
            elif isinstance(cell, Wrong):
                extract.faults.append(Fault(line, place, *cell))
    extract.lines.append(line)
    extract.last = line
    if extract.records is not None:
        extract.records += 1
    cells = [None if isinstance(cell, Wrong) else cell for cell in row[:width]]
    return cells + [""] * (width - len(cells)) if len(cells) < width else cells


def _flush(extract: Extract, rows: list[list[str | None]]) -> None:
    for column, cells in zip(extract.columns, zip(*rows, strict=True), strict=False):
        column.extend(cells)
    rows.clear()


def _unseen(form: Form, extract: Extract) -> Iterator[Fault]:
    """What would be analysed unseen, and cells that stand in several places."""
    last, width = extract.last or 1, len(extract.header)
    used = {1, *extract.lines}
    hidden = [row for row in form.hidden_rows if row in used]
    rule = "what is analysed can be seen: a filter or a hidden row may leave patients out of sight"
    if hidden or form.hides_rows:
        found = f"{len(hidden)} hidden row{'s' if len(hidden) != 1 else ''}, of which this is the first"
        remedy = "Clear the filter and unhide all rows, or delete those that don't belong to the cohort."
        yield whole(found if hidden else "rows hidden by default", rule, remedy, min(hidden, default=1))
    for columns in form.hidden_columns:
        for place in range(columns.start - 1, min(columns.stop - 1, width)):
            rule = "what is analysed can be seen"
            yield Fault(1, place, "a hidden column", rule, "Unhide the column, or delete it.")
    for ref in form.merged[:MOST_FAULTS]:
        corner = re.match(r"([A-Z]+)([0-9]+)", ref)
        if corner is None:
            raise Unreadable("merged cells without a place")
        if int(corner[2]) <= last:
            rule = "every cell has one line and one column"
            yield Fault(
                int(corner[2]), _number_of(corner[1]) - 1, "merged cells", rule, "Unmerge them and fill in each."
            )


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
