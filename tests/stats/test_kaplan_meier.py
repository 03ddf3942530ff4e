"""Kaplan–Meier against R's `survival` (values made by tests/reference/survival.R), hand counts and laws."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from peritrace.stats.kaplan_meier import (
    KaplanMeier,
    Transform,
    kaplan_meier,
    median_limits,
    median_std_err,
    median_survival,
    n_at_risk,
    survival_at,
    survival_limits,
    survival_quantile,
)

TESTS = Path(__file__).parents[1]
REFERENCE = json.loads((TESTS / "reference" / "survival.json").read_text())
CURVES = REFERENCE["curves"]
COHORTS = {cohort["name"]: cohort for cohort in REFERENCE["cohorts"]}
TRANSFORMS: tuple[Transform, ...] = ("log-log", "log", "plain")


def load(curve: dict[str, Any]) -> pd.DataFrame:
    data = pd.read_csv(TESTS / "data" / f"{curve['data']}.csv", dtype=str)
    if curve["column"]:
        data = data[data[curve["column"]] == curve["value"]]
    return data


def numbers(data: pd.DataFrame, column: str) -> Any:
    return data[column].to_numpy(dtype=float) if column in data else None


def fit(curve: dict[str, Any]) -> KaplanMeier:
    data = load(curve)
    return kaplan_meier(numbers(data, "time"), numbers(data, "status"), numbers(data, "entry"))


def r_values(values: Any) -> Any:
    """R's numbers as an array, NA as nan."""
    return np.atleast_1d(np.array(values, dtype=float))


def cohort_fit(name: str) -> KaplanMeier:
    cohort = COHORTS[name]
    return kaplan_meier(np.atleast_1d(cohort["time"]), np.atleast_1d(cohort["event"]), cohort.get("entry"))


each_curve = pytest.mark.parametrize("curve", CURVES, ids=lambda c: f"{c['data']}-{c['column']}-{c['value']}")
each_cohort = pytest.mark.parametrize("name", COHORTS)


@each_curve
def test_curve_is_that_of_survfit(curve: dict[str, Any]) -> None:
    km = fit(curve)
    rows = np.atleast_1d(curve["rows"])
    assert km.n == curve["n"]
    assert km.time.size == curve["n_times"]
    for column in ("time", "survival", "std_err"):
        assert_allclose(getattr(km, column)[rows], r_values(curve[column]), rtol=1e-8, atol=1e-10)
    for column in ("n_risk", "n_event", "n_censor"):
        assert_array_equal(getattr(km, column)[rows], np.atleast_1d(curve[column]))


@each_curve
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_limits_are_those_of_survfit(curve: dict[str, Any], transform: Any) -> None:
    low, high = survival_limits(fit(curve), transform)
    rows = np.atleast_1d(curve["rows"])
    assert_allclose(low[rows], r_values(curve["low"][transform]), rtol=1e-8, atol=1e-10)
    assert_allclose(high[rows], r_values(curve["high"][transform]), rtol=1e-8, atol=1e-10)


@each_curve
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_rates_are_those_of_summary_survfit(curve: dict[str, Any], transform: Any) -> None:
    at = curve["at"]
    rates = survival_at(fit(curve), at["time"], transform)
    assert [rate.time for rate in rates] == at["time"]
    assert not any(rate.beyond_follow_up for rate in rates)
    for field, expected in (
        ("estimate", at["survival"]),
        ("std_err", at["std_err"]),
        ("conf_low", at["low"][transform]),
        ("conf_high", at["high"][transform]),
    ):
        assert_allclose([getattr(rate, field) for rate in rates], r_values(expected), rtol=1e-8, atol=1e-10)


@each_curve
def test_numbers_at_risk_are_those_of_r(curve: dict[str, Any]) -> None:
    data, at = load(curve), curve["at"]
    counted = n_at_risk(numbers(data, "time"), at["time"], numbers(data, "entry"))
    assert_array_equal(counted, at["n_risk"])
    assert [rate.n_risk for rate in survival_at(fit(curve), at["time"])] == at["n_risk"]
    if "entry" not in data:
        assert at["n_risk"] == at["n_risk_r"]


def check_medians(km: KaplanMeier, expected: dict[str, Any]) -> None:
    """Medians of `summary(survfit)$table` and `quantile(survfit)`, and limits on each scale."""
    assert_allclose(median_survival(km, "r"), r_values(expected["print"])[0], rtol=1e-12)
    quantiles = [survival_quantile(km, p, "r-quantile") for p in (0.25, 0.5, 0.75)]
    assert_allclose(quantiles, r_values(expected["quantile"]), rtol=1e-12)
    for transform in TRANSFORMS:
        limits = median_limits(km, transform)
        assert_allclose(limits, r_values(expected["limits"][transform]), rtol=1e-12, err_msg=transform)
    assert_allclose(median_limits(km, "spss"), r_values(expected["spss_limits"]), rtol=1e-8)


@each_curve
def test_medians_are_those_of_r(curve: dict[str, Any]) -> None:
    check_medians(fit(curve), curve["median"])


@each_cohort
def test_small_cohorts_agree_with_r(name: str) -> None:
    km, expected = cohort_fit(name), COHORTS[name]
    assert_array_equal(km.n_risk, np.atleast_1d(expected["n_risk"]))
    assert_allclose(km.survival, r_values(expected["survival"]), rtol=1e-12, atol=1e-15)
    for transform in TRANSFORMS:
        low, high = survival_limits(km, transform)
        assert_allclose(low, r_values(expected["low"][transform]), rtol=1e-8, atol=1e-10)
        assert_allclose(high, r_values(expected["high"][transform]), rtol=1e-8, atol=1e-10)
    check_medians(km, expected)


def test_another_confidence_level() -> None:
    # survfit(Surv(time, status) ~ 1, data = lung, conf.int = 0.9)
    km = fit(CURVES[0])
    for transform in TRANSFORMS:
        expected = REFERENCE["lung_90"][transform]
        low, high = survival_limits(km, transform, 0.9)
        assert_allclose(low[[19, 99]], expected["low"], rtol=1e-10)
        assert_allclose(high[[19, 99]], expected["high"], rtol=1e-10)
        assert_allclose(np.array(median_limits(km, transform, 0.9)), expected["median"])


# The example of the CAMIS project (page "R vs SAS - Kaplan Meier"): five die, then five are censored.
@pytest.mark.parametrize(("convention", "median"), [("spss", 87), ("r", 87), ("r-quantile", 102.5), ("sas", math.nan)])
def test_conventions_part_where_half_survive_to_the_end(convention: Any, median: float) -> None:
    assert_allclose(median_survival(cohort_fit("camis"), convention), median)


@pytest.mark.parametrize(("convention", "median"), [("spss", 8), ("r", 10.5), ("r-quantile", 10.5), ("sas", 10.5)])
def test_conventions_part_on_a_plateau_at_one_half(convention: Any, median: float) -> None:
    assert median_survival(kaplan_meier([3, 5, 8, 13, 21, 34], [1] * 6), convention) == median


def test_sas_takes_the_middle_of_the_plateau() -> None:
    # PROC LIFETEST printed 11.5811 for a curve at 0.5000 from 11.3347 to 11.8275
    # (communities.sas.com, "Discrepancy Between Median Survival Time from Quartiles and Kaplan-Meier")
    km = kaplan_meier([11.2361, 11.3347, 11.8275, 12.4189], [1, 1, 1, 1])
    assert round(median_survival(km, "sas"), 4) == 11.5811


@pytest.mark.parametrize("convention", ["spss", "r", "r-quantile", "sas"])
def test_conventions_agree_where_the_curve_jumps_over_one_half(convention: Any) -> None:
    assert median_survival(kaplan_meier([2, 4, 9, 11, 15], [1, 1, 1, 0, 1]), convention) == 9


@pytest.mark.parametrize("n", range(2, 201, 2))
def test_half_is_recognised_in_any_uncensored_cohort(n: int) -> None:
    # the product of rounded fractions is often not 0.5 in floating point
    km = kaplan_meier(np.arange(1, n + 1), np.ones(n))
    assert median_survival(km) == n / 2
    assert median_survival(km, "sas") == n / 2 + 0.5


def test_upper_limit_of_the_median_does_not_exist_when_all_four_die() -> None:
    # R: 1 to NA, because survival has no limits where it is 0
    assert_array_equal(median_limits(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])), [1.0, math.nan])


def test_standard_error_of_the_median_by_hand() -> None:
    # T = 1..10, all dead: S(5) = 0.5, Greenwood SE sqrt(0.5 * 0.5 / 10); density from S(4) = 0.6 to S(6) = 0.4
    km = kaplan_meier(np.arange(1, 11), np.ones(10))
    standard_error = math.sqrt(0.025) / (0.2 / 2)
    assert_allclose(median_std_err(km), standard_error)
    half_width = 1.959964 * standard_error
    assert_allclose(median_limits(km, "spss"), [5 - half_width, 5 + half_width], rtol=1e-6)


def test_limits_as_spss_may_fall_below_zero() -> None:
    # median 2; density from S(1) = 0.75 to S(30) = 0.25; SE(S) = 0.25
    low, high = median_limits(kaplan_meier([1, 2, 30, 40], [1, 1, 1, 1]), "spss")
    assert_allclose([low, high], [2 - 1.959964 * 14.5, 2 + 1.959964 * 14.5], rtol=1e-6)


@pytest.mark.parametrize(
    ("time", "event"),
    [
        ([5, 6], [0, 0]),  # no median
        ([5, 6, 7, 8], [1, 1, 0, 0]),  # never down to 0.45
        ([5], [1]),  # down to 0 at the median
        ([0, 0, 3], [1, 1, 1]),  # down to a third at the origin
    ],
)
def test_no_standard_error_of_a_median_that_is_not_bracketed(time: list[int], event: list[int]) -> None:
    assert math.isnan(median_std_err(kaplan_meier(time, event)))


# Ten patients: deaths at 12, 13, 16, 25, 30, 31, 36; censored at 6, 14, 40.
TEN = {"time": [6, 12, 13, 14, 16, 25, 30, 31, 36, 40], "event": [0, 1, 1, 0, 1, 1, 1, 1, 1, 0]}
TICKS = [0, 6, 10, 12, 20, 24, 33, 36, 41]
STILL_FOLLOWED = [10, 10, 9, 9, 5, 5, 2, 2, 0]


def test_number_at_risk_counts_who_is_followed_that_long() -> None:
    assert_array_equal(n_at_risk(TEN["time"], TICKS), STILL_FOLLOWED)
    assert [rate.n_risk for rate in survival_at(kaplan_meier(**TEN), TICKS)] == STILL_FOLLOWED


def test_number_at_risk_with_delayed_entry() -> None:
    # who enters at a tick is at risk only after it, but at tick 0 all who enter at 0 count
    assert_array_equal(n_at_risk([5, 8, 9], [0, 2, 3, 5, 6, 9], entry=[0, 2, 5]), [1, 1, 2, 2, 2, 1])


def test_rates_by_hand() -> None:
    at_12, at_24 = survival_at(kaplan_meier(**TEN), [12, 24])
    assert_allclose([at_12.estimate, at_24.estimate], [8 / 9, 8 / 9 * 7 / 8 * 5 / 6])
    assert_allclose(at_12.std_err, 8 / 9 * math.sqrt(1 / (9 * 8)))


def test_no_estimate_beyond_the_last_follow_up() -> None:
    (rate,) = survival_at(kaplan_meier(**TEN), 40.5)
    assert rate.beyond_follow_up
    assert rate.n_risk == 0
    assert all(math.isnan(x) for x in (rate.estimate, rate.conf_low, rate.conf_high, rate.std_err))


def test_nobody_survives_beyond_the_last_death() -> None:
    (rate,) = survival_at(kaplan_meier([2, 5], [1, 1]), 6)
    assert rate.beyond_follow_up
    assert rate.estimate == 0.0
    assert math.isnan(rate.conf_low)


def test_delayed_entry_by_hand() -> None:
    # at 4 the patients who entered at 0, 1 and 2 are at risk, the one who enters at 4 is not yet
    km = kaplan_meier([4, 7, 9, 10], [1, 0, 1, 1], entry=[0, 1, 2, 4])
    assert_array_equal(km.n_risk, [3, 3, 2, 1])
    assert_allclose(km.survival, [2 / 3, 2 / 3, 1 / 3, 0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"time": [], "event": []}, "at least one patient"),
        ({"time": [1, 2], "event": [1]}, "event has 1 values for 2 times"),
        ({"time": [1, -2], "event": [1, 0]}, "negative values"),
        ({"time": [1, math.nan], "event": [1, 0]}, "missing or infinite"),
        ({"time": [1, math.inf], "event": [1, 0]}, "missing or infinite"),
        ({"time": [1, 2], "event": [1, 2]}, "recode it as 1 for the event and 0"),
        ({"time": [1, 2], "event": [1, math.nan]}, "codes other than 0 and 1"),
        ({"time": [1, 2], "event": [1, None]}, "codes other than 0 and 1|not numbers"),
        ({"time": ["a", "b"], "event": [1, 0]}, "not numbers"),
        ({"time": np.array(["x", 3], dtype=object), "event": [1, 0]}, "not numbers"),
        ({"time": [[1, 2]], "event": [1, 0]}, "2 dimensions"),
        ({"time": [3, 2], "event": [1, 0], "entry": [0, 2]}, "for 1 of 2 patients"),
        ({"time": [3, 2], "event": [1, 0], "entry": [-1, 0]}, "enters at 0"),
        ({"time": [3, 2], "event": [1, 0], "entry": [1]}, "entry has 1 values"),
    ],
)
def test_bad_observations_are_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kaplan_meier(**arguments)


def test_a_refusal_quotes_no_value() -> None:
    with pytest.raises(ValueError, match="not numbers") as refusal:
        kaplan_meier(np.array([1, "MRN-77"], dtype=object), [1, 0])
    assert "MRN-77" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_bad_choices_are_refused() -> None:
    km = kaplan_meier([1, 2], [1, 0])
    unknown: Any = "stata"
    with pytest.raises(ValueError, match="choose one of log-log, log, plain"):
        survival_limits(km, unknown)
    with pytest.raises(ValueError, match="choose one of spss, r, r-quantile, sas"):
        median_survival(km, unknown)
    with pytest.raises(ValueError, match="choose one of log-log, log, plain, spss"):
        median_limits(km, unknown)
    with pytest.raises(ValueError, match="confidence level between 0 and 1"):
        survival_limits(km, level=95)
    with pytest.raises(ValueError, match=r"0\.5 for the median"):
        survival_quantile(km, 50)
    with pytest.raises(ValueError, match="not negative"):
        survival_at(km, [-1])
    with pytest.raises(ValueError, match="not negative"):
        n_at_risk([1, 2], [math.nan])


# ---- laws ----

patients = st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=40)
Patients = list[tuple[int, bool]]


def split(cohort: Patients) -> tuple[Any, Any]:
    return np.array([t for t, _ in cohort], dtype=float), np.array([e for _, e in cohort])


@given(patients)
def test_survival_never_rises_and_is_a_proportion(cohort: Patients) -> None:
    km = kaplan_meier(*split(cohort))
    assert (np.diff(km.survival) <= 0).all()
    assert (km.survival >= 0).all()
    assert (km.survival <= 1).all()


@given(patients)
def test_survival_lies_between_the_two_crude_proportions(cohort: Patients) -> None:
    # the dead against those still followed, and against all
    km = kaplan_meier(*split(cohort))
    dead = np.cumsum(km.n_event)
    left = km.n - np.cumsum(km.n_event + km.n_censor)
    assert (km.survival <= 1 - dead / km.n + 1e-12).all()
    assert (km.survival * (left + dead) >= left - 1e-9).all()


@given(patients)
def test_every_patient_leaves_once(cohort: Patients) -> None:
    km = kaplan_meier(*split(cohort))
    assert km.n_event.sum() + km.n_censor.sum() == km.n == km.n_risk[0] == len(cohort)
    assert_array_equal(km.n_risk[1:], km.n_risk[:-1] - km.n_event[:-1] - km.n_censor[:-1])


@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_patients_does_not_matter(cohort: Patients, random: Any) -> None:
    shuffled = list(cohort)
    random.shuffle(shuffled)
    one, other = kaplan_meier(*split(cohort)), kaplan_meier(*split(shuffled))
    assert_array_equal(one.survival, other.survival)
    assert_array_equal(one.greenwood, other.greenwood)


@given(st.lists(st.integers(0, 15), min_size=1, max_size=40))
def test_without_censoring_survival_is_the_proportion_alive(times: list[int]) -> None:
    km = kaplan_meier(times, np.ones(len(times)))
    alive = [np.mean(np.array(times) > t) for t in km.time]
    assert_allclose(km.survival, alive, atol=1e-12)


@given(patients, st.sampled_from(TRANSFORMS))
def test_limits_enclose_the_estimate(cohort: Patients, transform: Any) -> None:
    km = kaplan_meier(*split(cohort))
    low, high = survival_limits(km, transform)
    known = ~np.isnan(low)
    assert_array_equal(known, ~np.isnan(high))
    assert (low[known] <= km.survival[known] + 1e-12).all()
    assert (high[known] >= km.survival[known] - 1e-12).all()
    assert ((low[known] >= 0) & (high[known] <= 1)).all()


@given(patients)
def test_the_median_is_the_first_time_at_which_half_have_died(cohort: Patients) -> None:
    km = kaplan_meier(*split(cohort))
    median = median_survival(km)
    before = km.survival[km.time < median] if not math.isnan(median) else km.survival
    assert (before > 0.5).all()
    low, high = median_limits(km, "log")
    if not math.isnan(median):
        assert math.isnan(low) or low <= median
        assert math.isnan(high) or high >= median


@given(patients, st.integers(1, 15))
def test_interrupting_follow_up_on_paper_changes_nothing(cohort: Patients, cut: int) -> None:
    # a patient followed to t is one censored at the cut and another who enters there
    time, event = split(cohort)
    time = time + 0.5
    later = time > cut
    pieces = kaplan_meier(
        np.concatenate((np.minimum(time, cut), time[later])),
        np.concatenate((event & ~later, event[later])),
        entry=np.concatenate((np.zeros(time.size), np.full(later.sum(), cut))),
    )
    whole = survival_at(kaplan_meier(time, event), np.unique(time))
    again = survival_at(pieces, np.unique(time))
    assert_allclose([rate.estimate for rate in again], [rate.estimate for rate in whole], atol=1e-12)
    assert [rate.n_risk for rate in again] == [rate.n_risk for rate in whole]
