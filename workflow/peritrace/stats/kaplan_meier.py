"""The Kaplan–Meier estimate: the curve, rates at chosen times, quantiles with their limits, and numbers at risk.

Programs agree on the curve and part ways on its median, on limits where survival is 0 or 1 and on what they
print beyond the last patient. Each such choice is a named argument here.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Transform = Literal["log-log", "log", "plain"]
QuantileConvention = Literal["spss", "r", "r-quantile", "sas"]
MedianLimits = Literal["log-log", "log", "plain", "spss"]

# A curve that stands at exactly one half is often off by a few units in the last place, because it is a
# product of rounded fractions. The steps of a real curve are far larger than this.
TOLERANCE = 1e-9


class Observations(NamedTuple):
    """Follow-up that has passed the checks: one element per patient."""

    time: FloatArray
    event: BoolArray
    entry: FloatArray | None


def checked_observations(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> Observations:
    """Follow-up times, events (bool or 0/1) and delayed entries as arrays.

    Raises ValueError, in one sentence that quotes no value, for lengths that differ, no patients, times that
    are not finite or are negative, event codes other than 0 and 1, and an entry that is not before the time.
    """
    times = checked_times(time)
    happened = _numbers(event, "event", times.size)
    if not np.isin(happened, (0.0, 1.0)).all():
        raise ValueError("event has codes other than 0 and 1; recode it as 1 for the event and 0 for censored")
    if entry is None:
        return Observations(times, happened == 1.0, None)
    entries = _numbers(entry, "entry", times.size)
    if not (np.isfinite(entries).all() and (entries >= 0.0).all()):
        raise ValueError("entry has missing or negative values; who is observed from the origin on enters at 0")
    late = int(np.count_nonzero(entries >= times))
    if late:
        raise ValueError(
            f"entry is not before the end of follow-up for {late} of {times.size} patients; leave out those "
            "who were never under observation"
        )
    return Observations(times, happened == 1.0, entries)


def checked_times(time: ArrayLike) -> FloatArray:
    """Follow-up times as an array; raises ValueError unless there are some, all finite and none negative."""
    times = _numbers(time, "time")
    if times.size == 0:
        raise ValueError("time is empty; an estimate needs at least one patient")
    if not np.isfinite(times).all():
        raise ValueError("time has missing or infinite values; leave out patients without follow-up")
    if (times < 0.0).any():
        raise ValueError("time has negative values; check the order of the dates it was computed from")
    return times


def _numbers(values: ArrayLike, name: str, size: int | None = None) -> FloatArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions; give one value per patient")
    if size is not None and array.size != size:
        raise ValueError(f"{name} has {array.size} values for {size} times; give one value per patient")
    refusal = f"{name} has values that are not numbers; convert them or leave those patients out"
    if array.dtype.kind not in "biufO":
        raise ValueError(refusal)
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        # the original message quotes the value, which belongs to a patient
        raise ValueError(refusal) from None


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan–Meier curve: arrays over the distinct times at which a patient died or was censored.

    `n_risk` counts those under observation just before the time (entry < time <= follow-up). `greenwood` is the
    running sum of d/(n(n-d)), infinite once the curve is at 0. `entry` holds the sorted delayed entries, if any.
    """

    time: FloatArray
    n_risk: IntArray
    n_event: IntArray
    n_censor: IntArray
    survival: FloatArray
    greenwood: FloatArray
    n: int
    entry: FloatArray | None = None

    @property
    def std_err(self) -> FloatArray:
        """Greenwood's standard error of survival, nan where survival is 0 (as R's `summary.survfit`)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.survival * np.sqrt(self.greenwood))


def kaplan_meier(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> KaplanMeier:
    """Estimate survival from follow-up times (any unit) and events (bool or 0/1), one per patient.

    With `entry`, a patient is at risk only after that time (left truncation). An event at a time precedes
    censorings and entries at the same time. Raises ValueError as `checked_observations` does.
    Kaplan and Meier 1958; Greenwood 1926; R `survfit(Surv(entry, time, event) ~ 1)`.
    """
    observed = checked_observations(time, event, entry)
    n = observed.time.size
    ordered = np.sort(observed.time)
    first = np.flatnonzero(np.concatenate(([True], np.diff(ordered) > 0.0)))
    distinct = ordered[first]
    leaving = np.diff(first, append=n)
    died = np.searchsorted(np.sort(observed.time[observed.event]), distinct, side="right")
    n_event = np.diff(died, prepend=0)
    n_risk = n - first
    entries = None
    if observed.entry is not None:
        entries = np.sort(observed.entry)
        n_risk = n_risk - (n - np.searchsorted(entries, distinct, side="left"))
    with np.errstate(divide="ignore"):
        terms = n_event / (n_risk * (n_risk - n_event).astype(np.float64))
    terms[n_event == 0] = 0.0
    return KaplanMeier(
        time=distinct,
        n_risk=n_risk,
        n_event=n_event,
        n_censor=leaving - n_event,
        survival=np.asarray(np.cumprod((n_risk - n_event) / n_risk), dtype=np.float64),
        greenwood=np.cumsum(terms),
        n=n,
        entry=entries,
    )


def survival_limits(
    km: KaplanMeier, transform: Transform = "log-log", level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Pointwise limits (low, high) of survival at each time of the curve, within 0 to 1.

    As R's `survfit(conf.type=)`: nan where survival is 0, and on the log-log scale where it is still 1.
    Raises ValueError for an unknown transform or a level outside 0 to 1.
    """
    _require(transform, Transform, "transform")
    z = _normal_quantile(level)
    survival, std_err = km.survival, np.sqrt(km.greenwood)
    with np.errstate(invalid="ignore", divide="ignore"):
        if transform == "plain":
            half_width = z * std_err * survival
            return np.maximum(survival - half_width, 0.0), np.minimum(survival + half_width, 1.0)
        if transform == "log":
            positive = np.where(survival > 0.0, survival, np.nan)
            factor = np.exp(z * std_err)
            return positive / factor, np.minimum(positive * factor, 1.0)
        inner = np.where((survival > 0.0) & (survival < 1.0), survival, np.nan)
        power = np.exp(z * std_err / -np.log(inner))
        return inner**power, inner ** (1.0 / power)


@dataclass(frozen=True)
class SurvivalAt:
    """Survival at one time. `n_risk` counts who is still followed then (time >= t, entered before t)."""

    time: float
    estimate: float
    conf_low: float
    conf_high: float
    n_risk: int
    std_err: float
    beyond_follow_up: bool


def survival_at(
    km: KaplanMeier, times: ArrayLike, transform: Transform = "log-log", level: float = 0.95
) -> list[SurvivalAt]:
    """Survival with limits at the given times, as R's `summary(survfit, times=)` up to the last follow-up.

    Beyond the last follow-up there is no estimate (nan), unless the curve has come down to 0.
    Before the first observed time survival is 1 with limits 1 to 1. Raises ValueError for times that are not
    finite or are negative, and as `survival_limits` does.
    """
    wanted = _checked_ticks(np.atleast_1d(np.asarray(times)))
    low, high = (np.concatenate(([1.0], limit)) for limit in survival_limits(km, transform, level))
    survival = np.concatenate(([1.0], km.survival))
    std_err = np.concatenate(([0.0], km.std_err))
    left = np.concatenate(([0], np.cumsum(km.n_event + km.n_censor)))
    n_risk = km.n - left[np.searchsorted(km.time, wanted, side="left")] - _not_entered(km.entry, wanted)
    rows = np.searchsorted(km.time, wanted, side="right")
    results = []
    for t, row, at_risk in zip(wanted, rows, n_risk, strict=True):
        beyond = bool(t > km.time[-1])
        known = not beyond or survival[-1] == 0.0
        results.append(
            SurvivalAt(
                time=float(t),
                estimate=float(survival[row]) if known else math.nan,
                conf_low=float(low[row]) if known else math.nan,
                conf_high=float(high[row]) if known else math.nan,
                n_risk=int(at_risk),
                std_err=float(std_err[row]) if known else math.nan,
                beyond_follow_up=beyond,
            )
        )
    return results


def survival_quantile(km: KaplanMeier, p: float, convention: QuantileConvention = "spss") -> float:
    """The time by which a proportion p has had the event, nan if the curve does not come down to 1 - p.

    The conventions differ only where the curve stands at exactly 1 - p for a while:

    - `spss`: the first time at which S <= 1 - p (SPSS KM; Klein and Moeschberger);
    - `r`: the middle of that plateau, or its start if the curve never leaves it (R `print(survfit)`,
      `summary(survfit)$table`);
    - `r-quantile`: likewise, but the middle up to the last follow-up if the curve never leaves it (R `quantile`);
    - `sas`: likewise, but nan if the curve never leaves it, as then no time has S < 1 - p (SAS PROC LIFETEST).

    Raises ValueError for an unknown convention or p outside 0 to 1.
    """
    _require(convention, QuantileConvention, "convention")
    if not 0.0 < p < 1.0:
        raise ValueError(f"p is {p}; give a proportion between 0 and 1, 0.5 for the median")
    return _crossing(km.time, km.survival, 1.0 - p, convention)


def median_survival(km: KaplanMeier, convention: QuantileConvention = "spss") -> float:
    """Median survival by a named convention, see `survival_quantile`; nan if it is not reached."""
    return survival_quantile(km, 0.5, convention)


def _crossing(time: FloatArray, curve: FloatArray, target: float, convention: QuantileConvention) -> float:
    reached = np.flatnonzero(curve <= target + TOLERANCE)
    if reached.size == 0:
        return math.nan
    start = float(time[reached[0]])
    if convention == "spss" or curve[reached[0]] < target - TOLERANCE:
        return start
    below = np.flatnonzero(curve < target - TOLERANCE)
    if below.size:
        return (start + float(time[below[0]])) / 2.0
    if convention == "sas":
        return math.nan
    return (start + float(time[-1])) / 2.0 if convention == "r-quantile" else start


def median_limits(km: KaplanMeier, method: MedianLimits = "log-log", level: float = 0.95) -> tuple[float, float]:
    """Limits (low, high) of the median, nan where there is none.

    `log-log`, `log`, `plain`: the times at which the limits of survival on that scale pass one half (Brookmeyer
    and Crowley 1982), as R `summary(survfit(conf.type=))$table`. `spss`: median ± z standard errors, see
    `median_std_err`; the lower one can be negative. Raises ValueError for an unknown method or level.
    """
    _require(method, MedianLimits, "method")
    if method == "spss":
        median, half_width = median_survival(km), _normal_quantile(level) * median_std_err(km)
        return median - half_width, median + half_width
    low, high = survival_limits(km, method, level)
    return _crossing(km.time, low, 0.5, "r"), _crossing(km.time, high, 0.5, "r")


def median_std_err(km: KaplanMeier) -> float:
    """Standard error of the median as SPSS KM prints it: that of survival over the density at the median.

    The density is the slope of the curve between the last event with S >= 0.55 (the origin if there is none)
    and the first with S <= 0.45 (Collett, Modelling Survival Data in Medical Research). nan without a
    median, where the curve does not come down to 0.45, and where it falls to 0 at the median.
    """
    steps = np.flatnonzero(km.n_event > 0)
    time = np.concatenate(([0.0], km.time[steps]))
    survival = np.concatenate(([1.0], km.survival[steps]))
    half = np.flatnonzero(survival <= 0.5 + TOLERANCE)
    below = np.flatnonzero(survival <= 0.45 + TOLERANCE)
    if half.size == 0 or below.size == 0:
        return math.nan
    upper, lower = np.flatnonzero(survival >= 0.55 - TOLERANCE)[-1], below[0]
    if time[lower] == time[upper]:
        return math.nan
    density = (survival[upper] - survival[lower]) / (time[lower] - time[upper])
    return float(km.std_err[steps[half[0] - 1]] / density)


def n_at_risk(time: ArrayLike, ticks: ArrayLike, entry: ArrayLike | None = None) -> IntArray:
    """How many patients are under observation at each tick: follow-up >= tick and, if given, entry < tick.

    At tick 0 those who enter at 0 count. These are the numbers below a figure; R's `summary(survfit, times=)`
    gives the same without delayed entry. Raises ValueError as `checked_times`, and for negative ticks.
    """
    wanted = _checked_ticks(np.atleast_1d(np.asarray(ticks)))
    if entry is None:
        times, entries = checked_times(time), None
    else:
        times = np.asarray(time)
        observed = checked_observations(times, np.zeros(times.shape, dtype=np.bool_), entry)
        times, entries = observed.time, observed.entry
    still = times.size - np.searchsorted(np.sort(times), wanted, side="left")
    return np.asarray(still - _not_entered(None if entries is None else np.sort(entries), wanted))


def _not_entered(entry: FloatArray | None, ticks: FloatArray) -> IntArray:
    """How many enter at each tick or later (after it, at tick 0), from the sorted entries."""
    if entry is None:
        return np.zeros(ticks.shape, dtype=np.int64)
    before = np.searchsorted(entry, ticks, side="left")
    at_origin = np.searchsorted(entry, ticks, side="right")
    return np.asarray(entry.size - np.where(ticks == 0.0, at_origin, before))


def _checked_ticks(ticks: ArrayLike) -> FloatArray:
    wanted = _numbers(ticks, "times")
    if not (np.isfinite(wanted).all() and (wanted >= 0.0).all()):
        raise ValueError("times to read the curve at must be finite and not negative; check the study's horizons")
    return wanted


def _normal_quantile(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; give a confidence level between 0 and 1, such as 0.95")
    return float(ndtri(0.5 + level / 2.0))


def _require(value: str, allowed: object, name: str) -> None:
    choices = get_args(allowed)
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; choose one of {', '.join(choices)}")
