"""Times from an origin to an event or its censoring, from durations or from dates, with nothing repaired.

A duration keeps its printed digits; between dates whole days are counted (the last day minus the first, so that an
event on the day of origin has the time 0) and divided by the length of the study's time unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import or_

from peritrace.ard import as_stat
from peritrace.derivations.patients import Cohort, events
from peritrace.domain import NOT_NEGATIVE
from peritrace.meaning import Dates, Durations, Endpoint, EventDefinition, Exposure
from peritrace.problems import Problem

_FILL_IN = "Fill it in from the source."
_COMPARE = "Compare both cells with the source."
_EMPTY, _UNDATED = "an empty cell", "an event without a date"
_GAPS = frozenset({_EMPTY, _UNDATED})

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
    unknown: list[bool] = field(default_factory=list)  # left out of the endpoint for want of a date or time
    problems: list[Problem] = field(default_factory=list)

    def judge(self, row: int, faults: list[Fault], endpoint: Endpoint, cohort: Cohort) -> None:
        """Leave a patient out whose cells are empty, where the endpoint allows it; else each fault is a problem."""
        leave_out = endpoint.if_unknown == "leave out" and any(found in _GAPS for _, found, *_ in faults)
        self.unknown.append(leave_out)
        if not leave_out:
            self.problems += [cohort.problem(row, *fault) for fault in faults]


def outcomes(endpoint: Endpoint, definition: EventDefinition, cohort: Cohort) -> Outcomes:
    """Derive time, event and entry of every patient by one reading of an endpoint, in the study's time unit.

    Where the cells contradict each other there is no time but a problem: an event without a date or after the last
    contact, an end before the origin, an entry outside the time observed.
    """
    is_event = events(definition, cohort)
    if isinstance(endpoint.time, Durations):
        found = _from_durations(endpoint, endpoint.time, definition, is_event, cohort)
    else:
        found = _from_dates(endpoint, endpoint.time, definition, is_event, cohort)
    if endpoint.if_unknown == "leave out":
        found.unknown = list(map(or_, found.unknown, _undecided(definition, is_event, cohort)))
    return found


def _undecided(definition: EventDefinition, is_event: list[bool], cohort: Cohort) -> Iterator[bool]:
    """Whether an empty cell leaves open if the patient had the event."""
    gaps = {}
    for part in ("any", "unless"):
        compared = [condition.column for condition in getattr(definition, part) if condition.present is None]
        columns = [cohort.columns[name] for name in compared]
        gaps[part] = [not all(cells) for cells in zip(*columns, strict=True)] if columns else [False] * len(is_event)
    for event, open_event, open_exception in zip(is_event, gaps["any"], gaps["unless"], strict=True):
        yield open_exception if event else open_event


def exposure_times(exposure: Exposure, time: Dates, cohort: Cohort) -> tuple[list[str], list[Problem]]:
    """Return the time from an endpoint's origin to the start of an exposure, empty for who never had it.

    A start before the origin is a problem: such an exposure is no late one.
    """
    found: list[str] = []
    problems = []
    unit = cohort.study.days_per_unit
    starts, begins = cohort.columns[time.start], cohort.columns[exposure.column]
    for row, (start, begin) in enumerate(zip(starts, begins, strict=True)):
        known = bool(start and begin)
        found.append(_between(start, begin, unit) if known else "")
        if known and begin < start:
            rule = f"{exposure.label} begins after the origin of {exposure.endpoint}"
            problems.append(cohort.problem(row, exposure.column, f"a date before {time.start}", rule, _COMPARE))
    return found, problems


def used_columns(endpoint: Endpoint) -> list[str]:
    """Return every column that an endpoint is derived from."""
    time = endpoint.time
    if isinstance(time, Durations):
        names = [time.column, *(time.entry or [])]
    else:
        names = [time.start, *time.event, time.censor, *([time.entry] if time.entry else [])]
    return list(dict.fromkeys([*names, *(name for event in endpoint.events for name in _condition_columns(event))]))


def _condition_columns(definition: EventDefinition) -> Iterator[str]:
    caused = (condition for cause in definition.causes for condition in cause.any)
    for condition in (*definition.any, *definition.unless, *caused):
        yield condition.column
        if condition.less_than:
            yield condition.less_than


def _source(columns: list[str], definition: EventDefinition) -> str:
    return "+".join(dict.fromkeys([*columns, *_condition_columns(definition)]))


def _from_durations(
    endpoint: Endpoint, time: Durations, definition: EventDefinition, is_event: list[bool], cohort: Cohort
) -> Outcomes:
    names = [time.column, *(time.entry or [])]
    found = Outcomes(times=cohort.columns[time.column], is_event=is_event)
    for row, cells in enumerate(zip(*(cohort.columns[name] for name in names), strict=True)):
        faults = list(_duration_faults(names, cells))
        found.judge(row, faults, endpoint, cohort)
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
            yield name, _EMPTY, "every patient has a time here", _FILL_IN
        elif float(cell) < 0:
            yield name, "a negative number", NOT_NEGATIVE, "Correct the sign, or the dates behind it."
    if len(cells) == 3 and all(cells) and not 0 <= Decimal(cells[1]) - Decimal(cells[2]) <= Decimal(cells[0]):
        rule = f"{names[1]} − {names[2]}, from when a patient is observed, lies between 0 and {names[0]}"
        yield names[1], "a time that puts the entry elsewhere", rule, _COMPARE


def _from_dates(
    endpoint: Endpoint, time: Dates, definition: EventDefinition, is_event: list[bool], cohort: Cohort
) -> Outcomes:
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
        found.judge(row, faults, endpoint, cohort)
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
        yield time.start, _EMPTY, "the time of every patient counts from this date", _FILL_IN
    if not end and is_event:
        yield (
            column,
            _UNDATED,
            f"a patient with the event has a date in {' or '.join(time.event)}",
            _FILL_IN,
        )
    elif not end:
        yield column, _EMPTY, "a patient without the event has a date of last contact", _FILL_IN
    elif end < start:
        yield column, f"a date before {time.start}", NOT_NEGATIVE, _COMPARE
    elif is_event and last and last < end:
        yield column, f"an event after {time.censor}", "the last contact is not earlier than an event", _COMPARE
    if not time.entry:
        return
    if not patient[time.entry]:
        yield time.entry, _EMPTY, "every patient is observed from this date on", _FILL_IN
    elif start and end and not start <= patient[time.entry] <= end:
        rule = f"observation begins between {time.start} and the end of the time"
        yield time.entry, "a date outside of the time", rule, _COMPARE
