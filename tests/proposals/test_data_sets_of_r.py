"""The data sets that everyone knows come out as they are described in R's help pages, and what is unsure is said."""

import pytest

from peritrace.extracts.examination import examine
from peritrace.proposals.endpoints import TIMES
from tests.proposals.extracts import of_r, proposed

LUNG = {
    "ph_ecog": "ph.ecog",
    "ph_karno": "ph.karno",
    "pat_karno": "pat.karno",
    "meal_cal": "meal.cal",
    "wt_loss": "wt.loss",
}
SETS = {
    "lung": (LUNG, ("1", "2")),
    "veteran": ({}, ("0", "1")),
    "ovarian": ({"time": "futime", "status": "fustat", "resid_ds": "resid.ds", "ecog_ps": "ecog.ps"}, ("0", "1")),
    "pbc": ({}, ("0", "2")),
    "colon": ({}, ("0", "1")),
}


@pytest.mark.parametrize("name", sorted(SETS))
def test_it_runs_unedited_with_every_column_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    found = proposed(tmp_path, *of_r(name, *SETS[name]))
    examined = examine(tmp_path / "extract.csv", found.study)
    assert examined.errors == []
    assert [endpoint.code for endpoint in found.study.endpoints] == ["OS"]
    assert found.study.time_unit == "days"


@pytest.mark.parametrize("name", sorted(SETS))
def test_there_are_at_most_ten_lines_to_edit(tmp_path, name):
    assert len(proposed(tmp_path, *of_r(name, *SETS[name])).checks) <= 11


@pytest.mark.parametrize(
    ("name", "deaths"), [("lung", 165), ("veteran", 128), ("ovarian", 12), ("pbc", 161), ("colon", 452)]
)
def test_the_deaths_are_those_that_r_counts(tmp_path, name, deaths):
    assert f"# {deaths} events in " in proposed(tmp_path, *of_r(name, *SETS[name])).text


def test_status_1_and_2_is_likely_censored_and_dead_and_doubted(tmp_path):
    found = proposed(tmp_path, *of_r("lung", *SETS["lung"]))
    assert found.levels("status") == {"1": "alive", "2": "dead"}
    assert "as in R's lung" in found.doubts("status")


def test_three_codes_of_a_status_are_kinds_of_event_that_compete(tmp_path):
    header, rows = of_r("pbc", {}, ("0", "2"))
    place = header.index("status")
    for row in rows[::7]:
        row[place] = "1"
    found = proposed(tmp_path, header, rows)
    assert found.levels("status") == {"0": "no event", "1": "event 1", "2": "event 2"}
    (endpoint,) = found.study.endpoints
    assert [cause.label for cause in endpoint.events[0].causes] == ["Event 1", "Event 2"]
    assert (endpoint.code, endpoint.label) == ("EFS", "Event-free survival")  # nobody knows yet which of them is death
    assert found.study.analyses.factors[0].label == "Event"
    assert "delete it where the endpoints name it" in found.doubts("status")


def test_headers_with_dots_are_read(tmp_path):
    found = proposed(tmp_path, *of_r("lung", *SETS["lung"]))
    assert found.column("ph.ecog").name == "ecog"
    assert found.column("ph.karno").name == "kps"
    assert found.column("wt.loss").minimum == -30
    assert "below 0" in found.doubts("wt_loss")


def test_a_score_between_its_steps_is_not_held_to_the_rule_in_silence(tmp_path):
    found = proposed(tmp_path, *of_r("veteran", *SETS["veteran"]))
    assert found.column("karno").name == "karno"
    assert "between the steps of 10" in found.doubts("karno")


def test_wide_colon_has_recurrence_death_and_both(tmp_path):
    header, rows = of_r("colon", {"time": "time_death", "status": "status_death"})
    header = [*header, "time_recurrence", "status_recurrence"]
    time, status = header.index("time_death"), header.index("status_death")
    wide = []
    for number, row in enumerate(rows):
        recurred = number % 3 == 0 and row[status] == "1"
        wide.append([*row, int(str(row[time])) // 2 if recurred else row[time], int(recurred)])
    found = proposed(tmp_path, header, wide)
    assert [endpoint.code for endpoint in found.study.endpoints] == ["OS", "TTP", "PFS"]
    causes = [cause.label for cause in found.study.endpoint("PFS").events[0].causes]
    assert causes == ["Progression", "Death without progression"]
    assert "0 is taken for no" in found.doubts("progression")


def test_a_joint_model_has_ten_events_for_each_parameter_and_known_columns_only(tmp_path):
    found = proposed(tmp_path, *of_r("lung", *SETS["lung"]))
    (factors,) = found.study.analyses.factors
    assert factors.multivariable == ["ecog", "age", "sex"]
    assert "165 events carry 16 parameters at 10 events each; these 3 covariates have 5" in found.text.replace(
        "\n    # ", " "
    )
    few = proposed(tmp_path, *of_r("ovarian", *SETS["ovarian"]))
    assert [factors.multivariable for factors in few.study.analyses.factors] == [[]]


@pytest.mark.parametrize("name", sorted(SETS))
def test_no_ratio_is_announced_for_a_survival_time(tmp_path, name):
    found = proposed(tmp_path, *of_r(name, *SETS[name]))
    times = [column for column in found.study.columns if column.name in TIMES]
    assert times
    assert all("per" not in column.model_fields_set for column in times)
