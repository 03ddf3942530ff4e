"""Tests that compare survival between groups: log-rank, Breslow (Gehan) and Tarone–Ware."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from peritrace.stats.kaplan_meier import FloatArray, IntArray, Observations, checked_observations

Weight = Literal["log-rank", "breslow", "tarone-ware"]


@dataclass(frozen=True, eq=False)
class RankTest:
    """A rank test: chi-square statistic, and the weighted observed and expected events of each group."""

    statistic: float
    df: int
    p_value: float
    observed: FloatArray
    expected: FloatArray
    weight: Weight
    groups: tuple[Hashable, ...]  # the labels, in the order of `observed` and `expected`


def rank_test(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weight: Weight = "log-rank",
    entry: ArrayLike | None = None,
) -> RankTest:
    """Compare survival between two or more groups (one label per patient).

    At each event time the events of a group are held against their hypergeometric expectation; the weight is 1
    (`log-rank`, R `survdiff`; SPSS Mantel–Cox), the number at risk (`breslow`, generalised Wilcoxon) or its square
    root (`tarone-ware`). The variance is the hypergeometric one. A group with nobody at risk at any event time
    takes no part and no degree of freedom, as in R. Raises ValueError for fewer than two groups to compare,
    no events, missing labels, and as `checked_observations` does.
    """
    if weight not in get_args(Weight):
        raise ValueError(f"weight is {weight!r}; choose one of {', '.join(get_args(Weight))}")
    observations = checked_observations(time, event, entry)
    labels, codes = group_codes(group, observations.time.size)
    if len(labels) < 2:
        raise ValueError("all patients are in one group; a comparison needs at least two groups")
    if not observations.event.any():
        raise ValueError("there are no events; survival can't be compared before one has happened")
    dead, at_risk = _counts(observations, codes, len(labels))
    total, n = dead.sum(axis=1), at_risk.sum(axis=1).astype(np.float64)
    weights = {"log-rank": np.ones_like(n), "breslow": n, "tarone-ware": np.sqrt(n)}[weight]
    share = at_risk / n[:, np.newaxis]
    observed, expected = weights @ dead, (weights * total) @ share
    spread = weights**2 * total * (n - total) / np.maximum(n - 1.0, 1.0)
    variance = np.diag(spread @ share) - share.T @ (spread[:, np.newaxis] * share)
    statistic, df = quadratic_form(observed - expected, variance, expected > 0.0)
    return RankTest(statistic, df, float(chdtrc(df, statistic)), observed, expected, weight, labels)


def _counts(observations: Observations, codes: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Events and numbers at risk, one row per distinct event time and one column per group."""
    time, event, entry = observations
    event_times = np.unique(time[event])
    dead = np.empty((event_times.size, n_groups), dtype=np.int64)
    at_risk = np.empty_like(dead)
    for column in range(n_groups):
        mine = codes == column
        followed = np.sort(time[mine])
        at_risk[:, column] = followed.size - np.searchsorted(followed, event_times, side="left")
        if entry is not None:
            entered = np.searchsorted(np.sort(entry[mine]), event_times, side="left")
            at_risk[:, column] -= followed.size - entered
        died = np.searchsorted(np.sort(time[mine & event]), event_times, side="right")
        dead[:, column] = np.diff(died, prepend=0)
    return dead, at_risk


def quadratic_form(gap: FloatArray, variance: FloatArray, takes_part: NDArray[np.bool_]) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the gaps of k groups (k,) that add up to 0, with their variance (k, k).

    Raises ValueError when fewer than two groups take part.
    """
    members = np.flatnonzero(takes_part)
    if members.size < 2:
        raise ValueError("only one group has patients at risk when events happen; there is nothing to compare")
    # the gaps add up to 0, so that one group is redundant
    free = members[1:]
    inner = variance[np.ix_(free, free)]
    if np.linalg.matrix_rank(inner, hermitian=True) < free.size:
        raise ValueError("the groups are never at risk together with a survivor; there is nothing to compare")
    return float(gap[free] @ np.linalg.solve(inner, gap[free])), int(free.size)


def group_codes(group: ArrayLike, size: int) -> tuple[tuple[Hashable, ...], IntArray]:
    """The distinct labels in their order, and the place of each patient's label (size,) among them.

    Raises ValueError for another number of labels and for missing ones.
    """
    array = np.asarray(group)
    if array.shape != (size,):
        raise ValueError(f"group has shape {array.shape} for {size} times; give one label per patient")
    values = array.tolist()
    labels = set(values)
    missing = [label for label in labels if label is None or (isinstance(label, float) and np.isnan(label))]
    if missing:
        raise ValueError("group has missing labels; leave those patients out or give them a label")
    ordered = tuple(sorted(labels, key=lambda label: (type(label).__name__, label)))
    position = {label: index for index, label in enumerate(ordered)}
    return ordered, np.fromiter((position[value] for value in values), dtype=np.int64, count=size)
