"""Derivation: hand-made patients with what a clinician expects of them, and cells that give no time."""

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from peritrace.files import read_csv
from peritrace.problems import InputRefused, Problem
from peritrace.stages.derive import derive
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.stages.taking_in import take_in

ROOT = Path(__file__).parents[2]
ASSURANCE = Path(__file__).parent / "assurance"

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def assured(kind: str) -> list[dict[str, Any]]:
    patients = yaml.safe_load((ASSURANCE / f"patients-with-{kind}.yaml").read_text(encoding="utf-8"))
    assert isinstance(patients, list)
    return patients


def derived(folder: Path, study: Study, extract: Path) -> tuple[list[Row], list[Row]]:
    take_in(extract, study.for_stage("intake"), folder)
    derive(
        folder / "patients.csv",
        study.for_stage("derive"),
        folder / "adsl.csv",
        folder / "adtte.csv",
        folder / "derived-flow.csv",
    )
    return rows_of(folder / "adsl.csv"), rows_of(folder / "adtte.csv")


def from_cells(folder: Path, kind: str, patients: list[dict[str, Any]]) -> tuple[list[Row], list[Row]]:
    study = load_study(ASSURANCE / f"assurance-{kind}.yaml")
    headers = [column.source for column in study.columns]
    with (folder / "extract.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, headers, lineterminator="\n")
        writer.writeheader()
        writer.writerows({"patient": patient["patient"], **patient["cells"]} for patient in patients)
    return derived(folder, study, folder / "extract.csv")


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[Row], list[Row]]]:
    return {kind: from_cells(tmp_path_factory.mktemp(kind), kind, assured(kind)) for kind in ("dates", "durations")}


EXPECTED = [
    pytest.param(kind, patient, id=f"{patient['patient']} {patient['about']}")
    for kind in ("dates", "durations")
    for patient in assured(kind)
]


@pytest.mark.parametrize(("kind", "patient"), EXPECTED)
def test_assured_patient(kind: str, patient: dict[str, Any], cohorts: dict[str, tuple[list[Row], list[Row]]]) -> None:
    adsl, adtte = cohorts[kind]
    subject = f"assurance-{kind}-{patient['patient']}"
    groups = next(row for row in adsl if row["USUBJID"] == subject)
    expected = dict(patient["expected"])
    assert {name: groups[name] for name in expected["groups"]} == expected.pop("groups")
    found = {row["PARAMCD"]: row for row in adtte if row["USUBJID"] == subject}
    assert set(found) == set(expected)
    for code, outcome in expected.items():
        assert found[code]["CNSR"] == ("0" if outcome["event"] else "1"), code
        for column, value in (("AVAL", outcome["months"]), ("ENTRY", outcome.get("entry", ""))):
            if isinstance(value, str):
                assert found[code][column] == value, code
            else:
                assert float(found[code][column]) == pytest.approx(value, abs=0.00005), code


def test_every_kind_of_time_has_twelve_patients_or_more() -> None:
    assert min(len(assured(kind)) for kind in ("dates", "durations")) >= 12


def test_dates_stand_beside_the_time(cohorts: dict[str, tuple[list[Row], list[Row]]]) -> None:
    """D06: surgery 2017-02-10, progression 2017-08-10, death 2019-01-10; D08 was last seen on 2023-12-31."""
    rows = {(row["USUBJID"][-3:], row["PARAMCD"]): row for row in cohorts["dates"][1]}
    progressed, seen = rows["D06", "PFS"], rows["D08", "PFS"]
    assert (progressed["STARTDT"], progressed["ADT"]) == ("2017-02-10", "2017-08-10")
    assert (progressed["EVNTDESC"], progressed["CNSDTDSC"]) == ("Progression or death", "")
    assert progressed["SRCVAR"] == "surgery+progression+death"
    assert (seen["STARTDT"], seen["ADT"]) == ("2013-10-09", "2023-12-31")
    assert (seen["EVNTDESC"], seen["CNSDTDSC"]) == ("", "last contact without progression")
    assert seen["SRCVAR"] == "surgery+last_contact+progression+death"
    assert rows["D06", "OS1"]["SRCVAR"] == "diagnosis+death+surgery"


def test_time_times_unit_is_a_whole_number_of_days(cohorts: dict[str, tuple[list[Row], list[Row]]]) -> None:
    for row in cohorts["dates"][1]:
        days = (date.fromisoformat(row["ADT"]) - date.fromisoformat(row["STARTDT"])).days
        assert float(row["AVAL"]) * 30.4375 == pytest.approx(days, rel=1e-9)


@pytest.mark.parametrize(("unit", "printed"), [("days", "366"), ("months", "12.02464066"), ("years", "1.002053388")])
def test_unit_of_time(tmp_path: Path, unit: str, printed: str) -> None:
    """D02 lives 366 days from diagnosis; R: print(366 / 30.4375, digits = 10); print(366 / 365.25, digits = 10)."""
    study = load_study(ASSURANCE / "assurance-dates.yaml").model_copy(update={"time_unit": unit})
    write_dated(tmp_path, diagnosis="2016-02-28", surgery="2016-03-01", death="2017-02-28", last_contact="2017-02-28")
    derive(
        tmp_path / "patients.csv", study, tmp_path / "adsl.csv", tmp_path / "adtte.csv", tmp_path / "derived-flow.csv"
    )
    first = rows_of(tmp_path / "adtte.csv")[0]
    assert (first["AVAL"], first["AVALU"]) == (printed, unit.upper())


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], list[Row]]:
    study = load_study(ROOT / "config/studies/yan-2024.yaml")
    return derived(tmp_path_factory.mktemp("yan"), study, ROOT / "resources/yan-2024/patients.csv")


class TestYan2024:
    """Facts read by hand from Tables 1 to 3 of the paper."""

    def test_events(self, cohort: tuple[list[Row], list[Row]]) -> None:
        """Patients 3, 4, 5, 6 and 8 died; PFS is shorter than OS2 in 2, 3, 4, 6, 7 and 10 (Table 3)."""
        patients: dict[str, set[int]] = {}
        for row in cohort[1]:
            patients.setdefault(row["PARAMCD"], set())
            if row["CNSR"] == "0":
                patients[row["PARAMCD"]].add(int(row["USUBJID"].removeprefix("yan-2024-")))
        assert patients == {
            "OS1": {3, 4, 5, 6, 8},
            "OS2": {3, 4, 5, 6, 8},
            "PFS": {2, 3, 4, 5, 6, 7, 8, 9, 10},
            "PFSALL": set(range(1, 11)),
            "PFSDEATH": {2, 3, 4, 5, 6, 7, 8, 10},
            "PFSPROG": {2, 3, 4, 6, 7, 10},
        }

    def test_groups(self, cohort: tuple[list[Row], list[Row]]) -> None:
        """CC from Table 2; treatments read from the text of Tables 1 and 3."""
        adsl = cohort[0]

        def of(group: str, level: str) -> set[int]:
            return {int(row["subject"]) for row in adsl if row[group] == level}

        assert len(adsl) == 10
        assert of("cc_group", "CC0/1") == {6, 7, 9, 10}
        assert of("pci_group", "PCI < 20") == {2, 6, 9, 10}
        assert of("treated_before", "no") == {5, 10}
        assert of("resected_before", "yes") == {2, 3, 4}
        assert of("treated_after", "no") == {5, 8, 9}
        assert of("lines_after", "yes") == {1, 3, 4, 10}
        assert of("chemotherapy_after", "yes") == {1, 3, 4, 7}
        assert of("targeted_after", "yes") == {3, 4, 6, 7, 10}
        assert of("surgery_after", "yes") == {2, 4, 10}

    def test_times_and_entries(self, cohort: tuple[list[Row], list[Row]]) -> None:
        """Months as printed; OS1 - OS2 by hand: 85.1 - 82.7 = 2.4, 153.9 - 62.6 = 91.3, 127.7 - 5.5 = 122.2 …"""
        os1 = [row for row in cohort[1] if row["PARAMCD"] == "OS1"]
        times = ["85.1", "153.9", "127.7", "54.2", "2.1", "107.8", "58.0", "55.6", "9.0", "43.0"]
        assert [row["AVAL"] for row in os1] == times
        entries = ["2.4", "91.3", "122.2", "17.3", "0.0", "57.9", "31.9", "54.6", "4.0", "0.0"]
        assert [row["ENTRY"] for row in os1] == entries
        assert [row["LINE"] for row in os1] == [str(line) for line in range(2, 12)]
        assert {(row["STARTDT"], row["ADT"], row["SRCDOM"]) for row in os1} == {("", "", "patients")}
        assert {row["SRCVAR"] for row in os1} == {"os1_time+os2_time+status"}

    def test_readings_of_an_event_are_told_apart(self, cohort: tuple[list[Row], list[Row]]) -> None:
        labels = {row["PARAMCD"]: row["PARAM"] for row in cohort[1]}
        assert labels["PFS"] == "Progression-free survival"
        assert labels["PFSALL"] == "Progression-free survival (Every printed time ends in progression or death)"
        assert [row["DEFINITION"] for row in cohort[1]] == [row["PARAMCD"] for row in cohort[1]]


DATED = {
    "diagnosis": "2020-01-01",
    "surgery": "2020-02-01",
    "progression": "",
    "death": "",
    "last_contact": "2021-01-01",
}


def write_dated(folder: Path, **cells: str) -> None:
    """Write a patient of the study assurance-dates on line 7, after one without fault on line 2."""
    patients = [{"line": "2", "subject": "P1", **DATED}, {"line": "7", "subject": "P2", **DATED, **cells}]
    if cells.get("diagnosis") == "2016-02-28":
        patients = patients[1:]
    write_patients(folder, [{"pci": "12", "cc_score": "0", **patient} for patient in patients])


def write_timed(folder: Path, **cells: str) -> None:
    """Write the like for the study assurance-durations."""
    good = {"pci": "12", "cc_score": "0", "before": "No", "pfs_time": "2", "os2_time": "3", "os1_time": "4"}
    patients = [{"line": "2", "subject": "P1", **good}, {"line": "7", "subject": "P2", **good, **cells}]
    write_patients(folder, [{**patient, "status": "alive"} for patient in patients])


def write_patients(folder: Path, patients: list[Row]) -> None:
    with (folder / "patients.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(patients[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(patients)


def refused(folder: Path, kind: str) -> list[Problem]:
    study = load_study(ASSURANCE / f"assurance-{kind}.yaml").for_stage("derive")
    with pytest.raises(InputRefused) as error:
        derive(folder / "patients.csv", study, folder / "adsl.csv", folder / "adtte.csv", folder / "derived-flow.csv")
    assert sorted(path.name for path in folder.iterdir()) == ["patients.csv"]
    return error.value.problems


@pytest.mark.parametrize(
    ("cells", "column", "found"),
    [
        ({"death": "2021-01-02"}, "death", "an event after last_contact"),
        ({"progression": "2021-01-02"}, "progression", "an event after last_contact"),
        ({"death": "2020-01-31"}, "death", "a date before surgery"),
        ({"last_contact": ""}, "last_contact", "an empty cell"),
        ({"surgery": ""}, "surgery", "an empty cell"),
        ({"diagnosis": ""}, "diagnosis", "an empty cell"),
        ({"diagnosis": "2020-02-02"}, "surgery", "a date outside of the time"),
        ({"cc_score": "4"}, "cc", "a value that no level fits"),
    ],
)
def test_dates_that_give_no_time(tmp_path: Path, cells: Row, column: str, found: str) -> None:
    write_dated(tmp_path, **cells)
    problems = refused(tmp_path, "dates")
    assert (7, column, found) in {(p.line, p.column, p.found) for p in problems}
    assert {p.line for p in problems} == {7}


@pytest.mark.parametrize(
    ("cells", "column", "found"),
    [
        ({"os2_time": "-3"}, "os2", "a negative number"),
        ({"pfs_time": ""}, "pfs", "an empty cell"),
        ({"os1_time": ""}, "os1", "an empty cell"),
        ({"os2_time": "5"}, "os1", "a time that puts the entry elsewhere"),
    ],
)
def test_durations_that_give_no_time(tmp_path: Path, cells: Row, column: str, found: str) -> None:
    write_timed(tmp_path, **cells)
    problems = refused(tmp_path, "durations")
    assert (7, column, found) in {(p.line, p.column, p.found) for p in problems}
    assert {p.line for p in problems} == {7}


def test_event_without_a_date(tmp_path: Path) -> None:
    """The patient is said to be dead (here: by the study's `always`), but no column holds a date of it."""
    study = load_study(ASSURANCE / "assurance-dates.yaml")
    changed = study.model_dump(by_alias=True, exclude_defaults=True)
    changed["endpoints"][1]["events"] = [{"code": "OS2", "description": "Death", "always": True}]
    write_dated(tmp_path, death="2020-12-01")
    with pytest.raises(InputRefused) as error:
        derive(
            tmp_path / "patients.csv",
            Study.model_validate(changed),
            tmp_path / "a.csv",
            tmp_path / "b.csv",
            tmp_path / "derived-flow.csv",
        )
    assert [(p.line, p.column, p.found) for p in error.value.problems] == [(2, "death", "an event without a date")]


def test_all_problems_at_once_and_no_value_in_them(tmp_path: Path) -> None:
    write_dated(tmp_path, death="2035-11-23", cc_score="4777", surgery="")
    problems = refused(tmp_path, "dates")
    assert {(p.line, p.column) for p in problems} == {(7, "cc"), (7, "death"), (7, "surgery")}
    assert not any(value in str(p) for p in problems for value in ("2035", "11-23", "4777", "P2"))


def test_derivation_starts_without_pandas() -> None:
    """Half a second for each job: derivation needs the standard library only."""
    code = "import sys, peritrace.stages.derive; print(sorted({'numpy', 'pandas', 'pandera'} & set(sys.modules)))"
    environment = {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_an_optional_value_may_be_missing_and_its_group_is_then_empty(tmp_path):
    path = tmp_path / "optional.yaml"
    text = Path("config/studies/yan-2024.yaml").read_text(encoding="utf-8")
    text = text.replace("id: yan-2024", "id: optional")
    path.write_text(text.replace("source: pci_score,", "source: pci_score, optional: true,"), encoding="utf-8")
    study = load_study(path)
    rows = Path("resources/yan-2024/patients.csv").read_text(encoding="utf-8").replace(",HCC,12,2,", ",HCC,,2,")
    (tmp_path / "extract.csv").write_text(rows, encoding="utf-8")
    take_in(tmp_path / "extract.csv", study, tmp_path)
    derive(
        tmp_path / "patients.csv", study, tmp_path / "adsl.csv", tmp_path / "adtte.csv", tmp_path / "derived-flow.csv"
    )
    adsl = read_csv(tmp_path / "adsl.csv")
    assert [(row["pci"], row["pci_group"]) for row in adsl[:3]] == [("30", "PCI ≥ 20"), ("", ""), ("24", "PCI ≥ 20")]
