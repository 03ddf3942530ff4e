"""43 ways in which a file of 200 patients is damaged or misread elsewhere: each has the outcome that the page promises.

The kinds are those on which readers of tables were compared before this program was written: pandas alone took 19 of
them for good, a strict reader with a rule for every cell four.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from peritrace.extracts.manifest import manifest_of
from peritrace.extracts.reading import read_extract
from tests.extracts.cohort import GOOD, HEADER, ROWS, as_csv, canonical_rows, study, taken, with_cell

LINES = GOOD.splitlines(keepends=True)
Problems = list[tuple[int, str, str]]


def edited(change: Callable[[list[str]], list[str]]) -> list[list[str]]:
    return [change(list(row)) for row in ROWS]


def swapped(first: str, second: str) -> bytes:
    """The headers change places, the values stay."""
    places = HEADER.index(first), HEADER.index(second)
    header = list(HEADER)
    header[places[0]], header[places[1]] = second, first
    return as_csv(header, ROWS)


def without(header: str) -> bytes:
    place = HEADER.index(header)
    return as_csv([*HEADER[:place], *HEADER[place + 1 :]], [[*row[:place], *row[place + 1 :]] for row in ROWS])


def renumbered(row: list[str]) -> list[str]:
    return [row[0].lstrip("0"), *row[1:]]


def recoded(row: list[str]) -> list[str]:
    return [*row[:5], "12"[int(row[5])], *row[6:]]


LATIN_1 = with_cell(6, "note", "réopération").decode().encode("latin-1")
TWO = [(line, "event", "a code that is not listed") for line, row in enumerate(ROWS, start=2) if row[5] == "1"]


@dataclass
class Case:
    """A damaged file, and what becomes of it: canonical rows, or problems as (line, column, what was found)."""

    data: bytes
    rows: list[list[str]] | None = None
    problems: Problems = field(default_factory=list)
    source: dict[str, Any] = field(default_factory=dict)


def refused(data: bytes, *problems: tuple[int, str, str], **source: Any) -> Case:
    return Case(data, None, list(problems), source)


def accepted(data: bytes, rows: list[list[str]], **source: Any) -> Case:
    return Case(data, canonical_rows(rows), [], source)


INVISIBLE = "a line break, tab or invisible character"
CASES = {
    "byte order mark": accepted(b"\xef\xbb\xbf" + GOOD, ROWS),
    "Windows line ends": accepted(GOOD.replace(b"\n", b"\r\n"), ROWS),
    "old Macintosh line ends": refused(
        GOOD.replace(b"\n", b"\r"), (1, "", "lines that end with a carriage return alone")
    ),
    "truncated within a line": refused(GOOD[:-30], (201, "", "a last line without its end")),
    "truncated between lines, rows announced": refused(
        b"".join(LINES[:151]), (151, "", "150 rows up to here"), rows=200
    ),
    "truncated between lines, nothing announced": accepted(b"".join(LINES[:151]), ROWS[:150]),
    "a NUL byte": refused(GOOD.replace(b"stoma", b"sto\0ma", 1), (2, "note", "a NUL byte (byte 34 of the line)")),
    "UTF-16": refused(GOOD.decode().encode("utf-16"), (1, "", "text in UTF-16 or UTF-32")),
    "a byte of Latin-1": refused(LATIN_1, (6, "note", "a byte that is not UTF-8 (byte 32 of the line)")),
    "full-width digits": refused(with_cell(5, "age", "６５"), (5, "age", "digits other than 0 to 9")),
    "an underscore in a number": refused(with_cell(5, "pci", "1_0"), (5, "pci", "a number among other characters")),
    "a decimal comma": refused(with_cell(5, "months", "12,5"), (5, "months", "a number with a comma")),
    "an exponent": refused(with_cell(5, "months", "1e1"), (5, "months", "a number among other characters")),
    "nan as a number": refused(with_cell(5, "months", "nan"), (5, "months", "a word for a missing value")),
    "an infinite number": refused(with_cell(5, "months", "inf"), (5, "months", "text")),
    "NA as an identifier": refused(with_cell(5, "id", "NA"), (5, "id", "a word for a missing value")),
    "leading zeros lost": accepted(as_csv(HEADER, edited(renumbered)), edited(renumbered)),
    "a row twice": refused(GOOD + LINES[9], (202, "id", "the identifier of line 10 again")),
    "an identifier twice": refused(with_cell(20, "id", "009"), (20, "id", "the identifier of line 10 again")),
    "a header twice": refused(
        as_csv([*HEADER, "age"], [[*row, "1"] for row in ROWS]),
        (1, "age", "the header of column number 3 again, in column number 9"),
    ),
    "headers of age and index swapped": refused(
        swapped("age", "pci"),
        *((line, "pci", "a number above the maximum") for line, row in enumerate(ROWS, start=2) if int(row[2]) > 39),
    ),
    "headers of time and event swapped": refused(
        swapped("months", "event"), *((line, "event", "a code that is not listed") for line in range(2, 202))
    ),
    "a column missing": refused(without("pci"), (1, "pci", "no such header")),
    "no header": refused(b"".join(LINES[1:]), (1, "", "no header that the study file names")),
    "lines above the header": refused(
        b"Registry of peritoneal metastases\nas of May\n" + GOOD, (1, "", "no header that the study file names")
    ),
    "a header alone": refused(LINES[0], (1, "", "a header without rows")),
    "an empty file": refused(b"", (0, "", "an empty file")),
    "a line short of a cell": refused(GOOD.replace(b"002,A,", b"002,", 1), (3, "", "7 cells")),
    "a line with a cell too many": refused(GOOD.replace(b"002,A,", b"002,A,A,", 1), (3, "", "9 cells")),
    "a quote that is not closed": refused(
        GOOD.replace(b",stoma", b',"stoma', 1), (2, "", "a double quote out of balance")
    ),
    "tabs between cells": refused(as_csv(HEADER, ROWS, "\t"), (1, "", "cells separated by semicolons or tabs")),
    "semicolons between cells": refused(as_csv(HEADER, ROWS, ";"), (1, "", "cells separated by semicolons or tabs")),
    "an arm in small letters": refused(with_cell(5, "arm", "a"), (5, "arm", "a listed code in other capitals")),
    "a space after an arm": refused(with_cell(5, "arm", "A "), (5, "arm", "a space around the value")),
    "an arm with a look-alike letter": refused(with_cell(5, "arm", "А"), (5, "arm", "a code that is not listed")),
    "an arm with a character of no width": refused(with_cell(5, "arm", "A\u200b"), (5, "arm", INVISIBLE)),
    "events coded 1 and 2": refused(as_csv(HEADER, edited(recoded)), *TWO),
    "a negative time": refused(with_cell(5, "months", "-12.5"), (5, "months", "a negative number")),
    "markup as an arm": refused(with_cell(5, "arm", "<b>A</b>"), (5, "arm", "a code that is not listed")),
    "a formula in text": refused(with_cell(5, "note", "=1+1"), (5, "note", "text that begins like a formula")),
    "a path as an identifier": refused(with_cell(5, "id", "../../etc"), (5, "id", "text with other characters")),
    "a cell of ten megabytes": refused(with_cell(5, "note", "x" * 10_000_000), (5, "", "an overlong cell")),
    "a workbook named .csv": refused(b"PK\x03\x04" + GOOD, (0, "", "an Excel workbook")),
}


def test_there_are_43_kinds():
    assert len(CASES) == 43


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_outcome(tmp_path, case):
    expected = sorted(set(case.problems)) if case.rows is None else case.rows
    assert taken(tmp_path, case.data, study(**case.source)) == expected


PAGE = Path("docs/extracts.md").read_text("utf-8")


def documented() -> dict[str, str]:
    table = PAGE.partition("\n| what happened to the file |")[2].partition("\n\n")[0]
    rows = [re.split(r" \| ", line.strip("| ")) for line in table.splitlines()[2:]]
    return dict(rows)


def outcome_of(case: Case) -> str:
    """As the page says it: taken, or what the first problem found."""
    return "taken" if case.rows is not None else f"refused: {case.problems[0][2]}"


def test_the_page_lists_every_kind_with_its_outcome():
    listed = documented()
    assert list(listed) == list(CASES)
    for kind, case in CASES.items():
        assert listed[kind].partition(";")[0] == outcome_of(case)


# What the study file can say of a file, so that it is taken


@pytest.mark.parametrize(
    ("data", "source"),
    [
        pytest.param(GOOD.decode().encode("utf-16"), {"encoding": "utf-16"}, id="UTF-16"),
        pytest.param(GOOD.decode().encode("utf-16-be"), {"encoding": "utf-16"}, id="UTF-16, big end first"),
        pytest.param(as_csv(HEADER, ROWS, "\t"), {"delimiter": "\t"}, id="tabs"),
        pytest.param(as_csv(HEADER, ROWS, ";"), {"delimiter": ";"}, id="semicolons"),
        pytest.param(as_csv(HEADER, ROWS, "|"), {"delimiter": "|"}, id="vertical bars"),
        pytest.param(GOOD, {"rows": 200, "columns": 8}, id="announced"),
    ],
)
def test_taken_as_the_study_file_says(tmp_path, data, source):
    if source == {"encoding": "utf-16"} and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = b"\xfe\xff" + data
    assert taken(tmp_path, data, study(**source)) == canonical_rows(ROWS)


TEXTS = {
    "gb18030": "術后第三天再次手术",
    "big5": "術後第三天再次手術",
    "shift-jis": "術後三日目に再手術、①表",
    "euc-kr": "수술 후 삼일째 재수술",
    "windows-1252": "Réopération, drainage à côté",
    "windows-1250": "Reoperacja, płukanie jamy brzusznej, śmierć",
    "windows-1251": "Повторная операция",
    "utf-16": "Réopération 再次手术",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_every_encoding_keeps_text_and_line_numbers(tmp_path, encoding):
    """A damaged byte is named by its place in the file as it is, and nothing else of the file is refused."""
    codec = {"big5": "cp950", "shift-jis": "cp932", "euc-kr": "cp949"}.get(encoding, encoding)
    rows = [[*row[:7], TEXTS[encoding] if number % 2 else ""] for number, row in enumerate(ROWS)]
    text = as_csv(HEADER, rows).decode()
    assert taken(tmp_path, text.encode(codec), study(encoding=encoding)) == canonical_rows(rows)
    if encoding in ("windows-1251", "utf-16"):
        return  # every byte but one has a meaning there; half characters of UTF-16 are below
    bad = {"windows-1252": b"\x81", "windows-1250": b"\x81"}.get(encoding, b"\xff")
    lines = text.encode(codec).split(b"\n")
    lines[7] += bad
    place = len(lines[7])
    ((line, column, found),) = taken(tmp_path, b"\n".join(lines), study(encoding=encoding))
    assert (line, column) == (8, "note")
    assert found.startswith("a byte that is not ")
    assert found.endswith(f"(byte {place} of the line)")


def test_half_a_character_of_utf_16(tmp_path):
    data = GOOD.decode().replace("stoma", "sto\ud83dma", 1).encode("utf-16", "surrogatepass")
    assert taken(tmp_path, data, study(encoding="utf-16")) == [
        (2, "note", "half a character (character 34 of the line)")
    ]
    more = GOOD.decode().encode("utf-16") + b"\0"
    assert taken(tmp_path, more, study(encoding="utf-16")) == [(202, "", "half a character at the end")]
    assert (201, "", "a last line without its end") in taken(
        tmp_path, GOOD.decode().encode("utf-16")[:-3], study(encoding="utf-16")
    )


@pytest.mark.parametrize(
    ("stated", "codec", "text", "line"),
    [
        ("utf-8", "gb18030", "术后第三天再次手术", "encoding: gb18030"),
        ("utf-8", "cp950", "術後第三天再次手術", "encoding: big5"),
        ("utf-8", "cp932", "術後三日目に再手術", "encoding: shift-jis"),
        ("utf-8", "cp949", "수술 후 삼일째 재수술", "encoding: euc-kr"),
        ("utf-8", "cp1251", "Повторная операция", "encoding: windows-1251"),
        ("utf-8", "utf-16", "Повторная операция", "encoding: utf-16"),
        ("gb18030", "utf-8", "术后第三天再次手术", "encoding: utf-8"),
        ("windows-1252", "utf-8", "Réopération", "encoding: utf-8"),
        ("utf-16", "gb18030", "术后第三天再次手术", "encoding: gb18030"),
        ("big5", "utf-16", "術後第三天", "encoding: utf-16"),
    ],
)
def test_another_encoding_than_stated_is_one_problem_that_says_what_to_write(tmp_path, stated, codec, text, line):
    path = tmp_path / "extract.csv"
    path.write_bytes(as_csv(HEADER, [[*row[:7], text] for row in ROWS]).decode().encode(codec))
    read = read_extract(path, study(encoding=stated).source)
    (fault,) = read.faults
    assert not read.header
    assert f"Write `{line}` under source: in the study file" in fault.remedy


@pytest.mark.parametrize(
    ("sign", "line"), [(";", '`delimiter: ";"`'), ("\t", '`delimiter: "\\t"`'), ("|", '`delimiter: "|"`')]
)
def test_another_delimiter_than_stated_says_what_to_write(tmp_path, sign, line):
    path = tmp_path / "extract.csv"
    path.write_bytes(as_csv(HEADER, ROWS, sign))
    (fault,) = read_extract(path).faults
    assert line in fault.remedy
    rows = [[*row[:4], row[4].replace(".", ","), *row[5:]] for row in ROWS]
    path.write_bytes(as_csv(["id", "arm", "age, years", *HEADER[3:]], rows, sign))
    (fault,) = read_extract(path).faults
    assert line in fault.remedy


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind"),
        ("a.ods", b"PK\x03\x04", "an OpenDocument spreadsheet"),
        ("a.sav", b"$FL2", "an SPSS file"),
        ("a.doc", b"x", "a file whose ending says no known kind"),
        ("a.csv", b"\xd0\xcf\x11\xe0x", "an Excel workbook"),
        ("a.csv", b"PAR1x", "a Parquet file"),
        ("a.txt", b"<html><table><tr><td>1", "a page of HTML or XML"),
        ("a.xlsx", GOOD, "something else than a workbook"),
        ("a.xlsx", b"", "an empty file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a workbook under a password"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind"),
        ("a.parquet", GOOD, "something else than Parquet"),
        ("a.parquet", b"PARE", "an encrypted Parquet file"),
    ],
)
def test_the_ending_says_what_a_file_is(tmp_path, name, data, found):
    assert taken(tmp_path, data, name=name) == [(0, "", found)]


def test_the_manifest(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_bytes(GOOD)
    announced = manifest_of(path, read_extract(path))
    assert (announced["rows"], announced["columns"]) == (200, 8)
    assert taken(tmp_path, GOOD, study(**announced)) == canonical_rows(ROWS)
    changed = with_cell(5, "age", "66")
    ((_, _, found),) = taken(tmp_path, changed, study(**announced))
    assert found == f"a file of the digest {manifest_of(path, read_extract(path))['sha256']}"
    more = as_csv([*HEADER, "x"], [[*row, ""] for row in ROWS])
    assert (1, "", "9 columns") in taken(tmp_path, more, study(columns=8))
