"""Cohorts at the edge of what can be estimated go through every stage: no crash, and what has no estimate says why."""

import csv
from pathlib import Path

import pytest

from peritrace.ard import read_ard
from peritrace.stages.crosscheck import crosscheck
from peritrace.stages.derive import derive
from peritrace.stages.draw import draw_all
from peritrace.stages.estimate import estimate
from peritrace.stages.report import Results, report
from peritrace.stages.tabulate import tabulate
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.stages.taking_in import take_in

YAN = load_study(Path("config/studies/yan-2024.yaml"))


def rows():
    with Path("resources/yan-2024/patients.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def study(**changes):
    """Yan's study without the count of its rows."""
    content = YAN.model_dump(by_alias=True) | {"source": {"patients": "extract.csv"}}
    content["analyses"] = content["analyses"] | changes
    return Study.model_validate(content)


def estimated(patients, folder, chosen):
    """From the extract to the statistics, which are returned."""
    folder.mkdir(exist_ok=True)
    with (folder / "extract.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(patients[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(patients)
    take_in(folder / "extract.csv", chosen, folder)
    derive(folder / "patients.csv", chosen, folder / "adsl.csv", folder / "adtte.csv", folder / "derived-flow.csv")
    estimate(chosen, folder / "adsl.csv", folder / "adtte.csv", folder / "ard.csv")
    return read_ard(folder / "ard.csv")


def all_stages(patients, folder, chosen=None):
    """Everything from the extract to the page; the statistics are returned."""
    chosen = chosen or study()
    ard = estimated(patients, folder, chosen)
    tables = (folder / "adsl.csv", folder / "adtte.csv", folder / "ard.csv")
    crosscheck(chosen, *tables, folder / "agreement.csv")
    tabulate(chosen, folder / "ard.csv", folder / "adsl.csv", folder / "tabulate")
    draw_all(chosen, folder / "ard.csv", folder / "adsl.csv", folder / "adtte.csv", folder / "draw")
    results = Results(folder / "ard.csv", folder / "draw", folder / "tabulate", None, folder / "agreement.csv")
    report(chosen, results, {}, {}, folder / "page.html")
    text = (folder / "page.html").read_text(encoding="utf-8")
    assert ">nan<" not in text
    assert ">inf<" not in text
    return ard


def changed(**values):
    return [row | values for row in rows()]


COHORTS = {
    "no deaths": changed(survival="Yes"),
    "all dead": changed(survival="No"),
    "one level of CC": changed(cc_score="0"),
    "everyone alike in text": changed(treatment_before="No", treatment_after="No"),
    "all times equal": changed(pfs="5.0", os2_months="5.0", os1_months="9.0"),
    "one patient": rows()[:1],
    "two patients": rows()[2:4],
    "diagnosed at surgery": [row | {"os1_months": row["os2_months"]} for row in rows()],
    "dead on the day of surgery": [
        row | ({"pfs": "0.0", "os2_months": "0.0", "survival": "No"} if row["patient"] == "8" else {}) for row in rows()
    ],
}


@pytest.mark.parametrize("name", COHORTS)
def test_every_stage_copes(name, tmp_path):
    ard = all_stages(COHORTS[name], tmp_path)
    assert ard.value(context="cohort", stat_name="N") == len(COHORTS[name])
    silent = [row for row in ard if row.context == "model" and row.stat_name == "estimate" and not row.stat]
    assert all(row.warning for row in silent)


def test_a_death_on_the_day_of_surgery_is_told_where_entry_is_delayed(tmp_path):
    # that patient is never at risk between entry and death, and can't be counted with delayed entry
    ard = estimated(COHORTS["dead on the day of surgery"], tmp_path, study())
    delayed = ard.one(context="survival", stat_name="n", method="kaplan-meier-delayed-entry", variable="OS1")
    assert (delayed.stat, delayed.warning[:10]) == ("9", "1 left out")


def test_missing_values_leave_a_level_without_numbers(tmp_path):
    content = study().model_dump(by_alias=True)
    for column in content["columns"]:
        column["optional"] = column["name"] == "bmi"
    patients = [row | ({"bmi": ""} if row["cc_score"] == "0" else {}) for row in rows()]
    ard = all_stages(patients, tmp_path, Study.model_validate(content))
    assert ard.value(context="summary", variable="bmi", group1="", stat_name="missing") == 4
    assert ard.value(context="summary", variable="bmi", group1_level="CC0/1", stat_name="N") == 0


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_the_level_of_the_study_file_reaches_every_limit(level, tmp_path):
    def limits(chosen, folder):
        ard = estimated(rows(), folder, chosen)
        told = ("conf_low", "conf_high", "median_conf_low", "median_conf_high")
        keys = ("context", "variable", "variable_level", "group1", "group1_level", "method", "convention", "stat_name")
        return {
            (*(getattr(row, key) for key in keys), row.analysis): row.stat
            for row in ard
            if row.stat_name in told and row.context in ("model", "association", "survival-rate") and row.stat
        }

    usual, other = limits(study(), tmp_path / "a"), limits(study(level=level), tmp_path / "b")
    shared = set(usual) & set(other)
    # limits of a survival of 1, and those that are unbounded, do not move
    same = {key for key in shared if usual[key] == other[key] and usual[key] not in ("1", "inf", "-inf", "0")}
    assert same == set()
    assert len(shared) > 100


def test_percentiles_of_other_software_are_in_the_table(tmp_path):
    # ages 32 38 41 42 43 44 48 54 54 66. R: quantile(x, c(.25, .75), type = 7) 41.25 52.5, type = 6 40.25 54,
    # type = 2 (SAS) 41 54
    ard = estimated(rows(), tmp_path, study())
    where = {"context": "summary", "variable": "age", "group1": ""}
    found = {
        row.convention: (row.number, ard.value(stat_name="p75", convention=row.convention, **where))
        for row in ard.where(stat_name="p25", **where)
    }
    assert found == {"": (40.25, 54), "percentiles=r": (41.25, 52.5), "percentiles=sas": (41, 54)}
