"""Barnard's and Boschloo's tests against scipy, an exact order of outcomes, a published table, and their laws."""

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peritrace.stats.unconditional import MOST_PATIENTS, barnard_p, boschloo_p

TABLES = [
    [[22, 110], [4, 14]],
    [[10, 58], [16, 66]],
    [[6, 15], [20, 109]],
    [[2, 4], [24, 120]],
    [[1, 22], [25, 102]],
    [[3, 12], [9, 6]],
    [[0, 5], [8, 3]],
]


def random_tables(count: int, most: int) -> list[Any]:
    rng = np.random.default_rng(most)
    tables = rng.integers(0, most, (count, 2, 2))
    return [t for t in tables if np.all(t.sum(axis=0) > 0) and np.all(t.sum(axis=1) > 0)]


def exact_order(table: Any, pooled: bool) -> Any:
    """The squared z of every outcome as a fraction; None stands for an infinite one."""
    n, m = (int(size) for size in np.sum(table, axis=0))

    def z_squared(x: int, y: int) -> Fraction:
        difference = Fraction(x, n) - Fraction(y, m)
        if difference == 0:
            return Fraction(0)
        both = Fraction(x + y, n + m)
        variance = (
            both * (1 - both) * (Fraction(1, n) + Fraction(1, m))
            if pooled
            else Fraction(x * (n - x), n**3) + Fraction(y * (m - y), m**3)
        )
        return difference**2 / variance if variance else Fraction(10**12)

    return np.array([[z_squared(x, y) for y in range(m + 1)] for x in range(n + 1)], dtype=object)


def rejected(table: Any, pooled: bool) -> Any:
    order = exact_order(table, pooled)
    return np.array(order >= order[table[0][0], table[0][1]], dtype=bool)


def floating_order_is_exact(table: Any, pooled: bool) -> bool:
    """Whether rounding errors leave the observed outcome's ties together, in the plain formula that scipy orders by."""
    n, m = np.sum(table, axis=0)
    x, y = np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]
    p, q = x / n, y / m
    both = (x + y) / (n + m)
    variance = both * (1 - both) * (1 / n + 1 / m) if pooled else p * (1 - p) / n + q * (1 - q) / m
    with np.errstate(all="ignore"):
        z = np.abs((p - q) / np.sqrt(variance))
    z[p == q] = 0
    return bool(np.array_equal(z >= z[table[0][0], table[0][1]], rejected(table, pooled)))


def probability(region: Any, proportion: float) -> float:
    n, m = region.shape[0] - 1, region.shape[1] - 1
    first = scipy.stats.binom.pmf(np.arange(n + 1), n, proportion)
    second = scipy.stats.binom.pmf(np.arange(m + 1), m, proportion)
    return float(first @ region @ second)


@pytest.mark.parametrize("pooled", [True, False])
def test_barnard_equals_scipy_where_it_keeps_ties_together(pooled: bool) -> None:
    # scipy.stats.barnard_exact splits equally extreme outcomes by their rounding errors in about a tenth of tables
    compared = 0
    for table in TABLES[2:] + random_tables(16, 8) + random_tables(4, 25):
        if floating_order_is_exact(table, pooled):
            expected = scipy.stats.barnard_exact(table, pooled=pooled, n=256).pvalue
            assert barnard_p(table, pooled) == pytest.approx(expected, abs=2e-6), table
            compared += 1
    assert compared >= 15


@pytest.mark.parametrize("pooled", [True, False])
def test_barnard_is_the_largest_probability_of_the_exactly_ordered_outcomes(pooled: bool) -> None:
    for table in random_tables(10, 9):
        region = rejected(table, pooled)
        dense = max(probability(region, proportion) for proportion in np.linspace(0, 1, 501))
        assert dense * (1 - 1e-9) <= barnard_p(table, pooled) <= dense * 1.0002, table


@pytest.mark.parametrize(
    "table", [*TABLES, *random_tables(30, 12), *random_tables(12, 60), [[74, 31], [43, 32]]], ids=str
)
def test_boschloo_equals_scipy(table: Any) -> None:
    expected = scipy.stats.boschloo_exact(table, n=256).pvalue
    assert boschloo_p(table) == pytest.approx(expected, abs=1e-7, rel=1e-5)


def test_a_vaccine_trial() -> None:
    # Chan 1998 in Mehta & Senchaudhuri 2003: 7 of 15 against 12 of 15 infected, one-sided Barnard P .0341; in groups of
    # equal size the other tail mirrors it
    assert barnard_p([[7, 12], [8, 3]]) == pytest.approx(2 * 0.0341, abs=1e-4)


def test_by_hand() -> None:
    # 1 of 1 against 0 of 1: that outcome and its mirror, 2π(1 - π), at most ½; Boschloo: twice π(1 - π)
    assert barnard_p([[1, 0], [0, 1]]) == pytest.approx(0.5, rel=1e-9)
    assert boschloo_p([[1, 0], [0, 1]]) == pytest.approx(0.5, rel=1e-9)
    # 2 of 2 against 0 of 2: 2π²(1 - π)², at most 1/8
    assert barnard_p([[2, 0], [0, 2]]) == pytest.approx(1 / 8, rel=1e-9)
    # equal proportions are the least extreme outcome
    assert barnard_p([[2, 4], [3, 6]]) == 1


def test_groups_are_columns() -> None:
    table = np.array([[6, 15], [20, 109]])
    assert barnard_p(table) == pytest.approx(0.1512191020806, abs=1e-8)  # scipy: barnard_exact(table, n = 256)
    assert abs(barnard_p(table) - barnard_p(table.T)) > 1e-3


def test_is_fast() -> None:
    table = [[22, 110], [4, 14]]
    for test, most in ((barnard_p, 0.015), (boschloo_p, 0.015)):
        test(table)
        assert min(_seconds(test, table) for _ in range(10)) < most
    assert _seconds(boschloo_p, [[220, 210], [280, 290]]) < 1


def _seconds(test: Any, table: Any) -> float:
    start = time.perf_counter()
    test(table)
    return time.perf_counter() - start


Counts = st.lists(st.integers(0, 15), min_size=4, max_size=4)


@settings(max_examples=30, deadline=None)
@given(Counts)
def test_laws(counts: list[int]) -> None:
    table = np.array(counts).reshape(2, 2)
    assume(np.all(table.sum(axis=0) > 0) and np.all(table.sum(axis=1) > 0))
    for test in (barnard_p, boschloo_p, lambda t: barnard_p(t, pooled=False)):
        p = test(table)
        assert 0 < p <= 1
        for other in (table[::-1], table[:, ::-1]):
            assert test(other) == pytest.approx(p, rel=1e-7)
    # Boschloo's test is never less powerful than Fisher's
    fewer, more = (scipy.stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
    assert boschloo_p(table) <= min(1, 2 * min(fewer, more)) + 1e-9


@pytest.mark.parametrize("test", [barnard_p, boschloo_p])
def test_refuses_what_has_no_answer(test: Any) -> None:
    with pytest.raises(ValueError, match=f"take up to {MOST_PATIENTS} patients, not 1004; use Fisher's exact test"):
        test([[251, 251], [251, 251]])
    with pytest.raises(ValueError, match="defined for 2×2 tables only"):
        test([[1, 2], [3, 4], [5, 6]])
    with pytest.raises(ValueError, match="a row or column of the table is empty"):
        test([[0, 0], [3, 4]])
    with pytest.raises(ValueError, match="whole numbers of at least 0"):
        test([[1, -1], [3, 4]])
