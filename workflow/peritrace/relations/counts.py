"""Sums and parts: which counts of patients make up a whole."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from peritrace.claims import Claim
from peritrace.published import place_of
from peritrace.relations.index import Index, who
from peritrace.relations.percentages import EXCLUSIVE, Habits, blocks, rounds_to, whole_counts
from peritrace.relations.relation import (
    IMPOSSIBLE,
    NOT_REPRODUCIBLE,
    UNUSUAL,
    Outcome,
    Relation,
    Values,
    fits,
    unchecked,
)
from peritrace.words import counted, listing


def count_relations(index: Index) -> Iterator[Relation]:
    """Every relation between counts and the wholes that they are parts of."""
    yield from _sums_of_groups(index)
    yield from _sums_of_levels(index)
    yield from _sums_over_groups(index)
    yield from _within_groups(index)
    yield from _parts(index)
    yield from _flow(index)


def _sum_outcome(total: int, parts: list[int], what: str) -> Outcome:
    terms = " + ".join(str(part) for part in parts)
    if sum(parts) == total:
        return fits(f"{terms} = {total}.", "sum of the parts", str(sum(parts)))
    if sum(parts) > total:
        text = f"The parts add up to {terms} = {sum(parts)}, more than the {total} {what}."
        return Outcome(IMPOSSIBLE, text, method="sum of the parts", shown=str(sum(parts)), assumption=EXCLUSIVE)
    missing = total - sum(parts)
    text = f"The parts add up to {terms} = {sum(parts)}; {counted(missing, 'patient')} of {total} are in none of them."
    return Outcome(UNUSUAL, text, f"missing={missing}", "sum of the parts", str(sum(parts)), EXCLUSIVE)


def _adding_up(subject: str, total: str, parts: list[str], what: str, complete: bool) -> Relation:
    """Parts that make up a whole; where they need not be complete, a smaller sum is no cause for doubt."""

    def check(values: Values) -> Outcome:
        counts = whole_counts(values, [total, *parts])
        if counts is None:
            return unchecked()
        outcome = _sum_outcome(counts[0], counts[1:], what)
        if outcome.grade == UNUSUAL and complete:
            return Outcome(IMPOSSIBLE, outcome.explanation, "", outcome.method, outcome.shown, EXCLUSIVE)
        return outcome

    return Relation("sum", subject, (total, *parts), check, computes=total)


def _sums_of_groups(index: Index) -> Iterator[Relation]:
    total = index.size()
    for group in index.groups:
        sizes = [size for level in index.group_levels(group) if (size := index.size(group, level))]
        if total and len(sizes) >= 2:
            yield _adding_up(f"sizes of {group}", total, sizes, "patients", complete=False)


def _sums_of_levels(index: Index) -> Iterator[Relation]:
    habits, incomplete = Habits(index), _incomplete_columns(index)
    for claim, parts in blocks(index, "count"):
        total = index.size(claim.group, claim.group_level)
        if total and total not in parts:
            subject = who(claim.variable, "", claim.group, claim.group_level)
            # no one number misprinted would leave several columns incomplete
            definite = habits.whole_group(claim) and incomplete[place_of(claim), claim.variable] == 1
            yield _with_percentages(index, subject, total, parts, definite)


def _incomplete_columns(index: Index) -> Mapping[tuple[str, str], int]:
    """In how many columns of a place the levels of a variable add up to fewer than the group."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for claim, parts in blocks(index, "count"):
        size, counts = index.count(index.size(claim.group, claim.group_level)), whole_counts(index.values, parts)
        found[place_of(claim), claim.variable] += size is not None and counts is not None and sum(counts) < size
    return found


def _with_percentages(index: Index, subject: str, total: str, parts: list[str], definite: bool) -> Relation:
    """Levels that should make up their group; fewer may be those with a known value, as the percentages then tell.

    `definite`: the other percentages of the place count whole groups, and those of the variable in other columns.
    """
    shares = {part: name for part in parts if (name := index.share_of(index.claims[part]))}

    def check(values: Values) -> Outcome:
        counts = whole_counts(values, [total, *parts])
        if counts is None:
            return unchecked()
        outcome = _sum_outcome(counts[0], counts[1:], "patients of the group")
        known = sum(counts[1:])
        if outcome.grade != UNUSUAL or not shares or not known:
            return outcome
        levels = dict(zip(parts, counts[1:], strict=True))
        if _all_round_to(values, shares, levels, known):
            for part, count in levels.items() if definite else ():
                if _all_round_to(values, shares, levels | {part: count + counts[0] - known}, counts[0]):
                    text = f"{outcome.explanation} With {count + counts[0] - known} instead of {count} the percentages "
                    text += "would be those of all, as elsewhere in the table."
                    return replace(outcome, grade=NOT_REPRODUCIBLE, explanation=text, convention="", suspects=(part,))
            text = f"{outcome.explanation} The percentages count those {known} only."
            return fits(text, outcome.method, outcome.shown, outcome.convention)
        if _all_round_to(values, shares, levels, counts[0]):
            text = f"{outcome.explanation} The percentages count all {counts[0]}, so some patients are left out."
            return replace(outcome, explanation=text)
        return replace(outcome, grade=NOT_REPRODUCIBLE, convention="")

    return Relation("sum", subject, (total, *parts, *shares.values()), check)


def _all_round_to(values: Values, shares: dict[str, str], counts: dict[str, int], of: int) -> bool:
    """Whether every percentage is that of its count among so many."""
    return all(rounds_to(values[share], counts[part] / of) for part, share in shares.items())


def _sums_over_groups(index: Index) -> Iterator[Relation]:
    for claim in index.of("count"):
        if claim.group or not claim.variable or index.first("count", claim.variable, claim.level) != claim.claim_id:
            continue
        for group in index.groups:
            levels = index.group_levels(group)
            parts = [index.first("count", claim.variable, claim.level, group, level) for level in levels]
            if len(levels) >= 2 and all(parts):
                subject = f"{who(claim.variable, claim.level)} over {group}"
                yield _adding_up(subject, claim.claim_id, parts, "of all patients", complete=True)


def _within_groups(index: Index) -> Iterator[Relation]:
    """Counts without a percentage and without further levels: no more than the group has."""
    for claim in index.of("count"):
        size = index.size(claim.group, claim.group_level)
        if not claim.variable or not size or size == claim.claim_id or index.share_of(claim):
            continue
        if index.count_of(claim) == claim.claim_id and not index.siblings(claim.claim_id):
            yield _at_most(who(claim.variable, claim.level, claim.group, claim.group_level), claim.claim_id, size)


def _at_most(subject: str, part: str, whole: str, why: str = "") -> Relation:
    def check(values: Values) -> Outcome:
        k, n = values[part].count, values[whole].count
        if k is None or n is None or k <= n:
            return fits(f"{k} of {n}.")
        text = f"{k} is more than the {n} of which it is a part."
        return Outcome(IMPOSSIBLE, text, assumption=why)

    return Relation("part", subject, (part, whole), check)


def _parts(index: Index) -> Iterator[Relation]:
    """Claims that name the whole that they are a part of."""
    parts: dict[str, list[str]] = defaultdict(list)
    for claim in index.published.stated:
        if claim.part_of in index.claims and claim.printed.count is not None:
            parts[claim.part_of].append(claim.claim_id)
    for whole, names in parts.items():
        yield _parts_within(index.claims[whole], [index.claims[name] for name in names], whole, names)


def _parts_within(claim: Claim, of_parts: list[Claim], whole: str, parts: list[str]) -> Relation:
    called = who(claim.variable, claim.level, claim.group, claim.group_level)
    called_parts = listing([who(c.variable, c.level, c.group, c.group_level) for c in of_parts])

    def check(values: Values) -> Outcome:
        counts = whole_counts(values, [whole, *parts])
        if counts is None or sum(counts[1:]) <= counts[0]:
            return fits("The parts leave room for it.")
        terms = " + ".join(str(count) for count in counts[1:])
        text = f"{terms} ({called_parts}) is more than {counts[0]} ({called}), which includes it."
        return Outcome(
            IMPOSSIBLE, text, assumption=f"{called} includes {called_parts}, and both count the same patients"
        )

    subject = f"parts of {called}"
    return Relation("part", subject, (whole, *parts), check)


def _flow(index: Index) -> Iterator[Relation]:
    """Boxes of the flow of patients that follow from one box: together no more than it."""
    steps = {step.node: step for step in index.published.flow}
    children: dict[str, list[str]] = defaultdict(list)
    for step in steps.values():
        if step.parent in steps:
            children[step.parent].append(step.node)

    def claim_of(node: str) -> str:
        step = steps[node]
        return index.first("count", step.variable, step.level, step.group, step.group_level)

    for parent, nodes in children.items():
        names = [claim_of(node) for node in nodes]
        if claim_of(parent) and all(names):
            yield _adding_up(
                f"flow after {steps[parent].label}", claim_of(parent), names, "before them", complete=False
            )
