"""Restricted means against R's `survfit` (tests/reference/extended.R), by hand, and their laws."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peritrace.stats.kaplan_meier import KaplanMeier, kaplan_meier
from peritrace.stats.restricted_mean import restricted_mean, restricted_mean_difference

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "reference" / "extended.json").read_text())["restricted_mean"]


def curves(case: dict[str, Any]) -> list[KaplanMeier]:
    data = pd.read_csv(TESTS / "data" / f"{case['data']}.csv")
    values = [type(data[case["column"]].dropna().iloc[0])(value) for value in case["values"]]
    parts = [data[data[case["column"]] == value] for value in values]
    return [kaplan_meier(part["time"], part["status"], part.get("entry")) for part in parts]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['data']}-{c['column']}-{c['tau']}")
def test_equals_survfit(case: dict[str, Any]) -> None:
    # R: summary(survfit(Surv(entry, time, status) ~ 1), rmean = tau)$table[c("rmean", "se(rmean)")]
    both = curves(case)
    means = [restricted_mean(km, case["tau"]) for km in both]
    assert_allclose([mean.estimate for mean in means], case["estimate"], rtol=1e-10)
    assert_allclose([mean.std_err for mean in means], case["std_err"], rtol=1e-10)
    result = restricted_mean_difference(both[0], both[1], case["tau"])
    assert_allclose(result.estimate, case["difference"], rtol=1e-8)
    assert_allclose([result.conf_low, result.conf_high], case["limits"], rtol=1e-8)
    assert_allclose(result.p_value, case["p_value"], rtol=1e-8)
    wider = restricted_mean_difference(both[0], both[1], case["tau"], level=0.9)
    assert_allclose([wider.conf_low, wider.conf_high], case["limits_90"], rtol=1e-8)


def test_three_patients_by_hand() -> None:
    # S is 1 to 2, 2/3 to 4 (censored at 3), 0 afterwards; up to 5 the area is 2 + 2/3 × 2, none of it from 4 on
    result = restricted_mean(kaplan_meier([2, 3, 4], [1, 0, 1]), 5)
    assert_allclose(result.estimate, 2 + 4 / 3)
    assert_allclose(result.std_err, math.sqrt((4 / 3) ** 2 / (3 * 2)))
    assert_allclose(
        [result.conf_low, result.conf_high], result.estimate + np.array([-1, 1]) * 1.959964 * result.std_err
    )
    assert result.beyond_follow_up
    # up to 3 the area is 2 + 2/3
    assert_allclose(restricted_mean(kaplan_meier([2, 3, 4], [1, 0, 1]), 3).estimate, 8 / 3)


def test_one_event_among_eight() -> None:
    # S falls to 7/8 at 6: up to 10 the area is 6 + 4 × 7/8
    result = restricted_mean(kaplan_meier([6, 10, 10, 10, 11, 12, 13, 14], [1] + 7 * [0]), 10)
    assert_allclose([result.estimate, result.std_err], [9.5, 3.5 / math.sqrt(8 * 7)])
    assert not result.beyond_follow_up


def test_no_event_yet() -> None:
    nobody, somebody = kaplan_meier([5, 9], [0, 0]), kaplan_meier([3, 8], [1, 0])
    result = restricted_mean(nobody, 4)
    assert (result.estimate, result.std_err, result.conf_low, result.conf_high) == (4, 0, 4, 4)
    assert_allclose(restricted_mean_difference(nobody, somebody, 4).estimate, 4 - 3.5)
    neither = restricted_mean_difference(nobody, somebody, 2)
    assert (neither.estimate, neither.std_err, neither.beyond_follow_up) == (0, 0, False)
    assert np.isnan([neither.conf_low, neither.conf_high, neither.statistic, neither.p_value]).all()


def test_everybody_dies_at_once() -> None:
    # R gives a standard error of 0 too
    result = restricted_mean(kaplan_meier([5, 5, 5], [1, 1, 1]), 12)
    assert (result.estimate, result.std_err) == (5, 0)


def test_nothing_beyond_follow_up() -> None:
    censored, dead = kaplan_meier([2, 6], [1, 0]), kaplan_meier([2, 6], [1, 1])
    assert restricted_mean(censored, 6).estimate == 4
    late = restricted_mean(censored, 6.5)
    assert late.beyond_follow_up
    assert np.isnan([late.estimate, late.std_err, late.conf_low, late.conf_high]).all()
    assert restricted_mean(dead, 6.5).estimate == 4
    difference = restricted_mean_difference(dead, censored, 6.5)
    assert difference.beyond_follow_up
    assert np.isnan([difference.estimate, difference.std_err, difference.conf_low, difference.p_value]).all()


@pytest.mark.parametrize("horizon", [0, -1, math.inf, math.nan])
def test_a_horizon_that_is_none_is_refused(horizon: float) -> None:
    with pytest.raises(ValueError, match="the horizon of a restricted mean must be a positive number"):
        restricted_mean(kaplan_meier([1, 2], [1, 1]), horizon)


# ---- laws ----

patients = st.lists(st.tuples(st.integers(1, 15), st.booleans()), min_size=1, max_size=30)
Patients = list[tuple[int, bool]]


@given(patients, st.integers(1, 15))
def test_between_0_and_the_horizon_and_never_falling(cohort: Patients, horizon: int) -> None:
    time, event = (np.array(column) for column in zip(*cohort, strict=True))
    km = kaplan_meier(time, event)
    mean, sooner = restricted_mean(km, horizon), restricted_mean(km, horizon / 2)
    if not math.isnan(mean.estimate):
        assert 0 <= sooner.estimate <= mean.estimate <= horizon * (1 + 1e-12)
    assert math.isnan(mean.estimate) == (horizon > time.max() and km.survival[-1] > 0)


@given(st.lists(st.integers(1, 15), min_size=1, max_size=30))
def test_without_censoring_it_is_the_mean_of_times_cut_off(time: list[int]) -> None:
    # and its standard error that of a mean, with n in place of n - 1
    cut = np.minimum(time, 10)
    result = restricted_mean(kaplan_meier(time, np.ones(len(time))), 10)
    assert_allclose(result.estimate, cut.mean(), rtol=1e-12)
    assert_allclose(result.std_err, cut.std() / math.sqrt(len(time)), rtol=1e-9, atol=1e-12)


@given(patients, patients, st.integers(1, 8))
def test_exchanging_the_groups_turns_the_difference_round(one: Patients, other: Patients, horizon: int) -> None:
    first, second = (kaplan_meier(*zip(*cohort, strict=True)) for cohort in (one, other))
    result, turned = (
        restricted_mean_difference(first, second, horizon),
        restricted_mean_difference(second, first, horizon),
    )
    assert_allclose(
        [result.estimate, result.conf_low, result.p_value], [-turned.estimate, -turned.conf_high, turned.p_value]
    )
