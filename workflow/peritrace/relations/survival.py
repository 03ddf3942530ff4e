"""Median survival, follow-up and dates: against each other, against events, and against the ratio."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial

from peritrace.claims import Claim
from peritrace.formats import format_number
from peritrace.interval import Interval
from peritrace.printed import Printed
from peritrace.relations.effects import Effect, effects_of
from peritrace.relations.index import Index, who
from peritrace.relations.relation import IMPOSSIBLE, UNUSUAL, Outcome, Relation, Values, fits, unchecked
from peritrace.stats.curve_bounds import (
    fewest_censored_before_median,
    limits_symmetric,
    median_fits_follow_up,
    median_in_limits,
    median_possible,
    rate_possible,
)
from peritrace.stats.median_kinds import medians_against_ratio
from peritrace.words import counted, listing

DAYS_PER_MONTH = 30.4375
EXPONENTIAL = "hazards that are about constant and medians of survival by Kaplan–Meier"


def survival_relations(index: Index) -> Iterator[Relation]:
    """Every relation of medians of survival, follow-up and dates."""
    yield from _limits(index)
    yield from _medians_and_events(index)
    yield from _rates(index)
    yield from _medians_and_follow_up(index)
    yield from _medians_and_ratio(index)
    yield from _dates(index)


def _limits(index: Index) -> Iterator[Relation]:
    for quantity in ("survival-median", "follow-up"):
        for claim in index.of(quantity):
            subject = claim.variable, "", claim.group, claim.group_level
            low, high = (index.first(f"{quantity}-{end}", *subject) for end in ("low", "high"))
            if (low or high) and index.first(quantity, *subject) == claim.claim_id:
                yield _median_in_limits(f"median {who(*subject)}", claim.claim_id, low, high)


def _median_in_limits(subject: str, median: str, low: str, high: str) -> Relation:
    def check(values: Values) -> Outcome:
        middle = values[median].values
        ends = [values[name].values if name else None for name in (low, high)]
        if ends[0] and ends[1] and ends[0].low > ends[1].high:
            return Outcome(IMPOSSIBLE, "The lower limit lies above the upper one.", suspects=(low, high))
        if not median_in_limits(middle, *ends):
            return Outcome(IMPOSSIBLE, "The median does not lie between its confidence limits.")
        scales = limits_symmetric(middle, ends[0], ends[1]) if ends[0] and ends[1] else []
        how = f", symmetric about it on the {listing(list(scales))} scale" if scales else ""
        return fits(f"The median lies between its limits{how}.")

    return Relation("order", subject, tuple(filter(None, (median, low, high))), check)


def _events(index: Index, endpoint: str, group: str, level: str) -> str:
    return index.first("count", endpoint, "event", group, level)


def _medians_and_events(index: Index) -> Iterator[Relation]:
    """A median that is reached needs at least one event for each patient still at risk after it."""
    for claim in index.of("survival-median"):
        subject = claim.variable, "", claim.group, claim.group_level
        events = _events(index, claim.variable, claim.group, claim.group_level)
        size = index.size(claim.group, claim.group_level)
        if events and size and index.first("survival-median", *subject) == claim.claim_id:
            yield _median_reached(f"median {who(*subject)}", claim.claim_id, events, size)


def _median_reached(subject: str, median: str, events: str, size: str) -> Relation:
    def check(values: Values) -> Outcome:
        d, n = values[events].count, values[size].count
        if d is None or n is None or d > n or n == 0:
            return unchecked()
        if not median_possible(n, d):
            return Outcome(IMPOSSIBLE, f"With {d} events in {n} patients no curve comes down to one half.")
        censored = fewest_censored_before_median(n, d)
        text = f"{d} events in {n} patients bring a Kaplan–Meier curve to one half"
        if not censored:
            return fits(f"{text} whatever the censoring allows.")
        at_most = f"at most {d} patients were still followed" if d < n // 2 else "half of them at most were"
        share = f"{100 * censored / n:.0f}%"
        text += f" only if at least {censored} ({share}) left follow-up before it and {at_most} beyond it."
        return Outcome(UNUSUAL, text) if censored > n / 3 else fits(text)

    return Relation("median", subject, (median, events, size), check)


def _rates(index: Index) -> Iterator[Relation]:
    """Survival rates: possible with so many events and patients, and never rising with time."""
    curves: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claim in index.of("survival-rate"):
        if claim.printed.value is not None and _time(claim) is not None:
            curves[claim.variable, claim.group, claim.group_level].append(claim)
    for (endpoint, group, level), claims in curves.items():
        ordered = sorted({_time(c): c for c in reversed(claims)}.items(), key=lambda item: item[0] or 0.0)
        names = [claim.claim_id for _, claim in ordered]
        subject = f"rates of {who(endpoint, '', group, level)}"
        if len(names) >= 2:
            yield Relation("order", subject, tuple(names), partial(_falling, tuple(names)))
        events, size = _events(index, endpoint, group, level), index.size(group, level)
        for name in names if events and size else ():
            yield Relation("median", subject, (name, events, size), partial(_rate_reached, name, events, size))


def _time(claim: Claim) -> float | None:
    try:
        return float(claim.time)
    except ValueError:
        return None


def _falling(names: tuple[str, ...], values: Values) -> Outcome:
    read = [values[name].values for name in names]
    told = ", ".join(values[name].text for name in names)
    for earlier, later, place in zip(read, read[1:], range(len(read)), strict=False):
        if later.low > earlier.high:
            text = f"Survival rises with time: {told}."
            return Outcome(IMPOSSIBLE, text, suspects=(names[place], names[place + 1]))
    return fits(f"They do not rise with time: {told}.")


def _rate_reached(name: str, events: str, size: str, values: Values) -> Outcome:
    d, n, rate = values[events].count, values[size].count, values[name]
    if d is None or not n or d > n:
        return unchecked()
    scale = 100 if rate.kind == "percent" else 1
    low, high = max(0.0, rate.values.low / scale), min(1.0, rate.values.high / scale)
    if low > high or not rate_possible(Interval(low, high), n, range(d + 1)):
        return Outcome(IMPOSSIBLE, f"With {d} events in {n} patients no Kaplan–Meier curve stands at {rate.text}.")
    return fits(f"{d} events in {n} patients can leave a Kaplan–Meier curve at {rate.text}.")


def _medians_and_follow_up(index: Index) -> Iterator[Relation]:
    """Survivors followed for longer than the median: they are at risk after it, and as many events must precede it."""
    for claim in index.of("survival-median"):
        subject = claim.variable, "", claim.group, claim.group_level
        follow_up = index.first("follow-up", "Follow-up", "", claim.group, claim.group_level)
        events = _events(index, claim.variable, claim.group, claim.group_level)
        size = index.size(claim.group, claim.group_level)
        if follow_up and events and size and index.first("survival-median", *subject) == claim.claim_id:
            yield _followed(f"median {who(*subject)} against follow-up", claim.claim_id, follow_up, (events, size))


def _followed(subject: str, median: str, follow_up: str, counts: tuple[str, str]) -> Relation:
    def check(values: Values) -> Outcome:
        d, n = (values[name].count for name in counts)
        if not d or not n or d > n:
            return unchecked()
        times = values[median].values, values[follow_up].values
        kinds = {
            "of the survivors": median_fits_follow_up(n, d, *times, "survivors"),
            "of everyone": median_fits_follow_up(n, d, *times, "everyone"),
        }
        possible = [kind for kind, fitting in kinds.items() if fitting]
        if len(possible) == 2:
            return fits("Median survival and follow-up leave room for each other.")
        wrong = listing([kind for kind in kinds if kind not in possible])
        text = f"As a plain median {wrong} the follow-up of {values[follow_up].text} would keep more patients at risk "
        text += f"after {values[median].text} than {counted(d, 'event')} can balance"
        if possible:
            return fits(
                f"{text}; as one {possible[0]}, or by reverse Kaplan–Meier, it fits.", convention="follow-up=survivors"
            )
        return Outcome(UNUSUAL, f"{text}; only a reverse Kaplan–Meier median would fit.", "follow-up=reverse")

    return Relation("median", subject, (median, follow_up, *counts), check)


def _medians_and_ratio(index: Index) -> Iterator[Relation]:
    for effect in effects_of(index):
        group, level = effect.covariate
        others = [other for other in index.group_levels(group) if other != level]
        if effect.model != "univariable" or len(others) != 1 or "ratio" not in effect.parts:
            continue
        here = index.first("survival-median", effect.endpoint, "", group, level)
        there = index.first("survival-median", effect.endpoint, "", group, others[0])
        if here and there:
            yield _against_ratio(effect, here, there)


def _against_ratio(effect: Effect, here: str, there: str) -> Relation:
    parts = effect.parts

    def check(values: Values) -> Outcome:
        medians = values[here].values, values[there].values
        ratio = values[parts["ratio"]].values
        if min(medians[0].low, medians[1].low, ratio.low) <= 0:
            return unchecked()
        found = medians_against_ratio(*medians, ratio)
        implied = medians[1].middle / medians[0].middle
        told = f"The ratio of the medians is {values[there].text}/{values[here].text} = {format_number(implied, 2)}"
        text = f"{told}; the model prints {values[parts['ratio']].text}"
        limits = [values[parts[end]].values for end in ("low", "high") if end in parts]
        inside = len(limits) == 2 and limits[0].low <= implied <= limits[1].high
        text += f", and its limits {'include' if inside else 'exclude'} the ratio of the medians." if limits else "."
        p = values[parts["p"]].values if "p" in parts else None
        if found.directions_conflict and p is not None and p.high < 0.05:
            return Outcome(
                UNUSUAL, f"{text} They point in opposite directions.", "", "ratio of the medians", "", EXPONENTIAL
            )
        if found.grade == "unusual" and not inside:
            return Outcome(UNUSUAL, text, "", "ratio of the medians", format_number(implied, 2), EXPONENTIAL)
        return fits(text, "ratio of the medians")

    subject = f"medians of {effect.endpoint} against the ratio of {effect.name}"
    return Relation("ratio", subject, (here, there, *effect.members), check)


def _dates(index: Index) -> Iterator[Relation]:
    ends: dict[str, list[str]] = {"start": [], "end": []}
    for claim in index.of("window"):
        ends[claim.level].append(claim.claim_id)
    for level, names in ends.items():
        if len(names) >= 2:
            yield Relation("same", f"{level} of the study", tuple(names), lambda v, n=tuple(names): _same_dates(v, n))  # type: ignore[misc]  # n is bound early on purpose
    longest = next((c.claim_id for c in index.of("maximum") if c.variable == "Follow-up"), "")
    if longest and ends["start"] and ends["end"]:
        yield _room(longest, ends["start"][0], ends["end"][0])


def _same_dates(values: Values, names: tuple[str, ...]) -> Outcome:
    read = [_days(values[name]) for name in names]
    if max(first for first, _ in read) <= min(last for _, last in read):
        return fits(f"Printed alike in {counted(len(names), 'place')}.")
    told = listing([values[name].text for name in names])
    return Outcome(IMPOSSIBLE, f"The same date is printed differently: {told}.")


def _days(printed: Printed) -> tuple[date, date]:
    return printed.earliest or date.min, printed.latest or date.max


def _room(longest: str, start: str, end: str) -> Relation:
    def check(values: Values) -> Outcome:
        first, last = _days(values[start])[0], _days(values[end])[1]
        months: Interval = values[longest].values
        room = (last - first).days / DAYS_PER_MONTH
        text = f"Between {first} and {last} there is room for {format_number(room, 1)} months of follow-up"
        if months.low <= room:
            return fits(f"{text}; the longest is {values[longest].text}.")
        return Outcome(
            IMPOSSIBLE, f"{text}, not for {values[longest].text}.", assumption="everyone entered within the period"
        )

    return Relation("period", "longest follow-up", (longest, start, end), check)
