"""Two printed medians against the hazard ratio: do they fit, and are they medians of survival or of observed times?

Soft checks: they rest on hazards that are about constant, and say "unusual", never "impossible".
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peritrace.interval import SLACK, Interval
from peritrace.stats.curve_bounds import fewest_censored_before_median, most_at_risk_at_median
from peritrace.stats.event_bounds import LEAST_INFORMATION

Grade = Literal["fits", "note", "unusual"]
Kind = Literal["survival", "observed times"]
FloatArray = NDArray[np.float64]

# |ln(other median/median) - ln HR| of 157 pairs of arms of the R package kmdata whose hazards were not found
# to be non-proportional: 95 % were at most the first, 99 % at most the second. Small series scatter more
FITS = 0.32
UNUSUAL = 0.55


@dataclass(frozen=True)
class MediansAgainstRatio:
    """ln(other median/median) - ln HR over the rounding, the nearest to 0 of these, and what it is worth.

    `directions_conflict`: the arm with the lower hazard has the shorter median, whatever the rounding.
    """

    differences: Interval
    difference: float
    directions_conflict: bool
    grade: Grade


@dataclass(frozen=True)
class Arm:
    """One arm: patients, the printed median, and the events it may have had (an int: known; None: anything)."""

    size: int
    median: Interval
    events: int | range | None = None


@dataclass(frozen=True)
class Reading:
    """The hazard ratio that the medians imply if they are of one kind.

    `distance` is the least |ln implied - ln printed| over the rounding; both are None where nothing is implied.
    """

    kind: Kind
    ratio: Interval | None
    distance: float | None
    within_limits: bool | None


@dataclass(frozen=True)
class MedianReadings:
    """Both readings of a pair of medians, and what each would mean.

    `events`, `other_events`, `total`: the real numbers that width, ratio and person-time imply if the medians are of
    observed times; an interval that uses no information fully needs up to 1/.773 as many. `total_fits`: whether such
    a total is among those known from elsewhere. If the medians are of survival, each arm has `most_at_risk` patients
    at most beyond its median and `fewest_censored` at least by it (arm, other arm). `below_half`: fewer than half of
    the arm had the event, so that the median of its observed times is the end of follow-up for most, not survival.
    `better` is the kind whose ratio lies nearer to the printed one, `factor` how many times nearer.
    """

    survival: Reading
    observed: Reading
    events: Interval
    other_events: Interval
    total: Interval
    total_fits: bool | None
    most_at_risk: tuple[int, int]
    fewest_censored: tuple[int, int]
    below_half: tuple[bool, bool]
    better: Kind | None
    factor: float


def medians_against_ratio(median: Interval, other_median: Interval, ratio: Interval) -> MediansAgainstRatio:
    """Two median survivals against the hazard ratio of the first arm to the other: HR ≈ other median/median.

    Exact for constant hazards. Graded by the nearest difference that the rounding allows. Raises ValueError for a
    median or ratio that is not positive.
    """
    quotient = _quotient(other_median, median)
    hazard = _log(ratio)
    differences = _minus(quotient, hazard)
    difference = _nearest_to_zero(differences)
    conflict = (quotient.low > 0 and hazard.high < 0) or (quotient.high < 0 and hazard.low > 0)
    size = abs(difference) * (1 - SLACK)
    grade: Grade = "fits" if size <= FITS else "note" if size <= UNUSUAL else "unusual"
    return MediansAgainstRatio(differences, difference, conflict, grade)


def median_kind(
    arm: Arm, other: Arm, ratio: Interval, limits: Interval, std_err: Interval, totals: range | None = None
) -> MedianReadings:
    """Whether a printed pair of "median survivals" behaves like medians of survival or of the observed times.

    As Kaplan–Meier medians of constant hazards they imply HR ≈ other median/median. As medians of the observed times,
    events or not, they stand for the person-time: size × median in each arm, up to a factor that both arms share; then
    HR ≈ (d1/(n1·m1))/(d2/(n2·m2)). ratio: hazard ratio of the arm to the other, `limits`: from its lower to its upper
    limit, `std_err`: that of its logarithm; totals: what is known of the total of events from elsewhere. With events
    or totals that are not exact, all pairs count that the width allows (from LEAST_INFORMATION of what they could give
    at most); with neither, that reading implies no ratio. Raises ValueError for a median, ratio or se that is not
    positive.
    """
    if not std_err.high > 0:
        raise ValueError(f"a standard error of at most {std_err.high} is not positive; check the confidence limits")
    quotient = _quotient(other.median, arm.median)
    away = abs(_nearest_to_zero(_minus(quotient, _log(ratio))))
    survival = _reading("survival", quotient, away, limits)
    times = _minus(_log(Interval.exactly(arm.size / other.size)), quotient)  # ln (n1·m1)/(n2·m2)
    log_odds = _plus(_log(ratio), times)
    observed = Reading("observed times", None, None, None)
    if totals is not None or (arm.events is not None and other.events is not None):
        implied = _rate_ratio(arm, other, log_odds, std_err, totals)
        if implied is not None:
            observed = _reading("observed times", _minus(implied[0], times), implied[1], limits)
    events, other_events, total = _implied_events(log_odds, std_err)
    most = [_most_events(one) for one in (arm, other)]
    better, factor = _better(survival, observed)
    return MedianReadings(
        survival=survival,
        observed=observed,
        events=events,
        other_events=other_events,
        total=total,
        total_fits=None if totals is None else _holds_some(totals, total),
        most_at_risk=(most_at_risk_at_median(most[0], arm.size), most_at_risk_at_median(most[1], other.size)),
        fewest_censored=(
            fewest_censored_before_median(arm.size, most[0]),
            fewest_censored_before_median(other.size, most[1]),
        ),
        below_half=(2 * most[0] < arm.size, 2 * most[1] < other.size),
        better=better,
        factor=factor,
    )


def _rate_ratio(
    arm: Arm, other: Arm, log_odds: Interval, std_err: Interval, totals: range | None
) -> tuple[Interval, float] | None:
    """ln d1/d2 over all pairs of events that are allowed, and how near it comes to `log_odds`; None without a pair."""
    own, others = _possible_events(arm), _possible_events(other)
    d1 = np.arange(max(own.start, 1), own.stop, dtype=np.float64)
    fewest = np.full(d1.size, float(max(others.start, 1)))
    most = np.full(d1.size, float(others.stop - 1))
    if totals is not None:
        fewest, most = np.maximum(fewest, totals.start - d1), np.minimum(most, totals.stop - 1 - d1)
    if not (isinstance(arm.events, int) and isinstance(other.events, int)):
        widest = std_err.high**2 * (1 + SLACK) - 1 / d1  # 1/d2 at most
        narrowest = LEAST_INFORMATION * max(std_err.low, 0.0) ** 2 * (1 - SLACK) - 1 / d1  # and at least
        with np.errstate(divide="ignore"):
            fewest = np.where(widest > 0, np.maximum(fewest, np.ceil(1 / widest)), np.inf)
            most = np.where(narrowest > 0, np.minimum(most, np.floor(1 / narrowest)), most)
    some = fewest <= most
    if not some.any():
        return None
    d1, fewest, most = d1[some], fewest[some], most[some]
    wanted = d1 * math.exp(min(-log_odds.middle, 700.0))  # others that give the middle; the nearest whole ones follow
    nearest = np.log(d1 / np.clip(np.stack([np.floor(wanted), np.ceil(wanted)]), fewest, most))
    distance = np.maximum(np.maximum(log_odds.low - nearest, nearest - log_odds.high), 0.0).min()
    return Interval(float(np.log(d1 / most).min()), float(np.log(d1 / fewest).max())), float(distance)


def _implied_events(log_odds: Interval, std_err: Interval) -> tuple[Interval, Interval, Interval]:
    """The real d1, d2 and d1 + d2 with d1/d2 = ρ, whose logarithm is given, and 1/d1 + 1/d2 = se²."""
    low, high = math.exp(log_odds.low), math.exp(log_odds.high)
    widest = std_err.high**2
    narrowest = std_err.low**2 if std_err.low > 0 else 0.0

    def span(least: float, most: float) -> Interval:
        return Interval(least / widest, most / narrowest if narrowest else math.inf)

    def inverse(odds: float) -> float:
        return 1 / odds if odds > 0 else math.inf

    sums = [2 + odds + inverse(odds) for odds in (low, high)]
    least = 4.0 if log_odds.holds(0.0) else min(sums)
    return span(1 + low, 1 + high), span(1 + inverse(high), 1 + inverse(low)), span(least, max(sums))


def _reading(kind: Kind, implied: Interval, distance: float, limits: Interval) -> Reading:
    """From the logarithm of the implied ratio."""
    ratio = Interval(math.exp(implied.low), math.exp(implied.high))
    return Reading(kind, ratio, distance, ratio.meets(limits))


def _better(survival: Reading, observed: Reading) -> tuple[Kind | None, float]:
    if survival.distance is None or observed.distance is None or survival.distance == observed.distance:
        return None, 1.0
    near, far = sorted((survival, observed), key=lambda reading: reading.distance or 0.0)
    return near.kind, (far.distance or 0.0) / near.distance if near.distance else math.inf


def _possible_events(arm: Arm) -> range:
    if arm.events is None:
        return range(arm.size + 1)
    return range(arm.events, arm.events + 1) if isinstance(arm.events, int) else arm.events


def _most_events(arm: Arm) -> int:
    possible = _possible_events(arm)
    return possible[-1] if possible else 0


def _holds_some(totals: range, implied: Interval) -> bool:
    return bool(totals) and implied.low <= totals[-1] and totals[0] <= implied.high / LEAST_INFORMATION


def _log(interval: Interval) -> Interval:
    if interval.high <= 0:
        raise ValueError(f"{interval.high} is not positive; a median or a ratio must be")
    low = math.log(interval.low) if interval.low > 0 else -math.inf
    return Interval(low, math.log(interval.high))


def _quotient(above: Interval, below: Interval) -> Interval:
    return _minus(_log(above), _log(below))


def _plus(one: Interval, other: Interval) -> Interval:
    return Interval(one.low + other.low, one.high + other.high)


def _minus(one: Interval, other: Interval) -> Interval:
    return Interval(one.low - other.high, one.high - other.low)


def _nearest_to_zero(interval: Interval) -> float:
    return 0.0 if interval.low <= 0 <= interval.high else min(interval.low, interval.high, key=abs)
