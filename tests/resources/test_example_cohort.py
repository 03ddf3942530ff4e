"""The example cohort is what its script writes, says that it is simulated, and contradicts itself nowhere."""

import importlib.util
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from peritrace.files import read_csv

FOLDER = Path("resources/example-cohort").resolve()
PATIENTS = read_csv(FOLDER / "patients.csv")
CUT_OFF = date(2024, 12, 31)


@pytest.fixture(scope="module")
def script():
    found = importlib.util.spec_from_file_location("simulate", FOLDER / "simulate.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sheet():
    return list(openpyxl.load_workbook(FOLDER / "extract-zh.xlsx").active.values)


def day(text):
    return date.fromisoformat(text) if text else None


def test_the_script_gives_the_committed_bytes(script, tmp_path):
    script.main(["--extract-zh", "--into", str(tmp_path)])
    for name in ("patients.csv", "extract-zh.xlsx"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_every_row_says_that_it_is_simulated(sheet):
    assert len(PATIENTS) == 120
    assert {row["simulated"] for row in PATIENTS} == {"yes"}
    assert len({row["patient_id"] for row in PATIENTS}) == 120
    assert {row[sheet[0].index("是否模拟")] for row in sheet[1:]} == {"是"}
    assert "simulated and stand for no person" in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("row", PATIENTS, ids=lambda row: row["patient_id"])
def test_dates_are_in_order(row):
    names = ("date_diagnosis", "date_surgery", "date_adjuvant", "date_progression", "date_last_contact")
    dates = [day(row[name]) for name in names if row[name]]
    assert all(earlier <= later for earlier, later in pairwise(dates)), "an adjuvant therapy starts before progression"
    assert day(row["date_last_contact"]) <= CUT_OFF
    dead = row["status"] == "dead"
    assert row["date_death"] == (row["date_last_contact"] if dead else "")
    if row["clavien_dindo"] == "V":
        assert dead
        assert day(row["date_death"]) - day(row["date_surgery"]) < timedelta(days=90)
    discharge = day(row["date_surgery"]) + timedelta(days=int(row["hospital_days"]))
    assert discharge <= day(row["date_last_contact"])
    assert not row["date_adjuvant"] or discharge < day(row["date_adjuvant"])


@pytest.mark.parametrize("row", PATIENTS, ids=lambda row: row["patient_id"])
def test_the_operation_is_possible(row):
    regions = [int(row[f"pci_{region}"]) for region in range(13)]
    assert set(regions) <= {0, 1, 2, 3}
    assert int(row["pci"]) == sum(regions) > 0
    residual = float(row["residual_mm"])
    assert int(row["cc_score"]) == (0 if residual == 0 else 1 if residual < 2.5 else 2 if residual <= 25 else 3)
    details = [row[name] for name in ("hipec_drug", "hipec_dose_mg", "hipec_temperature", "hipec_minutes")]
    assert all(details) if row["hipec"] == "yes" else not any(details)
    if row["hipec"] == "yes":
        assert 41 <= float(row["hipec_temperature"]) <= 43
        assert 30 <= int(row["hipec_minutes"]) <= 90
    assert row["child_pugh"] == "A" or row["cirrhosis"] == "yes"


def test_missing_values_are_few_and_where_the_readme_says():
    gaps = {name for row in PATIENTS for name, cell in row.items() if not cell}
    hipec = {"hipec_drug", "hipec_dose_mg", "hipec_temperature", "hipec_minutes"}
    assert gaps == {"bmi", "afp", "date_progression", "date_death", "date_adjuvant"} | hipec
    assert all(0 < sum(not row[name] for row in PATIENTS) <= 12 for name in ("bmi", "afp"))


def test_the_readme_explains_every_column(sheet):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)`(?: … `\w+`)? \| (\S+) \|", readme, flags=re.MULTILINE)
    assert [name for name, _ in explained] == [name for name in PATIENTS[0] if not re.fullmatch(r"pci_[1-9]\d?", name)]
    assert tuple(header for _, header in explained if header != "–") == sheet[0]


def test_the_export_holds_the_first_sixty_patients(sheet):
    headers, *rows = sheet
    assert len(rows) == 60
    for row, patient in zip(rows, PATIENTS[:60], strict=True):
        exported = dict(zip(headers, row, strict=True))
        assert exported["病案号"] == patient["patient_id"]
        assert {"M": "男", "F": "女"}[patient["sex"]] == exported["性别"]
        surgery = day(patient["date_surgery"])
        assert exported["手术日期"] == f"{surgery.year}/{surgery.month}/{surgery.day}"
        assert exported["生存状态"] == {"alive": "存活", "dead": "死亡"}[patient["status"]]
        assert exported["PCI评分"] == int(patient["pci"])
        assert (exported["死亡日期"] is None) == (patient["date_death"] == "")


def test_no_english_word_is_left_in_the_export(sheet):
    kept = {"TACE", "FOLFIRI", "mFOLFOX6", "I", "II", "IIIa", "IIIb", "IVa", "IVb", "V", "A", "B", "C"}
    words = {
        word
        for row in sheet[1:]
        for cell in row[1:]
        if isinstance(cell, str)
        for word in re.findall(r"[a-zA-Z]\w*", cell, re.ASCII)
    }
    assert words <= kept


def test_the_model_of_the_readme(script):
    """In a large sample the median after surgery is 22 months, as the README says."""
    months = [
        (date.fromisoformat(row["date_last_contact"]) - date.fromisoformat(row["date_surgery"])).days / 30.4375
        for row in script.simulate(seed=1, patients=3000)
        if row["date_surgery"] < "2020"  # five years of follow-up, so that nearly all medians are uncensored
    ]
    assert 20 < sorted(months)[len(months) // 2] < 24
