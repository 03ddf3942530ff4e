"""Tables: the numbers of R in the cells, the structure that a screen reader needs, hostile text that stays text."""

import csv
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.files import guarded
from peritrace.stages.tabulate import tabulate
from peritrace.tabulations.descriptive import patients_rows
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted
from tests.report_fixture import IMAGE, LONG_WORD, SCRIPT, audited_study, patients, write_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("tabulate")).tabulate


def rows_of(folder: Path, table: str) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return {first: rest for first, *rest in csv.reader(handle)}


class Structure(HTMLParser):
    """Tags, attributes and the text of every cell of a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.cells: list[str] = []
        self.widths: list[int] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in found.items()]
        if tag == "tr":
            self.widths.append(0)
        if tag in ("th", "td"):
            self.widths[-1] += int(found.get("colspan", "1"))
            self.cells.append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open &= tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.cells[-1] += data


def test_survival_estimates_are_those_of_r(folder: Path) -> None:
    rows = rows_of(folder, "survival")
    rates = ["73.9 (50.9 to 87.3)", "54.7 (31.9 to 72.6)", "27.6 (10.4 to 48.0)"]
    assert rows["Overall survival: All patients"] == ["23", "18", "27.0 (13.0 to 34.0)", *rates]
    # R prints NA for the upper limit of the maintained arm
    assert rows["Overall survival: Chemotherapy: Maintained"][:3] == ["11", "7", "31.0 (13.0 to –)"]
    assert rows["Overall survival: Chemotherapy: Nonmaintained"][2] == "23.0 (5.0 to 33.0)"


def test_only_the_standard_reading_is_shown(folder: Path) -> None:
    assert "99" not in (folder / "survival.csv").read_text(encoding="utf-8")


def test_no_survival_is_given_beyond_the_last_follow_up(folder: Path) -> None:
    cells = rows_of(folder, "survival")["Overall survival: Chemotherapy: Nonmaintained"]
    assert cells[3:] == ["beyond last follow-up"] * 3


def test_delayed_entry_and_life_table_have_rows_of_their_own(folder: Path) -> None:
    rows = rows_of(folder, "survival")
    assert rows["Overall survival: All patients, with delayed entry"][:3] == ["23", "18", "16.0 (5.0 to –)"]
    # the life table never falls to one half before its open last interval, which starts at 60
    assert rows["Overall survival: All patients, life table"][2] == "beyond 60"


def test_comparison_is_that_of_survdiff(folder: Path) -> None:
    rows = rows_of(folder, "comparisons")
    assert rows["Overall survival, by chemotherapy"] == ["", "", ".07 (3.40)", "–", "–"]
    assert rows["Overall survival, by chemotherapy: Maintained"][:2] == ["7", "10.7"]
    assert rows["Overall survival, by chemotherapy: Nonmaintained"][:2] == ["11", "7.3"]


def test_hazard_ratios_are_those_of_coxph(folder: Path) -> None:
    with (folder / "models.csv").open(encoding="utf-8", newline="") as handle:
        header, efron, breslow, _ = csv.reader(handle)
    assert header[4] == "Hazard or odds ratio (95% CI)"
    assert efron[1:7] == ["Cox regression (Efron ties)", "23", "18", "2.50 (0.92 to 6.81)", ".07", ".07"]
    assert breslow[1:7] == ["Cox regression (Breslow ties)", "23", "18", "2.47 (0.91 to 6.74)", ".08", ".07"]


def test_a_ratio_without_estimate_is_a_dash_with_its_reason(folder: Path) -> None:
    with (folder / "models.csv").open(encoding="utf-8", newline="") as handle:
        *_, endless = csv.reader(handle)
    assert endless[4:] == ["–", "–", "< .001", f"no events in one arm {SCRIPT}"]
    html = (folder / "models.html").read_text(encoding="utf-8")
    assert "<sup>a</sup> no events in one arm &lt;script&gt;" in html


def test_characteristics_give_quartiles_counts_and_the_test_by_name(folder: Path) -> None:
    rows = rows_of(folder, "characteristics")
    assert rows["Characteristic"] == ["All (n = 23)", "Maintained (n = 11)", "Nonmaintained (n = 12)", "P", "Test"]
    quartiles = ["23.0 (12.0–34.0)", "28.0 (13.0–45.0)", "19.5 (8.0–32.3)"]
    assert rows["Time (months), median (Q1–Q3)"] == [*quartiles, ".20", "Mann–Whitney test (exact)"]
    assert rows["Chemotherapy, n (%): Maintained"][0] == "11 (48%)"


def test_rows_keep_the_digits_that_were_printed(folder: Path) -> None:
    rows = rows_of(folder, "table-1")
    assert rows["1"] == ["9.0", "dead", SCRIPT]
    assert rows["7"][2] == "–"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|x", "@SUM(A1)", "-1+2", "\t=1", "\r=1"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-2", "−2.5", "4.0", "+3", "1e-5", "text = 1", ""])
def test_numbers_and_plain_text_are_left_alone(cell: str) -> None:
    assert guarded(cell) == cell


def test_every_table_of_the_study_has_its_files(folder: Path) -> None:
    wanted = {f"{table.id}.{suffix}" for table in audited_study().tables for suffix in ("html", "csv", "docx")}
    assert {path.name for path in folder.iterdir()} == wanted


@pytest.mark.parametrize("table", audited_study().tables, ids=lambda table: table.id)
def test_tables_are_complete_and_hold_no_foreign_element(folder: Path, table: Wanted) -> None:
    found = Structure((folder / f"{table.id}.html").read_text(encoding="utf-8"))
    allowed = {"div", "table", "caption", "span", "thead", "tbody", "tr", "th", "td", "sup", "p"}
    assert set(found.tags) <= allowed
    assert {"caption", "thead", "tbody"} <= set(found.tags)
    assert found.tags.count("th") == sum(tag == "th" and name == "scope" for tag, name, _ in found.attributes)
    assert len(set(found.widths)) == 1
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name == "style"]


def test_hostile_text_is_shown_as_it_stands(folder: Path) -> None:
    found = Structure((folder / "table-1.html").read_text(encoding="utf-8"))
    assert {SCRIPT, IMAGE, LONG_WORD, f"Status {IMAGE}"} <= set(found.cells)


def test_a_simulated_patient_is_marked_in_the_table() -> None:
    study = audited_study()
    rows = [{**patients()[0], "simulated": "true"}, {**patients()[1], "simulated": ""}]
    table = patients_rows(study, rows, study.tables[0])
    assert [row.note for row in table.rows] == ["A simulated patient: no such person exists.", ""]


def test_same_bytes_on_another_run(folder: Path, tmp_path: Path) -> None:
    again = write_results(tmp_path).tabulate
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}


def test_a_study_without_those_analyses_gets_empty_tables_not_an_error(tmp_path: Path) -> None:
    results = write_results(tmp_path)
    results.ard.write_text(results.ard.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    tabulate(audited_study(), results.ard, tmp_path / "derive/adsl.csv", tmp_path / "empty")
    assert rows_of(tmp_path / "empty", "comparisons").keys() == {"Comparison"}


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns, but 1 rows"):
        Table("t", "T", (Column("a"), Column("b")), (Row(("1",)),))


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(st.lists(st.tuples(text, text), min_size=1, max_size=4), text)
def test_whatever_a_cell_holds_comes_back_as_text(cells: list[tuple[str, str]], header: str) -> None:
    table = Table("t", "T", (Column(header), Column(header, "number")), tuple(Row(pair) for pair in cells))
    found = Structure(table.to_html())
    assert found.cells == [header, header, *(cell for pair in cells for cell in pair)]
