"""How numbers are printed: one formatter for tables, figures and prose.

Rounding is half-up on the decimal number, as SPSS, SAS and journals round (Python rounds half to even).
P values follow the AMA Manual of Style: no leading zero, two digits, three below .01 or where two would hide
on which side of .05 the value lies, never below "< .001" or above "> .99".
"""

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

NOT_ESTIMABLE = "–"
MINUS = "\u2212"

ROUNDINGS = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "truncation": ROUND_DOWN}


def rounded(value: float | Decimal, decimals: int, rule: str = "half-up") -> Decimal:
    """The decimal number that `value` prints as; `rule` is half-up, half-even or truncation."""
    # 100 × 0.575 is 57.49999… in binary; twelve digits are enough for any printed number
    number = value if isinstance(value, Decimal) else Decimal(f"{value:.12g}")
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUNDINGS[rule])


def format_number(value: float | None, decimals: int = 1) -> str:
    """A number with a fixed count of decimals; a dash where there is no estimate, ∞ where it is unbounded."""
    if value is None or math.isnan(value):
        return NOT_ESTIMABLE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    number = rounded(value, decimals)
    text = f"{abs(number):.{decimals}f}"
    return MINUS + text if number < 0 else text


def format_ratio(value: float | None) -> str:
    """A hazard or odds ratio: two decimals, three significant digits when it is small, none when it is large."""
    if value is None or not math.isfinite(value):
        return format_number(value)
    if value >= 100:
        return format_number(value, 0)
    if value >= 10:
        return format_number(value, 1)
    return format_number(value, 2 if value >= 0.1 else 3)


def format_percent(proportion: float | None, decimals: int = 0) -> str:
    """A proportion from 0 to 1 as a percentage."""
    if proportion is None or math.isnan(proportion):
        return NOT_ESTIMABLE
    return format_number(proportion * 100, decimals) + "%"


def format_interval(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Confidence limits, "12.4 to 60.1"; a dash stands for a limit that was not reached."""
    return f"{format_number(low, decimals)} to {format_number(high, decimals)}"


def format_p(p_value: float | None) -> str:
    """The P value without its letter: ".04", ".049", ".003", "< .001", "> .99"."""
    if p_value is None or math.isnan(p_value):
        return NOT_ESTIMABLE
    if p_value < 0.001:
        return "< .001"
    two = rounded(p_value, 2)
    three_needed = p_value < 0.01 or (p_value < 0.05) != (two < Decimal("0.05"))
    if not three_needed and two >= 1:
        return "> .99"
    digits = rounded(p_value, 3) if three_needed else two
    return str(digits).removeprefix("0")


def format_p_equation(p_value: float | None) -> str:
    """The P value as an equation: "P = .04", "P < .001"."""
    text = format_p(p_value)
    return f"P {text}" if text.startswith(("<", ">")) else f"P = {text}"


def format_count(count: int, of: int | None = None, decimals: int = 0) -> str:
    """A count, with its percentage when the total is given: "4 (40%)"."""
    if of is None:
        return str(count)
    return f"{count} ({format_percent(count / of, decimals)})" if of else f"{count} ({NOT_ESTIMABLE})"
