"""A ratio, its confidence limits and its P value: whether one estimate and one standard error print as all of them.

On the log scale Wald's limits are β ± z·se and P is that of β/se. Each printed number stands for an interval, so each
confines (β, se) to a strip or a wedge of the plane; the numbers agree if and only if these have a point in common.
Assumes a ratio that was modelled on the log scale (hazard, odds, rate, risk) with Wald limits and P.
Sources: Altman and Bland 2011 (BMJ 343:d2090, d2304) for P from limits and limits from P; the intersection is exact.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scipy.special import ndtr, ndtri

from peritrace.interval import Interval

Point = tuple[float, float]
HalfPlane = tuple[float, float, float]  # a·β + b·se ≤ c
_LARGEST_SE = 60.0  # beyond it a ratio's limits span more than 1e100
_ROUNDING = 1e-9


@dataclass(frozen=True)
class PrintedEffect:
    """What is printed of an effect, each number as the values that it stands for; None where it is not printed."""

    ratio: Interval | None = None
    low: Interval | None = None
    high: Interval | None = None
    p: Interval | None = None


def z_of_level(level: float) -> float:
    """The normal quantile of two-sided limits: 1.96 for 95%."""
    return float(ndtri(0.5 + level / 2))


def effect_possible(effect: PrintedEffect, level: float = 0.95, one_sided: bool = False) -> bool:
    """Whether some estimate and standard error print as everything that is printed of the effect."""
    planes = list(_strips(effect, z_of_level(level)))
    if effect.p is None:
        return bool(_clip(_BOX, planes))
    return any(_clip(_BOX, [*planes, *wedge]) for wedge in _wedges(effect.p, one_sided))


def ratio_inside_limits(effect: PrintedEffect) -> bool:
    """Whether the ratio can lie between its limits at all, whatever the method that gave them."""
    if effect.ratio is None:
        return True
    above = effect.low is None or effect.low.low <= effect.ratio.high * (1 + _ROUNDING)
    return above and (effect.high is None or effect.ratio.low <= effect.high.high * (1 + _ROUNDING))


def std_err_from_limits(low: Interval, high: Interval, level: float = 0.95) -> Interval:
    """The standard errors of the log ratio that the limits allow: (ln high − ln low) / 2z."""
    width = 2 * z_of_level(level)
    least = (_ln(high.low) - _ln(low.high)) / width
    return Interval(max(0.0, least), max(0.0, (_ln(high.high) - _ln(low.low)) / width))


def ratio_from_limits(low: Interval, high: Interval) -> Interval:
    """The ratio that lies in the middle of the limits on the log scale: √(low × high)."""
    ends = [max(0.0, end) for end in (low.low, high.low, low.high, high.high)]
    return Interval(math.sqrt(ends[0] * ends[1]), math.sqrt(ends[2] * ends[3]))


def p_from_limits(effect: PrintedEffect, level: float = 0.95) -> Interval | None:
    """The two-sided P values of Wald's test that ratio and limits allow; None where they allow none."""
    return _p_of_corners(_clip(_BOX, list(_strips(replace(effect, p=None), z_of_level(level)))))


def limits_from_p(ratio: Interval, p: Interval, level: float = 0.95) -> tuple[Interval, Interval] | None:
    """The limits that ratio and two-sided P imply; None for a P that leaves the standard error open (0 or 1)."""
    z = z_of_level(level)
    corners = [
        corner
        for wedge in _wedges(p, one_sided=False)
        for corner in _clip(_BOX, [*_strips(PrintedEffect(ratio=ratio), z), *wedge])
    ]
    if not corners or max(se for _, se in corners) >= _LARGEST_SE / 2:
        return None
    ends = ([math.exp(beta - z * se) for beta, se in corners], [math.exp(beta + z * se) for beta, se in corners])
    low, high = (Interval(min(values), max(values)) for values in ends)
    return low, high


def asymmetry(effect: PrintedEffect, level: float = 0.95) -> float:
    """How far the ratio lies from the middle of its limits on the log scale, in standard errors; 0 if not known.

    Rounding is given the benefit: the least distance that the printed digits allow. Profile-likelihood and exact limits
    lie asymmetrically, Wald's do not.
    """
    if effect.ratio is None or effect.low is None or effect.high is None or effect.low.low <= 0:
        return 0.0
    middle = ratio_from_limits(effect.low, effect.high)
    se = std_err_from_limits(effect.low, effect.high, level).middle
    if effect.ratio.meets(middle) or se == 0 or min(middle.low, effect.ratio.low) <= 0:
        return 0.0
    if effect.ratio.low > middle.high:
        return (math.log(effect.ratio.low) - math.log(middle.high)) / se
    return (_ln(effect.ratio.high) - math.log(middle.low)) / se


def z_apart(effect: PrintedEffect, level: float = 0.95) -> float:
    """How far the printed P lies from Wald's P of ratio and limits, as a distance of z; 0 where it fits."""
    implied = p_from_limits(effect, level)
    if effect.p is None or implied is None or implied.meets(effect.p):
        return 0.0
    printed = Interval(_z_of_p(effect.p.high), _z_of_p(effect.p.low))
    wald = Interval(_z_of_p(implied.high), _z_of_p(implied.low))
    return max(printed.low - wald.high, wald.low - printed.high, 0.0)


LEVELS = (0.9, 0.99, 0.975, 0.98, 0.8)


def rescues(effect: PrintedEffect) -> list[str]:
    """The named alternatives under which numbers that disagree as 95% Wald limits and P would agree.

    "level=0.9" and the like; "p=one-sided"; "limits=swapped"; "ratio=reciprocal" (the ratio of the other level beside
    these limits); "ratio=log" (a coefficient printed for its ratio).
    """
    found = [f"level={level:g}" for level in LEVELS if effect_possible(effect, level)]
    if effect.p is not None and effect_possible(effect, one_sided=True):
        found.append("p=one-sided")
    if effect.low is not None and effect.high is not None:
        swapped = replace(effect, low=effect.high, high=effect.low)
        if effect.low.low > effect.high.high and effect_possible(swapped):
            found.append("limits=swapped")
    if effect.ratio is not None and effect.ratio.low > 0:
        turned = Interval(1 / effect.ratio.high, 1 / effect.ratio.low)
        if effect_possible(replace(effect, ratio=turned)):
            found.append("ratio=reciprocal")
        exponential = Interval(*(math.exp(min(end, 300.0)) for end in (effect.ratio.low, effect.ratio.high)))
        if effect_possible(replace(effect, ratio=exponential)):
            found.append("ratio=log")
    return found


def _strips(effect: PrintedEffect, z: float) -> Iterable[HalfPlane]:
    """The half-planes between which ratio and limits confine (β, se)."""
    for interval, slope in ((effect.ratio, 0.0), (effect.low, -z), (effect.high, z)):
        if interval is not None:
            yield 1.0, slope, _ln(interval.high)
            if interval.low > 0:
                yield -1.0, -slope, -_ln(interval.low)


def _wedges(p: Interval, one_sided: bool) -> list[list[HalfPlane]]:
    """For β ≥ 0 and β ≤ 0, the half-planes in which |β|/se has a P value of the interval."""
    tails = 1 if one_sided else 2
    z_low, z_high = _z_of_p(min(p.high, 1.0), tails), _z_of_p(p.low, tails)
    wedges = []
    for sign in (1.0, -1.0):
        wedge = [(-sign, z_low, 0.0), (-sign, 0.0, 0.0)]
        if math.isfinite(z_high):
            wedge.append((sign, -z_high, 0.0))
        wedges.append(wedge)
    return wedges


def _z_of_p(p: float, tails: int = 2) -> float:
    """The normal deviate of a P value, 0 or more; infinite for 0."""
    return max(0.0, -float(ndtri(p / tails))) if p > 0 else math.inf


def _p_of_corners(corners: list[Point]) -> Interval | None:
    """The range of P over a convex region of (β, se)."""
    if not corners:
        return None
    ratios = [beta / se for beta, se in corners if se > 0]
    if not ratios or any(se <= 0 for _, se in corners):
        return Interval(0.0, 1.0)
    least = 0.0 if min(ratios) <= 0 <= max(ratios) else min(abs(ratio) for ratio in ratios)
    return Interval(*(float(2 * ndtr(-z)) for z in (max(abs(ratio) for ratio in ratios), least)))


_BOX: list[Point] = [(-700.0, 0.0), (700.0, 0.0), (700.0, _LARGEST_SE), (-700.0, _LARGEST_SE)]


def _clip(polygon: list[Point], planes: Iterable[HalfPlane]) -> list[Point]:
    """The corners of a convex polygon cut by half-planes (Sutherland and Hodgman); none where nothing is left."""
    for a, b, c in planes:
        slack = _ROUNDING * max(1.0, abs(c))
        excess = [a * x + b * y - c for x, y in polygon]
        kept: list[Point] = []
        for place, point in enumerate(polygon):
            before = place - 1
            if (excess[before] > slack) != (excess[place] > slack):
                share = (excess[before] - slack) / (excess[before] - excess[place])
                (x0, y0), (x1, y1) = polygon[before], point
                kept.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
            if excess[place] <= slack:
                kept.append(point)
        polygon = kept
        if not polygon:
            break
    return polygon


def _ln(value: float) -> float:
    return math.log(value) if value > 0 else -700.0
