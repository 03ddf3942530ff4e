"""Read a text file into cells: RFC 4180 with the encoding and the delimiter that the study file states.

Double quotes, one header line, every line ended by LF or CRLF.
"""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from peritrace.extracts.decoding import SAVE_AS, Decoded, decode
from peritrace.extracts.detection import DELIMITERS, detect_delimiter
from peritrace.extracts.extract import MOST_FAULTS, NO_HEADER, NO_ROWS, Cells, Extract, Fault, empty_line, whole
from peritrace.study import Source

__all__ = ["SAVE_AS", "read_text"]

_BLOCK = 500  # rows handed on at once: more of them only make the garbage collector work
_SAMPLE = 100_000
_EXPORT_AGAIN = "Export the file again and compare its end with the source; if nothing is missing, end the last line."
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")  # byte order marks


def read_text(data: bytes, source: Source) -> Extract:
    """Read the bytes of a text file."""
    if not _without_mark(data).strip(b" \t\r\n\0"):
        rule = "an extract has a header and a line for every patient"
        return Extract(faults=[whole("an empty file", rule, "Export it again.")])
    decoded = decode(data, source.encoding)
    fault = decoded if isinstance(decoded, Fault) else _wrong_marks(decoded.data, source.delimiter)
    if isinstance(decoded, Fault) or fault:
        return Extract(faults=[fault] if fault else [])
    return _read_records(decoded, source.delimiter)


def _without_mark(data: bytes) -> bytes:
    return next((data[len(mark) :] for mark in _MARKS if data.startswith(mark)), data)


def _wrong_marks(data: bytes, delimiter: str) -> Fault | None:
    """Lines or cells that end otherwise than they should."""
    if b"\r" in data and b"\n" not in data:
        rule = "a line ends with a line feed (LF or CRLF)"
        return whole("lines that end with a carriage return alone", rule, SAVE_AS, 1)
    sample = data[:_SAMPLE].decode("utf-8", "replace")
    first_line = sample.partition("\n")[0]
    guess = detect_delimiter(sample)
    stated = next((c.confidence for c in guess.candidates if c.value == delimiter), 0.0)
    absent = delimiter not in first_line and any(sign in first_line for sign in DELIMITERS)
    if not guess.value or guess.value == delimiter or not (absent or (guess.confidence > 0.98 and stated < 0.9)):
        return None
    # Which of the two stands in the remedy; a header in which both occur is read by neither.
    kinds = "semicolons or tabs" if guess.value in ";\t" else DELIMITERS[guess.value]
    name = {"\t": '"\\t"'}.get(guess.value, f'"{guess.value}"')
    rule = f"{DELIMITERS[delimiter]} separate cells, as source.delimiter in the study file says"
    if delimiter == ",":
        rule = "commas separate cells, unless source.delimiter in the study file says otherwise"
    remedy = f"{guess.reason[:1].upper()}{guess.reason[1:]}. Write `delimiter: {name}` under source: in the study file."
    return whole(f"cells separated by {kinds}", rule, remedy, 1)


class _Record(NamedTuple):
    """One record of a CSV file, from the line on which it begins to the one on which it ends."""

    first: int
    last: int
    cells: list[str | None]
    error: str = ""


def _records(decoded: Decoded, delimiter: str) -> Iterator[_Record]:
    # Bytes that have no meaning pass as lone surrogates, and lines break at LF only: both are judged afterwards.
    text = io.TextIOWrapper(io.BytesIO(decoded.data), encoding="utf-8", errors=decoded.errors, newline="\n")
    reader = csv.reader(text, strict=True, delimiter=delimiter)
    while True:
        first = reader.line_num + 1
        try:
            cells: list[str | None] = [*next(reader)]
            yield _Record(first, reader.line_num, cells)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(first, reader.line_num, [], str(error))


def _read_records(decoded: Decoded, delimiter: str) -> Extract:
    extract = Extract()
    data, damaged = decoded.data, decoded.damaged
    cut_off = None if data.endswith(b"\n") else data.count(b"\n") + 1
    if cut_off:
        extract.faults.append(_truncated(cut_off))
    records = _records(decoded, delimiter)
    if damaged:
        records = _withheld(records, damaged, extract.faults)
    header = next(records)
    if header.error or not header.cells:
        extract.faults.append(_broken(header) if header.error else NO_HEADER)
        return extract
    extract.header = ["\ufffd" if cell is None else cell for cell in header.cells]
    extract.columns = [Cells() for _ in header.cells]
    while block := list(itertools.islice(records, _BLOCK)):
        _add(extract, block, cut_off, delimiter)
        if len(extract.faults) >= MOST_FAULTS:
            extract.records = None
            break
    if extract.records == 0:
        extract.faults.append(NO_ROWS)
    return extract


def _add(extract: Extract, block: list[_Record], cut_off: int | None, delimiter: str) -> None:
    """Add the records that are rows to the columns, and what is wrong with the others to the faults."""
    width = len(extract.header)
    rows = []
    for record in block:
        if fault := _wrong_form(record, width, cut_off, delimiter):
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
    last = 0
    for record in records:
        lines = [line for line in range(record.first, record.last + 1) if line in damaged]
        cells = [None if cell is None or _is_damaged(cell) else cell for cell in record.cells] if lines else []
        place = cells.index(None) if None in cells else None
        faults += [replace(damaged[line], cell=place) for line in lines]
        last = record.last
        yield record._replace(cells=cells) if lines else record
    faults += [fault for line, fault in damaged.items() if line > last]  # half a character after the last line


def _is_damaged(cell: str) -> bool:
    return "\0" in cell or any("\ud800" <= character <= "\udfff" for character in cell)


def _truncated(line: int) -> Fault:
    return whole("a last line without its end", "every line is ended: the file may be truncated", _EXPORT_AGAIN, line)


def _wrong_form(record: _Record, width: int, cut_off: int | None, delimiter: str) -> Fault | None:
    """What keeps a record from being a row of the table."""
    count = len(record.cells)
    if count == width and any(record.cells):
        return None
    if record.error:
        return _broken(record)
    if all(cell == "" for cell in record.cells):
        return empty_line(record.first)
    if count == width:
        return None
    if count < width and cut_off == record.last:
        return _truncated(cut_off)
    rule = f"the header has {width} cells, and so must every line"
    if count < width:
        rule += ": this one may be truncated"
    sign = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}[delimiter]
    remedy = f"Compare the line with the source; a text with a {sign} stands in double quotes."
    if record.last > record.first:
        remedy = f"The row runs on to line {record.last}: is a double quote missing?"
    return whole(f"{count} cells", rule, remedy, record.first)


def _broken(record: _Record) -> Fault:
    """Name what the csv module stopped at: an overlong cell, a lone carriage return, or quotes out of balance."""
    if "field limit" in record.error and record.first == record.last:
        rule = f"a cell has at most {csv.field_size_limit():,} characters"
        return whole("an overlong cell", rule, "Shorten it.", record.first)
    if "new-line" in record.error:
        return whole("a carriage return alone", "a line ends with a line feed (LF or CRLF)", SAVE_AS, record.last)
    remedy = "Close the quote; a quote within a quoted cell is doubled."
    return whole("a double quote out of balance", "quotes stand in pairs around a cell", remedy, record.first)
