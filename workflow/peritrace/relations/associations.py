"""P values of tables: which test gives them from the printed counts, and which test gives the whole table."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from peritrace.claims import Claim
from peritrace.formats import format_p
from peritrace.interval import Interval
from peritrace.methods import method_label
from peritrace.printed import Printed, one_slip_away
from peritrace.published import place_of
from peritrace.relations.index import Index, who
from peritrace.relations.percentages import Habits, rounds_to
from peritrace.relations.relation import NOT_REPRODUCIBLE, Outcome, Relation, Values, fits, unchecked
from peritrace.stats.granularity import denominators_of
from peritrace.stats.tests_of_counts import p_values_of_counts, tests_printing
from peritrace.words import counted, listing

Stated = Mapping[str, Sequence[str]]
Counts = tuple[tuple[int, ...], ...]
LEAST_EXPLAINED = 0.6  # of the P values of a table that a test must give to be taken for the table's test
FEW_EXPECTED = 5.0  # below it a cell's expected count makes authors turn to Fisher's test
FEWEST_SURE, LEAST_SURE = 5, 0.8  # P values, and the share of them, that tell which tests a source makes
MOST_SIZES = 400  # combinations of the denominators of two groups that are tried for one P value
MOST_SIZES_OF_MORE = 60  # and of more groups, whose tests take longer


@lru_cache(maxsize=4096)
def _p_values(table: Counts, costly: bool = False) -> dict[str, float]:
    return p_values_of_counts(table, costly)


@dataclass(frozen=True)
class CrossTable:
    """The cells of a table of counts by the claims that print them.

    Each row is a level; a single level stands against the rest of each group. `sizes` are those of the groups, `shares`
    the percentages that tell where not all of a group were counted.
    """

    rows: tuple[tuple[str, ...], ...]
    sizes: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Every claim that it is made of."""
        return tuple(name for row in self.rows for name in row) + self.sizes + self.shares

    def read(self, values: Values) -> Counts | None:
        """The counts; None where one is no count or larger than its group."""
        rows = [[values[name].count for name in row] for row in self.rows]
        if self.sizes:
            sizes = [values[name].count for name in self.sizes]
            rows.append([None if n is None or k is None else n - k for n, k in zip(sizes, rows[0], strict=True)])
        whole = [tuple(count for count in row if count is not None and count >= 0) for row in rows]
        return tuple(whole) if all(len(row) == len(rows[0]) for row in whole) else None

    def read_known(self, values: Values) -> Iterator[Counts]:
        """The counts with every number of counted patients that the percentages of a single level allow."""
        found = []
        for name, size, share in zip(self.rows[0], self.sizes, self.shares, strict=True):
            k, n, printed = values[name].count, values[size].count, values[share]
            if k is None or n is None or printed.value is None:
                return
            found.append([(k, of - k) for of in denominators_of(k, printed.values, max(k, (n + 1) // 2), n)])
        if math.prod(map(len, found)) <= (MOST_SIZES if len(found) == 2 else MOST_SIZES_OF_MORE):
            yield from (tuple(zip(*columns, strict=True)) for columns in product(*found))


@dataclass(frozen=True)
class TestsMade:
    """The tests that a place is taken to make: as stated, and the one that gives most of its P values.

    `sure`: nearly all its P values are theirs, so that another test explains none of the others.
    """

    __test__ = False  # the name looks like a test class to pytest

    stated: tuple[str, ...] = ()
    habit: str = ""
    sure: bool = False

    def expected(self, counts: Counts) -> set[str]:
        """The tests that may be made of such a table: Fisher's too where few are expected, and of larger tables."""
        named = {*self.stated, self.habit} - {""}
        larger = len(counts) > 2 or len(counts[0]) > 2
        if larger:
            return named | {"fisher", "chi-square"}
        return named | {"fisher"} if named and _few_expected(counts) else named

    def accepts(self, counts: Counts, found: Sequence[str]) -> bool:
        """Whether a P value is explained by the tests that give it."""
        return bool(found) and not (self.sure and self.expected(counts).isdisjoint(found))


def association_relations(index: Index, stated: Stated) -> Iterator[Relation]:
    """One relation for every P value whose counts are printed."""
    bound, habits = tested_counts(index), Habits(index)
    made = _tests_made(index, bound, tuple(stated.get("association", ())))
    for claim, table in bound:
        tests = made[place_of(claim)]
        yield _p_of_counts(claim, _with_shares(index, claim, table, tests, habits), tests)


def _tests_made(index: Index, bound: list[tuple[Claim, CrossTable]], stated: tuple[str, ...]) -> dict[str, TestsMade]:
    habits = tests_of_tables(index, bound)
    found: dict[str, list[bool]] = defaultdict(list)
    for claim, table in bound:
        counts = table.read(index.values)
        if counts and (candidates := _p_values(counts)) and claim.printed.value is not None:
            expected = TestsMade(stated, habits.get(place_of(claim), "")).expected(counts)
            tests = tests_printing(claim.printed.values, candidates)
            found[place_of(claim)].append(not expected.isdisjoint(tests))
    everywhere = [fitting for place in found.values() for fitting in place]
    made = {}
    for place in {place_of(claim) for claim, _ in bound}:
        told = found[place] if len(found[place]) >= FEWEST_SURE else everywhere
        sure = len(told) >= FEWEST_SURE and sum(told) >= LEAST_SURE * len(told)
        made[place] = TestsMade(stated, habits.get(place, ""), sure)
    return made


def _with_shares(index: Index, claim: Claim, table: CrossTable, made: TestsMade, habits: Habits) -> CrossTable:
    """With the percentages, where some of the place count fewer than the groups and no test of these gives the P value.

    Only then do they bear on it.
    """
    counts = table.read(index.values)
    if (
        not table.sizes
        or counts is None
        or made.accepts(counts, tests_printing(claim.printed.values, _p_values(counts)))
    ):
        return table
    shares = [index.share_of(index.claims[name]) for name in table.rows[0]]
    if not all(shares):
        return table
    sizes = [a + b for a, b in zip(*counts, strict=True)]
    whole = [rounds_to(index.values[share], k / n) for share, k, n in zip(shares, counts[0], sizes, strict=True) if n]
    if all(whole) and habits.whole_group(index.claims[shares[0]]):
        return table
    return CrossTable(table.rows, table.sizes, tuple(shares))


def tested_counts(index: Index) -> list[tuple[Claim, CrossTable]]:
    """Every P value of an association with the counts that it is a test of."""
    return [(claim, table) for claim in index.of("association") if (table := cross_table(index, claim))]


def cross_table(index: Index, claim: Claim) -> CrossTable | None:
    """The printed counts that an association is a test of; None where they are not all printed.

    A P value without a level is that of the mean or median where one is printed.
    """
    groups = index.group_levels(claim.group)
    if len(groups) < 2 or not claim.variable:
        return None
    summarised = any(
        index.first(quantity, claim.variable, "", claim.group, groups[0]) for quantity in ("mean", "median")
    )
    if summarised and not claim.level:
        return None
    levels = [c.level for c in index.of("count") if c.variable == claim.variable and c.group == claim.group]
    levels = [claim.level] if claim.level else list(dict.fromkeys(levels))
    rows = [[index.first("count", claim.variable, level, claim.group, group) for group in groups] for level in levels]
    if not rows or not all(all(row) for row in rows):
        return None
    sizes = [index.size(claim.group, group) for group in groups] if len(rows) == 1 else []
    if len(rows) == 1 and not all(sizes):
        return None
    return CrossTable(tuple(tuple(row) for row in rows), tuple(sizes))


def tests_of_tables(index: Index, bound: list[tuple[Claim, CrossTable]]) -> dict[str, str]:
    """For each place the test that gives most of its P values, if it gives most of them."""
    tally: dict[str, list[list[str]]] = defaultdict(list)
    for claim, table in bound:
        counts = table.read(index.values)
        if counts and claim.printed.value is not None:
            tally[place_of(claim)].append(tests_printing(claim.printed.values, _p_values(counts)))
    habits = {}
    for place, found in tally.items():
        times = Counter(test for tests in found for test in tests)
        if times:
            test, count = max(times.items(), key=lambda item: item[1])
            if len(found) >= 2 and count >= LEAST_EXPLAINED * len(found):
                habits[place] = test
    return habits


def _p_of_counts(claim: Claim, table: CrossTable, made: TestsMade) -> Relation:
    name = claim.claim_id

    def check(values: Values) -> Outcome:
        counts, printed = table.read(values), values[name]
        candidates = _p_values(counts) if counts else {}
        if not candidates or not counts:
            return unchecked()
        found = tests_printing(printed.values, candidates)
        if not found and len(counts) == 2 and len(counts[0]) == 2:
            candidates = candidates | _p_values(counts, costly=True)
            found = tests_printing(printed.values, candidates)
        if made.accepts(counts, found):
            return _by_test(printed, candidates, found, made)
        if table.shares and (known := _by_known(printed, table.read_known(values), made.expected(counts))):
            return known
        return _by_none(printed, counts, candidates, found, made)

    def holds(values: Values) -> bool:
        counts, printed = table.read(values), values[name]
        candidates = _p_values(counts) if counts else {}
        if not candidates or not counts or made.accepts(counts, tests_printing(printed.values, candidates)):
            return True
        return bool(table.shares and _by_known(printed, table.read_known(values), made.expected(counts)))

    subject = f"{who(claim.variable, claim.level)} by {claim.group}"
    return Relation("test", subject, (*table.members, name), check, computes=name, holds=holds)


def _by_known(printed: Printed, tables: Iterator[Counts], expected: set[str]) -> Outcome | None:
    """A P value of those patients only whom the percentages count."""
    for counts in tables:
        candidates = {test: p for test, p in _p_values(counts).items() if test in expected or not expected}
        if found := tests_printing(printed.values, candidates):
            shown, method = _shown(printed, candidates[found[0]]), method_label(found[0])
            sizes = listing([str(sum(column)) for column in zip(*counts, strict=True)])
            text = f"With {sizes} patients, as the percentages count, {method} gives P = {shown}."
            return fits(text, method, shown, f"method={found[0]}")
    return None


def _shown(printed: Printed, p: float) -> str:
    return format_p(p) if printed.value is None or printed.relation != "=" else printed_like(printed, p)


def printed_like(printed: Printed, p: float) -> str:
    """A P value with as many digits as the printed one has, three at least."""
    return f"{p:.{max(3, printed.decimals)}f}"


def _by_test(printed: Printed, candidates: Mapping[str, float], found: list[str], made: TestsMade) -> Outcome:
    usual = [made.habit] if made.habit in found else []
    best = next((test for test in [*usual, *made.stated, *found] if test in found), found[0])
    shown = _shown(printed, candidates[best])
    also = [method_label(test) for test in found if test != best]
    text = f"From the counts {method_label(best)} gives P = {shown}"
    text += f"; so do {listing(also)}." if len(also) > 1 else f"; so does {also[0]}." if also else "."
    if made.habit and best == made.habit:
        text += " It is the test that gives most P values of this table."
    if printed.kind == "significance" or best in made.stated or not made.stated:
        named = best in made.stated or printed.kind == "significance"
        return fits(text, method_label(best), shown, "" if named else f"method={best}")
    text += f" The source states {listing([method_label(test) for test in made.stated])}."
    return fits(text, method_label(best), shown, f"method={best}")


def _by_none(
    printed: Printed, counts: Counts, candidates: Mapping[str, float], found: list[str], made: TestsMade
) -> Outcome:
    """No test gives the P value, or only those that no other P value of the place needs."""
    test = next((t for t in (made.habit, *_customary(counts, made.stated), *candidates) if t in candidates), "")
    nearest = min(candidates, key=lambda t: abs(candidates[t] - printed.values.middle))
    text = f"From the counts {method_label(test)} gives P = {_shown(printed, candidates[test])}; "
    if found:
        text += f"only {listing([method_label(t) for t in found])} would give {printed.text}"
        text += ", which no other P value of the table needs"
    else:
        text += f"{counted(len(candidates), 'test was', 'tests were')} tried"
    if nearest != test and not found:
        text += f", and the nearest, {method_label(nearest)}, gives {_shown(printed, candidates[nearest])}"
    text += "."
    if near := _one_slip_in_a_count(printed.values, counts, test):
        text += f" {method_label(test)} would give it for {near}, but the counts agree with their percentages."
    sides = {candidates[t] < 0.05 for t in candidates} | {printed.values.middle < 0.05}
    text += " All lie on the same side of .05." if len(sides) == 1 else ""
    return Outcome(NOT_REPRODUCIBLE, text, method=method_label(test), shown=_shown(printed, candidates[test]))


def _few_expected(counts: Counts) -> bool:
    total = sum(map(sum, counts))
    rows, columns = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
    return any(r * c < FEW_EXPECTED * total for r in rows for c in columns)


def _customary(counts: Counts, stated: Sequence[str]) -> list[str]:
    """The stated tests; where chi-square and Fisher are both stated, Fisher's for small expected counts."""
    if {"chi-square", "fisher"} <= set(stated):
        return ["fisher" if _few_expected(counts) else "chi-square"]
    return list(stated)


def _one_slip_in_a_count(p: Interval, counts: Counts, test: str) -> str:
    """A count of a fourfold table that one slip of the pen made, the rest of its group going with it, in words."""
    if len(counts) != 2 or len(counts[0]) != 2:
        return ""
    for column in range(2):
        size = counts[0][column] + counts[1][column]
        for row in range(2):
            printed = counts[row][column]
            for slip in one_slip_away(str(printed)):
                count = int(slip.text) if slip.text.isdigit() else size + 1
                moved = [list(line) for line in counts]
                moved[row][column], moved[1 - row][column] = count, size - count
                if count <= size and p.holds(_p_values(tuple(tuple(line) for line in moved)).get(test, -1.0)):
                    return f"{count} of {size} instead of {printed} ({slip.slip}) and the rest of the group with it"
    return ""
