"""How a table of effects was made, told from its rows: the level of its limits, and the test of its P values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from peritrace.interval import Interval
from peritrace.stats.ratio_limits import (
    LEVELS,
    PrintedEffect,
    effect_possible,
    p_from_limits,
    ratio_inside_limits,
    std_err_from_limits,
    z_apart,
)

# How a table of effects may have been made, beside 95% Wald limits with Wald's two-sided P.
USUAL = "wald"
ANOTHER_TEST = "p=another-test"
ASYMMETRIC = "limits=asymmetric"
HABITS = (USUAL, *(f"level={level:g}" for level in LEVELS), "p=one-sided")
ALLOWANCE = 1.5  # rows that another level must explain beyond the usual one
FEWEST_ASYMMETRIC = 3  # rows whose ratio is not in the middle of its limits
# Distances of z between Wald's P and that of a log-rank or likelihood-ratio test, in units of se·z² by which they grow
# (the skewness of the likelihood is about se, that of the few events in the smaller arm). Measured in 2611 fits to
# random cohorts from 30 patients on: mean .05, 98% below .16, 99% below .22, beside .02 for other ways with ties. (304
# published trials, in z: median .008, 95% .09, 99% .19, largest .32.)
USUAL_DISTANCE, NEAR, FAR = (0.004, 0.05), (0.01, 0.16), (0.02, 0.22)
NEAR_MIDDLE = 0.15  # of a ratio from the middle of profile limits, in standard errors
# How often, before a table is seen, its P values are those of another test than its limits; and a P value is misprinted
# by less than that: judgements in round numbers. The log-rank test compares groups, so it is that of single factors.
ANOTHER_TEST_ODDS = {"univariable": 0.2}
ODDS_ELSEWHERE = 0.03
MISPRINTED = 0.005
MOST_TOLD = 4.0  # log odds that one row can add


@dataclass(frozen=True)
class Habit:
    """A way of printing, and whether it is sure: of the place of the ratio between its limits, and of the P value."""

    name: str
    sure: bool
    sure_of_p: bool = False


def habit_of(effects: Sequence[PrintedEffect]) -> Habit:
    """The level and the kind of limits that explain most rows of a table."""
    whole = [effect for effect in effects if effect.low is not None and effect.high is not None]
    skewed = sum(not effect_possible(_without_p(effect)) for effect in whole)
    if skewed >= FEWEST_ASYMMETRIC and 2 * skewed > len(whole):
        return Habit(ASYMMETRIC, sure=True)
    explained = {habit: sum(fits_habit(effect, habit) for effect in whole) for habit in HABITS}
    best = max(HABITS, key=lambda habit: explained[habit] - (ALLOWANCE if habit != USUAL else 0))
    sure = explained[best] >= 3 and explained[best] >= 0.6 * len(whole)
    symmetric = len(whole) - skewed
    return Habit(best, sure or (symmetric >= 3 and symmetric >= 0.6 * len(whole)), sure)


def fits_habit(effect: PrintedEffect, habit: str) -> bool:
    """Whether a row can have been printed in this way."""
    if habit == ANOTHER_TEST:
        return effect_possible(_without_p(effect)) and z_apart(effect) <= _distance(effect, FAR)
    if habit == ASYMMETRIC:
        return ratio_inside_limits(effect)
    if habit.startswith("level="):
        return effect_possible(effect, float(habit.removeprefix("level=")))
    return effect_possible(effect, one_sided=habit == "p=one-sided")


def with_p_of(habit: Habit, effects: Sequence[PrintedEffect], model: str) -> Habit:
    """The habit of a table once all rows of its kind of model have told by which test their P values are.

    A row whose P is near Wald's speaks for another test, one whose P is Wald's against it: the more, the less room the
    rounding leaves for another P to print so, by chance, as Wald's.
    """
    if habit.name != USUAL:
        return habit
    log_odds = math.log(ANOTHER_TEST_ODDS.get(model, ODDS_ELSEWHERE))
    for effect in effects:
        room, gap = _room(effect), z_apart(effect)
        if room is None or gap > _distance(effect, FAR):
            continue
        usual = _distance(effect, USUAL_DISTANCE)
        told = math.log(-math.expm1(-room / usual)) if gap == 0 else -gap / usual - math.log(MISPRINTED)
        log_odds += min(max(told, -MOST_TOLD), MOST_TOLD)
    if log_odds > 0:
        return Habit(ANOTHER_TEST, habit.sure, habit.sure_of_p)
    return Habit(USUAL, habit.sure, habit.sure_of_p and log_odds < -math.log(4))


def near_wald(effect: PrintedEffect) -> bool:
    """Whether the P value is near enough to Wald's for that of another test of the same patients."""
    return z_apart(effect) <= _distance(effect, NEAR)


def _distance(effect: PrintedEffect, terms: tuple[float, float]) -> float:
    """A distance of z, growing with se·z²."""
    implied = p_from_limits(effect)
    if implied is None or implied.low <= 0 or effect.low is None or effect.high is None:
        return terms[0]
    se = std_err_from_limits(effect.low, effect.high).middle
    return terms[0] + terms[1] * se * _z(implied).middle ** 2


def _room(effect: PrintedEffect) -> float | None:
    """How far apart the z of two tests may be and print alike; None where P is not told."""
    if effect.p is None or effect.low is None or effect.high is None or not effect_possible(_without_p(effect)):
        return None
    implied = p_from_limits(effect)
    if implied is None or implied.low <= 0 or effect.p.high <= 0:
        return None
    wald, printed = _z(implied), _z(effect.p)
    return max(1e-6, (wald.high - wald.low + printed.high - printed.low) / 2)


def _z(p: Interval) -> Interval:
    def z(value: float) -> float:
        return max(0.0, -float(ndtri(min(max(value, 1e-300), 1.0) / 2)))

    return Interval(z(p.high), z(p.low))


def _without_p(effect: PrintedEffect) -> PrintedEffect:
    return PrintedEffect(effect.ratio, effect.low, effect.high)
