"""Sums, percentages, denominators and parts: what whole numbers of patients can be."""

from collections import defaultdict
from collections.abc import Iterator

from peritrace.claims import Claim
from peritrace.formats import format_percent
from peritrace.printed import SHARE_WORDS, Printed
from peritrace.published import place_of
from peritrace.relations.index import Index, who
from peritrace.relations.relation import IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL, Outcome, Relation, Values, fits
from peritrace.stats.granularity import counts_of_percent, denominators_of, joint_counts
from peritrace.words import counted

EXCLUSIVE = "the levels exclude one another and every patient has one"


def count_relations(index: Index) -> Iterator[Relation]:
    """Every relation between counts, percentages and sizes of groups."""
    yield from _sums_of_groups(index)
    yield from _sums_of_levels(index)
    yield from _sums_over_groups(index)
    yield from _shares(index)
    yield from _joint_shares(index)
    yield from _denominators(index)
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


def _whole(values: Values, names: list[str]) -> list[int] | None:
    """The counts of these claims; None where one of them is no count."""
    found = [values[name].count for name in names]
    return None if any(count is None for count in found) else [count for count in found if count is not None]


def _adding_up(subject: str, total: str, parts: list[str], what: str, complete: bool) -> Relation:
    """Parts that make up a whole; where they need not be complete, a smaller sum is no cause for doubt."""

    def check(values: Values) -> Outcome:
        counts = _whole(values, [total, *parts])
        if counts is None:
            return fits("Not all of them are counts.")
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
            yield _adding_up(f"sizes of {group}", total, sizes, "patients", complete=True)


def _blocks(index: Index, quantity: str) -> Iterator[tuple[Claim, list[str]]]:
    """The levels of one variable in one group, printed in one place: a claim of them, and their ids."""
    blocks: dict[tuple[str, ...], dict[str, Claim]] = defaultdict(dict)
    for claim in index.of(quantity):
        if claim.variable and claim.level:
            key = (claim.variable, claim.group, claim.group_level, place_of(claim))
            blocks[key].setdefault(claim.level, claim)
    for levels in blocks.values():
        if len(levels) >= 2:
            yield next(iter(levels.values())), [claim.claim_id for claim in levels.values()]


def _sums_of_levels(index: Index) -> Iterator[Relation]:
    for claim, parts in _blocks(index, "count"):
        total = index.size(claim.group, claim.group_level)
        if total and total not in parts:
            subject = who(claim.variable, "", claim.group, claim.group_level)
            yield _with_percentages(index, subject, total, parts)


def _with_percentages(index: Index, subject: str, total: str, parts: list[str]) -> Relation:
    """Levels that should make up their group; fewer may be those with a known value, as the percentages then tell."""
    shares = {name: part for part in parts if (name := _share_of(index, index.claims[part]))}

    def check(values: Values) -> Outcome:
        counts = _whole(values, [total, *parts])
        if counts is None:
            return fits("Not all of them are counts.")
        outcome = _sum_outcome(counts[0], counts[1:], "patients of the group")
        known = sum(counts[1:])
        if outcome.grade != UNUSUAL or not shares or not known:
            return outcome
        pairs = [(values[share], values[part].count or 0) for share, part in shares.items()]
        if all(printed.agrees(count / known) for printed, count in pairs):
            text = f"{outcome.explanation} The percentages count those {known} only."
            return fits(text, outcome.method, outcome.shown, outcome.convention)
        if all(printed.agrees(count / counts[0]) for printed, count in pairs):
            text = f"{outcome.explanation} The percentages count all {counts[0]}, so some patients are left out."
            return Outcome(UNUSUAL, text, outcome.convention, outcome.method, outcome.shown, EXCLUSIVE)
        return Outcome(NOT_REPRODUCIBLE, outcome.explanation, "", outcome.method, outcome.shown, EXCLUSIVE)

    return Relation("sum", subject, (total, *parts, *shares), check)


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


def _count_of(index: Index, claim: Claim) -> str:
    return index.first("count", claim.variable, claim.level, claim.group, claim.group_level)


def _share_of(index: Index, claim: Claim) -> str:
    return index.first("share", claim.variable, claim.level, claim.group, claim.group_level)


def _shares(index: Index) -> Iterator[Relation]:
    habits = _full_denominators(index)
    for claim in index.of("share"):
        printed_of = index.first("denominator", claim.variable, claim.level, claim.group, claim.group_level)
        of = printed_of or index.size(claim.group, claim.group_level)
        count = _count_of(index, claim)
        subject = who(claim.variable, claim.level, claim.group, claim.group_level)
        if not of or count == of:
            continue
        if count:
            definite = bool(printed_of) or habits.get(place_of(claim), False)
            yield _percentage(index, subject, claim.claim_id, count, of, definite)
        elif claim.printed.kind == "percent" and claim.printed.text.lower() not in SHARE_WORDS:
            yield _share_alone(subject, claim.claim_id, of)
        if not count and not claim.group:
            yield from _share_over_groups(index, subject, claim)


def _share_over_groups(index: Index, subject: str, claim: Claim) -> Iterator[Relation]:
    """A share of all patients whose count is printed by group only."""
    for group in index.groups:
        levels = index.group_levels(group)
        counts = [index.first("count", claim.variable, claim.level, group, level) for level in levels]
        sizes = [index.size(group, level) for level in levels]
        if len(levels) >= 2 and all(counts) and all(sizes):
            yield _pooled_share(subject, claim.claim_id, counts, sizes)


def _pooled_share(subject: str, share: str, counts: list[str], sizes: list[str]) -> Relation:
    def check(values: Values) -> Outcome:
        ks, ns = _whole(values, counts), _whole(values, sizes)
        if ks is None or ns is None or not sum(ns):
            return fits("Not counts.")
        k, n, printed = sum(ks), sum(ns), values[share]
        shown, method = f"{k} of {n} ({format_percent(k / n)})", "sum over the groups"
        if printed.agrees(k / n):
            return fits(f"{' + '.join(map(str, ks))} of {n} are {format_percent(k / n)}.", method, shown)
        text = f"{' + '.join(map(str, ks))} = {k} of {n} patients are {format_percent(k / n)}, not “{printed.text}”."
        return Outcome(NOT_REPRODUCIBLE, text, method=method, shown=shown, suspects=(share,))

    return Relation("words", subject, (share, *counts, *sizes), check, computes=share)


def _full_denominators(index: Index) -> dict[str, bool]:
    """The places in which nearly every percentage counts the whole group: there a missing value is no explanation."""
    tally: dict[str, list[bool]] = defaultdict(list)
    for claim in index.of("share"):
        count, size = _count_of(index, claim), index.size(claim.group, claim.group_level)
        k, n = index.count(count), index.count(size)
        if k is not None and n and claim.printed.kind == "percent":
            tally[place_of(claim)].append(claim.printed.agrees(k / n))
    return {place: len(fitting) >= 5 and sum(fitting) >= 0.9 * len(fitting) for place, fitting in tally.items()}


ROUNDINGS = {"truncation": "cut off after the last digit", "half-even": "with halves rounded to even"}


def _percentage(index: Index, subject: str, share: str, count: str, of: str, definite: bool) -> Relation:
    """A percentage (or a word for a share) against its count and denominator."""
    levels = [index.values[name].count for name in _siblings(index, count)]

    def check(values: Values) -> Outcome:
        k, n, printed = values[count].count, values[of].count, values[share]
        if k is None or n is None or n == 0:
            return fits("Not counts.")
        if k > n:
            return Outcome(IMPOSSIBLE, f"{k} patients of {n} are more than all of them.", suspects=(count, of))
        shown = printed.as_printed(k / n)
        method = f"{k} of {n}"
        if printed.agrees(k / n):
            return fits(f"{k} of {n} is {shown}.", method, shown)
        for rounding, habit in ROUNDINGS.items():
            if printed.value is not None and printed.agrees(k / n, rounding):
                return fits(
                    f"{k} of {n} is {format_percent(k / n, printed.decimals + 1)}, {habit}.", method, shown, habit
                )
        return _other_denominator(printed, k, n, shown, definite, levels)

    return Relation("percentage", subject, (share, count, of), check, computes=share)


def _siblings(index: Index, count: str) -> list[str]:
    """The counts of all levels of a variable in a group, where there are several."""
    claim = index.claims[count]
    found: dict[str, str] = {}
    for c in index.of("count"):
        alike = (c.variable, c.group, c.group_level, place_of(c))
        if c.level and alike == (claim.variable, claim.group, claim.group_level, place_of(claim)):
            found.setdefault(c.level, c.claim_id)
    return list(found.values()) if len(found) >= 2 else []


def _other_denominator(
    printed: Printed, k: int, n: int, shown: str, definite: bool, levels: list[int | None]
) -> Outcome:
    """A percentage that is not of the whole group: of those with a known value, or of nothing that fits."""
    method = f"{k} of {n}"
    text = f"{k} of {n} is {shown}, not {printed.text}"
    if printed.kind != "percent" or printed.value is None:
        return Outcome(NOT_REPRODUCIBLE, text + ".", method=method, shown=shown)
    known = sum(level for level in levels if level is not None)
    if levels and None not in levels and 0 < known < n and printed.agrees(k / known):
        text = f"{k} of the {known} with a known value is {printed.as_printed(k / known)}."
        return fits(text, f"{k} of {known}", printed.as_printed(k / known), f"missing={n - known}")
    others = denominators_of(k, printed.values, max(k, 1), n - 1) if k else []
    if not others:
        return Outcome(
            NOT_REPRODUCIBLE, f"{text}; no smaller number of patients fits either.", method=method, shown=shown
        )
    fewest = n - others[-1]
    text += f"; it fits {k} of {others[-1]}, as if {counted(fewest, 'patient')} had not been counted"
    if definite or levels or fewest > n / 2:
        return Outcome(NOT_REPRODUCIBLE, text + ", for which nothing else speaks.", method=method, shown=shown)
    return Outcome(UNUSUAL, text + ".", f"missing={fewest}", method, shown)


def _share_alone(subject: str, share: str, of: str) -> Relation:
    """A percentage without its count: some count must give it."""

    def check(values: Values) -> Outcome:
        n, printed = values[of].count, values[share]
        if not n or printed.value is None:
            return fits("No number of patients.")
        possible = counts_of_percent(printed.values, n)
        if possible:
            which = " or ".join(str(k) for k in possible[:4])
            return fits(f"{printed.text} of {n} is {which} patients.")
        nearest = min(range(n + 1), key=lambda k: abs(100 * k / n - float(printed.value or 0)))
        text = (
            f"No count of {n} patients is {printed.text}; the nearest, {nearest}, is {printed.as_printed(nearest / n)}."
        )
        return Outcome(NOT_REPRODUCIBLE, text, assumption="all of the group were counted")

    return Relation("percentage", subject, (share, of), check)


def _joint_shares(index: Index) -> Iterator[Relation]:
    """The percentages of all levels of a variable, printed without counts."""
    for claim, shares in _blocks(index, "share"):
        of = index.size(claim.group, claim.group_level)
        if of and not any(_count_of(index, index.claims[share]) for share in shares):
            yield _joint(who(claim.variable, "", claim.group, claim.group_level), shares, of)


def _joint(subject: str, shares: list[str], of: str) -> Relation:
    def check(values: Values) -> Outcome:
        n = values[of].count
        percents = [values[name].values for name in shares if values[name].kind == "percent"]
        if not n or len(percents) < 2:
            return fits("Too few percentages.")
        witness = joint_counts(percents, n)
        if witness:
            return fits(f"{' + '.join(str(k) for k in witness)} = {n} patients would print so.")
        text = f"No counts that add up to {n} patients have these percentages."
        return Outcome(UNUSUAL, text, assumption=EXCLUSIVE)

    return Relation("sum", subject, (*shares, of), check)


def _denominators(index: Index) -> Iterator[Relation]:
    for claim in index.of("denominator"):
        size = index.size(claim.group, claim.group_level)
        if size:
            subject = who(claim.variable, claim.level, claim.group, claim.group_level)
            yield _denominator(f"denominator of {subject}", claim.claim_id, size)


def _denominator(subject: str, denominator: str, size: str) -> Relation:
    def check(values: Values) -> Outcome:
        used, n = values[denominator].count, values[size].count
        if used is None or n is None or used == n:
            return fits(f"The group has {n} patients.", "size of the group", str(n))
        if used < n:
            text = f"{used} of the {n} patients of the group were counted."
            return Outcome(UNUSUAL, text, f"missing={n - used}", "size of the group", str(n))
        text = f"{used} patients were counted in a group that has {n}."
        suspects = (denominator,)
        return Outcome(IMPOSSIBLE, text, method="size of the group", shown=str(n), suspects=suspects)

    return Relation("part", subject, (denominator, size), check, computes=denominator)


def _within_groups(index: Index) -> Iterator[Relation]:
    """Counts without a percentage and without further levels: no more than the group has."""
    for claim in index.of("count"):
        size = index.size(claim.group, claim.group_level)
        if not claim.variable or not size or size == claim.claim_id or _share_of(index, claim):
            continue
        if _count_of(index, claim) == claim.claim_id and not _siblings(index, claim.claim_id):
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
        yield _parts_within(index.claims[whole], whole, names)


def _parts_within(claim: Claim, whole: str, parts: list[str]) -> Relation:
    def check(values: Values) -> Outcome:
        counts = _whole(values, [whole, *parts])
        if counts is None or sum(counts[1:]) <= counts[0]:
            return fits("The parts leave room for it.")
        terms = " + ".join(str(count) for count in counts[1:])
        text = (
            f"{terms} is more than the {counts[0]} of which {'it is a part' if len(parts) == 1 else 'they are parts'}."
        )
        return Outcome(IMPOSSIBLE, text)

    subject = f"parts of {who(claim.variable, claim.level, claim.group, claim.group_level)}"
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
