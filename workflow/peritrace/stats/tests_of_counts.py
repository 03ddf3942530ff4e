"""Every two-sided P that statistical software prints for one table of counts, to see which test gave a printed P.

Rows are levels (in their order, where they have one), columns are groups.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaln, ndtr, xlogy

from peritrace.interval import Interval
from peritrace.stats.association import chi_square, expected_counts
from peritrace.stats.exact import FourfoldTable, table_probability
from peritrace.stats.unconditional import MOST_PATIENTS, barnard_p, boschloo_p

Counts = NDArray[np.int64]
PValue = Callable[[Counts], float]

MOST_EXACT = 20_000  # patients of a 2×2 table; beyond them exact P values equal the others to any printed digit
EXACT = ("fisher", "fisher-mid-p", "fisher-central", "mid-p-central")
MOST_FILLINGS = 200_000  # of the free cells of a larger table, for Fisher's test in less than 0.05 s


def p_values_of_counts(table: ArrayLike, costly: bool = False) -> dict[str, float]:
    """Two-sided P of each test of a table of counts (rows, columns), named as in `P_OF_COUNTS` and `P_OF_FOURFOLD`.

    Every table of two or more rows and columns has the former, a 2×2 table the latter too; of those, larger tables
    have "fisher" and "fisher-mid-p". `costly` adds the tests of `UNCONDITIONAL_P` for 2×2 (up to 1000 patients, 0.1 s)
    and extends Fisher's test to larger tables with up to two million alternatives (1 s).

    What a table doesn't have is left out: exact tests of more than 20 000 patients, everything for one with an empty
    row or column, Fisher's test for one with too many alternatives, Wald's where no proportion has any variance.
    Raises ValueError for fewer than two rows or columns, and for counts that aren't whole numbers of at least 0.
    """
    counts = _tested(table)
    if counts is None:
        return {}
    found = {name: test(counts) for name, test in P_OF_COUNTS.items()}
    if counts.shape != (2, 2):
        return found | _larger_fisher(counts, costly)
    exact = counts.sum() <= MOST_EXACT
    found |= {name: test(counts) for name, test in P_OF_FOURFOLD.items() if exact or name not in EXACT}
    if costly and counts.sum() <= MOST_PATIENTS:
        found |= {name: test(counts) for name, test in UNCONDITIONAL_P.items()}
    return {name: p for name, p in found.items() if not np.isnan(p)}


def one_sided_p_values(table: ArrayLike) -> dict[str, float]:
    """One-sided P of a 2×2 table in the direction that was observed; of any other table nothing.

    "fisher-one-sided": the smaller tail (SPSS: "Exact Sig. (1-sided)"; R: fisher.test with the alternative that the
    data favour); "chi-square-one-sided": half of Pearson's P. Raises ValueError as `p_values_of_counts` does.
    """
    counts = _tested(table)
    if counts is None or counts.shape != (2, 2):
        return {}
    fewer, more, _ = _tails(counts)
    return {"fisher-one-sided": min(1.0, fewer, more), "chi-square-one-sided": _pearson(counts) / 2}


def tests_printing(p: Interval, candidates: Mapping[str, float]) -> list[str]:
    """The names of the P values that a printed P may stand for, in the order given."""
    return [name for name, value in candidates.items() if p.holds(value)]


tests_printing.__test__ = False  # type: ignore[attr-defined]  # its name looks like a test to pytest


def _tested(table: ArrayLike) -> Counts | None:
    """The counts, or None where a row or column is empty, so that there is nothing to test."""
    given = np.asarray(table, dtype=np.float64)
    if given.ndim == 2 and given.size and np.all(given >= 0):
        empty = np.any(given.sum(axis=0) == 0) or np.any(given.sum(axis=1) == 0)
        if empty:
            expected_counts(given + 1)  # refuses what isn't a table of counts for any other reason
            return None
    expected_counts(given)
    return given.astype(np.int64)


def _pearson(counts: Counts) -> float:
    """R: chisq.test(table, correct = FALSE); SPSS: "Pearson Chi-Square"."""
    return chi_square(counts).p_value


def _yates(counts: Counts) -> float:
    """R: chisq.test(table); SPSS: "Continuity Correction"."""
    return chi_square(counts, correction=True).p_value


def _likelihood_ratio(counts: Counts) -> float:
    """G² = 2 Σ observed × ln(observed / expected). SPSS: "Likelihood Ratio"; R: DescTools::GTest."""
    g_squared = 2 * float(xlogy(counts, counts / expected_counts(counts)).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return float(chdtrc(df, max(0.0, g_squared)))


def _linear_by_linear(counts: Counts) -> float:
    """(N - 1) r² on one degree of freedom, r the correlation of row and column with scores 0, 1, 2, …

    2×2: (N - 1)/N of Pearson's statistic. SPSS: "Linear-by-Linear Association"; SAS: "Mantel-Haenszel Chi-Square"; R:
    (N - 1)/N of the statistic of prop.trend.test. Source: Mantel, JASA 1963.
    """
    total = counts.sum()
    row = np.arange(counts.shape[0]) - counts.sum(axis=1) @ np.arange(counts.shape[0]) / total
    column = np.arange(counts.shape[1]) - counts.sum(axis=0) @ np.arange(counts.shape[1]) / total
    covariance = row @ counts @ column
    statistic = (total - 1) * covariance**2 / (counts.sum(axis=1) @ row**2) / (counts.sum(axis=0) @ column**2)
    return float(chdtrc(1, statistic))


def _fisher(counts: Counts) -> float:
    """The probability of all tables no more probable than the observed one. R: fisher.test; SPSS, SAS, Stata."""
    return FourfoldTable(counts).two_sided_p()


def _fisher_mid_p(counts: Counts) -> float:
    """`_fisher` less half the probability of the observed table. SAS: option MIDP of EXACT FISHER."""
    return _fisher(counts) - _probability(counts) / 2


def _larger_fisher(counts: Counts, costly: bool) -> dict[str, float]:
    """Fisher's two-sided P of a larger table and its mid-P, unless it has too many alternatives."""
    if not costly and _fillings(counts) > MOST_FILLINGS:
        return {}
    try:
        fisher = table_probability(counts)
    except ValueError:  # more than two million alternatives
        return {}
    return {"fisher": fisher, "fisher-mid-p": fisher - _probability(counts) / 2}


def _probability(counts: Counts) -> float:
    """Of the observed table, with its margins fixed."""
    margins = gammaln(counts.sum(axis=0) + 1.0).sum() + gammaln(counts.sum(axis=1) + 1.0).sum()
    return float(np.exp(margins - gammaln(counts + 1.0).sum() - gammaln(counts.sum() + 1.0)))


def _fisher_central(counts: Counts) -> float:
    """Twice the smaller tail, at most 1. R: exact2x2 with tsmethod "central"."""
    fewer, more, _ = _tails(counts)
    return min(1.0, 2 * min(fewer, more))


def _mid_p_central(counts: Counts) -> float:
    """Twice the smaller tail, in which the observed table counts half. OpenEpi; R: epitools."""
    fewer, more, observed = _tails(counts)
    return min(1.0, 2 * (min(fewer, more) - observed / 2))  # at most 1 but for rounding errors


def _tails(counts: Counts) -> tuple[float, float, float]:
    """The probability of an upper left count as small, as large, and the same, with the margins fixed."""
    fourfold = FourfoldTable(counts)
    probability = fourfold.probabilities()
    at = fourfold.observed - int(fourfold.support[0])
    return float(probability[: at + 1].sum()), float(probability[at:].sum()), float(probability[at])


def _wald(counts: Counts) -> float:
    """z of the difference of the groups' proportions over its unpooled standard error; NaN where that is 0."""
    size = counts.sum(axis=0)
    proportion = counts[0] / size
    variance = float((proportion * (1 - proportion) / size).sum())
    return float(2 * ndtr(-abs(proportion[0] - proportion[1]) / np.sqrt(variance))) if variance > 0 else float("nan")


def _fillings(counts: Counts) -> float:
    """At least as many as there are tables with these margins: each free cell up to its smaller margin."""
    most = np.minimum.outer(np.sort(counts.sum(axis=1))[:-1], np.sort(counts.sum(axis=0))[:-1])
    return float(np.prod(most + 1.0))


P_OF_COUNTS: dict[str, PValue] = {
    "chi-square": _pearson,
    "likelihood-ratio": _likelihood_ratio,
    "linear-by-linear": _linear_by_linear,
}
P_OF_FOURFOLD: dict[str, PValue] = {
    "chi-square-yates": _yates,
    "fisher": _fisher,
    "fisher-mid-p": _fisher_mid_p,
    "fisher-central": _fisher_central,
    "mid-p-central": _mid_p_central,
    "wald": _wald,
}
UNCONDITIONAL_P: dict[str, PValue] = {
    "barnard": barnard_p,
    "barnard-unpooled": lambda counts: barnard_p(counts, pooled=False),
    "boschloo": boschloo_p,
}
