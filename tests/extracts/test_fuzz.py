"""Damaged bytes, cells and tables: refused, or every cell as the page of extracts says; never a traceback.

What is taken is held against a reading of the file by other means, cell by cell. 500 files in all.
"""

import csv
import io
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.extracts.cohort import HEADER, LEVELS, NAMES, ROWS, as_csv, study, taken

SMALL = ROWS[:6]
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
PIECES = st.one_of(
    st.binary(min_size=1, max_size=3),
    st.sampled_from(
        [b"\0", b"\n", b"\r", b'"', b",", b";", b" ", b"-", b"\xff", b"\xef\xbb\xbf", b"1", b"A", b"\xc2\xa0"]
    ),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["replace", "insert", "delete", "double", "truncate"]), st.floats(0, 1), PIECES),
    min_size=1,
    max_size=3,
)


def damaged(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for change, share, piece in changes:
        place = int(share * (len(data) - 1)) if data else 0
        before, after = data[:place], data[place:]
        data = {
            "replace": before + piece + after[len(piece) :],
            "insert": before + piece + after,
            "delete": before + after[len(piece) :],
            "double": before + after[:40] + after,
            "truncate": before,
        }[change]
    return data


def outcome(data: bytes, name: str = "extract.csv", **source: Any) -> list[list[str]] | None:
    """The canonical rows; None when the file is refused, with problems that have all their parts."""
    with tempfile.TemporaryDirectory() as folder:
        found = taken(Path(folder), data, study(**source), name)
    if found and isinstance(found[0], tuple):
        assert all(what for _, _, what in found)
        return None
    return list(found)


def mapped(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    """The documented mapping of raw cells: levels, ISO dates, text without outer spaces, all else as it is."""
    places = [header.index(name) for name in HEADER]
    return [[canonical(name, row[place]) for name, place in zip(NAMES, places, strict=True)] for row in rows]


def canonical(name: str, cell: str) -> str:
    if name in LEVELS:
        return str(LEVELS[name][cell])
    if name == "surgery" and cell:
        return datetime.strptime(cell, "%Y-%m-%d").date().isoformat()  # 2021-3-7 is 2021-03-07
    if name == "age" and float(cell) > 89:
        return "90"
    return cell.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "shift-jis", "windows-1252"])
def test_damaged_bytes(encoding):
    codec = {"shift-jis": "cp932"}.get(encoding, encoding)
    notes = {"gb18030": "再次手术", "shift-jis": "再手術", "windows-1252": "réopération", "utf-16": "再次手术"}
    rows = [[*row[:7], notes.get(encoding, row[7])] for row in SMALL]
    good = as_csv(HEADER, rows).decode().encode(codec)

    @settings(max_examples=50, **QUIET)
    @given(CHANGES)
    def check(changes: list[tuple[str, float, bytes]]) -> None:
        data = damaged(good, changes)
        result = outcome(data, encoding=encoding)
        if result is not None:
            text = data.decode(codec).removeprefix("\ufeff")
            header, *raw = csv.reader(io.StringIO(text, newline=""))
            assert result == mapped(header, raw)

    check()


CELLS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\A-?[0-9]{1,4}([.,][0-9]{1,3})?\Z"),
    st.dates(date(1800, 1, 1), date(2200, 1, 1)).map(date.isoformat),
    st.sampled_from(["", " ", "A", "b", "0", "1", "NA", "nan", "=1", "-", "１", "1_0", "1e3", "A\u200b", "../x", "99"]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """The good table with other cells, and with headers, columns or rows moved, doubled or left out."""
    header, rows = list(HEADER), [list(row) for row in SMALL]
    for _ in range(draw(st.integers(0, 3))):
        rows[draw(st.integers(0, 5))][draw(st.integers(0, 7))] = draw(CELLS)
    order = draw(st.permutations(range(8)))
    header, rows = [header[i] for i in order], [[row[i] for i in order] for row in rows]
    change = draw(st.sampled_from(["none", "none", "header", "another column", "no row", "a row again", "ragged"]))
    if change == "header":
        header[draw(st.integers(0, 7))] = draw(st.one_of(CELLS, st.sampled_from(HEADER)))
    elif change == "another column":
        header, rows = [*header, draw(CELLS)], [[*row, draw(CELLS)] for row in rows]
    elif change == "no row":
        rows = rows[: draw(st.integers(0, 5))]
    elif change == "a row again":
        rows.append(rows[draw(st.integers(0, 5))])
    elif change == "ragged":
        rows[draw(st.integers(0, 5))].append(draw(CELLS))
    return header, rows


@settings(max_examples=120, **QUIET)
@given(tables(), st.sampled_from([",", ";", "\t", "|"]))
def test_text_tables(table, delimiter):
    header, rows = table
    try:
        data = as_csv(header, rows, delimiter)
    except UnicodeEncodeError:
        return  # half characters, which no file in UTF-8 holds
    result = outcome(data, delimiter=delimiter)
    if result is not None:
        assert result == mapped(header, rows)


def clean(table: tuple[list[str], list[list[str]]]) -> tuple[list[str], list[list[str]]]:
    """Without the characters that XML can't hold; a workbook says an empty cell by leaving it out."""
    header, rows = table

    def kept(cell: str) -> str:
        return "".join(c for c in cell if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe")

    return [kept(cell) for cell in header], [[kept(cell) for cell in row] for row in rows]


@settings(max_examples=50, **QUIET)
@given(tables().map(clean))
def test_workbooks(table):
    header, rows = table
    book = Workbook()
    for line, row in enumerate([header, *rows], start=1):
        for place, cell in enumerate(row, start=1):
            if cell:
                book.active.cell(line, place).value = cell
                book.active.cell(line, place).data_type = "s"  # also where it looks like a formula
    data = io.BytesIO()
    book.save(data)
    result = outcome(data.getvalue(), "extract.xlsx")
    if result is not None:
        width = len(header)
        assert result == mapped(header, [row[:width] for row in rows])


@settings(max_examples=50, **QUIET)
@given(tables())
def test_parquet_tables(table):
    header, rows = table
    if len(set(map(len, [header, *rows]))) > 1:
        return
    try:
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(header))]
        made = pa.Table.from_arrays(columns, names=header)
    except (UnicodeEncodeError, pa.ArrowException):
        return  # half characters
    data = io.BytesIO()
    pq.write_table(made, data)
    result = outcome(data.getvalue(), "extract.parquet")
    if result is not None:
        assert result == mapped(header, rows)


def good_file(name: str) -> bytes:
    data = io.BytesIO()
    if name.endswith("xlsx"):
        book = Workbook()
        for row in [HEADER, *SMALL]:
            book.active.append(row)
        book.save(data)
    else:
        pq.write_table(pa.table({h: [row[i] for row in SMALL] for i, h in enumerate(HEADER)}), data)
    return data.getvalue()


@pytest.mark.parametrize("name", ["extract.xlsx", "extract.parquet"])
def test_damaged_binary_files(name):
    """Their checksums find most damage; what passes holds what it held."""
    good = good_file(name)
    expected = mapped(HEADER, SMALL)

    @settings(max_examples=15, **QUIET)
    @given(CHANGES)
    def check(changes: list[tuple[str, float, bytes]]) -> None:
        result = outcome(damaged(good, changes), name)
        assert result is None or name.endswith("parquet") or result == expected

    check()


def test_a_problem_never_quotes_a_cell():
    """What was found is said in the same words, whatever stands in the cell."""
    token = "Q7zx81Kq"
    for place, header in enumerate(HEADER):
        rows = [list(row) for row in SMALL]
        rows[2][place] = f" ={token}"
        with tempfile.TemporaryDirectory() as folder:
            found = taken(Path(folder), as_csv(HEADER, rows))
        assert found[0][:2] == (4, header)
        assert token not in str(found)
