"""Tables of what happened over time beyond survival curves: follow-up, mean survival, incidence, landmarks."""

import math
from collections.abc import Iterable

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.formats import NOT_ESTIMABLE, format_interval, format_number, format_p, format_ratio
from peritrace.methods import EXPOSED, NOT_EXPOSED, method_label
from peritrace.study import Study
from peritrace.tabulations.lookup import caption, level_text, median_text, numbers, rate_text, standard
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted
from peritrace.words import counted, in_sentence


def follow_up(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Median follow-up by each definition, with its range."""
    interval = level_text(study.analyses.level)
    columns = (
        Column("Definition"),
        Column(f"Median, {study.time_unit} ({interval})", "number"),
        Column("Range", "number"),
    )
    rows = []
    statistics = standard(ard, "follow-up")
    for method in dict.fromkeys(s.method for s in statistics):
        found = numbers([s for s in statistics if s.method == method], "stat_name")
        span = f"{format_number(found.get('min'))} to {format_number(found.get('max'))}"
        label = method_label(method)
        rows.append(Row((label[:1].upper() + label[1:], median_text(found, "conf_low", "conf_high"), span)))
    code = next((s.variable for s in statistics), "")
    notes = [f"Of {in_sentence(study.label(code))}."] if code else []
    return Table(wanted.id, caption(wanted), columns, tuple(rows), (*wanted.notes, *notes))


def restricted_mean(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Mean survival up to each horizon, overall and by group, and the difference of two groups."""
    interval = level_text(study.analyses.level)
    horizons = [as_stat(horizon) for horizon in study.analyses.restricted_mean]
    columns = [Column("Endpoint"), *(Column(f"Up to {at} {study.time_unit} ({interval})", "number") for at in horizons)]
    rows: list[Row] = []
    statistics = standard(ard, "restricted-mean", "restricted-mean-difference")
    for endpoint in study.endpoints:
        of_endpoint = [s for s in statistics if s.variable == endpoint.code]
        if not of_endpoint:
            continue
        rows.append(Row((endpoint.label, *("" for _ in horizons)), "section"))
        for group, level in dict.fromkeys((s.group1, s.group1_level) for s in of_endpoint):
            part = [s for s in of_endpoint if (s.group1, s.group1_level) == (group, level)]
            difference = part[0].context == "restricted-mean-difference"
            cells = [_mean([s for s in part if s.variable_level == at], difference) for at in horizons]
            who = f"{study.label(group)}: {'difference ' if difference else ''}{level}" if group else "All patients"
            rows.append(Row((who, *cells), "level"))
    notes = [f"{NOT_ESTIMABLE}: follow-up ends before that time."]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _mean(statistics: Iterable[Statistic], difference: bool) -> str:
    found = numbers(statistics, "stat_name")
    estimate = found.get("estimate", math.nan)
    if math.isnan(estimate):
        return NOT_ESTIMABLE
    text = f"{format_number(estimate)} ({format_interval(found.get('conf_low'), found.get('conf_high'))})"
    return f"{text}, P {_equals(found.get('p_value'))}" if difference else text


def _equals(p_value: float | None) -> str:
    text = format_p(p_value)
    return text if text.startswith(("<", ">")) else f"= {text}"


def incidence(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Cumulative incidence of each cause at the time points, overall and by group, with Gray's test."""
    interval = level_text(study.analyses.level)
    at = [as_stat(time) for time in study.analyses.time_points]
    columns = [
        Column("Cause"),
        Column("n", "number"),
        Column("Events", "number"),
        *(Column(f"{time} {study.time_unit}, % ({interval})", "number") for time in at),
        Column("Gray's P", "number"),
    ]
    rows: list[Row] = []
    statistics = standard(ard, "cumulative-incidence")
    tests = {
        (s.variable, s.group1, s.stat_label): s
        for s in standard(ard, "comparison-of-incidence")
        if s.stat_name == "p_value"
    }
    for wish in study.analyses.incidence:
        group = wish.by or ""
        part = [s for s in statistics if s.variable == wish.endpoint and s.group1 == group]
        for cause in dict.fromkeys(s.stat_label for s in part):
            test = tests.get((wish.endpoint, group, cause))
            title = f"{study.label(wish.endpoint)}: {in_sentence(cause)}"
            if group:
                title += f", by {in_sentence(study.label(group))}"
            blank = ["" for _ in columns[1:-1]]
            rows.append(
                Row((title, *blank, format_p(test.number) if test else ""), "section", test.warning if test else "")
            )
            of_cause = [s for s in part if s.stat_label == cause]
            for level in dict.fromkeys(s.group1_level for s in of_cause):
                of_level = [s for s in of_cause if s.group1_level == level]
                counts = numbers([s for s in of_level if not s.variable_level], "stat_name")
                rates = [rate_text(numbers([s for s in of_level if s.variable_level == t], "stat_name")) for t in at]
                cells = [format_number(counts.get(name), 0) for name in ("n", "n_event")]
                rows.append(Row((level or "All patients", *cells, *rates, ""), "level"))
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), tuple(wanted.notes))


def landmarks(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Survival from each landmark on, by whether the exposure had begun by then."""
    interval = level_text(study.analyses.level)
    columns = (
        Column("Landmark"),
        Column("n", "number"),
        Column("Events after it", "number"),
        Column(f"Median after it, {study.time_unit} ({interval})", "number"),
        Column(f"Hazard ratio ({interval})", "number"),
        Column("Log-rank P", "number"),
    )
    rows: list[Row] = []
    statistics = standard(ard, "landmark")
    for wish in study.analyses.landmarks:
        for at in map(as_stat, wish.at):
            part = [s for s in statistics if s.analysis == wish.id and s.variable_level == at]
            whole = numbers([s for s in part if not s.group1_level], "stat_name")
            warning = next((s.warning for s in part if s.warning), "")
            left_out = counted(int(whole.get("n_left_out", 0)), "patient")
            title = f"{study.label(wish.exposure)} at {at} {study.time_unit}; {in_sentence(study.label(wish.endpoint))}"
            title += f" ({left_out} left out: event or last contact by then)"
            rows.append(
                Row((title, "", "", "", _hazard_ratio(whole), format_p(whole.get("p_value"))), "section", warning)
            )
            for level in (EXPOSED, NOT_EXPOSED):
                found = numbers([s for s in part if s.group1_level == level], "stat_name")
                cells = [format_number(found.get(name), 0) for name in ("n", "n_event")]
                median = median_text(found) if found.get("n") else NOT_ESTIMABLE
                rows.append(Row((level[:1].upper() + level[1:], *cells, median, "", ""), "level"))
    return Table(wanted.id, caption(wanted), columns, tuple(rows), tuple(wanted.notes))


def _hazard_ratio(found: dict[str, float]) -> str:
    estimate = found.get("estimate", math.nan)
    if not (math.isfinite(estimate) and estimate > 0):
        return NOT_ESTIMABLE
    low, high = (format_ratio(found.get(name)) for name in ("conf_low", "conf_high"))
    return f"{format_ratio(estimate)} ({low} to {high})"
