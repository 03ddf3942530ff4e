"""Axis ticks that a clinician expects: months by the year, days by the week or month, scores over their whole range."""

import math
from collections.abc import Iterator

from peritrace.domain import NUMBER_RULES

_STEPS = {
    "months": (1, 3, 6, 12, 24, 36, 48, 60, 120, 240),
    "days": (1, 2, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650),
    "years": (1, 2, 5, 10, 20),
}


def time_ticks(longest: float, unit: str, most: int = 8, earliest: float = 0.0) -> list[float]:
    """At most `most` ticks between `earliest` (0 or less) and `longest`, at multiples of a customary step.

    0 is always among them; `most` is at least 2.
    """
    for step in _steps(unit, longest - earliest):
        first, last = math.ceil(earliest / step - 1e-9), math.floor(longest / step + 1e-9)
        if last - first + 1 <= max(most, 2):
            return [_tidy(step * count) for count in range(first, last + 1)]
    raise ValueError(f"no step of {unit} suits a range up to {longest}")


def _steps(unit: str, span: float) -> Iterator[float]:
    """Steps in rising order: decimal fractions of the unit, its customary steps, then round multiples of the last."""
    whole = _STEPS[unit]
    # Half a day or a tenth of a month stands on an axis only where whole ones would be too few.
    exponent = math.floor(math.log10(span)) - 2 if 0 < span < 2 * whole[0] else 0
    for power in range(min(exponent, 0), 0):
        yield from (digit * 10.0**power for digit in (1, 2, 5))
    yield from whole
    for power in range(12):
        yield from (whole[-1] * digit * 10.0**power for digit in (2, 5, 10))


def number_ticks(name: str, values: list[float]) -> list[float]:
    """Ticks from the lower to the upper end of the axis of a number.

    A score with a fixed grid (the peritoneal cancer index) is shown over its whole range, another number from 0 or
    from below its smallest value on to a round number above its greatest.
    """
    low, high = min(values), max(values)
    rule = NUMBER_RULES.get(name)
    if rule and rule.step and rule.minimum <= low and high <= rule.maximum:
        step = _round_step((rule.maximum - rule.minimum) / 4, rule.step)
        inner = [rule.minimum + step * i for i in range(math.ceil((rule.maximum - rule.minimum) / step))]
        # The end of the scale is named; a tick right below it would crowd it.
        return [*(tick for tick in inner if tick < rule.maximum - step / 2), rule.maximum]
    if low >= 0 and (low < 0.6 * high or low == high):
        low = 0.0
    step = _round_step((high - low) / 4 or abs(high) / 4 or 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [_tidy(step * count) for count in range(first, max(last, first + 1) + 1)]


def _round_step(wanted: float, least: float = 0.0) -> float:
    """The round number (1, 2, 5 times a power of ten) next above or at what is wanted."""
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(digit * power for digit in (1.0, 2.0, 5.0, 10.0) if digit * power >= wanted * (1 - 1e-9))
    return max(step, least)


def _tidy(value: float) -> float:
    return float(f"{value:.10g}") + 0.0  # no negative zero


def tick_label(value: float) -> str:
    """A tick as it is printed: "12", "0.5", "−24"."""
    return f"{value:g}".replace("-", "\u2212") if abs(value) < 1e6 else f"{value:.0f}".replace("-", "\u2212")
