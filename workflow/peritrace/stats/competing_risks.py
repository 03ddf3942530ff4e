"""Competing risks: cumulative incidence of each cause (Aalen–Johansen), read at chosen times, and Gray's test."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from peritrace.stats.descriptive import two_sided_tail
from peritrace.stats.kaplan_meier import BoolArray, FloatArray, IntArray, checked_observations, checked_times
from peritrace.stats.rank_tests import group_codes, quadratic_form

IncidenceTransform = Literal["log-log", "complementary-log-log", "plain"]


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence of causes 1 to K: arrays over the m distinct times at which follow-up ended.

    `n_event`, `incidence` and `std_err` are (m, K), a column per cause; `survival` is freedom from every cause.
    """

    time: FloatArray
    n_risk: IntArray
    n_event: IntArray
    n_censor: IntArray
    survival: FloatArray
    incidence: FloatArray
    std_err: FloatArray
    n: int


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, n_causes: int | None = None) -> CumulativeIncidence:
    """Estimate the incidence of each cause from follow-up times (n,) and causes (n,): 0 censored, 1 to K the events.

    K is the largest code, or `n_causes` where the last causes may have no event. Raises ValueError as
    `checked_observations` does and for codes that aren't whole numbers of 0 to K. The estimate is that of R
    survfit(Surv(time, factor(cause)) ~ 1); the standard error is Aalen's as in cmprsk::cuminc (`var`), not survfit's
    infinitesimal jackknife.
    """
    times, causes = _checked(time, cause)
    k = int(causes.max()) if n_causes is None else n_causes
    if k < 1:
        raise ValueError("there is no event of any cause; give the number of causes")
    if causes.max() > k:
        raise ValueError("a cause has a code above the number of causes; recode it or raise the number")
    distinct, position = np.unique(times, return_inverse=True)
    table = np.bincount(position * (k + 1) + causes, minlength=distinct.size * (k + 1)).reshape(distinct.size, k + 1)
    leaving = table.sum(axis=1)
    n_risk = times.size - np.cumsum(leaving) + leaving
    n_event = table[:, 1:]
    survival = np.asarray(np.cumprod((n_risk - n_event.sum(axis=1)) / n_risk))
    before = np.concatenate(([1.0], survival[:-1]))
    incidence = np.cumsum((before / n_risk)[:, np.newaxis] * n_event, axis=0)
    variance = _variance(n_risk, n_event, before, survival, incidence)
    return CumulativeIncidence(
        distinct, n_risk, n_event, table[:, 0], survival, incidence, np.sqrt(variance), times.size
    )


def _variance(
    n_risk: IntArray, n_event: IntArray, before: FloatArray, survival: FloatArray, incidence: FloatArray
) -> FloatArray:
    """Variance of each incidence (m, K): delta method of the cause-specific hazards, each increment's variance
    S²(t-)·d/n² × (n-d)/(n-1), as in cmprsk::cuminc.
    """
    some_left = survival > 0
    inverse = np.where(some_left, 1.0 / np.where(some_left, survival, 1.0), 0.0)[:, np.newaxis]
    scale = (before / n_risk)[:, np.newaxis] ** 2
    own = scale * _tied_variance(n_event, n_risk[:, np.newaxis])
    n_other = n_event.sum(axis=1, keepdims=True) - n_event
    other = scale * _tied_variance(n_other, n_risk[:, np.newaxis]) * some_left[:, np.newaxis]
    weight = incidence * inverse
    constant = np.cumsum((1.0 + weight) ** 2 * own + weight**2 * other, axis=0)
    linear = np.cumsum(inverse * ((1.0 + weight) * own + weight * other), axis=0)
    square = np.cumsum(inverse**2 * (own + other), axis=0)
    variance = np.maximum(constant - 2 * incidence * linear + incidence**2 * square, 0.0)
    return np.where(incidence > 0, variance, 0.0)


def _tied_variance(events: FloatArray | IntArray, n: FloatArray | IntArray) -> FloatArray:
    """d × (n-d)/(n-1): the variance of d events among n, times n, and d itself where there is one event at most."""
    return np.asarray(events * np.where(events > 1, 1.0 - (events - 1.0) / np.where(events > 1, n - 1.0, 1.0), 1.0))


def incidence_limits(
    curve: CumulativeIncidence, cause: int, transform: IncidenceTransform = "log-log", level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Pointwise limits (low, high) of the incidence F of one cause at each time of the curve, within 0 to 1.

    `log-log`: on the scale log(-log F) (SAS PROC LIFETEST; tidycmprsk::cuminc); `complementary-log-log`: of
    log(-log(1 - F)), with one cause that of 1 - survival; `plain`: F ± z standard errors. The first two are nan where
    F is 0 or 1. Raises ValueError for an unknown transform or cause.
    """
    if transform not in get_args(IncidenceTransform):
        raise ValueError(f"transform is {transform!r}; choose one of {', '.join(get_args(IncidenceTransform))}")
    estimate, std_err = (values[:, _column(curve, cause)] for values in (curve.incidence, curve.std_err))
    z = -float(ndtri(two_sided_tail(level)))
    if transform == "plain":
        return np.maximum(estimate - z * std_err, 0.0), np.minimum(estimate + z * std_err, 1.0)
    inner = np.where((estimate > 0.0) & (estimate < 1.0), estimate, np.nan)
    base = inner if transform == "log-log" else 1.0 - inner
    power = np.exp(z * std_err / -(base * np.log(base)))
    low, high = base**power, base ** (1.0 / power)
    return (low, high) if transform == "log-log" else (1.0 - high, 1.0 - low)


@dataclass(frozen=True)
class IncidenceAt:
    """Cumulative incidence of a cause at one time. `n_risk` counts who is still followed then (time >= t)."""

    cause: int
    time: float
    estimate: float
    conf_low: float
    conf_high: float
    std_err: float
    n_risk: int
    beyond_follow_up: bool


def incidence_at(
    curve: CumulativeIncidence,
    cause: int,
    times: ArrayLike,
    transform: IncidenceTransform = "log-log",
    level: float = 0.95,
) -> list[IncidenceAt]:
    """Incidence of one cause with limits at the given times, as cmprsk::timepoints up to the last follow-up.

    Beyond it there is no estimate (nan), unless nobody is left who could still have an event. Before the first time
    of the curve the incidence is 0 with limits 0 to 0. Raises ValueError as `incidence_limits` does and for times
    that aren't finite or are negative.
    """
    column = _column(curve, cause)
    wanted = checked_times(np.atleast_1d(np.asarray(times)))
    low, high = (np.concatenate(([0.0], limit)) for limit in incidence_limits(curve, cause, transform, level))
    estimate, std_err = (np.concatenate(([0.0], a[:, column])) for a in (curve.incidence, curve.std_err))
    n_risk = np.concatenate((curve.n_risk, [0]))[np.searchsorted(curve.time, wanted, side="left")]
    rows = np.searchsorted(curve.time, wanted, side="right")
    results = []
    for t, row, at_risk in zip(wanted, rows, n_risk, strict=True):
        beyond = bool(t > curve.time[-1])
        known = not beyond or curve.survival[-1] == 0.0
        results.append(
            IncidenceAt(
                cause=cause,
                time=float(t),
                estimate=float(estimate[row]) if known else math.nan,
                conf_low=float(low[row]) if known else math.nan,
                conf_high=float(high[row]) if known else math.nan,
                std_err=float(std_err[row]) if known else math.nan,
                n_risk=int(at_risk),
                beyond_follow_up=beyond,
            )
        )
    return results


@dataclass(frozen=True)
class GrayTest:
    """Gray's test of one cause: chi-square statistic; `groups` holds the labels, `score` observed less expected."""

    statistic: float
    df: int
    p_value: float
    cause: int
    groups: tuple[Hashable, ...]
    score: tuple[float, ...]


def gray_test(time: ArrayLike, cause: ArrayLike, group: ArrayLike, of: int = 1) -> GrayTest:
    """Compare the cumulative incidence of cause `of` between two or more groups (one label per patient).

    Gray, Ann Stat 1988;16:1141-1154, with rho = 0 and one stratum; R: cmprsk::cuminc(time, cause, group)$Tests, whose
    variance for tied times it has. A group with nobody at risk when such an event happens takes no part and no degree
    of freedom. Raises ValueError for fewer than two groups to compare, no event of the cause, missing labels, and as
    `cumulative_incidence` does.
    """
    times, causes = _checked(time, cause)
    labels, codes = group_codes(group, times.size)
    if len(labels) < 2:
        raise ValueError("all patients are in one group; a comparison needs at least two groups")
    if not (causes == of).any():
        raise ValueError("there is no event of this cause; its incidence can't be compared")
    score, variance, takes_part = _gray_score(_GroupCounts.of(times, causes, codes, of))
    statistic, df = quadratic_form(score, variance, takes_part)
    return GrayTest(statistic, df, float(chdtrc(df, statistic)), of, labels, tuple(score.tolist()))


@dataclass(frozen=True, eq=False)
class _GroupCounts:
    """Numbers at risk, and events of the cause and of the others, at each time with an event: (m, groups)."""

    n_risk: IntArray
    own: IntArray
    other: IntArray

    @classmethod
    def of(cls, times: FloatArray, causes: IntArray, codes: IntArray, cause: int) -> "_GroupCounts":
        distinct, position = np.unique(times, return_inverse=True)
        shape = distinct.size, int(codes.max()) + 1
        cell = position * shape[1] + codes
        leaving, own, other = (
            np.bincount(cell[chosen], minlength=shape[0] * shape[1]).reshape(shape)
            for chosen in (causes >= 0, causes == cause, (causes > 0) & (causes != cause))
        )
        n_risk = np.bincount(codes) - np.cumsum(leaving, axis=0) + leaving
        kept = (own + other).any(axis=1)
        return cls(n_risk[kept], own[kept], other[kept])


def _gray_score(counts: _GroupCounts) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Score (g,), its variance (g, g), and which groups are at risk when an event of the cause happens (g,)."""
    n, own, other = counts.n_risk, counts.own, counts.other
    at_risk, safe = n > 0, np.maximum(n, 1)
    n_own = own.sum(axis=1, keepdims=True)
    survival = np.cumprod((safe - own - other) / safe, axis=0)
    before = np.vstack([np.ones(n.shape[1]), survival[:-1]])
    incidence = np.cumsum(before * own / safe, axis=0)
    incidence_before = np.vstack([np.zeros(n.shape[1]), incidence[:-1]])
    # at risk in the subdistribution sense, over the probability of not having had the event yet
    potential = np.where(at_risk, n / np.where(at_risk, before, 1.0), 0.0)
    total = potential.sum(axis=1, keepdims=True)
    subdistribution = potential * (1.0 - incidence_before)
    score = (own - n_own * subdistribution / subdistribution.sum(axis=1, keepdims=True)).sum(axis=0)
    pooled = np.cumsum(n_own / total, axis=0)
    pooled_before = np.vstack([[0.0], pooled[:-1]])
    share = potential / total
    contrast = potential[:, :, np.newaxis] * (np.eye(n.shape[1]) - share[:, np.newaxis, :])
    course = np.cumsum(contrast * (n_own / total / (1.0 - pooled_before))[:, :, np.newaxis], axis=0)
    to_come = course[-1] - course
    left = np.where(survival > 0.0, (1.0 - pooled) / np.where(survival > 0.0, survival, 1.0), 0.0)
    # of an event of the cause, and of another one, in group k (last axis) on the score of each group
    by_own = contrast + (1.0 - left)[:, np.newaxis, :] * to_come
    by_other = left[:, np.newaxis, :] * to_come
    reach = np.where(at_risk, total * before, 2.0)
    own_spread = np.where(at_risk, before * _tied_variance(n_own, reach) / (total * safe), 0.0)
    other_spread = np.where(survival > 0.0, (before / safe) ** 2 * _tied_variance(other, n), 0.0)
    variance = np.einsum("tik,tjk,tk->ij", by_own, by_own, own_spread, optimize=True)
    variance += np.einsum("tik,tjk,tk->ij", by_other, by_other, other_spread, optimize=True)
    return score, variance, (at_risk & (n_own > 0)).any(axis=0)


def _column(curve: CumulativeIncidence, cause: int) -> int:
    if not 1 <= cause <= curve.incidence.shape[1]:
        raise ValueError(f"there is no cause {cause}; choose one of 1 to {curve.incidence.shape[1]}")
    return cause - 1


def _checked(time: ArrayLike, cause: ArrayLike) -> tuple[FloatArray, IntArray]:
    codes = np.asarray(cause)
    whole = codes.dtype.kind in "biuf" and bool(np.all((codes >= 0) & (codes == np.floor(codes))))
    if codes.ndim != 1 or not whole:
        raise ValueError("a cause is not a whole number of at least 0; code censored as 0 and the events as 1, 2, …")
    observed = checked_observations(time, codes > 0)
    return observed.time, codes.astype(np.int64)
