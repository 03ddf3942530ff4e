"""What the printed numbers imply: how many events there must be, and of what a printed "median" is the median."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from peritrace.formats import format_number
from peritrace.interval import Interval
from peritrace.relations.effects import MODEL_BASED, Effect, bounds_events, effects_of
from peritrace.relations.index import Index
from peritrace.relations.network import Network
from peritrace.relations.relation import FITS, IMPOSSIBLE, UNUSUAL
from peritrace.stats import event_bounds
from peritrace.stats.curve_bounds import fewest_censored_before_median
from peritrace.stats.event_bounds import AllowedEvents, totals_allowed
from peritrace.stats.median_kinds import Arm, MedianReadings, median_kind
from peritrace.stats.ratio_limits import std_err_from_limits
from peritrace.words import counted, listing

KINDS_APART = 2.0  # times nearer to the printed ratio: by less, neither kind of median is preferred


@dataclass(frozen=True)
class Inference:
    """Something that follows from printed numbers together, and on what assumption."""

    topic: str
    subject: str
    grade: str
    explanation: str
    assumption: str
    members: tuple[str, ...]


def inferences(network: Network) -> Iterator[Inference]:
    """Events that each model needs, then the kinds of the medians that are printed of two groups."""
    models = _models(network)
    needs: dict[str, tuple[Inference, int]] = {}  # for each endpoint the model that needs most events
    for (endpoint, model), effects in models.items():
        inference, needed = _events(network.index, endpoint, model, effects)
        if inference and needed > needs.get(endpoint, (None, 0))[1]:
            needs[endpoint] = (inference, needed)
    yield from (inference for inference, _ in needs.values())
    yield from _deaths_and_progressions(network.index, needs)
    least = {endpoint: needed for endpoint, (_, needed) in needs.items()}
    for effects in models.values():
        for effect in effects:
            if effect.model == "univariable" and (odds := _odds_ratio(network.index, effect)):
                yield odds
            if effect.model == "univariable" and (
                found := _median_kind(network.index, effect, least.get(effect.endpoint, 0))
            ):
                yield found


def _models(network: Network) -> dict[tuple[str, str], list[Effect]]:
    """The effects of each endpoint and model, those left out whose own numbers disagree."""
    models: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    broken = [checked.relation for checked in network.violated if checked.relation.kind == "limits"]
    suspect = {name for relation in broken for name in relation.members}
    for effect in effects_of(network.index):
        if {"low", "high", "ratio"} <= effect.parts.keys() and not suspect & set(effect.members):
            models[effect.endpoint, effect.model].append(effect)
    return models


def event_rows(network: Network) -> Iterator[dict[str, object]]:
    """What each row of a model allows: the fewest events, and how many of them with the feature, all rows together.

    Where no total is printed, `events_with` spans every total that all rows allow.
    """
    index = network.index
    patients = index.count(index.size())
    for (endpoint, model), effects in _models(network).items():
        rows = [row for effect in effects if (row := _row(index, effect))]
        if not rows or not patients:
            continue
        total = _printed_total(index, endpoint)
        for row, bound in zip(rows, totals_allowed(rows, patients, total).rows, strict=True):
            arm = f"{bound.arm[0]} to {bound.arm[-1]}" if bound.arm else "none"
            yield {
                "endpoint": endpoint,
                "model": model,
                "covariate": row.name,
                "with": row.size,
                "without": row.other_size,
                "fewest_events": bound.fewest,
                "events_with": arm,
                "printed_total": total,
                "excludes_print": "yes" if bound.excludes_total or bound.excludes_arms else "",
            }


def _row(index: Index, effect: Effect) -> event_bounds.Effect | None:
    values = index.values
    low, high = values[effect.parts["low"]].values, values[effect.parts["high"]].values
    if low.low <= 0 or low.high >= high.low or not bounds_events(index, effect):
        return None
    if std_err_from_limits(low, high).low <= 0:
        return None
    variable, level = effect.covariate
    size, other = _sizes(index, variable, level)
    ratio = values[effect.parts["ratio"]].values
    return event_bounds.Effect(effect.name, std_err_from_limits(low, high), ratio, size, other)


def least_events(index: Index, effect: Effect) -> int | None:
    """The fewest events with which an effect can have limits so narrow, given the sizes of its groups."""
    row, patients = _row(index, effect), index.count(index.size())
    if row is None:
        return None
    return totals_allowed([row], patients).rows[0].fewest if patients else event_bounds.fewest_events(row.std_err)


def _sizes(index: Index, variable: str, level: str) -> tuple[int | None, int | None]:
    """How many patients have the level of a covariate and how many have not, as far as it is printed."""
    total = index.count(index.size())
    size = index.count(index.first("count", variable, level)) or index.count(index.size(variable, level))
    for group in index.groups if size is None else ():
        parts = [
            index.count(index.first("count", variable, level, group, other)) for other in index.group_levels(group)
        ]
        if len(parts) >= 2 and None not in parts:
            size = sum(part or 0 for part in parts)
            break
    return size, (total - size if total is not None and size is not None and size <= total else None)


def _printed_total(index: Index, endpoint: str) -> int | None:
    if (total := index.count(index.first("count", endpoint, "event"))) is not None:
        return total
    for group in index.groups:
        parts = [
            index.count(index.first("count", endpoint, "event", group, level)) for level in index.group_levels(group)
        ]
        if len(parts) >= 2 and None not in parts:
            return sum(part or 0 for part in parts)
    return None


def _events(index: Index, endpoint: str, model: str, effects: list[Effect]) -> tuple[Inference | None, int]:
    """The events that all rows of a model need together, proven and likely."""
    rows = [row for effect in effects if (row := _row(index, effect))]
    patients = index.count(index.size())
    if not rows or not patients:
        return None, 0
    total = _printed_total(index, endpoint)
    allowed = totals_allowed(rows, patients, total)
    if allowed.least is None:
        return None, 0
    needs_most = max(allowed.rows, key=lambda row: row.fewest or 0).name
    text = (
        f"The {counted(len(rows), 'row')} of the {model} model of {endpoint} {'needs' if len(rows) == 1 else 'need'} "
    )
    text += "at least "
    text += f"{counted(allowed.least, 'event')} among the {patients} patients "
    text += f"(most are needed for the limits of {needs_most})."
    text += _against_print(allowed, total)
    members = tuple(name for effect in effects for part, name in effect.parts.items() if part in ("low", "high"))
    grade = "impossible" if total is not None and allowed.excluding_total else "fits"
    return Inference("events", f"{endpoint}, {model}", grade, text, MODEL_BASED, members), allowed.least


def _against_print(allowed: AllowedEvents, total: int | None) -> str:
    if total is None:
        return " How many there were is not printed."
    if allowed.excluding_total:
        return f" Printed are {total}, which {listing(list(allowed.excluding_total))} exclude."
    if total == allowed.least:
        return f" Printed are {total}: just enough."
    return f" Printed are {total}, which all rows allow."


def _deaths_and_progressions(index: Index, needs: Mapping[str, tuple[Inference, int]]) -> Iterator[Inference]:
    """The deaths that OS needs against the events of PFS that are printed: a death is an event of PFS too."""
    if "OS" not in needs:
        return
    inference, deaths = needs["OS"]
    printed, of_deaths = _printed_total(index, "PFS"), _printed_total(index, "OS")
    deaths = max(deaths, of_deaths or 0)
    if printed is None or printed >= deaths:
        return
    text = f"The limits of OS need at least {deaths} deaths, while {printed} events of PFS are printed. Where a death "
    text += "counts as an event of PFS, as is usual, there are at least as many of these as deaths. The numbers go "
    text += (
        "together only if deaths without progression were censored (time to progression), or if not all are counted."
    )
    assumption = f"a death is an event of PFS, both are of the same patients, and {MODEL_BASED}"
    yield Inference("events", "deaths against progressions", IMPOSSIBLE, text, assumption, inference.members)


def _odds_ratio(index: Index, effect: Effect) -> Inference | None:
    """Whether a ratio that is headed OR can be the odds ratio of the printed events of its two groups."""
    group, level = effect.covariate
    headed = {(row.endpoint, row.variable, row.level): row.measure for row in index.published.effects}
    if headed.get((effect.endpoint, group, level), "").upper() != "OR":
        return None
    levels = [level, *(other for other in index.group_levels(group) if other != level)]
    names = [index.first("count", effect.endpoint, "event", group, name) for name in levels]
    cells = [(index.count(name), index.count(index.size(group, of))) for name, of in zip(names, levels, strict=True)]
    row = _row(index, effect)
    if len(cells) != 2 or row is None or not all(d and n and d < n for d, n in cells):
        return None
    (a, n), (c, m) = ((d or 0, size or 0) for d, size in cells)
    odds, std_err = a * (m - c) / (c * (n - a)), math.sqrt(1 / a + 1 / (n - a) + 1 / c + 1 / (m - c))
    printed, fits = index.values[effect.parts["ratio"]].text, row.ratio.holds(odds) and row.std_err.holds(std_err)
    text = (
        f"The column is headed OR. The odds ratio of {a} of {n} against {c} of {m} events is {format_number(odds, 2)}, "
    )
    text += f"its logarithm's standard error {format_number(std_err, 2)}; printed are {printed} and, by the limits, "
    text += f"{format_number(row.std_err.middle, 2)}. "
    text += "It is that odds ratio." if fits else "So it is not an odds ratio; a Cox model gives hazard ratios."
    members = (*names, *(name for part, name in effect.parts.items() if part != "p"))
    return Inference("measure", f"{effect.name} on {effect.endpoint}", FITS if fits else UNUSUAL, text, "", members)


def _median_kind(index: Index, effect: Effect, least_total: int) -> Inference | None:
    """Whether the medians printed of two groups behave as medians of survival or of the observed times."""
    group, level = effect.covariate
    others = [other for other in index.group_levels(group) if other != level]
    if len(others) != 1:
        return None
    names = [index.first("survival-median", effect.endpoint, "", group, name) for name in (level, others[0])]
    sizes = [index.count(index.size(group, name)) for name in (level, others[0])]
    row = _row(index, effect)
    if not all(names) or not all(sizes) or row is None:
        return None
    events = [index.count(index.first("count", effect.endpoint, "event", group, name)) for name in (level, others[0])]
    medians = [index.values[name].values for name in names]
    if min(median.low for median in medians) <= 0:
        return None
    arms = [Arm(n or 0, m, d) for n, m, d in zip(sizes, medians, events, strict=True)]
    low, high = (index.values[effect.parts[end]].values for end in ("low", "high"))
    totals = range(max(least_total, 1), sum(size or 0 for size in sizes) + 1) if None in events else None
    found = median_kind(arms[0], arms[1], row.ratio, Interval(low.low, high.high), row.std_err, totals)
    text = _median_text(index, effect, found, names)
    members = (*names, *(name for part, name in effect.parts.items() if part != "p"))
    prefers = not found.survival.within_limits and found.better == "observed times" and found.factor >= KINDS_APART
    assumption = "hazards that are about constant; as plain medians, times that stand for the person-time of each group"
    subject = f"median {effect.endpoint} by {group}"
    return Inference("medians", subject, "unusual" if prefers else "fits", text, assumption, members)


def _median_text(index: Index, effect: Effect, found: MedianReadings, names: list[str]) -> str:
    here, there = (index.values[name].text for name in names)
    ratio = index.values[effect.parts["ratio"]].text
    low, high = (index.values[effect.parts[end]].text for end in ("low", "high"))
    text = f"With constant hazards medians of survival of {here} and {there} go with a ratio of "
    text += f"{_short(found.survival.ratio)}; the model prints {ratio}, and its limits ({low} to {high}) "
    text += "include it." if found.survival.within_limits else "exclude it."
    text += _few_events(index, effect, found, names)
    if found.survival.within_limits:
        return text
    text += " One explanation among several: plain medians of the observed times instead of Kaplan–Meier medians"
    observed = found.observed
    if observed.ratio is not None and observed.within_limits:
        events = f"{_whole(found.events)} and {_whole(found.other_events)} events"
        text += f"; taken for the person-time of each group they go with the model ({events})"
    return text + "." + _follow_up_apart(index, names)


def _few_events(index: Index, effect: Effect, found: MedianReadings, names: list[str]) -> str:
    """What the limits say of the events of a small group, and what a Kaplan–Meier median would then take."""
    group, level = effect.covariate
    size = index.count(index.size(group, level))
    if index.first("count", effect.endpoint, "event", group, level) or not size:
        return ""
    most = round(found.events.high)
    if most * 3 > size:
        return ""
    left = fewest_censored_before_median(size, most)
    text = (
        f" Limits so wide are those of about {_whole(found.events)} events among the {size} ({level}); a Kaplan–Meier "
    )
    text += f"median of {index.values[names[0]].text} is then reached only if at least {left} of them left follow-up "
    return text + "before it."


def _follow_up_apart(index: Index, names: list[str]) -> str:
    """A printed median follow-up of everyone that lies beyond the plain medians of all groups."""
    follow_up = index.first("follow-up", "Follow-up")
    if not follow_up:
        return ""
    medians = [index.values[name].values for name in names]
    if index.values[follow_up].values.low <= max(median.high for median in medians):
        return ""
    return (
        f" Against it stands the printed median follow-up of {index.values[follow_up].text}, longer than both: it "
        "would then have to count from an earlier date, or be that of the survivors."
    )


def _short(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    low, high = format_number(interval.low, 2), format_number(interval.high, 2)
    return low if low == high else f"{low} to {high}"


def _whole(interval: Interval) -> str:
    low, high = round(interval.low), round(interval.high)
    return str(low) if low == high else f"{low} to {high}"
