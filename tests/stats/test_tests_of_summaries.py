"""Tests from printed summaries against R, scipy and enumeration, and the promise that no P is left out."""

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.stats.tests_of_summaries import (
    could_be_rank_sum_exact,
    p_of_effect,
    p_values_of_means,
    rank_sum_p_values,
)


def exactly(value: float) -> Interval:
    return Interval.exactly(value)


def rounded(value: float, half: float) -> Interval:
    return Interval(value - half, value + half)


def test_means_equal_r() -> None:
    # R: z <- function(n, mean, sd) as.vector(scale(1:n)) * sd + mean; a <- z(26, 52.3, 11.2); b <- z(124, 57.1, 9.8);
    # t.test(a, b, var.equal = TRUE); t.test(a, b); and with both SDs divided, or multiplied, by √n
    found = p_values_of_means(26, exactly(52.3), exactly(11.2), 124, exactly(57.1), exactly(9.8))
    expected = {
        "t-test": 0.0283434673996,
        "welch": 0.0505177191693,
        "t-test-se-as-sd": 3.82774871707e-40,
        "t-test-sd-as-se": 0.827957523337,
    }
    assert list(found) == list(expected)
    for name, p in expected.items():
        assert [found[name].low, found[name].high] == pytest.approx([p, p], rel=1e-9), name


def test_means_as_printed() -> None:
    # 52.3 ± 11.2 of 26 against 57.1 ± 9.8 of 124: the extreme corners by scipy
    found = p_values_of_means(
        26, rounded(52.3, 0.05), rounded(11.2, 0.05), 124, rounded(57.1, 0.05), rounded(9.8, 0.05)
    )
    low = scipy.stats.ttest_ind_from_stats(52.25, 11.15, 26, 57.15, 9.75, 124).pvalue
    high = scipy.stats.ttest_ind_from_stats(52.35, 11.25, 26, 57.05, 9.85, 124).pvalue
    assert [found["t-test"].low, found["t-test"].high] == pytest.approx([low, high], rel=1e-9)
    low = scipy.stats.ttest_ind_from_stats(52.25, 11.15, 26, 57.15, 9.75, 124, equal_var=False).pvalue
    high = scipy.stats.ttest_ind_from_stats(52.35, 11.25, 26, 57.05, 9.85, 124, equal_var=False).pvalue
    # Welch's interval may be wider than the truth, but hardly
    assert low * 0.99 < found["welch"].low <= low * (1 + 1e-9)
    assert high * (1 - 1e-9) <= found["welch"].high < high * 1.01


def test_welch_p_can_fall_while_an_sd_rises() -> None:
    # so the corners of the SDs don't enclose it: the first group's larger SD adds degrees of freedom
    def p(sd: float) -> float:
        return float(scipy.stats.ttest_ind_from_stats(0, sd, 30, 40, 1, 2, equal_var=False).pvalue)

    path = [p(sd) for sd in np.linspace(0, 60, 121)]
    assert min(path) < 0.001 * min(path[0], path[-1])
    found = p_values_of_means(30, exactly(0), Interval(0, 60), 2, exactly(40), exactly(1))["welch"]
    assert all(found.holds(value) for value in path)


def test_summaries_without_spread_or_difference() -> None:
    same = p_values_of_means(5, exactly(3), exactly(0), 5, exactly(3), exactly(0))
    assert all((p.low, p.high) == (1, 1) for p in same.values())
    apart = p_values_of_means(5, exactly(3), exactly(0), 5, exactly(4), exactly(0))
    assert all((p.low, p.high) == (0, 0) for p in apart.values())
    # printed "0.0": the SD may be anything from 0 to .05
    unknown = p_values_of_means(5, rounded(3, 0.05), rounded(0, 0.05), 5, rounded(3.1, 0.05), rounded(0, 0.05))
    assert all(p.low == 0 and p.high == pytest.approx(1) for p in unknown.values())


Rounded = st.tuples(st.floats(0.01, 50), st.sampled_from([0.005, 0.05, 0.5, 5.0]))
Where = st.lists(st.floats(-1, 1), min_size=4, max_size=4)


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.integers(2, 60), st.integers(2, 60)),
    st.lists(Rounded, min_size=4, max_size=4),
    st.lists(Where, min_size=1, max_size=4),
)
def test_no_p_of_means_is_left_out(
    sizes: tuple[int, int], printed: list[tuple[float, float]], where: list[Any]
) -> None:
    (n1, n2), (m1, m2, s1, s2) = sizes, [rounded(value, half) for value, half in printed]
    found = p_values_of_means(n1, m1, s1, n2, m2, s2)
    corners = list(itertools.product((-1, 1), repeat=4))
    for shifts in where + corners:
        a, b, c, d = (value + half * shift for (value, half), shift in zip(printed, shifts, strict=True))
        c, d = max(c, 1e-6), max(d, 1e-6)
        for name, factors, equal in (
            ("t-test", (1.0, 1.0), True),
            ("welch", (1.0, 1.0), False),
            ("t-test-se-as-sd", (n1**-0.5, n2**-0.5), True),
            ("t-test-sd-as-se", (n1**0.5, n2**0.5), True),
        ):
            p = scipy.stats.ttest_ind_from_stats(a, c * factors[0], n1, b, d * factors[1], n2, equal_var=equal).pvalue
            assert found[name].low * (1 - 1e-6) - 1e-300 <= p <= found[name].high * (1 + 1e-6) + 1e-300, name
    turned = p_values_of_means(n2, m2, s2, n1, m1, s1)
    for name, interval in found.items():
        assert [turned[name].low, turned[name].high] == pytest.approx([interval.low, interval.high], rel=1e-9)
        assert 0 <= interval.low <= interval.high <= 1


def test_rank_sums_equal_r() -> None:
    # R: pmin(1, 2 * pwilcox(0:12, 4, 6))
    expected = [
        *(0.00952380952381, 0.0190476190476, 0.0380952380952, 0.0666666666667, 0.114285714286, 0.171428571429),
        *(0.257142857143, 0.352380952381, 0.47619047619, 0.609523809524, 0.761904761905, 0.914285714286, 1),
    ]
    assert rank_sum_p_values(4, 6) == pytest.approx(expected, rel=1e-10)
    assert rank_sum_p_values(6, 4) == pytest.approx(expected, rel=1e-10)
    # R: pmin(1, 2 * pwilcox(c(0, 1000, 1200, 1612), 26, 124))
    large = rank_sum_p_values(26, 124)
    assert [large[u] for u in (0, 1000, 1200, 1612)] == pytest.approx(
        [2.12628490656e-29, 0.00209410720174, 0.0405630492919, 1], rel=1e-9
    )


@pytest.mark.parametrize(("n1", "n2"), [(1, 1), (1, 4), (2, 3), (3, 3), (3, 5)])
def test_rank_sums_by_enumeration(n1: int, n2: int) -> None:
    ranks = range(1, n1 + n2 + 1)
    sums = np.array([sum(chosen) for chosen in itertools.combinations(ranks, n1)])
    far = np.abs(2 * sums - n1 * (n1 + n2 + 1))  # twice the distance from the mean
    attainable = sorted({float(np.mean(far >= distance)) for distance in far})
    assert sorted(set(np.round(rank_sum_p_values(n1, n2), 12))) == pytest.approx(attainable)


def test_whether_a_p_is_an_exact_rank_sum() -> None:
    assert could_be_rank_sum_exact(rounded(0.067, 0.0005), 4, 6)
    assert not could_be_rank_sum_exact(rounded(0.05, 0.0005), 4, 6)
    assert not could_be_rank_sum_exact(Interval(0, 0.009), 4, 6)
    assert could_be_rank_sum_exact(Interval(0, 0.05), 4, 6)
    assert could_be_rank_sum_exact(exactly(0.123456), 150, 100)  # too many to look
    assert could_be_rank_sum_exact(exactly(0.123456), 90, 90)


def test_effect_by_hand() -> None:
    # R: 2 * pnorm(-abs(log(0.68)) / 0.21)
    p = p_of_effect(exactly(0.68), exactly(0.21))
    assert [p.low, p.high] == pytest.approx([0.0662855146826] * 2, rel=1e-10)
    # a ratio and its reciprocal tell the same
    q = p_of_effect(exactly(1 / 0.68), exactly(0.21))
    assert q.low == pytest.approx(p.low, rel=1e-9)
    # 1.00 as printed may be no effect at all
    p = p_of_effect(Interval(0.995, 1.005), Interval(0.205, 0.215))
    assert p.high == 1
    assert p.low == pytest.approx(2 * scipy.stats.norm.sf(abs(np.log(0.995)) / 0.205))
    # "0.00" stands for anything positive up to .005
    p = p_of_effect(Interval(-0.005, 0.005), Interval(0.5, 1))
    assert p.low == 0
    assert p.high == pytest.approx(2 * scipy.stats.norm.sf(-np.log(0.005)))
    assert p_of_effect(Interval(1.1, 1.2), Interval(0, 0.005)).low == 0


@settings(max_examples=200, deadline=None)
@given(st.floats(0.05, 20), st.floats(0.05, 3), st.floats(-1, 1), st.floats(-1, 1))
def test_no_p_of_an_effect_is_left_out(ratio: float, std_err: float, x: float, y: float) -> None:
    found = p_of_effect(rounded(ratio, 0.04), rounded(std_err, 0.04))
    p = 2 * scipy.stats.norm.sf(abs(np.log(ratio + 0.04 * x)) / (std_err + 0.04 * y))
    assert found.low * (1 - 1e-9) <= p <= found.high * (1 + 1e-9)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: p_values_of_means(1, exactly(3), exactly(1), 5, exactly(3), exactly(1)),
            "at least 2 patients in each group, not 1 and 5",
        ),
        (
            lambda: p_values_of_means(5, exactly(3), exactly(1), 5, exactly(3), exactly(-1)),
            "a standard deviation can't be negative",
        ),
        (lambda: rank_sum_p_values(0, 5), "at least 1 patient in each group, not 0 and 5"),
        (lambda: could_be_rank_sum_exact(exactly(0.5), 0, 5), "at least 1 patient in each group"),
        (lambda: rank_sum_p_values(100, 101), "takes up to 200 patients, not 201"),
        (lambda: p_of_effect(exactly(-1), exactly(0.2)), "are positive"),
        (lambda: p_of_effect(exactly(1.2), exactly(0)), "are positive"),
    ],
)
def test_refuses_what_has_no_answer(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
