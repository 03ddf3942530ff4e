"""Description of one variable: quantiles by named convention, summaries, and limits of a proportion."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

QuantileConvention = Literal["spss", "r", "sas"]


def two_sided_tail(level: float) -> float:
    """The probability above a two-sided confidence interval: .025 for the level .95.

    Raises ValueError unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, such as 0.95, not {level}")
    return (1 - level) / 2


def quantile(values: ArrayLike, p: float, convention: QuantileConvention = "spss") -> float:
    """The p-quantile (0 ≤ p ≤ 1) of the values (n,), in their unit.

    - "spss": HAVERAGE, the default of FREQUENCIES and EXAMINE: at rank (n+1)p, interpolated; R's type 6. A rank
      below 1 or above n gives the smallest or largest value.
    - "r": at rank 1+(n-1)p, interpolated; R's default (type 7), pandas and numpy.
    - "sas": PCTLDEF=5, SAS's default: the next value above rank np, or the mean of both when np is whole;
      R's type 2.

    Raises ValueError for no value, a missing value, or p outside 0…1. Source: Hyndman & Fan, Am Stat 1996;50:361-365.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64).ravel())
    n = len(ordered)
    if n == 0 or np.isnan(ordered[-1]):
        raise ValueError("a quantile needs at least one value and no missing ones; drop the missing values first")
    if not 0 <= p <= 1:
        raise ValueError(f"a quantile is asked for by a share between 0 and 1, not {p}")
    ranks = {"spss": (n + 1) * p, "r": 1 + (n - 1) * p, "sas": n * p}
    if convention not in ranks:
        raise ValueError(f"there is no quantile convention {convention!r}; choose spss, r or sas")
    rank = ranks[convention]
    whole = int(np.floor(rank + 1e-12 * n))  # n × p may fall a rounding error short of a whole number
    beyond = max(rank - whole, 0.0)
    if convention == "sas":
        beyond = 1.0 if beyond > 1e-12 * n else 0.5
    lower, upper = ordered[min(max(whole, 1), n) - 1], ordered[min(max(whole + 1, 1), n) - 1]
    return float(lower + beyond * (upper - lower))


@dataclass(frozen=True)
class Summary:
    """A continuous variable in the unit of its values; `sd` (divisor n - 1) is NaN for a single value."""

    n: int
    missing: int
    mean: float
    sd: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float
    convention: QuantileConvention


def summarise(values: ArrayLike, convention: QuantileConvention = "spss") -> Summary:
    """Describe the values (n,); NaN counts as missing. Quartiles follow `quantile`.

    Raises ValueError when no value is present or one is infinite.
    """
    given = np.asarray(values, dtype=np.float64).ravel()
    present = given[~np.isnan(given)]
    if len(present) == 0 or not np.all(np.isfinite(present)):
        raise ValueError("a summary needs at least one value, and finite ones; leave the variable out or mend it")
    return Summary(
        n=len(present),
        missing=len(given) - len(present),
        mean=float(present.mean()),
        sd=float(present.std(ddof=1)) if len(present) > 1 else float("nan"),
        minimum=float(present.min()),
        q1=quantile(present, 0.25, convention),
        median=quantile(present, 0.5, convention),
        q3=quantile(present, 0.75, convention),
        maximum=float(present.max()),
        convention=convention,
    )


def proportion_limits(
    k: int, n: int, method: Literal["wilson", "clopper-pearson"] = "wilson", level: float = 0.95
) -> tuple[float, float]:
    """Confidence limits of the proportion k/n.

    "wilson" is the score interval without continuity correction (R: prop.test(correct=FALSE)); "clopper-pearson" the
    exact binomial one (R: binom.test). Raises ValueError unless 0 ≤ k ≤ n and n ≥ 1.
    """
    if not (n >= 1 and 0 <= k <= n):
        raise ValueError(f"a proportion needs 0 ≤ k ≤ n and n ≥ 1, not {k} of {n}")
    tail = two_sided_tail(level)
    if method == "clopper-pearson":
        low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
        high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
        return low, high
    if method != "wilson":
        raise ValueError(f"there is no method {method!r}; choose wilson or clopper-pearson")
    z2 = float(ndtri(tail)) ** 2
    centre, half = k + z2 / 2, float(np.sqrt(z2 * (k * (n - k) / n + z2 / 4)))
    # at k = 0 and k = n one limit is exactly 0 or 1, which rounding would miss
    low = 0.0 if k == 0 else (centre - half) / (n + z2)
    high = 1.0 if k == n else (centre + half) / (n + z2)
    return low, high
