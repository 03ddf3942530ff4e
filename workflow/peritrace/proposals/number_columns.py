"""A column of numbers: its unit, decimals and missing codes, with what must be checked of them."""

import math

from peritrace.domain import NUMBER_RULES, NumberRule
from peritrace.meaning import NumberColumn
from peritrace.proposals.matching import Candidate, Reading
from peritrace.proposals.numbers import Numbers, is_bound
from peritrace.proposals.parts import ColumnProposal, Naming, gaps, spaced
from peritrace.proposals.quantities import Quantity
from peritrace.proposals.remarks import Proposed, Remark, doubt
from peritrace.words import counted, listing

# How many of a unit make one of the unit that the name of a quantity promises.
_CONVERSIONS = {("h", "min"): 60, ("L", "mL"): 1000, ("cm", "mm"): 10, ("weeks", "days"): 7}
_WIDE = 50  # a middle half from which on a ratio per unit is hardly ever told from 1
_FIXED_UNITS = frozenset({"min", "mL", "mm", "days", "years", "kg/m²", "°C", "cm", "kg", "mg", "U"})


def number_column(reading: Reading, numbers: Numbers, candidate: Candidate | None, naming: Naming) -> ColumnProposal:
    """Propose a number column."""
    keys: dict[str, object] = {"name": naming.name, "source": reading.profile.header, "label": naming.label}
    keys["type"] = "number"
    remarks = list(naming.remarks)
    quantity = candidate.quantity if candidate else None
    unit = candidate.unit if candidate else reading.header.unit
    factor, unit_shown, said = _unit(numbers, quantity, unit)
    remarks += said
    if unit_shown:
        keys["unit"] = unit_shown
    if factor == 1 and numbers.decimals:
        keys["decimals"] = numbers.decimals
    if numbers.decimal_comma:
        keys["decimal_comma"] = True
    if factor != 1:
        keys["multiply_by"] = factor
    if numbers.low < 0:
        keys["minimum"] = _round_down(numbers.low)
        remarks.append(doubt(f"values below 0 occur; minimum: {keys['minimum']} lets them pass.", decides=True))
    is_time = quantity is not None and quantity.phase == "time"
    if not is_time and (per := _step(numbers, factor)) > 1:
        keys["per"] = per
        step = f"{per:g} {unit_shown or 'units'}"
        text = f"Ratios of regressions are per {step}: per single one they would print as 1.00."
        remarks.append(Remark(text))
    if missing := [*numbers.words, *numbers.codes, *numbers.strange]:
        keys["missing"] = missing
    if missing or reading.profile.empty:
        keys["optional"] = True
    low, high = numbers.middle_half
    remarks.insert(0, Remark(f"Median {numbers.median:g}, middle half {low:g} to {high:g}{gaps(reading)}."))
    remarks += [*_number_doubts(numbers, quantity, factor), *spaced(reading)]
    cells = reading.profile.cells(
        lambda string: format(numbers.values[string] * factor, ".10g") if string in numbers.values else ""
    )
    column = NumberColumn.model_validate(keys)
    return ColumnProposal(Proposed(column, tuple(remarks)), cells, reading, quantity, unit)


def _step(numbers: Numbers, factor: float) -> float:
    """The power of ten of which the middle half of the values spans one to ten; 1 where that is below 50."""
    low, high = numbers.middle_half
    width = (high - low) * factor
    return 10.0 ** math.floor(math.log10(width)) if width >= _WIDE else 1.0


def _unit(numbers: Numbers, quantity: Quantity | None, stated: str | None) -> tuple[float, str | None, list[Remark]]:
    """The factor to the unit that the quantity has, the unit that tables print, and what is said of both."""
    wanted = quantity.unit if quantity else None
    if quantity is None or wanted not in _FIXED_UNITS:
        return 1, stated or wanted, []
    if stated == wanted:
        return 1, wanted, []
    if stated is None:
        hours = wanted == "min" and quantity.name == "operation_minutes" and numbers.high <= 24
        if hours:
            text = "the header states no unit; the values look like hours and are turned into minutes."
            return 60, wanted, [doubt(text, decides=True)]
        certain = quantity.name in ("age", "bmi", "hospital_days", "icu_days", "hipec_temperature")
        text = f"the header states no unit: {wanted} is taken, which a median of {numbers.median:g} fits."
        return 1, wanted, [] if certain else [doubt(text, decides=True)]
    factor = _CONVERSIONS.get((stated, str(wanted)))
    if factor is None:
        text = f"the header says {stated} where {wanted} is meant; nothing is converted."
        return 1, wanted, [doubt(text, decides=True)]
    return factor, wanted, [Remark(f"The header says {stated}; {factor} {wanted} each.")]


def _number_doubts(numbers: Numbers, quantity: Quantity | None, factor: float) -> list[Remark]:
    remarks = []
    if numbers.thousands:
        text = "every comma has three digits behind it: is it a decimal comma, as taken here, or one between thousands?"
        remarks.append(doubt(text, decides=True))
    if numbers.codes:
        lie = "lies" if len(numbers.codes) == 1 else "lie"
        text = f"{listing(numbers.codes)} {lie} far from all other values and is taken for a code of a missing one."
        remarks.append(doubt(text, decides=True))
    if numbers.strange:
        count = sum(numbers.counts[string] for string in numbers.strange)
        bounds = [string for string in numbers.strange if is_bound(string)]
        what = "a limit of detection" if bounds else "no number"
        text = f"{counted(count, 'cell')} with {what} would count as missing; correct them or accept that."
        remarks.append(doubt(text, decides=True))
    rule = NUMBER_RULES.get(quantity.name) if quantity else None
    if rule:
        outside = [s for s, value in numbers.values.items() if not rule.minimum <= value * factor <= rule.maximum]
        if outside:
            count = sum(numbers.counts[string] for string in outside)
            text = f"{counted(count, 'value')} outside of {rule.minimum:g} to {rule.maximum:g}: intake refuses "
            text += f"{'it' if count == 1 else 'them'} ({rule.reason})."
            remarks.append(doubt(text, decides=True))
    return remarks


def _round_down(value: float) -> int:
    """A round limit below a negative value: −24 gives −30."""
    step = int(10 ** max(0, len(str(int(-value))) - 1))
    return -step * math.ceil(-value / step)


def between_steps(numbers: Numbers, rule: NumberRule) -> Remark | None:
    """Scores that go in steps of ten or so are refused between them under their known name."""
    between = [string for string, value in numbers.values.items() if rule.step and value % rule.step]
    if not between or not rule.step or rule.step <= 1:
        return None
    count = counted(sum(numbers.counts[string] for string in between), "value")
    text = f"{count} between the steps of {rule.step:g}: under its known name intake would refuse them ({rule.reason})."
    return doubt(text)
