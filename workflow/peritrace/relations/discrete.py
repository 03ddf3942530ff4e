"""Numbers that can take few values only: summaries of 0 and 1, and exact P values of small rankings."""

from collections.abc import Iterator

from peritrace.claims import Claim
from peritrace.relations.index import Index, who
from peritrace.relations.relation import IMPOSSIBLE, Outcome, Relation, Values, fits, unchecked
from peritrace.stats.standard_deviations import debit
from peritrace.stats.tests_of_summaries import could_be_rank_sum_exact

MOST_PAIRS = 600  # of patients of two groups; with more, nearly every printed P value is that of some ranking


def discrete_relations(index: Index) -> Iterator[Relation]:
    """Mean and standard deviation of a number that is 0 or 1; the P value of a rank test of two small groups."""
    for claim in index.of("mean"):
        if index.first("mean", *_subject(claim)) == claim.claim_id:
            yield from _of_zeros_and_ones(index, claim)
    for claim in index.of("association"):
        if claim.printed.value is not None and not claim.level:
            yield from _of_ranks(index, claim)


def _subject(claim: Claim) -> tuple[str, str, str, str]:
    return claim.variable, claim.level, claim.group, claim.group_level


def _of_zeros_and_ones(index: Index, claim: Claim) -> Iterator[Relation]:
    sd, low, high = (index.first(q, *_subject(claim)) for q in ("standard-deviation", "minimum", "maximum"))
    size = index.size(claim.group, claim.group_level)
    if sd and size and low and high and (index.count(low), index.count(high)) == (0, 1):
        yield _binary(who(claim.variable, "", claim.group, claim.group_level), claim.claim_id, sd, size)


def _binary(subject: str, mean: str, sd: str, size: str) -> Relation:
    def check(values: Values) -> Outcome:
        n = values[size].count
        if not n or n < 2:
            return unchecked()
        if any(debit(values[mean].values, values[sd].values, n, population) for population in (False, True)):
            return fits(f"Some share of {n} patients has this mean and standard deviation.")
        text = f"No share of {n} patients has mean {values[mean].text} and standard deviation {values[sd].text}"
        return Outcome(IMPOSSIBLE, f"{text} (DEBIT).", assumption=f"all {n} patients have 0 or 1")

    return Relation("granularity", subject, (mean, sd, size), check)


def _of_ranks(index: Index, claim: Claim) -> Iterator[Relation]:
    levels = index.group_levels(claim.group)
    sizes = [index.size(claim.group, level) for level in levels]
    medians = [index.first("median", claim.variable, "", claim.group, level) for level in levels]
    means = [index.first("mean", claim.variable, "", claim.group, level) for level in levels]
    if len(levels) == 2 and all(sizes) and all(medians) and not any(means):
        n, m = (index.count(size) or 0 for size in sizes)
        if 0 < n * m <= MOST_PAIRS:
            yield _p_of_ranks(f"{claim.variable} by {claim.group}", claim.claim_id, sizes)


def _p_of_ranks(subject: str, name: str, sizes: list[str]) -> Relation:
    def check(values: Values) -> Outcome:
        n, m = (values[size].count or 0 for size in sizes)
        if not 0 < n * m <= MOST_PAIRS:
            return unchecked()
        if could_be_rank_sum_exact(values[name].values, n, m):
            return fits(f"It is an exact P value of the Mann–Whitney test of {n} and {m} patients without ties.")
        # nothing unusual: where values tie, or SPSS's first line is printed, P is on no list
        text = f"No ranking of {n} and {m} patients without ties has this exact P value; with ties, or by a normal "
        return fits(text + "approximation, it may come out.", convention="method=mann-whitney-asymptotic")

    return Relation("test", subject, (name, *sizes), check)
