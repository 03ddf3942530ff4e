"""Comparisons of survival between groups, and regression models."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from peritrace.analyses.cohort import Cohort, Flags, Floats
from peritrace.ard import Statistic, as_stat
from peritrace.stats import cox, logistic, rank_tests
from peritrace.study import Model


def compare(cohort: Cohort) -> Iterator[Statistic]:
    """Log-rank, Breslow and Tarone–Ware tests of every comparison in the study file."""
    for wanted in cohort.study.analyses.compare:
        times = cohort.time_to_event(wanted.endpoint)
        levels = cohort.levels(wanted.by)
        known = levels != ""
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


def design(cohort: Cohort, model: Model) -> Design:
    """Numbers as they are, groups as indicators against their first level; patients with a gap are left out."""
    columns: list[Floats] = []
    terms: list[tuple[str, str, str]] = []
    known = np.ones(len(cohort), dtype=np.bool_)
    for name in model.covariates:
        if cohort.is_number(name):
            values = cohort.numbers(name)
            known &= ~np.isnan(values)
            columns.append(values)
            terms.append((name, "", ""))
            continue
        levels = cohort.levels(name)
        known &= levels != ""
        reference, *others = [part.level for part in cohort.slices(name)]
        for level in others:
            columns.append((levels == level).astype(np.float64))
            terms.append((name, level, reference))
    matrix = np.column_stack(columns)[known]
    return Design(matrix, [f"{name} {level}".strip() for name, level, _ in terms], terms, known)


def regress(cohort: Cohort) -> Iterator[Statistic]:
    """Every model of the study file by each likelihood: Efron, Breslow and Firth; maximum likelihood and Firth."""
    for model in cohort.study.analyses.models:
        x = design(cohort, model)
        times = cohort.time_to_event(model.endpoint).of(x.known)
        fits: list[tuple[str, cox.CoxFit | logistic.LogisticFit]]
        if model.kind == "cox":
            fits = [
                ("cox-efron", cox.cox(times.time, times.event, x.matrix, x.names, ties="efron")),
                ("cox-breslow", cox.cox(times.time, times.event, x.matrix, x.names, ties="breslow")),
                ("cox-firth", cox.cox_firth(times.time, times.event, x.matrix, x.names)),
            ]
        else:
            fits = [
                ("logistic", logistic.logistic(times.event, x.matrix, x.names)),
                ("logistic-firth", logistic.logistic_firth(times.event, x.matrix, x.names)),
            ]
        for method, fit in fits:
            yield from _rows(model, method, fit, x, times.event)


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
