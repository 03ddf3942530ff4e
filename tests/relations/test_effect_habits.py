"""By which test the P values of a table of effects are, told from its rows."""

import pytest

from peritrace.interval import Interval
from peritrace.printed import parse_p_value, parse_printed
from peritrace.relations.effect_habits import (
    ANOTHER_TEST,
    ASYMMETRIC,
    USUAL,
    fits_habit,
    habit_of,
    near_wald,
    with_p_of,
)
from peritrace.relations.plausibility import room_of
from peritrace.stats.ratio_limits import PrintedEffect

# R 4.2.2, survival: coxph(Surv(time, status) ~ x) of lung without missing ECOG and Karnofsky values (n = 223), x being
# sex == 2, age > 65, ph.ecog >= 2, ph.karno >= 90, pat.karno >= 80, age > 75: ratio, limits; P of Wald, likelihood
# ratio (summary), log-rank (survdiff)
LUNG = (
    ("0.597", "0.428", "0.832", "0.002", "0.002", "0.002"),
    ("1.315", "0.961", "1.799", "0.087", "0.089", "0.086"),
    ("1.944", "1.364", "2.770", "<0.001", "<0.001", "<0.001"),
    ("0.645", "0.470", "0.884", "0.006", "0.006", "0.006"),
    ("0.590", "0.428", "0.813", "0.001", "0.002", "0.001"),
    ("1.956", "0.957", "3.999", "0.066", "0.095", "0.061"),
)
WALD, LIKELIHOOD_RATIO, LOG_RANK = 3, 4, 5


def printed(ratio: str, low: str, high: str, p: str) -> PrintedEffect:
    return PrintedEffect(*(parse_printed(text).values for text in (ratio, low, high)), parse_p_value(p).values)


def rows(test: int) -> list[PrintedEffect]:
    return [printed(*row[:3], row[test]) for row in LUNG]


def test_wald_p_values_are_known_and_sure():
    habit = with_p_of(habit_of(rows(WALD)), rows(WALD), "univariable")
    assert (habit.name, habit.sure, habit.sure_of_p) == (USUAL, True, True)


def test_likelihood_ratio_p_values_are_known_and_all_fit():
    habit = with_p_of(habit_of(rows(LIKELIHOOD_RATIO)), rows(LIKELIHOOD_RATIO), "univariable")
    assert habit.name == ANOTHER_TEST
    assert all(fits_habit(effect, ANOTHER_TEST) for effect in rows(LIKELIHOOD_RATIO))


def test_log_rank_p_values_near_walds_leave_it_open_and_contradict_nothing():
    habit = with_p_of(habit_of(rows(LOG_RANK)), rows(LOG_RANK), "univariable")
    assert habit.name == ANOTHER_TEST or not habit.sure_of_p
    assert all(near_wald(effect) for effect in rows(LOG_RANK))


def test_one_misprint_among_wald_p_values_is_no_other_test():
    misprinted = [*rows(WALD)[:3], printed("0.645", "0.470", "0.884", "0.005"), *rows(WALD)[4:]]
    assert near_wald(misprinted[3])
    assert with_p_of(habit_of(misprinted), misprinted, "univariable").name == USUAL


def test_a_p_value_far_from_walds_is_that_of_no_test_of_these_patients():
    assert not fits_habit(printed("0.645", "0.470", "0.884", "0.060"), ANOTHER_TEST)


def test_limits_that_are_never_about_the_ratio_are_a_habit():
    # exact limits of 5 of 10 against 2 of 12 and the like lie asymmetrically: ratios off the middle by .2 se and more
    skewed = [
        printed(ratio, low, high, "0.2") for ratio, low, high in (("1.50", "0.50", "6.0"), ("2.0", "0.70", "7.5"))
    ]
    skewed.append(printed("0.80", "0.30", "2.9", "0.7"))
    assert habit_of(skewed).name == ASYMMETRIC


def test_room_is_the_area_of_estimates_that_print_so():
    """Of ratio 1 (two decimals) between .50 and 2.00: counted on a fine grid of log ratio and standard error."""
    effect = PrintedEffect(Interval(0.995, 1.005), Interval(0.495, 0.505), Interval(1.995, 2.005))
    # ln 1.005 - ln .995 = .010000 is narrower than the limits' strips let through: width in β .01, and for each β the
    # se lies between (β - ln .505)/z and (β - ln .495)/z, and between (ln 1.995 - β)/z and (ln 2.005 - β)/z
    step, area = 2e-5, 0.0
    z = 1.959963984540054
    for k in range(500):
        beta = -0.00501254 + (k + 0.5) * step
        low = max((beta + 0.68319685) / z, (0.69064384 - beta) / z)
        high = min((beta + 0.70319752) / z, (0.69564386 - beta) / z)
        area += max(0.0, high - low) * step
    assert room_of(effect) == pytest.approx(area, rel=0.03)


def test_numbers_in_the_middle_of_what_is_allowed_leave_more_room():
    # √(0.470 × 0.884) is 0.6446
    assert room_of(printed("0.645", "0.470", "0.884", "0.006")) > 3 * room_of(
        printed("0.646", "0.470", "0.884", "0.006")
    )
