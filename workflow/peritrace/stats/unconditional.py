"""Unconditional exact tests of a 2×2 table, Barnard's and Boschloo's: two groups of fixed size, one common proportion.

Given how many patients have the feature in all, their split between the groups is hypergeometric whatever the common
proportion is. So a region of rejection enters only by its conditional probability given that total, and its
probability is a mixture of n + 1 such numbers with binomial weights, which is maximised over the proportion.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from peritrace.stats.association import expected_counts

Array = NDArray[np.float64]

MOST_PATIENTS = 1000  # in both groups together; less than 0.1 s
SAME = 1e-9  # relative: outcomes whose statistics differ by less are equally extreme
POINTS_PER_SD = 8  # of the grid of proportions, per standard deviation of an observed proportion
FINER = np.linspace(-1.0, 1.0, 17)  # where a maximum is looked for between its neighbours on the grid
HIGH = (
    0.95  # of the highest point of the grid: some point next to a peak has 0.998 of its height, by Jensen's inequality
)
MOST_PEAKS = 8
ZOOMS = 4  # each eight times closer; then P is right to about 10 digits


def barnard_p(table: ArrayLike, pooled: bool = True) -> float:
    """Two-sided P of Barnard's test of a 2×2 table of counts whose columns are the groups.

    Outcomes are ordered by the absolute z statistic of the difference of two proportions, with the pooled variance
    (the score statistic) or the unpooled one (Wald's). scipy: barnard_exact(table, pooled = …); R: Exact::exact.test
    with method "z-pooled" or "z-unpooled". Assumes independent binomial groups. Source: Barnard, Biometrika 1947.
    Raises ValueError for an empty row or column, and above 1000 patients.
    """
    counts, first, second = _outcomes(table)
    n, m = counts.sum(axis=0).tolist()
    difference = first / n - second / m
    if pooled:
        both = (first + second) / (n + m)
        variance = both * (1 - both) * (1 / n + 1 / m)
    else:
        variance = first / n * (1 - first / n) / n + second / m * (1 - second / m) / m
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 of n against m of m: infinitely far
        z = np.abs(difference) / np.sqrt(variance)
    z[first * m == second * n] = 0.0
    rejected = z >= z[counts[0, 0], counts[0, 1]] * (1 - SAME)
    return _largest_probability(_given_total(_split_probability(n, m), rejected))


def boschloo_p(table: ArrayLike) -> float:
    """Two-sided P of Boschloo's test of a 2×2 table of counts whose columns are the groups.

    Outcomes are ordered by the one-sided P of Fisher's exact test; twice the smaller of the two one-sided P values, at
    most 1, as in scipy's boschloo_exact(table) and the central method of R's exact2x2::boschloo. R's Exact::exact.test
    orders by Fisher's two-sided P instead and can differ. Assumes independent binomial groups. Source: Boschloo,
    Statistica Neerlandica 1970. Raises ValueError for an empty row or column, and above 1000 patients.
    """
    counts, first, second = _outcomes(table)
    n, m = counts.sum(axis=0).tolist()
    split = _split_probability(n, m)
    total = first + second
    by_total = np.zeros((n + 1, n + m + 1))
    by_total[first, total] = split
    fewer = np.cumsum(by_total, axis=0)[first, total]
    more = np.cumsum(by_total[::-1], axis=0)[::-1][first, total]
    one_sided = [
        _largest_probability(_given_total(split, fisher <= fisher[counts[0, 0], counts[0, 1]] * (1 + SAME)))
        for fisher in (fewer, more)
    ]
    return min(1.0, 2 * min(one_sided))


def _outcomes(table: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The counts, and the patients with the feature in the first (n + 1, 1) and in the second group (1, m + 1)."""
    expected_counts(table)  # refuses what isn't a table of counts
    counts = np.asarray(table, dtype=np.float64).astype(np.int64)
    if counts.shape != (2, 2):
        raise ValueError("Barnard's and Boschloo's tests are defined for 2×2 tables only")
    if counts.sum() > MOST_PATIENTS:
        raise ValueError(
            f"unconditional tests take up to {MOST_PATIENTS} patients, not {counts.sum()}; use Fisher's exact test"
        )
    n, m = counts.sum(axis=0).tolist()
    return counts, np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]


def _log_ways(size: int) -> Array:
    """The logarithm of the number of ways (size + 1,) to choose 0, 1, 2, … of `size`."""
    log_factorial = gammaln(np.arange(size + 1) + 1.0)
    return np.asarray(log_factorial[-1] - log_factorial - log_factorial[::-1])


def _split_probability(n: int, m: int) -> Array:
    """The probability of each outcome (n + 1, m + 1) given its total: hypergeometric."""
    total = np.arange(n + 1)[:, None] + np.arange(m + 1)[None, :]
    log_probability = _log_ways(n)[:, None] + _log_ways(m)[None, :] - _log_ways(n + m)[total]
    return np.asarray(np.exp(log_probability))


def _given_total(split: Array, rejected: NDArray[np.bool_]) -> Array:
    """The probability (n + m + 1,) of the rejected outcomes given each total."""
    first, second = np.nonzero(rejected)
    return np.bincount(first + second, split[first, second], sum(split.shape) - 1).astype(np.float64)


def _largest_probability(given_total: Array) -> float:
    """The largest probability of rejection over the common proportion, whose root is the sine of an even grid.

    On that scale an observed proportion scatters equally everywhere, by 1 / (2 √n), and so does every peak.
    """
    n = len(given_total) - 1
    total = np.nonzero(given_total)[0]
    given = given_total[total]
    log_ways = _log_ways(n)[total]

    def probability(angle: NDArray[np.floating]) -> Array:
        log_has, log_lacks = 2 * np.log(np.sin(angle)), 2 * np.log(np.cos(angle))
        log_weight = log_ways + log_has[..., None] * total + log_lacks[..., None] * (n - total)
        return np.asarray(np.exp(log_weight) @ given)

    intervals = int(np.ceil(np.pi * np.sqrt(n) * POINTS_PER_SD))
    step = np.pi / 2 / intervals
    angle = np.arange(1, intervals) * step  # at its ends, 0 and π/2, only the totals 0 and n are possible
    on_grid = np.concatenate([given_total[:1], probability(angle), given_total[-1:]])
    inner = on_grid[1:-1]
    peak = np.nonzero((inner >= on_grid[:-2]) & (inner >= on_grid[2:]))[0]
    peak = peak[inner[peak] >= HIGH * inner.max()]
    peak = peak[np.argsort(inner[peak])[-MOST_PEAKS:]]
    best = angle[peak]
    for _ in range(ZOOMS):
        between = np.clip(best[:, None] + step * FINER, step / 64, np.pi / 2 - step / 64)
        found = probability(between)
        best = between[np.arange(len(best)), np.argmax(found, axis=1)]
        on_grid = np.append(on_grid, found.max(initial=0.0))
        step /= 8
    return float(min(1.0, on_grid.max()))
