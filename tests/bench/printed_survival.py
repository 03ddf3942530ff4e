"""The rest of a table set: Cox models, events, medians of survival, and the text that repeats some of the numbers."""

from dataclasses import dataclass, replace
from itertools import count as counter

import numpy as np

from peritrace.claims import Claim
from peritrace.published import CountCell, EffectRow, FlowStep
from peritrace.stats.cox import CoxFit, cox
from peritrace.stats.kaplan_meier import kaplan_meier, median_limits, median_survival
from peritrace.stats.rank_tests import rank_test
from tests.bench.patients import Factor
from tests.bench.printed_tables import TableSet

UNIVARIABLE, MULTIVARIABLE = "univariable", "multivariable"
WIDEST = 2.5  # standard error of a log ratio: rows wider than that are left out of tables
Array = np.ndarray


@dataclass(frozen=True)
class Endpoint:
    name: str
    months: Array
    event: Array


def print_survival(tables: TableSet, rng: np.random.Generator) -> None:
    """Models of one or two endpoints, their events, medians, and the text."""
    cohort = tables.cohort
    endpoints = [Endpoint("OS", cohort.months, cohort.died)]
    if rng.random() < 0.3:
        cut = float(np.quantile(cohort.months, 0.6))
        endpoints.append(Endpoint("Early death", np.minimum(cohort.months, cut), cohort.died & (cohort.months <= cut)))
    for number, endpoint in enumerate(endpoints):
        _print_events(tables, endpoint, rng)
        covariates = _covariates(tables, endpoint, rng)
        _print_univariable(tables, endpoint, covariates, f"Table {2 + 2 * number}")
        if len(covariates) >= 2 and rng.random() < 0.7:
            _print_multivariable(tables, endpoint, covariates[: int(rng.integers(2, 6))], f"Table {3 + 2 * number}")
        _print_medians(tables, endpoint, bool(rng.random() < 0.5))
    _print_text(tables, rng)


def _covariates(tables: TableSet, endpoint: Endpoint, rng: np.random.Generator) -> list[Factor]:
    """Four to ten factors with events in every level, the group among them."""
    found = []
    for factor in tables.cohort.factors.values():
        deaths, sizes = factor.sizes(endpoint.event), factor.sizes()
        two_levels_only = tables.habits.effect_p == "wald" or len(factor.levels) == 2
        if min(deaths) >= 1 and min(sizes) >= 4 and two_levels_only:
            found.append(factor)
    order = rng.permutation(len(found))[: int(rng.integers(4, 11))]
    chosen = [found[place] for place in sorted(order)]
    group = tables.group.name
    if group in {f.name for f in found} and group not in {f.name for f in chosen}:
        chosen.append(tables.cohort.factors[group])
    return chosen


def _dummies(factor: Factor, known: Array) -> tuple[Array, list[str]]:
    """One column per level but the reference: the last of two levels where the first is "Yes", else the first."""
    reference = 1 if factor.levels[0] == "Yes" else 0
    levels = [code for code in range(len(factor.levels)) if code != reference]
    return np.column_stack([factor.codes[known] == code for code in levels]).astype(float), [
        factor.levels[code] for code in levels
    ]


def _fit(tables: TableSet, endpoint: Endpoint, factors: list[Factor]) -> tuple[CoxFit, Array, list[tuple[str, str]]]:
    """Raises ValueError where there is no estimate."""
    known = np.logical_and.reduce([factor.known for factor in factors])
    columns, rows = [], []
    for factor in factors:
        dummies, levels = _dummies(factor, known)
        columns.append(dummies)
        rows += [(factor.name, level) for level in levels]
    names = [f"{name}: {level}" for name, level in rows]
    fit = cox(endpoint.months[known], endpoint.event[known], np.hstack(columns), names, ties=tables.habits.ties)
    if not fit.converged:
        raise ValueError(fit.warning)
    return fit, known, rows


def _print_univariable(tables: TableSet, endpoint: Endpoint, factors: list[Factor], table: str) -> None:
    for factor in factors:
        try:
            fit, known, rows = _fit(tables, endpoint, [factor])
        except ValueError:
            continue
        p_values = list(fit.wald_p)
        if tables.habits.effect_p == "likelihood-ratio":
            p_values = [fit.likelihood_ratio_p]
        elif tables.habits.effect_p == "log-rank":
            p_values = [rank_test(endpoint.months[known], endpoint.event[known], factor.codes[known]).p_value]
        _print_rows(tables, endpoint, fit, rows, p_values, (table, UNIVARIABLE))


def _print_multivariable(tables: TableSet, endpoint: Endpoint, factors: list[Factor], table: str) -> None:
    try:
        fit, _, rows = _fit(tables, endpoint, factors)
    except ValueError:
        return
    _print_rows(tables, endpoint, fit, rows, list(fit.wald_p), (table, MULTIVARIABLE))


def _print_rows(
    tables: TableSet,
    endpoint: Endpoint,
    fit: CoxFit,
    rows: list[tuple[str, str]],
    p_values: list[float],
    place: tuple[str, str],
) -> None:
    table, model = place
    ratio = tables.habits.ratio
    for k, (variable, level) in enumerate(rows):
        if fit.std_err[k] > WIDEST:
            continue
        tables.effects.append(
            EffectRow(
                table=table,
                row=f"{variable}, {level}",
                column="HR (95% CI)",
                variable=variable,
                level=level,
                reference="",
                model=model,
                endpoint=endpoint.name,
                measure="HR",
                ratio=ratio(fit.hazard_ratio[k]),
                low=ratio(fit.conf_low[k]),
                high=ratio(fit.conf_high[k]),
                p=tables.habits.p(p_values[k]),
            )
        )


def _print_events(tables: TableSet, endpoint: Endpoint, rng: np.random.Generator) -> None:
    """By group or of all, with or without percentages."""
    if rng.random() < 0.25:
        return
    by_group, percents = rng.random() < 0.6, rng.random() < 0.6
    for group, level, rows in tables.columns if by_group else [("", "", np.full(tables.cohort.n, True))]:
        events, size = int(endpoint.event[rows].sum()), int(rows.sum())
        percent = tables.habits.percent(events, size) if percents else ""
        column = level or "All"
        tables.counts.append(
            CountCell("Results", endpoint.name, column, endpoint.name, "event", group, level, str(events), "", percent)
        )


_NUMBERS = counter(1)


def _claim(place: str, quantity: str, reported: str, **subject: str) -> Claim:
    blank = dict.fromkeys(("variable", "level", "group", "group_level", "time", "unit", "part_of"), "")
    return Claim(
        **(blank | {"touches": "result", "location": place, "quantity": quantity, "reported": reported} | subject),
        claim_id=f"text-{next(_NUMBERS)}",
    )


def _print_medians(tables: TableSet, endpoint: Endpoint, limits: bool) -> None:
    for group, level, rows in tables.columns:
        curve = kaplan_meier(endpoint.months[rows], endpoint.event[rows])
        median = median_survival(curve)
        if np.isnan(median):
            continue
        subject = {"variable": endpoint.name, "group": group, "group_level": level}
        texts = {"survival-median": median}
        if limits:
            low, high = median_limits(curve, tables.habits.median_limits)
            texts |= {"survival-median-low": low, "survival-median-high": high}
        for quantity, value in texts.items():
            if not np.isnan(value):
                tables.stated.append(_claim("Results, survival", quantity, tables.habits.time(value), **subject))


def _print_text(tables: TableSet, rng: np.random.Generator) -> None:
    """An abstract that repeats numbers of the tables, and words for some."""
    say = tables.stated.append
    say(_claim("Abstract", "count", str(tables.cohort.n)))
    if rng.random() < 0.5:
        for cell in [c for c in tables.counts if not c.variable and c.group]:
            say(_claim("Abstract", "count", cell.count, group=cell.group, group_level=cell.group_level))
    if rng.random() < 0.3:
        tables.flow.append(FlowStep("Fig. 1", "all", "", "Patients", "", "", "", "", str(tables.cohort.n)))
        for cell in [c for c in tables.counts if not c.variable and c.group]:
            step = FlowStep(
                "Fig. 1", cell.group_level, "all", cell.group_level, "", "", cell.group, cell.group_level, ""
            )
            tables.flow.append(replace(step, count=cell.count))
    for test in tables.tests:
        if rng.random() < 0.15:
            say(
                _claim(
                    "Results",
                    "association",
                    _equation(test.p),
                    variable=test.variable,
                    level=test.level,
                    group=test.group,
                )
            )
    for cell in [c for c in tables.counts if c.percent]:
        if rng.random() < 0.04:
            _repeat_share(tables, cell)
    for effect in tables.effects:
        if rng.random() < 0.25:
            _repeat_effect(tables, effect, bool(rng.random() < 0.5))
    _repeat_medians(tables, rng)


def _equation(p: str) -> str:
    return f"P {p[0]} {p[1:]}" if p[0] in "<>" else f"P = {p}"


def _repeat_share(tables: TableSet, cell: CountCell) -> None:
    subject = {
        "variable": cell.variable,
        "level": cell.level,
        "group": cell.group,
        "group_level": cell.group_level,
    }
    tables.stated.append(_claim("Results", "share", cell.percent.removesuffix("%") + "%", **subject))
    tables.stated.append(_claim("Results", "count", cell.count, **subject))


def _repeat_effect(tables: TableSet, effect: EffectRow, limits: bool) -> None:
    subject = {
        "variable": effect.endpoint,
        "group": effect.variable,
        "group_level": effect.level,
        "model": effect.model,
    }
    tables.stated.append(_claim("Abstract", "prediction", _equation(effect.p), **subject))
    for quantity, text in (("ratio", effect.ratio), ("ratio-low", effect.low), ("ratio-high", effect.high)):
        if limits:
            tables.stated.append(_claim("Abstract", quantity, text, **subject))
    if float(effect.ratio) != 1:
        word = "risk factor" if float(effect.ratio) > 1 else "protective factor"
        tables.stated.append(_claim("Abstract", "effect-direction", word, **subject))


def _repeat_medians(tables: TableSet, rng: np.random.Generator) -> None:
    """Medians of survival once more, and which group lived longer."""
    medians = {(c.variable, c.group_level): c for c in tables.stated if c.quantity == "survival-median" and c.group}
    repeated = rng.random() < 0.5
    for claim in medians.values():
        if repeated:
            tables.stated.append(
                _claim(
                    "Abstract",
                    "survival-median",
                    claim.reported,
                    variable=claim.variable,
                    group=claim.group,
                    group_level=claim.group_level,
                )
            )
    levels = tables.group.levels
    here, there = (medians.get(("OS", level)) for level in levels[:2])
    if len(levels) == 2 and here and there and float(here.reported) != float(there.reported):
        word = "longer" if float(here.reported) > float(there.reported) else "shorter"
        subject = {"variable": "OS", "group": tables.group.name, "group_level": levels[0]}
        tables.stated.append(_claim("Abstract", "direction", word, **subject))
