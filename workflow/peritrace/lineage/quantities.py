"""Derived quantities, patient by patient: whether each is known, and which cells of the patient's row decide it.

A cell decides a quantity when another valid value in that cell alone would change it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import and_, or_

from peritrace.derivations.times import used_columns
from peritrace.lineage.conditions import Row, deciding, holds
from peritrace.meaning import Condition, Dates, Durations, Endpoint, EventDefinition
from peritrace.study import Study

Flags = list[bool]


@dataclass(frozen=True)
class Quantity:
    """One item per patient: whether the quantity is known, and for each column whether its cell decides it."""

    known: Flags
    decided_by: dict[str, Flags]


class Quantities:
    """The quantities of a cohort, each worked out once; `rows` hold the canonical values of the patients who stay."""

    def __init__(self, study: Study, rows: list[Row]) -> None:
        self.study = study
        self.rows = rows
        self.everyone = [True] * len(rows)
        self._found: dict[tuple[str, ...], Quantity] = {}

    def of(self, name: str) -> Quantity:
        """A column, a group or an exposure."""
        key = ("name", name)
        if key not in self._found:
            self._found[key] = self._named(name)
        return self._found[key]

    def endpoint(self, code: str, entry: bool = False, cause: bool = False, events_only: bool = False) -> Quantity:
        """An endpoint by its chosen reading: time and event; also the entry into observation, the cause.

        With `events_only` the time counts of those alone who had the event.
        """
        key = ("endpoint", code, str(entry), str(cause), str(events_only))
        if key not in self._found:
            self._found[key] = self._endpoint(self.study.endpoint(code), entry, cause, events_only)
        return self._found[key]

    def landmark(self, code: str, at: float) -> tuple[Quantity, Flags]:
        """An endpoint from a landmark on, and who is still observed then: of the others the event does not count."""
        endpoint = self.study.endpoint(code)
        known = self.endpoint(code).known
        observed = [k and self._time(endpoint, row) > at for k, row in zip(known, self.rows, strict=True)]
        return self._endpoint(endpoint, False, False, False, observed), observed

    def _time(self, endpoint: Endpoint, row: Row) -> float:
        """The time of a patient in the study's unit."""
        time = endpoint.time
        if isinstance(time, Durations):
            return float(row[time.column])
        end = _end(time, row) if _is_event(endpoint.events[0], row, self.study) else time.censor
        days = (date.fromisoformat(row[end]) - date.fromisoformat(row[time.start])).days
        return days / self.study.days_per_unit

    def _named(self, name: str) -> Quantity:
        study = self.study
        exposure = next((e for e in study.exposures if e.name == name), None)
        if exposure:
            time = study.endpoint(exposure.endpoint).time
            begun = [bool(row[exposure.column]) for row in self.rows]
            start = {time.start: begun} if isinstance(time, Dates) else {}
            return Quantity(self.everyone, {exposure.column: self.everyone, **start})
        group = study.group(name)
        column = group.column if group else name
        return Quantity([bool(row[column]) for row in self.rows], {column: self.everyone})

    def _endpoint(
        self, endpoint: Endpoint, entry: bool, cause: bool, events_only: bool, observed: Flags | None = None
    ) -> Quantity:
        definition, time = endpoint.events[0], endpoint.time
        is_event = [_is_event(definition, row, self.study) for row in self.rows]
        if isinstance(time, Durations):
            shares = dict.fromkeys([time.column, *(time.entry or [] if entry else [])], self.everyone)
        else:
            shares = self._dates(time, is_event, entry)
        if events_only:
            shares = {name: list(map(and_, flags, is_event)) for name, flags in shares.items()}
        known = self._known(endpoint, time, is_event)
        decided = {name: list(map(and_, flags, known)) for name, flags in shares.items()}
        for name, flags in self._gaps(endpoint, shares).items():
            decided[name] = list(map(or_, decided.get(name, flags), flags))
        for name, flags in self._flips(endpoint, definition, cause).items():
            mine = list(map(and_, flags, observed or known))
            decided[name] = list(map(or_, decided[name], mine)) if name in decided else mine
        return Quantity(known, decided)

    def _dates(self, time: Dates, is_event: Flags, entry: bool) -> dict[str, Flags]:
        """With the event its dates decide, unless it can't come before the one that counts; else last contact does."""
        shares = {time.start: self.everyone}
        ends = [_end(time, row) if event else None for row, event in zip(self.rows, is_event, strict=True)]
        for name in time.event:
            later = {end for end in time.event if self._in_order(end, name)}
            shares[name] = [end is not None and (end == name or end not in later) for end in ends]
        shares[time.censor] = [not event for event in is_event]
        if entry and time.entry:
            shares[time.entry] = self.everyone
        return shares

    def _in_order(self, lower: str, upper: str) -> bool:
        """Whether the study file says that one date is never after another, directly or through others."""
        reached, waiting = set[str](), [lower]
        while waiting:
            name = waiting.pop()
            reached.add(name)
            waiting += [o.upper for o in self.study.orders if o.lower == name and o.upper not in reached]
        return lower != upper and upper in reached

    def _known(self, endpoint: Endpoint, time: Durations | Dates, is_event: Flags) -> Flags:
        if endpoint.if_unknown == "refuse":
            return self.everyone
        known = []
        for row, event in zip(self.rows, is_event, strict=True):
            if isinstance(time, Durations):
                present = all(row[name] for name in (time.column, *(time.entry or [])))
            else:
                end = any(row[name] for name in time.event) if event else bool(row[time.censor])
                present = bool(row[time.start]) and end and (not time.entry or bool(row[time.entry]))
            known.append(present and not _undecided(endpoint.events[0], row, event))
        return known

    def _gaps(self, endpoint: Endpoint, shares: dict[str, Flags]) -> dict[str, Flags]:
        """Empty cells of patients who are left out for that cell alone: to fill it in would bring them in."""
        if endpoint.if_unknown == "refuse":
            return {}
        names = [name for name in used_columns(endpoint) if name in shares]
        gaps = {name: [False] * len(self.rows) for name in names}
        for place, row in enumerate(self.rows):
            empty = [name for name in names if shares[name][place] and not row[name]]
            if len(empty) == 1:
                gaps[empty[0]][place] = True
        return gaps

    def _flips(self, endpoint: Endpoint, definition: EventDefinition, cause: bool) -> dict[str, Flags]:
        """Columns by which the event would turn, in patients in whom it could."""
        conditions = [*definition.any, *definition.unless]
        if cause:
            conditions += [condition for named in definition.causes for condition in named.any]
        study, time = self.study, endpoint.time

        def outcome(row: Row) -> object:
            event = _is_event(definition, row, study)
            if isinstance(time, Dates) and endpoint.if_unknown == "refuse":
                dated = any(row[name] for name in time.event) if event else bool(row[time.censor])
                if not dated:
                    return None
            label = _cause(definition, row, study) if cause and event else ""
            return event, label

        # whether a change is possible depends on the dates too, so they count as read by the rule
        extra = [Condition(column=name, present=True) for name in _ends(time)]
        return {name: deciding(outcome, [*conditions, *extra], name, self.rows, study) for name in _columns(conditions)}


def _end(time: Dates, row: Row) -> str:
    """The column whose date ends the time of a patient with the event."""
    return min((name for name in time.event if row[name]), key=row.__getitem__, default=time.event[0])


def _ends(time: Durations | Dates) -> list[str]:
    return [*time.event, time.censor] if isinstance(time, Dates) else []


def _columns(conditions: Iterable[Condition]) -> list[str]:
    names = [name for c in conditions for name in (c.column, c.less_than) if name]
    return list(dict.fromkeys(names))


def _is_event(definition: EventDefinition, row: Row, study: Study) -> bool:
    counts = definition.always or any(holds(condition, row, study) for condition in definition.any)
    return counts and not any(holds(condition, row, study) for condition in definition.unless)


def _cause(definition: EventDefinition, row: Row, study: Study) -> str:
    for cause in definition.causes:
        if cause.otherwise or any(holds(condition, row, study) for condition in cause.any):
            return cause.label
    return ""


def _undecided(definition: EventDefinition, row: Row, event: bool) -> bool:
    """An empty cell leaves open whether the patient had the event."""
    conditions = definition.unless if event else definition.any
    return any(not row[condition.column] for condition in conditions if condition.present is None)


def excluding(study: Study, rows: list[Row]) -> dict[str, Flags]:
    """The cells by which a patient belongs to the cohort or is left out; `rows` hold everyone who was read."""
    conditions = [condition for exclusion in study.exclude for condition in exclusion.any]

    def outcome(row: Row) -> object:
        return any(holds(condition, row, study) for condition in conditions)

    return {name: deciding(outcome, conditions, name, rows, study) for name in _columns(conditions)}
