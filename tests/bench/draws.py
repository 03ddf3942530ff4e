"""The values that printed numbers leave each other, by drawing at random within their rounding."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from peritrace.printed import parse_p_value
from peritrace.published import EffectRow

Z = 1.959963984540054
DRAWS = 20_000
Array = NDArray[np.float64]
Ends = tuple[float, float]


def spread(text: str) -> Ends:
    """The values that print as a text."""
    if text[0] in "<>P":
        printed = parse_p_value(text)
        if printed.relation != "=":
            value = float(printed.value or 0)
            return (0.0, value) if printed.relation == "<" else (value, 1.0)
    number, half = _number(text)
    return float(number - half), float(number + half)


def _number(text: str) -> tuple[Decimal, Decimal]:
    """A printed number, and half a unit of its last digit."""
    number = Decimal(text.removesuffix("%").removeprefix("P = "))
    return number, Decimal(1).scaleb(int(number.as_tuple().exponent)) / 2


def apart(one: Ends, other: Ends) -> bool:
    return one[0] > other[1] + 1e-12 or other[0] > one[1] + 1e-12


def disagree(one: str, other: str) -> bool:
    """Whether two texts can't be of one number: with as many decimals they are the same digits."""
    numbers = [text.removeprefix("P").strip(" =%") for text in (one, other)]
    if "<" not in one + other and len({len(number.partition(".")[2]) for number in numbers}) == 1:
        return numbers[0] != numbers[1]
    return apart(spread(one), spread(other))


def ends(values: Array) -> Ends:
    return float(values.min()), float(values.max())


def is_percent(text: str, count: int, of: int) -> bool:
    """Whether count/of may print as this percentage, halves rounded either way."""
    number, half = _number(text)
    return of > 0 and abs(Fraction(100 * count, of) - Fraction(number)) <= Fraction(half)


def within(text: str, rng: np.random.Generator) -> Array:
    """Draws of a positive number that prints so."""
    low, high = spread(text)
    return rng.uniform(max(low, 1e-9), high, DRAWS)


def effect_values(effect: EffectRow, part: str, wald: bool, rng: np.random.Generator) -> Array:
    """Draws of one of ratio, low, high and p, given the other three as printed; without P where it is no Wald's."""
    if part == "ratio":
        low, high = np.log(within(effect.low, rng)), np.log(within(effect.high, rng))
        beta, se = (low + high) / 2, (high - low) / (2 * Z)
        return _with_p(np.exp(beta), beta, se, effect.p) if wald else np.exp(beta)
    if part in ("low", "high"):
        beta = np.log(within(effect.ratio, rng))
        other = np.log(within(effect.high if part == "low" else effect.low, rng))
        values = np.exp(2 * beta - other)
        return _with_p(values, beta, np.abs(other - beta) / Z, effect.p) if wald else values
    return _p_values(effect, wald, rng)


def _with_p(values: Array, beta: Array, se: Array, p_text: str) -> Array:
    """The draws with the printed P value; the nearest hundred where it is none of theirs."""
    p = 2 * stats.norm.sf(np.abs(beta) / np.maximum(se, 1e-12))
    low, high = spread(p_text)
    outside = np.maximum(np.maximum(low - p, p - high), 0)
    return values[outside == 0] if (outside == 0).any() else values[np.argsort(outside)[:100]]


def _p_values(effect: EffectRow, wald: bool, rng: np.random.Generator) -> Array:
    """Of another test of the same patients: as far as its z was seen to lie from Wald's in 2611 fits (99 %)."""
    low, high = np.log(within(effect.low, rng)), np.log(within(effect.high, rng))
    beta, se = (low + high) / 2, (high - low) / (2 * Z)
    least, most = np.log(np.maximum(spread(effect.ratio), 1e-9))
    inside = (beta >= least) & (beta <= most)
    inside = inside if inside.any() else np.full(beta.size, True)
    z, se = np.abs(beta / se)[inside], se[inside]
    if not wald:
        z = np.maximum(z + rng.uniform(-1, 1, z.size) * (0.02 + 0.22 * se * z**2), 0)
    return np.asarray(2 * stats.norm.sf(z))


def fractions_of_quantile(n: int, share: float, rng: np.random.Generator) -> set[float]:
    """What stands after the point of a quantile of n whole numbers, by the definitions of R, SPSS, SAS and MATLAB."""
    samples = rng.integers(0, 60, size=(200, n))
    found: set[float] = set()
    for method in ("linear", "weibull", "averaged_inverted_cdf", "hazen", "inverted_cdf"):
        values = np.quantile(samples, share, axis=1, method=method)  # type: ignore[call-overload]  # a loop over names
        found |= {round(float(value) % 1, 6) for value in values}
    return found
