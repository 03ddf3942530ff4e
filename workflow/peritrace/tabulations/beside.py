"""Two cohorts side by side: what both describe, and the endpoints that both have."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from peritrace.ard import Ard, as_stat
from peritrace.formats import NOT_ESTIMABLE, format_count, format_number
from peritrace.meaning import NumberColumn
from peritrace.study import Study
from peritrace.tabulations.descriptive import decimals_needed
from peritrace.tabulations.lookup import caption, level_text, median_text, numbers, rate_text, standard
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted


@dataclass(frozen=True)
class Other:
    """A cohort with its statistics."""

    study: Study
    ard: Ard

    @property
    def size(self) -> float:
        """How many patients."""
        return next((s.number for s in standard(self.ard, "cohort") if s.stat_name == "N"), math.nan)

    @property
    def header(self) -> str:
        """What a column is called; simulated patients are named as such wherever they stand."""
        simulated = "simulated, " if any(column.name == "simulated" for column in self.study.columns) else ""
        return f"{self.study.short_title or self.study.id} ({simulated}n = {format_number(self.size, 0)})"

    def stats(self, context: str, name: str, level: str = "", method: str = "") -> dict[str, float]:
        """The statistics of a variable for all patients, by their names."""
        chosen = [
            s
            for s in standard(self.ard, context)
            if (s.variable, s.variable_level, s.group1) == (name, level, "") and method in ("", s.method)
        ]
        return numbers(chosen, "stat_name")


def beside(study: Study, ard: Ard, others: dict[str, Other], wanted: Wanted) -> Table:
    """Variables and endpoints of the same name in this cohort and another; nothing is tested between them."""
    mine, other = Other(study, ard), others[wanted.other or ""]
    pair = (mine, other)
    columns = [Column("Variable"), *(Column(c.header, "number") for c in pair)]
    rows: list[Row] = []
    shared = [name for name in study.analyses.describe if name in other.study.analyses.describe]
    for name in shared:
        rows += _variable(name, pair)
    for endpoint in study.endpoints:
        if endpoint.code in {e.code for e in other.study.endpoints}:
            rows += _endpoint(endpoint.code, pair)
    notes = ["Cohorts that were not chosen together differ in much that is not shown; nothing is tested between them."]
    left_out = len(study.analyses.describe) - len(shared)
    if left_out:
        notes.append(f"{left_out} described variables of this cohort have no namesake in the other.")
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _variable(name: str, pair: tuple[Other, Other]) -> list[Row]:
    study = pair[0].study
    columns = {c.name: c for c in study.columns}
    column = columns.get(name)
    if isinstance(column, NumberColumn):
        return [Row((f"{study.label(name)}{_unit(column)}, median (Q1–Q3)", *_medians(column, pair)))]
    levels = dict.fromkeys(level for c in pair for level in c.study.levels(name))
    if not levels:
        return []
    rows = [Row((f"{study.label(name)}, n (%)", "", ""), "section")]
    # of fewer than a hundred a decimal of a percentage says nothing, and a row has as many decimals on both sides
    decimals = int(all(c.size >= 100 for c in pair))
    return rows + [Row((level, *(_count(c, name, level, decimals) for c in pair)), "level") for level in levels]


def _unit(column: NumberColumn) -> str:
    return f" ({column.unit})" if column.unit else ""


def _medians(column: NumberColumn, pair: tuple[Other, Other]) -> Iterator[str]:
    """Of both cohorts, with the same decimals; another unit stands with its cell."""
    found = [c.stats("summary", column.name) for c in pair]
    triples = [[stats.get(key, math.nan) for key in ("median", "p25", "p75")] for stats in found]
    decimals = decimals_needed([value for triple in triples for value in triple], column.decimals)
    for cohort, values in zip(pair, triples, strict=True):
        theirs = next((c for c in cohort.study.columns if c.name == column.name), None)
        unit = _unit(theirs) if isinstance(theirs, NumberColumn) and theirs.unit != column.unit else ""
        median, low, high = (format_number(value, decimals) for value in values)
        yield median if median == NOT_ESTIMABLE else f"{median} ({low}–{high}){unit}"


def _count(cohort: Other, name: str, level: str, decimals: int) -> str:
    found = cohort.stats("counts", name, level)
    count, of = found.get("n", math.nan), found.get("N", math.nan)
    if not (math.isfinite(count) and math.isfinite(of)):
        return NOT_ESTIMABLE
    return format_count(int(count), int(of), decimals)


def _endpoint(code: str, pair: tuple[Other, Other]) -> list[Row]:
    study = pair[0].study
    found = [c.stats("survival", code, method="kaplan-meier") for c in pair]
    unit, interval = study.time_unit, level_text(study.analyses.level)
    rows = [Row((study.label(code), "", ""), "section")]
    events = (format_number(f.get("n_event"), 0) if f else NOT_ESTIMABLE for f in found)
    rows.append(Row(("Events", *events), "level"))
    medians = (
        median_text(f) + ("" if c.study.time_unit == unit else f" {c.study.time_unit}") if f else NOT_ESTIMABLE
        for c, f in zip(pair, found, strict=True)
    )
    rows.append(Row((f"Median, {unit} ({interval})", *medians), "level"))
    if all(c.study.time_unit == unit for c in pair):
        for time in study.analyses.time_points:
            at = [c.stats("survival-rate", code, as_stat(time), "kaplan-meier") for c in pair]
            rows.append(Row((f"At {as_stat(time)} {unit}, % ({interval})", *map(rate_text, at)), "level"))
    return rows
