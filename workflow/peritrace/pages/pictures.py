"""Figures in words and numbers, for those who can't see them, and the lines below them."""

import re
from html import unescape
from pathlib import Path

from peritrace.ard import Ard, as_stat
from peritrace.formats import format_number
from peritrace.pages.prose import (
    estimates,
    events_in_patients,
    median_in_words,
    rates,
    rates_in_words,
)
from peritrace.study import Study
from peritrace.tabulations.lookup import level_text, numbers, standard
from peritrace.wanted import (
    CohortFigure,
    FactorsFigure,
    GroupFigure,
    IncidenceFigure,
    SurvivalFigure,
    SwimmerFigure,
)
from peritrace.words import counted, in_sentence

_DESCRIPTION = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)


def in_words(study: Study, ard: Ard, figure: CohortFigure) -> str:
    """What the figure shows, with its numbers."""
    if isinstance(figure, SurvivalFigure):
        return survival_in_words(study, ard, figure.endpoint, figure.by)
    if isinstance(figure, GroupFigure):
        return points_in_words(study, ard, figure.variable, figure.by)
    if isinstance(figure, SwimmerFigure):
        return swimmer_in_words(study, ard, figure.total, figure.observed)
    return figure.title


def description(svg: str) -> str:
    """What a figure says of itself to those who can't see it; empty where it says nothing."""
    found = _DESCRIPTION.search(svg)
    return unescape(found[1]).strip() if found else ""


def not_drawn(data: Path) -> bool:
    """Whether a note stands in the place of a figure."""
    with data.open(encoding="utf-8") as handle:
        return handle.readline().startswith("not_drawn,")


def caption(study: Study, ard: Ard, figure: CohortFigure) -> str:
    """The line below a figure."""
    if isinstance(figure, SurvivalFigure):
        told = f"Kaplan–Meier estimate, recomputed. {events_in_patients(estimates(ard, figure.endpoint))}."
        signs = f"Band: {level_text(study.analyses.level)}, drawn where it can be estimated; ticks: censored patients"
        return f"{told} {signs}; dashed: median; in brackets: censored so far."
    interval = level_text(study.analyses.level)
    if isinstance(figure, IncidenceFigure):
        return f"Cumulative incidence (Aalen–Johansen), the other causes competing. Band: {interval}."
    if isinstance(figure, FactorsFigure):
        return f"Hazard ratios of the {figure.model} Cox regression with {interval}, on a log scale."
    return "One point for each patient." if isinstance(figure, GroupFigure) else "One bar for each patient."


def survival_in_words(study: Study, ard: Ard, code: str, by: str | None) -> str:
    """A Kaplan–Meier figure in words and numbers, for those who can't see it."""
    label = in_sentence(study.endpoint(code).label)
    if by is None:
        return f"Kaplan–Meier curve of {label}: {_curve(study, ard, code)}."
    levels = [level for level in study.levels(by) if estimates(ard, code, group=by, level=level)]
    parts = [f"{level}: {_curve(study, ard, code, by, level)}" for level in levels]
    return f"Kaplan–Meier curves of {label} by {in_sentence(study.label(by))}. {'. '.join(parts)}."


def _curve(study: Study, ard: Ard, code: str, group: str = "", level: str = "") -> str:
    found = estimates(ard, code, group=group, level=level)
    if not found:
        return "no estimate"
    parts = [
        events_in_patients(found),
        in_sentence(median_in_words(study, found)),
        rates_in_words(study, rates(ard, code, group=group, level=level)),
    ]
    return "; ".join(part for part in parts if part)


def points_in_words(study: Study, ard: Ard, variable: str, by: str) -> str:
    """A figure of single values by group in words."""
    parts = []
    decimals = getattr(study.column(variable), "decimals", 0)
    for level in study.levels(by):
        chosen = [
            s for s in standard(ard, "summary") if (s.variable, s.group1, s.group1_level) == (variable, by, level)
        ]
        found = numbers(chosen, "stat_name")
        if found.get("N", 0):
            median = as_stat(found.get("median"))
            span = " to ".join(format_number(found.get(name), decimals) for name in ("min", "max"))
            parts.append(f"{level}: {counted(int(found['N']), 'patient')}, median {median}, range {span}")
    text = f"Every patient’s {in_sentence(study.label(variable))} as a point, by {in_sentence(study.label(by))}"
    return ". ".join([text, *parts]) + "."


def swimmer_in_words(study: Study, ard: Ard, total: str, observed: str) -> str:
    """A figure with one bar for each patient in words."""
    whole, part = estimates(ard, total), estimates(ard, observed)
    if not whole or not part:
        return "One bar for each patient."
    spans = [
        " to ".join(format_number(found.get(name)) for name in ("time_min", "time_max")) for found in (whole, part)
    ]
    patients = counted(int(whole["n"]), "patient")
    return (
        f"One bar for each of {patients}, from {study.endpoint(total).origin} on: {spans[0]} {study.time_unit} in all, "
        f"of which {spans[1]} after {study.endpoint(observed).origin}; "
        f"{counted(int(whole['n_event']), 'bar ends', 'bars end')} in the event."
    )
