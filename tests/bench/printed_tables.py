"""Table sets printed from patients the way papers print them: who the patients are, by group."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from peritrace.claims import Claim
from peritrace.published import CountCell, EffectRow, FlowStep, NumberCell, Published, TestCell
from peritrace.stats.descriptive import quantile
from tests.bench.habits import Habits, p_of_counts, p_of_numbers
from tests.bench.patients import Cohort, Factor, Measure, draw_cohort, with_gaps

TABLE = "Table 1"


@dataclass
class TableSet:
    """What is printed, and what only its authors know: tests, missing values, methods."""

    cohort: Cohort
    group: Factor
    habits: Habits
    counts: list[CountCell] = field(default_factory=list)
    numbers: list[NumberCell] = field(default_factory=list)
    tests: list[TestCell] = field(default_factory=list)
    effects: list[EffectRow] = field(default_factory=list)
    flow: list[FlowStep] = field(default_factory=list)
    stated: list[Claim] = field(default_factory=list)
    test_of: dict[str, str] = field(default_factory=dict)  # by variable

    @property
    def published(self) -> Published:
        return Published(
            tuple(self.counts),
            tuple(self.numbers),
            tuple(self.tests),
            tuple(self.effects),
            tuple(self.flow),
            tuple(self.stated),
        )

    @property
    def columns(self) -> list[tuple[str, str, np.ndarray]]:
        """Group, level and patients of each column."""
        columns = [(self.group.name, level, self.group.codes == code) for code, level in enumerate(self.group.levels)]
        everyone = [("", "", np.full(self.cohort.n, True))] if self.habits.overall else []
        return [*everyone, *columns]

    def gaps(self, name: str) -> bool:
        """Whether a factor is unknown in some patients."""
        return bool((~self.cohort.factors[name].known).any())


def draw_table_set(rng: np.random.Generator) -> TableSet:
    """Patients, groups and habits at random, and the table of who the patients are."""
    while True:
        cohort = draw_cohort(rng)
        groups = [
            f for f in cohort.factors.values() if len(f.levels) <= 3 and min(f.sizes()) >= max(6, 0.08 * cohort.n)
        ]
        if groups:
            break
    group = groups[int(rng.integers(len(groups)))]
    cohort = cohort.take(group.known)
    others = {name: factor for name, factor in cohort.factors.items() if name != group.name}
    if rng.random() < 0.3 and others:
        gappy = with_gaps(replace(cohort, factors=others), rng)
        cohort = replace(cohort, factors={**gappy.factors, group.name: cohort.factors[group.name]})
    tables = TableSet(cohort, cohort.factors[group.name], Habits.draw(rng))
    _sizes(tables)
    as_numbers = [m for m in cohort.measures.values() if m.name != group.name and rng.random() < 0.7]
    for measure in as_numbers:
        _print_measure(tables, measure)
    for factor in cohort.factors.values():
        if factor.name != group.name and min(factor.sizes()) > 0:
            tested = factor.name not in {measure.name for measure in as_numbers}
            if tested or rng.random() < 0.3:
                _print_factor(tables, factor, bool(rng.random() < 0.35), tested)
    return tables


def _sizes(tables: TableSet) -> None:
    for group, level, rows in tables.columns:
        size = str(int(rows.sum()))
        tables.counts.append(CountCell(TABLE, "n", level or "All", "", "", group, level, size))


def _print_factor(tables: TableSet, factor: Factor, one_level: bool, tested: bool) -> None:
    """Counts and percentages of those with a known value; of two levels perhaps only one."""
    levels = list(factor.levels)
    if one_level and len(levels) == 2:
        levels = ["Yes"] if "Yes" in levels else levels[:1]
    for group, level, rows in tables.columns:
        sizes = factor.sizes(rows)
        for name in levels:
            count = sizes[factor.levels.index(name)]
            percent = tables.habits.percent(count, sum(sizes)) if sum(sizes) else ""
            row = factor.name if len(levels) == 1 else f"{factor.name}, {name}"
            tables.counts.append(
                CountCell(TABLE, row, level or "All", factor.name, name, group, level, str(count), "", percent)
            )
    if not tested:
        return
    table = cross_table(tables, factor)
    try:
        test = tables.habits.test_of(table)
        p = p_of_counts(table, test)
    except ValueError:
        return
    tables.test_of[factor.name] = test
    level = levels[0] if len(levels) == 1 else ""
    tables.tests.append(TestCell(TABLE, factor.name, "P", factor.name, level, tables.group.name, tables.habits.p(p)))


def cross_table(tables: TableSet, factor: Factor) -> list[list[int]]:
    """The levels of a factor by group, of those with a known value."""
    by_group = [factor.sizes(tables.group.codes == code) for code in range(len(tables.group.levels))]
    return [list(row) for row in zip(*by_group, strict=True)]


def _print_measure(tables: TableSet, measure: Measure) -> None:
    """Mean ± SD or median with quartiles, sometimes the range; a number is given where values are missing."""
    habits = tables.habits
    arms = []
    for _, level, rows in tables.columns:
        values = measure.values[rows]
        known = values[~np.isnan(values)]
        if len(known) < 5 or np.ptp(known) == 0:
            return
        if level:
            arms.append(known)
    for group, level, rows in tables.columns:
        values = measure.values[rows]
        known = values[~np.isnan(values)]
        texts = dict.fromkeys(("median", "lower_quartile", "upper_quartile", "mean", "sd"), "")
        if habits.means:
            mean = Fraction(int(known.sum()), len(known)) if measure.whole else Fraction(float(known.mean()))
            texts |= {"mean": habits.number(mean), "sd": habits.number(float(known.std(ddof=1)))}
        else:
            for name, share in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
                texts[name] = habits.number(quantile(known, share, habits.quantiles))
        tables.numbers.append(
            NumberCell(
                table=TABLE,
                row=measure.name,
                column=level or "All",
                variable=measure.name,
                unit=measure.unit,
                whole="yes" if measure.whole else "no",
                group=group,
                group_level=level,
                n=str(len(known)) if len(known) < len(values) else "",
                **texts,
            )
        )
    if len(arms) == 2:
        try:
            p = p_of_numbers(arms, habits)
        except ValueError:
            return
        tables.test_of[measure.name] = habits.stated[-1]
        tables.tests.append(TestCell(TABLE, measure.name, "P", measure.name, "", tables.group.name, habits.p(p)))
