"""Tests of association between two variables, by named convention: correlation, means, ranks, proportions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from peritrace.stats.descriptive import two_sided_tail
from peritrace.stats.exact import FourfoldTable, rank_sum_distribution, table_probability

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
RankMethod = Literal["exact", "exact-doubled", "exact-untied", "asymptotic"]


@dataclass(frozen=True)
class TestResult:
    """A test of two variables; what the test doesn't give is None. `convention` names the choices made."""

    __test__ = False  # the name looks like a test class to pytest

    name: str
    statistic: float | None
    df: float | None
    p_value: float
    estimate: float | None
    conf_low: float | None
    conf_high: float | None
    convention: str


def pearson(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> TestResult:
    """Pearson's correlation of x and y, each (n,), with Fisher's z limits (None below 4 pairs) and t test.

    `estimate` is r, `statistic` t on n - 2 df. R: cor.test(x, y). Raises ValueError below 3 pairs or without spread.
    """
    a, b = _sample(x, "the first variable", 3), _sample(y, "the second variable", 3)
    if len(a) != len(b):
        raise ValueError(f"a correlation needs pairs, but there are {len(a)} and {len(b)} values")
    if not (np.ptp(a) > 0 and np.ptp(b) > 0):
        raise ValueError("one of the variables has the same value in every patient; a correlation needs spread")
    z = -float(ndtri(two_sided_tail(level)))
    a, b = a - a.mean(), b - b.mean()
    r = float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))
    df = len(a) - 2
    with np.errstate(divide="ignore"):  # a perfect line: t and Fisher's z are infinite, P is 0
        t = float(np.sqrt(df) * r / np.sqrt(np.float64(1 - r * r)))
        half = z / np.sqrt(np.float64(len(a) - 3))
        low, high = float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))
    known = len(a) > 3  # Fisher's z of 3 pairs has no variance
    return TestResult(
        "Pearson correlation",
        t,
        df,
        _two_sided_t(t, df),
        r,
        low if known else None,
        high if known else None,
        "limits by Fisher's z",
    )


def t_test(x: ArrayLike, y: ArrayLike, equal_variance: bool = True, level: float = 0.95) -> TestResult:
    """Difference of the means of x (n,) and y (m,), x less y, with limits in their unit.

    Equal variances: Student's test; otherwise Welch's with Satterthwaite's df. R: t.test(x, y, var.equal = …); SPSS
    T-TEST prints both. Raises ValueError below 2 values in a group or without spread in both.
    """
    a, b = _sample(x, "the first group", 2), _sample(y, "the second group", 2)
    if np.ptp(a) == 0 and np.ptp(b) == 0:
        raise ValueError("neither group has any spread; a t test needs values that differ")
    n, m = len(a), len(b)
    var_a, var_b = float(a.var(ddof=1)), float(b.var(ddof=1))
    if equal_variance:
        df = float(n + m - 2)
        std_err = float(np.sqrt(((n - 1) * var_a + (m - 1) * var_b) / df * (1 / n + 1 / m)))
    else:
        share_a, share_b = var_a / n, var_b / m
        df = (share_a + share_b) ** 2 / (share_a**2 / (n - 1) + share_b**2 / (m - 1))
        std_err = float(np.sqrt(share_a + share_b))
    difference = float(a.mean() - b.mean())
    half = -float(stdtrit(df, two_sided_tail(level))) * std_err
    t = difference / std_err
    name, convention = ("t test", "equal variances") if equal_variance else ("Welch test", "unequal variances")
    return TestResult(name, t, df, _two_sided_t(t, df), difference, difference - half, difference + half, convention)


def mann_whitney(x: ArrayLike, y: ArrayLike, method: RankMethod = "exact", continuity: bool = False) -> TestResult:
    """Mann–Whitney (Wilcoxon rank-sum) test of x (n,) against y (m,), two-sided.

    `statistic` is U of x, R's W: the pairs in which x is larger, ties counting half (SPSS prints the smaller of U and
    n×m - U); `estimate` is U/(n×m). The methods:

    - "exact": the permutation distribution of the midranks; P of a rank sum as far from its mean or farther
      (R: coin::wilcox_test(distribution = "exact"); without ties wilcox.test(exact = TRUE)).
    - "exact-doubled": twice the smaller tail of the same distribution.
    - "exact-untied": twice the smaller tail as though no values tied, SPSS's "Exact Sig. [2*(1-tailed Sig.)], not
      corrected for ties"; a U that ends in ½ is read as the next smaller whole number.
    - "asymptotic": normal approximation, variance corrected for ties; `continuity` moves U by ½ towards its mean
      (SPSS: no, R: yes).

    Raises ValueError for an empty group, when all values are equal, and above 200 patients for the exact methods.
    """
    a, b = _sample(x, "the first group", 1), _sample(y, "the second group", 1)
    n, m = len(a), len(b)
    twice_rank, tied = _twice_midranks(np.concatenate([a, b]))
    if len(tied) == 1:
        raise ValueError("all values are equal; a rank test needs values that differ")
    u = (float(twice_rank[:n].sum()) - n * (n + 1)) / 2
    if method == "exact":
        p_value = _permutation_p(twice_rank, n, doubled=False)
        convention = "exact, ties as midranks, by distance from the mean"
    elif method == "exact-doubled":
        p_value = _permutation_p(twice_rank, n, doubled=True)
        convention = "exact, ties as midranks, twice the smaller tail"
    elif method == "exact-untied":
        p_value = _untied_p(u, n, m)
        convention = "exact, not corrected for ties, twice the smaller tail"
    elif method == "asymptotic":
        variance = n * m / 12 * (n + m + 1 - float((tied**3 - tied).sum()) / ((n + m) * (n + m - 1)))
        distance = abs(u - n * m / 2) - (0.5 if continuity else 0.0)
        p_value = float(2 * ndtr(-distance / np.sqrt(variance)))
        convention = f"normal approximation, ties corrected, {'with' if continuity else 'no'} continuity correction"
    else:
        raise ValueError(f"there is no Mann–Whitney method {method!r}")
    return TestResult("Mann–Whitney test", u, None, min(1.0, p_value), u / (n * m), None, None, convention)


def kruskal_wallis(samples: Sequence[ArrayLike]) -> TestResult:
    """Kruskal–Wallis test of two or more groups, each (n_i,), ties corrected; `statistic` is chi-square.

    R: kruskal.test(list(…)); SPSS NPAR TESTS K-W. Raises ValueError for fewer than two groups, an empty group, and
    when all values are equal.
    """
    if len(samples) < 2:
        raise ValueError("a rank test needs at least two groups; check the column that divides the patients")
    groups = [_sample(values, "each group", 1) for values in samples]
    sizes = np.array([len(values) for values in groups])
    twice_rank, tied = _twice_midranks(np.concatenate(groups))
    if len(tied) == 1:
        raise ValueError("all values are equal; a rank test needs values that differ")
    n = int(sizes.sum())
    centred = (twice_rank - (n + 1)).astype(np.float64)  # twice the distance from the mean rank
    totals = np.add.reduceat(centred, np.cumsum(sizes) - sizes)
    statistic = (n - 1) * float((totals**2 / sizes).sum() / (centred @ centred))
    df = len(groups) - 1
    p_value = float(chdtrc(df, statistic))
    return TestResult("Kruskal–Wallis test", statistic, df, p_value, None, None, None, "ties corrected")


def fisher_exact(table: ArrayLike, level: float = 0.95) -> TestResult:
    """Fisher's exact test of an r×c table of counts, two-sided: tables no more probable than the observed one.

    2×2: `estimate` is the conditional maximum-likelihood odds ratio with exact limits. R: fisher.test(table).
    Raises ValueError for an empty row or column, and for a larger table with more than two million alternatives.
    """
    counts = _table(table)
    tail = two_sided_tail(level)
    if counts.shape != (2, 2):
        p_value = table_probability(counts)
        return TestResult(
            "Fisher's exact test", None, None, p_value, None, None, None, "two-sided by table probability"
        )
    fourfold = FourfoldTable(counts)
    low, high = fourfold.limits(tail)
    return TestResult(
        "Fisher's exact test",
        None,
        None,
        fourfold.two_sided_p(),
        fourfold.odds_ratio(),
        low,
        high,
        "two-sided by table probability; conditional odds ratio",
    )


def chi_square(table: ArrayLike, correction: bool = False) -> TestResult:
    """Pearson's chi-square test of an r×c table of counts; `correction` is Yates's, for 2×2 only.

    R: chisq.test(table, correct = …); SPSS: "Pearson Chi-Square" and "Continuity Correction". Raises ValueError for an
    empty row or column, and for a correction of a larger table.
    """
    counts = _table(table)
    if correction and counts.shape != (2, 2):
        raise ValueError("Yates's correction is defined for 2×2 tables only; ask for the test without it")
    expected = expected_counts(counts)
    distance = np.abs(counts - expected)
    distance -= min(0.5, float(distance.min())) if correction else 0.0
    statistic = float((distance**2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    convention = "Yates's correction" if correction else "no continuity correction"
    return TestResult("chi-square test", statistic, df, float(chdtrc(df, statistic)), None, None, None, convention)


def expected_counts(table: ArrayLike) -> Array:
    """The counts (r, c) expected without association: row total × column total / total."""
    counts = _table(table)
    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum())


def _two_sided_t(t: float, df: float) -> float:
    return float(2 * stdtr(df, -abs(t)))


def _twice_midranks(values: Array) -> tuple[Counts, Counts]:
    """Twice the rank of each value, ties sharing their mean rank, and how many values tie at each level."""
    _, level, tied = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(tied)
    return (2 * last - tied + 1)[level], tied


def _permutation_p(twice_rank: Counts, n: int, doubled: bool) -> float:
    """Two-sided P of the rank sum of the first n under all ways to choose them."""
    scores = twice_rank - twice_rank.min()
    scores //= np.gcd.reduce(scores)
    chosen = scores[:n] if 2 * n <= len(scores) else scores[n:]  # both groups tell the same; the smaller is cheaper
    observed = int(chosen.sum())
    probability = rank_sum_distribution(scores, len(chosen))
    if doubled:
        return 2 * float(min(probability[: observed + 1].sum(), probability[observed:].sum()))
    # compared in whole numbers: n times the distance from the mean
    distance = np.abs(np.arange(len(probability)) * len(scores) - len(chosen) * int(scores.sum()))
    return float(probability[distance >= distance[observed]].sum())


def _untied_p(u: float, n: int, m: int) -> float:
    """Twice the smaller tail of U as though no values tied."""
    size = min(n, m)
    smallest_sum = size * (size - 1) // 2
    probability = rank_sum_distribution(np.arange(n + m), size)[smallest_sum:]
    return 2 * float(probability[: int(min(u, n * m - u)) + 1].sum())


def _sample(values: ArrayLike, what: str, least: int) -> Array:
    sample = np.asarray(values, dtype=np.float64).ravel()
    if len(sample) < least or not np.all(np.isfinite(sample)):
        raise ValueError(f"{what} needs at least {least} values, none missing; drop the missing ones first")
    return sample


def _table(table: ArrayLike) -> Counts:
    given = np.asarray(table, dtype=np.float64)
    if given.ndim != 2 or min(given.shape) < 2:
        raise ValueError("a table of counts needs at least two rows and two columns")
    if not np.all(np.isfinite(given)) or np.any(given < 0) or np.any(given != np.floor(given)):
        raise ValueError("a table of counts holds whole numbers of at least 0")
    if not (np.all(given.sum(axis=0) > 0) and np.all(given.sum(axis=1) > 0)):
        raise ValueError("a row or column of the table is empty; leave it out")
    return given.astype(np.int64)
