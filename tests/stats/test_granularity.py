"""Counts, percentages and means of whole numbers: published vectors, enumeration, and laws."""

import itertools
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.stats.granularity import (
    admissible_sums,
    counts_of_percent,
    denominators_of,
    exact,
    grim,
    grim_power,
    joint_counts,
    percent_of,
    pooled_mean,
)

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)


def printed(text: str) -> Interval:
    """The values that round to a printed decimal."""
    value = Decimal(text)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return Interval(float(value - half), float(value + half))


def rounded(value: Fraction, decimals: int, rounding: str) -> str:
    """Exact for the fractions of these tests: 50 digits tell a half from its neighbours."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return str(decimal.quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def test_binary_numbers_become_the_decimals_that_they_stand_for() -> None:
    assert exact(84.55) == Fraction(1691, 20)
    assert exact(84.6 - 0.05) == Fraction(1691, 20)  # in binary 84.54999999999999…
    assert exact(-0.1) == Fraction(-1, 10)
    assert exact(100 / 3) == Fraction(100, 3)
    assert exact(12345.123456789) == Fraction(12345123456789, 10**9)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_no_fraction_stands_for_an_infinite_number(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        exact(value)


def test_a_half_stays_a_half() -> None:
    assert percent_of(1, 16) == 6.25
    assert percent_of(23, 800) == 2.875
    for total in range(1, 200):
        for count in range(total + 1):
            assert percent_of(count, total) == float(Fraction(100 * count, total))


@pytest.mark.parametrize(("count", "total"), [(-1, 5), (6, 5), (0, 0)])
def test_a_percentage_needs_a_part_of_a_whole(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="0 ≤ count ≤ total"):
        percent_of(count, total)


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_every_true_count_and_denominator_is_accepted(decimals: int) -> None:
    for total in range(1, 61):
        for count in range(total + 1):
            percent = Fraction(100 * count, total)
            for text in {rounded(percent, decimals, rounding) for rounding in ROUNDINGS}:
                assert count in counts_of_percent(printed(text), total), (count, total, text)
                assert total in denominators_of(count, printed(text), 1, 60), (count, total, text)


@given(
    st.integers(1, 400), st.integers(0, 1010), st.sampled_from([1, 5, 10, 50]), st.integers(0, 60), st.integers(0, 80)
)
def test_counts_and_denominators_are_those_of_enumeration(
    total: int, tenths: int, half: int, count: int, at_least: int
) -> None:
    low, high = Fraction(tenths * 10 - half, 100), Fraction(tenths * 10 + half, 100)
    percent = Interval(float(low), float(high))
    assert counts_of_percent(percent, total) == [k for k in range(total + 1) if low <= Fraction(100 * k, total) <= high]
    assert denominators_of(count, percent, at_least, at_least + 90) == [
        n for n in range(max(at_least, count, 1), at_least + 91) if low <= Fraction(100 * count, n) <= high
    ]


def test_percentages_of_a_published_table() -> None:
    # 11 of 27 is 40.7%, and of 26 it would be 42.3%; no count of 26 gives 40.7%
    assert counts_of_percent(printed("40.7"), 27) == [11]
    assert counts_of_percent(printed("40.7"), 26) == []
    assert denominators_of(11, printed("40.7"), 1, 150) == [27]
    assert counts_of_percent(printed("15"), 124) == [18, 19]
    assert counts_of_percent(Interval(-5, 120), 3) == [0, 1, 2, 3]
    assert counts_of_percent(Interval(101, 120), 3) == []


def test_denominators_of_nothing_and_of_nonsense() -> None:
    assert denominators_of(0, printed("0"), 0, 3) == [1, 2, 3]
    assert denominators_of(0, printed("5"), 1, 3) == []
    assert denominators_of(2, Interval(0, 0), 1, 3) == []
    assert denominators_of(2, Interval(110, 120), 1, 3) == []
    with pytest.raises(ValueError, match="not negative"):
        denominators_of(-1, printed("5"), 1, 3)


@pytest.mark.parametrize(
    "function", [lambda: counts_of_percent(printed("5"), 0), lambda: grim(printed("5"), 0), lambda: grim_power(2, 5, 0)]
)
def test_there_is_at_least_one_patient(function: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        function()


def test_levels_given_by_percentages_alone() -> None:
    # 10%, 75%, 15% of 124: 12 + 93 + 19 or 13 + 93 + 18
    assert joint_counts([printed("10"), printed("75"), printed("15")], 124) in ([12, 93, 19], [13, 93, 18])
    # 33%, 33%, 33% of 100 sum to 99
    assert joint_counts([printed("33")] * 3, 100) is None
    assert joint_counts([printed("33")] * 3, 99) == [33, 33, 33]
    # no number of 26 patients is 40.7%
    assert joint_counts([printed("40.7"), printed("59.3")], 26) is None
    assert joint_counts([], 26) is None


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any), st.integers(0, 2), st.sampled_from(ROUNDINGS))
def test_printed_levels_always_have_counts(counts: list[int], decimals: int, rounding: str) -> None:
    total = sum(counts)
    percents = [printed(rounded(Fraction(100 * count, total), decimals, rounding)) for count in counts]
    found = joint_counts(percents, total)
    assert found is not None
    assert sum(found) == total
    assert all(count in counts_of_percent(percent, total) for count, percent in zip(found, percents, strict=True))


@given(st.integers(1, 30), st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_joint_counts_exist_exactly_when_enumeration_finds_some(total: int, percents: list[int]) -> None:
    intervals = [printed(str(percent)) for percent in percents]
    choices = [counts_of_percent(interval, total) for interval in intervals]
    exists = any(sum(counts) == total for counts in itertools.product(*choices))
    assert (joint_counts(intervals, total) is not None) == exists


# Brown & Heathers 2017 (5.19, n = 28); the rest by hand: 231/32 = 7.219, 118/25 = 4.72 and 119/25 = 4.76,
# 75/28 = 2.679, 236/32 = 7.375 (a half, up or to even), 203/29 = 7.00 and 204/29 = 7.03, 226/43 = 5.256 and
# 227/43 = 5.279
@pytest.mark.parametrize(
    ("mean", "n", "possible"),
    [
        ("5.19", 28, False),
        ("3.45", 20, True),
        ("7.22", 32, True),
        ("4.74", 25, False),
        ("2.68", 28, True),
        ("7.38", 32, True),
        ("7.37", 32, True),
        ("7.01", 29, False),
        ("5.27", 43, False),
        ("-3.45", 20, True),
        ("-5.19", 28, False),
    ],
)
def test_grim_on_known_means(mean: str, n: int, possible: bool) -> None:
    assert grim(printed(mean), n) == possible


def test_items_refine_the_grain() -> None:
    assert not grim(printed("5.19"), 28)
    assert list(admissible_sums(printed("5.19"), 28, items=3)) == [436]  # 436/84 = 5.1905


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_every_mean_of_whole_numbers_is_accepted(decimals: int) -> None:
    for n in range(1, 61):
        for total in range(-n, 2 * n):
            for rounding in ROUNDINGS:
                text = rounded(Fraction(total, n), decimals, rounding)
                assert total in admissible_sums(printed(text), n), (total, n, text)


def test_power_is_the_share_of_means_that_are_found_impossible() -> None:
    # no sum of 28 falls on a half of the second decimal, so every cell holds at most one sum
    impossible = sum(not grim(printed(f"5.{hundredths:02d}"), 28) for hundredths in range(100))
    assert grim_power(2, 28) == pytest.approx(impossible / 100) == pytest.approx(0.72)
    assert grim_power(1, 28) == 0
    assert grim_power(2, 28, items=2) == pytest.approx(0.44)


def test_pooled_mean_by_hand() -> None:
    pooled = pooled_mean([26, 124], [printed("60.5"), printed("58")])
    assert pooled.low == pytest.approx((26 * 60.45 + 124 * 57.5) / 150)
    assert pooled.high == pytest.approx((26 * 60.55 + 124 * 58.5) / 150)


@given(st.lists(st.lists(st.integers(0, 90), min_size=1, max_size=12), min_size=1, max_size=4), st.integers(0, 2))
def test_the_mean_of_all_lies_in_the_pooled_interval(groups: list[list[int]], decimals: int) -> None:
    means = [printed(rounded(Fraction(sum(group), len(group)), decimals, ROUND_HALF_UP)) for group in groups]
    everyone = [value for group in groups for value in group]
    assert pooled_mean([len(group) for group in groups], means).holds(sum(everyone) / len(everyone))


@pytest.mark.parametrize("sizes", [[], [0], [5, -1], [5]])
def test_a_pooled_mean_needs_a_mean_for_each_group(sizes: list[int]) -> None:
    means = [] if not sizes else [printed("5")] * (2 if sizes == [5] else len(sizes))
    with pytest.raises(ValueError, match="one mean per group"):
        pooled_mean(sizes, means)
