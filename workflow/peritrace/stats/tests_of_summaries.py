"""P values that follow from printed summaries alone: means with SDs, the sizes of two ranked groups, an effect's ratio.

Printed numbers are intervals of all values that round to them; a P value is the interval of all that these allow.
"""

from functools import lru_cache
from math import inf, log, sqrt

import numpy as np
from scipy.special import ndtr, stdtr

from peritrace.interval import Interval
from peritrace.stats.exact import MOST_RANKED, rank_sum_distribution

MOST_PAIRS = 4000  # of a patient of one group with one of the other: the rank-sum distribution in about 0.01 s


def p_values_of_means(
    n1: int, mean1: Interval, sd1: Interval, n2: int, mean2: Interval, sd2: Interval
) -> dict[str, Interval]:
    """Two-sided P of the difference of two means (in one unit) with their SDs in groups of n1 and n2.

    - "t-test": Student's, equal variances. R: t.test(var.equal = TRUE); SPSS: "Equal variances assumed".
    - "welch": Welch's, with Satterthwaite's df. R: t.test; SPSS: "Equal variances not assumed".
    - "t-test-se-as-sd": Student's as though SD/√n, the standard error, had been entered for the SD.
    - "t-test-sd-as-se": Student's as though the SD had been entered for the standard error, so SD × √n for the SD. The
      same P is right where the numbers printed as SDs are standard errors.

    Each interval holds every P that the printed numbers allow; for Student's tests it holds no other. An SD that may
    be negative as printed ("0.0") is read from 0. Raises ValueError for groups below 2 and for a negative SD.
    """
    if min(n1, n2) < 2:
        raise ValueError(f"a test of means needs at least 2 patients in each group, not {n1} and {n2}")
    if min(sd1.high, sd2.high) < 0:
        raise ValueError("a standard deviation can't be negative")
    sd1, sd2 = Interval(max(0.0, sd1.low), sd1.high), Interval(max(0.0, sd2.low), sd2.high)
    difference = _distance(mean1, mean2)
    return {
        "t-test": _student(difference, n1, sd1, n2, sd2),
        "welch": _welch(difference, n1, sd1, n2, sd2),
        "t-test-se-as-sd": _student(difference, n1, _times(sd1, 1 / sqrt(n1)), n2, _times(sd2, 1 / sqrt(n2))),
        "t-test-sd-as-se": _student(difference, n1, _times(sd1, sqrt(n1)), n2, _times(sd2, sqrt(n2))),
    }


@lru_cache(maxsize=64)
def rank_sum_p_values(n1: int, n2: int) -> tuple[float, ...]:
    """Every two-sided P that the exact Mann–Whitney test of n1 against n2 untied values can have, rising.

    Twice the smaller tail of U, at most 1, which is also the probability of a U as far from its mean. R:
    wilcox.test(exact = TRUE); SPSS: "Exact Sig. [2*(1-tailed Sig.)]", which is on this list even with ties. Raises
    ValueError for an empty group and above 200 patients.
    """
    size = min(n1, n2)
    if size < 1:
        raise ValueError(f"a rank test needs at least 1 patient in each group, not {n1} and {n2}")
    smallest_sum = size * (size - 1) // 2
    probability = rank_sum_distribution(np.arange(n1 + n2), size)[smallest_sum:]
    tail = np.cumsum(probability[: n1 * n2 // 2 + 1])
    return tuple(np.minimum(1.0, 2 * tail).tolist())


def could_be_rank_sum_exact(p: Interval, n1: int, n2: int) -> bool:
    """Whether a printed P can come from an exact Mann–Whitney test of n1 against n2 values that takes none as tied.

    True without a look for groups of more than 200 patients or 4000 pairs, where nearly every printed P can. Exact P
    of tied values and approximate P are not on the list, so False speaks against the untied test only. Raises
    ValueError for an empty group.
    """
    if n1 + n2 > MOST_RANKED or n1 * n2 > MOST_PAIRS:
        return True
    return any(p.holds(value) for value in rank_sum_p_values(n1, n2))


def p_of_effect(ratio: Interval, std_err: Interval) -> Interval:
    """Wald's two-sided P of a ratio (hazard, odds, risk) whose logarithm has a standard error.

    The interval of every P that the printed numbers allow, and of no other; a ratio or a standard error that may be 0
    or negative as printed ("0.00") is read as positive. Raises ValueError where it can't be positive.
    """
    if ratio.high <= 0 or std_err.high <= 0:
        raise ValueError("a ratio and the standard error of its logarithm are positive")
    low, high = log(ratio.low) if ratio.low > 0 else -inf, log(ratio.high)
    distance = _distance(Interval(low, high), Interval.exactly(0.0))
    nearest = distance.low / std_err.high
    farthest = _ratio(distance.high, max(0.0, std_err.low))
    return Interval(float(2 * ndtr(-farthest)), float(2 * ndtr(-nearest)))


def _student(difference: Interval, n1: int, sd1: Interval, n2: int, sd2: Interval) -> Interval:
    """P falls with the difference and rises with each SD, on the same df: its ends lie at theirs."""
    df = n1 + n2 - 2

    def std_err(first: float, second: float) -> float:
        return sqrt(((n1 - 1) * first**2 + (n2 - 1) * second**2) / df * (1 / n1 + 1 / n2))

    return _p_of_t(difference, Interval(std_err(sd1.low, sd2.low), std_err(sd1.high, sd2.high)), Interval(df, df))


def _welch(difference: Interval, n1: int, sd1: Interval, n2: int, sd2: Interval) -> Interval:
    """P falls with |t| and with df (the tails of t grow lighter), so the extremes of both, taken apart, enclose it.

    P need not rise with each SD: a larger one can raise df, too. With w the first group's share of the squared standard
    error, 1/df = w²/(n1 - 1) + (1 - w)²/(n2 - 1): a parabola in w, least at w = (n1 - 1)/(n1 + n2 - 2), so df is
    largest at the w nearest to that and smallest at an end of w's range.
    """
    low, high = (sd1.low**2 / n1, sd2.low**2 / n2), (sd1.high**2 / n1, sd2.high**2 / n2)
    std_err = Interval(sqrt(sum(low)), sqrt(sum(high)))
    least, most = _share(low[0], high[1], 0.0), _share(high[0], low[1], 1.0)

    def df(share: float) -> float:
        return 1 / (share**2 / (n1 - 1) + (1 - share) ** 2 / (n2 - 1))

    best = min(max((n1 - 1) / (n1 + n2 - 2), least), most)
    return _p_of_t(difference, std_err, Interval(min(df(least), df(most)), max(df(least), df(best), df(most))))


def _p_of_t(difference: Interval, std_err: Interval, df: Interval) -> Interval:
    """From the largest |t| on the most df to the smallest on the fewest."""
    nearest, farthest = _ratio(difference.low, std_err.high), _ratio(difference.high, std_err.low)
    return Interval(float(2 * stdtr(df.high, -farthest)), float(2 * stdtr(df.low, -nearest)))


def _share(part: float, rest: float, without_any: float) -> float:
    return part / (part + rest) if part + rest > 0 else without_any


def _ratio(distance: float, std_err: float) -> float:
    """How many standard errors: without any, no difference is none and every other is infinitely many."""
    if std_err > 0:
        return distance / std_err
    return inf if distance > 0 else 0.0


def _distance(one: Interval, other: Interval) -> Interval:
    """Of two numbers, each anywhere in its interval."""
    apart = max(0.0, one.low - other.high, other.low - one.high)
    return Interval(apart, max(one.high - other.low, other.high - one.low))


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(interval.low * factor, interval.high * factor)
