"""Medians and quartiles: numpy's definitions, R's hinges, and drawn whole-number cohorts."""

import itertools
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.stats.order_statistics import (
    DEFINITIONS,
    count_at_most,
    count_below,
    five_numbers_in_order,
    quantile_rank,
    quantile_values,
    whole_number_quantile_possible,
)

NUMPY_NAMES = {
    "spss": "weibull",
    "r": "linear",
    "sas": "averaged_inverted_cdf",
    "hazen": "hazen",
    "nearest-rank": "inverted_cdf",
}
ALL_OF_NUMPY: list[Any] = [
    *NUMPY_NAMES.values(),
    "closest_observation",
    "interpolated_inverted_cdf",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]
QUARTILES = (0.25, 0.5, 0.75)


def printed(text: str) -> Interval:
    """The values that round to a printed decimal."""
    value = Decimal(text)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return Interval(float(value - half), float(value + half))


def texts(value: float, decimals: int) -> set[str]:
    # twelve digits drop the binary error of an interpolation, so that a half is one
    quantum, decimal = Decimal(1).scaleb(-decimals), round(Decimal(value), 12)
    roundings = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)
    return {str(decimal.quantize(quantum, rounding=rounding)) for rounding in roundings}


def quantile(values: list[int], share: float, definition: str) -> Fraction:
    """Read off the ordered values at the rank."""
    rank, ordered = quantile_rank(len(values), share, definition), sorted(values)
    below = ordered[int(rank) - 1]
    above = ordered[min(int(rank), len(values) - 1)]
    return below + (rank - int(rank)) * (above - below)


def cohorts(count: int, seed: int) -> list[list[int]]:
    draw = np.random.default_rng(seed)
    sizes = draw.integers(2, 61, count).tolist()
    kinds = [draw.geometric(0.3, n) if row % 2 else draw.integers(18, 91, n) for row, n in enumerate(sizes)]
    return [kind.tolist() for kind in kinds]


@pytest.mark.parametrize("definition", NUMPY_NAMES)
def test_ranks_are_those_of_numpy(definition: str) -> None:
    method: Any = NUMPY_NAMES[definition]
    for values in cohorts(150, 1):
        for share in (*QUARTILES, 0.0, 1.0, 0.1):
            expected = np.quantile(values, share, method=method)
            assert float(quantile(values, share, definition)) == pytest.approx(expected, rel=1e-9)


# R: fivenum(1:n)[c(2, 4)]
@pytest.mark.parametrize(
    ("n", "lower", "upper"), [(4, 1.5, 3.5), (5, 2, 4), (6, 2, 5), (7, 2.5, 5.5), (10, 3, 8), (26, 7, 20)]
)
def test_hinges_are_those_of_r(n: int, lower: float, upper: float) -> None:
    assert [float(quantile_rank(n, share, "hinges")) for share in (0.25, 0.75)] == [lower, upper]


# by hand: the medians of the lower and upper half of 1 … n without its middle
@pytest.mark.parametrize(("n", "lower", "upper"), [(4, 1.5, 3.5), (5, 1.5, 4.5), (6, 2, 5), (7, 2, 6), (11, 3, 9)])
def test_halves_by_hand(n: int, lower: float, upper: float) -> None:
    assert [float(quantile_rank(n, share, "halves")) for share in (0.25, 0.75)] == [lower, upper]


def test_the_median_is_one_of_or_between_the_two_in_the_middle() -> None:
    for n in range(1, 40):
        ranks = {quantile_rank(n, 0.5, definition) for definition in DEFINITIONS}
        assert ranks <= {Fraction(n + 1, 2), Fraction((n + 1) // 2)}


def test_fractions_depend_on_the_number_of_patients() -> None:
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    assert quantile_values(25, 0.5, "spss") == [0]
    assert quantile_values(26, 0.5, "spss") == [0, half]
    assert quantile_values(26, 0.25, "spss") == [0, quarter, half, 3 * quarter]  # rank 6.75
    assert quantile_values(27, 0.25, "spss") == [0]  # rank 7
    assert quantile_values(27, 0.25, "r") == [0, half]  # rank 7.5
    assert quantile_values(28, 0.25, "sas") == [0, half]
    assert quantile_values(27, 0.25, "sas") == [0]
    assert quantile_values(2, 0.25, "spss") == [0]  # rank 0.75: the smallest value
    assert quantile_values(5, 1 / 3, "r") == [0, Fraction(1, 3), Fraction(2, 3)]


def test_no_printed_quantile_is_rejected() -> None:
    for values in cohorts(100, 2):
        for share, definition in itertools.product(QUARTILES, DEFINITIONS):
            found = quantile(values, share, definition)
            assert found % 1 in quantile_values(len(values), share, definition)
            for decimals in (0, 1, 2):
                for text in texts(float(found), decimals):
                    possible = whole_number_quantile_possible(printed(text), len(values), share)
                    assert definition in possible, (values, share, definition, text)


def test_impossible_quantiles() -> None:
    assert whole_number_quantile_possible(printed("4.5"), 25, 0.5) == []  # the median of 25 is one of them
    assert whole_number_quantile_possible(printed("4.5"), 26, 0.5) == [d for d in DEFINITIONS if d != "nearest-rank"]
    assert whole_number_quantile_possible(printed("4.3"), 26, 0.5) == []
    assert whole_number_quantile_possible(printed("4.4"), 26, 0.25) == []  # no quarter of anything
    assert whole_number_quantile_possible(printed("4.75"), 26, 0.25) == ["spss", "r"]
    assert whole_number_quantile_possible(printed("4.5"), 27, 0.25) == ["r", "hazen", "hinges"]  # hazen's rank is 7.25
    assert "hinges" not in whole_number_quantile_possible(printed("4"), 27, 0.1)  # it knows quartiles only


@pytest.mark.parametrize(
    ("n", "share", "definition", "message"),
    [
        (0, 0.5, "spss", "at least one value"),
        (5, 1.5, "spss", "share from 0 to 1"),
        (5, 0.5, "excel", "choose from spss"),
        (5, 0.1, "hinges", "quartiles only"),
    ],
)
def test_what_has_no_rank(n: int, share: float, definition: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quantile_rank(n, share, definition)


def test_order_of_the_five_numbers() -> None:
    one, two, three = printed("1"), printed("2"), printed("3")
    assert five_numbers_in_order(one, two, two, three, three) == []
    assert five_numbers_in_order(None, None, None, None, None) == []
    assert five_numbers_in_order(three, None, None, None, one) == [("minimum", "maximum")]
    assert five_numbers_in_order(one, three, two, None, three) == []  # 2.5 and 2.5 round to 3 and 2
    assert five_numbers_in_order(two, three, printed("1.4"), three, None) == [
        ("minimum", "median"),
        ("lower quartile", "median"),
    ]


def test_what_a_median_says_of_a_count() -> None:
    # 26 patients, median 2: the 13th has 2 or fewer. 124 patients, median 4: the 63rd has 4 or more
    assert count_at_most(3, 26, [(0.5, printed("2"))]) == (13, 26)
    assert count_at_most(3, 124, [(0.5, printed("4"))]) == (0, 62)
    assert count_below(2, 26, [(0.5, printed("2"))]) == (0, 13)
    assert count_below(3, 26, [(0.5, printed("2"))]) == (13, 26)
    assert count_at_most(3, 25, [(0.5, printed("4"))]) == (0, 12)
    assert count_at_most(3, 27, []) == (0, 27)


def test_measurements_are_bound_less_than_whole_numbers() -> None:
    assert count_at_most(2, 26, [(0.5, printed("2"))]) == (13, 26)
    assert count_at_most(2, 26, [(0.5, printed("2"))], whole=False) == (0, 26)  # the median may be 2.4
    assert count_at_most(2.5, 26, [(0.5, printed("2"))], whole=False) == (13, 26)
    assert count_below(2.5, 26, [(0.5, printed("2"))], whole=False) == (0, 26)
    assert count_below(1.5, 26, [(0.5, printed("2"))], whole=False) == (0, 13)


def test_more_quantiles_bind_more() -> None:
    five = [(0, printed("1")), (0.25, printed("2")), (0.5, printed("4")), (0.75, printed("7")), (1, printed("9"))]
    assert count_at_most(9, 40, five) == (40, 40)
    assert count_at_most(0, 40, five) == (0, 0)
    assert count_at_most(3, 40, five) == (10, 20)
    # a median that is known from one side only
    assert count_at_most(9, 40, [(0.5, Interval(10, float("inf")))]) == (0, 20)
    # a median below the minimum: no count fits
    least, greatest = count_at_most(4, 40, [(0, printed("5")), (0.5, printed("3"))])
    assert least > greatest


def test_the_bounds_of_a_median_are_attained() -> None:
    for n in range(1, 6):
        for decimals, cut in itertools.product((0, 1), (0, 1, 2, 3)):
            seen: dict[str, set[int]] = {}
            for values in itertools.combinations_with_replacement(range(-3, 7), n):
                at_most = sum(value <= cut for value in values)
                for text in texts(float(np.median(values)), decimals):
                    seen.setdefault(text, set()).add(at_most)
            for text, counts in seen.items():
                if text in ("1", "2", "1.0", "1.5", "2.0"):  # the values drawn here leave room on both sides
                    assert count_at_most(cut, n, [(0.5, printed(text))]) == (min(counts), max(counts)), (n, cut, text)


def test_no_true_count_is_excluded() -> None:
    draw = np.random.default_rng(3)
    for values in cohorts(100, 3):
        n, method, decimals = len(values), ALL_OF_NUMPY[draw.integers(len(ALL_OF_NUMPY))], int(draw.integers(3))
        shares = (0.25, 0.75, 0.1, 1 / 3, 0.0, 1.0)
        read = [(share, float(np.quantile(values, share, method=method))) for share in shares]
        read += [(0.5, float(np.median(values)))]
        read += [
            (share, float(quantile(values, share, definition)))
            for share in (0.25, 0.75)
            for definition in ("hinges", "halves")
        ]
        given_quantiles = [(share, printed(text)) for share, value in read for text in texts(value, decimals)]
        for cut in {*draw.choice(values, 3).tolist(), min(values) - 1}:
            for whole in (True, False):
                for quantiles in (given_quantiles, *([pair] for pair in given_quantiles)):
                    least, greatest = count_at_most(cut, n, quantiles, whole)
                    assert least <= sum(value <= cut for value in values) <= greatest, (values, cut, quantiles)
                    least, greatest = count_below(cut, n, quantiles, whole)
                    assert least <= sum(value < cut for value in values) <= greatest, (values, cut, quantiles)


@given(st.lists(st.floats(0, 50), min_size=1, max_size=30), st.floats(0, 50))
def test_no_true_count_of_measurements_is_excluded(values: list[float], cut: float) -> None:
    text = f"{np.median(values):.1f}"
    least, greatest = count_at_most(cut, len(values), [(0.5, printed(text))], whole=False)
    assert least <= sum(value <= cut for value in values) <= greatest
