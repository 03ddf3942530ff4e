"""Survival of the cohort: curves, medians and rates under every named convention, life tables, follow-up."""

import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import get_args

import numpy as np

from peritrace.analyses.cohort import Cohort, Slice, TimeToEvent, definitions
from peritrace.ard import Statistic, as_stat
from peritrace.stats import follow_up, kaplan_meier, life_table
from peritrace.study import MONTH_LENGTHS
from peritrace.wanted import Analyses

FOLLOW_UP_METHODS: dict[follow_up.FollowUpMethod, str] = {
    "observed": "observed-follow-up",
    "reverse-kaplan-meier": "reverse-kaplan-meier",
}


def survival(cohort: Cohort) -> Iterator[Statistic]:
    """All of it: each endpoint overall and by the groups that it is compared by."""
    for endpoint, event, convention in definitions(cohort.study):
        times = cohort.time_to_event(event.code)
        whole = times.of(cohort.everyone().members)
        if not whole.time.size:
            continue
        yield from _kaplan_meier(cohort, endpoint.code, whole, cohort.everyone(), convention)
        yield from _life_table_rates(cohort, endpoint.code, whole, cohort.everyone(), convention)
        if convention:
            continue
        yield from _curve(cohort, endpoint.code, whole, cohort.everyone(), "kaplan-meier")
        yield from _life_table_rows(cohort, endpoint.code, whole)
        yield from _deaths_within(cohort, endpoint.code, whole)
        if whole.entry is not None:
            yield from _delayed_entry(cohort, endpoint.code, whole)
        for by in dict.fromkeys(c.by for c in cohort.study.analyses.compare if c.endpoint == endpoint.code):
            for part in cohort.slices(by):
                chosen = times.of(part.members)
                if not chosen.time.size:
                    continue
                yield from _kaplan_meier(cohort, endpoint.code, chosen, part, "")
                yield from _life_table_rates(cohort, endpoint.code, chosen, part, "")
                yield from _curve(cohort, endpoint.code, chosen, part, "kaplan-meier")
    yield from _follow_up(cohort)


def _join(*conventions: str) -> str:
    return "; ".join(part for part in conventions if part)


def _kaplan_meier(cohort: Cohort, code: str, times: TimeToEvent, part: Slice, event: str) -> Iterator[Statistic]:
    """Numbers, median and rates. With the chosen event also the medians and limits of other software."""
    analyses = cohort.study.analyses
    km = kaplan_meier.kaplan_meier(times.time, times.event)
    base = Statistic(
        "survival", "", "", code, unit=cohort.study.time_unit, method="kaplan-meier", convention=event, **part.labels
    )
    deaths = int(np.count_nonzero(times.event))
    counts = {
        "n": km.n,
        "n_event": deaths,
        "n_censor": km.n - deaths,
        "time_min": times.time.min(),
        "time_max": times.time.max(),
    }
    for stat_name, value in counts.items():
        yield replace(base, stat_name=stat_name, stat=as_stat(value))
    for rule in ("spss", "r", "sas"):
        convention = event if rule == "spss" else _join(event, f"median={rule}")
        value = kaplan_meier.median_survival(km, rule)
        yield replace(base, stat_name="median", stat=as_stat(value), convention=convention)
    for limits in get_args(kaplan_meier.MedianLimits):
        convention = event if limits == analyses.limits else _join(event, f"limits={limits}")
        low, high = kaplan_meier.median_limits(km, limits, analyses.level)
        yield replace(base, stat_name="median_conf_low", stat=as_stat(low), convention=convention)
        yield replace(base, stat_name="median_conf_high", stat=as_stat(high), convention=convention)
        if limits in get_args(kaplan_meier.Transform):
            yield from _rates(replace(base, convention=convention), km, limits, analyses)


def _rates(
    base: Statistic, km: kaplan_meier.KaplanMeier, limits: kaplan_meier.Transform, analyses: Analyses
) -> Iterator[Statistic]:
    """Survival at the time points; under other limits only what they change."""
    standard = limits == analyses.limits
    for at in kaplan_meier.survival_at(km, analyses.time_points, limits, analyses.level):
        found = {"conf_low": at.conf_low, "conf_high": at.conf_high}
        if standard:
            # a curve that has come down to zero stays there, however far one looks
            beyond = at.beyond_follow_up and math.isnan(at.estimate)
            found |= {"estimate": at.estimate, "n_risk": at.n_risk, "beyond_follow_up": beyond}
        for stat_name, value in found.items():
            yield replace(
                base,
                context="survival-rate",
                variable_level=as_stat(at.time),
                stat_name=stat_name,
                stat=as_stat(value),
                unit="",
            )


def _curve(cohort: Cohort, code: str, times: TimeToEvent, part: Slice, method: str) -> Iterator[Statistic]:
    """The curve, step by step, from time 0 on."""
    analyses = cohort.study.analyses
    entry = times.entry if method == "kaplan-meier-delayed-entry" else None
    km = kaplan_meier.kaplan_meier(times.time, times.event, entry)
    low, high = kaplan_meier.survival_limits(km, analyses.limits, analyses.level)
    base = Statistic("survival-curve", "", "", code, method=method, **part.labels)
    start = km.n if entry is None else int(np.count_nonzero(entry <= 0))
    rows = [(0.0, start, 0, 0, 1.0, 1.0, 1.0, 0.0)]
    rows += list(zip(km.time, km.n_risk, km.n_event, km.n_censor, km.survival, low, high, km.std_err, strict=True))
    names = ("n_risk", "n_event", "n_censor", "estimate", "conf_low", "conf_high", "std_err")
    for time, *values in rows:
        for stat_name, value in zip(names, values, strict=True):
            yield replace(base, variable_level=as_stat(time), stat_name=stat_name, stat=as_stat(value))


def _delayed_entry(cohort: Cohort, code: str, times: TimeToEvent) -> Iterator[Statistic]:
    """The same endpoint with patients at risk only from their entry into observation on."""
    analyses = cohort.study.analyses
    method = "kaplan-meier-delayed-entry"
    if times.entry is None:
        return
    observed = times.entry < times.time
    left_out = int(np.count_nonzero(~observed))
    if left_out == len(cohort):
        return
    times = times.of(observed)
    km = kaplan_meier.kaplan_meier(times.time, times.event, times.entry)
    warning = f"{left_out} left out whose observation began and ended at the same time" if left_out else ""
    base = Statistic("survival", "", "", code, unit=cohort.study.time_unit, method=method, warning=warning)
    low, high = kaplan_meier.median_limits(km, analyses.limits, analyses.level)
    found = {
        "n": km.n,
        "n_event": int(km.n_event.sum()),
        "median": kaplan_meier.median_survival(km, "spss"),
        "median_conf_low": low,
        "median_conf_high": high,
    }
    for stat_name, value in found.items():
        yield replace(base, stat_name=stat_name, stat=as_stat(value))
    yield from _rates(base, km, analyses.limits, analyses)
    yield from _curve(cohort, code, times, cohort.everyone(), method)


def _life_table_rates(cohort: Cohort, code: str, times: TimeToEvent, part: Slice, event: str) -> Iterator[Statistic]:
    """Rates and median from the life table; with all patients also under the widths and readings an audit tries."""
    analyses = cohort.study.analyses
    settings = analyses.life_table
    base = Statistic("survival-rate", "estimate", "", code, method="life-table", **part.labels)
    rows: tuple[life_table.RateRow, ...] = ("ends-at",) if part.group else ("ends-at", "starts-at")
    widths = [settings.interval] if part.group else [settings.interval, *settings.also]
    for width in widths:
        for through in [settings.through] if part.group or settings.through is None else [settings.through, None]:
            table = life_table.life_table(times.time, times.event, width, through)
            reading = _join(
                event,
                "" if width == settings.interval else f"interval={as_stat(width)}",
                "" if through == settings.through else "through=last",
            )
            median = life_table.life_table_median(table)
            yield replace(
                base,
                context="survival",
                stat_name="median",
                stat=as_stat(median),
                convention=reading,
                unit=cohort.study.time_unit,
            )
            for at in analyses.time_points:
                for row in rows:
                    yield replace(
                        base,
                        variable_level=as_stat(at),
                        stat=as_stat(life_table.life_table_rate(table, at, row)),
                        convention=reading if row == "ends-at" else _join(reading, f"row={row}"),
                    )


def _life_table_rows(cohort: Cohort, code: str, times: TimeToEvent) -> Iterator[Statistic]:
    settings = cohort.study.analyses.life_table
    table = asdict(life_table.life_table(times.time, times.event, settings.interval, settings.through))
    starts = table.pop("start")
    for number, start in enumerate(starts):
        for stat_name, column in table.items():
            yield Statistic("life-table", stat_name, as_stat(column[number]), code, as_stat(start), method="life-table")


def _deaths_within(cohort: Cohort, code: str, times: TimeToEvent) -> Iterator[Statistic]:
    """Events up to so many days after the origin.

    Where the source prints rounded times, also the most that its rounding allows; and under each length of a month.
    """
    study = cohort.study
    own = study.days_per_unit
    lengths = [own, *(d for d in MONTH_LENGTHS if d != own)] if study.time_unit == "months" else [own]
    for days in study.analyses.days_by:
        for length in lengths:
            for slack in (0.0, times.rounding) if times.rounding else (0.0,):
                count = int(np.count_nonzero(times.event & (times.time - slack <= days / length)))
                convention = _join(
                    "times=as-rounded" if slack else "",
                    "" if length == own else f"days_per_month={as_stat(length)}",
                )
                yield Statistic(
                    "deaths-within",
                    "n",
                    as_stat(count),
                    code,
                    as_stat(days),
                    method="descriptive",
                    convention=convention,
                )


def _follow_up(cohort: Cohort) -> Iterator[Statistic]:
    code = cohort.study.analyses.follow_up
    if code is None:
        return
    times = cohort.time_to_event(code).of(cohort.everyone().members)
    if not times.time.size:
        return
    for method, name in FOLLOW_UP_METHODS.items():
        analyses = cohort.study.analyses
        found = follow_up.median_follow_up(
            times.time, times.event, method, limits=analyses.limits, level=analyses.level
        )
        values = {
            "median": found.median,
            "conf_low": found.conf_low,
            "conf_high": found.conf_high,
            "min": times.time.min(),
            "max": times.time.max(),
        }
        for stat_name, value in values.items():
            yield Statistic("follow-up", stat_name, as_stat(value), code, unit=cohort.study.time_unit, method=name)
