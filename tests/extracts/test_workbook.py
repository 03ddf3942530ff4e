"""Workbooks: which text stands for a cell, and that what can't be seen or trusted in a sheet is refused."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from peritrace.extracts.extract import Extract
from peritrace.extracts.reading import read_extract
from peritrace.extracts.workbook_parts import MOST_BYTES, bomb
from tests.extracts.cohort import HEADER, ROWS, canonical_rows, study, taken

SHEET = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def workbook(*rows: list[Any], edit: Callable[[Any], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if edit:
        edit(book.active)
    return saved(book)


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part of it rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(part, change(text.decode()).encode() if part == name else text)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Extract]:
    def read(data: bytes, **source: Any) -> Extract:
        path = tmp_path / "extract.xlsx"
        path.write_bytes(data)
        return read_extract(path, study(**source).source)

    return read


def cells(extract: Extract) -> list[list[str | None]]:
    return [column.rows() for column in extract.columns]


def faults(extract: Extract) -> list[tuple[int | None, int | None, str]]:
    return [(fault.line, fault.cell, fault.found) for fault in extract.faults]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        ("'1", "'1"),
        ("  stoma ", "  stoma "),
        ("=1+1 as text", None),
        (7, "7"),
        (7.0, "7"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (12.5, "12.5"),
        (0.00001, "0.00001"),
        (1 / 3, "0.333333333333333"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2021, 3, 7), "2021-03-07"),
        (datetime(2021, 3, 7), "2021-03-07"),
        (datetime(2021, 3, 7, 10, 30), "2021-03-07T10:30"),
        (datetime(2021, 3, 7, 10, 30, 5), "2021-03-07T10:30:05"),
        (time(10, 30), "10:30"),
        ("再次手术", "再次手术"),
        ("two\nlines", "two\nlines"),
        ("a_x000D_b", "a\rb"),
    ],
)
def test_text_of_a_cell(read, value, text):
    extract = read(workbook(["id", "value"], ["1", value]))
    if text is None:  # openpyxl writes it as a formula
        assert faults(extract) == [(2, 1, "a formula")]
    else:
        assert faults(extract) == []
        assert cells(extract)[1] == [text]


def test_a_text_that_begins_with_an_equals_sign_is_text(read):
    def as_text(sheet: Any) -> None:
        sheet["B2"].data_type = "s"

    extract = read(workbook(["id", "note"], ["1", "=1+1"], edit=as_text))
    assert (faults(extract), cells(extract)[1]) == ([], ["=1+1"])


def test_the_cohort_is_the_same_as_from_text(tmp_path):
    """Numbers and dates as Excel keeps them; identifiers as text, with their zeros."""
    rows = [
        [
            row[0],
            row[1],
            int(row[2]),
            int(row[3]),
            float(row[4]),
            int(row[5]),
            date.fromisoformat(row[6]),
            row[7] or None,
        ]
        for row in ROWS
    ]
    as_numbers = [[*row[:4], row[4].removesuffix(".0"), *row[5:]] for row in ROWS]
    data = workbook(HEADER, *rows)
    assert taken(tmp_path, data, study(rows=200), "extract.xlsx") == canonical_rows(as_numbers)


def test_both_date_systems(read):
    """Excel for Mac once counted days from 1904 and not from 1900."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["id", "day"])
    book.active.append(["1", date(2021, 3, 7)])
    data = saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert 'date1904="1"' in archive.read("xl/workbook.xml").decode()
    assert cells(read(data))[1] == ["2021-03-07"]
    early = workbook(["id", "day"], ["1", date(1900, 1, 15)], ["2", date(1900, 3, 1)])
    assert cells(read(early))[1] == ["1900-01-15", "1900-03-01"]


def test_a_date_with_a_time_is_refused_where_a_date_is_asked_for(tmp_path):
    row = [*ROWS[0][:6], datetime(2021, 3, 7, 10, 30), None]
    assert taken(tmp_path, workbook(HEADER, row), name="extract.xlsx") == [
        (2, "surgery", "something else than a date of this format")
    ]


def test_lines_are_rows_of_the_sheet_and_empty_ends_do_not_count(read):
    extract = read(workbook(["id", "n", None], ["1", 1, None], [], [None, ""], ["2", None], [], [None]))
    assert extract.header == ["id", "n"]
    assert list(extract.lines) == [2, 5]
    assert (extract.records, extract.last) == (2, 5)
    assert cells(extract) == [["1", "2"], ["1", ""]]
    assert faults(extract) == [(3, None, "an empty line"), (4, None, "an empty line")]


def test_a_sheet_that_states_its_size_wrongly_is_read_whole(read):
    data = workbook(["id", "n"], ["1", 1], ["2", 2])
    wrong = with_part(data, SHEET, lambda text: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1"', text))
    assert wrong != data
    assert cells(read(wrong)) == [["1", "2"], ["1", "2"]]


BASE = (["id", "a", "b"], ["1", 1, 2], ["2", 3, 4], ["3", 5, 6])


def hide_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[9].hidden = True  # below the table


def filter_rows(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:C4"
    for row in (2, 4):
        sheet.row_dimensions[row].hidden = True


def hide_column(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions["H"].hidden = True  # beside the table


def merge(sheet: Any) -> None:
    sheet.merge_cells("B2:C2")


def formula(sheet: Any) -> None:
    sheet["C3"] = "=B3*2"


def array_formula(sheet: Any) -> None:
    from openpyxl.worksheet.formula import ArrayFormula

    sheet["C3"] = ArrayFormula("C3", "=SUM(A1:A2)")


def errors(sheet: Any) -> None:
    sheet["B2"], sheet["C4"] = "#N/A", "#REF!"


def many_digits(sheet: Any) -> None:
    sheet["A2"] = 12345678901234567890


def per_cent(sheet: Any) -> None:
    sheet["B2"] = 0.45
    sheet["B2"].number_format = "0.0%"


def stray(sheet: Any) -> None:
    sheet["E3"] = "seen by AB"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (hide_row, [(3, None, "1 hidden row, of which this is the first")]),
        (filter_rows, [(2, None, "2 hidden rows, of which this is the first")]),
        (hide_column, [(1, 1, "a hidden column")]),
        (merge, [(2, 1, "merged cells")]),
        (formula, [(3, 2, "a formula")]),
        (array_formula, [(3, 2, "a formula")]),
        (errors, [(2, 1, "an error value of the spreadsheet"), (4, 2, "an error value of the spreadsheet")]),
        (many_digits, [(2, 0, "a number with more than 15 digits")]),
        (per_cent, [(2, 1, "a number shown as per cent")]),
        (stray, [(3, 4, "a value under no header")]),
    ],
)
def test_refused_within_a_sheet(read, edit, expected):
    extract = read(workbook(*BASE, edit=edit))
    assert faults(extract) == expected
    assert list(extract.lines) == [2, 3, 4]  # all else is handed on, so that its faults are found too
    assert len(extract.columns) == 3


def test_rows_and_columns_of_no_size_are_hidden(read):
    flat = with_part(
        workbook(*BASE), SHEET, lambda text: text.replace('<row r="2"', '<row r="2" ht="0" customHeight="1"')
    )
    assert faults(read(flat)) == [(2, None, "1 hidden row, of which this is the first")]
    thin = '<cols><col min="2" max="3" width="0" customWidth="1"/></cols><sheetData>'
    data = with_part(workbook(*BASE), SHEET, lambda text: text.replace("<sheetData>", thin))
    assert faults(read(data)) == [(1, 1, "a hidden column"), (1, 2, "a hidden column")]


def test_rows_hidden_by_default(read):
    data = with_part(
        workbook(*BASE), SHEET, lambda text: text.replace("<sheetFormatPr", '<sheetFormatPr zeroHeight="1"')
    )
    assert faults(read(data)) == [(1, None, "rows hidden by default")]


def three_sheets() -> Workbook:
    book = Workbook()
    book.active.title = "Patients"
    book.active.append(["id"])
    book.active.append(["1"])
    book.create_sheet("Notes").append(["x"])
    book.create_sheet("Old").sheet_state = "hidden"
    return book


def test_sheets(read):
    data = saved(three_sheets())
    (fault,) = read(data).faults
    assert fault.found == "2 visible sheets"
    assert "'Patients', 'Notes'" in fault.remedy
    assert read(data, sheet="Patients").faults == []
    assert cells(read(data, sheet="Patients")) == [["1"]]
    (fault,) = read(data, sheet="Patient").faults
    assert (fault.found, fault.remedy) == ("no such sheet", "Did you mean 'Patients'?")
    (fault,) = read(data, sheet="Old").faults
    assert fault.found == "the sheet 'Old' hidden"
    book = three_sheets()
    del book["Notes"]
    assert cells(read(saved(book))) == [["1"]]  # the only visible one


def test_a_workbook_without_a_table(read):
    assert faults(read(workbook())) == [(None, None, "an empty sheet")]
    assert faults(read(workbook(["id", "n"]))) == [(1, None, "a header without rows")]
    assert faults(read(workbook([], ["id"], ["1"]))) == [(1, None, "an empty line")]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: b"PK\x03\x04" + b"x" * 100, id="no archive"),
        pytest.param(lambda data: with_part(data, SHEET, lambda text: text[:-40]), id="a part cut off"),
        pytest.param(lambda data: with_part(data, "xl/workbook.xml", lambda _: "<x/>"), id="no sheets"),
        pytest.param(
            lambda data: with_part(
                data, SHEET, lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text.partition("?>")[2]
            ),
            id="entities",
        ),
        pytest.param(lambda data: with_part(data, SHEET, lambda t: t.replace('r="3"', 'r="2"')), id="a row twice"),
        pytest.param(
            lambda data: with_part(data, SHEET, lambda t: t.replace('<row r="3"', '<row r="9999999999"')), id="far"
        ),
        pytest.param(
            lambda data: with_part(data, SHEET, lambda t: t.replace("<v>1</v>", "<v>NaN</v>")), id="no number"
        ),
    ],
)
def test_damaged_workbooks_are_one_fault(read, change):
    (fault,) = read(change(workbook(*BASE))).faults
    assert fault.line is None
    assert fault.found in ("a workbook that can't be read", "0 visible sheets")


def test_a_bomb_is_refused_by_its_directory(read):
    """A megabyte of zeros packs to a thousandth; nothing of it is unpacked."""

    def bloated(text: str) -> str:
        return text.replace("</sheetData>", "</sheetData>" + " " * 3_000_000)

    assert faults(read(with_part(workbook(*BASE), SHEET, bloated))) == [
        (None, None, "a workbook packed more closely than tables are")
    ]


def test_a_workbook_that_unpacks_to_too_much(tmp_path, monkeypatch):
    path = tmp_path / "extract.xlsx"
    path.write_bytes(workbook(*BASE))
    assert bomb(path) is None
    monkeypatch.setattr("peritrace.extracts.workbook_parts.MOST_BYTES", 1000)
    fault = bomb(path)
    assert fault is not None
    assert fault.found == "a workbook that unpacks to too much"
    assert MOST_BYTES == 200_000_000
