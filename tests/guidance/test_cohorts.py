"""Cohorts held against the text: Yan's ten patients by hand, the example cohort by counting its file, and privacy."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from peritrace.files import read_csv
from peritrace.guidance.facts import misfits
from peritrace.guidance.reading import load_guidance
from peritrace.guidance.thresholds import printed
from peritrace.pages.guidance import cohort, is_public
from peritrace.stages.algorithm import algorithm
from peritrace.stages.derive import derive
from peritrace.stages.guidance import guidance
from peritrace.stages.guide import guide
from peritrace.stages.intake import intake
from peritrace.study import Study
from peritrace.study_file import load_study

PATIENTS = [str(number) for number in range(1, 11)]
# Condition → the patients of whom it is met, and of whom it is not reported; not met in the others. By hand from
# Tables 1 to 3 of Yan 2024.
BY_HAND = {
    "any-systemic-before": ("1 2 3 4 6 7 8 9", ""),  # 5 and 10 had no treatment
    "frontline-given": ("1 2 6 7 8 9", ""),  # sorafenib; nobody had atezolizumab
    "monitored": ("", " ".join(PATIENTS)),
    "progression": ("", " ".join(PATIENTS)),
    "second-line-given": ("2 4 7 8", ""),  # Levatinib; regorafenib; lenvatinib; both
    "further-progression": ("", " ".join(PATIENTS)),
    "gemox-given": ("", ""),
    "afp-normal": ("", " ".join(PATIENTS)),
    "imaging-response": ("", " ".join(PATIENTS)),
    "peritoneum-only": ("", " ".join(PATIENTS)),
    "multidisciplinary": (" ".join(PATIENTS), ""),
    "crs-hipec": (" ".join(PATIENTS), ""),
    "profound-response": ("", "1 2 3 4 6 7 8 9"),  # without systemic therapy there was none to respond to
    "complete": ("6 7 9 10", ""),  # CC0
    "centre-peritoneal": (" ".join(PATIENTS), ""),
    "centre-tumour": ("", " ".join(PATIENTS)),
    "chemotherapy-after": ("1 3 4 7", ""),
    "two-months-after": ("", " ".join(PATIENTS)),
}


def held(name: str, folder: Path, extract: Path | None = None) -> tuple[Study, Path]:
    """A cohort as intake, derive and guidance leave it."""
    study = load_study(f"config/studies/{name}.yaml")
    source = extract or Path(study.source.patients)
    intake(source, study.for_stage("intake"), folder / name / "intake")
    outputs = [folder / name / f"derive/{table}.csv" for table in ("adsl", "adtte", "flow")]
    derive(folder / name / "intake/patients.csv", study.for_stage("derive"), *outputs)
    guidance(study.for_stage("guidance"), outputs[0], folder / name / "guidance")
    return study, folder / name / "guidance"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return tmp_path_factory.mktemp("guidance")


@pytest.fixture(scope="module")
def yan(site):
    return held("yan-2024", site / "results")


@pytest.fixture(scope="module")
def example(site):
    return held("example-cohort", site / "results")


def states(folder):
    found = {}
    for row in read_csv(folder / "patients.csv"):
        found.setdefault(row["condition"], {})[row["USUBJID"].rsplit("-", 1)[1]] = row["condition_state"]
    return found


def test_every_condition_is_judged_for_the_ten_patients(yan):
    expected = {
        name: {
            number: "met" if number in met.split() else "not reported" if number in silent.split() else "not met"
            for number in PATIENTS
        }
        for name, (met, silent) in BY_HAND.items()
    }
    assert states(yan[1]) == expected


def test_each_state_names_the_cell_that_says_so(yan):
    with Path("resources/yan-2024/patients.csv").open(encoding="utf-8", newline="") as handle:
        lines = [[], *csv.reader(handle)]
    decided = [row for row in read_csv(yan[1] / "patients.csv") if row["fact_state"] != "not reported"]
    for row in decided:
        if row["line"]:
            assert row["file"] == "resources/yan-2024/patients.csv"
            cell = lines[int(row["line"])][lines[1].index(row["column"])]
            assert cell.lower() == row["value"].lower()
            assert lines[int(row["line"])][0] == row["USUBJID"].removeprefix("yan-2024-")
        else:
            assert row["column"].startswith("Methods, ")
    assert decided


def test_steps_follow_from_their_conditions(yan):
    steps = {
        row["step"]: [int(row[name]) for name in ("met", "not_met", "not_reported", "not_arisen")]
        for row in read_csv(yan[1] / "steps.csv")
        if row["role"] == "step" and row["tumour"] == "hcc"
    }
    assert steps["hcc-frontline"] == [6, 4, 0, 0]
    assert steps["hcc-second-line"] == [0, 0, 10, 0]  # whether it arose is not reported
    assert steps["hcc-surgery"] == [0, 7, 3, 0]  # CC0 and treated before: 6, 7 and 9 stay open
    assert steps["hcc-after"] == [0, 6, 4, 0]


def test_the_example_cohort_is_counted(example):
    with Path("resources/example-cohort/patients.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    liver = [row for row in rows if row["tumour"] == "HCC"]
    colorectal = [row for row in rows if row["tumour"].startswith("colorectal")]
    found = {
        (row["step"], row["condition"]): (int(row["met"]), int(row["not_met"]), int(row["not_reported"]))
        for row in read_csv(example[1] / "steps.csv")
    }
    given = sum("sorafenib" in row["prior_treatment"] for row in liver)
    assert found["hcc-frontline", "frontline-given"] == (given, len(liver) - given, 0)
    high = sum(row["afp"] != "" and float(row["afp"]) >= 20 for row in liver)
    assert found["hcc-evaluation", "afp-normal"] == (0, high, len(liver) - high)  # a normal AFP alone shows nothing
    low = sum(int(row["pci"]) < 20 for row in colorectal)
    assert found["colorectal-selection", "limited-disease"] == (low, len(colorectal) - low, 0)
    tumours = {row["tumour"]: int(row["patients"]) for row in read_csv(example[1] / "tumours.csv")}
    assert tumours == {"hcc": len(liver), "colorectal": len(colorectal), "other": 25, "lung": 0}


@pytest.mark.parametrize(("name", "others"), [("yan", 10), ("example", 85)])
def test_a_colorectal_limit_in_another_tumour_is_warned_of(request, name, others):
    [warning] = read_csv(request.getfixturevalue(name)[1] / "warnings.csv")
    assert (warning["group"], warning["limit"], int(warning["patients"])) == ("pci_group", "20", others)
    assert "line 30" in warning["sentence"]


def counts(*levels):
    return [{"variable": "PCI", "level": level, "count": "10"} for level in levels]


def test_a_limit_in_the_levels_of_published_tables(site):
    # the abstract of 2022 parts its 110 patients with mesothelioma at a PCI of 20: 34 below it and 76 not
    study, text = load_study("config/studies/dmpm-2022.yaml"), load_guidance()[0]
    [found] = printed(study, text, read_csv("resources/dmpm-2022/counts.csv"))
    assert (found.group, found.patients) == ("PCI", {"other": 110})
    assert "The variable “Peritoneal cancer index” parts patients at 20" in found.sentence(text)


@pytest.mark.parametrize(
    ("tumour", "levels", "found"),
    [
        ("other", ["≤ 20", "> 20"], 1),
        ("other", ["below 20", "20 or more"], 1),
        ("other", ["< 19.5", "≥ 19.5"], 0),
        ("other", ["0", "20"], 0),
        ("colorectal", ["< 20", "≥ 20"], 0),
    ],
)
def test_which_levels_and_tumours_are_warned_of(tumour, levels, found):
    study = load_study("config/studies/dmpm-2022.yaml")
    facts = study.facts | {"tumour": study.facts["tumour"].model_copy(update={"stated": tumour})}
    assert len(list(printed(study.model_copy(update={"facts": facts}), load_guidance()[0], counts(*levels)))) == found


def test_no_warning_where_all_patients_have_that_tumour(tmp_path):
    study = load_study("config/studies/yan-2024.yaml")
    facts = {**study.facts, "tumour": study.facts["tumour"].model_copy(update={"stated": "colorectal"})}
    adsl = tmp_path / "adsl.csv"
    adsl.write_text("USUBJID,line,pci,cc_score,hipec,treatment_before,treatment_after\nx-1,2,9,0,yes,No,No\n")
    guidance(study.model_copy(update={"facts": facts}), adsl, tmp_path)
    assert read_csv(tmp_path / "warnings.csv") == []


def test_an_unknown_drug_of_a_new_extract_is_reported(tmp_path):
    text = Path("resources/yan-2024/patients.csv").read_text(encoding="utf-8")
    extract = tmp_path / "new.csv"
    extract.write_text(text.replace("HR; Surgery; Tegafur + Gemcitabine", "HR; Surgery; Apatinib"), encoding="utf-8")
    study, folder = held("yan-2024", tmp_path, extract)
    unknown = [row for row in read_csv(folder / "terms.csv") if row["how"] == "unknown"]
    assert [(row["written"], row["lines"]) for row in unknown] == [("Apatinib", "4")]
    assert states(folder)["frontline-given"]["3"] == "not reported"  # not "not met"
    shown = cohort(load_guidance()[0], study, folder, "page.html")
    assert shown.unread == 1
    assert [row["written"] for row in shown.texts] == ["Apatinib"]


def test_facts_that_do_not_fit_are_all_named():
    study = load_study("config/studies/yan-2024.yaml")
    source = study.facts["cc_score"]
    wrong = {
        "cc_skore": source,
        "tumour": study.facts["tumour"].model_copy(update={"stated": "liver"}),
        "crs_hipec": source,
        "pci": study.facts["treatments_before"],
    }
    found = misfits(study.model_copy(update={"facts": wrong}), load_guidance()[0])
    assert [problem.column for problem in found] == [f"facts.{name}" for name in wrong]
    assert "Did you mean 'cc_score'?" in str(found[0])


@pytest.fixture(scope="module")
def page(site, yan, example):
    algorithm(site / "results/guidance")
    settings = json.dumps([json.loads(study.for_stage("guide").as_json()) for study, _ in (yan, example)])
    guide(settings, json.dumps({"versions": {}, "fingerprints": {}}), site / "reports/guidance.html")
    return (site / "reports/guidance.html").read_text(encoding="utf-8")


def test_rows_are_shown_only_where_they_are_published(yan, example, page):
    assert is_public(yan[0])
    assert not is_public(example[0])
    hidden = Counter(row["USUBJID"].removeprefix("example-cohort-") for row in read_csv(example[1] / "patients.csv"))
    assert hidden
    text = re.sub(r"data:[^\"]*", "", page)  # in base64 any four characters may stand together
    assert not any(subject in text for subject in hidden)
    assert "Levatinib" in page
    assert "example-cohort-guidance-patients.csv" not in page


def test_the_first_lines_say_what_the_page_is_not(page):
    top = page[page.index("<h1>") : page.index("<main")]
    assert "It is no advice" in top
    assert "bears no date" in top
    assert "26 November 2026" in top


def test_the_page_and_the_diagram_are_the_same_each_time(site, page, tmp_path):
    algorithm(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (site / "results/guidance" / path.name).read_bytes()
