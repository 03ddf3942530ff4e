"""Survival curves as the ARD holds them, and what a figure reads off them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from peritrace.ard import Ard, Statistic

METHOD = "kaplan-meier"


@dataclass(frozen=True)
class CurveRow:
    """One time of a curve: counts at it, survival after it. Texts are as the ARD holds them."""

    time: str
    stats: dict[str, str]

    @property
    def at(self) -> float:
        """The time as a number."""
        return float(self.time)

    def number(self, name: str) -> float:
        """A statistic of the row, nan where it has no estimate."""
        return float(self.stats.get(name) or "nan")

    def count(self, name: str) -> int:
        """A count of the row; 0 where it is missing."""
        return round(float(self.stats.get(name) or 0))


@dataclass(frozen=True)
class AtRisk:
    """What stands in the table under a curve. The three sum to the number of patients at every time."""

    n_risk: int  # under observation at this time
    n_censor: int  # censored before it
    n_event: int  # with an event before it


@dataclass(frozen=True)
class Curve:
    """The estimate for one level, or for all patients when `level` is empty."""

    level: str
    rows: tuple[CurveRow, ...]  # in order of time
    summary: dict[str, str]

    def number(self, name: str) -> float:
        """A summary statistic (n, n_event, median …), nan where it has no estimate."""
        return float(self.summary.get(name) or "nan")

    def count(self, name: str) -> int:
        """A summary count; 0 when it is missing."""
        return round(float(self.summary.get(name) or 0))

    @property
    def longest(self) -> float:
        """The last observed time."""
        return self.rows[-1].at

    def at_risk(self, tick: float) -> AtRisk:
        """Patients with a time ≥ `tick`, and those censored or with an event before it."""
        before = [row for row in self.rows if row.at < tick]
        later = next((row for row in self.rows if row.at >= tick), None)
        censored, events = (sum(row.count(name) for row in before) for name in ("n_censor", "n_event"))
        return AtRisk(later.count("n_risk") if later else 0, censored, events)

    def vertices(self, name: str = "estimate") -> list[tuple[float, float]]:
        """Corners of the step function of survival or a limit, from time 0 to the last time.

        A limit has no corners where it has no estimate: runs are parted by a nan.
        """
        corners: list[tuple[float, float]] = []
        level = 1.0 if name == "estimate" else math.nan
        time = 0.0
        for row in self.rows:
            value = row.number(name)
            corners += [(time, level), (row.at, level)]
            time, level = row.at, value
        return [*corners, (time, level)]


def curves(ard: Ard, endpoint: str, by: str | None, levels: Sequence[str]) -> list[Curve]:
    """The Kaplan–Meier curves of an endpoint, of all patients or of each level that has patients, in their order.

    Levels that the ARD has beyond `levels` come last, in its order.
    """
    rows: dict[str, dict[str, dict[str, str]]] = {}
    summaries: dict[str, dict[str, str]] = {}
    for statistic in ard:
        if not _is_standard(statistic, endpoint, by or ""):
            continue
        level = statistic.group1_level
        if statistic.context == "survival-curve":
            stats = rows.setdefault(level, {}).setdefault(statistic.variable_level, {})
            stats.setdefault(statistic.stat_name, statistic.stat)
        elif statistic.context == "survival":
            summaries.setdefault(level, {}).setdefault(statistic.stat_name, statistic.stat)
    found = []
    for level in dict.fromkeys([*levels, *rows]):
        if level in rows:
            in_time = sorted((CurveRow(*item) for item in rows[level].items()), key=_time)
            found.append(Curve(level, tuple(in_time), summaries.get(level, {})))
    return found


def _is_standard(statistic: Statistic, endpoint: str, by: str) -> bool:
    """Whether it belongs to the standard reading of the curve of this endpoint and group."""
    return (
        statistic.variable == endpoint
        and statistic.method == METHOD
        and statistic.group1 == by
        and bool(statistic.group1_level) == bool(by)
        and not statistic.convention
    )


def _time(row: CurveRow) -> float:
    return row.at
