"""Standard deviations: published vectors, and enumeration of whole-number data in both directions."""

import itertools
import math
import time
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from peritrace.interval import Interval
from peritrace.stats.granularity import grim
from peritrace.stats.standard_deviations import (
    debit,
    grimmer,
    largest_sd,
    median_fits_mean,
    sd_fits_range,
    standard_error,
)

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)


def printed(text: str) -> Interval:
    """The values that round to a printed decimal."""
    value = Decimal(text)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return Interval(float(value - half), float(value + half))


def mean_text(values: list[int], decimals: int, rounding: str, items: int = 1) -> str:
    return _quantized(Decimal(sum(values)) / Decimal(len(values) * items), decimals, rounding)


def sd_text(values: list[int], decimals: int, rounding: str, items: int = 1, population: bool = False) -> str:
    n = len(values)
    squared = Fraction(n * sum(value**2 for value in values) - sum(values) ** 2, n * (n if population else n - 1))
    sd = (Decimal(squared.numerator) / Decimal(squared.denominator)).sqrt() / items
    return _quantized(sd, decimals, rounding)


def _quantized(value: Decimal, decimals: int, rounding: str) -> str:
    return str(value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def datasets(count: int, seed: int, largest_n: int = 60) -> list[list[int]]:
    """Scales, ages, skewed counts, nearly constant and far-off values."""
    draw = np.random.default_rng(seed)
    makers: list[Callable[[int], object]] = [
        lambda n: draw.integers(1, 6, n),
        lambda n: draw.integers(18, 91, n),
        lambda n: draw.geometric(0.2, n),
        lambda n: (draw.random(n) < 0.1).astype(int),
        lambda n: draw.integers(-3, 4, n) * 1000 + 7,
    ]
    sizes = np.concatenate([draw.integers(2, 8, count // 2), draw.integers(8, largest_n + 1, count - count // 2)])
    return [np.asarray(makers[row % len(makers)](int(n))).tolist() for row, n in enumerate(sizes)]


# Mean 3.44 and SD 2.47 of 18 is the known case of GRIMMER: the sum is 62, the sum of squares 316.85 to 317.70, and 317
# is odd. The others by hand: 5.19 fails GRIM; 1, 1, 3 have the mean 1.67 and SD 1.15; 3.00 ± 0.30 of 10 means squared
# deviations of 0.78 to 0.84, and the least above 0 is 2.
@pytest.mark.parametrize(
    ("mean", "sd", "n", "possible"),
    [
        ("3.44", "2.47", 18, False),
        ("3.44", "2.48", 18, True),
        ("5.19", "1.00", 28, False),
        ("1.67", "1.15", 3, True),
        ("1.67", "1.16", 3, False),
        ("3.00", "0.30", 10, False),
        ("3.00", "0.00", 10, True),
        ("3.50", "0.00", 10, False),
    ],
)
def test_grimmer_on_known_tables(mean: str, sd: str, n: int, possible: bool) -> None:
    assert grimmer(printed(mean), printed(sd), n) == possible


def test_every_printed_table_is_accepted() -> None:
    for row, values in enumerate(datasets(400, 1)):
        n, rounding = len(values), ROUNDINGS[row % 3]
        population, items = row % 5 == 0, 1 + (row % 4 == 0) * 2
        for decimals, more in ((0, 1), (1, 1), (1, 2), (2, 2), (2, 3)):
            mean = printed(mean_text(values, decimals, rounding, items))
            sd = printed(sd_text(values, more, rounding, items, population))
            assert grimmer(mean, sd, n, items, None, population), values
            least, most = math.floor(min(values) / items), math.ceil(max(values) / items)
            assert grimmer(mean, sd, n, items, (least, most), population), values


def reachable(n: int, scale: range, population: bool = False) -> set[tuple[str, str]]:
    """Every pair of mean and SD, printed with two decimals, of n values of a scale."""
    found = set()
    for values in itertools.combinations_with_replacement(scale, n):
        for rounding in ROUNDINGS:
            mean = mean_text(list(values), 2, rounding)
            # mean and SD of one paper may be rounded by different hands
            found |= {(mean, sd_text(list(values), 2, other, population=population)) for other in ROUNDINGS}
    return found


@pytest.mark.parametrize(("n", "population"), [(2, False), (3, True), (4, False), (5, False)])
def test_within_a_scale_exactly_what_exists_is_accepted(n: int, population: bool) -> None:
    exists = reachable(n, range(1, 6), population)
    means = {f"{cents / 100:.2f}" for cents in range(100, 501) if grim(printed(f"{cents / 100:.2f}"), n)}
    assert {mean for mean, _ in exists} <= means
    for mean in sorted(means):
        for cents in range(301):
            sd = f"{cents / 100:.2f}"
            accepted = grimmer(printed(mean), printed(sd), n, bounds=(1, 5), population=population)
            assert accepted == ((mean, sd) in exists), (mean, sd)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_without_a_scale_exactly_what_exists_is_accepted(n: int) -> None:
    # no value of n is further than SD·(n - 1)/√n from the mean: here less than 4
    exists = reachable(n, range(-4, 6))
    means = {mean for mean, _ in exists if 0 <= Decimal(mean) < 1}
    for mean in sorted(means):
        for cents in range(161):
            sd = f"{cents / 100:.2f}"
            assert grimmer(printed(mean), printed(sd), n) == ((mean, sd) in exists), (mean, sd)


def test_large_deviations_of_few_patients_are_still_exact() -> None:
    # four whole numbers with the sum 0 never have squares that sum to 28: 4·28 = 16·7 is no sum of three squares
    squares = {
        sum(value**2 for value in (a, b, c, -a - b - c)) for a, b, c in itertools.product(range(-8, 9), repeat=3)
    }
    assert 28 not in squares
    for square in range(2, 60, 2):
        sd = math.sqrt(square / 3)
        close = Interval(sd - 1e-7, sd + 1e-7)
        assert grimmer(Interval.exactly(0), close, 4) == (square in squares), square
    # of two patients the SD is |difference|/√2
    assert grimmer(Interval.exactly(500.5), Interval(7.07, 7.08), 2) is False
    assert grimmer(Interval.exactly(500), Interval(7.07, 7.08), 2) is True


def test_a_scale_limits_the_deviation() -> None:
    # mean 1.5 of 10 between 1 and 5: at most one 5 and one 2, SD 1.27; without a scale one value of 6 gives 1.58
    assert grimmer(printed("1.50"), printed("1.27"), 10, bounds=(1, 5))
    assert not grimmer(printed("1.50"), printed("1.58"), 10, bounds=(1, 5))
    assert grimmer(printed("1.50"), printed("1.58"), 10)
    assert not grimmer(printed("5.50"), printed("1.00"), 10, bounds=(1, 5))
    # 1000 patients: too many to enumerate, but the largest sum of squares still binds
    assert grimmer(printed("1.50"), printed("1.32"), 1000, bounds=(1, 5))
    assert not grimmer(printed("1.50"), printed("1.34"), 1000, bounds=(1, 5))
    assert not grimmer(printed("1.50"), printed("900000000"), 30, bounds=(1, 5))
    assert grimmer(printed("2.00"), printed("0.00"), 1000, bounds=(2, 2))


def test_no_search_takes_long() -> None:
    started = time.process_time()
    assert grimmer(Interval(99_999.5, 100_000.5), Interval(0.5, 0.50000001), 1_000_000)
    grimmer(Interval(99_999.5, 100_000.5), Interval(40_000, 40_000.000001), 3)
    grimmer(Interval(99_999.5, 100_000.5), Interval(9_000, 9_000.000001), 3)
    grimmer(Interval(499.5, 500.5), Interval(0, 0.01), 15_000)
    grimmer(Interval(-1e6, 1e6), Interval(1e5, 1e5), 4)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(("n", "bounds"), [(1, None), (0, None), (5, (5, 1))])
def test_grimmer_refuses_what_has_no_deviation(n: int, bounds: tuple[int, int] | None) -> None:
    with pytest.raises(ValueError, match=r"at least two values|from the least value up"):
        grimmer(printed("1.5"), printed("0.5"), n, bounds=bounds)


def test_debit_on_known_tables() -> None:
    # .11 of 40 lies between 4/40 and 5/40; R: sd(rep(1:0, c(7, 13))) is 0.4893605
    assert debit(printed("0.11"), printed("0.32"), 40) == []
    assert debit(printed("0.35"), printed("0.49"), 20) == [7]
    assert debit(printed("0.35"), printed("0.18"), 20) == []
    assert debit(printed("0.35"), printed("0.48"), 20) == []
    assert debit(printed("0.35"), printed("0.48"), 20, population=True) == [7]
    assert debit(Interval(2, 3), printed("0.48"), 20) == []
    with pytest.raises(ValueError, match="at least two"):
        debit(printed("1"), printed("0"), 1)


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
def test_debit_finds_every_true_count(decimals: int) -> None:
    for n in range(2, 50):
        for k in range(n + 1):
            values, rounding = [1] * k + [0] * (n - k), ROUNDINGS[k % 3]
            for population in (False, True):
                mean, sd = (
                    mean_text(values, decimals, rounding),
                    sd_text(values, decimals, rounding, population=population),
                )
                assert k in debit(printed(mean), printed(sd), n, population)


def test_largest_deviation_by_hand() -> None:
    # half at 1 and half at 5: SD 2·√(10/9); mean 2 of a scale 1 to 5: √(1·3·10/9)
    assert largest_sd(printed("3.0"), 10, 1, 5) == pytest.approx(2 * math.sqrt(10 / 9))
    assert largest_sd(Interval.exactly(2), 10, 1, 5) == pytest.approx(math.sqrt(3 * 10 / 9))
    assert largest_sd(Interval(0.5, 1), 10, 1, 5) == 0
    with pytest.raises(ValueError, match="outside the range"):
        largest_sd(printed("7"), 10, 1, 5)


def test_every_cohort_keeps_the_limits() -> None:
    for row, values in enumerate(datasets(400, 2)):
        n, rounding = len(values), ROUNDINGS[row % 3]
        for decimals in (0, 1, 2):
            mean = printed(mean_text(values, decimals, rounding))
            sd = printed(sd_text(values, decimals, rounding))
            least, most = min(values), max(values)
            assert sd.low <= largest_sd(mean, n, least, most) + 1e-9
            assert sd_fits_range(sd, n, printed(str(least)), printed(str(most)))
            assert sd_fits_range(sd, n, Interval.exactly(least), Interval.exactly(most))
            for median in (np.median(values), np.sort(values)[(n - 1) // 2], np.sort(values)[n // 2]):
                text = _quantized(Decimal(str(float(median))), decimals, rounding)
                assert median_fits_mean(mean, printed(text), sd, n)


def test_limits_of_the_range_are_attained_and_no_wider() -> None:
    # 0, 0, 10, 10 and 0, 0, 10, 10, 10 spread most; 0, 5, 5, 5, 10 least. R: sd(c(0,0,10,10)) is 5.773503,
    # sd(c(0,0,10,10,10)) is 5.477226, sd(c(0,5,5,5,10)) is 3.535534
    zero, ten = Interval.exactly(0), Interval.exactly(10)
    assert sd_fits_range(printed("5.7735"), 4, zero, ten)
    assert not sd_fits_range(printed("5.7737"), 4, zero, ten)
    assert sd_fits_range(printed("5.4772"), 5, zero, ten)
    assert not sd_fits_range(printed("5.4774"), 5, zero, ten)
    assert sd_fits_range(printed("3.5355"), 5, zero, ten)
    assert not sd_fits_range(printed("3.5353"), 5, zero, ten)
    assert not sd_fits_range(printed("3.5"), 5, ten, zero)


def test_a_median_far_from_the_mean() -> None:
    # 0, 0, 0, 0, 5: mean 1, SD 2.236, so up to 2.0 apart; two patients reach it: 0, 2 has mean 1, SD 1.414, any median
    assert median_fits_mean(Interval.exactly(1), Interval.exactly(3), Interval(2.2360, 2.2361), 5)
    assert not median_fits_mean(Interval.exactly(1), Interval.exactly(3.1), Interval(2.2360, 2.2361), 5)
    assert not median_fits_mean(Interval.exactly(3.1), Interval.exactly(1), Interval(2.2360, 2.2361), 5)


def test_standard_error() -> None:
    error = standard_error(Interval(9.5, 10.5), 25)
    assert (error.low, error.high) == pytest.approx((1.9, 2.1))
    with pytest.raises(ValueError, match="at least one"):
        standard_error(Interval(1, 2), 0)
