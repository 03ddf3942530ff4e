"""P values of tables: which test gives them from the printed counts, and which test gives the whole table."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from peritrace.claims import Claim
from peritrace.formats import format_p
from peritrace.interval import Interval
from peritrace.methods import method_label
from peritrace.printed import Printed
from peritrace.published import place_of
from peritrace.relations.index import Index, who
from peritrace.relations.relation import NOT_REPRODUCIBLE, Outcome, Relation, Values, fits
from peritrace.stats.tests_of_counts import p_values_of_counts, tests_printing
from peritrace.words import counted, listing

Stated = Mapping[str, Sequence[str]]
LEAST_EXPLAINED = 0.6  # of the P values of a table that a test must give to be taken for the table's test
FEW_EXPECTED = 5.0  # below it a cell's expected count makes authors turn to Fisher's test


@lru_cache(maxsize=4096)
def _p_values(table: tuple[tuple[int, ...], ...], costly: bool = False) -> dict[str, float]:
    return p_values_of_counts(table, costly)


@dataclass(frozen=True)
class CrossTable:
    """The cells of a table of counts by the claims that print them.

    Each row is a level; a single level stands against the rest of each group. `sizes` are those of the groups.
    """

    rows: tuple[tuple[str, ...], ...]
    sizes: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Every claim that it is made of."""
        return tuple(name for row in self.rows for name in row) + self.sizes

    def read(self, values: Values) -> tuple[tuple[int, ...], ...] | None:
        """The counts; None where one is no count or larger than its group."""
        rows = [[values[name].count for name in row] for row in self.rows]
        if self.sizes:
            sizes = [values[name].count for name in self.sizes]
            rows.append([None if n is None or k is None else n - k for n, k in zip(sizes, rows[0], strict=True)])
        whole = [tuple(count for count in row if count is not None and count >= 0) for row in rows]
        return tuple(whole) if all(len(row) == len(rows[0]) for row in whole) else None


def association_relations(index: Index, stated: Stated) -> Iterator[Relation]:
    """One relation for every P value whose counts are printed."""
    bound = [(claim, table) for claim in index.of("association") if (table := cross_table(index, claim))]
    habits = _habits(index, bound)
    for claim, table in bound:
        yield _p_of_counts(claim, table, stated.get("association", ()), habits.get(place_of(claim), ""))


def cross_table(index: Index, claim: Claim) -> CrossTable | None:
    """The printed counts that an association is a test of; None where they are not all printed."""
    groups = index.group_levels(claim.group)
    if len(groups) < 2 or not claim.variable:
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


def _habits(index: Index, bound: list[tuple[Claim, CrossTable]]) -> dict[str, str]:
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


def _p_of_counts(claim: Claim, table: CrossTable, stated: Sequence[str], habit: str) -> Relation:
    name = claim.claim_id

    def check(values: Values) -> Outcome:
        counts, printed = table.read(values), values[name]
        candidates = _p_values(counts) if counts else {}
        if not candidates:
            return fits("No test can be made of these counts.")
        allowed = printed.values
        found = tests_printing(allowed, candidates)
        if not found and counts and len(counts) == 2 and len(counts[0]) == 2:
            candidates = candidates | _p_values(counts, costly=True)
            found = tests_printing(allowed, candidates)
        if found:
            return _by_test(printed, candidates, found, stated, habit)
        return _by_none(printed, counts or (), candidates, stated, habit)

    subject = f"{who(claim.variable, claim.level)} by {claim.group}"
    return Relation("test", subject, (*table.members, name), check, computes=name)


def _shown(printed: Printed, p: float) -> str:
    return format_p(p) if printed.value is None or printed.relation != "=" else printed_like(printed, p)


def printed_like(printed: Printed, p: float) -> str:
    """A P value with as many digits as the printed one has, three at least."""
    return f"{p:.{max(3, printed.decimals)}f}"


def _by_test(
    printed: Printed, candidates: Mapping[str, float], found: list[str], stated: Sequence[str], habit: str
) -> Outcome:
    usual = [habit] if habit in found else []
    best = next((test for test in [*usual, *stated, *found] if test in found), found[0])
    shown = _shown(printed, candidates[best])
    also = [method_label(test) for test in found if test != best]
    text = f"From the counts {method_label(best)} gives P = {shown}"
    text += f"; so do {listing(also)}." if len(also) > 1 else f"; so does {also[0]}." if also else "."
    if habit and best == habit:
        text += " It is the test that gives most P values of this table."
    if printed.kind == "significance" or best in stated or not stated:
        return fits(
            text,
            method_label(best),
            shown,
            "" if best in stated or printed.kind == "significance" else f"method={best}",
        )
    text += f" The source states {listing([method_label(test) for test in stated])}."
    return fits(text, method_label(best), shown, f"method={best}")


def _by_none(
    printed: Printed,
    counts: tuple[tuple[int, ...], ...],
    candidates: Mapping[str, float],
    stated: Sequence[str],
    habit: str,
) -> Outcome:
    test = next((t for t in (habit, *_customary(counts, stated), *candidates) if t in candidates), "")
    nearest = min(candidates, key=lambda t: abs(candidates[t] - printed.values.middle))
    text = f"From the counts {method_label(test)} gives P = {_shown(printed, candidates[test])}; "
    text += f"{counted(len(candidates), 'test was', 'tests were')} tried"
    if nearest != test:
        text += f", and the nearest, {method_label(nearest)}, gives {_shown(printed, candidates[nearest])}"
    text += "."
    if near := _one_patient_away(printed.values, counts, test):
        text += f" With {near} it would fit {method_label(test)}."
    sides = {candidates[t] < 0.05 for t in candidates} | {printed.values.middle < 0.05}
    text += " All lie on the same side of .05." if len(sides) == 1 else ""
    return Outcome(NOT_REPRODUCIBLE, text, method=method_label(test), shown=_shown(printed, candidates[test]))


def _customary(counts: tuple[tuple[int, ...], ...], stated: Sequence[str]) -> list[str]:
    """The stated tests; where chi-square and Fisher are both stated, Fisher's for small expected counts."""
    if {"chi-square", "fisher"} <= set(stated) and counts:
        total = sum(map(sum, counts))
        rows, columns = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
        small = any(r * c < FEW_EXPECTED * total for r in rows for c in columns)
        return ["fisher" if small else "chi-square"]
    return list(stated)


def _one_patient_away(p: Interval, counts: tuple[tuple[int, ...], ...], test: str) -> str:
    """A single patient counted in another row of the same group with whom a test would print so, in words."""
    for column in range(len(counts[0]) if counts else 0):
        for source in range(len(counts)):
            for target in range(len(counts)):
                if source == target or counts[source][column] == 0:
                    continue
                moved = [list(row) for row in counts]
                moved[source][column] -= 1
                moved[target][column] += 1
                if p.holds(_p_values(tuple(tuple(row) for row in moved)).get(test, -1.0)):
                    return f"{moved[0][column]} instead of {counts[0][column]} patients in one cell"
    return ""
