"""Restricted mean survival time: the area under a Kaplan–Meier curve up to a horizon, and its difference."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from peritrace.stats.descriptive import two_sided_tail
from peritrace.stats.kaplan_meier import KaplanMeier


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time without the event within the horizon, in the unit of time; NaN beyond follow-up.

    Beyond follow-up means that the last patient was censored before the horizon, so that the curve ends above 0.
    """

    horizon: float
    estimate: float
    std_err: float
    conf_low: float
    conf_high: float
    n: int
    beyond_follow_up: bool


@dataclass(frozen=True)
class RestrictedMeanDifference:
    """First group less second, in the unit of time; `statistic` is z. NaN if a curve ends before the horizon."""

    horizon: float
    estimate: float
    std_err: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float
    beyond_follow_up: bool


def restricted_mean(km: KaplanMeier, horizon: float, level: float = 0.95) -> RestrictedMean:
    """Area under the curve from 0 to the horizon, its standard error and limits, estimate ± z × standard error.

    R: print(survfit(…), rmean = horizon), and survRM2::rmst2, whose standard error is the same (Greenwood's terms
    d/(n(n-d)), none where the curve falls to 0). Unlike R, no estimate where follow-up ends before the horizon with
    the curve above 0. Limits aren't cut off at 0 and the horizon. Raises ValueError for a horizon that isn't positive.
    """
    if not (math.isfinite(horizon) and horizon > 0):
        raise ValueError("the horizon of a restricted mean must be a positive number; give it in the unit of time")
    z = -float(ndtri(two_sided_tail(level)))
    beyond = bool(horizon > km.time[-1])
    if beyond and km.survival[-1] > 0:
        return RestrictedMean(horizon, math.nan, math.nan, math.nan, math.nan, km.n, beyond)
    within = km.time <= horizon
    n_risk, n_event = km.n_risk[within], km.n_event[within].astype(np.float64)
    width = np.diff(np.concatenate(([0.0], km.time[within], [horizon])))
    areas = width * np.concatenate(([1.0], km.survival[within]))
    remaining = np.cumsum(areas[:0:-1])[::-1]  # the area from each time on
    survivors = n_risk - n_event
    terms = np.where(survivors > 0, n_event / (n_risk * np.maximum(survivors, 1.0)), 0.0)
    estimate, std_err = float(areas.sum()), math.sqrt(float(remaining**2 @ terms))
    return RestrictedMean(horizon, estimate, std_err, estimate - z * std_err, estimate + z * std_err, km.n, beyond)


def restricted_mean_difference(
    first: KaplanMeier, second: KaplanMeier, horizon: float, level: float = 0.95
) -> RestrictedMeanDifference:
    """Difference of the restricted means of two independent groups with limits and z test (survRM2::rmst2).

    Without any variance, as before the first event in both, limits, z and P are NaN. Raises ValueError as
    `restricted_mean` does.
    """
    one, other = (restricted_mean(km, horizon, level) for km in (first, second))
    estimate, std_err = one.estimate - other.estimate, math.hypot(one.std_err, other.std_err)
    width = -float(ndtri(two_sided_tail(level))) * std_err if std_err > 0 else math.nan
    z = estimate / std_err if std_err > 0 else math.nan
    return RestrictedMeanDifference(
        horizon=horizon,
        estimate=estimate,
        std_err=std_err,
        conf_low=estimate - width,
        conf_high=estimate + width,
        statistic=z,
        p_value=float(2 * ndtr(-abs(z))),
        beyond_follow_up=math.isnan(estimate),
    )
