"""What counts of patients and events prove about a Kaplan–Meier curve whose patients are not published.

Everything here is a proof of impossibility for right-censored follow-up of one group without delayed entry. All rests
on one band: with n patients at the start, d events up to and including t, and r patients followed beyond t,
r/(r + d) <= S(t) <= 1 - d/n. Proof: S is a product of factors 1 - d_j/n_j. It is greatest if nobody is censored before
an event, so that all n are at risk until their event: 1 - d/n. By induction it is at least r/(r + d): just before the
next event time at most the r of the last one are at risk, x/(x + d) rises with x, and (m - e)/m · m/(m + d) =
(m - e)/((m - e) + (d + e)) for e events among m at risk. Events come before censorings at the same time, as in all
programs. A curve that stands at exactly 1/2 counts as having reached the median, the weakest of the conventions.
"""

import math
from typing import Literal

from peritrace.interval import SLACK, Interval

Scale = Literal["plain", "log"]


def survival_band(n: int, events: int, at_risk: int) -> Interval:
    """The values that Kaplan–Meier survival S(t) can have: from r/(r + d) to 1 - d/n.

    n: patients at the start; events: d up to and including t; at_risk: r whose follow-up is longer than t (numbers at
    risk below a figure also count those who leave at t itself). Raises ValueError where d + r exceeds n.
    """
    if n < 1 or events < 0 or at_risk < 0 or events + at_risk > n:
        raise ValueError(f"of {n} patients, {events} can't have had the event and {at_risk} be at risk still")
    if events == 0:
        return Interval(1.0, 1.0)
    return Interval(at_risk / (at_risk + events), (n - events) / n)


def rate_possible(rate: Interval, n: int, events: int | range | None = None, at_risk: int | None = None) -> bool:
    """Whether S(t) can be within `rate` (0 to 1), whatever isn't known being free.

    events: those up to and including t; a range where only bounds are known, such as range(total + 1) for the total of
    the whole follow-up. at_risk: those whose follow-up is longer than t. Without censoring S is a multiple of 1/n.
    """
    possible = range(n + 1) if events is None else range(events, events + 1) if isinstance(events, int) else events
    followed = at_risk or 0
    # both ends of the band fall with d: the most events that the upper end allows are the best choice, or one fewer
    # where only the slack allowed them
    most = min(possible.stop - 1, n - followed, math.floor(n * (1 - rate.low + SLACK)))
    least = max(possible.start, 0)
    return any(rate.meets(survival_band(n, d, followed)) for d in (most, most - 1) if d >= least)


def most_at_risk_at_median(events: int, n: int) -> int:
    """How many can still be followed beyond a median that is reached: r <= d <= `events` and r + d <= n.

    From r/(r + d) <= S <= 1/2.
    """
    return min(events, n // 2)


def fewest_censored_before_median(n: int, events: int) -> int:
    """How many at least were censored by the time of a median that is reached: n - r - d >= n - 2·events."""
    return max(0, n - 2 * events)


def median_possible(n: int, events: int, followed_beyond: int | None = None) -> bool:
    """Whether a median can be reached by n patients with `events` in all, `followed_beyond` of them beyond it.

    It needs d >= r at the median, with d up to `events` and d + r up to n.
    """
    beyond = followed_beyond or 0
    return 1 <= events <= n and beyond <= most_at_risk_at_median(events, n)


def median_fits_follow_up(
    n: int, events: int, median: Interval, follow_up: Interval, of: Literal["survivors", "everyone"]
) -> bool:
    """Whether a median survival t fits the plain median of the observed follow-up times.

    Both count from the same start. Only a follow-up that is longer than t, whatever the rounding, proves something. The
    larger half of m times then exceeds t: m/2 or, m being odd, (m + 1)/2 of them (if m is even and the two in the
    middle are averaged, at least the upper one exceeds t; other conventions leave more beyond t). These are at risk
    after t, so as many events by t are needed.
    Of the survivors (m = n - events): events >= (n - events)/2 rounded up; so n/3 of all patients at least.
    Of everyone (m = n): half of all beyond t and half with the event by t, which only an even n without any censoring
    by t allows, the curve then standing at exactly 1/2.
    For several groups that all reach their median: n and events of all together, and the greatest of the medians,
    since d >= r then holds for each group at that time. Reverse Kaplan–Meier follow-up is not covered.
    """
    if follow_up.low <= median.high or follow_up.meets(median):
        return True
    if of == "everyone":
        return n % 2 == 0 and events >= n // 2
    survivors = n - events
    return events >= (survivors + 1) // 2


def not_reached_possible(n: int, events_by_t: int) -> bool:
    """Whether the median may be unreached by t: not with more events by t than half the patients (S <= 1 - d/n < 1/2).

    With exactly half it may: some programs ask that the curve falls below 1/2.
    """
    return 2 * events_by_t <= n


def median_in_limits(median: Interval, low: Interval | None, high: Interval | None) -> bool:
    """Whether a median can lie between its confidence limits; a limit that isn't reached is None."""
    above = low is None or low.low <= median.high or low.meets(median)
    below = high is None or median.low <= high.high or high.meets(median)
    return above and below


def limits_symmetric(median: Interval, low: Interval, high: Interval) -> list[Scale]:
    """The scales on which the limits can be symmetric about the median (or about any estimate).

    "plain": median ± z·se, as SPSS prints for the median; "log": the median times and over a factor. Limits by
    Brookmeyer and Crowley, R's and SAS's, are event times and symmetric on no scale.
    """
    scales: list[Scale] = []
    if Interval(2 * median.low, 2 * median.high).meets(Interval(low.low + high.low, low.high + high.high)):
        scales.append("plain")
    if low.high > 0 and median.high > 0:
        square = Interval(max(median.low, 0.0) ** 2, median.high**2)
        if square.meets(Interval(max(low.low, 0.0) * high.low, low.high * high.high)):
            scales.append("log")
    return scales


def at_risk_ratio_possible(at_risk: int, later_at_risk: int, rate: Interval, later_rate: Interval) -> bool:
    """Whether two numbers at risk fit the curve: n2 <= n1 and n2/n1 <= S2/S1 <= 1, S not rising.

    At most n1 - n2 events lie between; the band, starting at the first time, gives the quotient. Both numbers count who
    is followed beyond the time, or both who is followed to it (as figures do) and S2 is read just before an event at
    that time. With an event, S falls by 1/n1 of itself at least.
    """
    if not 0 <= later_at_risk <= at_risk:
        return False
    if rate.meets(later_rate):
        return True  # no event
    if later_at_risk == at_risk or later_rate.low > rate.high:
        return False
    lowest = later_rate.low / rate.high  # S2/S1 over the rounding
    highest = later_rate.high / rate.low if rate.low > 0 else float("inf")
    least = later_at_risk / at_risk
    return highest >= least * (1 - SLACK) and lowest <= (1 - 1 / at_risk) * (1 + SLACK)
