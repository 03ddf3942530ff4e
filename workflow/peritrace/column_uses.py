"""Whether the columns of a study file can serve for what they are used for.

A duration must be a number, a comparison needs two values of one kind, a code that is asked for must be one that can
occur: `equals: [Dead]` where the level is called dead would make every patient a survivor without a word.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import PurePath

from peritrace.meaning import AnyColumn, CategoryColumn, Condition, DateColumn, Durations, NumberColumn
from peritrace.study import Study

Location = tuple[int | str, ...]
Misuse = tuple[Location, str, str, str]  # where in the study file, what was found, the rule, the remedy
_ORDERED = ("number", "date")
TEXT_FILES = frozenset({".csv", ".tsv", ".txt"})
_WILDCARD = re.compile(r"(?<!\{)\{\w+\}")
RESERVED = frozenset({"line"})  # a column that intake adds itself


def misuses(study: Study) -> Iterator[Misuse]:
    """Yield every use that does not fit its column; names that no column has are left to others to report."""
    columns = {column.name: column for column in study.columns}
    yield from _source(study)
    yield from _columns(study)
    for i, order in enumerate(study.orders):
        yield from _comparison(("orders", i), columns.get(order.lower), columns.get(order.upper))
    yield from _groups(study, columns)
    for i, endpoint in enumerate(study.endpoints):
        time = endpoint.time
        if isinstance(time, Durations):
            kind, names = "number", [time.column, *(time.entry or [])]
        else:
            kind, names = "date", [time.start, *time.event, time.censor, *([time.entry] if time.entry else [])]
        for name in names:
            if name in columns and columns[name].type != kind:
                found = f"{name!r}, which has type: {columns[name].type}"
                yield ("endpoints", i, "time"), found, f"a column used here has type: {kind}", "Name another column."
        for j, event in enumerate(endpoint.events):
            for part in ("any", "unless"):
                for k, condition in enumerate(getattr(event, part)):
                    decisive = columns.get(condition.column)
                    if decisive and decisive.optional and condition.present is None and endpoint.if_unknown == "refuse":
                        found = f"{condition.column!r}, which is optional"
                        rule = "without its value it is not known whether a patient had the event"
                        at = ("endpoints", i, "events", j, part, k)
                        yield at, found, rule, "Fill the cells in and delete optional: true."
                    yield from _condition(("endpoints", i, "events", j, part, k), condition, columns)


def _source(study: Study) -> Iterator[Misuse]:
    """Keys that say nothing of a file of this kind."""
    source = study.source
    if source is None or source.patients is None:
        return
    for key in ("patients", "claims", "previous"):
        if _WILDCARD.search(getattr(source, key) or ""):
            rule = "a path has no name in braces, which Snakemake fills in"
            yield ("source", key), "a name in braces", rule, "Rename the file."
    suffix = PurePath(source.patients).suffix.lower()
    if source.sheet and suffix != ".xlsx":
        yield ("source", "sheet"), "a sheet", "only a workbook (.xlsx) has sheets", "Delete the key."
    for key, default in (("encoding", "utf-8"), ("delimiter", ",")):
        if getattr(source, key) != default and suffix not in TEXT_FILES:
            yield ("source", key), f"{getattr(source, key)!r}", f"only a text file has {key}", "Delete the key."


def _columns(study: Study) -> Iterator[Misuse]:
    sources = [column.source for column in study.columns]
    for i, column in enumerate(study.columns):
        if column.name in RESERVED:
            yield ("columns", i, "name"), f"{column.name!r}", "this name is taken by peritrace", "Choose another name."
        if sources.index(column.source) < i:
            found = f"{column.source!r} a second time"
            yield ("columns", i, "source"), found, "a column of the extract is read once", "Delete one of the columns."
        if codes := [code for code in column.missing if isinstance(column, CategoryColumn) and code in column.levels]:
            found = f"{', '.join(codes)} under levels too"
            yield ("columns", i, "missing"), found, "a code is a level or a missing value", "Delete it in one of them."
        if (column.event or column.instance != "only") and not (study.source and study.source.redcap):
            rule = "events and instances belong to exports of REDCap"
            yield ("columns", i), "event or instance", rule, "Delete the key, or add redcap: {} under source."
        if isinstance(column, DateColumn) and not _can_be_read(column.format):
            remedy = "Write it as in %Y-%m-%d: %Y year, %m month, %d day."
            yield ("columns", i, "format"), "no pattern of a date", "it must hold year, month and day", remedy
        if isinstance(column, NumberColumn) and None not in (column.minimum, column.maximum):
            low, high = column.minimum or 0, column.maximum or 0
            if low > high:
                found = "a minimum above the maximum"
                yield ("columns", i, "minimum"), found, "some number must fit", "Correct one of them."


def _groups(study: Study, columns: dict[str, AnyColumn]) -> Iterator[Misuse]:
    for i, group in enumerate(study.groups):
        column = columns.get(group.column)
        labels = [level.label for level in group.levels]
        for j, level in enumerate(group.levels):
            if labels.index(level.label) < j:
                at = ("groups", i, "levels", j)
                yield at, f"{level.label!r} a second time", "levels differ in their label", "Rename one of them."
        for j, level in enumerate(group.levels):
            at = ("groups", i, "levels", j)
            limits = level.below is not None or level.at_least is not None
            if column and limits and column.type != "number":
                found = f"below or at_least on {group.column!r}, which has type: {column.type}"
                yield at, found, "only numbers have limits", "Use values or contains."
            yield from _wanted(at, level.values or [], column)


def _condition(at: Location, condition: Condition, columns: dict[str, AnyColumn]) -> Iterator[Misuse]:
    column = columns.get(condition.column)
    yield from _wanted(at, condition.equals or [], column)
    if condition.less_than:
        yield from _comparison(at, column, columns.get(condition.less_than))


def _wanted(at: Location, values: list[str], column: AnyColumn | None) -> Iterator[Misuse]:
    """Values that a column can never have."""
    if isinstance(column, CategoryColumn):
        levels = list(dict.fromkeys(column.levels.values()))
        for value in values:
            if value not in levels:
                rule = f"a patient has one of the levels of {column.name!r}"
                yield at, f"{value!r}", rule, f"The levels are {', '.join(levels)}."
    elif isinstance(column, NumberColumn):
        for value in values:
            if not _is_number(value):
                yield at, f"{value!r}", f"{column.name!r} holds numbers", "Write a number in quotes."


def _comparison(at: Location, first: AnyColumn | None, second: AnyColumn | None) -> Iterator[Misuse]:
    if first and second and (first.type != second.type or first.type not in _ORDERED):
        found = f"{first.name!r} (type: {first.type}) against {second.name!r} (type: {second.type})"
        yield at, found, "two numbers or two dates can be compared", "Name other columns, or mend their type."


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _can_be_read(pattern: str) -> bool:
    day = date(2019, 12, 31)
    try:
        return datetime.strptime(day.strftime(pattern), pattern).date() == day
    except ValueError:
        return False
