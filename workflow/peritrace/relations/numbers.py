"""Medians, quartiles, means and standard deviations: their order, their grain, and the counts that they allow."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from peritrace.claims import Claim
from peritrace.interval import Interval
from peritrace.methods import method_label
from peritrace.printed import Printed
from peritrace.published import NumberCell
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
from peritrace.stats.granularity import grim, grim_power, pooled_mean
from peritrace.stats.order_statistics import count_at_most, count_below, whole_number_quantile_possible
from peritrace.stats.standard_deviations import grimmer, median_fits_mean, sd_fits_range
from peritrace.stats.tests_of_summaries import p_values_of_means
from peritrace.words import counted, listing

RISING = ("minimum", "lower-quartile", "median", "upper-quartile", "maximum")
SHARES = {"lower-quartile": 0.25, "median": 0.5, "upper-quartile": 0.75}
_RANGE = re.compile(
    r"(?P<low>\d{1,9})\s*[–-]\s*(?P<high>\d{1,9})|(?P<sign>[<≤≥>])\s*(?P<cut>\d{1,9}(?:\.\d{1,6})?)(?P<unit>\s.*)?"
)
Parts = dict[str, str]  # quantity → claim id


def number_relations(index: Index, stated: Sequence[str] = ()) -> Iterator[Relation]:
    """Every relation among the summaries of a number, and between them and counts; `stated` are the tests named."""
    whole = {cell.variable for cell in index.published.numbers if cell.whole == "yes"}
    summaries = _summaries(index)
    for (variable, group, level), parts in summaries.items():
        subject = who(variable, "", group, level)
        size = _size(index, variable, group, level)
        yield from _order(subject, parts)
        if size:
            yield from _spread(subject, parts, size)
            if variable in whole:
                yield from _grain(subject, parts, size)
            yield from _ranges(
                index, (variable, group, level), parts, size, variable in whole or _counts_things(variable)
            )
    yield from _pooled(index, summaries)
    yield from _tests_of_means(index, summaries, stated)


def _counts_things(variable: str) -> bool:
    return variable.lower().startswith("number of ")


def _summaries(index: Index) -> dict[tuple[str, str, str], Parts]:
    found: dict[tuple[str, str, str], Parts] = defaultdict(dict)
    for claim in index.of(*RISING, "mean", "standard-deviation", "follow-up"):
        if claim.printed.value is not None and not claim.level:
            quantity = "median" if claim.quantity == "follow-up" else claim.quantity
            found[claim.variable, claim.group, claim.group_level].setdefault(quantity, claim.claim_id)
    return found


def _size(index: Index, variable: str, group: str, level: str) -> str:
    """The number of patients of a group, unless the table says that fewer were measured."""
    cells = [c for c in index.published.numbers if (c.variable, c.group, c.group_level) == (variable, group, level)]
    size = index.size(group, level)
    return size if not _fewer(cells, index, size) else ""


def _fewer(cells: list[NumberCell], index: Index, size: str) -> bool:
    return any(cell.n and size and cell.n != index.values[size].text for cell in cells)


def _order(subject: str, parts: Parts) -> Iterator[Relation]:
    present = [quantity for quantity in RISING if quantity in parts]
    if len(present) >= 2:
        yield _rising(subject, [parts[quantity] for quantity in present], present)
    if {"minimum", "mean", "maximum"} <= parts.keys():
        names = ["minimum", "mean", "maximum"]
        yield _rising(subject, [parts[quantity] for quantity in names], names)


def _rising(subject: str, names: list[str], labels: list[str]) -> Relation:
    def check(values: Values) -> Outcome:
        read = [values[name].values for name in names]
        falls = [(a, b) for a, b in pairwise(range(len(read))) if read[a].low > read[b].high]
        texts = [f"{label.replace('-', ' ')} {values[name].text}" for label, name in zip(labels, names, strict=True)]
        if not falls:
            return fits(f"They rise: {', '.join(texts)}.")
        a, b = falls[0]
        text = f"The {texts[a]} exceeds the {texts[b]}."
        return Outcome(IMPOSSIBLE, text, suspects=(names[a], names[b]))

    return Relation("order", subject, tuple(names), check)


def _grain(subject: str, parts: Parts, size: str) -> Iterator[Relation]:
    for quantity, share in SHARES.items():
        if quantity in parts:
            yield _whole_quantile(subject, parts[quantity], size, quantity, share)
    if "mean" in parts:
        yield _whole_mean(subject, parts["mean"], size, parts.get("standard-deviation", ""))


def _whole_quantile(subject: str, name: str, size: str, quantity: str, share: float) -> Relation:
    def check(values: Values) -> Outcome:
        n = values[size].count
        if not n:
            return unchecked()
        found, called = whole_number_quantile_possible(values[name].values, n, share), quantity.replace("-", " ")
        if found:
            return fits(f"Whole numbers of {n} patients can have this {called}.")
        text = f"By no usual definition does the {called} of {n} whole numbers print as {values[name].text}."
        return Outcome(IMPOSSIBLE, text, assumption=f"all {n} patients have a whole number", suspects=(name,))

    return Relation("granularity", subject, (name, size), check)


def _whole_mean(subject: str, mean: str, size: str, sd: str) -> Relation:
    members = (mean, size, *([sd] if sd else []))

    def check(values: Values) -> Outcome:
        n, printed = values[size].count, values[mean]
        if not n:
            return unchecked()
        assumption = f"all {n} patients have a whole number"
        power = f"a random mean would be caught with probability {grim_power(printed.decimals, n):.2f}"
        if not grim(printed.values, n):
            text = f"No sum of {n} whole numbers has the mean {printed.text} (GRIM)."
            return Outcome(IMPOSSIBLE, text, assumption=assumption, suspects=(mean,))
        if (
            sd
            and n >= 2
            and not any(grimmer(printed.values, values[sd].values, n, population=p) for p in (False, True))
        ):
            text = f"No {n} whole numbers have mean {printed.text} and standard deviation {values[sd].text} (GRIMMER)."
            return Outcome(IMPOSSIBLE, text, assumption=assumption, suspects=(sd,))
        return fits(f"Whole numbers of {n} patients can have this mean; {power}.")

    return Relation("granularity", subject, members, check)


def _spread(subject: str, parts: Parts, size: str) -> Iterator[Relation]:
    """The standard deviation against range, and mean against median."""
    if {"standard-deviation", "minimum", "maximum"} <= parts.keys():
        names = (parts["standard-deviation"], parts["minimum"], parts["maximum"], size)
        yield Relation("order", subject, names, lambda values: _sd_in_range(values, *names))
    if {"mean", "median", "standard-deviation"} <= parts.keys():
        three = (parts["mean"], parts["median"], parts["standard-deviation"], size)
        yield Relation("order", subject, three, lambda values: _median_near_mean(values, *three))


def _sd_in_range(values: Values, sd: str, minimum: str, maximum: str, size: str) -> Outcome:
    n = values[size].count
    ends = values[minimum].values, values[maximum].values
    if not n or n < 2 or ends[0].low > ends[1].high or sd_fits_range(values[sd].values, n, *ends):
        return fits("The standard deviation fits the range.")
    text = (
        f"Between {values[minimum].text} and {values[maximum].text} the standard deviation can't be {values[sd].text}."
    )
    return Outcome(IMPOSSIBLE, text)


def _median_near_mean(values: Values, mean: str, median: str, sd: str, size: str) -> Outcome:
    n = values[size].count
    if not n or n < 2 or median_fits_mean(values[mean].values, values[median].values, values[sd].values, n):
        return fits("Mean and median are no more than a standard deviation apart.")
    return Outcome(IMPOSSIBLE, "Mean and median lie more than a standard deviation apart.")


def _ranges(index: Index, subject: tuple[str, str, str], parts: Parts, size: str, whole: bool) -> Iterator[Relation]:
    """Counts of patients within a range of a number whose median or quartiles are printed."""
    variable, group, group_level = subject
    for claim in index.of("count"):
        if (claim.variable, claim.group, claim.group_level) != subject or not claim.level:
            continue
        match = _RANGE.fullmatch(claim.level.strip())
        if match and _of_another_unit(match, index, variable):
            continue
        quantiles = {share: parts[quantity] for quantity, share in SHARES.items() if quantity in parts}
        if match and quantiles and index.first("count", variable, claim.level, group, group_level) == claim.claim_id:
            below = _levels_below(index, claim)
            yield _count_in_range(
                who(variable, claim.level, group, group_level), claim.claim_id, size, quantiles, (match, whole, below)
            )


def _of_another_unit(match: re.Match[str], index: Index, variable: str) -> bool:
    """Whether a range has a unit other than that of the printed summaries: "< 2 years" beside months."""
    unit = (match["unit"] or "").strip()
    units = {cell.unit for cell in index.published.numbers if cell.variable == variable}
    return bool(unit) and unit not in units


def _levels_below(index: Index, claim: Claim) -> bool:
    """Whether the variable has other levels, so that a range from 1 on may have patients below it."""
    return any(c.level != claim.level for c in index.of("count") if c.variable == claim.variable and c.level)


def _count_in_range(
    subject: str, count: str, size: str, quantiles: dict[float, str], asked: tuple[re.Match[str], bool, bool]
) -> Relation:
    match, whole, below = asked

    def check(values: Values) -> Outcome:
        n, k = values[size].count, values[count].count
        if not n or k is None:
            return unchecked()
        least, most = _allowed(match, n, [(share, values[name].values) for share, name in quantiles.items()], whole)
        least = 0 if below and match["low"] and match["low"] != "0" else least
        told = " and ".join(
            f"{'median' if share == 0.5 else 'quartile'} {values[name].text}" for share, name in quantiles.items()
        )
        text = f"With {told} of {n} patients, {least} to {most} of them lie in this range"
        if least <= k <= most:
            return fits(f"{text}; {k} is among these.")
        assumption = f"all {n} patients have a value, and the count has no condition beside the range"
        assumption += ", below which nobody lies" if match["low"] else ""
        suspects = (count, *quantiles.values())
        shown = f"{least} to {most}"
        return Outcome(IMPOSSIBLE, f"{text}, not {k}.", "", "order of the values", shown, assumption, suspects)

    return Relation("range", subject, (count, size, *quantiles.values()), check, computes=count)


def _allowed(match: re.Match[str], n: int, quantiles: list[tuple[float, Interval]], whole: bool) -> tuple[int, int]:
    """How many of n patients can lie in a range, given quantiles; a range from 0 or 1 on has nobody below it."""
    if match["low"]:
        cut = float(match["high"])
        least, most = count_at_most(cut, n, quantiles, whole) if whole else count_below(cut + 1, n, quantiles, whole)
        return (least, most) if float(match["low"]) <= 1 else (0, most)
    cut = float(match["cut"])
    below = count_below(cut, n, quantiles, whole) if match["sign"] in "<≥" else count_at_most(cut, n, quantiles, whole)
    return below if match["sign"] in "<≤" else (n - below[1], n - below[0])


def _pooled(index: Index, summaries: dict[tuple[str, str, str], Parts]) -> Iterator[Relation]:
    """A summary of all patients against those of the groups."""
    for (variable, group, _), parts in list(summaries.items()):
        if group:
            continue
        for by in index.groups:
            levels = index.group_levels(by)
            arms = [summaries.get((variable, by, level), {}) for level in levels]
            for quantity in ("mean", "median"):
                if quantity in parts and len(arms) >= 2 and all(quantity in arm for arm in arms):
                    sizes = [_measured(index, variable, by, level) for level in levels]
                    names = [arm[quantity] for arm in arms]
                    yield _between(who(variable, ""), parts[quantity], names, sizes, quantity)


def _between(subject: str, whole: str, names: list[str], sizes: Sequence[str | int | None], quantity: str) -> Relation:
    def check(values: Values) -> Outcome:
        read = [values[name].values for name in names]
        bounds = Interval(min(part.low for part in read), max(part.high for part in read))
        ns = [values[size].count if isinstance(size, str) else size for size in sizes]
        if quantity == "mean" and all(ns):
            bounds = pooled_mean([n for n in ns if n], read)
        if bounds.meets(values[whole].values):
            return fits(f"The {quantity} of all lies between those of the groups.")
        of_groups = listing([values[name].text for name in names])
        text = f"The groups have the {quantity} {of_groups}; that of all can't be {values[whole].text}."
        return Outcome(IMPOSSIBLE, text, assumption="the groups hold all patients")

    claims = [size for size in sizes if isinstance(size, str)]
    return Relation("pooled", subject, (whole, *names, *claims), check)


def _tests_of_means(
    index: Index, summaries: dict[tuple[str, str, str], Parts], stated: Sequence[str]
) -> Iterator[Relation]:
    """The P value of a number by two groups whose means and standard deviations are printed."""
    for claim in index.of("association"):
        levels = index.group_levels(claim.group)
        subjects = [(claim.variable, claim.group, level) for level in levels]
        arms = [summaries.get(subject, {}) for subject in subjects]
        if len(arms) == 2 and all({"mean", "standard-deviation"} <= arm.keys() for arm in arms):
            sizes = [_measured(index, *subject) for subject in subjects]
            names = [(arm["mean"], arm["standard-deviation"]) for arm in arms]
            if all(size is not None for size in sizes):
                strict = bool({"t-test", "welch"} & set(stated)) and not any("mann" in test for test in stated)
                yield _p_of_means(f"{claim.variable} by {claim.group}", claim.claim_id, sizes, names, strict)


def _measured(index: Index, variable: str, group: str, level: str) -> str | int | None:
    """How many of a group a summary counts: the claim of its size, or fewer as the table says; None: not printed."""
    if size := _size(index, variable, group, level):
        return size
    cells = [c for c in index.published.numbers if (c.variable, c.group, c.group_level) == (variable, group, level)]
    return next((int(cell.n) for cell in cells if cell.n.isdigit()), None)


CONFUSIONS = {
    "t-test-se-as-sd": ("t-test", "with the printed standard errors taken for standard deviations"),
    "t-test-sd-as-se": ("t-test", "with the printed standard deviations taken for standard errors"),
}


def _p_of_means(
    subject: str, name: str, sizes: Sequence[str | int | None], summaries: Sequence[tuple[str, str]], strict: bool
) -> Relation:
    """`strict`: the source states a test of means, so that a rank test is no explanation."""

    def check(values: Values) -> Outcome:
        n1, n2 = (values[size].count if isinstance(size, str) else size for size in sizes)
        (m1, s1), (m2, s2) = ((values[mean].values, values[sd].values) for mean, sd in summaries)
        if not n1 or not n2 or min(n1, n2) < 2 or min(s1.low, s2.low) < 0:
            return unchecked()
        found = p_values_of_means(n1, m1, s1, n2, m2, s2)
        printed: Printed = values[name]
        for test, p in found.items():
            if p.meets(printed.values):
                base, how = CONFUSIONS.get(test, (test, ""))
                text = f"{method_label(base)}{f' {how}' if how else ''} gives P of {p.low:.3f} to {p.high:.3f}."
                return fits(text, method_label(base), f"{p.middle:.3f}", f"summary={test}" if how else "")
        student = found["t-test"]
        text = f"The t test of the printed means gives P of {student.low:.3f} to {student.high:.3f}; "
        text += f"{counted(len(found), 'way was', 'ways were')} tried."
        near_t = not strict and student.low - 0.1 <= printed.values.middle <= student.high + 0.1
        grade = UNUSUAL if near_t else NOT_REPRODUCIBLE  # a rank test of the same data may well be that far off
        return Outcome(grade, text, "method=mann-whitney" * near_t, method_label("t-test"), f"{student.middle:.3f}")

    claims = [size for size in sizes if isinstance(size, str)]
    members = (*claims, *(part for pair in summaries for part in pair), name)
    return Relation("test", subject, members, check, computes=name)
