"""Tables of survival: estimates, life tables, comparisons of curves."""

import math
from collections import defaultdict
from collections.abc import Iterator

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.formats import NOT_ESTIMABLE, format_number, format_p
from peritrace.meaning import Endpoint
from peritrace.methods import method_label
from peritrace.study import Study
from peritrace.tabulations.lookup import (
    BEYOND_FOLLOW_UP,
    caption,
    level_text,
    life_table_median_text,
    median_text,
    numbers,
    rate_text,
    standard,
)
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted
from peritrace.words import in_sentence

Part = tuple[str, str, str]  # method, group1, group1_level
WAITING = "kaplan-meier-delayed-entry"


def survival_estimates(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Each endpoint: patients, events, median and rates, overall, by other methods and by group."""
    analyses = study.analyses
    interval = level_text(analyses.level)
    columns = [
        Column("Endpoint"),
        Column("n", "number"),
        Column("Events", "number"),
        Column(f"Median, {study.time_unit} ({interval})", "number"),
        *(Column(f"{as_stat(time)} {study.time_unit}, % ({interval})", "number") for time in analyses.time_points),
    ]
    rows: list[Row] = []
    for endpoint in study.endpoints:
        rows.append(Row((endpoint.label, *("" for _ in columns[1:])), "section"))
        rows += _estimates(study, ard, endpoint)
    notes = [
        f"{NOT_ESTIMABLE} a limit that was not reached, or no estimate; "
        f"“{BEYOND_FOLLOW_UP}”: no patient was followed for so long."
    ]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _estimates(study: Study, ard: Ard, endpoint: Endpoint) -> Iterator[Row]:
    medians: dict[Part, list[Statistic]] = defaultdict(list)
    rates: dict[tuple[Part, str], list[Statistic]] = defaultdict(list)
    for s in standard(ard, "survival", "survival-rate"):
        if s.variable == endpoint.code:
            part = (s.method, s.group1, s.group1_level)
            if s.context == "survival":
                medians[part].append(s)
            else:
                rates[part, s.variable_level].append(s)
    order = {"kaplan-meier": 0, "life-table": 1, WAITING: 2}
    for part in sorted(medians, key=lambda p: (p[1] != "", order.get(p[0], 9) if not p[1] else 0)):
        method, group, level = part
        if group and method != "kaplan-meier":
            continue
        found = numbers(medians[part], "stat_name")
        at = [numbers(rates[part, as_stat(time)], "stat_name") for time in study.analyses.time_points]
        who = f"{study.label(group)}: {level}" if group else "All patients"
        if not group and method != "kaplan-meier":
            who += f", {method_label(method).removeprefix('Kaplan–Meier ')}"
        cells = [_count(found, name) for name in ("n", "n_event")]
        median = median_text(found)
        if method == "life-table":
            median = life_table_median_text(found.get("median", math.nan), study.analyses.life_table.through)
        yield Row((who, *cells, median, *map(rate_text, at)), "level")


def _count(found: dict[str, float], name: str) -> str:
    return format_number(found[name], 0) if name in found else ""


# The columns of SPSS's SURVIVAL: name in the ARD, header, decimals.
LIFE_TABLE_COLUMNS = (
    ("n_entering", "Entering", 0),
    ("n_withdrawing", "Withdrawing", 0),
    ("n_exposed", "Exposed to risk", 1),
    ("n_terminal", "Terminal events", 0),
    ("proportion_terminating", "Proportion terminating", 3),
    ("proportion_surviving", "Proportion surviving", 3),
    ("cumulative_survival", "Cumulative proportion surviving at end", 3),
    ("se_cumulative", "SE of cumulative proportion", 3),
    ("density", "Probability density", 4),
    ("se_density", "SE of density", 4),
    ("hazard", "Hazard rate", 4),
    ("se_hazard", "SE of hazard", 4),
)


def life_table(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """The actuarial life table of an endpoint, with the columns of SPSS."""
    code = wanted.endpoint or ""
    intervals: dict[str, list[Statistic]] = {}
    for s in standard(ard, "life-table"):
        if s.variable == code and not s.group1:
            intervals.setdefault(s.variable_level, []).append(s)
    columns = [Column(f"Interval, {study.time_unit}"), *(Column(title, "number") for _, title, _ in LIFE_TABLE_COLUMNS)]
    rows = []
    for start, statistics in intervals.items():
        found = numbers(statistics, "stat_name")
        cells = [format_number(found.get(name), decimals) for name, _, decimals in LIFE_TABLE_COLUMNS]
        rows.append(Row((_interval(start, found.get("end", math.nan)), *cells)))
    medians = [s for s in standard(ard, "survival") if s.variable == code and s.method == "life-table" and not s.group1]
    values = [life_table_median_text(s.number, study.analyses.life_table.through) for s in medians]
    notes = [f"Median by linear interpolation, {study.time_unit}: {value}." for value in values]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _interval(start: str, end: float) -> str:
    return f"{start} to <{as_stat(end)}" if math.isfinite(end) else f"{start} and more"


RANK_TESTS = ("log-rank", "breslow", "tarone-ware")


def comparisons(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Endpoints compared between the levels of a group, by each rank test, with observed and expected events."""
    found: dict[tuple[str, str], list[Statistic]] = defaultdict(list)
    for s in standard(ard, "comparison"):
        found[s.variable, s.group1].append(s)
    titles = {"log-rank": "Log-rank P (χ²)", "breslow": "Breslow P (χ²)", "tarone-ware": "Tarone–Ware P (χ²)"}
    columns = [
        Column("Comparison"),
        Column("Events observed", "number"),
        Column("Events expected", "number"),
        *(Column(titles[test], "number") for test in RANK_TESTS),
    ]
    rows = []
    for (endpoint, by), statistics in found.items():
        tests = [_rank_test([s for s in statistics if s.method == test and not s.group1_level]) for test in RANK_TESTS]
        reasons = dict.fromkeys(s.warning for s in statistics if s.warning)
        title = f"{study.label(endpoint)}, by {in_sentence(study.label(by))}"
        rows.append(Row((title, "", "", *tests), "section", "; ".join(reasons)))
        events = [s for s in statistics if s.method == "log-rank" and s.group1_level]
        present = dict.fromkeys(s.group1_level for s in events)
        for level in [known for known in study.levels(by) if known in present] or present:
            counts = numbers([s for s in events if s.group1_level == level], "stat_name")
            cells = (format_number(counts.get("observed"), 0), format_number(counts.get("expected"), 1))
            rows.append(Row((level, *cells, *("" for _ in RANK_TESTS)), "level"))
    notes = ["Expected: events that the log-rank test expects if the curves are the same."]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _rank_test(statistics: list[Statistic]) -> str:
    found = numbers(statistics, "stat_name")
    if math.isnan(found.get("p_value", math.nan)):
        return NOT_ESTIMABLE
    chi_square = f" ({format_number(found['statistic'], 2)})" if "statistic" in found else ""
    return format_p(found["p_value"]) + chi_square
