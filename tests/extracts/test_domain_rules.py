"""Hand-made patients with what a clinician would say of them, on both sides of every boundary."""

import csv
import time
from pathlib import Path

import numpy as np
import pytest

from peritrace.domain import COURSE, DATES, NUMBER_RULES, PCI_REGIONS, clavien_dindo_grade, is_alive, near_drug, score
from peritrace.extracts.domain_rules import MOST_CASES, domain_problems
from peritrace.extracts.values import Values
from peritrace.problems import Problem
from peritrace.study import Study

ROOT = Path(__file__).parents[2]
FILE = "made-up.csv"
Patient = dict[str, str]


def study_of(names: list[str], levels: dict[str, list[str]], **sections: object) -> Study:
    """Columns typed by their names; the header of pci is "PCI in the sheet", and so on."""
    columns = []
    for name in names:
        column: dict[str, object] = {"name": name, "source": f"{name} in the sheet", "label": name}
        if name == "subject":
            column["type"] = "identifier"
        elif name in DATES:
            column["type"] = "date"
        elif name in levels:
            column |= {"type": "category", "levels": {level: level for level in levels[name] if level}}
        else:
            column["type"] = "text" if name in ("hipec_drug", "notes") else "number"
        columns.append(column)
    return Study.model_validate({"id": "made-up", "columns": columns, **sections})


def values_of(study: Study, rows: list[Patient]) -> Values:
    columns = {}
    for name in rows[0]:
        strings, codes = np.unique(np.array([row[name] for row in rows], dtype=object), return_inverse=True)
        columns[name] = (codes, strings.tolist())
    return Values(range(2, 2 + len(rows)), columns, study)


def judge(*rows: Patient, **sections: object) -> list[Problem]:
    categories = {"status", "hipec", "clavien_dindo", *(name for name, cell in rows[0].items() if cell[:2] == "CC")}
    levels = {name: sorted({row[name] for row in rows}) for name in rows[0] if name in categories}
    study = study_of(list(rows[0]), levels, **sections)
    problems = domain_problems(values_of(study, list(rows)), study, FILE)
    assert {problem.file for problem in problems} <= {FILE}
    return problems


def told(*rows: Patient, **sections: object) -> list[tuple[str, str, str]]:
    """Severity, column and what was found, of each problem."""
    return [
        (problem.severity, problem.column.removesuffix(" in the sheet"), problem.found)
        for problem in judge(*rows, **sections)
    ]


def regions(*sizes: int | str) -> Patient:
    return {name: str(size) for name, size in zip(PCI_REGIONS, sizes, strict=False)}


ALL_THREE, TOTAL_12 = regions(*[3] * 13), regions(*[1] * 12, 0)

SOUND: dict[str, Patient] = {
    "index of 0": {"pci": "0", **regions(*[0] * 13)},
    "index of 39": {"pci": "39", **ALL_THREE},
    "index and its regions": {"pci": "12", **TOTAL_12},
    "index without regions": {"pci": "12"},
    "regions without index": {"pci": "", **TOTAL_12},
    "some regions missing": {"pci": "20", **regions(3, 3, 3, "", "", "", "", "", "", "", "", "", "")},
    "regions that leave just enough": {"pci": "39", **regions(*[3] * 12, "")},
    "few regions in the extract": {"pci": "5", **regions(3, 2)},
    "CC0, nothing left": {"cc_score": "0", "residual_mm": "0"},
    "CC1, 2.4 mm": {"cc_score": "1", "residual_mm": "2.4"},
    "CC2, 2.5 mm": {"cc_score": "2", "residual_mm": "2.5"},
    "CC2, 25 mm": {"cc_score": "2", "residual_mm": "25"},
    "CC3, 25.1 mm": {"cc_score": "3", "residual_mm": "25.1"},
    "CC as a level": {"cc_score": "CC-2", "residual_mm": "20"},
    "grouped CC can't be judged": {"cc_score": "CC0/1", "residual_mm": "30"},
    "CC without size": {"cc_score": "1", "residual_mm": ""},
    "no disease": {"cc_score": "0", "pci": "0"},
    "HIPEC with its details": {
        "hipec": "yes",
        "hipec_drug": "cisplatin",
        "hipec_dose_mg": "100",
        "hipec_temperature": "42.5",
        "hipec_minutes": "60",
    },
    "no HIPEC": {"hipec": "no", "hipec_drug": "", "hipec_dose_mg": "", "hipec_temperature": "", "hipec_minutes": ""},
    "no HIPEC, in words and zeros": {"hipec": "no", "hipec_drug": "none", "hipec_dose_mg": "0", "hipec_minutes": "0"},
    "a word for HIPEC that nobody knows": {"hipec": "EPIC", "hipec_drug": "cisplatin", "hipec_dose_mg": "100"},
    "grade V, died on day 90": {
        "clavien_dindo": "V",
        "status": "dead",
        "date_surgery": "2020-01-01",
        "date_death": "2020-03-31",
    },
    "grade IVb, alive": {"clavien_dindo": "IVb", "status": "alive", "date_death": ""},
    "all on one day but progression": {
        "date_diagnosis": "2020-01-01",
        "date_surgery": "2020-01-01",
        "date_progression": "2020-01-02",
        "date_death": "2020-01-02",
        "date_last_contact": "2020-01-02",
    },
    "adjuvant on the day of the operation": {"date_surgery": "2020-01-01", "date_adjuvant": "2020-01-01"},
    "dates missing": dict.fromkeys(DATES, ""),
    "only some dates": {"date_diagnosis": "2019-01-01", "date_surgery": "", "date_death": "2020-01-01"},
    "alive": {"status": "alive", "date_death": ""},
    "dead": {"status": "dead", "date_death": "2020-01-01"},
    "status in other words": {"status": "lost", "date_death": "2020-01-01"},
    "status as a number": {"status": "1", "date_death": ""},
}


@pytest.mark.parametrize("patient", SOUND.values(), ids=SOUND.keys())
def test_nothing_to_say(patient: Patient) -> None:
    assert told(patient) == []


WRONG: dict[str, tuple[Patient, tuple[str, str, str]]] = {
    "index one above the sum": (
        {"pci": "13", **TOTAL_12},
        ("error", "pci", "an index other than the sum"),
    ),
    "index one below the sum": (
        {"pci": "11", **TOTAL_12},
        ("error", "pci", "an index other than the sum"),
    ),
    "part of the regions above the index": (
        {"pci": "8", **regions(3, 3, 3, "")},
        ("error", "pci", "an index below the sum of the regions that are known"),
    ),
    "regions leave too little": (
        {"pci": "39", **regions(*[3] * 11, 2, "")},
        ("error", "pci", "an index that the missing regions can't make up for"),
    ),
    "CC0, 0.1 mm": (
        {"cc_score": "0", "residual_mm": "0.1"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC1, nothing left": (
        {"cc_score": "1", "residual_mm": "0"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC1, 2.6 mm": (
        {"cc_score": "1", "residual_mm": "2.6"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC1, 2.5 mm, as some define it": (
        {"cc_score": "1", "residual_mm": "2.5"},
        ("warning", "cc_score", "a score above or below that of the size of the residual tumour"),
    ),
    "CC2, 2.4 mm": (
        {"cc_score": "2", "residual_mm": "2.4"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC2, 25.1 mm": (
        {"cc_score": "2", "residual_mm": "25.1"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC3, 25 mm: a confluence?": (
        {"cc_score": "3", "residual_mm": "25"},
        ("warning", "cc_score", "a score above or below that of the size of the residual tumour"),
    ),
    "CC3, nothing left": (
        {"cc_score": "3", "residual_mm": "0"},
        ("error", "cc_score", "a score that contradicts the size of the residual tumour"),
    ),
    "CC4 among the levels": (
        {"cc_score": "CC-4"},
        ("error", "cc_score", "a level outside of the score"),
    ),
    "tumour left where none was": (
        {"cc_score": "1", "pci": "0"},
        ("warning", "cc_score", "a residual tumour at an index of 0"),
    ),
    "drug without HIPEC": (
        {"hipec": "no", "hipec_drug": "cisplatin"},
        ("warning", "hipec_drug", "a detail of HIPEC"),
    ),
    "several details without HIPEC are one problem": (
        {"hipec": "no", "hipec_drug": "", "hipec_dose_mg": "", "hipec_temperature": "42", "hipec_minutes": "60"},
        ("warning", "hipec_temperature", "a detail of HIPEC"),
    ),
    "grade V, alive": (
        {"clavien_dindo": "V", "status": "alive"},
        ("error", "clavien_dindo", "grade V of a patient who is alive"),
    ),
    "grade V, died on day 91": (
        {"clavien_dindo": "V", "date_surgery": "2020-01-01", "date_death": "2020-04-01"},
        ("warning", "clavien_dindo", "grade V with a death more than 90 days after the operation"),
    ),
    "operation before diagnosis": (
        {"date_diagnosis": "2020-01-02", "date_surgery": "2020-01-01"},
        ("error", "date_surgery", "a date before date_diagnosis in the sheet"),
    ),
    "death before diagnosis, nothing between": (
        {"date_diagnosis": "2020-01-02", "date_surgery": "", "date_progression": "", "date_death": "2020-01-01"},
        ("error", "date_death", "a date before date_diagnosis in the sheet"),
    ),
    "death before progression": (
        {"date_progression": "2020-01-02", "date_death": "2020-01-01"},
        ("error", "date_death", "a date before date_progression in the sheet"),
    ),
    "adjuvant before the operation": (
        {"date_surgery": "2020-01-02", "date_adjuvant": "2020-01-01"},
        ("error", "date_adjuvant", "a date before date_surgery in the sheet"),
    ),
    "adjuvant after death": (
        {"date_death": "2020-01-01", "date_adjuvant": "2020-01-02"},
        ("error", "date_death", "a date before date_adjuvant in the sheet"),
    ),
    "progression on the day of the operation": (
        {"date_surgery": "2020-01-01", "date_progression": "2020-01-01"},
        ("warning", "date_progression", "the day of the operation"),
    ),
    "death after the last contact": (
        {"date_death": "2020-01-02", "date_last_contact": "2020-01-01"},
        ("error", "date_death", "a date after date_last_contact in the sheet"),
    ),
    "progression after the last contact": (
        {"date_progression": "2020-01-02", "date_last_contact": "2020-01-01"},
        ("error", "date_progression", "a date after date_last_contact in the sheet"),
    ),
    "last contact after death": (
        {"date_death": "2020-01-01", "date_last_contact": "2020-01-02"},
        ("warning", "date_last_contact", "a date after date_death in the sheet"),
    ),
    "alive with a date of death": (
        {"status": "alive", "date_death": "2020-01-01"},
        ("error", "status", "alive, with a date in date_death in the sheet"),
    ),
    "half a node": ({"positive_node_count": "2.5"}, ("error", "positive_node_count", "a number with decimals")),
}


@pytest.mark.parametrize(("patient", "expected"), WRONG.values(), ids=WRONG.keys())
def test_one_problem(patient: Patient, expected: tuple[str, str, str]) -> None:
    assert told(patient) == [expected]


SOUND_BESIDE: Patient = {
    "hipec": "yes",
    "hipec_drug": "cisplatin",
    "hipec_dose_mg": "100",
    "status": "dead",
    "date_death": "2020-01-01",
    "clavien_dindo": "V",
}
LACKING: dict[str, tuple[Patient, tuple[str, str, str]]] = {
    "HIPEC without drug": ({"hipec": "yes", "hipec_drug": ""}, ("warning", "hipec_drug", "no drug")),
    "drug without dose": (
        {"hipec_drug": "cisplatin", "hipec_dose_mg": ""},
        ("warning", "hipec_dose_mg", "a drug without a dose"),
    ),
    "dose without drug": (
        {"hipec_drug": "", "hipec_dose_mg": "100"},
        ("warning", "hipec_dose_mg", "a dose without a drug"),
    ),
    "grade V, no date of death": (
        {"clavien_dindo": "V", "date_death": ""},
        ("warning", "clavien_dindo", "grade V without a date of death"),
    ),
    "dead without a date of death": (
        {"status": "dead", "date_death": ""},
        ("warning", "date_death", "a death without its date"),
    ),
    "dead of grade V without a date": (
        {"status": "dead", "date_death": "", "clavien_dindo": "V"},
        ("warning", "date_death", "a death without its date"),
    ),
}


@pytest.mark.parametrize(("patient", "expected"), LACKING.values(), ids=LACKING.keys())
def test_what_is_lacking(patient: Patient, expected: tuple[str, str, str]) -> None:
    """A patient lacks what others have; a column that nobody fills in is as good as missing."""
    assert told(patient, {name: SOUND_BESIDE[name] for name in patient}) == [expected]
    assert told(patient) == []


def test_an_impossible_number_is_no_second_problem() -> None:
    """An index of 40 is refused with the cells, a residual tumour of -1 mm too."""
    assert told({"pci": "40", **ALL_THREE}, {"pci": "39", **ALL_THREE}) == []
    assert told({"cc_score": "0", "residual_mm": "-1"}) == []
    assert told({"cc_score": "7", "residual_mm": "0"}) == []


def test_place_and_silence_about_values() -> None:
    """The line is that of the extract, the column its header, and no cell is quoted."""
    patients = [
        {"date_surgery": "2017-08-09", "date_death": day, "residual_mm": "1.7", "cc_score": "1"}
        for day in ("2018-03-04", "2016-05-06")
    ]
    (problem,) = judge(*patients)
    assert (problem.line, problem.column) == (3, "date_death in the sheet")
    assert "date_surgery in the sheet" in problem.found
    assert not {"2016", "05", "2017", "1.7"} & set(str(problem).replace("-", " ").split())


LIKELY = [
    ("hipec_temperature", "40", "39.9"),
    ("hipec_temperature", "44", "44.1"),
    ("hipec_minutes", "20", "19"),
    ("hipec_minutes", "120", "121"),
    ("hipec_dose_mg", "1", "0.8"),  # 0.8 g of oxaliplatin
    ("hipec_dose_mg", "3000", "3001"),
    ("residual_mm", "200", "201"),
    ("age", "100", "101"),
    ("bmi", "12", "11.9"),
    ("bmi", "60", "60.1"),
    ("kps", "10", "0"),
    ("ecog", "4", "5"),
    ("asa", "5", "6"),
    ("operation_minutes", "20", "8"),  # eight hours
    ("operation_minutes", "1200", "1201"),
    ("blood_loss_ml", "15000", "15001"),
    ("hospital_days", "1", "0"),
    ("hospital_days", "365", "366"),
    ("tumour_count", "100", "101"),
    ("afp", "5000000", "5000001"),
]


@pytest.mark.parametrize(("name", "likely", "unlikely"), LIKELY)
def test_unlikely_numbers(name: str, likely: str, unlikely: str) -> None:
    assert told({name: likely}) == []
    assert told({name: unlikely}) == [("warning", name, "an unlikely number")]


POSSIBLE = [
    ("pci", 0, 39),
    ("pci_0", 0, 3),
    ("pci_12", 0, 3),
    ("cc_score", 0, 3),
    ("ecog", 0, 5),
    ("asa", 1, 6),
    ("kps", 0, 100),
    ("hipec_temperature", 30, 47),
    ("hipec_minutes", 0, 300),
]


@pytest.mark.parametrize(("name", "low", "high"), POSSIBLE)
def test_impossible_numbers_are_refused_with_the_cells(name: str, low: float, high: float) -> None:
    """A number beyond them never gets here; the validation of cells reads the same limits."""
    assert (NUMBER_RULES[name].minimum, NUMBER_RULES[name].maximum) == (low, high)


def test_every_rule_of_numbers_says_why() -> None:
    assert [name for name, rule in NUMBER_RULES.items() if not rule.reason] == []


GRADES = {
    "none": 0, "0": 0, "No": 0, "I": 1, "Id": 1, "II": 2, "ii": 2, "III": 3, "IIIa": 3, "IIIb-d": 3, "IV": 4,
    "IVad": 4, "IVb": 4, "V": 5, "Grade IIIa": 3, "Clavien-Dindo II": 2,
}  # fmt: skip


@pytest.mark.parametrize(("level", "grade"), GRADES.items())
def test_grades(level: str, grade: int) -> None:
    assert clavien_dindo_grade(level) == grade
    assert told({"clavien_dindo": level}) == []


@pytest.mark.parametrize("level", ["IIa", "Va", "Vd", "VI", "3", "IIIc", "I-II", ">= III", "major", "IIV", "noned"])
def test_no_grades(level: str) -> None:
    assert told({"clavien_dindo": level}) == [("error", "clavien_dindo", "something else than a grade")]


def test_a_level_is_reported_once() -> None:
    problems = judge({"clavien_dindo": "I"}, {"clavien_dindo": "major"}, {"clavien_dindo": "major"})
    assert [(problem.line, problem.found) for problem in problems] == [(3, "something else than a grade (2 rows)")]


DRUGS = [
    "cisplatin", "Cisplatin", "CDDP", "oxaliplatin", "mitomycin C", "Mitomycin-C", "MMC", "doxorubicin", "lobaplatin",
    "paclitaxel", "docetaxel", "irinotecan", "gemcitabine", "raltitrexed", "5-fluorouracil", "5-FU", "顺铂",
    "cisplatin + doxorubicin", "cisplatin/mitomycin C", "Cisplatin 100 mg/m²", "DDP 60mg, MMC 20 mg",
    "liposomal doxorubicin", "cisplatin (CDDP) and paclitaxel", "none", "No", "洛铂、多西他赛",
]  # fmt: skip


@pytest.mark.parametrize("drug", DRUGS)
def test_known_drugs(drug: str) -> None:
    assert told({"hipec_drug": drug}) == []


@pytest.mark.parametrize(
    ("drug", "meant"),
    [
        ("cisplatine", "cisplatin"),
        ("mitomicin C", "mitomycin C"),
        ("cisplatin + paclitaxle", "paclitaxel"),
        ("oxaliplatn 460 mg/m2", "oxaliplatin"),
        ("aspirin", None),
        ("cisplatin and honey", None),
        ("x" * 5000, None),
    ],
)
def test_unknown_drugs(drug: str, meant: str | None) -> None:
    (problem,) = judge({"hipec_drug": drug})
    assert (problem.severity, problem.found) == ("warning", "an unknown drug")
    assert problem.remedy.startswith(f"Did you mean {meant}?") == (meant is not None)
    assert meant is None or drug not in str(problem)


def test_near_drug_of_nothing() -> None:
    assert near_drug("") is None


@pytest.mark.parametrize(
    ("level", "number"),
    [("2", 2), ("CC-2", 2), ("CC2", 2), ("ASA III", 3), ("iv", 4), ("ECOG PS 1", 1), ("CC0/1", None), ("0–1", None)],
)
def test_scores_in_levels(level: str, number: float | None) -> None:
    assert score(level) == number


@pytest.mark.parametrize(
    ("word", "alive"), [("alive", True), ("Alive", True), ("DOD", False), ("tot", False), ("死亡", False), ("0", None)]
)
def test_words_for_a_status(word: str, alive: bool | None) -> None:
    assert is_alive(word) == alive


def source(**keys: str) -> dict[str, str]:
    return {"patients": "made-up.csv", **keys}


def test_dates_after_the_end_of_the_data() -> None:
    """Every date of the study counts, not only those with known names."""
    columns = [{"name": "scan", "source": "Scan", "label": "Scan", "type": "date"}]
    study = Study.model_validate({"id": "x", "source": source(cutoff="2020-12-31"), "columns": columns})
    rows = [{"scan": "2020-12-31"}, {"scan": "2021-01-01"}, {"scan": ""}]
    (problem,) = domain_problems(values_of(study, rows), study, FILE)
    assert (problem.severity, problem.line, problem.column) == ("error", 3, "Scan")
    assert "2020-12-31" in problem.rule
    open_end = study.model_copy(update={"source": None})
    assert domain_problems(values_of(open_end, rows), open_end, FILE) == []


def test_time_of_zero() -> None:
    event = {"code": "OS", "description": "death", "always": True}
    endpoint = {"label": "OS", "origin": "surgery", "time": {"column": "os_time"}}
    endpoints = [
        endpoint | {"code": "OS", "events": [event]},
        endpoint | {"code": "DSS", "events": [event | {"code": "DSS"}]},
    ]
    found = told({"os_time": "0"}, {"os_time": "0.1"}, {"os_time": ""}, endpoints=endpoints)
    assert found == [("warning", "os_time", "a time of 0")]


CLINIC = {"age": "58", "bmi": "23.4", "pci": "17", "cc_score": "1", "operation_minutes": "455", "notes": "TACE; HR"}


def cohort(count: int) -> list[Patient]:
    random = np.random.default_rng(1996)
    return [
        {
            "subject": f"P{number}",
            "age": str(random.integers(30, 80)),
            "bmi": f"{random.normal(24, 3):.1f}",
            "pci": str(random.integers(1, 40)),
            "cc_score": str(random.integers(0, 2)),
            "operation_minutes": str(random.integers(120, 900)),
            "notes": random.choice(["No", "TACE", "TACE; HR"]),
        }
        for number in range(count)
    ]


def test_entered_twice() -> None:
    """The same values under another number: the later line is reported, with the line of the first."""
    patients = cohort(60)
    assert judge(*patients) == []
    (problem,) = judge(*patients, {**patients[7], "subject": "P60"})
    assert (problem.severity, problem.line, problem.column) == ("warning", 62, "")
    assert problem.found == "the values of line 9 again under another identifier"
    assert judge(*patients, {**patients[7], "subject": "P60", "age": "29"}) == []


def test_alike_by_chance() -> None:
    """With few columns of few values, patients are alike without being one."""
    patients = [{"subject": f"P{i}", "cc_score": str(i % 2), "age": str(40 + i % 10)} for i in range(100)]
    assert judge(*patients) == []


def test_two_alike_in_two() -> None:
    """Of two patients nothing can be said to be rare."""
    assert judge({"subject": "P1", **CLINIC}, {"subject": "P2", **CLINIC}) == []


def test_most_cases() -> None:
    problems = judge(*[{"date_surgery": "2020-01-02", "date_death": "2020-01-01"}] * (MOST_CASES + 500))
    assert len(problems) == MOST_CASES


def test_no_patients() -> None:
    study = study_of(["subject", *COURSE, "pci", "hipec_drug"], {})
    empty = (np.array([], dtype=np.int32), list[str]())
    values = Values([], {column.name: empty for column in study.columns}, study)
    assert domain_problems(values, study, FILE) == []


REAL = sorted((ROOT / "tests/data").glob("*.csv"))


def is_number(cell: str) -> bool:
    try:
        return float(cell) is not None
    except ValueError:
        return cell == ""


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_no_false_alarm_on_real_data(path: Path) -> None:
    """Every column is declared; in a few hundred patients some are alike in all that is known of them."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    columns = [
        {
            "name": name,
            "source": name,
            "label": name,
            "type": "number" if all(is_number(row[name]) for row in rows) else "text",
        }
        for name in rows[0]
    ]
    endpoint = {
        "code": "OS",
        "label": "OS",
        "origin": "entry",
        "time": {"column": "time"},
        "events": [{"code": "OS", "description": "death", "always": True}],
    }
    study = Study.model_validate({"id": path.stem, "columns": columns, "endpoints": [endpoint]})
    assert domain_problems(values_of(study, rows), study, FILE) == []


def test_hostile_cells() -> None:
    """Whatever stands in a cell, the rules judge the rest and say nothing of it."""
    hostile = ["\ud800", "nan", "inf", "1e400", "9" * 400, "=1+1", "\u202e", "NaT", "9999-99-99", "(" * 2000]
    names = [*NUMBER_RULES, *DATES, "status", "hipec"]
    study = study_of(names, {})
    rows = [dict.fromkeys(names, cell) for cell in hostile]
    assert domain_problems(values_of(study, rows), study, FILE) == []
    assert len(judge(*[{"hipec_drug": cell} for cell in ("x\u202e", "=1+1", "(" * 2000 + "a")])) == 3


def test_a_hundred_thousand_patients() -> None:
    """All rules together, of all known columns, in less than a second."""
    count, random = 100_000, np.random.default_rng(7)
    columns: dict[str, tuple[np.ndarray, list[str]]] = {}
    for name in NUMBER_RULES:
        numbers = [str(number) for number in range(40)]
        columns[name] = (random.integers(0, 40, count), numbers)
    for name in DATES:
        days = [str(day) for day in np.arange("2000-01-01", "2020-01-01", dtype="datetime64[D]")]
        columns[name] = (random.integers(0, len(days), count), days)
    columns["subject"] = (np.arange(count), [f"P{number}" for number in range(count)])
    for name, levels in {
        "status": ["alive", "dead"],
        "hipec": ["yes", "no"],
        "clavien_dindo": ["none", "IIIa", "V"],
        "hipec_drug": ["", "cisplatin", "MMC + DDP"],
    }.items():
        columns[name] = (random.integers(0, len(levels), count), levels)
    columns["notes"] = (np.arange(count), [f"note {number}" for number in range(count)])
    categories = {name: columns[name][1] for name in ("status", "hipec", "clavien_dindo")}
    study = study_of(list(columns), categories, source=source(cutoff="2019-12-31"))
    values = Values(range(2, 2 + count), columns, study)
    before = time.process_time()
    problems = domain_problems(values, study, FILE)
    assert time.process_time() - before < 1
    assert len(problems) > MOST_CASES
