"""Times from an origin to an event or its censoring, from durations or from dates, with nothing repaired.

A duration keeps its printed digits; between dates whole days are counted (the last day minus the first, so that an
event on the day of origin has the time 0) and divided by the length of the study's time unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from peritrace.ard import as_stat
from peritrace.derivations.patients import Cohort, events
from peritrace.domain import NOT_NEGATIVE
from peritrace.problems import Problem
from peritrace.study import Dates, Durations, Endpoint, EventDefinition

_FILL_IN = "Fill it in from the source."
_COMPARE = "Compare both cells with the source."

Fault = tuple[str, str, str, str]  # column, what was found, rule, remedy


@dataclass
class Outcomes:
    """Time to an event or its censoring by one reading of the event, a list with one item per patient for each part."""

    times: list[str] = field(default_factory=list)
    is_event: list[bool] = field(default_factory=list)
    starts: list[str] = field(default_factory=list)  # ISO dates; empty where the source gives durations
    ends: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)  # time from the origin at which observation begins
    sources: list[str] = field(default_factory=list)  # columns that time, entry and event come from, joined by +
    problems: list[Problem] = field(default_factory=list)


def outcomes(endpoint: Endpoint, definition: EventDefinition, cohort: Cohort) -> Outcomes:
    """Derive time, event and entry of every patient by one reading of an endpoint, in the study's time unit.

    Where the cells contradict each other there is no time but a problem: an event without a date or after the last
    contact, an end before the origin, an entry outside the time observed.
    """
    is_event = events(definition, cohort)
    if isinstance(endpoint.time, Durations):
        return _from_durations(endpoint.time, definition, is_event, cohort)
    return _from_dates(endpoint.time, definition, is_event, cohort)


def used_columns(endpoint: Endpoint) -> list[str]:
    """Return every column that an endpoint is derived from."""
    time = endpoint.time
    if isinstance(time, Durations):
        names = [time.column, *(time.entry or [])]
    else:
        names = [time.start, *time.event, time.censor, *([time.entry] if time.entry else [])]
    return list(dict.fromkeys([*names, *(name for event in endpoint.events for name in _condition_columns(event))]))


def _condition_columns(definition: EventDefinition) -> Iterator[str]:
    for condition in (*definition.any, *definition.unless):
        yield condition.column
        if condition.less_than:
            yield condition.less_than


def _source(columns: list[str], definition: EventDefinition) -> str:
    return "+".join(dict.fromkeys([*columns, *_condition_columns(definition)]))


def _from_durations(time: Durations, definition: EventDefinition, is_event: list[bool], cohort: Cohort) -> Outcomes:
    names = [time.column, *(time.entry or [])]
    found = Outcomes(times=cohort.columns[time.column], is_event=is_event)
    for row, cells in enumerate(zip(*(cohort.columns[name] for name in names), strict=True)):
        faults = list(_duration_faults(names, cells))
        found.problems += [cohort.problem(row, *fault) for fault in faults]
        # The difference is exact in decimals: 85.1 − 82.7 is 2.4.
        entry = f"{Decimal(cells[1]) - Decimal(cells[2]):f}" if time.entry and not faults else ""
        found.entries.append(entry)
    found.starts = found.ends = [""] * len(is_event)
    found.sources = [_source(names, definition)] * len(is_event)
    return found


def _duration_faults(names: list[str], cells: tuple[str, ...]) -> Iterator[Fault]:
    """What keeps the cells of a patient (time, then the two whose difference is the entry) from being used."""
    for name, cell in zip(names, cells, strict=True):
        if not cell:
            yield name, "an empty cell", "every patient has a time here", _FILL_IN
        elif float(cell) < 0:
            yield name, "a negative number", NOT_NEGATIVE, "Correct the sign, or the dates behind it."
    if len(cells) == 3 and all(cells) and not 0 <= Decimal(cells[1]) - Decimal(cells[2]) <= Decimal(cells[0]):
        rule = f"{names[1]} − {names[2]}, from when a patient is observed, lies between 0 and {names[0]}"
        yield names[1], "a time that puts the entry elsewhere", rule, _COMPARE


def _from_dates(time: Dates, definition: EventDefinition, is_event: list[bool], cohort: Cohort) -> Outcomes:
    names = [time.start, *time.event, time.censor, *([time.entry] if time.entry else [])]
    unit = cohort.study.days_per_unit
    entry = [time.entry] if time.entry else []
    sources = {
        True: _source([time.start, *time.event, *entry], definition),
        False: _source([time.start, time.censor, *entry], definition),
    }
    found = Outcomes(is_event=is_event, sources=[sources[event] for event in is_event])
    for row, cells in enumerate(zip(*(cohort.columns[name] for name in names), strict=True)):
        patient = dict(zip(names, cells, strict=True))
        faults = list(_date_faults(time, patient, is_event[row]))
        found.problems += [cohort.problem(row, *fault) for fault in faults]
        end = patient[_end_column(time, patient, is_event[row])]
        found.starts.append(patient[time.start])
        found.ends.append(end)
        found.times.append("" if faults else _between(patient[time.start], end, unit))
        found.entries.append(
            _between(patient[time.start], patient[time.entry], unit) if time.entry and not faults else ""
        )
    return found


def _between(first: str, last: str, unit: float) -> str:
    """The time between two ISO dates, to ten significant digits."""
    return as_stat((date.fromisoformat(last) - date.fromisoformat(first)).days / unit)


def _end_column(time: Dates, patient: dict[str, str], is_event: bool) -> str:
    """The column with the earliest date of the event; that of last contact for those without the event."""
    if not is_event:
        return time.censor
    dated = [name for name in time.event if patient[name]]
    return min(dated, key=patient.__getitem__, default=time.event[0])


def _date_faults(time: Dates, patient: dict[str, str], is_event: bool) -> Iterator[Fault]:
    """What keeps the dates of a patient from being counted; ISO dates compare as text."""
    column = _end_column(time, patient, is_event)
    start, end, last = patient[time.start], patient[column], patient[time.censor]
    if not start:
        yield time.start, "an empty cell", "the time of every patient counts from this date", _FILL_IN
    if not end and is_event:
        yield (
            column,
            "an event without a date",
            f"a patient with the event has a date in {' or '.join(time.event)}",
            _FILL_IN,
        )
    elif not end:
        yield column, "an empty cell", "a patient without the event has a date of last contact", _FILL_IN
    elif end < start:
        yield column, f"a date before {time.start}", NOT_NEGATIVE, _COMPARE
    elif is_event and last and last < end:
        yield column, f"an event after {time.censor}", "the last contact is not earlier than an event", _COMPARE
    if not time.entry:
        return
    if not patient[time.entry]:
        yield time.entry, "an empty cell", "every patient is observed from this date on", _FILL_IN
    elif start and end and not start <= patient[time.entry] <= end:
        rule = f"observation begins between {time.start} and the end of the time"
        yield time.entry, "a date outside of the time", rule, _COMPARE
