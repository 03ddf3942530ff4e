"""What the rules of a study file say of patients: the levels of groups they belong to, and whether an event counts.

Everything works on columns of canonical strings, as intake writes them, and on the standard library alone. Numbers are
compared as numbers ("2.0" is the value 2), dates as dates, everything else as it stands.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from peritrace.meaning import AnyColumn, Condition, EventDefinition, Exclusion, Group, Level
from peritrace.problems import Problem
from peritrace.study import Study


@dataclass(frozen=True)
class Cohort:
    """Columns of canonical strings, with the line of the extract on which each patient stands."""

    study: Study
    lines: list[str]
    columns: dict[str, list[str]]

    def problem(self, row: int, column: str, found: str, rule: str, remedy: str) -> Problem:
        """Return a problem of one patient, placed in the extract from which the cohort was taken."""
        header = self.study.column(column).source
        return Problem(f"extract of {self.study.id}", int(self.lines[row]), header, found, rule, remedy)


def place_in_group(group: Group, cohort: Cohort) -> tuple[list[str], list[Problem]]:
    """Give every patient the first level whose rule fits; empty where the column is empty.

    A patient whom no level fits is a problem.
    """
    column = cohort.study.column(group.column)
    values = cohort.columns[group.column]
    rules = [(level.label, level_rule(level, column)) for level in group.levels]
    level_of: dict[str, str | None] = {"": ""}
    for value in dict.fromkeys(values):
        if value:
            level_of[value] = next((label for label, fits in rules if fits(value)), None)
    labels = [level_of[value] for value in values]
    rule = f"every patient belongs to a level of the group {group.name}"
    remedy = "Widen a level in the study file, or add one with otherwise: true."
    problems = [
        cohort.problem(row, group.column, "a value that no level fits", rule, remedy)
        for row, label in enumerate(labels)
        if label is None
    ]
    return [label or "" for label in labels], problems


def level_rule(level: Level, column: AnyColumn) -> Callable[[str], bool]:
    """Return the test whether a value that is not empty belongs to a level."""
    if level.otherwise:
        return lambda _: True
    if level.values is not None:
        return one_of(level.values, column)
    if level.contains is not None:
        return _contains(level.contains)
    return limits(level.at_least, level.below)


def limits(at_least: float | None, below: float | None) -> Callable[[str], bool]:
    """Return the test whether a number lies from the first limit to below the second; None is no limit."""
    low = -float("inf") if at_least is None else at_least
    high = float("inf") if below is None else below
    return lambda value: low <= float(value) < high


def one_of(wanted: list[str], column: AnyColumn) -> Callable[[str], bool]:
    """Return the test whether a value is one of those listed; numbers are equal by value, other things by letter."""
    if column.type == "number":
        numbers = {Decimal(text) for text in wanted}
        return lambda value: value != "" and Decimal(value) in numbers
    return frozenset(wanted).__contains__


def _contains(phrases: list[str]) -> Callable[[str], bool]:
    """Test for a phrase, case ignored. Where it begins or ends with a letter or digit, a word must begin or end too."""
    bounded = (
        (r"\b" if re.match(r"\w", phrase) else "") + re.escape(phrase) + (r"\b" if re.search(r"\w\Z", phrase) else "")
        for phrase in phrases
    )
    pattern = re.compile("|".join(bounded), re.IGNORECASE)
    return lambda value: pattern.search(value) is not None


def holds(condition: Condition, cohort: Cohort) -> list[bool]:
    """Tell for each patient whether a condition holds; a comparison with an empty cell does not."""
    column = cohort.study.column(condition.column)
    values = cohort.columns[condition.column]
    if condition.equals is not None:
        return list(map(one_of(condition.equals, column), values))
    if condition.less_than is not None:
        pairs = zip(values, cohort.columns[condition.less_than], strict=True)
        if column.type == "number":
            return [bool(value and other) and float(value) < float(other) for value, other in pairs]
        return [bool(value and other) and value < other for value, other in pairs]  # ISO dates sort as text
    if condition.present is not None:
        return [bool(value) == condition.present for value in values]
    within = limits(condition.at_least, condition.below)
    return [bool(value) and within(value) for value in values]


def any_holds(conditions: Sequence[Condition], cohort: Cohort) -> list[bool]:
    """Tell for each patient whether one of the conditions holds."""
    found = [holds(condition, cohort) for condition in conditions]
    return [any(some) for some in zip(*found, strict=True)] if found else [False] * len(cohort.lines)


def excluded(exclusions: Sequence[Exclusion], cohort: Cohort) -> list[str]:
    """Return for each patient the label of the first exclusion that applies, empty for those who stay."""
    labels = [""] * len(cohort.lines)
    for exclusion in exclusions:
        applies = any_holds(exclusion.any, cohort)
        labels = [label or (exclusion.label if out else "") for label, out in zip(labels, applies, strict=True)]
    return labels


def causes(definition: EventDefinition, is_event: Sequence[bool], cohort: Cohort) -> list[str]:
    """Return for each patient with the event what it was; empty without the event, or where no cause is named.

    Where causes are defined and none of them claims an event, the text is "?".
    """
    found = ["?" if event else "" for event in is_event]
    for cause in definition.causes:
        claims = [True] * len(found) if cause.otherwise else any_holds(cause.any, cohort)
        found = [cause.label if label == "?" and claim else label for label, claim in zip(found, claims, strict=True)]
    return found if definition.causes else [definition.description if event else "" for event in is_event]


def events(definition: EventDefinition, cohort: Cohort) -> list[bool]:
    """Tell for each patient whether a reading of the event counts them: any condition, and no exception."""
    found = [True] * len(cohort.lines) if definition.always else any_holds(definition.any, cohort)
    excepted = any_holds(definition.unless, cohort)
    return [counts and not exception for counts, exception in zip(found, excepted, strict=True)]
