"""Curves of survival and of cumulative incidence as the ARD holds them, and what a figure reads off them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peritrace.ard import Ard, Statistic

METHOD, INCIDENCE_METHOD = "kaplan-meier", "aalen-johansen"


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
        censored, events = (sum(row.count(name) for row in before) for name in ("n_censor", "n_event"))
        return AtRisk(n_at_risk(self.rows, tick), censored, events)

    def vertices(self, name: str = "estimate") -> list[tuple[float, float]]:
        """Corners of the step function of survival or a limit, from time 0 to the last time."""
        return corners(self.rows, name, 1.0)


@dataclass(frozen=True)
class IncidenceCurve:
    """The cumulative incidence of one cause in one level, or in all patients when `level` is empty."""

    level: str
    cause: str
    rows: tuple[CurveRow, ...]  # in order of time

    @property
    def longest(self) -> float:
        """The last observed time."""
        return self.rows[-1].at

    def vertices(self, name: str = "estimate") -> list[tuple[float, float]]:
        """Corners of the step function of incidence or a limit, from time 0 to the last time."""
        return corners(self.rows, name, 0.0)


def n_at_risk(rows: Sequence[CurveRow], tick: float) -> int:
    """How many have a time ≥ `tick`; `rows` are in order of time."""
    return next((row.count("n_risk") for row in rows if row.at >= tick), 0)


def corners(rows: Sequence[CurveRow], name: str, start: float) -> list[tuple[float, float]]:
    """Corners of the step function of a statistic; the estimate begins at `start`, a limit has none before its first.

    Runs of a limit are parted by a nan.
    """
    found: list[tuple[float, float]] = []
    level = start if name == "estimate" else math.nan
    time = 0.0
    for row in rows:
        value = row.number(name)
        found += [(time, level), (row.at, level)]
        time, level = row.at, value
    return [*found, (time, level)]


def curves(ard: Ard, endpoint: str, by: str | None, levels: Sequence[str]) -> list[Curve]:
    """The Kaplan–Meier curves of an endpoint, of all patients or of each level that has patients, in their order.

    Levels that the ARD has beyond `levels` come last, in its order.
    """
    rows: dict[str, dict[str, dict[str, str]]] = {}
    summaries: dict[str, dict[str, str]] = {}
    for statistic in ard:
        if not _is_standard(statistic, endpoint, by or "", METHOD):
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
            found.append(Curve(level, _in_time(rows[level]), summaries.get(level, {})))
    return found


def incidence_curves(
    ard: Ard, endpoint: str, by: str | None, levels: Sequence[str], causes: Sequence[str]
) -> list[IncidenceCurve]:
    """The Aalen–Johansen curves of an endpoint by level and cause, in the orders given.

    Levels and causes that the ARD has beyond those come last, in its order.
    """
    rows: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for statistic in ard.where(context="cumulative-incidence-curve"):
        if _is_standard(statistic, endpoint, by or "", INCIDENCE_METHOD):
            curve = rows.setdefault((statistic.group1_level, statistic.stat_label), {})
            # Where events happen at time 0, the row after them follows the one that every curve starts with.
            curve.setdefault(statistic.variable_level, {})[statistic.stat_name] = statistic.stat
    all_levels = dict.fromkeys([*levels, *(level for level, _ in rows)])
    all_causes = dict.fromkeys([*causes, *(cause for _, cause in rows)])
    keys = [(level, cause) for level in all_levels for cause in all_causes if (level, cause) in rows]
    return [IncidenceCurve(*key, _in_time(rows[key])) for key in keys]


def _in_time(rows: Mapping[str, dict[str, str]]) -> tuple[CurveRow, ...]:
    return tuple(sorted((CurveRow(*item) for item in rows.items()), key=_time))


def _is_standard(statistic: Statistic, endpoint: str, by: str, method: str) -> bool:
    """Whether it belongs to the standard reading of the curve of this endpoint and group."""
    return (
        statistic.variable == endpoint
        and statistic.method == method
        and statistic.group1 == by
        and bool(statistic.group1_level) == bool(by)
        and not statistic.convention
    )


def _time(row: CurveRow) -> float:
    return row.at
