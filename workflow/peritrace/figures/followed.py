"""How many are still followed at a time, from curves of incidence that may skip times without an event."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from peritrace.figures.curves import CurveRow, IncidenceCurve


@dataclass(frozen=True)
class Followed:
    """Numbers at risk of one level at the times at which they are known."""

    times: Sequence[float]  # rising
    counts: Sequence[int]
    gaps: frozenset[float]  # times before which, since the time before, patients may have been lost without a row

    @classmethod
    def of(cls, causes: Sequence[IncidenceCurve], survival: Sequence[CurveRow]) -> "Followed":
        """From the curves of all causes and, where it counts the same patients, that of survival, which skips no time.

        Without the latter, curves that have a row at which no cause rises are taken to skip no time either.
        """
        rows = {row.time: row for curve in causes for row in curve.rows}
        others = {row.time: row for row in survival}
        agree = all(others[time].count("n_risk") == row.count("n_risk") for time, row in rows.items() if time in others)
        every_time = bool(others) and agree and rows.keys() - {"0"} <= others.keys()
        merged = sorted((others | rows if every_time else rows).values(), key=lambda row: row.at)
        times, counts = [row.at for row in merged], [row.count("n_risk") for row in merged]
        return cls(times, counts, frozenset() if every_time else _gaps(causes, times, counts))

    def at_risk(self, tick: float) -> int | None:
        """The patients with a time ≥ `tick`; None where that can't be told."""
        place = bisect_left(self.times, tick)
        if place == len(self.times):
            return 0
        time = self.times[place]
        return None if time in self.gaps and time != tick else self.counts[place]


def _gaps(causes: Sequence[IncidenceCurve], times: Sequence[float], counts: Sequence[int]) -> frozenset[float]:
    """The times before which the count fell by more than the events of the time before."""
    events = _events(causes, times, counts)
    if 0 in events[1:-1]:
        return frozenset()
    falls = (before - after for before, after in pairwise(counts))
    return frozenset(time for time, fall, count in zip(times[1:], falls, events, strict=False) if fall != count)


def _events(causes: Sequence[IncidenceCurve], times: Sequence[float], counts: Sequence[int]) -> list[int]:
    """The events of all causes at each time: those at risk times the rise of incidence, over survival before it."""
    estimates = [{row.at: row.number("estimate") for row in curve.rows} for curve in causes]
    reached = [0.0] * len(causes)
    events = []
    for time, count in zip(times, counts, strict=True):
        before = sum(reached)
        found = (estimate.get(time, math.nan) for estimate in estimates)
        reached = [old if math.isnan(new) else new for old, new in zip(reached, found, strict=True)]
        events.append(round(count * (sum(reached) - before) / (1 - before)) if before < 1 - 1e-9 else 0)
    return events
