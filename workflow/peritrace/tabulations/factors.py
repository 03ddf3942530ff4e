"""Factors of survival: univariable and multivariable hazard ratios side by side, and whether they stay the same."""

import math

from peritrace.ard import Ard, Statistic
from peritrace.formats import NOT_ESTIMABLE, format_number, format_p, format_ratio
from peritrace.study import Study
from peritrace.tabulations.lookup import caption, level_text, standard
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted
from peritrace.words import counted

Term = tuple[str, str]  # covariate, level
Found = dict[str, Statistic]  # the statistics of a term by their names
MODELS = ("univariable", "multivariable")


def factors(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Patients, events, hazard ratio with limits and P of every level, alone and adjusted for the others."""
    analysis = next(f for f in study.analyses.factors if f.id == wanted.factors)
    found = {model: _terms(ard, f"{analysis.id}:{model}") for model in MODELS}
    interval = level_text(study.analyses.level)
    adjusted = bool(analysis.multivariable)
    columns = [Column("Factor"), Column("n", "number"), Column("Events", "number")]
    for model in MODELS if adjusted else MODELS[:1]:
        columns += [Column(f"{model.capitalize()} hazard ratio ({interval})", "number"), Column("P", "number")]
    rows: list[Row] = []
    for name in dict.fromkeys((*analysis.univariable, *analysis.multivariable)):
        levels = _levels(study, name, found)
        if levels != [""]:
            rows.append(Row((study.label(name), *("" for _ in columns[1:])), "section"))
        rows += [_row(study, (name, level), found, adjusted) for level in levels]
    notes = ["Each univariable model holds the patients who have its value."]
    notes += _model_notes(ard, analysis.id)
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _terms(ard: Ard, analysis: str) -> dict[Term, Found]:
    """The statistics of an analysis by term; Firth's estimate under its own names."""
    found: dict[Term, Found] = {}
    for s in standard(ard, "factor"):
        if s.analysis == analysis:
            prefix = "firth_" if s.method == "cox-firth" else ""
            found.setdefault((s.group1, s.group1_level), {})[prefix + s.stat_name] = s
    return found


def _levels(study: Study, name: str, found: dict[str, dict[Term, Found]]) -> list[str]:
    """The levels that were modelled in their order, the empty text for a number."""
    present = {level for terms in found.values() for term, level in terms if term == name}
    return [level for level in study.levels(name) if level in present] or [""]


def _row(study: Study, term: Term, found: dict[str, dict[Term, Found]], adjusted: bool) -> Row:
    name, level = term
    alone, together = (found[model].get(term, {}) for model in MODELS)
    counts = alone if "n" in alone else together
    cells = [level or f"{study.label(name)}, {study.per(name)}", *(_number(counts, key) for key in ("n", "n_event"))]
    notes = []
    for statistics in (alone, together) if adjusted else (alone,):
        cells += _ratio(statistics, level)
        notes += [s.warning for s in statistics.values() if s.warning]
    return Row(tuple(cells), "level" if level else "plain", next(iter(notes), ""))


def _number(found: Found, key: str) -> str:
    return format_number(found[key].number, 0) if key in found else ""


def _ratio(found: Found, level: str) -> tuple[str, str]:
    """Hazard ratio and P; Firth's where the usual estimate does not exist."""
    if not found:
        return "", ""
    if level and "estimate" not in found:
        return "1 (reference)", ""
    prefix = "firth_" if "firth_estimate" in found else ""
    estimate, low, high, p_value = (
        found[prefix + key].number if prefix + key in found else math.nan
        for key in ("estimate", "conf_low", "conf_high", "p_value")
    )
    if not (math.isfinite(estimate) and estimate > 0):
        return NOT_ESTIMABLE, NOT_ESTIMABLE
    limits = f"{format_ratio(low)} to {format_ratio(high)}"
    return f"{format_ratio(estimate)} ({limits}){' *' if prefix else ''}", format_p(p_value)


def _model_notes(ard: Ard, analysis: str) -> list[str]:
    notes = []
    found = {s.stat_name: s.number for s in standard(ard, "factor-model") if s.analysis == f"{analysis}:multivariable"}
    if found:
        notes.append(
            f"The multivariable model has {counted(int(found['n']), 'patient')} with all values and "
            f"{counted(int(found['n_event']), 'event')}."
        )
    if any(s.method == "cox-firth" and s.analysis.startswith(f"{analysis}:") for s in standard(ard, "factor")):
        notes.append("* Firth's penalised likelihood, where a level has no event or a ratio runs off.")
    return notes


def proportional_hazards(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """The test of proportional hazards for every covariate of every factor analysis."""
    columns = (Column("Covariate"), Column("χ²", "number"), Column("df", "number"), Column("P", "number"))
    rows: list[Row] = []
    statistics = standard(ard, "proportional-hazards")
    for analysis in dict.fromkeys(s.analysis for s in statistics):
        identity, _, model = analysis.partition(":")
        label = next(f.label for f in study.analyses.factors if f.id == identity)
        title = f"{label}, {'each covariate alone' if model == 'univariable' else 'multivariable model'}"
        rows.append(Row((title, "", "", ""), "section"))
        of_analysis = [s for s in statistics if s.analysis == analysis]
        for name in dict.fromkeys(s.group1 for s in of_analysis):
            found = {s.stat_name: s.number for s in of_analysis if s.group1 == name}
            warning = next((s.warning for s in of_analysis if s.group1 == name and s.warning), "")
            cells = (study.label(name), format_number(found.get("statistic"), 2), format_number(found.get("df"), 0))
            rows.append(Row((*cells, format_p(found.get("p_value"))), "level", warning))
    notes = ["A small P speaks against a hazard ratio that stays the same over time."]
    return Table(wanted.id, caption(wanted), columns, tuple(rows), (*wanted.notes, *notes))
