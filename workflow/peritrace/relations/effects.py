"""Ratios with their limits and P values: each by itself, and all of a model together."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from peritrace.formats import format_number, format_p
from peritrace.interval import Interval
from peritrace.published import EFFECT_PARTS, place_of
from peritrace.relations.effect_habits import NEAR_MIDDLE, USUAL, Habit, fits_habit, habit_of, near_wald, with_p_of
from peritrace.relations.index import Index
from peritrace.relations.plausibility import room_of
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
from peritrace.stats.event_bounds import arm_events_allowed, fewest_events
from peritrace.stats.ratio_limits import (
    PrintedEffect,
    asymmetry,
    effect_possible,
    p_from_limits,
    ratio_from_limits,
    ratio_inside_limits,
    rescues,
    std_err_from_limits,
)
from peritrace.words import counted, listing

WALD = "Wald limits symmetric about the log ratio, and the P value of the same model"
MODEL_BASED = "the standard error is that of the Cox model, neither robust nor of weighted data"
LARGEST_COEFFICIENT = 300.0  # a ratio beyond it can't be a coefficient, whose exponential no computer holds


@dataclass(frozen=True)
class Effect:
    """An effect by the claims that print its parts; empty where a part is not printed."""

    name: str
    endpoint: str
    model: str
    covariate: tuple[str, str]  # variable and level
    parts: dict[str, str]  # ratio, low, high, p → claim id

    def read(self, values: Values) -> PrintedEffect:
        """The parts as intervals; words are no number."""
        return PrintedEffect(*(self._interval(values, part) for part in EFFECT_PARTS))

    def _interval(self, values: Values, part: str) -> Interval | None:
        name = self.parts.get(part)
        return values[name].values if name and values[name].value is not None else None

    @property
    def members(self) -> tuple[str, ...]:
        """The claims of its parts."""
        return tuple(self.parts.values())


def effects_of(index: Index) -> list[Effect]:
    """Every effect with at least two printed parts."""
    found: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for part, quantity in EFFECT_PARTS.items():
        for claim in index.of(quantity):
            key = (claim.variable, claim.model, claim.group, claim.group_level)
            if claim.printed.value is not None:
                found[key].setdefault(part, claim.claim_id)
    return [
        Effect(f"{group}{f' ({level})' if level not in ('', 'Yes') else ''}", endpoint, model, (group, level), parts)
        for (endpoint, model, group, level), parts in found.items()
        if len(parts) >= 2
    ]


def effect_relations(index: Index) -> Iterator[Relation]:
    """For every effect: its own numbers against each other, and against the events of its endpoint."""
    effects = effects_of(index)
    tables: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    for effect in effects:
        tables[place_of(index.claims[effect.members[0]]), effect.model].append(effect)
    everywhere = habit_of([effect.read(index.values) for effect in effects])
    models = {effect.model: [e.read(index.values) for e in effects if e.model == effect.model] for effect in effects}
    for (_, model), rows in tables.items():
        printed = [effect.read(index.values) for effect in rows]
        habit = habit_of(printed)
        alike = sum(fits_habit(effect, everywhere.name) for effect in printed)
        if everywhere.sure and 2 * alike >= len(rows):
            habit = everywhere  # few rows can't tell by themselves: the source's other tables do
        habit = with_p_of(habit, models[model], model)
        if _measures(index, rows) == {"HR"}:
            habit = replace(habit, sure=True)  # of Cox models programs print Wald limits
        for effect in rows:
            yield _agreement(effect, habit)
            yield from _enough_events(index, effect)


def _measures(index: Index, effects: list[Effect]) -> set[str]:
    """What a table calls its ratios."""
    names = {(effect.endpoint, effect.model, *effect.covariate) for effect in effects}
    rows = index.published.effects
    return {row.measure for row in rows if (row.endpoint, row.model, row.variable, row.level) in names}


def _agreement(effect: Effect, habit: Habit) -> Relation:
    """One effect: ratio between its limits, in their middle on the log scale, and its P the one they imply."""

    def check(values: Values) -> Outcome:
        printed = effect.read(values)
        if printed.low and printed.high and printed.low.low > printed.high.high:
            return Outcome(IMPOSSIBLE, _with_rescue("The lower limit lies above the upper one.", printed))
        if not ratio_inside_limits(printed):
            text = _with_rescue("The ratio does not lie between its limits.", printed)
            return Outcome(IMPOSSIBLE, text, shown=_implied(printed))
        if not _p_possible(printed):
            return Outcome(IMPOSSIBLE, "A P value is 0 to 1.", suspects=(effect.parts["p"],))
        if fits_habit(printed, habit.name):
            convention = "" if habit.name == USUAL else habit.name
            return fits(_fitting(printed), "Wald limits and P", _implied(printed), convention)
        return _disagreement(effect, printed, habit)

    def weigh(values: Values) -> float:
        return room_of(effect.read(values), with_p=habit.name == USUAL)

    subject = f"{effect.name} on {effect.endpoint} ({effect.model})"
    return Relation("limits", subject, effect.members, check, weigh=weigh)


def _p_possible(effect: PrintedEffect) -> bool:
    return effect.p is None or effect.p.low <= 1


def _fitting(effect: PrintedEffect) -> str:
    """What the parts imply of each other."""
    told = []
    if effect.low and effect.high and effect.low.low > 0:
        told.append(f"the middle of the limits is {_range(ratio_from_limits(effect.low, effect.high))}")
    if (p := p_from_limits(effect)) is not None and effect.ratio and effect.low and effect.high:
        told.append(f"their Wald P {_p_range(p)}")
    return f"On the log scale {listing(told)}." if told else "Nothing stands against it."


def _implied(effect: PrintedEffect) -> str:
    if effect.low and effect.high and effect.low.low > 0:
        return f"ratio {_range(ratio_from_limits(effect.low, effect.high))}"
    return ""


def _disagreement(effect: Effect, printed: PrintedEffect, habit: Habit) -> Outcome:
    """What of an effect disagrees, which part the others speak against, and what would rescue it."""
    without_p = PrintedEffect(printed.ratio, printed.low, printed.high)
    if effect_possible(without_p):
        implied = p_from_limits(printed)
        text = f"Ratio and limits imply P = {_p_range(implied)}" if implied else "Ratio and limits imply another P"
        if near_wald(printed) and not habit.sure_of_p:
            text += ", near enough for the P value of another test (log-rank, likelihood ratio)."
            return Outcome(UNUSUAL, text, "p=another-test", "Wald limits and P", assumption=WALD)
        suspects = (effect.parts["p"],) if "p" in effect.parts else ()
        text = _with_rescue(text + ".", printed)
        shown = _p_range(implied) if implied else ""
        return Outcome(NOT_REPRODUCIBLE, text, "", "Wald P of ratio and limits", shown, WALD, suspects)
    away = asymmetry(printed)
    middle = ratio_from_limits(printed.low, printed.high) if printed.low and printed.high else None
    text = f"The middle of the limits on the log scale is {_range(middle)}" if middle else "The numbers do not meet"
    if 0 < abs(away) <= NEAR_MIDDLE and not habit.sure:
        text += ", near enough for profile-likelihood or exact limits."
        return Outcome(UNUSUAL, text, "limits=asymmetric", "Wald limits", assumption=WALD)
    return Outcome(
        NOT_REPRODUCIBLE, _with_rescue(text + ".", printed), "", "Wald limits and P", _implied(printed), WALD
    )


RESCUES = {
    "p=one-sided": "a one-sided P value",
    "limits=swapped": "the limits exchanged",
    "ratio=reciprocal": "the ratio of the other level (its reciprocal)",
    "ratio=log": "a coefficient printed for its ratio",
}


def _with_rescue(text: str, effect: PrintedEffect) -> str:
    """The alternatives that were tried, and those under which the numbers would agree."""
    known = rescues(effect) if effect.ratio is None or effect.ratio.high <= LARGEST_COEFFICIENT else []
    found = [RESCUES.get(name) or f"limits of the {100 * float(name[6:]):g}% level" for name in known]
    if found:
        return f"{text} They would agree with {listing(found)}, which no other row of the table needs."
    return f"{text} Other levels, a one-sided P, exchanged limits and the reciprocal do not mend it."


def bounds_events(index: Index, effect: Effect) -> bool:
    """Whether the bound on events applies: to a level against the rest, and to hazard, odds or rate ratios.

    A ratio per unit of a number can have limits of any width, and one of risks narrower ones.
    """
    variable, level = effect.covariate
    called = {(row.endpoint, row.variable, row.level, row.model): row.measure for row in index.published.effects}
    measure = called.get((effect.endpoint, variable, level, effect.model), "").upper()
    return bool(level) and not level.lower().startswith("per ") and measure in ("", "HR", "OR", "IRR")


def _enough_events(index: Index, effect: Effect) -> Iterator[Relation]:
    """The bound that limits put on events, where events or at least patients are printed."""
    if not {"low", "high"} <= effect.parts.keys() or not bounds_events(index, effect):
        return
    low, high = effect.parts["low"], effect.parts["high"]
    total = index.first("count", effect.endpoint, "event")
    variable, level = effect.covariate
    arms = [
        name
        for other in index.group_levels(variable)
        if (name := index.first("count", effect.endpoint, "event", variable, other))
    ]
    arm = index.first("count", effect.endpoint, "event", variable, level)
    subject = f"events for {effect.name} on {effect.endpoint} ({effect.model})"
    if arm and len(arms) == 2:
        yield _arm_bound(subject, low, high, arm, next(name for name in arms if name != arm))
        return
    groups = [_events_over(index, effect.endpoint, group) for group in index.groups]
    parts = [total] if total else next((names for names in groups if names), [])
    if parts:
        yield _total_bound(subject, low, high, parts, "events")
    elif size := index.size():
        yield _total_bound(subject, low, high, [size], "patients")


def _events_over(index: Index, endpoint: str, group: str) -> list[str]:
    """The events of every level of a group; none where one is not printed."""
    names = [index.first("count", endpoint, "event", group, level) for level in index.group_levels(group)]
    return names if len(names) >= 2 and all(names) else []


def _std_err(values: Values, low: str, high: str) -> Interval | None:
    one, other = values[low].values, values[high].values
    if one.low <= 0 or other.high < one.low:
        return None
    found = std_err_from_limits(one, other)
    return found if found.high > 0 else None


def _total_bound(subject: str, low: str, high: str, parts: list[str], what: str) -> Relation:
    def check(values: Values) -> Outcome:
        se, counts = _std_err(values, low, high), [values[name].count for name in parts]
        if se is None or None in counts:
            return unchecked()
        total, needed = sum(count or 0 for count in counts), fewest_events(se)
        text = f"Limits so narrow need at least {counted(needed, 'event')}; "
        text += (
            f"printed are {total} events." if what == "events" else f"of the {total} patients no events are printed."
        )
        if total >= needed:
            return fits(text, "events needed by the limits", f"at least {needed}")
        return Outcome(IMPOSSIBLE, text, "", "events needed by the limits", f"at least {needed}", MODEL_BASED)

    return Relation("events", subject, (low, high, *parts), check)


def _arm_bound(subject: str, low: str, high: str, arm: str, other: str) -> Relation:
    def check(values: Values) -> Outcome:
        se, d1, d2 = _std_err(values, low, high), values[arm].count, values[other].count
        if se is None or not d1 or not d2:
            return unchecked()
        least = (1 / d1 + 1 / d2) ** 0.5
        text = (
            f"With {d1} and {d2} events the standard error of the log ratio is at least {format_number(least, 3)}; "
            f"the limits print {_range(se)}."
        )
        if d1 in arm_events_allowed(se, d1 + d2, None, None):
            return fits(text, "events needed by the limits")
        return Outcome(IMPOSSIBLE, text, "", "events needed by the limits", "", MODEL_BASED)

    return Relation("events", subject, (low, high, arm, other), check)


def _range(interval: Interval) -> str:
    low, high = (format_number(end, 3) for end in (interval.low, interval.high))
    return low if low == high else f"{low} to {high}"


def _p_range(interval: Interval) -> str:
    low, high = format_p(interval.low), format_p(interval.high)
    if interval.high - interval.low < 0.005 and not low.startswith("<"):
        low, high = (str(format_number(end, 3)).removeprefix("0") for end in (interval.low, interval.high))
    return low if low == high else f"{low} to {high}"
