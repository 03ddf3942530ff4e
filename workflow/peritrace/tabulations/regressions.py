"""Tables of regression models and of associations between variables."""

import math
from collections.abc import Iterable

from peritrace.ard import Ard, Statistic
from peritrace.formats import NOT_ESTIMABLE, format_interval, format_number, format_p, format_ratio
from peritrace.methods import method_label
from peritrace.study import Study
from peritrace.tabulations.lookup import caption, level_text, numbers, standard
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Model
from peritrace.wanted import Table as Wanted
from peritrace.words import in_sentence

Term = tuple[str, str, str, str]  # covariate, level compared, reference level, method


def models(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Every model by each likelihood: ratio with limits, P, and the reason where there is no estimate."""
    interval = level_text(study.analyses.level)
    columns = [
        Column("Model"),
        Column("Method"),
        Column("n", "number"),
        Column("Events", "number"),
        Column(f"Hazard or odds ratio ({interval})", "number"),
        Column("P", "number"),
        Column("Likelihood-ratio P", "number"),
    ]
    rows: list[Row] = []
    statistics = standard(ard, "model")
    for model in study.analyses.models:
        of_model = [s for s in statistics if s.analysis == model.id]
        if not of_model:
            continue
        rows.append(Row((_title(study, model), *("" for _ in columns[1:])), "section"))
        terms: dict[Term, list[Statistic]] = {}
        for s in of_model:
            terms.setdefault((s.group1, s.group1_level, s.variable_level, s.method), []).append(s)
        # one covariate below the other, each with its methods in the order of the ARD
        for term in sorted(terms, key=lambda t: [t[:3] for t in terms].index(t[:3])):
            rows.append(_model_row(study, term, terms[term]))
    notes = ["Ratios of a number are per unit. The likelihood-ratio P tests all covariates of a model at once."]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), (*wanted.notes, *notes))


def _title(study: Study, model: Model) -> str:
    kind = "Cox regression" if model.kind == "cox" else "logistic regression"
    return f"{model.label} ({study.label(model.endpoint)}; {kind})"


def _model_row(study: Study, term: Term, statistics: Iterable[Statistic]) -> Row:
    covariate, level, reference, method = term
    statistics = list(statistics)
    found = numbers(statistics, "stat_name")
    warning = next((s.warning for s in statistics if s.warning), "")
    step = study.per(covariate)
    number = f"{study.label(covariate)}, {step}" if step and not step.endswith("unit") else study.label(covariate)
    who = f"{study.label(covariate)}: {level} v {reference}" if level else number
    cells = (
        who,
        method_label(method),
        format_number(found.get("n"), 0),
        format_number(found.get("n_event"), 0),
        _ratio(found),
        format_p(found.get("p_value")),
        format_p(found["lr_p_value"]) if "lr_p_value" in found else "",
    )
    return Row(cells, "level", warning)


def is_estimable(found: dict[str, float]) -> bool:
    """Whether a ratio exists: without events in a level it runs off to 0 or infinity."""
    estimate = found.get("estimate", math.nan)
    return math.isfinite(estimate) and estimate > 0


def _ratio(found: dict[str, float]) -> str:
    if not is_estimable(found):
        return NOT_ESTIMABLE
    low, high = (format_ratio(found.get(name)) for name in ("conf_low", "conf_high"))
    return f"{format_ratio(found['estimate'])} ({low} to {high})"


# What the estimate of an association is; the tests without one compare whole distributions.
ESTIMATES = {"pearson": "r = {}", "t-test": "difference {}", "welch": "difference {}", "fisher": "odds ratio {}"}


def associations(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Each pair of variables by each test that suits it."""
    interval = level_text(study.analyses.level)
    columns = [
        Column("Variables"),
        Column("Estimate", "number"),
        Column(interval, "number"),
        Column("Statistic", "number"),
        Column("df", "number"),
        Column("P", "number"),
    ]
    pairs: dict[tuple[str, str], dict[str, list[Statistic]]] = {}
    for s in standard(ard, "association"):
        pairs.setdefault((s.variable, s.group1), {}).setdefault(s.method, []).append(s)
    rows: list[Row] = []
    for (variable, other), tests in pairs.items():
        title = f"{_named(study, variable)} and {in_sentence(_named(study, other))}"
        rows.append(Row((title, *("" for _ in columns[1:])), "section"))
        rows += [_test_row(method, statistics) for method, statistics in tests.items()]
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), tuple(wanted.notes))


def _named(study: Study, name: str) -> str:
    """A variable with what tells a column from the group made of it, since both may bear one label."""
    group = study.group(name)
    return f"{study.label(name)} ({', '.join(study.levels(name))})" if group else study.label(name)


def _test_row(method: str, statistics: list[Statistic]) -> Row:
    found = numbers(statistics, "stat_name")
    estimate = ""
    if method in ESTIMATES and "estimate" in found:
        digits = format_ratio(found["estimate"]) if method == "fisher" else format_number(found["estimate"], 2)
        estimate = ESTIMATES[method].format(digits)
    limits = ""
    if "conf_low" in found or "conf_high" in found:
        low, high = found.get("conf_low"), found.get("conf_high")
        limits = f"{format_ratio(low)} to {format_ratio(high)}" if method == "fisher" else format_interval(low, high, 2)
    cells = (
        method_label(method),
        estimate,
        limits,
        format_number(found["statistic"], 2) if "statistic" in found else "",
        format_number(found["df"], 0 if found["df"].is_integer() else 1) if "df" in found else "",
        format_p(found.get("p_value")),
    )
    return Row(cells, "level", next((s.warning for s in statistics if s.warning), ""))
