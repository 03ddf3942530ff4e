"""Which statistics of the ARD a claim speaks of.

A claim is bound by what it states: its quantity selects a context and a statistic, its variable, level, group and time
select rows. Each row found is one reading of the claim; the method and the conventions of the row say how far the
reading departs from what the source says it did.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.claims import Claim
from peritrace.formats import format_count, format_number, format_p_equation
from peritrace.methods import METHODS, method_label
from peritrace.study import Study

# The methods that count as stated where the source names none.
USUAL_METHODS = {
    "survival-rate": ["kaplan-meier"],
    "survival-median": ["kaplan-meier"],
    "follow-up": ["observed-follow-up", "reverse-kaplan-meier"],
    "difference": ["log-rank"],
    "association": ["pearson", "t-test", "welch", "mann-whitney", "fisher", "chi-square"],
    "prediction": ["cox-efron", "cox-breslow", "logistic"],
}
_SUMMARY_STATISTICS = {"median": "median", "mean": "mean", "minimum": "min", "maximum": "max"}
_TIME_STATISTICS = {"minimum": "time_min", "maximum": "time_max"}
P_VALUES = {"difference": "comparison", "association": "association", "prediction": "model"}
DAYS_IN = {"days": 1.0, "months": 30.4375, "years": 365.25}


@dataclass(frozen=True)
class Reading:
    """One value that a claim could stand for, and what one must assume to read it so."""

    value: float
    shown: str  # the value as a person reads it: "4 of 10 (40%)"
    method: str
    departures: tuple[str, ...] = ()  # from the stated method and its standard reading
    event: str = ""  # the reading of the event, where the source leaves it open
    variable: str = ""
    rows: tuple[Statistic, ...] = ()  # of which it is made

    @property
    def method_label(self) -> str:
        """What a report calls the method."""
        return method_label(self.method)


def missing_names(claim: Claim, study: Study) -> list[str]:
    """The names of a claim for which nothing is published."""
    return [name for name in (*claim.variables, *claim.groups) if name not in study.names]


def readings(claim: Claim, ard: Ard, study: Study) -> list[Reading]:
    """Every reading of the claim that the statistics offer, the stated ones first."""
    if claim.quantity in ("count", "share", "amount"):
        found = list(_counts(claim, ard))
    elif claim.quantity == "direction":
        found = list(_directions(claim, ard))
    else:
        found = [reading for row in _rows(claim, ard) for reading in _reading(claim, row, study)]

    def rank(reading: Reading) -> tuple[int, int]:
        named = reading.variable in claim.variables
        return len(reading.departures), claim.variables.index(reading.variable) if named else 0

    return sorted(found, key=rank)


def _rows(claim: Claim, ard: Ard) -> Iterator[Statistic]:
    """The rows whose statistic is the one that the claim states."""
    context, stat_name = _target(claim)
    for row in ard:
        if row.context != context or row.stat_name != stat_name or not row.stat:
            continue
        if claim.time and row.variable_level != claim.time:
            continue
        if claim.quantity in P_VALUES:
            pair = (claim.variables, claim.groups)
            straight = row.variable in pair[0] and row.group1 in pair[1]
            turned = claim.quantity == "association" and row.variable in pair[1] and row.group1 in pair[0]
            if straight or turned:
                yield row
            continue
        in_group = not claim.group or (row.group1 in claim.groups and row.group1_level == claim.group_level)
        if row.variable in claim.variables and in_group:
            yield row


def _target(claim: Claim) -> tuple[str, str]:
    if claim.quantity in P_VALUES:
        return P_VALUES[claim.quantity], "p_value"
    if claim.quantity == "survival-rate":
        return "survival-rate", "estimate"
    if claim.quantity == "survival-median":
        return "survival", "median"
    if claim.quantity == "follow-up":
        return "follow-up", "median"
    if claim.quantity == "deaths-within":
        return "deaths-within", "n"
    if claim.quantity in _TIME_STATISTICS and claim.variable.isupper():
        return "survival", _TIME_STATISTICS[claim.quantity]
    return "summary", _SUMMARY_STATISTICS.get(claim.quantity, "")


def _reading(claim: Claim, row: Statistic, study: Study) -> Iterator[Reading]:
    stated = study.audit.stated.get(claim.quantity) or USUAL_METHODS.get(claim.quantity) or [row.method]
    departures = [] if row.method in stated else [f"method={row.method}"]
    event = ""
    for part in row.departures:
        departures.append(part)
        if part.startswith("event="):
            event = part.removeprefix("event=")
    endpoints = {endpoint.code: endpoint for endpoint in study.endpoints}
    if row.variable in endpoints and endpoints[row.variable].inferred and not event:
        event = row.variable
    if row.group1 and not claim.group and claim.quantity not in P_VALUES:
        departures.append(f"subset={row.group1}={row.group1_level}")
    value = row.number
    if row.variable in endpoints and claim.unit in DAYS_IN and row.context != "deaths-within":
        value *= study.days_per_unit / DAYS_IN[claim.unit]
    method = "descriptive" if row.stat_name in _TIME_STATISTICS.values() else row.method
    yield Reading(value, _shown(claim, value), method, tuple(departures), event, row.variable, (row,))


def _shown(claim: Claim, value: float) -> str:
    if claim.quantity in P_VALUES:
        return format_p_equation(value)
    printed = claim.printed
    finer = as_stat(value)
    if printed.kind == "number" and len(finer.partition(".")[2]) == printed.decimals + 1:
        return finer  # a half that was rounded: 24.5, printed 25
    return printed.as_printed(value)


def _counts(claim: Claim, ard: Ard) -> Iterator[Reading]:
    """Counts and shares; without a variable, of the whole cohort."""
    if not claim.variable:
        for row in ard.where(context="cohort", stat_name="N"):
            yield Reading(row.number, row.stat, row.method, rows=(row,))
        return
    for variable in claim.variables:
        yield from _counts_of(variable, claim, ard)


def _counts_of(variable: str, claim: Claim, ard: Ard) -> Iterator[Reading]:
    rows = ard.where(context="counts", variable=variable, variable_level=claim.level)
    for row in rows.where(stat_name="n"):
        same = {"group1": row.group1, "group1_level": row.group1_level}
        if claim.group and (row.group1, row.group1_level) != (claim.group, claim.group_level):
            continue
        total = int(rows.value(stat_name="N", **same))
        count = int(row.number)
        subset = () if claim.group or not row.group1 else (f"subset={row.group1}={row.group1_level}",)
        value = rows.value(stat_name="p", **same) if claim.quantity == "share" else row.number
        shown = f"{count} of {format_count(total)} ({format_number(100 * count / total, 0)}%)" if total else "0 of 0"
        text = shown if claim.quantity == "share" else str(count)
        yield Reading(value, text, row.method, subset, variable=variable, rows=(row,))


def _directions(claim: Claim, ard: Ard) -> Iterator[Reading]:
    """The named level's median minus that of the other level, and likewise for means."""
    for stat_name, departures in (("median", ()), ("mean", ("statistic=mean",))):
        rows = ard.where(context="summary", variable=claim.variable, group1=claim.group, stat_name=stat_name)
        here = [row for row in rows if row.group1_level == claim.group_level]
        others = [row for row in rows if row.group1_level != claim.group_level]
        if len(here) == 1 and len(others) == 1:
            one, other = here[0].number, others[0].number
            shown = f"{stat_name} {format_number(one, 1)} against {format_number(other, 1)}"
            yield Reading(one - other, shown, "descriptive", departures, rows=(here[0], others[0]))


if unknown := {method for methods in USUAL_METHODS.values() for method in methods} - set(METHODS):
    raise ImportError(f"methods without a description: {sorted(unknown)}")
