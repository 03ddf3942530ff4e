"""How long patients were followed: the plain median of the observed times, or reverse Kaplan–Meier."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from peritrace.stats.kaplan_meier import (
    MedianLimits,
    QuantileConvention,
    checked_observations,
    kaplan_meier,
    median_limits,
    median_survival,
)

FollowUpMethod = Literal["observed", "reverse-kaplan-meier"]


@dataclass(frozen=True)
class FollowUp:
    """Median follow-up in the unit of the times; limits exist for reverse Kaplan–Meier only (else nan)."""

    median: float
    conf_low: float
    conf_high: float
    method: FollowUpMethod


def median_follow_up(
    time: ArrayLike,
    event: ArrayLike,
    method: FollowUpMethod = "observed",
    convention: QuantileConvention = "spss",
    *,
    limits: MedianLimits = "log-log",
    level: float = 0.95,
) -> FollowUp:
    """Median follow-up by a named method.

    `observed`: the median of all times, whether they ended in the event or not; it is short where many die early.
    `reverse-kaplan-meier`: the time until a patient would have been censored, for which events are the
    censored observations (Schemper and Smith 1996; R `survfit(Surv(time, 1 - event) ~ 1)`); nan if more than
    half are never censored. `convention` and `limits` are those of `median_survival` and `median_limits` and bear
    on that method alone. Raises ValueError as `checked_observations`, and for an unknown method.
    """
    if method not in get_args(FollowUpMethod):
        raise ValueError(f"method is {method!r}; choose one of {', '.join(get_args(FollowUpMethod))}")
    observations = checked_observations(time, event)
    if method == "observed":
        return FollowUp(float(np.median(observations.time)), math.nan, math.nan, method)
    reverse = kaplan_meier(observations.time, ~observations.event)
    low, high = median_limits(reverse, limits, level)
    return FollowUp(median_survival(reverse, convention), low, high, method)
