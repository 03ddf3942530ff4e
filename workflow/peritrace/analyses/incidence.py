"""Competing risks: how often each cause of an endpoint has happened by a time, the others competing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peritrace.analyses.cohort import Cohort, Slice
from peritrace.ard import Statistic, as_stat
from peritrace.stats import competing_risks
from peritrace.wanted import Incidence

_LIMITS: dict[str, competing_risks.IncidenceTransform] = {"log-log": "log-log", "log": "log-log", "plain": "plain"}


@dataclass(frozen=True)
class _Coded:
    """An endpoint with its causes as numbers: 0 without event, 1 to K."""

    time: NDArray[np.float64]
    cause: NDArray[np.int64]
    labels: list[str]


def incidence(cohort: Cohort) -> Iterator[Statistic]:
    """Every incidence of the study file: curves, values at the time points, and Gray's test between groups."""
    for wanted in cohort.study.analyses.incidence:
        parts = cohort.slices(wanted.by) if wanted.by else [cohort.everyone()]
        for part in parts:
            coded = _coded(cohort, wanted.endpoint, part)
            if coded.time.size:
                yield from _of_part(cohort, wanted.endpoint, part, coded)
        if wanted.by:
            yield from _gray(cohort, wanted, wanted.by)


def _coded(cohort: Cohort, code: str, part: Slice) -> _Coded:
    labels = [cause.label for cause in cohort.study.endpoint(code).events[0].causes]
    times = cohort.time_to_event(code).of(part.members)
    numbers = np.zeros(times.time.size, dtype=np.int64)
    for number, label in enumerate(labels, start=1):
        if times.cause is not None:
            numbers[times.event & (times.cause == label)] = number
    return _Coded(times.time, numbers, labels)


def _of_part(cohort: Cohort, code: str, part: Slice, coded: _Coded) -> Iterator[Statistic]:
    analyses = cohort.study.analyses
    curve = competing_risks.cumulative_incidence(coded.time, coded.cause, len(coded.labels))
    limits = _LIMITS[analyses.limits]
    for number, label in enumerate(coded.labels, start=1):
        base = Statistic("cumulative-incidence", "", "", code, stat_label=label, method="aalen-johansen", **part.labels)
        count = int(np.count_nonzero(coded.cause == number))
        yield replace(base, stat_name="n", stat=as_stat(curve.n))
        yield replace(base, stat_name="n_event", stat=as_stat(count))
        for at in competing_risks.incidence_at(curve, number, analyses.time_points, limits, analyses.level):
            beyond = at.beyond_follow_up and math.isnan(at.estimate)
            found = {"estimate": at.estimate, "conf_low": at.conf_low, "conf_high": at.conf_high}
            for stat_name, value in (found | {"n_risk": at.n_risk, "beyond_follow_up": beyond}).items():
                yield replace(base, variable_level=as_stat(at.time), stat_name=stat_name, stat=as_stat(value))
        low, high = competing_risks.incidence_limits(curve, number, limits, analyses.level)
        # the first cause has a row at every time, so that who is at risk can be told at any
        changes = (curve.n_event[:, number - 1] > 0) | (number == 1)
        changes[-1] = True  # the curve is drawn up to the last follow-up
        rows = [(0.0, curve.n, 0.0, 0.0, 0.0)] if curve.time[0] > 0 else []
        columns = (curve.time, curve.n_risk, curve.incidence[:, number - 1], low, high)
        rows += list(zip(*(column[changes] for column in columns), strict=True))
        for time, *values in rows:
            for stat_name, value in zip(("n_risk", "estimate", "conf_low", "conf_high"), values, strict=True):
                yield replace(
                    base,
                    context="cumulative-incidence-curve",
                    variable_level=as_stat(time),
                    stat_name=stat_name,
                    stat=as_stat(value),
                )


def _gray(cohort: Cohort, wanted: Incidence, by: str) -> Iterator[Statistic]:
    levels = cohort.levels(by)
    known = (levels != "") & cohort.time_to_event(wanted.endpoint).known
    coded = _coded(cohort, wanted.endpoint, Slice(known))
    for number, label in enumerate(coded.labels, start=1):
        base = Statistic(
            "comparison-of-incidence", "p_value", "", wanted.endpoint, group1=by, stat_label=label, method="gray"
        )
        try:
            test = competing_risks.gray_test(coded.time, coded.cause, levels[known], number)
        except ValueError as error:
            yield replace(base, warning=str(error))
            continue
        for stat_name in ("statistic", "df", "p_value"):
            yield replace(base, stat_name=stat_name, stat=as_stat(getattr(test, stat_name)))
