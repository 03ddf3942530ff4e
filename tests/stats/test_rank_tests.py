"""Rank tests against R's `survdiff`, against plain loops in R (tests/reference/survival.R) and against lifelines."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test
from numpy.testing import assert_allclose

from peritrace.stats.rank_tests import rank_test

TESTS = Path(__file__).parents[1]
COMPARISONS = json.loads((TESTS / "reference" / "survival.json").read_text())["rank_tests"]
RIGHT_CENSORED = [c for c in COMPARISONS if c["data"] not in ("heart", "flchain")]
WEIGHTS = ("log-rank", "breslow", "tarone-ware")
LIFELINES = {"log-rank": None, "breslow": "wilcoxon", "tarone-ware": "tarone-ware"}


def load(comparison: dict[str, Any]) -> dict[str, Any]:
    data = pd.read_csv(TESTS / "data" / f"{comparison['data']}.csv", dtype={comparison["column"]: str})
    data = data[data[comparison["column"]].notna()]
    return {
        "time": data["time"],
        "event": data["status"],
        "group": data[comparison["column"]],
        "entry": data.get("entry"),
    }


each_comparison = pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda c: f"{c['data']}-{c['column']}")
each_weight = pytest.mark.parametrize("weight", WEIGHTS)


@each_comparison
def test_log_rank_is_that_of_survdiff(comparison: dict[str, Any]) -> None:
    # survdiff(Surv(time, status) ~ group); with delayed entry coxph(..., ties = "exact")$score
    result, expected = rank_test(**load(comparison)), comparison["survival"]
    assert_allclose(result.statistic, expected["statistic"], rtol=1e-8)
    if "df" in expected:
        assert result.df == expected["df"]
        assert_allclose(result.p_value, expected["p_value"], rtol=1e-8)
        assert_allclose(result.observed, expected["observed"], rtol=1e-10)
        assert_allclose(result.expected, expected["expected"], rtol=1e-10)


@each_comparison
@each_weight
def test_weighted_tests_are_those_of_the_textbook_formula(comparison: dict[str, Any], weight: Any) -> None:
    result, expected = rank_test(**load(comparison), weight=weight), comparison[weight]
    assert result.weight == weight
    assert result.df == expected["df"]
    for field in ("statistic", "p_value", "observed", "expected"):
        assert_allclose(getattr(result, field), expected[field], rtol=1e-8, err_msg=field)


@pytest.mark.parametrize("comparison", RIGHT_CENSORED, ids=lambda c: f"{c['data']}-{c['column']}")
@each_weight
def test_agrees_with_lifelines(comparison: dict[str, Any], weight: Any) -> None:
    data = load(comparison)
    theirs = multivariate_logrank_test(data["time"], data["group"], data["event"], weightings=LIFELINES[weight])
    ours = rank_test(**data, weight=weight)
    assert_allclose([ours.statistic, ours.p_value], [theirs.test_statistic, theirs.p_value], rtol=1e-8)


def test_two_against_two_by_hand() -> None:
    # A dies at 1 and 3, B at 2 and 4. At 1: 2 of 4 are A, at 2: 1 of 3, at 3: 1 of 2, at 4: none of 1.
    result = rank_test([1, 3, 2, 4], [1, 1, 1, 1], ["A", "A", "B", "B"])
    expected_a = 1 / 2 + 1 / 3 + 1 / 2
    variance = 1 / 4 + 2 / 9 + 1 / 4
    assert result.groups == ("A", "B")
    assert_allclose(result.expected, [expected_a, 4 - expected_a])
    assert_allclose(result.statistic, (2 - expected_a) ** 2 / variance)


def test_breslow_by_hand() -> None:
    # as above, each event time weighted by the 4, 3, 2 and 1 patients at risk
    result = rank_test([1, 3, 2, 4], [1, 1, 1, 1], ["A", "A", "B", "B"], weight="breslow")
    gap = 4 * (1 - 1 / 2) + 3 * (0 - 1 / 3) + 2 * (1 - 1 / 2)
    variance = 16 / 4 + 9 * 2 / 9 + 4 / 4
    assert_allclose(result.statistic, gap**2 / variance)


def test_a_group_that_is_gone_before_the_first_event_takes_no_part() -> None:
    time, event, group = [1, 2, 5, 6, 7, 8], [0, 0, 1, 1, 0, 1], list("ccabab")
    with_it, without = rank_test(time, event, group), rank_test(time[2:], event[2:], group[2:])
    assert with_it.df == without.df == 1
    assert_allclose(with_it.statistic, without.statistic)


@pytest.mark.parametrize(
    ("time", "event", "group", "sentence"),
    [
        ([1, 2], [1, 1], ["a", "a"], "at least two groups"),
        ([1, 2], [0, 0], ["a", "b"], "no events"),
        ([1, 2], [0, 1], ["a", "b"], "only one group"),
        ([2, 2], [1, 1], ["a", "b"], "nothing to compare"),
        ([1, 2], [1, 1], ["a"], "one label per patient"),
        ([1, 2], [1, 1], ["a", None], "missing labels"),
        ([1, 2], [1, 1], [1.0, np.nan], "missing labels"),
        ([1, 2], [1, 2], ["a", "b"], "codes other than 0 and 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(time: Any, event: Any, group: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        rank_test(time, event, group)


def test_an_unknown_weight_is_refused() -> None:
    unknown: Any = "peto"
    with pytest.raises(ValueError, match="choose one of log-rank, breslow, tarone-ware"):
        rank_test([1, 2], [1, 1], ["a", "b"], weight=unknown)


# ---- laws ----

patients = st.lists(st.tuples(st.integers(1, 15), st.booleans(), st.sampled_from("abc")), min_size=4, max_size=40)
Patients = list[tuple[int, bool, str]]


def columns(cohort: Patients) -> tuple[Any, Any, Any]:
    time, event, group = zip(*cohort, strict=True)
    return np.array(time), np.array(event), np.array(group)


def comparable(cohort: Patients) -> bool:
    try:
        rank_test(*columns(cohort))
    except ValueError:
        return False
    return True


@given(patients, st.permutations("abc"), st.sampled_from(WEIGHTS))
def test_relabelling_the_groups_changes_nothing(cohort: Patients, names: list[str], weight: Any) -> None:
    assume(comparable(cohort))
    renamed = [(t, e, dict(zip("abc", names, strict=True))[g]) for t, e, g in cohort]
    one, other = (rank_test(*columns(c), weight=weight) for c in (cohort, renamed))
    assert_allclose(one.statistic, other.statistic, rtol=1e-8, atol=1e-10)
    assert one.df == other.df


@given(patients, st.sampled_from(WEIGHTS))
def test_observed_and_expected_add_up_to_the_same(cohort: Patients, weight: Any) -> None:
    assume(comparable(cohort))
    result = rank_test(*columns(cohort), weight=weight)
    assert_allclose(result.observed.sum(), result.expected.sum())
    assert result.statistic >= -1e-12
    assert 0 <= result.p_value <= 1


@given(patients)
def test_only_the_order_of_the_times_matters(cohort: Patients) -> None:
    assume(comparable(cohort))
    time, event, group = columns(cohort)
    assert_allclose(rank_test(time, event, group).statistic, rank_test(time**2 + 3, event, group).statistic)


@given(st.lists(st.tuples(st.integers(1, 15), st.booleans()), min_size=2, max_size=20))
def test_two_copies_of_a_group_do_not_differ(cohort: list[tuple[int, bool]]) -> None:
    twice = [(t, e, g) for t, e in cohort for g in "ab"]
    assume(comparable(twice))
    result = rank_test(*columns(twice))
    assert_allclose([result.statistic, result.p_value], [0, 1], atol=1e-12)
