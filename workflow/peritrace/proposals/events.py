"""Who has died or progressed: the conditions of events, as far as the columns tell them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from peritrace.meaning import AnyColumn, CategoryColumn, Cause, Condition, EventDefinition
from peritrace.proposals.codings import KIND
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.remarks import Proposed, Remark, doubt
from peritrace.words import counted, listing

NO_EVENT = frozenset({"alive", "censored", "no event", "lost to follow-up", "no"})
PROGRESSION, DEATH_WITHOUT = "Progression", "Death without progression"


@dataclass(frozen=True)
class Event:
    """What counts as an event, with the kinds of it where there are several."""

    conditions: list[Condition]
    causes: list[Cause]
    description: str
    remarks: tuple[Remark, ...] = ()
    has_unnamed_kinds: bool = False  # nobody has said yet which of them is death


def death(columns: Mapping[str, ColumnProposal]) -> Event | None:
    """Death by the status, else by a date of death."""
    status = columns.get("status")
    if status and isinstance(status.column, CategoryColumn):
        levels = list(dict.fromkeys(status.column.levels.values()))
        dead = [level for level in levels if level == "dead"]
        kinds = dead or [level for level in levels if level not in NO_EVENT]
        if kinds:
            causes = []
            if len(kinds) > 1:
                causes = [Cause(label=_capital(kind), any=[_is("status", kind)]) for kind in kinds]
            description = "Death from any cause" if dead else _capital(" or ".join(kinds))
            unnamed = len(kinds) > 1 and all(kind.startswith(f"{KIND} ") for kind in kinds)
            return Event([_is("status", *kinds)], causes, description, has_unnamed_kinds=unnamed)
    if "date_death" in columns:
        return Event([Condition(column="date_death", present=True)], [], "Death from any cause")
    return None


def progression(columns: Mapping[str, ColumnProposal]) -> Condition | None:
    """Progression by its date, else by a column that says yes."""
    if "date_progression" in columns:
        return Condition(column="date_progression", present=True)
    column = columns.get("progression")
    return _is("progression", "yes") if column and _has(column, "yes") else None


def progression_or_death(of_progression: Condition, of_death: Event) -> Event:
    """The event of progression-free survival; its causes compete."""
    causes = [Cause(label=PROGRESSION, any=[of_progression]), Cause(label=DEATH_WITHOUT, otherwise=True)]
    return Event([of_progression, *of_death.conditions], causes, "Progression or death, whichever comes first")


def definition(code: str, event: Event) -> EventDefinition:
    """The event as a study file defines it."""
    keys: dict[str, object] = {"code": code, "description": event.description, "any": event.conditions}
    return EventDefinition.model_validate(keys | ({"causes": event.causes} if event.causes else {}))


def settle_status(columns: Mapping[str, ColumnProposal]) -> ColumnProposal | None:
    """The status with the meaning of its codes, where the dates of death tell them beyond doubt."""
    status, dated = columns.get("status"), columns.get("date_death")
    if status is None or dated is None or not isinstance(status.column, CategoryColumn):
        return None
    codes = status.reading.profile.cells(lambda string: string)
    with_date = Counter(code for code, cell in zip(codes, dated.cells, strict=True) if code and cell)
    without = Counter(code for code, cell in zip(codes, dated.cells, strict=True) if code and not cell)
    known = set(status.column.levels)
    if not all(code.lstrip("-").isdigit() for code in known) or not with_date or not without:
        return None
    died, alive = with_date.keys() & known, without.keys() & known
    kept = tuple(remark for remark in status.proposed.remarks if not remark.is_doubt)
    if not died & alive and len(died) == 1:
        levels = dict.fromkeys(sorted(alive), "alive") | dict.fromkeys(died, "dead")
        column = status.column.model_copy(update={"levels": levels})
        count = sum(with_date[code] for code in died)
        text = (
            f"{listing(sorted(died))} is dead: all {counted(count, 'row')} with it have a date of death, no other has."
        )
        cells = status.reading.profile.cells(lambda string: levels.get(string, ""))
        settled: Proposed[AnyColumn] = Proposed(column, (*kept, Remark(text)), status.proposed.beside)
        return replace(status, proposed=settled, cells=cells, by_code=False)
    text = "dates of death stand beside "
    text += listing(
        [f"{code} in {counted(with_date[code], 'row')} of {with_date[code] + without[code]}" for code in sorted(known)]
    )
    proposed = replace(status.proposed, remarks=(*status.proposed.remarks, doubt(text + ".", decides=True)))
    return replace(status, proposed=proposed)


def _is(column: str, *levels: str) -> Condition:
    return Condition(column=column, equals=list(levels))


def _has(column: ColumnProposal, level: str) -> bool:
    return isinstance(column.column, CategoryColumn) and level in column.column.levels.values()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
