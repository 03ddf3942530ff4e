"""Read an extract's bytes into strings, each with the line and the cell where it stands.

Only the form is judged here: encoding, line ends, quotes, the number of cells. What the cells mean is judged later,
and whatever could be read of a faulty file is handed on, so that all faults of a file are found in one reading.
Form is RFC 4180: comma, double quotes, one header line, every line ended (by LF or CRLF), text in UTF-8.
"""

import codecs
import csv
import io
import itertools
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

MOST_FAULTS = 1000  # further ones would only repeat what is wrong with the file as a whole
_BLOCK = 500  # rows handed on at once: more of them only make the garbage collector work
_SAVE_AS = "Save the file as CSV UTF-8 (comma delimited)."
_EXPORT_AGAIN = "Export the file again and compare its end with the source; if nothing is missing, end the last line."


@dataclass(frozen=True)
class Fault:
    """Something wrong with the form of a file; `cell` counts from 0 and is None when a whole line or file is meant."""

    line: int | None
    cell: int | None
    found: str
    rule: str
    remedy: str


_NO_HEADER = Fault(1, None, "an empty line", "the first line holds the headers", "Delete the line.")


class _Codes(dict[str | None, int]):
    """Numbers strings in the order in which they are met; a withheld cell has the code -1."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, cell: str | None) -> int:
        code = self[cell] = len(self) - 1
        return code


@dataclass
class Cells:
    """The cells of a column: each distinct string once, and which of them stands in each row.

    A million rows keep few strings this way, and each is judged once. The code of a cell that is withheld is -1.
    """

    codes: "array[int]" = field(default_factory=lambda: array("i"))
    _known: _Codes = field(default_factory=_Codes)

    def extend(self, cells: Iterable[str | None]) -> None:
        """Add the cells of further rows."""
        self.codes.extend(map(self._known.__getitem__, cells))

    @property
    def strings(self) -> list[str]:
        """The distinct strings; a code is a place in this list."""
        return [cell for cell in self._known if cell is not None]


@dataclass
class Extract:
    """The cells of an extract as they stand, by column.

    `columns` holds the lines that have as many cells as the header, and `lines` where each of them begins.
    `records` counts the data lines of any form, None when quotes hide where they end; `last` is where the last begins.
    """

    header: list[str] = field(default_factory=list)
    columns: list[Cells] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    records: int | None = 0
    last: int | None = None
    faults: list[Fault] = field(default_factory=list)


def read_extract(path: Path) -> Extract:
    """Read a CSV file; never raises for what the file holds, but lists it under `faults`.

    The header is empty when the file can't be read as CSV at all; the faults then say why.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        remedy = "Put it there, or mend the path under source."
        return Extract(faults=[_whole("no file", "the extract must be there", remedy)])
    except OSError:
        rule = "the extract must be a file that can be read"
        return Extract(faults=[_whole("a file that can't be opened", rule, "Check its name and permissions.")])
    if fault := _not_csv(data):
        return Extract(faults=[fault])
    return _read_records(data.removeprefix(codecs.BOM_UTF8))


def _whole(found: str, rule: str, remedy: str, line: int | None = None) -> Fault:
    return Fault(line, None, found, rule, remedy)


def _not_csv(data: bytes) -> Fault | None:
    """What keeps the file from being CSV in UTF-8 altogether."""
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        return _whole("an empty file", "an extract has a header and a line for every patient", "Export it again.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _whole("an Excel workbook", "an extract is CSV text", _SAVE_AS)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data.count(0) > len(data) // 4
    if wide:
        return _whole("text in UTF-16 or UTF-32", "an extract is in UTF-8", _SAVE_AS, 1)
    if b"\r" in data and b"\n" not in data:
        rule = "a line ends with a line feed (LF or CRLF)"
        return _whole("lines that end with a carriage return alone", rule, _SAVE_AS, 1)
    first_line = data.partition(b"\n")[0]
    if b"," not in first_line and any(mark in first_line for mark in (b";", b"\t")):
        return _whole("cells separated by semicolons or tabs", "a comma separates cells", _SAVE_AS, 1)
    return None


def _damaged_lines(data: bytes) -> dict[int, Fault]:
    """The lines with a NUL byte or with bytes that are not UTF-8; the position counts bytes from 1 in the line."""
    if b"\0" not in data and _bad_byte(data) is None:
        return {}
    damaged: dict[int, Fault] = {}
    for line, content in enumerate(data.split(b"\n"), start=1):
        if (null := content.find(b"\0")) >= 0:
            rule = "text holds no NUL bytes: the file was damaged on its way"
            damaged[line] = _whole(f"a NUL byte (byte {null + 1} of the line)", rule, "Export the file again.", line)
        elif (bad := _bad_byte(content)) is not None:
            found = f"a byte that is not UTF-8 (byte {bad + 1} of the line)"
            damaged[line] = _whole(found, "an extract is in UTF-8", _SAVE_AS, line)
        if len(damaged) == MOST_FAULTS:
            break
    return damaged


def _bad_byte(content: bytes) -> int | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


class _Record(NamedTuple):
    """One record of a CSV file, from the line on which it begins to the one on which it ends."""

    first: int
    last: int
    cells: list[str | None]
    error: str = ""


def _records(data: bytes) -> Iterator[_Record]:
    # Bytes that are not UTF-8 pass as lone surrogates, and lines break at LF only: both are judged afterwards.
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="surrogateescape", newline="\n")
    reader = csv.reader(text, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells: list[str | None] = [*next(reader)]
            yield _Record(first, reader.line_num, cells)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(first, reader.line_num, [], str(error))


def _read_records(data: bytes) -> Extract:
    extract = Extract()
    damaged = _damaged_lines(data)
    cut_off = None if data.endswith(b"\n") else data.count(b"\n") + 1
    if cut_off:
        extract.faults.append(_truncated(cut_off))
    records = _withheld(_records(data), damaged, extract.faults) if damaged else _records(data)
    header = next(records)
    if header.error or not header.cells:
        extract.faults.append(_broken(header) if header.error else _NO_HEADER)
        return extract
    extract.header = ["\ufffd" if cell is None else cell for cell in header.cells]
    extract.columns = [Cells() for _ in header.cells]
    while block := list(itertools.islice(records, _BLOCK)):
        _add(extract, block, cut_off)
        if len(extract.faults) >= MOST_FAULTS:
            extract.records = None
            break
    if extract.records == 0:
        rule = "an extract has a line for every patient"
        extract.faults.append(_whole("a header without rows", rule, "Export the file again.", 1))
    return extract


def _add(extract: Extract, block: list[_Record], cut_off: int | None) -> None:
    """Add the records that are rows to the columns, and what is wrong with the others to the faults."""
    width = len(extract.header)
    rows = []
    for record in block:
        if fault := _wrong_form(record, width, cut_off):
            extract.faults.append(fault)
            if record.last > record.first:
                extract.records = None
        else:
            rows.append(record.cells)
            extract.lines.append(record.first)
    filled = [record.first for record in block if any(record.cells) or record.error]
    extract.last = filled[-1] if filled else extract.last
    if extract.records is not None:
        extract.records += len(filled)
    for column, cells in zip(extract.columns, zip(*rows, strict=True), strict=False):
        column.extend(cells)


def _withheld(records: Iterator[_Record], damaged: dict[int, Fault], faults: list[Fault]) -> Iterator[_Record]:
    """Take the damaged cells out of the records, so that they are not judged a second time; name the first of each."""
    for record in records:
        lines = [line for line in range(record.first, record.last + 1) if line in damaged]
        cells = [None if cell is None or _is_damaged(cell) else cell for cell in record.cells] if lines else []
        place = cells.index(None) if None in cells else None
        faults += [replace(damaged[line], cell=place) for line in lines]
        yield record._replace(cells=cells) if lines else record


def _is_damaged(cell: str) -> bool:
    return "\0" in cell or any("\ud800" <= character <= "\udfff" for character in cell)


def _truncated(line: int) -> Fault:
    return _whole("a last line without its end", "every line is ended: the file may be truncated", _EXPORT_AGAIN, line)


def _wrong_form(record: _Record, width: int, cut_off: int | None) -> Fault | None:
    """What keeps a record from being a row of the table."""
    count = len(record.cells)
    if count == width and any(record.cells):
        return None
    if record.error:
        return _broken(record)
    if all(cell == "" for cell in record.cells):
        return _whole("an empty line", "every line holds a patient", "Delete the line.", record.first)
    if count == width:
        return None
    if count < width and cut_off == record.last:
        return _truncated(cut_off)
    rule = f"the header has {width} cells, and so must every line"
    if count < width:
        rule += ": this one may be truncated"
    remedy = "Compare the line with the source; a text with a comma stands in double quotes."
    if record.last > record.first:
        remedy = f"The row runs on to line {record.last}: is a double quote missing?"
    return _whole(f"{count} cells", rule, remedy, record.first)


def _broken(record: _Record) -> Fault:
    """Name what the csv module stopped at: an overlong cell, a lone carriage return, or quotes out of balance."""
    if "field limit" in record.error and record.first == record.last:
        rule = f"a cell has at most {csv.field_size_limit():,} characters"
        return _whole("an overlong cell", rule, "Shorten it.", record.first)
    if "new-line" in record.error:
        return _whole("a carriage return alone", "a line ends with a line feed (LF or CRLF)", _SAVE_AS, record.last)
    remedy = "Close the quote; a quote within a quoted cell is doubled."
    return _whole("a double quote out of balance", "quotes stand in pairs around a cell", remedy, record.first)
