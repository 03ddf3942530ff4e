"""Cumulative incidence and Gray's test against R's `cmprsk` and `survfit` (tests/reference/extended.R), and by hand."""

import json
import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peritrace.stats.competing_risks import (
    IncidenceTransform,
    cumulative_incidence,
    gray_test,
    incidence_at,
    incidence_limits,
)
from peritrace.stats.kaplan_meier import kaplan_meier, survival_limits

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "reference" / "extended.json").read_text())["competing_risks"]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])


def numbers(values: Any) -> Any:
    return np.array(values, dtype=np.float64)  # R's missing values are None


@each_case
def test_incidence_is_that_of_cuminc(case: dict[str, Any]) -> None:
    # R: timepoints(cuminc(time, cause), times)$est and $var
    curve = cumulative_incidence(case["time"], case["cause"])
    for expected in case["curves"]:
        read = incidence_at(curve, expected["cause"], case["times"])
        # in R the estimate is missing after the last follow-up only, where no time is asked for
        assert_allclose([r.estimate for r in read], numbers(expected["estimate"]), rtol=1e-10, atol=1e-14)
        # a variance that is 0 (nobody left out of n) comes out as some 1e-17 on either side
        assert_allclose([r.std_err for r in read], numbers(expected["std_err"]), rtol=1e-8, atol=1e-8)


@each_case
def test_incidence_is_that_of_survfit(case: dict[str, Any]) -> None:
    # R: summary(survfit(Surv(time, factor(cause)) ~ 1), times)$pstate
    curve = cumulative_incidence(case["time"], case["cause"])
    for expected, incidence in zip(case["curves"], case["survfit"] or [], strict=False):
        read = incidence_at(curve, expected["cause"], case["times"])
        assert_allclose([r.estimate for r in read], incidence, rtol=1e-10, atol=1e-14)


@each_case
@pytest.mark.parametrize("transform", get_args(IncidenceTransform))
def test_limits_are_those_of_the_formula(case: dict[str, Any], transform: IncidenceTransform) -> None:
    # R: est^exp(z * se / (est * log(est))), and with 1 - est, of cuminc's est and var
    curve = cumulative_incidence(case["time"], case["cause"])
    for expected in case["curves"]:
        read = incidence_at(curve, expected["cause"], case["times"], transform)
        later = [i for i, r in enumerate(read) if 0 < r.estimate < 1]
        for key, values in (("low", [r.conf_low for r in read]), ("high", [r.conf_high for r in read])):
            wanted = numbers(expected[transform][key])[later]
            assert_allclose(np.array(values)[later], wanted, rtol=1e-7, atol=1e-8, err_msg=key)


def assert_group_left_out(time: Any, cause: Any, group: Any, expected: dict[str, Any]) -> None:
    of = expected["cause"]
    takes_part = [label for label in np.unique(group) if time[group == label].max() >= time[cause == of].min()]
    if len(takes_part) == 1:
        with pytest.raises(ValueError, match="nothing to compare"):
            gray_test(time, cause, group, of)
        return
    rest = np.isin(group, takes_part)
    result, without = gray_test(time, cause, group, of), gray_test(time[rest], cause[rest], group[rest], of)
    assert result.df == without.df < expected["df"]
    assert_allclose(result.statistic, without.statistic, rtol=1e-10)


@each_case
def test_gray_is_that_of_cuminc(case: dict[str, Any]) -> None:
    # R: cuminc(time, cause, group)$Tests; -1 there says that some group is never at risk when the cause strikes
    for expected in case["tests"] or []:
        if expected["statistic"] == -1:
            assert_group_left_out(np.array(case["time"]), np.array(case["cause"]), np.array(case["group"]), expected)
            continue
        result = gray_test(case["time"], case["cause"], case["group"], of=expected["cause"])
        assert result.df == expected["df"]
        assert_allclose(result.statistic, expected["statistic"], rtol=1e-8, atol=1e-12)
        assert_allclose(result.p_value, expected["p_value"], rtol=1e-8, atol=1e-15)  # R subtracts from 1


# ---- by hand ----


def test_five_patients_by_hand() -> None:
    # cause 1 at 1 (of 5) and 4 (of 2), cause 2 at 2 (of 4), censored at 3 and 5
    curve = cumulative_incidence([1, 2, 3, 4, 5], [1, 2, 0, 1, 0])
    assert_allclose(curve.survival, [4 / 5, 3 / 5, 3 / 5, 3 / 10, 3 / 10])
    assert_allclose(curve.incidence[:, 0], [1 / 5, 1 / 5, 1 / 5, 1 / 2, 1 / 2])
    assert_allclose(curve.incidence[:, 1], [0, 1 / 5, 1 / 5, 1 / 5, 1 / 5])
    assert curve.n_risk.tolist() == [5, 4, 3, 2, 1]
    assert curve.n_event.tolist() == [[1, 0], [0, 1], [0, 0], [1, 0], [0, 0]]
    assert curve.n_censor.tolist() == [0, 0, 1, 0, 1]
    # at 4: S(t-)²/n² of each event, times the square of its effect on the final incidence: 1 - (F(4) - F(s))/S(s)
    variance = (1 / 5) ** 2 * (1 - (0.3) / 0.8) ** 2 + (0.8 / 4) ** 2 * (0.3 / 0.6) ** 2 + (0.6 / 2) ** 2 * 1.0
    assert_allclose(curve.std_err[3, 0], math.sqrt(variance))


def test_gray_of_four_patients_by_hand() -> None:
    # A: cause 1 at 1, then cause 2 at 3; B: cause 2 at 2, cause 1 at 4. Who had cause 2 stays in the risk set.
    result = gray_test([1, 3, 2, 4], [1, 2, 2, 1], list("AABB"))
    # at 1 A is 2 of 4; at 4 nobody is left in A
    assert_allclose(result.score, [1 - 1 / 2, 1 / 2 - 1])
    assert (result.groups, result.df, result.cause) == (("A", "B"), 1, 1)


def test_a_cause_without_events() -> None:
    curve = cumulative_incidence([1, 2, 3], [1, 0, 1], n_causes=3)
    assert curve.incidence[:, 1:].tolist() == curve.std_err[:, 1:].tolist() == [[0, 0]] * 3
    (read,) = incidence_at(curve, 2, [2], "plain")
    assert (read.estimate, read.conf_low, read.conf_high) == (0, 0, 0)
    assert math.isnan(incidence_at(curve, 2, [2])[0].conf_high)
    with pytest.raises(ValueError, match="no event of this cause"):
        gray_test([1, 2, 3], [1, 0, 1], list("aba"), of=2)
    nobody = cumulative_incidence([1, 2], [0, 0], n_causes=1)
    assert nobody.incidence.tolist() == [[0], [0]]


def test_one_event_among_eight() -> None:
    curve = cumulative_incidence(np.arange(1, 9), [0, 0, 0, 2, 0, 0, 0, 0])
    assert_allclose(curve.incidence[-1], [0, 1 / 5])
    assert_allclose(curve.std_err[-1], [0, 1 / 5])
    result = gray_test(np.arange(1, 9), [0, 0, 0, 2, 0, 0, 0, 0], list("abababab"), of=2)
    # B has 3 of the 5 at risk, and the event
    assert_allclose(result.score, [-2 / 5, 2 / 5])


def test_reading_between_and_beyond() -> None:
    curve = cumulative_incidence([2, 4, 6], [1, 2, 0])
    before, between, last, beyond = incidence_at(curve, 1, [1, 3, 6, 7])
    assert (before.estimate, before.conf_low, before.conf_high, before.n_risk) == (0, 0, 0, 3)
    assert_allclose([between.estimate, last.estimate], 1 / 3)
    assert (between.n_risk, last.n_risk, last.beyond_follow_up) == (2, 1, False)
    assert beyond.beyond_follow_up
    assert beyond.n_risk == 0
    assert np.isnan([beyond.estimate, beyond.std_err, beyond.conf_low, beyond.conf_high]).all()
    # nobody is left who could have an event: the incidence stays what it is
    ended = cumulative_incidence([2, 4, 6], [1, 2, 2])
    assert_allclose(incidence_at(ended, 1, [7])[0].estimate, 1 / 3)
    assert incidence_at(ended, 1, [7])[0].beyond_follow_up


def test_a_group_that_is_gone_before_the_first_event_takes_no_part() -> None:
    time, cause, group = [1, 2, 5, 6, 7, 8, 9], [0, 2, 1, 1, 2, 1, 0], list("ccababb")
    with_it, without = gray_test(time, cause, group), gray_test(time[2:], cause[2:], group[2:])
    assert with_it.df == without.df == 1
    assert_allclose(with_it.statistic, without.statistic)


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        ([1, 2.5, 0], "not a whole number"),
        ([1, -1, 0], "not a whole number"),
        ([1, math.nan, 0], "not a whole number"),
        (["death", "", ""], "not a whole number"),
        ([1, 0], "event has 2 values for 3 times"),
        ([0, 0, 0], "no event of any cause"),
    ],
)
def test_causes_that_are_none_are_refused(cause: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        cumulative_incidence([1, 2, 3], cause)


@pytest.mark.parametrize(
    ("time", "cause", "group", "sentence"),
    [
        ([1, 2], [1, 1], ["a", "a"], "at least two groups"),
        ([1, 2], [0, 1], ["a", "b"], "only one group"),
        ([1, 2], [1, 1], ["a"], "one label per patient"),
        ([1, 2], [1, 1], ["a", None], "missing labels"),
    ],
)
def test_what_cannot_be_compared_is_refused(time: Any, cause: Any, group: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        gray_test(time, cause, group)


def test_unknown_names_are_refused() -> None:
    curve = cumulative_incidence([1, 2, 3], [1, 2, 0])
    unknown: Any = "log"
    with pytest.raises(ValueError, match="choose one of log-log, complementary-log-log, plain"):
        incidence_limits(curve, 1, unknown)
    with pytest.raises(ValueError, match="there is no cause 3; choose one of 1 to 2"):
        incidence_limits(curve, 3)
    with pytest.raises(ValueError, match="a code above the number of causes"):
        cumulative_incidence([1, 2], [1, 2], n_causes=1)
    with pytest.raises(ValueError, match="a confidence level lies between 0 and 1"):
        incidence_limits(curve, 1, level=95)


# ---- laws ----

patients = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3), st.sampled_from("abc")), min_size=1, max_size=40)
Patients = list[tuple[int, int, str]]


def columns(cohort: Patients) -> tuple[Any, Any, Any]:
    time, cause, group = zip(*cohort, strict=True)
    return np.array(time), np.array(cause), np.array(group)


def comparable(cohort: Patients) -> bool:
    try:
        gray_test(*columns(cohort))
    except ValueError:
        return False
    return True


@given(patients)
def test_incidences_and_survival_add_up_to_1(cohort: Patients) -> None:
    time, cause, _ = columns(cohort)
    curve = cumulative_incidence(time, cause, n_causes=3)
    assert_allclose(curve.incidence.sum(axis=1) + curve.survival, 1, rtol=1e-12)
    assert_allclose(curve.survival, kaplan_meier(time, cause > 0).survival, rtol=1e-12)
    assert (np.diff(curve.incidence, axis=0) >= 0).all()
    assert np.isfinite(curve.std_err).all()


@given(patients, st.sampled_from(get_args(IncidenceTransform)))
def test_limits_enclose_the_estimate_and_widen_with_the_level(cohort: Patients, transform: Any) -> None:
    curve = cumulative_incidence(*columns(cohort)[:2], n_causes=3)
    low, high = incidence_limits(curve, 2, transform, 0.9)
    lower, higher = incidence_limits(curve, 2, transform, 0.99)
    known = ~np.isnan(low)
    estimate, bound = curve.incidence[:, 1], np.ones(len(low))
    nested = np.column_stack([0 * bound, lower, low, estimate, high, higher, bound])[known]
    assert (np.diff(nested, axis=1) >= -1e-9).all()


@given(st.lists(st.tuples(st.integers(1, 10**6), st.booleans()), min_size=1, max_size=40, unique_by=lambda p: p[0]))
def test_a_single_cause_is_one_minus_survival(cohort: list[tuple[int, bool]]) -> None:
    time, event = (np.array(column) for column in zip(*cohort, strict=True))
    curve, km = cumulative_incidence(time, event.astype(int), n_causes=1), kaplan_meier(time, event)
    assert_allclose(curve.incidence[:, 0], 1 - km.survival, atol=1e-12)
    # Aalen's variance of a single event time, S²(t-)/n², exceeds Greenwood's by n/(n-1)
    if event.sum() == 1 and km.survival[-1] > 0:
        n = km.n_risk[event[np.argsort(time)]][0]
        assert_allclose(curve.std_err[-1, 0], km.std_err[-1] * math.sqrt(n / (n - 1)))
        assert incidence_limits(curve, 1, "complementary-log-log")[0][-1] <= 1 - survival_limits(km)[1][-1] + 1e-12


@settings(max_examples=60)
@given(patients, st.permutations("abc"))
def test_relabelling_the_groups_changes_nothing(cohort: Patients, names: list[str]) -> None:
    assume(comparable(cohort))
    renamed = [(t, c, dict(zip("abc", names, strict=True))[g]) for t, c, g in cohort]
    one, other = (gray_test(*columns(c)) for c in (cohort, renamed))
    assert_allclose(one.statistic, other.statistic, rtol=1e-6, atol=1e-9)
    assert one.df == other.df


@settings(max_examples=60)
@given(patients)
def test_only_the_order_of_times_and_the_cause_matter(cohort: Patients) -> None:
    assume(comparable(cohort))
    time, cause, group = columns(cohort)
    merged = np.where(cause == 3, 2, cause)  # what the other causes are called
    assert_allclose(gray_test(time, cause, group).statistic, gray_test(time**2, merged, group).statistic, rtol=1e-9)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2)), min_size=2, max_size=20))
def test_two_copies_of_a_group_do_not_differ(cohort: list[tuple[int, int]]) -> None:
    twice = [(t, c, g) for t, c in cohort for g in "ab"]
    assume(comparable(twice))
    result = gray_test(*columns(twice))
    assert_allclose([result.statistic, result.p_value], [0, 1], atol=1e-9)
