"""Medians of survival, follow-up and dates on made-up sources: bounds on Kaplan–Meier curves by hand."""

import pytest

from peritrace.relations.relation import FITS, IMPOSSIBLE, UNUSUAL
from tests.relations.made_up import ARM, arms, checked, claim, effect, events, outcome, printed_by, size, source


def median(text, arm="", **more):
    return claim("survival-median", text, "OS", arm=arm, **more)


# The median between its limits


def limits(middle, low, high, quantity="survival-median"):
    variable = "OS" if quantity == "survival-median" else "Follow-up"
    ends = [claim(f"{quantity}-{end}", text, variable) for end, text in (("low", low), ("high", high)) if text]
    return source(claim(quantity, middle, variable), ends)


@pytest.mark.parametrize("quantity", ["survival-median", "follow-up"])
@pytest.mark.parametrize(
    ("numbers", "grade"),
    [
        (("43.3", "37.3", "49.4"), FITS),
        (("43.3", "37.3", ""), FITS),
        (("43.3", "43.3", "43.3"), FITS),
        (("36.3", "37.3", "49.4"), IMPOSSIBLE),
        (("50.3", "37.3", "49.4"), IMPOSSIBLE),
        (("43.3", "49.4", "37.3"), IMPOSSIBLE),
    ],
)
def test_a_median_lies_between_its_limits(quantity, numbers, grade):
    assert outcome(limits(*numbers, quantity), "order").grade == grade


def test_exchanged_limits_are_suspect():
    table = limits("43.3", "49.4", "37.3")
    assert printed_by(table, outcome(table, "order").suspects) == ["49.4", "37.3"]


def test_limits_may_be_symmetric_on_two_scales():
    # (37.3 + 49.4) / 2 = 43.35; √(30 × 60) = 42.43
    assert "plain scale" in outcome(limits("43.3", "37.3", "49.4"), "order").explanation
    assert "log scale" in outcome(limits("42.4", "30.0", "60.0"), "order").explanation


# The median and events


def reached(n, d):
    return outcome(source(size(n), events("OS", d), median("16.5")), "median")


@pytest.mark.parametrize(
    ("n", "d", "grade"),
    [
        (20, 10, FITS),
        (20, 7, FITS),  # 6 must have left before, a third of 20 is 6.7
        (20, 6, UNUSUAL),  # 8 must have left
        (20, 1, UNUSUAL),  # 18 left, one event, one beyond: the curve falls to 1/2
        (20, 0, IMPOSSIBLE),
    ],
)
def test_a_median_is_reached_by_events(n, d, grade):
    assert reached(n, d).grade == grade


def test_the_censored_that_it_takes_are_named():
    assert "at least 8 (40%)" in reached(20, 6).explanation


# The median and follow-up


def followed(n, d, middle, follow_up):
    table = source(size(n), events("OS", d), median(middle), claim("follow-up", follow_up, "Follow-up"))
    return outcome(table, "median", "follow-up")


def test_a_follow_up_shorter_than_the_median_proves_nothing():
    assert followed(40, 12, "30.0", "22.0").convention == ""


def test_a_long_follow_up_is_one_of_the_survivors():
    # of everyone 20 would be at risk after the median, with 15 events to balance them; of 25 survivors 13 would
    found = followed(40, 15, "20.0", "30.0")
    assert (found.grade, found.convention) == (FITS, "follow-up=survivors")


def test_a_long_follow_up_with_few_events_is_unusual():
    # of 30 survivors 15 would be at risk after the median, with 10 events
    found = followed(40, 10, "20.0", "30.0")
    assert (found.grade, found.convention) == (UNUSUAL, "follow-up=reverse")


# Medians and the ratio


def ratio_of(a, b, *numbers):
    return outcome(source(arms(40, 40), median(a, "A"), median(b, "B"), effect(ARM, *numbers, level="A")), "ratio")


def test_medians_that_differ_as_the_ratio_says():
    # 10 / 20 = .5
    found = ratio_of("20.0", "10.0", "0.52", "0.30", "0.90")
    assert (found.grade, found.method) == (FITS, "ratio of the medians")


def test_a_ratio_far_from_that_of_the_medians_is_unusual():
    # 11.3 / 16.5 = .68 against .188 (.059 to .602)
    found = ratio_of("16.5", "11.3", "0.188", "0.059", "0.602")
    assert (found.grade, found.shown) == (UNUSUAL, "0.68")
    assert "constant" in found.assumption


def test_wide_limits_hold_the_ratio_of_the_medians():
    assert ratio_of("16.5", "11.3", "0.188", "0.030", "1.178").grade == FITS


def test_medians_that_point_the_other_way_are_unusual_where_the_ratio_is_significant():
    # 12 / 10 = 1.2
    assert ratio_of("10.0", "12.0", "0.80", "0.65", "0.98", "0.035").grade == UNUSUAL
    assert ratio_of("10.0", "12.0", "0.80", "0.50", "1.28", "0.352").grade == FITS


def test_only_a_model_of_one_factor_is_held_against_medians():
    both = [median("20.0", "A"), median("10.0", "B")]
    adjusted = effect(ARM, "0.99", "0.70", "1.40", level="A", model="multivariable")
    assert checked(source(arms(40, 40), both, adjusted), "ratio") == []


# Dates


def dates(*texts, level="start"):
    return [claim("window", text, level=level, claim_id=f"{level}-{k}") for k, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "grade"),
    [
        (("March 2017", "March 2017"), FITS),
        (("March 2017", "March 31st, 2017"), FITS),
        (("March 2017", "April 2017"), IMPOSSIBLE),
        (("January 1st, 2015", "January 2, 2015"), IMPOSSIBLE),
    ],
)
def test_a_date_is_printed_alike_in_all_places(texts, grade):
    assert outcome(source(dates(*texts)), "same").grade == grade


# 1 January 2015 to 31 December 2019: 1825 days, 59.96 months
@pytest.mark.parametrize(("longest", "grade"), [("59.9", FITS), ("60", FITS), ("61", IMPOSSIBLE)])
def test_the_longest_follow_up_fits_between_the_dates(longest, grade):
    period = [*dates("January 2015"), *dates("December 2019", level="end")]
    found = outcome(source(period, claim("maximum", longest, "Follow-up")), "period")
    assert found.grade == grade
    assert bool(found.assumption) == (grade == IMPOSSIBLE)


def rate(value, time):
    return claim("survival-rate", value, "OS", time=time)


def test_a_rate_needs_events():
    # without events a curve stays at 1; with five it falls as low as the censoring before them lets it
    none = source(size(50), events("OS", 0), rate("80%", "12"))
    assert outcome(none, "median").grade == "impossible"
    some = source(size(50), events("OS", 5), rate("80%", "12"))
    assert outcome(some, "median").grade == "fits"


def test_rates_do_not_rise_with_time():
    falling = source(size(50), rate("80%", "12"), rate("60%", "36"))
    assert outcome(falling, "order").grade == "fits"
    rising = outcome(source(size(50), rate("60%", "12"), rate("80%", "36")), "order")
    assert (rising.grade, rising.explanation) == ("impossible", "Survival rises with time: 60%, 80%.")
