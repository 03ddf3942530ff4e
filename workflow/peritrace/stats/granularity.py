"""Counts, percentages and means of whole numbers: which of them can stand behind what was printed.

Whole numbers leave gaps: of 28 patients 50.0% or 53.6% can be men, 51.0% can't. All comparisons are exact, in rational
arithmetic, and the ends of an interval belong to it, so a half that was rounded up, down or to even is accepted.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from peritrace.interval import Interval

LARGEST_DENOMINATOR = 10**9  # nothing is printed with more than nine decimals; 84.6 - 0.05 becomes 84.55 again


def exact(value: float) -> Fraction:
    """The decimal (or simple) fraction that a binary number stands for: 84.55 is 1691/20.

    Accurate to nine decimals. Raises ValueError for an infinite value or NaN.
    """
    if not math.isfinite(value):
        raise ValueError(f"exact arithmetic needs a finite number, not {value}; give the interval two finite ends")
    return Fraction(str(value)).limit_denominator(LARGEST_DENOMINATOR)


def percent_of(count: int, total: int) -> float:
    """100·count/total, the double nearest to it, so that its shortest decimal shows a half as a half.

    Raises ValueError unless 0 ≤ count ≤ total and total ≥ 1.
    """
    if not (total >= 1 and 0 <= count <= total):
        raise ValueError(f"a percentage needs 0 ≤ count ≤ total and total ≥ 1, not {count} of {total}")
    return 100 * count / total


def counts_of_percent(percent: Interval, total: int) -> list[int]:
    """Every count among `total` patients whose percentage (0 to 100) lies in the interval, in rising order.

    Empty: no whole number of patients gives it (GRIM for percentages). Raises ValueError for a total below 1.
    """
    return list(_counts(percent, total))


def _counts(percent: Interval, total: int) -> range:
    _at_least_one(total)
    # clipped first: a percentage may be known from one side only, and no count lies outside 0 to 100
    low, high = max(percent.low, 0.0), min(percent.high, 100.0)
    if low > high:
        return range(0)
    return range(math.ceil(exact(low) * total / 100), math.floor(exact(high) * total / 100) + 1)


def denominators_of(count: int, percent: Interval, at_least: int, at_most: int) -> list[int]:
    """Every total from `at_least` to `at_most` of which `count` is a percentage (0 to 100) in the interval.

    In rising order; totals below the count are left out. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"a count is not negative: {count}")
    low, high = max(percent.low, 0.0), min(percent.high, 100.0)
    if low > high or (high == 0 and count > 0):
        return []
    least, most = max(at_least, count, 1), at_most
    if exact(high) > 0:
        least = max(least, math.ceil(100 * count / exact(high)))
    if exact(low) > 0:
        most = min(most, math.floor(100 * count / exact(low)))
    return list(range(least, most + 1))


def joint_counts(percents: Sequence[Interval], total: int) -> list[int] | None:
    """Counts of levels that exclude one another and hold every patient: each fits its percentage, all sum to `total`.

    Returns one such list, or None when there is none. The counts that fit one percentage are consecutive, so there is a
    solution exactly when the total lies between the sum of the least and the sum of the greatest counts. Raises
    ValueError for a total below 1.
    """
    choices = [_counts(percent, total) for percent in percents]
    if not all(choices):
        return None
    counts = [choice[0] for choice in choices]
    missing = total - sum(counts)
    if not 0 <= missing <= sum(len(choice) - 1 for choice in choices):
        return None
    for level, choice in enumerate(choices):
        added = min(missing, len(choice) - 1)
        counts[level] += added
        missing -= added
    return counts


def admissible_sums(mean: Interval, n: int, items: int = 1) -> range:
    """Every whole number s with s/(n·items) in the interval: the sums of n patients' answers to `items` questions.

    Assumes that every single value is a whole number. Raises ValueError unless n ≥ 1 and items ≥ 1.
    """
    _at_least_one(n)
    _at_least_one(items)
    return range(math.ceil(exact(mean.low) * n * items), math.floor(exact(mean.high) * n * items) + 1)


def grim(mean: Interval, n: int, items: int = 1) -> bool:
    """Whether n whole numbers (or n means of `items` whole numbers) can have a mean in the interval.

    Source: Brown & Heathers, Soc Psychol Personal Sci 2017;8:363-369 (GRIM). Raises ValueError as `admissible_sums`.
    """
    return bool(admissible_sums(mean, n, items))


def grim_power(decimals: int, n: int, items: int = 1) -> float:
    """The share of all means with so many decimals that `grim` finds impossible: max(0, 1 - n·items/10^decimals)."""
    _at_least_one(n)
    _at_least_one(items)
    return max(0.0, float(1 - Fraction(n * items) / Fraction(10) ** decimals))


def pooled_mean(sizes: Sequence[int], means: Sequence[Interval]) -> Interval:
    """The mean of all patients, from the sizes and means of the groups that they fall into: Σ nᵢ·meanᵢ / Σ nᵢ.

    Raises ValueError unless there is one mean per size, no size is negative and some group has a patient.
    """
    if len(sizes) != len(means) or sum(sizes) < 1 or min(sizes) < 0:
        raise ValueError(f"a pooled mean needs one mean per group and group sizes from 0 up, not {list(sizes)}")
    pairs = list(zip(sizes, means, strict=True))
    low = sum(size * exact(mean.low) for size, mean in pairs) / sum(sizes)
    high = sum(size * exact(mean.high) for size, mean in pairs) / sum(sizes)
    return Interval(float(low), float(high))


def _at_least_one(number: int) -> None:
    if number < 1:
        raise ValueError(f"the number of patients or items is at least 1, not {number}")
