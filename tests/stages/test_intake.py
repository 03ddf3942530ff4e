"""Intake: what is taken, what is refused, and that a refusal names the place and never the value."""

import csv
import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.stages.taking_in import take_in

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "resources/yan-2024/patients.csv").read_bytes()
YAN = load_study(ROOT / "config/studies/yan-2024.yaml").for_stage("intake")
NAME = "resources/yan-2024/patients.csv"
HEADER, *ROWS = csv.reader(io.StringIO(GOOD.decode()))


def as_csv(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def with_cells(*cells: tuple[int, str, str]) -> bytes:
    """The good extract with other values at some places (line, header)."""
    rows = [list(row) for row in ROWS]
    for line, header, value in cells:
        rows[line - 2][HEADER.index(header)] = value
    return as_csv(HEADER, rows)


def without(*headers: str) -> bytes:
    kept = [place for place, header in enumerate(HEADER) if header not in headers]
    return as_csv([HEADER[place] for place in kept], [[row[place] for place in kept] for row in ROWS])


def lines(*numbers: int) -> list[bytes]:
    return [GOOD.splitlines(keepends=True)[number - 1] for number in numbers]


def renamed(old: bytes, new: bytes) -> bytes:
    header, end, rest = GOOD.partition(b"\n")
    return header.replace(old, new) + end + rest


class Workplace:
    """A folder with an extract, in which a user runs the intake of Yan et al."""

    def __init__(self, folder: Path) -> None:
        self.extract, self.out = folder / NAME, folder / "out"
        self.patients, self.flow = self.out / "patients.csv", self.out / "flow.csv"
        self.extract.parent.mkdir(parents=True)

    def take(self, data: bytes, study: Study = YAN) -> list[dict[str, str]]:
        self.extract.write_bytes(data)
        take_in(Path(NAME), study, self.out)
        with self.patients.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    def refuse(self, data: bytes, study: Study = YAN) -> list[Problem]:
        """Every refusal: nothing written, the file named as it was given, no patient's value in the message."""
        with pytest.raises(InputRefused) as error:
            self.take(data, study)
        assert self.patients.read_text(encoding="utf-8").count("\n") == 1  # the header and no patient
        assert str(error.value).startswith(f"{study.id}: {NAME}: ")
        assert {problem.file for problem in error.value.problems} == {NAME}
        message = error.value.render(most=10_000)
        for value in values_of(data, study):
            assert value not in message
        return error.value.problems


def values_of(data: bytes, study: Study) -> set[str]:
    """The cells of an extract that no study file holds, of four characters or more."""
    known = yaml.safe_dump(study.model_dump(), allow_unicode=True).casefold()
    cells = re.split(r'[,"\r\n]', data.decode("utf-8", "replace").partition("\n")[2])
    return {cell for cell in cells if len(cell) >= 4 and cell.casefold() not in known}


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.chdir(tmp_path)
    return Workplace(tmp_path)


def places(problems: list[Problem]) -> list[tuple[int | None, str, str]]:
    return [(problem.line, problem.column, problem.found) for problem in problems]


def test_good_extract(workplace: Workplace) -> None:
    rows = workplace.take(GOOD)
    assert [row["line"] for row in rows] == [str(line) for line in range(2, 12)]
    assert list(rows[0]) == ["line", *(column.name for column in YAN.columns)]
    third = rows[2]  # patient 3 of Tables 1 to 3
    assert (third["sex"], third["onset"], third["status"], third["sae"]) == ("male", "metachronous", "dead", "yes")
    assert (third["pfs_time"], third["os1_time"], third["cc_score"]) == ("4.0", "127.7", "3")
    assert rows[4]["pathology"] == "no"
    flow = workplace.flow.read_text(encoding="utf-8").splitlines()
    assert flow[1:] == [
        "rows read,,10,,lines of the extract after its header",
        "rows used,,10,,patients of the cohort",
        "analysed,OS1,10,5,Overall survival from diagnosis",
        "analysed,OS2,10,5,Overall survival from surgery",
        "analysed,PFS,10,9,Progression-free survival",
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="byte order mark"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="Windows line ends"),
        pytest.param(GOOD.replace(b",Male,", b',"Male",'), id="quotes"),
        pytest.param(
            with_cells((2, "treatment_after", "  DTX + DDP IP followed by DTX + CBP Ivgtt ")), id="text in spaces"
        ),
        pytest.param(as_csv(HEADER[::-1], [row[::-1] for row in ROWS]), id="other order of columns"),
        pytest.param(as_csv([*HEADER, "phone"], [[*row, "0171\n555"] for row in ROWS]), id="unknown column"),
    ],
)
def test_same_patients_from_another_form(workplace: Workplace, data: bytes) -> None:
    expected = workplace.take(GOOD)
    found = workplace.take(data)
    for row in (*expected, *found):
        del row["line"]
    assert found == expected
    assert "0171" not in workplace.patients.read_text(encoding="utf-8") + workplace.flow.read_text(encoding="utf-8")


LATIN_1 = with_cells((6, "treatment_after", "Chimiothérapie")).decode().encode("latin-1")
PLACE_OF_E = LATIN_1.splitlines()[5].index(b"\xe9") + 1

REFUSED = {
    "missing column": (without("pfs"), [(1, "pfs", "no such header")]),
    "wrong code": (with_cells((4, "gender", "Malle")), [(4, "gender", "a code that is not listed")]),
    "code in other capitals": (with_cells((4, "gender", "MALE")), [(4, "gender", "a listed code in other capitals")]),
    "code with a look-alike": (with_cells((4, "gender", "Mаle")), [(4, "gender", "a code that is not listed")]),
    "negative time": (with_cells((9, "pfs", "-1.0")), [(9, "pfs", "a negative number")]),
    "duplicate patient": (with_cells((8, "patient", "5")), [(8, "patient", "the identifier of line 6 again")]),
    "PFS above OS2": (with_cells((7, "pfs", "49.95")), [(7, "pfs", "a value above that of column os2_months")]),
    "OS2 above OS1": (
        with_cells((7, "os2_months", "107.81")),
        [(7, "os2_months", "a value above that of column os1_months")],
    ),
    "text in a number": (with_cells((5, "age", "forty")), [(5, "age", "text")]),
    "unit in a number": (with_cells((5, "age", "32 y")), [(5, "age", "a number among other characters")]),
    "decimal comma": (with_cells((5, "bmi", "26,9")), [(5, "bmi", "a number with a comma")]),
    "full-width digits": (with_cells((5, "bmi", "２６.９")), [(5, "bmi", "digits other than 0 to 9")]),
    "underscore": (with_cells((5, "bmi", "2_6")), [(5, "bmi", "a number among other characters")]),
    "exponent": (with_cells((5, "bmi", "2e1")), [(5, "bmi", "a number among other characters")]),
    "nan": (with_cells((5, "bmi", "NaN")), [(5, "bmi", "a word for a missing value")]),
    "infinity": (with_cells((5, "bmi", "inf")), [(5, "bmi", "text")]),
    "empty duration": (with_cells((5, "pfs", "")), [(5, "pfs", "an empty cell")]),
    "empty number": (with_cells((5, "kps", " ")), [(5, "kps", "an empty cell")]),
    "empty code": (with_cells((5, "survival", "")), [(5, "survival", "an empty cell")]),
    "empty identifier": (with_cells((5, "patient", "")), [(5, "patient", "an empty cell")]),
    "NA as identifier": (with_cells((5, "patient", "NA")), [(5, "patient", "a word for a missing value")]),
    "path as identifier": (with_cells((5, "patient", "../../x")), [(5, "patient", "text with other characters")]),
    "formula as identifier": (with_cells((5, "patient", "=1+1")), [(5, "patient", "text that begins like a formula")]),
    "formula in text": (
        with_cells((5, "treatment_after", "@SUM(A1)"), (6, "treatment_before", "-2+3")),
        [
            (5, "treatment_after", "text that begins like a formula"),
            (6, "treatment_before", "text that begins like a formula"),
        ],
    ),
    "space before a code": (with_cells((5, "gender", " Male")), [(5, "gender", "a space around the value")]),
    "space after a number": (with_cells((5, "pfs", "19.0 ")), [(5, "pfs", "a space around the value")]),
    "zero-width space": (
        with_cells((5, "gender", "Male\u200b")),
        [(5, "gender", "a line break, tab or invisible character")],
    ),
    "line break in a text": (
        with_cells((3, "treatment_before", "HR;\nTACE"), (5, "age", "old")),
        [(3, "treatment_before", "a line break, tab or invisible character"), (6, "age", "text")],
    ),
    "PCI of 40": (with_cells((2, "pci_score", "40")), [(2, "pci_score", "a number above the maximum")]),
    "PCI of 12.5": (with_cells((2, "pci_score", "12.5")), [(2, "pci_score", "a number between the steps")]),
    "CC of 4": (with_cells((2, "cc_score", "4")), [(2, "cc_score", "a number above the maximum")]),
    "KPS of 85": (with_cells((2, "kps", "85")), [(2, "kps", "a number between the steps")]),
    "operation time of 0": (with_cells((2, "or_time_min", "0")), [(2, "or_time_min", "a number below the minimum")]),
    "NUL byte": (
        GOOD.replace(b"Regorafenib,HCC", b"Regor\0fenib,HCC", 1),
        [(5, "treatment_before", "a NUL byte (byte 86 of the line)")],
    ),
    "Latin-1": (LATIN_1, [(6, "treatment_after", f"a byte that is not UTF-8 (byte {PLACE_OF_E} of the line)")]),
    "UTF-16": (GOOD.decode().encode("utf-16"), [(1, "", "text in UTF-16 or UTF-32")]),
    "UTF-16 without mark": (GOOD.decode().encode("utf-16-le"), [(1, "", "text in UTF-16 or UTF-32")]),
    "UTF-32": (GOOD.decode().encode("utf-32"), [(1, "", "text in UTF-16 or UTF-32")]),
    "Excel workbook": (b"PK\x03\x04" + GOOD, [(None, "", "an Excel workbook")]),
    "empty file": (b"", [(None, "", "an empty file")]),
    "byte order mark alone": (b"\xef\xbb\xbf", [(None, "", "an empty file")]),
    "blank lines alone": (b"\n\r\n\n", [(None, "", "an empty file")]),
    "header alone": (b"".join(lines(1)), [(1, "", "a header without rows")]),
    "no header": (b"".join(lines(2, 3)), [(1, "", "no header that the study file names")]),
    "a title above the header": (b"Table 1\n" + GOOD, [(1, "", "no header that the study file names")]),
    "blank line above the header": (b"\n" + GOOD, [(1, "", "an empty line")]),
    "truncated within a line": (
        GOOD[: GOOD.index(b"TACE; OLT") + 4],
        [(8, "", "7 rows up to here"), (8, "", "a last line without its end")],
    ),
    "truncated within the last cell": (GOOD[:-3], [(11, "", "a last line without its end")]),
    "no last line end": (GOOD[:-1], [(11, "", "a last line without its end")]),
    "truncated between lines": (b"".join(lines(*range(1, 8))), [(7, "", "6 rows up to here")]),
    "a line short of a cell": (GOOD.replace(b",HCC,24,", b",24,"), [(4, "", "23 cells")]),
    "a comma too many": (GOOD.replace(b"TACE; Sorafenib; Surgery", b"TACE, Sorafenib"), [(10, "", "25 cells")]),
    "a line twice": (
        b"".join(lines(*range(1, 12), 4)),
        [(12, "", "11 rows up to here"), (12, "patient", "the identifier of line 4 again")],
    ),
    "blank line": (b"".join([*lines(1, 2), b"\n", *lines(*range(3, 12))]), [(3, "", "an empty line")]),
    "row of commas": (b"".join([*lines(1, 2), b"," * 23 + b"\n", *lines(*range(3, 12))]), [(3, "", "an empty line")]),
    "lone carriage returns": (
        GOOD.replace(b"\n", b"\r"),
        [(1, "", "lines that end with a carriage return alone")],
    ),
    "a carriage return within": (GOOD.replace(b"HR; TACE", b"HR;\rTACE"), [(3, "", "a carriage return alone")]),
    "unbalanced quote": (GOOD.replace(b"HR; TACE", b'"HR; TACE'), [(3, "", "a double quote out of balance")]),
    "text after a quote": (GOOD.replace(b",HCC,12,", b',"HCC"x,12,'), [(3, "", "a double quote out of balance")]),
    "overlong cell": (GOOD.replace(b"HR; TACE", b"HR; " * 40_000), [(3, "", "an overlong cell")]),
    "overlong text": (GOOD.replace(b"HR; TACE", b"HR; " * 2_000), [(3, "treatment_before", "an overlong text")]),
    "semicolons": (GOOD.replace(b";", b"+").replace(b",", b";"), [(1, "", "cells separated by semicolons or tabs")]),
    "tabs": (GOOD.replace(b",", b"\t"), [(1, "", "cells separated by semicolons or tabs")]),
    "header twice": (
        as_csv([*HEADER, "pfs"], [[*row, "1"] for row in ROWS]),
        [(1, "pfs", "the header of column number 21 again, in column number 25")],
    ),
    "unknown header twice": (
        as_csv([*HEADER, "note", "note"], [[*row, "", ""] for row in ROWS]),
        [(1, "number 26", "the header of column number 25 again, in column number 26")],
    ),
    "empty header": (as_csv([*HEADER, ""], [[*row, ""] for row in ROWS]), [(1, "number 25", "an empty header")]),
    "renamed header": (renamed(b"gender", b"Gender"), [(1, "gender", "no such header")]),
}


@pytest.mark.parametrize(("data", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(workplace: Workplace, data: bytes, expected: list[tuple[int | None, str, str]]) -> None:
    """Nothing else is reported: one bad cell makes one problem."""
    found = places(workplace.refuse(data))
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_remedy_names_the_nearest_header(workplace: Workplace) -> None:
    (problem,) = workplace.refuse(renamed(b"gender", b"Gender"))
    assert "Did you mean 'Gender'?" in problem.remedy


def test_no_file(workplace: Workplace) -> None:
    with pytest.raises(InputRefused) as error:
        take_in(Path(NAME), YAN, workplace.out)
    assert places(error.value.problems) == [(None, "", "no file")]
    with pytest.raises(InputRefused) as error:
        take_in(Path("resources"), YAN, workplace.out)
    assert places(error.value.problems) == [(None, "", "a file that can't be opened")]


def test_all_faults_at_once(workplace: Workplace) -> None:
    """Faults of bytes, form, cells, ranges, identifiers and orders in one list, and no cell twice."""
    data = with_cells(
        (2, "gender", "Mail"),
        (2, "pfs", "-82.7"),
        (3, "age", "4O"),
        (3, "pci_score", "77"),
        (4, "os2_months", ""),
        (4, "kps", "95"),
        (6, "pfs", "3.3"),
        (7, "patient", "1"),
        (7, "sae", "No "),
        (9, "treatment_after", "=cmd()"),
        (11, "os1_months", "12.0"),
    )
    data = data.replace(b"Srugery", b"Srug\0ry").replace(b"PD-1 blockade; LOHP", b"PD-1, LOHP")
    data = data.replace(b"TACE; Sorafenib; Surgery", b"TACE; Sor\xe4fenib; Surgery")
    assert {(problem.line, problem.column) for problem in workplace.refuse(data)} == {
        (2, "gender"),
        (2, "pfs"),
        (3, "age"),
        (3, "pci_score"),
        (4, "os2_months"),
        (4, "kps"),
        (5, ""),
        (6, "pfs"),
        (7, "patient"),
        (7, "sae"),
        (8, "treatment_before"),
        (9, "treatment_after"),
        (10, "treatment_before"),
        (11, "os2_months"),
    }


def test_line_counts_the_line_breaks_within_cells_above(workplace: Workplace) -> None:
    """A column that the study does not name may hold line breaks; an editor then shows patient 2 on line 5."""
    rows = [[*row, "seen\ntwice\nin May" if row[0] == "1" else ""] for row in ROWS]
    rows[1][HEADER.index("age")] = "x"
    assert places(workplace.refuse(as_csv([*HEADER, "note"], rows))) == [(5, "age", "text")]


def test_a_million_faults_are_not_a_million_problems(workplace: Workplace) -> None:
    rows = [[f"P{number:04}", "male", *ROWS[0][2:]] for number in range(3000)]
    problems = workplace.refuse(as_csv(HEADER, rows), YAN.model_copy(update={"source": None}))
    assert len(problems) == 1000
    assert {problem.column for problem in problems} == {"gender"}
    short = as_csv(HEADER, [row[:-1] for row in rows])
    assert 1000 <= len(workplace.refuse(short, YAN.model_copy(update={"source": None}))) < 2000


DATES = Study.model_validate(
    {
        "id": "dates",
        "columns": [
            {"name": "subject", "source": "id", "label": "Patient", "type": "identifier"},
            {"name": "surgery", "source": "op", "label": "Surgery", "type": "date", "format": "%d.%m.%Y"},
            {"name": "death", "source": "died", "label": "Death", "type": "date", "format": "%d.%m.%Y"},
            {"name": "base_excess", "source": "be", "label": "Base excess", "type": "number", "minimum": -30},
            {"name": "note", "source": "note", "label": "Note", "type": "text"},
        ],
        "orders": [{"lower": "surgery", "upper": "death"}],
    }
)


def test_dates_and_what_may_be_empty_or_negative(workplace: Workplace) -> None:
    data = b"id,op,died,be,note\nP-1,29.02.2016,,-2.5,\nP_2,1.3.2016,01.03.2016,0,-\n"
    assert [list(row.values()) for row in workplace.take(data, DATES)] == [
        ["2", "P-1", "2016-02-29", "", "-2.5", ""],
        ["3", "P_2", "2016-03-01", "2016-03-01", "0", "-"],
    ]


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("P1,29.02.2015,,0,", "op", "something else than a date of this format"),
        ("P1,2016-02-29,,0,", "op", "a date as year-month-day, which real dates of a workbook read as"),
        ("P1,２9.02.2016,,0,", "op", "something else than a date of this format"),
        ("P1,29.02.16,,0,", "op", "something else than a date of this format"),
        ("P1,01.01.1899,,0,", "op", "a date of another age"),
        ("P1,01.01.2016,31.12.9999,0,", "died", "a date of another age"),
        ("P1,02.01.2016,01.01.2016,0,", "op", "a date after that of column died"),
        ("P1,02.01.2016,,-30.1,", "be", "a number below the minimum"),
    ],
)
def test_dates_refused(workplace: Workplace, row: str, column: str, found: str) -> None:
    problems = workplace.refuse(f"id,op,died,be,note\n{row}\n".encode(), DATES)
    assert len(problems) == 1
    assert (problems[0].line, problems[0].column) == (2, column)
    assert problems[0].found in (found, "a negative number")


POSITIONS = st.integers(0, len(GOOD) - 1)
PIECES = st.one_of(
    st.binary(min_size=1, max_size=3),
    st.sampled_from([b"\0", b"\n", b"\r", b'"', b",", b" ", b"-", b"\xff", b"\xef\xbb\xbf", b"1", b"No", b"\xc2\xa0"]),
)
CHANGES: dict[str, Callable[[bytes, int, bytes], bytes]] = {
    "replace": lambda data, place, piece: data[:place] + piece + data[place + len(piece) :],
    "insert": lambda data, place, piece: data[:place] + piece + data[place:],
    "delete": lambda data, place, piece: data[:place] + data[place + len(piece) :],
    "double": lambda data, place, piece: data[:place] + data[place : place + 40] + data[place:],
    "truncate": lambda data, place, piece: data[:place],
}


def accepted(extract: Path, folder: Path) -> bool:
    try:
        take_in(extract, YAN, folder)
    except InputRefused:
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), POSITIONS, PIECES), min_size=1, max_size=3))
def test_damaged_bytes_are_refused_or_taken_as_they_stand(changes: list[tuple[str, int, bytes]]) -> None:
    """No other end: InputRefused, or the cells of the damaged file with their levels, text without outer spaces."""
    data = GOOD
    for change, place, piece in changes:
        data = CHANGES[change](data, place, piece)
    with tempfile.TemporaryDirectory() as folder:
        extract, out = Path(folder) / "extract.csv", Path(folder) / "out"
        extract.write_bytes(data)
        if not accepted(extract, out):
            assert (out / "patients.csv").read_text(encoding="utf-8").count("\n") == 1
            return
        with (out / "patients.csv").open(encoding="utf-8", newline="") as handle:
            taken = [list(row.values())[1:] for row in csv.DictReader(handle)]
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert taken == [
        [as_taken(dict(zip(header, row, strict=True)), column.source) for column in YAN.columns] for row in rows
    ]


LEVELS = {
    "gender": {"Male": "male", "Female": "female"},
    "syn_met": {"Syn": "synchronous", "Met": "metachronous"},
    "pathology": {"HCC": "HCC", "No": "no"},
    "hipec": {"Yes": "yes", "No": "no"},
    "sae": {"Yes": "yes", "No": "no"},
    "survival": {"Yes": "alive", "No": "dead"},
}


def as_taken(row: dict[str, str], header: str) -> str:
    if header in LEVELS:
        return LEVELS[header][row[header]]
    return row[header].strip() if header.startswith("treatment_") else row[header]
