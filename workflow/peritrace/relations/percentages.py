"""Percentages and denominators: of which patients a percentage is, and whether whole patients can give it."""

from collections import defaultdict
from collections.abc import Iterator

from peritrace.claims import Claim
from peritrace.formats import format_percent
from peritrace.printed import SHARE_WORDS, Printed
from peritrace.published import place_of
from peritrace.relations.index import Index, who
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
from peritrace.stats.granularity import counts_of_percent, denominators_of, joint_counts
from peritrace.words import counted

EXCLUSIVE = "the levels exclude one another and every patient has one"
ROUNDINGS = {"truncation": "cut off after the last digit", "half-even": "with halves rounded to even"}


def percentage_relations(index: Index) -> Iterator[Relation]:
    """Every relation between percentages, their counts and their denominators."""
    yield from _shares(index)
    yield from _joint_shares(index)
    yield from _denominators(index)


def whole_counts(values: Values, names: list[str]) -> list[int] | None:
    """The counts of these claims; None where one of them is no count."""
    found = [values[name].count for name in names]
    return None if any(count is None for count in found) else [count for count in found if count is not None]


def blocks(index: Index, quantity: str) -> Iterator[tuple[Claim, list[str]]]:
    """The levels of one variable in one group, printed in one place: a claim of them, and their ids.

    A sentence that names some of the levels of a table is no such block.
    """
    found: dict[tuple[str, ...], dict[str, Claim]] = defaultdict(dict)
    everywhere: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for claim in index.of(quantity):
        if claim.variable and claim.level:
            key = (claim.variable, claim.group, claim.group_level)
            found[(*key, place_of(claim))].setdefault(claim.level, claim)
            everywhere[key].add(claim.level)
    for (*column, _), levels in found.items():
        if len(levels) >= 2 and levels.keys() == everywhere[tuple(column)]:
            yield next(iter(levels.values())), [claim.claim_id for claim in levels.values()]


def _shares(index: Index) -> Iterator[Relation]:
    habits = Habits(index)
    for claim in index.of("share"):
        printed_of = index.first("denominator", claim.variable, claim.level, claim.group, claim.group_level)
        of = printed_of or index.size(claim.group, claim.group_level)
        count = index.count_of(claim)
        subject = who(claim.variable, claim.level, claim.group, claim.group_level)
        if not of or count == of:
            continue
        if count:
            definite = bool(printed_of) or habits.whole_group(claim)
            yield _percentage(index, subject, (claim.claim_id, count, of), definite, habits.cut_off(claim))
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
        ks, ns = whole_counts(values, counts), whole_counts(values, sizes)
        if ks is None or ns is None or not sum(ns):
            return unchecked()
        k, n, printed = sum(ks), sum(ns), values[share]
        shown, method = f"{k} of {n} ({format_percent(k / n)})", "sum over the groups"
        if printed.agrees(k / n):
            return fits(f"{' + '.join(map(str, ks))} of {n} are {format_percent(k / n)}.", method, shown)
        text = f"{' + '.join(map(str, ks))} = {k} of {n} patients are {format_percent(k / n)}, not “{printed.text}”."
        return Outcome(NOT_REPRODUCIBLE, text, method=method, shown=shown, suspects=(share,))

    return Relation("words", subject, (share, *counts, *sizes), check, computes=share)


class Habits:
    """How the percentages of each place are made: of the whole group or not, rounded or cut off."""

    def __init__(self, index: Index) -> None:
        self._whole: dict[str, list[bool]] = defaultdict(list)
        self._columns: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
        self._cut: dict[str, int] = defaultdict(int)
        for claim in index.of("share"):
            k, n = index.count(index.count_of(claim)), index.count(index.size(claim.group, claim.group_level))
            if k is None or not n or claim.printed.kind != "percent":
                continue
            rounded, cut = rounds_to(claim.printed, k / n), claim.printed.agrees(k / n, "truncation")
            self._whole[place_of(claim)].append(rounded or cut)
            self._columns[_feature(claim)].append(rounded or cut)
            self._cut[place_of(claim)] += cut - rounded

    def whole_group(self, claim: Claim) -> bool:
        """Whether nearly every percentage of the place counts the whole group: there a missing value explains nothing.

        Unless the feature itself has several percentages that don't: no one number misprinted would do that.
        """
        fitting = self._whole[place_of(claim)]
        if len(fitting) < 5:  # too few to tell: as in the rest of the source
            fitting = [whole for place in self._whole.values() for whole in place]
        several = self._columns[_feature(claim)].count(False) >= 2
        return len(fitting) >= 5 and sum(fitting) >= 0.9 * len(fitting) and not several

    def cut_off(self, claim: Claim) -> bool:
        """Whether percentages may be cut off after the last digit: where as many are as are rounded."""
        return self._cut[place_of(claim)] >= 0


def _feature(claim: Claim) -> tuple[str, str, str]:
    return place_of(claim), claim.variable, claim.level


def rounds_to(printed: Printed, value: float) -> bool:
    """Whether a proportion prints so, a half being rounded up or to even."""
    return printed.agrees(value) or (printed.value is not None and printed.agrees(value, "half-even"))


def _percentage(index: Index, subject: str, names: tuple[str, str, str], definite: bool, may_cut: bool) -> Relation:
    """A percentage (or a word for a share) against its count and denominator: the three names.

    Only where it isn't that of the group do the counts of the other levels bear on it, and are members.
    """
    share, count, of = names
    siblings = index.siblings(count)
    k, n = index.count(count), index.count(of)
    if k is None or not n or rounds_to(index.values[share], k / n):
        siblings = []

    def check(values: Values) -> Outcome:
        k, n, printed = values[count].count, values[of].count, values[share]
        if k is None or n is None or n == 0:
            return unchecked()
        if k > n:
            return Outcome(IMPOSSIBLE, f"{k} patients of {n} are more than all of them.", suspects=(count, of))
        shown = printed.as_printed(k / n)
        method = f"{k} of {n}"
        if printed.agrees(k / n):
            return fits(f"{k} of {n} is {shown}.", method, shown)
        for rounding, habit in ROUNDINGS.items():
            if printed.value is not None and printed.agrees(k / n, rounding) and (may_cut or rounding != "truncation"):
                told = f"{k} of {n} is {format_percent(k / n, printed.decimals + 1)}, {habit}."
                return fits(told, method, shown, habit)
        return _other_denominator(printed, (k, n), shown, definite, [values[name].count for name in siblings])

    return Relation("percentage", subject, tuple(dict.fromkeys((*names, *siblings))), check, computes=share)


def _other_denominator(
    printed: Printed, counted_of: tuple[int, int], shown: str, definite: bool, levels: list[int | None]
) -> Outcome:
    """A percentage that is not of the whole group: of those with a known value, or of nothing that fits."""
    k, n = counted_of
    method = f"{k} of {n}"
    text = f"{k} of {n} is {shown}, not {printed.text}"
    if printed.kind != "percent" or printed.value is None:
        return Outcome(NOT_REPRODUCIBLE, text + ".", method=method, shown=shown)
    known = sum(level for level in levels if level is not None)
    if levels and None not in levels and 0 < known < n and rounds_to(printed, k / known):
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
            return unchecked()
        possible = counts_of_percent(printed.values, n)
        if possible:
            which = " or ".join(str(k) for k in possible[:4])
            return fits(f"{printed.text} of {n} is {which} patients.")
        nearest = min(max(round(n * float(printed.value) / 100), 0), n)
        text = (
            f"No count of {n} patients is {printed.text}; the nearest, {nearest}, is {printed.as_printed(nearest / n)}."
        )
        return Outcome(NOT_REPRODUCIBLE, text, assumption="all of the group were counted")

    return Relation("percentage", subject, (share, of), check)


def _joint_shares(index: Index) -> Iterator[Relation]:
    """The percentages of all levels of a variable, printed without counts."""
    for claim, shares in blocks(index, "share"):
        of = index.size(claim.group, claim.group_level)
        if of and not any(index.count_of(index.claims[share]) for share in shares):
            yield _joint(who(claim.variable, "", claim.group, claim.group_level), shares, of)


def _joint(subject: str, shares: list[str], of: str) -> Relation:
    def check(values: Values) -> Outcome:
        n = values[of].count
        percents = [values[name].values for name in shares if values[name].kind == "percent"]
        if not n or len(percents) < 2:
            return unchecked()
        witness = joint_counts(percents, n)
        if witness:
            return fits(f"{' + '.join(str(k) for k in witness)} = {n} patients, for example, print so.")
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
