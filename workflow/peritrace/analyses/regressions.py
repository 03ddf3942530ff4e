"""Comparisons of survival between groups, and regression models."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peritrace.analyses.cohort import Cohort, Flags, Floats, TimeToEvent
from peritrace.ard import Statistic, as_stat
from peritrace.stats import cox, logistic, rank_tests
from peritrace.wanted import Model


def compare(cohort: Cohort) -> Iterator[Statistic]:
    """Log-rank, Breslow and Tarone–Ware tests of every comparison in the study file."""
    for wanted in cohort.study.analyses.compare:
        times = cohort.time_to_event(wanted.endpoint)
        levels = cohort.levels(wanted.by)
        known = (levels != "") & times.known
        for weight in ("log-rank", "breslow", "tarone-ware"):
            base = Statistic("comparison", "p_value", "", wanted.endpoint, group1=wanted.by, method=weight)
            try:
                test = rank_tests.rank_test(times.time[known], times.event[known], levels[known], weight)
            except ValueError as error:
                yield replace(base, warning=str(error))
                continue
            for stat_name in ("statistic", "df", "p_value"):
                yield replace(base, stat_name=stat_name, stat=as_stat(getattr(test, stat_name)))
            for level, observed, expected in zip(np.unique(levels[known]), test.observed, test.expected, strict=True):
                yield replace(base, group1_level=str(level), stat_name="observed", stat=as_stat(observed))
                yield replace(base, group1_level=str(level), stat_name="expected", stat=as_stat(expected))


@dataclass(frozen=True)
class Design:
    """The covariates of a model as a matrix, and what each of its columns is."""

    matrix: Floats
    names: list[str]
    terms: list[tuple[str, str, str]]  # covariate, level compared ("" for a number), reference level
    known: Flags


def design(cohort: Cohort, covariates: Sequence[str], endpoint: str) -> Design:
    """Numbers as they are, groups as indicators against their first level; patients with a gap are left out.

    Raises ValueError when a group has one level only, or nobody has all values.
    """
    known = cohort.time_to_event(endpoint).known
    for name in covariates:
        known = known & (~np.isnan(cohort.numbers(name)) if cohort.is_number(name) else cohort.levels(name) != "")
    if not known.any():
        raise ValueError("no patient has a value of every covariate")
    columns: list[Floats] = []
    terms: list[tuple[str, str, str]] = []
    for name in covariates:
        if cohort.is_number(name):
            columns.append(cohort.covariate(name))
            terms.append((name, "", ""))
            continue
        levels = cohort.levels(name)
        levels_found = [part.level for part in cohort.slices(name) if (part.members & known).any()]
        if len(levels_found) < 2:
            raise ValueError(f"{cohort.study.label(name)} has fewer than two levels among these patients")
        reference, *others = levels_found
        for level in others:
            columns.append((levels == level).astype(np.float64))
            terms.append((name, level, reference))
    matrix = np.column_stack(columns)[known]
    return Design(matrix, [f"{name} {level}".strip() for name, level, _ in terms], terms, known)


def regress(cohort: Cohort) -> Iterator[Statistic]:
    """Every model of the study file by each likelihood: Efron, Breslow and Firth; maximum likelihood and Firth."""
    for model in cohort.study.analyses.models:
        try:
            x = design(cohort, model.covariates, model.endpoint)
        except ValueError as error:
            yield _not_estimable(model, "cox-efron" if model.kind == "cox" else "logistic", str(error))
            continue
        times = cohort.time_to_event(model.endpoint).of(x.known)
        for method, fit in _fits(model, x, times, cohort.study.analyses.level):
            try:
                yield from _rows(model, method, fit(), x, times.event)
            except ValueError as error:
                yield _not_estimable(model, method, str(error))


Fit = Callable[[], cox.CoxFit | logistic.LogisticFit]


def _fits(model: Model, x: Design, times: TimeToEvent, level: float) -> list[tuple[str, Fit]]:
    """The likelihoods of a model, each as a call."""
    time, event = times.time, times.event
    if model.kind == "cox":
        return [
            ("cox-efron", lambda: cox.cox(time, event, x.matrix, x.names, ties="efron", level=level)),
            ("cox-breslow", lambda: cox.cox(time, event, x.matrix, x.names, ties="breslow", level=level)),
            ("cox-firth", lambda: cox.cox_firth(time, event, x.matrix, x.names, level=level)),
        ]
    return [
        ("logistic", lambda: logistic.logistic(event, x.matrix, x.names, level=level)),
        ("logistic-firth", lambda: logistic.logistic_firth(event, x.matrix, x.names, level=level)),
    ]


def _not_estimable(model: Model, method: str, reason: str) -> Statistic:
    """The row of a model that can't be fitted: no estimate, and why."""
    covariate = model.covariates[0]
    return Statistic(
        "model", "estimate", "", model.endpoint, group1=covariate, analysis=model.id, method=method, warning=reason
    )


def _rows(
    model: Model, method: str, fit: cox.CoxFit | logistic.LogisticFit, x: Design, event: Flags
) -> Iterator[Statistic]:
    ratio = fit.hazard_ratio if isinstance(fit, cox.CoxFit) else fit.odds_ratio
    for number, (name, level, reference) in enumerate(x.terms):
        base = Statistic(
            "model",
            "",
            "",
            model.endpoint,
            reference,
            name,
            level,
            analysis=model.id,
            method=method,
            warning=fit.warning or "",
        )
        found = {
            "estimate": ratio[number],
            "conf_low": fit.conf_low[number],
            "conf_high": fit.conf_high[number],
            "p_value": fit.p_value[number],
            "n": event.size,
            "n_event": int(np.count_nonzero(event)),
        }
        if number == 0:
            found["lr_p_value"] = fit.likelihood_ratio_p
        for stat_name, value in found.items():
            yield replace(base, stat_name=stat_name, stat=as_stat(value))
