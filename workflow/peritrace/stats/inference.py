"""P values and confidence limits of fitted coefficients: Wald's, and those of the profile likelihood."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from peritrace.stats.descriptive import two_sided_tail
from peritrace.stats.maximise import Array, Maximum, Objective, maximise

MOST_REACHES = 40  # steps outwards in search of a limit, each half as long again as the one before
MOST_HALVINGS = 6  # of a step that leads to where no maximum is found


@dataclass(frozen=True)
class Inference:
    """Confidence limits and P values of the coefficients, each (k,).

    A profile limit is infinite where the likelihood never falls far enough, NaN where it couldn't be followed.
    """

    conf_low: Array
    conf_high: Array
    p_value: Array


def wald(coefficient: Array, std_err: Array, level: float) -> Inference:
    """Wald's limits, coefficient ± z × standard error, and P; NaN where the standard error is."""
    z = -float(ndtri(two_sided_tail(level)))
    return Inference(coefficient - z * std_err, coefficient + z * std_err, 2 * ndtr(-np.abs(coefficient / std_err)))


def likelihood_ratio_p(higher: float, lower: float, df: int) -> float:
    """P of twice the difference of two log-likelihoods on `df` degrees of freedom."""
    return float(chdtrc(df, max(0.0, 2 * (higher - lower))))


def profile(objective: Objective, best: Maximum, level: float) -> Inference:
    """Likelihood-ratio P of each coefficient, and the values at which twice the fall of the profile log-likelihood is
    the χ²₁ quantile; the other coefficients are maximised anew for each value.
    """
    fall = float(chdtri(1, 2 * two_sided_tail(level))) / 2
    k = len(best.coefficient)
    low, high, p_value = np.empty(k), np.empty(k), np.empty(k)
    for j in range(k):
        low[j] = _limit(objective, best, j, -1, fall)
        high[j] = _limit(objective, best, j, +1, fall)
        p_value[j] = _p_of_zero(objective, best, j)
    return Inference(low, high, p_value)


def _p_of_zero(objective: Objective, best: Maximum, j: int) -> float:
    near = best
    for _ in range(MOST_REACHES):
        nearer = _advance(objective, near, j, 0.0)
        if nearer is None:
            break
        if nearer.coefficient[j] == 0:
            return likelihood_ratio_p(best.at.value, nearer.at.value, 1)
        near = nearer
    return np.nan


def _limit(objective: Objective, best: Maximum, j: int, side: int, fall: float) -> float:
    from scipy.optimize import brentq  # only Firth's limits need a root finder; it costs 0.1 s to import

    def excess(near: Maximum) -> float:
        # the root of the fall is nearly a straight line, which the root finder likes
        return float(np.sqrt(max(0.0, best.at.value - near.at.value)) - np.sqrt(fall))

    def excess_at(value: float) -> float:
        return excess(_held(objective, inner, j, value))

    reach = side * float(np.sqrt(fall / 2) * best.std_err[j])  # half of Wald's distance
    inner = best
    for _ in range(MOST_REACHES):
        outer = _advance(objective, inner, j, float(inner.coefficient[j]) + reach)
        if outer is None:
            return np.nan
        ends = float(inner.coefficient[j]), float(outer.coefficient[j])
        if excess(outer) >= 0:
            return float(brentq(excess_at, *ends, xtol=1e-12 * abs(reach), rtol=1e-14))
        inner, reach = outer, 1.5 * (ends[1] - ends[0])
    return side * np.inf


def _advance(objective: Objective, near: Maximum, j: int, value: float) -> Maximum | None:
    """The maximum with coefficient j held at a value; where none is found at half the way there, a quarter, …"""
    for _ in range(MOST_HALVINGS):
        held = _held(objective, near, j, value)
        if held.converged:
            return held
        value = (float(near.coefficient[j]) + value) / 2
    return None


def _held(objective: Objective, near: Maximum, j: int, value: float) -> Maximum:
    """The maximum with coefficient j held at a value, looked for from one with j near it."""
    free = np.arange(len(near.coefficient)) != j
    # the others follow j as the information says, else a far value would start where the likelihood is flat
    information = near.at.information
    follow = -np.linalg.solve(information[np.ix_(free, free)], information[free, j])
    start = near.coefficient.copy()
    start[free] += follow * (value - start[j])
    start[j] = value
    return maximise(objective, start, free, penalised=True)


def as_tuple(values: Array) -> tuple[float, ...]:
    """Return an array (k,) as the plain numbers that a result holds."""
    return tuple(values.tolist())


def as_ratio(values: Array) -> tuple[float, ...]:
    """Return ratios from an array (k,) on the log scale; a limit beyond 1e308 is infinite."""
    with np.errstate(over="ignore"):
        return as_tuple(np.exp(values))
