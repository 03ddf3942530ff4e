"""Correlation, t, rank and table tests against R, enumeration and published examples, and their laws."""

import itertools
import json
import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peritrace.stats.association import (
    RankMethod,
    chi_square,
    expected_counts,
    fisher_exact,
    kruskal_wallis,
    mann_whitney,
    pearson,
    t_test,
)
from tests.stats.regression_reference import TESTS, Case, label, numbers, patients, reference

KRUSKAL_WALLIS = json.loads((TESTS / "reference" / "extended.json").read_text())["kruskal_wallis"]


def two_groups(case: Case) -> tuple[Any, Any]:
    rows = patients(case)
    return rows[case["value"]][rows[case["by"]] == 0], rows[case["value"]][rows[case["by"]] == 1]


@pytest.mark.parametrize("case", reference()["pearson"], ids=label)
def test_pearson_equals_cor_test(case: Case) -> None:
    rows = patients(case)
    result = pearson(rows[case["x"]], rows[case["y"]])
    assert result.estimate == pytest.approx(case["r"], rel=1e-10)
    assert result.statistic == pytest.approx(case["t"], rel=1e-9)
    assert result.df == case["df"]
    assert result.p_value == pytest.approx(case["p_value"], rel=1e-8)
    if case["limits"] is None:  # three pairs
        assert (result.conf_low, result.conf_high) == (None, None)
    else:
        assert [result.conf_low, result.conf_high] == pytest.approx(case["limits"], rel=1e-9)


def test_a_perfect_line() -> None:
    result = pearson([1, 2, 3, 4], [10, 8, 6, 4])
    assert (result.estimate, result.statistic, result.p_value) == (-1, -math.inf, 0)
    assert (result.conf_low, result.conf_high) == (-1, -1)


@pytest.mark.parametrize("case", reference()["groups"], ids=label)
@pytest.mark.parametrize("equal_variance", [True, False])
def test_t_test_equals_r(case: Case, equal_variance: bool) -> None:
    # R: t.test(a, b, var.equal = …)
    expected = case["student" if equal_variance else "welch"]
    a, b = two_groups(case)
    result = t_test(a, b, equal_variance)
    assert result.statistic == pytest.approx(expected["t"], rel=1e-9)
    assert result.df == pytest.approx(expected["df"], rel=1e-10)
    assert result.p_value == pytest.approx(expected["p_value"], rel=1e-8)
    assert [result.conf_low, result.conf_high] == pytest.approx(expected["limits"], rel=1e-8)
    assert result.estimate == pytest.approx(a.mean() - b.mean())


@pytest.mark.parametrize("case", reference()["groups"], ids=label)
def test_asymptotic_rank_test_equals_r(case: Case) -> None:
    # R: wilcox.test(a, b, exact = FALSE, correct = FALSE or TRUE)
    a, b = two_groups(case)
    plain = mann_whitney(a, b, "asymptotic")
    assert plain.statistic == case["u"]
    assert plain.p_value == pytest.approx(case["plain"], rel=1e-10)
    assert mann_whitney(a, b, "asymptotic", continuity=True).p_value == pytest.approx(case["corrected"], rel=1e-10)


@pytest.mark.parametrize(
    ("method", "key"),
    [("exact", "exact"), ("exact", "distance"), ("exact-doubled", "doubled"), ("exact-untied", "untied")],
)
def test_exact_rank_test_equals_r(method: RankMethod, key: str) -> None:
    # R: wilcox.test(exact = TRUE) without ties; every choice enumerated by combn; 2 * pwilcox of the smaller U
    cases = [case for case in reference()["groups"] if case[key] is not None]
    assert len(cases) >= 4
    for case in cases:
        assert mann_whitney(*two_groups(case), method).p_value == pytest.approx(case[key], rel=1e-10), label(case)


def test_exact_rank_test_by_hand() -> None:
    # 3 against 2 without overlap: 1 of 10 choices lies as far on this side, 1 on the other
    result = mann_whitney([1, 2, 3], [4, 5])
    assert (result.statistic, result.estimate) == (0, 0)
    assert result.p_value == pytest.approx(2 / 10)
    # ties: 1 | 1 2, of 3 choices of one value the sums 1.5, 1.5, 3 lie ½, ½, 1 from their mean
    assert mann_whitney([1], [1, 2]).p_value == pytest.approx(1)
    assert mann_whitney([2], [1, 1]).p_value == pytest.approx(1 / 3)


def test_exact_and_asymptotic_meet_in_large_groups() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.integers(0, 30, 80), rng.integers(2, 32, 120)
    assert mann_whitney(a, b).p_value == pytest.approx(mann_whitney(a, b, "asymptotic").p_value, rel=0.02)
    with pytest.raises(ValueError, match="takes up to 200 patients, not 201; use the normal approximation"):
        mann_whitney(a, np.append(b, 1))


@pytest.mark.parametrize("case", KRUSKAL_WALLIS, ids=lambda case: f"{case['data']}-{case['value']}-{case['by']}")
def test_kruskal_wallis_equals_r(case: Case) -> None:
    # R: kruskal.test(split(value, by))
    data = pd.read_csv(TESTS / "data" / f"{case['data']}.csv").dropna(subset=[case["value"], case["by"]])
    result = kruskal_wallis([group for _, group in data.groupby(case["by"])[case["value"]]])
    assert result.statistic == pytest.approx(case["statistic"], rel=1e-10)
    assert result.df == case["df"]
    assert result.p_value == pytest.approx(case["p_value"], rel=1e-8)


def test_kruskal_wallis_by_hand() -> None:
    # ranks 1, 2 | 3, 4 | 5, 6: 12 / (6 × 7) × (3² + 7² + 11²) / 2 - 3 × 7
    result = kruskal_wallis([[1, 2], [3, 4], [5, 6]])
    assert result.statistic == pytest.approx(12 / 42 * 179 / 2 - 21)
    assert (result.df, result.estimate, result.conf_low) == (2, None, None)
    # midranks 1½, 1½ | 3½, 3½: all that the ties leave of the variance lies between the groups
    assert kruskal_wallis([[1, 1], [2, 2]]).statistic == pytest.approx(3)


@pytest.mark.parametrize("case", reference()["fourfold"], ids=lambda case: str(case["table"]))
def test_fourfold_tables_equal_r(case: Case) -> None:
    # R: fisher.test for P; its odds ratio and limits solved to full precision (its own stop within about 1%)
    result = fisher_exact(case["table"])
    assert result.p_value == pytest.approx(case["fisher"], rel=1e-10)
    assert result.estimate == pytest.approx(float(case["odds_ratio"]), rel=1e-8)
    assert [result.conf_low, result.conf_high] == pytest.approx(numbers(case["limits"]), rel=1e-8)
    # R: chisq.test(correct = FALSE), chisq.test(correct = TRUE)
    plain, yates = chi_square(case["table"]), chi_square(case["table"], correction=True)
    assert (plain.df, yates.df) == (1, 1)
    assert [plain.statistic, plain.p_value] == pytest.approx([case["chi_square"], case["p_value"]], rel=1e-9)
    assert [yates.statistic, yates.p_value] == pytest.approx([case["yates"], case["yates_p"]], rel=1e-9)


@pytest.mark.parametrize("case", reference()["tables"], ids=lambda case: f"{np.shape(case['table'])}")
def test_larger_tables_equal_r(case: Case) -> None:
    result, exact = chi_square(case["table"]), fisher_exact(case["table"])
    assert [result.statistic, result.df, result.p_value] == pytest.approx(
        [case["chi_square"], case["df"], case["p_value"]], rel=1e-9
    )
    assert exact.p_value == pytest.approx(case["fisher"], rel=1e-8)
    assert exact.estimate is None
    assert expected_counts(case["table"]) == pytest.approx(numbers(case["expected"]))


def test_three_p_values_of_one_table() -> None:
    # measured with SPSS's formula and R: Pearson .016, Yates .028, Fisher .027
    table = [[30, 20], [18, 32]]
    assert round(chi_square(table).p_value, 3) == 0.016
    assert round(chi_square(table, correction=True).p_value, 3) == 0.028
    assert round(fisher_exact(table).p_value, 3) == 0.027


def test_the_lady_tasting_tea() -> None:
    # Fisher 1935, as in R's example(fisher.test): P .4857, odds ratio 6.408309, solved to about 1e-5
    result = fisher_exact([[3, 1], [1, 3]])
    assert result.p_value == pytest.approx(34 / 70)
    assert result.estimate == pytest.approx(6.408309, rel=1e-5)


Values = st.lists(st.integers(0, 8), min_size=2, max_size=7)


@settings(max_examples=40, deadline=None)
@given(Values, Values, st.randoms(use_true_random=False))
def test_rank_test_by_enumeration_and_its_symmetries(x: list[int], y: list[int], chance: random.Random) -> None:
    assume(len(set(x + y)) > 1)
    pooled, n = x + y, len(x)

    def u(chosen: tuple[int, ...]) -> float:
        rest = set(range(len(pooled))) - set(chosen)
        return sum((pooled[i] > pooled[j]) + 0.5 * (pooled[i] == pooled[j]) for i in chosen for j in rest)

    every = np.array([u(chosen) for chosen in itertools.combinations(range(len(pooled)), n)])
    seen, middle = u(tuple(range(n))), n * len(y) / 2
    result = mann_whitney(x, y)
    assert result.statistic == seen
    assert result.p_value == pytest.approx(np.mean(np.abs(every - middle) >= abs(seen - middle)))
    doubled = 2 * min(np.mean(every <= seen), np.mean(every >= seen))
    assert mann_whitney(x, y, "exact-doubled").p_value == pytest.approx(min(1, doubled))
    shuffled = chance.sample(x, len(x))
    for method in ("exact", "exact-doubled", "exact-untied", "asymptotic"):
        p = mann_whitney(x, y, method).p_value
        assert mann_whitney(y, shuffled, method).p_value == pytest.approx(p)
        # only the order of values counts
        assert mann_whitney(np.exp(x), np.exp(y), method).p_value == pytest.approx(p)


Counts = st.lists(st.integers(0, 12), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(Counts)
def test_exchanging_rows_or_columns_of_a_fourfold_table(counts: list[int]) -> None:
    table = np.array(counts).reshape(2, 2)
    assume(np.all(table.sum(axis=0) > 0) and np.all(table.sum(axis=1) > 0))
    result = fisher_exact(table)
    assert 0 < result.p_value <= 1
    for other in (table[::-1], table[:, ::-1], table.T):
        assert fisher_exact(other).p_value == pytest.approx(result.p_value, rel=1e-9)
        assert chi_square(other).p_value == pytest.approx(chi_square(table).p_value, rel=1e-9)
    turned = fisher_exact(table[::-1])
    assert result.estimate is not None
    assert turned.estimate == pytest.approx(1 / result.estimate if result.estimate else math.inf, rel=1e-7)
    # the general enumeration agrees with the hypergeometric sum
    wider = np.column_stack([table, [1, 0]])
    assert fisher_exact(wider).p_value == pytest.approx(fisher_exact(wider[:, ::-1]).p_value, rel=1e-9)
    assert chi_square(table, correction=True).p_value >= chi_square(table).p_value


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=4, max_size=12),
    st.sampled_from([0.01, 7.0]),
    st.floats(-100, 100),
)
def test_units_and_exchange(pairs: list[tuple[int, int]], unit: float, shift: float) -> None:
    x, y = np.array(pairs, float).T
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    r = pearson(x, y)
    for other in (pearson(y, x), pearson(x * unit + shift, y)):
        assert other.estimate == pytest.approx(r.estimate, abs=1e-9)
        assert other.p_value == pytest.approx(r.p_value, rel=1e-6, abs=1e-12)
    for equal in (True, False):
        t, turned = t_test(x, y, equal), t_test(y * unit, x * unit, equal)
        assert t.statistic is not None
        assert turned.statistic == pytest.approx(-t.statistic, rel=1e-8, abs=1e-12)
        assert turned.p_value == pytest.approx(t.p_value, rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=8), min_size=2, max_size=4))
def test_kruskal_wallis_of_two_groups_is_the_rank_sum_test(samples: list[list[int]]) -> None:
    assume(len(set(itertools.chain(*samples))) > 1)
    result, turned = kruskal_wallis(samples), kruskal_wallis([[v**2 + 1 for v in s] for s in samples[::-1]])
    assert result.statistic is not None
    assert turned.statistic == pytest.approx(result.statistic, rel=1e-9, abs=1e-12)
    assert -1e-12 <= result.statistic <= sum(map(len, samples)) - 1 + 1e-9
    if len(samples) == 2:
        assert result.p_value == pytest.approx(mann_whitney(samples[0], samples[1], "asymptotic").p_value, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pearson([1, 2], [3, 4]), "the first variable needs at least 3 values, none missing"),
        (lambda: pearson([1, 2, 3], [3, 4, np.nan]), "the second variable needs at least 3 values, none missing"),
        (lambda: pearson([1, 2, 3], [3, 4, 5, 6]), "a correlation needs pairs, but there are 3 and 4 values"),
        (lambda: pearson([1, 1, 1], [3, 4, 5]), "one of the variables has the same value in every patient"),
        (lambda: t_test([1], [3, 4]), "the first group needs at least 2 values"),
        (lambda: t_test([1, 1], [3, 3]), "neither group has any spread"),
        (lambda: mann_whitney([], [3, 4]), "the first group needs at least 1 values"),
        (lambda: mann_whitney([3, 3], [3, 3]), "all values are equal"),
        (lambda: mann_whitney([1, 2], [3, 4], "fast"), "there is no Mann–Whitney method 'fast'"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: kruskal_wallis([[1, 2, 3]]), "a rank test needs at least two groups"),
        (lambda: kruskal_wallis([[1, 2], [], [3]]), "each group needs at least 1 values, none missing"),
        (lambda: kruskal_wallis([[1, 2], [np.nan]]), "each group needs at least 1 values, none missing"),
        (lambda: kruskal_wallis([[3], [3, 3], [3]]), "all values are equal"),
        (lambda: fisher_exact([[1, 2]]), "at least two rows and two columns"),
        (lambda: fisher_exact([[1, 2], [0, 0]]), "a row or column of the table is empty"),
        (lambda: fisher_exact([[1.0, 2.5], [3.0, 1.0]]), "whole numbers of at least 0"),
        (
            lambda: fisher_exact(np.full((6, 6), 40)),
            "the table is too large for the exact test",
        ),
        (lambda: chi_square([[0, 2], [0, 3]]), "a row or column of the table is empty"),
        (lambda: chi_square([[1, -2], [3, 4]]), "whole numbers of at least 0"),
        (
            lambda: chi_square([[1, 2, 3], [3, 4, 5]], correction=True),
            "Yates's correction is defined for 2×2",
        ),
    ],
)
def test_refuses_what_has_no_answer(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
