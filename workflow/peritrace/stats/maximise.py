"""The maximum of a likelihood, plain or with Firth's penalty, for any model that gives its derivatives.

Newton's method with step halving. The covariates are expected on a common scale (standard deviation one): the
thresholds below count on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_STEPS = 300
MOST_HALVINGS = 40
LAST_STEP = 1e-16  # squared length of a step, in standard errors, after which no other is needed
SETTLED = 1e-10  # the same when the likelihood no longer rises visibly
SETTLED_STEPS = 6  # more such steps gain nothing
EMPTY = 1e-7  # share of the information at the start that is left in a direction, when next to nothing is
FAR = 1000.0  # standard deviations further on
FLAT = 1e-8  # a fall of the log-likelihood that is none


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
        with np.errstate(divide="ignore"):  # nothing is known at all: the penalty is infinite
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
        try:
            # in the limit an endless direction is known and leaves the other coefficients to themselves
            inverse = _inverse_without_empty if self.endless.any() else np.linalg.inv
            variance = np.diag(inverse(self.at.information))
        except np.linalg.LinAlgError:  # the search was lost where nothing is known
            variance = np.full(len(self.endless), np.nan)
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
    origin, curvature, settled, squared_length = here, here.information, 0, np.inf
    for _ in range(MOST_STEPS):
        step = _climb(objective, coefficient, here, curvature, free)
        squared_length = step.squared_length
        if step.at is None:
            break
        moved, fall = step.coefficient - coefficient, here.gradient - step.at.gradient
        learnt = _learnt(curvature, moved, fall, free) if penalised else None
        curvature = step.at.information if learnt is None else learnt
        coefficient, here = step.coefficient, step.at
        settled = settled + 1 if squared_length <= SETTLED else 0
        if squared_length <= LAST_STEP or settled == SETTLED_STEPS:
            break
    endless = np.zeros(len(start)) if penalised else _endless(objective, origin, coefficient, coefficient - start, here)
    return Maximum(coefficient, here, squared_length <= SETTLED and not endless.any(), endless)


def _endless(objective: Objective, origin: Derivatives, coefficient: Array, moved: Array, here: Derivatives) -> Array:
    """The sign of each coefficient that would grow for ever, else 0.

    A direction is endless when next to no information is left in it, compared with the origin, and the likelihood
    doesn't fall far beyond in the direction moved.
    """
    root = np.linalg.cholesky(origin.information)
    inverse = np.linalg.inv(root)
    left, directions = np.linalg.eigh(inverse @ here.information @ inverse.T)
    for count in range(int((left < EMPTY).sum()), 0, -1):  # an outlier leaves little information too
        empty = directions[:, :count]
        outward = inverse.T @ (empty @ (empty.T @ (root.T @ moved)))
        outward /= np.max(np.abs(outward))
        for way in (outward, -outward):  # large finite coefficients may turn the projection round
            if objective(coefficient + FAR * way).value >= here.value - FLAT:
                return np.where(np.abs(way) > 1e-3, np.sign(way), 0.0)
    return np.zeros(len(moved))


@dataclass(frozen=True)
class _Step:
    """Where a step leads; `at` is None when every step leads downhill. Its length is in standard errors."""

    coefficient: Array
    at: Derivatives | None
    squared_length: float


def _climb(
    objective: Objective, coefficient: Array, here: Derivatives, curvature: Array, free: NDArray[np.bool_]
) -> _Step:
    """Newton's step, or the largest half, quarter, … of it that doesn't lead downhill."""
    lowest = here.value - 1e-12 * (1 + abs(here.value))  # a step within rounding error is not downhill
    block, shortest = curvature[np.ix_(free, free)], np.inf
    for inverse in (np.linalg.inv, _inverse_without_empty):
        step = np.zeros(len(coefficient))
        try:
            step[free] = inverse(block) @ here.gradient[free]
        except np.linalg.LinAlgError:
            continue
        squared_length = float(step @ here.gradient)
        shortest = min(shortest, squared_length)
        for _ in range(MOST_HALVINGS):
            there = objective(coefficient + step)
            if there.value >= lowest:
                return _Step(coefficient + step, there, squared_length)
            step = step / 2
    return _Step(coefficient, None, shortest)


def _inverse_without_empty(curvature: Array) -> Array:
    """A direction that has run out of information spoils the step in the others: leave it out."""
    return np.asarray(np.linalg.pinv(curvature, rtol=EMPTY, hermitian=True), dtype=np.float64)


def _learnt(curvature: Array, step: Array, fall: Array, free: NDArray[np.bool_]) -> Array | None:
    """The curvature corrected so that it explains the gradient's fall along the step (BFGS), None if it didn't fall."""
    fall = np.where(free, fall, 0.0)
    explained = curvature @ step
    if step @ fall <= 1e-3 * (step @ explained):
        return None
    return curvature + np.outer(fall, fall) / (fall @ step) - np.outer(explained, explained) / (step @ explained)
