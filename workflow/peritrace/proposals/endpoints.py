"""Times to events from the dates or the durations of an extract, and the order of dates and times."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from peritrace.derivations.patients import Cohort
from peritrace.derivations.times import Outcomes, outcomes
from peritrace.meaning import Condition, Dates, Durations, Endpoint, Exposure, NumberColumn, Order
from peritrace.proposals.events import Event, death, definition, progression, progression_or_death
from peritrace.proposals.headers import shown
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.remarks import Proposed, Remark, doubt
from peritrace.study import Study
from peritrace.words import counted, in_sentence

TIMES = ("os1_time", "os2_time", "os_time", "pfs_time", "progression_time")
DATES = ("date_diagnosis", "date_surgery", "date_progression", "date_death", "date_last_contact")
_ORDERS = (
    ("date_diagnosis", "date_surgery"),
    ("date_surgery", "date_adjuvant"),
    ("date_surgery", "date_progression"),
    ("date_progression", "date_death"),
    ("date_progression", "date_last_contact"),
    ("date_diagnosis", "date_last_contact"),
    ("date_surgery", "date_last_contact"),
    ("date_death", "date_last_contact"),
    ("date_admission", "date_discharge"),
    ("progression_time", "os_time"),
    ("pfs_time", "os_time"),
    ("pfs_time", "os2_time"),
    ("os2_time", "os1_time"),
)
_ORIGINS = ("date_surgery", "date_diagnosis")
_COUNTED = {"os_time": ("OS2", "OS1"), "os1_time": ("OS1",), "os2_time": ("OS2",), "pfs_time": ("PFS",)}
_LEAST_EXPOSED = 5


@dataclass(frozen=True)
class Endpoints:
    """What is proposed of times; `outcomes` are what the extract gives for each endpoint."""

    endpoints: list[Proposed[Endpoint]] = field(default_factory=list)
    exposures: list[Proposed[Exposure]] = field(default_factory=list)
    outcomes: dict[str, Outcomes] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


def propose_endpoints(columns: Mapping[str, ColumnProposal], study: Study, lines: Sequence[str]) -> Endpoints:
    """Propose endpoints; dates are preferred to durations, since they can be checked."""
    origins = [name for name in _ORIGINS if name in columns]
    of_death = death(columns)
    remarks: list[Remark] = []
    found: list[Proposed[Endpoint]] = []
    if has_dates(columns):
        found = list(_from_dates(columns, of_death, origins[0]))
        if of_death and "date_death" not in columns:
            text = "no date of death: the last contact of those who died is taken for it."
            remarks.append(doubt(text, decides=True))
    from_durations = [] if found else list(_from_durations(columns, of_death))
    cells = {name: column.cells for name, column in columns.items()}
    judged = [_judge(proposed, Cohort(study, list(lines), cells)) for proposed in (*found, *from_durations)]
    endpoints = [proposed for proposed, _ in judged]
    if not endpoints:
        remarks.append(doubt(_why_none(columns, of_death), decides=True))
    by_code = {proposed.part.code: result for proposed, result in judged}
    remarks += _unused_times(columns, by_code) if found else []
    return Endpoints(endpoints, list(_exposures(columns, endpoints)), by_code, tuple(remarks))


def has_dates(columns: Mapping[str, ColumnProposal]) -> bool:
    """Whether times can be counted between dates."""
    return "date_last_contact" in columns and any(name in columns for name in _ORIGINS)


def _unused_times(columns: Mapping[str, ColumnProposal], by_code: Mapping[str, Outcomes]) -> list[Remark]:
    """Durations beside dates serve no endpoint, but tell whether the dates were read rightly."""
    remarks = []
    for name, codes in _COUNTED.items():
        code = next((code for code in codes if code in by_code), None)
        if name not in columns or code is None:
            continue
        pairs = [(a, b) for a, b in zip(columns[name].cells, by_code[code].times, strict=True) if a and b]
        differing = sum(abs(float(a) - float(b)) > 1 for a, b in pairs)
        label = f"{in_sentence(columns[name].column.label)} ({shown(columns[name].column.source)})"
        text = (
            f"times are counted from dates; {label} serves no endpoint. It differs from {code} by more than a month in "
        )
        text += f"{differing} of {counted(len(pairs), 'patient')}."
        remarks.append(doubt(text, decides=True) if differing else Remark(text[:1].upper() + text[1:]))
    return remarks


def propose_orders(columns: Mapping[str, ColumnProposal]) -> list[Proposed[Order]]:
    """The orders of nature between dates and times, with the number of rows that break them."""
    found = []
    for lower, upper in _ORDERS:
        if lower in columns and upper in columns:
            is_date = lower.startswith("date")
            pairs = zip(columns[lower].cells, columns[upper].cells, strict=True)
            broken = sum(bool(a and b) and (a > b if is_date else float(a) > float(b)) for a, b in pairs)
            remarks: tuple[Remark, ...] = ()
            if broken:
                breaks = f"{counted(broken, 'row')} break{'s' * (broken == 1)} it"
                remarks = (
                    doubt(f"{breaks}: intake will name the lines. Correct them, or a format above.", decides=True),
                )
            found.append(Proposed(Order(lower=lower, upper=upper), remarks))
    return found


def _from_dates(
    columns: Mapping[str, ColumnProposal], of_death: Event | None, origin: str
) -> Iterator[Proposed[Endpoint]]:
    deaths = ["date_death"] if "date_death" in columns else ["date_last_contact"]
    both = origin == "date_surgery" and "date_diagnosis" in columns
    if of_death and (both or origin == "date_diagnosis"):
        entry = {"entry": "date_surgery"} if both else {}
        time = Dates.model_validate({"start": "date_diagnosis", "event": deaths, "censor": "date_last_contact"} | entry)
        said = Remark("Nobody could die between diagnosis and surgery and be in this cohort: observed from surgery on.")
        label = "Overall survival from diagnosis"
        yield _endpoint("OS1", label, "diagnosis", time, of_death, (said,) if both else ())
    if of_death and origin == "date_surgery":
        time = Dates(start="date_surgery", event=deaths, censor="date_last_contact")
        yield _endpoint("OS2", "Overall survival from surgery", "surgery", time, of_death, ())
    if of_death and "date_progression" in columns and (of_progression := progression(columns)):
        event = progression_or_death(of_progression, of_death)
        time = Dates(start=origin, event=["date_progression", *deaths], censor="date_last_contact")
        place = origin.removeprefix("date_")
        said = Remark("Deaths without progression compete with progression, so both causes are told apart.")
        yield _endpoint("PFS", "Progression-free survival", place, time, event, (said,))


def _from_durations(columns: Mapping[str, ColumnProposal], of_death: Event | None) -> Iterator[Proposed[Endpoint]]:
    names = {
        "OS1": ("os1_time", "Overall survival from diagnosis", "diagnosis"),
        "OS2": ("os2_time", "Overall survival from surgery", "surgery"),
        "OS": ("os_time", "Overall survival", _SOME_ORIGIN),
    }
    if of_death and of_death.has_unnamed_kinds and "os_time" in columns:
        del names["OS"]
        names["EFS"] = ("os_time", "Event-free survival", _SOME_ORIGIN)
    main = ""
    for code, (name, label, origin) in names.items():
        if name in columns and of_death:
            main = name
            entry = ["os1_time", "os2_time"] if code == "OS1" and "os2_time" in columns else None
            time = Durations.model_validate({"column": name} | ({"entry": entry} if entry else {}))
            said = (doubt(_ORIGIN, decides=False),) if origin == _SOME_ORIGIN else ()
            yield _endpoint(code, label, origin, time, of_death, said)
    if "pfs_time" in columns:
        yield from _pfs_from_duration(columns, of_death, main)
    of_progression = progression(columns)
    if "progression_time" in columns and of_progression:
        yield from _progression_from_duration(columns, of_progression, of_death, main)


_SOME_ORIGIN = "the origin of the extract's times"
_ORIGIN = "from where do the times count (diagnosis, surgery, randomisation)? And is death the event? Name both here."


def _pfs_from_duration(
    columns: Mapping[str, ColumnProposal], of_death: Event | None, main: str
) -> Iterator[Proposed[Endpoint]]:
    label, origin, time = "Progression-free survival", _SOME_ORIGIN, Durations(column="pfs_time")
    if main == "os2_time":
        origin = "surgery"
    if "pfs_event" in columns:
        event = Event([Condition(column="pfs_event", equals=["yes"])], [], "Progression or death")
        if "yes" not in columns["pfs_event"].cells:
            return
        yield _endpoint("PFS", label, origin, time, event, ())
    elif of_death and (of_progression := progression(columns)):
        event = progression_or_death(of_progression, of_death)
        said = doubt("no column says how these times end: progression or death is taken for it.", decides=True)
        yield _endpoint("PFS", label, origin, time, event, (said,))
    elif of_death and main:
        before = Condition(column="pfs_time", less_than=main)
        event = Event([before, *of_death.conditions], [], "Progression before last contact, or death")
        text = "no column says how these times end: shorter than the survival time is taken for a progression."
        proposed = _endpoint("PFS", label, origin, time, event, (doubt(text, decides=True),))
        yield replace(proposed, part=proposed.part.model_copy(update={"inferred": True}))


def _progression_from_duration(
    columns: Mapping[str, ColumnProposal], of_progression: Condition, of_death: Event | None, main: str
) -> Iterator[Proposed[Endpoint]]:
    """Time to progression; with death as well where the times of the others end with their follow-up."""
    origin, time = _SOME_ORIGIN, Durations(column="progression_time")
    only = Event([of_progression], [], "Progression; a death without it ends the time without event")
    yield _endpoint("TTP", "Time to progression", origin, time, only, ())
    if not of_death or not main or "progression" not in columns:
        return
    event = columns["progression"].cells
    rest = [
        (a, b)
        for a, b, e in zip(columns["progression_time"].cells, columns[main].cells, event, strict=True)
        if e == "no"
    ]
    differing = sum(a != b for a, b in rest)
    text = "progression, else death: the times to progression of those without one end with their follow-up"
    if differing * 10 > len(rest):
        return
    end = f" (but in {counted(differing, 'row')})." if differing else "."
    remark = doubt(text + end, decides=True) if differing else Remark(text[:1].upper() + text[1:] + end)
    yield _endpoint(
        "PFS", "Progression-free survival", origin, time, progression_or_death(of_progression, of_death), (remark,)
    )


def _endpoint(
    code: str, label: str, origin: str, time: Dates | Durations, event: Event, remarks: tuple[Remark, ...]
) -> Proposed[Endpoint]:
    part = Endpoint(code=code, label=label, origin=origin, time=time, events=[definition(code, event)])
    return Proposed(part, (*remarks, *event.remarks))


def _judge(proposed: Proposed[Endpoint], cohort: Cohort) -> tuple[Proposed[Endpoint], Outcomes]:
    """Say how many events there are, leave out patients without a time, and count contradictions."""
    lenient = proposed.part.model_copy(update={"if_unknown": "leave out"})
    found = outcomes(lenient, lenient.events[0], cohort)
    unknown = sum(found.unknown)
    known = len(found.unknown) - unknown
    events = sum(event and not gap for event, gap in zip(found.is_event, found.unknown, strict=True))
    remarks = [Remark(f"{counted(events, 'event')} in {counted(known, 'patient')}."), *proposed.remarks]
    part = proposed.part
    columns = {column.name: column for column in cohort.study.columns}
    compared = [condition.column for condition in part.events[0].any if condition.present is None]
    if unknown or any(columns[name].optional for name in compared):
        part = Endpoint.model_validate(part.model_dump(exclude_unset=True, by_alias=True) | {"if_unknown": "leave out"})
    if unknown:
        text = (
            f"{counted(unknown, 'patient')} without a date, time or status {'is' if unknown == 1 else 'are'} left out."
        )
        remarks.append(doubt(text, decides=True))
    for what, count in Counter(f"{problem.found} in {problem.column}" for problem in found.problems).items():
        text = f"{what}, {counted(count, 'row')}: intake will name the lines."
        remarks.append(doubt(text, decides=True))
    return Proposed(part, tuple(remarks)), found


def _exposures(
    columns: Mapping[str, ColumnProposal], endpoints: Sequence[Proposed[Endpoint]]
) -> Iterator[Proposed[Exposure]]:
    codes = [proposed.part.code for proposed in endpoints if isinstance(proposed.part.time, Dates)]
    column = columns.get("date_adjuvant")
    if column is None or "OS2" not in codes or sum(map(bool, column.cells)) < _LEAST_EXPOSED:
        return
    text = (
        "It begins after surgery, so who has it has lived until then: landmarks below, no comparison from the origin."
    )
    exposure = Exposure(name="adjuvant_start", label="Adjuvant therapy", column="date_adjuvant", endpoint="OS2")
    yield Proposed(exposure, (Remark(text),))


def _why_none(columns: Mapping[str, ColumnProposal], of_death: Event | None) -> str:
    dates = any(name in columns for name in _ORIGINS)
    if not of_death:
        return "no endpoint: no column says who has died (a status, or a date of death)."
    if dates and "date_last_contact" not in columns:
        return "no endpoint: there is no date of last contact, so nobody knows how long the survivors were followed."
    return "no endpoint: there are neither dates (surgery or diagnosis, last contact) nor a survival time."


def is_time(column: ColumnProposal) -> bool:
    """Whether a column is the time of an endpoint."""
    return column.name in TIMES and isinstance(column.column, NumberColumn)
