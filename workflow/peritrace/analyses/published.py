"""From published tables to the statistics that can be recomputed of them."""

from collections.abc import Iterator, Mapping, Sequence

from peritrace.ard import Statistic, as_stat
from peritrace.claims import Claim
from peritrace.formats import rounded
from peritrace.interval import Interval
from peritrace.published import Published, place_of
from peritrace.relations.associations import tested_counts, tests_of_tables
from peritrace.relations.effects import Effect, effects_of
from peritrace.relations.index import Index
from peritrace.relations.inferences import least_events
from peritrace.stats.ratio_limits import limits_from_p, p_from_limits, ratio_from_limits, std_err_from_limits
from peritrace.stats.tests_of_counts import p_values_of_counts

LABELS = {"n": "patients", "N": "of", "p": "proportion", "p_value": "P value"}


def recompute(published: Published, stated: Mapping[str, Sequence[str]]) -> Iterator[Statistic]:
    """Counts with their proportions, P values by every test of counts, and what ratios with limits imply.

    A P value carries no convention where its test is the one that gives most of its table's, or a stated one.
    """
    index = Index(published)
    yield from _counts(index)
    yield from _summaries(index)
    yield from _tests(index, stated)
    for effect in effects_of(index):
        yield from _effect(index, effect)


def _counts(index: Index) -> Iterator[Statistic]:
    for claim in index.of("count"):
        size = index.size(claim.group, claim.group_level)
        count, total = claim.printed.count, index.count(size)
        if count is None or claim.claim_id != index.first("count", *claim.subject[1:5]):
            continue
        shared = _subject(claim) | {"context": "counts", "analysis": place_of(claim)}
        yield Statistic(stat_name="n", stat=str(count), stat_label=LABELS["n"], method="as-printed", **shared)
        if total:
            yield Statistic(stat_name="N", stat=str(total), stat_label=LABELS["N"], method="as-printed", **shared)
        if total and count <= total and claim.variable:
            shown = as_stat(count / total)
            yield Statistic(stat_name="p", stat=shown, stat_label=LABELS["p"], method="descriptive", **shared)


def _subject(claim: Claim) -> dict[str, str]:
    return {
        "variable": claim.variable,
        "variable_level": claim.level,
        "group1": claim.group,
        "group1_level": claim.group_level,
    }


def _summaries(index: Index) -> Iterator[Statistic]:
    """Medians and their like, which can't be recomputed: kept as printed."""
    for claim in index.of("median", "lower-quartile", "upper-quartile", "mean", "survival-median", "follow-up"):
        if claim.printed.value is not None:
            name, context = claim.quantity.replace("-", "_"), "summary"
            value = as_stat(float(claim.printed.value))
            yield Statistic(context, name, value, analysis=place_of(claim), method="as-printed", **_subject(claim))


def _tests(index: Index, stated: Mapping[str, Sequence[str]]) -> Iterator[Statistic]:
    bound = tested_counts(index)
    habits = tests_of_tables(index, bound)
    for claim, table in bound:
        counts = table.read(index.values)
        usual = [habits[place_of(claim)]] if place_of(claim) in habits else list(stated.get("association", ()))
        for method, p in p_values_of_counts(counts).items() if counts else ():
            yield Statistic(
                "association",
                "p_value",
                as_stat(p),
                **_subject(claim),
                stat_label=LABELS["p_value"],
                analysis=place_of(claim),
                method=method,
                convention="" if method in usual else f"method={method}",
            )


def _effect(index: Index, effect: Effect) -> Iterator[Statistic]:
    """The printed parts, then what each says of the others: the middle of the interval that rounding leaves."""
    printed = effect.read(index.values)
    variable, level = effect.covariate
    shared = {"context": "model", "variable": effect.endpoint, "group1": variable, "group1_level": level}
    shared["analysis"] = effect.model
    names = {"estimate": printed.ratio, "conf_low": printed.low, "conf_high": printed.high, "p_value": printed.p}
    parts = dict(zip(names, ("ratio", "low", "high", "p"), strict=True))
    for name, part in parts.items():
        if part in effect.parts:
            value = index.values[effect.parts[part]].value
            yield Statistic(stat_name=name, stat=as_stat(float(value or 0)), method="as-printed", **shared)
    implied: dict[str, Interval | None] = {}
    if printed.low and printed.high and printed.low.low > 0 and printed.low.high < printed.high.low:
        std_err = std_err_from_limits(printed.low, printed.high)
        implied = {"std_err": std_err, "estimate": ratio_from_limits(printed.low, printed.high)}
        if printed.ratio:
            implied["p_value"] = p_from_limits(printed)
        yield Statistic(
            stat_name="n_event_min",
            stat=as_stat(least_events(index, effect)),
            method="wald-limits",
            stat_label="events",
            **shared,
        )
    if printed.ratio and printed.ratio.low > 0 and printed.p and (limits := limits_from_p(printed.ratio, printed.p)):
        implied |= {"conf_low": limits[0], "conf_high": limits[1]}
    for name, interval in implied.items():
        if interval is not None:
            yield Statistic(
                stat_name=name,
                stat=_middle(interval),
                method="wald-limits",
                convention="from the other parts",
                **shared,
            )


def _middle(interval: Interval) -> str:
    return as_stat(float(rounded(interval.middle, 6)))
