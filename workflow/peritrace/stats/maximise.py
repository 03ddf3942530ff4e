"""Maximum likelihood and Firth's penalised likelihood for any model that gives its derivatives.

Newton's method with step halving; likelihood-ratio P values and profile-likelihood limits. The covariates are expected
on a common scale (standard deviation one): the thresholds below count on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from peritrace.stats.descriptive import two_sided_tail

Array = NDArray[np.float64]

MOST_STEPS = 300
MOST_HALVINGS = 40
LAST_STEP = 1e-16  # squared length of a step, in standard errors, after which no other is needed
SETTLED = 1e-10  # the same when the likelihood no longer rises visibly
LONG_STEP = 1e-3  # in standard deviations of the covariate
LONG_STEPS = 4  # so many long steps though the likelihood has settled: its maximum lies at infinity


@dataclass(frozen=True)
class Derivatives:
    """A log-likelihood, its gradient (k,), the Fisher information (k, k) and, on request, the information's slope.

    `slope[r]` is the derivative of the information by coefficient r: (k, k, k).
    """

    value: float
    gradient: Array
    information: Array
    slope: Array | None = None

    def __add__(self, other: "Derivatives") -> "Derivatives":
        slope = None if self.slope is None or other.slope is None else self.slope + other.slope
        return Derivatives(
            self.value + other.value, self.gradient + other.gradient, self.information + other.information, slope
        )


class Likelihood(Protocol):
    """A model's log-likelihood as a function of its coefficients."""

    def at(self, coefficient: Array, slope: bool = False) -> Derivatives:
        """Evaluate at the coefficients (k,); `slope` asks for the derivative of the information too."""


Objective = Callable[[Array], Derivatives]


def firth(likelihood: Likelihood, scale: Array) -> Objective:
    """The log-likelihood plus half the log-determinant of the information (Firth, Biometrika 1993;80:27-38).

    The determinant is that for the covariates in their own units, `scale` (k,) being the units used here.
    """
    units = float(np.log(scale).sum())

    def penalised(coefficient: Array) -> Derivatives:
        plain = likelihood.at(coefficient, slope=True)
        sign, log_determinant = np.linalg.slogdet(plain.information)
        if plain.slope is None or sign <= 0:
            return Derivatives(-np.inf, plain.gradient, plain.information)
        trace = np.einsum("ab,rab->r", np.linalg.inv(plain.information), plain.slope)
        return Derivatives(
            plain.value + 0.5 * float(log_determinant) + units, plain.gradient + 0.5 * trace, plain.information
        )

    return penalised


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is highest; `endless` holds the sign of each coefficient that grows without limit, else 0."""

    coefficient: Array
    at: Derivatives
    converged: bool
    endless: Array

    @property
    def estimate(self) -> Array:
        """The coefficients (k,), ±inf for one that grows without limit."""
        return np.where(self.endless == 0, self.coefficient, np.copysign(np.inf, self.endless))

    @property
    def std_err(self) -> Array:
        """From the inverse of the information (k,); NaN for a coefficient that grows without limit."""
        variance = np.diag(np.linalg.inv(self.at.information))
        return np.sqrt(np.where(self.endless == 0, variance, np.nan))


def maximise(
    objective: Objective, start: Array, free: NDArray[np.bool_] | None = None, penalised: bool = False
) -> Maximum:
    """Climb from `start` (k,) by Newton steps, moving the `free` coefficients only (all of them by default).

    A `penalised` objective falls in every direction, so that no coefficient is endless, and its information is not its
    curvature: that is learnt from the gradients met on the way (BFGS), starting with the information.
    """
    free = np.ones(len(start), dtype=bool) if free is None else free
    coefficient, here = start, objective(start)
    curvature, long_steps, endless = here.information, 0, np.zeros(len(start))
    for _ in range(MOST_STEPS):
        step = np.zeros(len(start))
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], here.gradient[free])
        squared_length = float(step @ here.gradient)
        taken = _climb(objective, coefficient, here, step)
        if taken is None:
            return Maximum(coefficient, here, squared_length <= SETTLED, endless)
        if penalised:
            curvature = _learnt(curvature, taken[0] - coefficient, here.gradient - taken[1].gradient, free)
        else:
            curvature = taken[1].information
        coefficient, here = taken
        if squared_length <= LAST_STEP:
            return Maximum(coefficient, here, True, endless)
        endlessly = squared_length <= SETTLED and bool(np.max(np.abs(step)) > LONG_STEP)
        long_steps = long_steps + 1 if endlessly and not penalised else 0
        if long_steps == LONG_STEPS:
            return Maximum(coefficient, here, False, np.where(np.abs(step) > LONG_STEP, np.sign(step), 0.0))
    return Maximum(coefficient, here, False, endless)


def _learnt(curvature: Array, step: Array, fall: Array, free: NDArray[np.bool_]) -> Array:
    """The curvature corrected so that it explains the gradient's fall along the step (BFGS), if it fell at all."""
    fall = np.where(free, fall, 0.0)
    explained = curvature @ step
    if step @ fall <= 1e-3 * (step @ explained):
        return curvature
    return curvature + np.outer(fall, fall) / (fall @ step) - np.outer(explained, explained) / (step @ explained)


def _climb(
    objective: Objective, coefficient: Array, here: Derivatives, step: Array
) -> tuple[Array, Derivatives] | None:
    """Take the step, or the largest half, quarter, … of it that doesn't lead downhill; None when none does."""
    lowest = here.value - 1e-12 * (1 + abs(here.value))  # a step within rounding error is not downhill
    for _ in range(MOST_HALVINGS):
        there = objective(coefficient + step)
        if there.value >= lowest:
            return coefficient + step, there
        step = step / 2
    return None


def likelihood_ratio_p(higher: float, lower: float, df: int) -> float:
    """P of twice the difference of two log-likelihoods on `df` degrees of freedom."""
    return float(chdtrc(df, max(0.0, 2 * (higher - lower))))


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


class _LostTrack(ArithmeticError):
    """The other coefficients have no maximum for a given value of the profiled one."""


def profile(objective: Objective, best: Maximum, level: float) -> Inference:
    """For each coefficient: the values at which twice the fall of the profile log-likelihood is the χ²₁ quantile,
    and the P of the value zero; the other coefficients are maximised anew each time.
    """
    fall = float(chdtri(1, 2 * two_sided_tail(level))) / 2
    k = len(best.coefficient)
    low, high, p_value = np.empty(k), np.empty(k), np.empty(k)
    for j in range(k):
        low[j] = _profile_limit(objective, best, j, -1, fall)
        high[j] = _profile_limit(objective, best, j, +1, fall)
        try:
            p_value[j] = likelihood_ratio_p(best.at.value, _profiled(objective, best, j, 0.0), 1)
        except _LostTrack:
            p_value[j] = np.nan
    return Inference(low, high, p_value)


def _profiled(objective: Objective, best: Maximum, j: int, value: float) -> float:
    """The highest log-likelihood with coefficient j held at a value."""
    start, free = best.coefficient.copy(), np.arange(len(best.coefficient)) != j
    start[j] = value
    held = maximise(objective, start, free, penalised=True)
    if not held.converged:
        raise _LostTrack
    return held.at.value


def _profile_limit(objective: Objective, best: Maximum, j: int, side: int, fall: float) -> float:
    from scipy.optimize import brentq  # only Firth's limits need a root finder; it costs 0.1 s to import

    def excess(value: float) -> float:
        # the root of twice the fall is nearly a straight line, which the root finder likes
        return float(np.sqrt(max(0.0, best.at.value - _profiled(objective, best, j, value)))) - float(np.sqrt(fall))

    reach = side * float(np.sqrt(2 * fall) * best.std_err[j])
    inner = float(best.coefficient[j])
    try:
        for _ in range(60):
            outer = inner + reach
            if excess(outer) >= 0:
                return float(brentq(excess, inner, outer, xtol=1e-12 * abs(reach), rtol=1e-14))
            inner, reach = outer, 1.5 * reach
    except _LostTrack:
        return np.nan
    return side * np.inf
