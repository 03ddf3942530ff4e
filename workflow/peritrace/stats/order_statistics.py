"""Medians and quartiles: which of them whole numbers can have, and how many patients must lie below a cut.

A quantile of n ordered values stands at a rank; rank 6.75 is x₆ + 0.75·(x₇ - x₆). Software differs in the rank:

- "spss": (n + 1)p. SPSS, Minitab, Prism, JMP, Stata's centile; R's type 6.
- "r": 1 + (n - 1)p. R, Excel, numpy and pandas; type 7.
- "sas": the next rank above np, or midway to the following one where np is whole. SAS, Stata; type 2.
- "hazen": np + 1/2. MATLAB; type 5.
- "nearest-rank": the next rank from np up. Mathematica; type 1.
- "hinges": the median of either half, the middle value belonging to both (Tukey; R's fivenum).
- "halves": the median of either half, the middle value belonging to none (Moore & McCabe; pocket calculators).

The median is the same by all (for even n "nearest-rank" takes the lower of the two middle values). Source of the types:
Hyndman & Fan, Am Stat 1996;50:361-365.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from peritrace.interval import Interval
from peritrace.stats.granularity import exact

HALF = Fraction(1, 2)


def _sas_rank(n: int, share: Fraction) -> Fraction:
    return n * share + HALF if (n * share).denominator == 1 else Fraction(math.ceil(n * share))


def _depth_rank(depth: Fraction, n: int, share: Fraction) -> Fraction | None:
    """The rank of a quartile that lies so deep from its end; None for a share that is no quartile."""
    return {Fraction(1, 4): depth, HALF: Fraction(n + 1, 2), Fraction(3, 4): n + 1 - depth}.get(share)


_RANKS: dict[str, Callable[[int, Fraction], Fraction | None]] = {
    "spss": lambda n, share: (n + 1) * share,
    "r": lambda n, share: 1 + (n - 1) * share,
    "sas": _sas_rank,
    "hazen": lambda n, share: n * share + HALF,
    "nearest-rank": lambda n, share: Fraction(math.ceil(n * share)),
    "hinges": lambda n, share: _depth_rank(Fraction((n + 1) // 2 + 1, 2), n, share),
    "halves": lambda n, share: _depth_rank(Fraction(n // 2 + 1, 2), n, share),
}
DEFINITIONS = tuple(_RANKS)


def quantile_rank(n: int, share: float, definition: str) -> Fraction:
    """The rank, from 1 to n, at which a definition reads the quantile of a share (0 to 1) of n ordered values.

    Raises ValueError for n below 1, a share outside 0 to 1, an unknown definition, and for "hinges" and "halves" for a
    share that is no quartile.
    """
    if definition not in _RANKS:
        raise ValueError(f"there is no definition {definition!r} of quantiles; choose from {', '.join(DEFINITIONS)}")
    rank = _RANKS[definition](n, _exact_share(n, share))
    if rank is None:
        raise ValueError(f"the definition {definition!r} knows quartiles only, not the share {share}")
    return min(max(rank, Fraction(1)), Fraction(n))


def quantile_values(n: int, share: float, definition: str) -> list[Fraction]:
    """The fractional parts that the quantile of n whole numbers can have, in rising order: [0, 1/2] for a mean of two.

    All multiples of 1/d, where the rank has the denominator d. Raises ValueError as `quantile_rank`.
    """
    parts = quantile_rank(n, share, definition).denominator
    return [Fraction(part, parts) for part in range(parts)]


def whole_number_quantile_possible(value: Interval, n: int, share: float) -> list[str]:
    """The definitions under which n whole numbers can have a quantile of this share in the interval.

    Empty: impossible by any definition in DEFINITIONS. Assumes ungrouped data; a median interpolated within classes
    can have any fraction. Raises ValueError for n below 1 and for a share outside 0 to 1.
    """
    low, high = exact(value.low), exact(value.high)
    possible = []
    for definition in DEFINITIONS:
        rank = _RANKS[definition](n, _exact_share(n, share))
        if rank is None:
            continue
        parts = min(max(rank, Fraction(1)), Fraction(n)).denominator
        if math.ceil(low * parts) <= math.floor(high * parts):
            possible.append(definition)
    return possible


def five_numbers_in_order(
    minimum: Interval | None,
    lower: Interval | None,
    median: Interval | None,
    upper: Interval | None,
    maximum: Interval | None,
) -> list[tuple[str, str]]:
    """The pairs of these five that are certainly out of order: the first exceeds the second, whatever was rounded off.

    None stands for a number that is not printed. Names: minimum, lower quartile, median, upper quartile, maximum.
    """
    names = ("minimum", "lower quartile", "median", "upper quartile", "maximum")
    printed = zip(names, (minimum, lower, median, upper, maximum), strict=True)
    known = [(name, value) for name, value in printed if value is not None]
    return [
        (first, second)
        for (first, smaller), (second, larger) in combinations(known, 2)
        if smaller.low > larger.high and not smaller.meets(larger)
    ]


def count_at_most(
    cut: float, n: int, quantiles: Sequence[tuple[float, Interval]], whole: bool = True
) -> tuple[int, int]:
    """The least and the greatest number of n patients with a value ≤ cut that the printed quantiles allow.

    `quantiles` holds pairs of a share (0 minimum, 0.5 median, 1 maximum) and the printed value; `whole` says that the
    values are whole numbers. The bounds hold for every definition (the nine types of Hyndman & Fan and both kinds of
    hinges), for the median for any number that halves the values, and assume that all n patients were counted. A
    least number above the greatest one means that the quantiles contradict one another. Raises ValueError for n below
    1 and for a share outside 0 to 1.
    """
    limit = exact(cut)
    return _count(n, quantiles, whole, lambda value: value <= limit)


def count_below(cut: float, n: int, quantiles: Sequence[tuple[float, Interval]], whole: bool = True) -> tuple[int, int]:
    """The least and the greatest number of n patients with a value < cut; all else as in `count_at_most`."""
    limit = exact(cut)
    return _count(n, quantiles, whole, lambda value: value < limit)


def _count(
    n: int,
    quantiles: Sequence[tuple[float, Interval]],
    whole: bool,
    counted: Callable[[Fraction | float], bool],
) -> tuple[int, int]:
    """Bounds of the number of values that are counted; where a value is, all smaller ones are."""
    least, greatest = 0, n
    for share, value in quantiles:
        lower, upper = _ranks_of_all_definitions(n, share)
        if counted(_high(value, whole)):  # the value of rank `lower` is at most the quantile
            least = max(least, lower)
        if not counted(_low(value, whole)):  # and that of rank `upper` at least
            greatest = min(greatest, upper - 1)
    return least, greatest


def _ranks_of_all_definitions(n: int, share: float) -> tuple[int, int]:
    """The ranks between whose values the quantile lies by every definition.

    All read it at a rank from np (type 4) to np + max(p, 1 - p) (types 6 and 7), or at a whole rank next to one.
    """
    p = _exact_share(n, share)
    if p == HALF:
        return (n + 1) // 2, n // 2 + 1
    if p in (0, 1):
        return (1, 1) if p == 0 else (n, n)
    return max(math.floor(n * p), 1), min(math.ceil(n * p + max(p, 1 - p)), n)


def _low(value: Interval, whole: bool) -> Fraction | float:
    if not math.isfinite(value.low):
        return value.low
    return Fraction(math.ceil(exact(value.low))) if whole else exact(value.low)


def _high(value: Interval, whole: bool) -> Fraction | float:
    if not math.isfinite(value.high):
        return value.high
    return Fraction(math.floor(exact(value.high))) if whole else exact(value.high)


def _exact_share(n: int, share: float) -> Fraction:
    if n < 1 or not 0 <= share <= 1:
        raise ValueError(f"a quantile needs at least one value and a share from 0 to 1, not n = {n}, share {share}")
    return exact(share).limit_denominator(1000)  # so that a third is one
