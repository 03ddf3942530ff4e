"""Counts and distributions of the cohort's variables, overall and by group; associations between them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from peritrace.analyses.cohort import Cohort, Slice
from peritrace.ard import Statistic, as_stat
from peritrace.stats import association, descriptive


def describe(cohort: Cohort) -> Iterator[Statistic]:
    """How many patients, and every variable that the study file lists, overall and by group."""
    yield Statistic("cohort", "N", as_stat(len(cohort)), stat_label="Patients", method="descriptive")
    analyses = cohort.study.analyses
    for name in analyses.describe:
        for part in (cohort.everyone(), *(s for by in analyses.describe_by for s in cohort.slices(by))):
            yield from _numbers(cohort, name, part) if cohort.is_number(name) else _counts(cohort, name, part)


def _numbers(cohort: Cohort, name: str, part: Slice) -> Iterator[Statistic]:
    """The distribution of a number, with the quartiles of other software as conventions."""
    values = cohort.numbers(name)[part.members]
    unit = {c.name: getattr(c, "unit", None) for c in cohort.study.columns}.get(name) or ""
    base = Statistic("summary", "", "", name, unit=unit, method="descriptive", **part.labels)
    if np.isnan(values).all():
        yield replace(base, stat_name="N", stat="0")
        yield replace(base, stat_name="missing", stat=as_stat(values.size))
        return
    summary = descriptive.summarise(values, convention="spss")
    found = {
        "N": summary.n,
        "missing": summary.missing,
        "mean": summary.mean,
        "sd": summary.sd,
        "min": summary.minimum,
        "p25": summary.q1,
        "median": summary.median,
        "p75": summary.q3,
        "max": summary.maximum,
    }
    for stat_name, value in found.items():
        yield replace(base, stat_name=stat_name, stat=as_stat(value))
    for software in ("r", "sas"):
        other = descriptive.summarise(values, convention=software)
        for stat_name, value in (("p25", other.q1), ("p75", other.q3)):
            yield replace(base, stat_name=stat_name, stat=as_stat(value), convention=f"percentiles={software}")


def _counts(cohort: Cohort, name: str, part: Slice) -> Iterator[Statistic]:
    values = cohort.levels(name)[part.members]
    known = int(np.count_nonzero(values != ""))
    if known < values.size:
        base = Statistic("counts", "missing", as_stat(values.size - known), name, method="descriptive")
        yield replace(base, **part.labels)
    for level in cohort.study.levels(name):
        count = int(np.count_nonzero(values == level))
        for stat_name, value in (("n", count), ("N", known), ("p", count / known if known else None)):
            yield Statistic("counts", stat_name, as_stat(value), name, level, method="descriptive", **part.labels)


TestCall = tuple[str, Callable[[], association.TestResult]]


def associate(cohort: Cohort) -> Iterator[Statistic]:
    """Every association that the study file asks for, by each test that suits the two variables."""
    for number, wanted in enumerate(cohort.study.analyses.associate, start=1):
        for method, call in _tests(cohort, wanted.variable, wanted.with_):
            shared = {
                "variable": wanted.variable,
                "group1": wanted.with_,
                "analysis": f"association-{number}",
                "method": method,
            }
            try:
                result = call()
            except ValueError as error:
                yield Statistic("association", "p_value", "", warning=str(error), **shared)
                continue
            for stat_name in ("estimate", "conf_low", "conf_high", "statistic", "df", "p_value"):
                value = getattr(result, stat_name)
                if value is not None:
                    yield Statistic("association", stat_name, as_stat(value), **shared)


def _tests(cohort: Cohort, first: str, second: str) -> list[TestCall]:
    """The tests for a pair: numbers are correlated, groups of numbers compared, groups cross-tabulated."""
    if not cohort.is_number(first):
        return _cross_table_tests(cohort, first, second)
    x, level = cohort.numbers(first), cohort.study.analyses.level
    if cohort.is_number(second):
        y = cohort.numbers(second)
        both = ~np.isnan(x) & ~np.isnan(y)
        return [("pearson", lambda: association.pearson(x[both], y[both], level))]
    slices = cohort.slices(second)
    if len(slices) != 2:
        return []
    a, b = (values[~np.isnan(values)] for values in (x[s.members] for s in slices))
    rank = np.concatenate([np.zeros(a.size), np.ones(b.size)])
    return [
        ("pearson", lambda: association.pearson(np.concatenate([a, b]), rank, level)),
        ("t-test", lambda: association.t_test(a, b, True, level)),
        ("welch", lambda: association.t_test(a, b, False, level)),
        ("mann-whitney", lambda: association.mann_whitney(a, b, method="exact")),
        ("mann-whitney-asymptotic", lambda: association.mann_whitney(a, b, method="asymptotic")),
    ]


def _cross_table_tests(cohort: Cohort, first: str, second: str) -> list[TestCall]:
    columns = cohort.slices(second)
    table = np.array(
        [[np.count_nonzero(r.members & c.members) for c in columns] for r in cohort.slices(first)], dtype=np.int64
    )
    return [
        ("fisher", lambda: association.fisher_exact(table, cohort.study.analyses.level)),
        ("chi-square", lambda: association.chi_square(table, correction=False)),
        ("chi-square-yates", lambda: association.chi_square(table, correction=True)),
    ]


MOST_FOR_EXACT_RANKS = 50  # patients up to which the permutation distribution is computed
LEAST_EXPECTED = 5.0  # below it in any cell, chi-square is no approximation


def compare_groups(cohort: Cohort) -> Iterator[Statistic]:
    """Every described variable between the levels of each group under `tests_by`, by one test, which is named."""
    analyses = cohort.study.analyses
    for by in analyses.tests_by:
        for name in analyses.describe:
            if _made_of(cohort, name) == _made_of(cohort, by):
                continue
            method, call = _chosen_test(cohort, name, by)
            base = Statistic("group-test", "p_value", "", name, group1=by, method=method)
            try:
                result = call()
            except ValueError as error:
                yield replace(base, warning=str(error))
                continue
            for stat_name in ("statistic", "df", "p_value"):
                value = getattr(result, stat_name)
                if value is not None:
                    yield replace(base, stat_name=stat_name, stat=as_stat(value))


def _made_of(cohort: Cohort, name: str) -> str:
    """The column of which a group is made: a group is not tested against itself."""
    group = cohort.study.group(name)
    return group.column if group else name


def _chosen_test(cohort: Cohort, name: str, by: str) -> TestCall:
    """Ranks for numbers, exact in small cohorts; Fisher's test for counts where chi-square is no approximation."""
    slices = cohort.slices(by)
    if cohort.is_number(name):
        values = cohort.numbers(name)
        known = ~np.isnan(values)
        samples = [values[s.members & known] for s in slices]
        if len(samples) != 2:
            return "kruskal-wallis", lambda: association.kruskal_wallis(samples)
        first, second = samples
        if first.size + second.size <= MOST_FOR_EXACT_RANKS:
            return "mann-whitney", lambda: association.mann_whitney(first, second, method="exact")
        return "mann-whitney-asymptotic", lambda: association.mann_whitney(first, second, method="asymptotic")
    return _chosen_test_of_counts(cohort, name, slices)


def _chosen_test_of_counts(cohort: Cohort, name: str, slices: list[Slice]) -> TestCall:
    table = np.array(
        [[np.count_nonzero(r.members & c.members) for c in slices] for r in cohort.slices(name)], dtype=np.int64
    )
    table = table[:, table.sum(axis=0) > 0] if table.ndim == 2 else table
    table = table[table.sum(axis=1) > 0] if table.ndim == 2 else table
    try:
        small = bool((association.expected_counts(table) < LEAST_EXPECTED).any())
    except ValueError:
        small = False
    if small:
        return "fisher", lambda: association.fisher_exact(table)
    return "chi-square", lambda: association.chi_square(table)
