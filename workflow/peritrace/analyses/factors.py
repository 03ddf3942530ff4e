"""Factors of an endpoint by Cox regression: each alone and some together, with patients and events of every level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peritrace.analyses.cohort import Cohort, TimeToEvent
from peritrace.analyses.regressions import Design, design
from peritrace.ard import Statistic, as_stat
from peritrace.stats import cox, proportional_hazards
from peritrace.wanted import Factors


@dataclass(frozen=True)
class _Regression:
    """One model of a factor analysis."""

    cohort: Cohort
    wanted: Factors
    analysis: str
    covariates: Sequence[str]

    @property
    def base(self) -> Statistic:
        """What its statistics have in common."""
        return Statistic("factor", "", "", self.wanted.endpoint, analysis=self.analysis, method="cox-efron")


def factors(cohort: Cohort) -> Iterator[Statistic]:
    """Every factor analysis of the study file: hazard ratios, level counts and the test of proportional hazards."""
    for wanted in cohort.study.analyses.factors:
        for name in wanted.univariable:
            yield from _regression(_Regression(cohort, wanted, f"{wanted.id}:univariable", [name]))
        if wanted.multivariable:
            yield from _regression(_Regression(cohort, wanted, f"{wanted.id}:multivariable", wanted.multivariable))


def _regression(model: _Regression) -> Iterator[Statistic]:
    try:
        x = design(model.cohort, model.covariates, model.wanted.endpoint)
        times = model.cohort.time_to_event(model.wanted.endpoint).of(x.known)
        yield from _counts(model, x, times)
        yield from _ratios(model, x, times)
    except ValueError as error:
        for name in model.covariates:
            yield replace(model.base, group1=name, stat_name="estimate", warning=str(error))


def _counts(model: _Regression, x: Design, times: TimeToEvent) -> Iterator[Statistic]:
    """Patients and events of each level of a group, and of all for a number."""
    cohort = model.cohort
    for name in model.covariates:
        if cohort.is_number(name):
            yield from _count(replace(model.base, group1=name), times)
            continue
        reference = next(reference for term, _, reference in x.terms if term == name)
        for part in cohort.slices(name):
            members = part.members[x.known]
            if members.any():
                base = replace(model.base, group1=name, group1_level=part.level, variable_level=reference)
                yield from _count(base, times.of(members))


def _count(base: Statistic, times: TimeToEvent) -> Iterator[Statistic]:
    yield replace(base, stat_name="n", stat=as_stat(times.time.size))
    yield replace(base, stat_name="n_event", stat=as_stat(int(np.count_nonzero(times.event))))


def _ratios(model: _Regression, x: Design, times: TimeToEvent) -> Iterator[Statistic]:
    """Efron's estimates; Firth's too where a level has no event, for Efron's then run off."""
    level = model.cohort.study.analyses.level
    fit = cox.cox(times.time, times.event, x.matrix, x.names, ties="efron", level=level)
    yield from _of_fit(model, x, fit, "cox-efron")
    whole = replace(model.base, context="factor-model", group1=" + ".join(model.covariates))
    for stat_name in ("n", "n_event", "likelihood_ratio_p"):
        yield replace(whole, stat_name=stat_name, stat=as_stat(getattr(fit, stat_name)))
    if fit.warning:
        yield from _of_fit(
            model, x, cox.cox_firth(times.time, times.event, x.matrix, x.names, level=level), "cox-firth"
        )
    else:
        yield from _proportional_hazards(model, x, times)


def _of_fit(model: _Regression, x: Design, fit: cox.CoxFit, method: str) -> Iterator[Statistic]:
    for number, (name, level, reference) in enumerate(x.terms):
        base = replace(
            model.base,
            group1=name,
            group1_level=level,
            variable_level=reference,
            method=method,
            warning=fit.warning,
        )
        found = {
            "estimate": fit.hazard_ratio[number],
            "conf_low": fit.conf_low[number],
            "conf_high": fit.conf_high[number],
            "p_value": fit.p_value[number],
        }
        for stat_name, value in found.items():
            yield replace(base, stat_name=stat_name, stat=as_stat(value))


def _proportional_hazards(model: _Regression, x: Design, times: TimeToEvent) -> Iterator[Statistic]:
    """Whether each hazard ratio stays the same over time, as R's cox.zph tests it."""
    columns = {name: [i for i, term in enumerate(x.terms) if term[0] == name] for name in model.covariates}
    base = replace(model.base, context="proportional-hazards", method="cox-zph")
    try:
        test = proportional_hazards.proportional_hazards_test(
            times.time, times.event, x.matrix, x.names, list(columns.values()), ties="efron", transform="km"
        )
    except ValueError as error:
        yield replace(base, stat_name="p_value", warning=str(error))
        return
    tested = dict(zip(columns, test.terms, strict=True))
    if len(columns) > 1:
        tested["all covariates"] = test.overall
    for name, term in tested.items():
        for stat_name in ("statistic", "df", "p_value"):
            yield replace(base, group1=name, stat_name=stat_name, stat=as_stat(getattr(term, stat_name)))
