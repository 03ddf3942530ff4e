"""What a study file says of the facts that a guidance text asks for, and what each patient's record then tells."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from peritrace.derivations.patients import limits, one_of
from peritrace.guidance.model import Fact, Guidance
from peritrace.meaning import FactSource
from peritrace.problems import Problem
from peritrace.study import Study


@dataclass(frozen=True)
class Known:
    """What a record tells of a fact: a value, empty where it tells nothing, the cell that says so, and why."""

    value: str = ""
    cell: str = ""  # as it stands there
    line: str = ""
    column: str = ""  # the header in the extract, or the place in the source
    file: str = ""
    why: str = ""


NOTHING_MAPPED = Known(why="the study file names no column for it")


def misfits(study: Study, guidance: Guidance) -> list[Problem]:
    """What of the facts of a study file does not fit the guidance text."""
    file = f"config/studies/{study.id}.yaml"
    return [
        Problem(file, None, f"facts.{name}", found, rule, remedy)
        for name, found, rule, remedy in _misfits(study, guidance)
    ]


def _misfits(study: Study, guidance: Guidance) -> Iterator[tuple[str, str, str, str]]:
    known = {fact.id: fact for fact in guidance.facts}
    tumours = {tumour.id for tumour in guidance.tumours}
    for name, source in study.facts.items():
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."
            yield name, "an unknown fact", "it must be a fact of resources/guidance", remedy
            continue
        kind = known[name].kind
        values = [*source.values.values(), *([source.stated] if source.stated else [])]
        if kind == "tumour" and (wrong := sorted(set(values) - tumours)):
            remedy = f"Known: {', '.join(sorted(tumours))}."
            yield name, ", ".join(wrong), "its values are tumours of the guidance", remedy
        if kind == "yes-no" and (wrong := sorted(set(values) - {"yes", "no"})):
            yield name, ", ".join(wrong), "its values are yes and no", "Write yes or no."
        needs_rule = kind in ("yes-no", "tumour") and source.column and not source.has_rule
        if needs_rule:
            rule = f"a fact of kind {kind} needs values or limits"
            yield name, "a column without a rule", rule, "Add values:, or below: and at_least:."
        if kind in ("number", "treatments") and source.has_rule:
            rule = f"a fact of kind {kind} is read as the cell stands"
            yield name, "a column with a rule", rule, "Delete values: and limits."
        if source.variable and kind != "number":
            rule = "in published tables only limits of numbers are looked for"
            yield name, f"a variable for a fact of kind {kind}", rule, "Delete it, or write stated: and where:."
        if source.column and kind == "number" and study.column(source.column).type != "number":
            yield name, "a column that is no number", "the fact is a number", "Name a column of type number."


def known_facts(study: Study, guidance: Guidance, row: Mapping[str, str], extract: str) -> dict[str, Known]:
    """What one patient's row of ADSL tells of every fact; `extract` is the file that its lines count in."""
    return {fact.id: _known(study, fact, study.facts.get(fact.id), row, extract) for fact in guidance.facts}


def _known(study: Study, fact: Fact, source: FactSource | None, row: Mapping[str, str], extract: str) -> Known:
    if source is None:
        return NOTHING_MAPPED
    if source.stated is not None:
        return Known(source.stated, source.stated, "", source.where or "", "text of the source", source.why or "")
    column = study.column(source.column or "")
    cell = row.get(column.name, "")
    place = {"cell": cell, "line": row["line"], "column": column.source, "file": extract}
    if not cell:
        return Known(**place, why="the cell is empty")
    if not source.has_rule:
        return Known(cell, **place, why=source.why or "")
    if source.values:
        value = source.values.get(cell, "")
        value = value or next((v for level, v in source.values.items() if one_of([level], column)(cell)), "")
        return Known(value, **place, why=source.why or "" if value else "no value is given for what stands there")
    fits = limits(source.at_least, source.below)(cell)
    if fits and source.refutes_only:
        return Known(**place, why=source.why or "the cell can refute it, not show it")
    return Known("yes" if fits else "no", **place, why=source.why or "")
