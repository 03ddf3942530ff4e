"""Exact distributions behind the small-sample tests: rank sums, and contingency tables with fixed margins."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_RANKED = 200  # patients; the time grows with the fourth power of their number, here to less than a second
MOST_TABLES = 2_000_000
SAME = 1e-7  # R's fisher.test counts a table as no more probable than the observed one up to this relative error


def rank_sum_distribution(scores: Counts, size: int) -> Array:
    """The probability of each sum 0, 1, 2, … of `size` of the scores (n,), all choices being equally likely.

    The scores are whole and not negative. Source: Streitberg & Röhmel's shift algorithm, as in R's exactRankTests.
    Raises ValueError for more than 200 scores.
    """
    if len(scores) > MOST_RANKED:
        raise ValueError(
            f"the exact test takes up to {MOST_RANKED} patients, not {len(scores)}; use the normal approximation"
        )
    largest = int(np.sort(scores)[len(scores) - size :].sum())
    ways = np.zeros((size + 1, largest + 1))  # by number chosen and sum, among the scores seen so far
    ways[0, 0] = 1.0
    reached = 0
    for seen, score in enumerate(np.sort(scores).tolist(), start=1):
        before, most = reached, min(seen, size)
        reached = min(reached + score, largest)
        upto = min(before, reached - score) + 1
        ways[1 : most + 1, score : score + upto] += ways[:most, :upto].copy()
    return np.asarray(ways[size] / ways[size].sum())


class FourfoldTable:
    """The upper left count of a 2×2 table with its margins fixed: a (noncentral) hypergeometric variable."""

    def __init__(self, table: Counts) -> None:
        (a, b), (c, d) = table.tolist()
        self.observed = a
        self.support = np.arange(max(0, a - d), min(a + b, a + c) + 1, dtype=np.float64)
        x = self.support
        self.log_weight = -(gammaln(x + 1) + gammaln(a + b - x + 1) + gammaln(a + c - x + 1) + gammaln(d - a + x + 1))

    def probabilities(self, log_odds_ratio: float = 0.0) -> Array:
        """Of each count in `support`, given the odds ratio."""
        log_weight = self.log_weight + log_odds_ratio * self.support
        weight = np.exp(log_weight - log_weight.max())
        return np.asarray(weight / weight.sum())

    def two_sided_p(self) -> float:
        """The probability of all tables that are no more probable than the observed one."""
        return _no_more_probable(self.log_weight, float(self.log_weight[self.support == self.observed][0]))

    def odds_ratio(self) -> float:
        """The odds ratio under which the observed count is the expected one (conditional maximum likelihood)."""
        if self.observed == self.support[0]:
            return 0.0
        if self.observed == self.support[-1]:
            return float("inf")
        return self._solve(self.support, self.observed)

    def limits(self, tail: float) -> tuple[float, float]:
        """The odds ratios under which so large, and so small, a count has the probability `tail`."""
        low = high = None
        if self.observed > self.support[0]:
            low = self._solve((self.support >= self.observed).astype(np.float64), tail)
        if self.observed < self.support[-1]:
            high = self._solve((self.support > self.observed).astype(np.float64), 1 - tail)
        return 0.0 if low is None else low, float("inf") if high is None else high

    def _solve(self, score: Array, wanted: float) -> float:
        """The odds ratio under which the mean of a score that rises with the count is the wanted one."""
        from scipy.optimize import brentq  # 0.1 s to import, and only Fisher's test with limits needs it

        def excess(log_odds_ratio: float) -> float:
            return float(self.probabilities(log_odds_ratio) @ score) - wanted

        reach = 1.0
        while excess(-reach) > 0 or excess(reach) < 0:
            reach *= 2
        return float(np.exp(brentq(excess, -reach, reach, xtol=1e-13, rtol=1e-14)))


def table_probability(table: Counts) -> float:
    """For an r×c table: the probability of all tables with its margins that are no more probable than it.

    Raises ValueError when more than two million tables have these margins.
    """
    table = table if table.shape[0] <= table.shape[1] else table.T
    left = table.sum(axis=1)[None, :]  # what each row still has to give, for every table begun
    log_weight = np.zeros(1)
    for total in table.sum(axis=0)[:-1].tolist():
        left, log_weight = _fill_column(left, log_weight, total)
    log_weight = log_weight - gammaln(left + 1.0).sum(axis=1)
    return _no_more_probable(log_weight, -float(gammaln(table + 1.0).sum()))


def _fill_column(left: Counts, log_weight: Array, total: int) -> tuple[Counts, Array]:
    """Every way to fill the next column of every table begun."""
    needed = np.full(len(left), total)
    for row in range(left.shape[1]):
        later = left[:, row + 1 :].sum(axis=1)
        least, most = np.maximum(0, needed - later), np.minimum(left[:, row], needed)
        choices = most - least + 1
        if choices.sum() > MOST_TABLES:
            raise ValueError("the table is too large for the exact test; use the chi-square test")
        begun = np.repeat(np.arange(len(left)), choices)
        count = np.arange(len(begun)) - (np.cumsum(choices) - choices)[begun] + least[begun]
        left, needed, log_weight = left[begun], needed[begun] - count, log_weight[begun] - gammaln(count + 1.0)
        left[:, row] -= count
    return left, log_weight


def _no_more_probable(log_weight: Array, observed: float) -> float:
    weight = np.exp(log_weight - log_weight.max())
    return float(min(1.0, weight[log_weight <= observed + SAME].sum() / weight.sum()))
