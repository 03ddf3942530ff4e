"""What is read off a curve: counts at risk, corners, the order of levels."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.ard import Ard, Statistic
from peritrace.figures.curves import AtRisk, curves
from tests.figures.cohorts import Patient, by_level, kaplan_meier, yan_ard, yan_rows

TICKS = [0, 12, 24, 36, 48, 60, 72]
cohorts = st.lists(
    st.builds(Patient, st.integers(0, 60).map(str), st.booleans()),
    min_size=1,
    max_size=40,
)


def test_numbers_at_risk_of_the_ten_patients_are_those_with_a_time_of_at_least_the_tick() -> None:
    times = [float(row["os2_months"]) for row in yan_rows()]
    (curve,) = curves(yan_ard(), "OS2", None, [])
    assert [curve.at_risk(tick).n_risk for tick in TICKS] == [sum(time >= tick for time in times) for tick in TICKS]
    # Counted in Table 3 by hand.
    assert [curve.at_risk(tick).n_risk for tick in TICKS] == [10, 6, 6, 5, 3, 2, 1]
    assert [curve.at_risk(tick).n_censor for tick in TICKS] == [0, 1, 1, 2, 3, 3, 4]


def test_a_patient_whose_time_is_the_tick_is_still_at_risk() -> None:
    (curve,) = curves(Ard(kaplan_meier([Patient("12", True), Patient("24", False)], "OS2")), "OS2", None, [])
    assert curve.at_risk(12) == AtRisk(2, 0, 0)
    assert curve.at_risk(24) == AtRisk(1, 0, 1)
    assert curve.at_risk(24.1) == AtRisk(0, 1, 1)


@given(cohorts, st.integers(0, 70))
def test_at_risk_censored_and_events_sum_to_all_patients(patients: list[Patient], tick: int) -> None:
    (curve,) = curves(Ard(kaplan_meier(patients, "OS2")), "OS2", None, [])
    at = curve.at_risk(tick)
    assert at.n_risk == sum(float(patient.time) >= tick for patient in patients)
    assert at.n_risk + at.n_censor + at.n_event == len(patients)


def test_corners_of_a_step_curve() -> None:
    (curve,) = curves(Ard(kaplan_meier([Patient("10", True), Patient("20", False)], "OS2")), "OS2", None, [])
    assert curve.vertices() == [(0, 1), (0, 1), (0, 1), (10, 1), (10, 0.5), (20, 0.5), (20, 0.5)]


def test_limits_have_no_corners_where_they_have_no_estimate() -> None:
    (curve,) = curves(Ard(kaplan_meier([Patient("10", True), Patient("20", True)], "OS2")), "OS2", None, [])
    last = curve.vertices("conf_low")[-1]
    assert last[0] == 20
    assert math.isnan(last[1])


def test_levels_come_in_the_order_of_the_study_and_unlisted_ones_last() -> None:
    patients = [Patient("1", True, "c"), Patient("2", True, "b"), Patient("3", True, "a")]
    ard = Ard(by_level(patients, "OS2", "cc_group"))
    assert [curve.level for curve in curves(ard, "OS2", "cc_group", ["a", "absent", "b"])] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other",
    [{"convention": "limits=log"}, {"method": "kaplan-meier-delayed-entry"}, {"variable": "OS1"}],
)
def test_other_readings_of_a_curve_are_not_mixed_in(other: dict[str, str]) -> None:
    place = {"variable": "OS2", "variable_level": "5", "method": "kaplan-meier"} | other
    stray = Statistic("survival-curve", "n_risk", "99", **place)
    (curve,) = curves(Ard([stray, *kaplan_meier([Patient("10", True)], "OS2")]), "OS2", None, [])
    assert [row.time for row in curve.rows] == ["0", "10"]
