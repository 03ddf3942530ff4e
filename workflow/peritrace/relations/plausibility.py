"""How readily an effect prints as it does: of two sets of numbers that both agree, which leaves more room.

Ratio and limits with few digits print alike for many pairs of estimate and standard error, those that only just agree
for few. With both taken for equally likely beforehand, the area of the pairs is the likelihood of the print.
"""

import math

import numpy as np
from scipy.special import ndtr

from peritrace.interval import Interval
from peritrace.stats.ratio_limits import PrintedEffect, z_of_level

GRID = (np.arange(64) + 0.5) / 64


def room_of(effect: PrintedEffect, with_p: bool = True) -> float:
    """The area, in the plane of log ratio and standard error, that prints as ratio, 95% limits and Wald's P.

    Counted on a grid of 64 by 64 over the two narrowest of ratio and limits; 1 where fewer than two are printed. At
    least a hundredth of a cell, for what is too narrow for the grid. Limits that may be 0 are read from a tenth of
    their largest value.
    """
    z = z_of_level(0.95)
    printed = {"ratio": effect.ratio, "low": effect.low, "high": effect.high}
    logs = {name: _logs(values) for name, values in printed.items() if values is not None and values.high > 0}
    if len(logs) < 2:
        return 1.0
    first, second, *_ = sorted(logs, key=lambda name: logs[name][1] - logs[name][0])
    one, other = np.meshgrid(_spread(logs[first]), _spread(logs[second]))
    slope = {"ratio": 0.0, "low": -z, "high": z}
    se = (one - other) / (slope[first] - slope[second])
    beta = one - slope[first] * se
    inside = se > 0
    for name, (low, high) in logs.items():
        if name not in (first, second):
            value = beta + slope[name] * se
            inside &= (value >= low) & (value <= high)
    if with_p and effect.p is not None:
        p = 2 * ndtr(-np.abs(beta) / np.where(se > 0, se, 1.0))
        inside &= (p >= effect.p.low) & (p <= effect.p.high)
    area = math.prod(logs[name][1] - logs[name][0] for name in (first, second))
    return area / abs(slope[first] - slope[second]) * max(float(inside.mean()), 0.01 / inside.size)


def _logs(values: Interval) -> tuple[float, float]:
    return math.log(max(values.low, values.high / 10)), math.log(values.high)


def _spread(ends: tuple[float, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(ends[0] + (ends[1] - ends[0]) * GRID)
