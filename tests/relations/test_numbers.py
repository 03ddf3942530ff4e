"""Medians, means and standard deviations on made-up tables: by hand, by R and by going through all small samples."""

import statistics
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peritrace.relations.relation import FITS, IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL
from tests.relations.made_up import arms, cell, checked, claim, number, outcome, p_value, printed_by, size, source

# Order


@pytest.mark.parametrize(
    ("summaries", "grade"),
    [
        ({"median": "55", "lower_quartile": "48", "upper_quartile": "61"}, FITS),
        ({"median": "55", "lower_quartile": "55.4", "upper_quartile": "61"}, FITS),  # 55.4 may be 55.45, 55 too
        ({"median": "55", "lower_quartile": "61", "upper_quartile": "48"}, IMPOSSIBLE),
        ({"median": "55", "minimum": "60"}, IMPOSSIBLE),
        ({"mean": "55.1", "minimum": "30", "maximum": "80"}, FITS),
        ({"mean": "85.1", "minimum": "30", "maximum": "80"}, IMPOSSIBLE),
    ],
)
def test_quantiles_rise(summaries, grade):
    found = checked(source(number("Age", whole=False, **summaries)), "order")
    assert {one.outcome.grade for one in found} - {FITS} == {grade} - {FITS}
    assert found


def test_the_two_that_fall_are_suspect():
    table = source(number("Age", median="55", lower_quartile="61", upper_quartile="70"))
    assert printed_by(table, outcome(table, "order").suspects) == ["61", "55"]


@pytest.mark.parametrize(("sd", "grade"), [("26.4", FITS), ("26.5", IMPOSSIBLE)])
def test_a_standard_deviation_fits_the_range(sd, grade):
    # the most that ten values can have, five at each end: √(10 × 25² / 9) = 26.352; 26.405 from 29.95 to 80.05
    table = source(size(10), number("Age", whole=False, sd=sd, minimum="30.0", maximum="80.0"))
    found = [one.outcome.grade for one in checked(table, "order") if len(one.relation.members) == 4]
    assert found == [grade]


@pytest.mark.parametrize(("median", "grade"), [("59", FITS), ("62", IMPOSSIBLE)])
def test_mean_and_median_are_at_most_a_standard_deviation_apart(median, grade):
    table = source(size(40), number("Age", whole=False, mean="50.0", sd="10.0", median=median))
    assert outcome(table, "order").grade == grade


# Whole numbers


@pytest.mark.parametrize(
    ("n", "median", "grade"),
    [(26, "54.5", FITS), (26, "54.2", IMPOSSIBLE), (25, "54", FITS), (25, "54.5", IMPOSSIBLE)],
)
def test_the_median_of_whole_numbers(n, median, grade):
    found = outcome(source(size(n), number("Age", median=median)), "granularity")
    assert found.grade == grade
    assert bool(found.assumption) == (grade == IMPOSSIBLE)


def test_only_whole_numbers_have_a_grain():
    assert checked(source(size(25), number("Diameter", whole=False, median="54.2")), "granularity") == []


# GRIM (Brown and Heathers 2017): 28 persons, mean 5.19: 145/28 = 5.179, 146/28 = 5.214
@pytest.mark.parametrize(("mean", "grade"), [("5.18", FITS), ("5.21", FITS), ("5.19", IMPOSSIBLE)])
def test_the_mean_of_whole_numbers(mean, grade):
    table = source(size(28), number("Age", mean=mean))
    found = outcome(table, "granularity")
    assert found.grade == grade
    assert printed_by(table, found.suspects) == ([] if grade == FITS else [mean])


def test_mean_and_standard_deviation_of_whole_numbers_by_going_through_all_samples():
    samples = combinations_with_replacement(range(9), 5)
    printed = {(f"{statistics.mean(s):.1f}", f"{statistics.stdev(s):.2f}") for s in samples}
    ours = set()
    for mean in {mean for mean, _ in printed if 3 <= float(mean) <= 3.8}:
        for hundredths in range(80, 140):
            sd = f"{hundredths / 100:.2f}"
            if outcome(source(size(5), number("Score", mean=mean, sd=sd)), "granularity").grade == FITS:
                ours.add((mean, sd))
    possible = {(mean, sd) for mean, sd in printed if 3 <= float(mean) <= 3.8 and 0.8 <= float(sd) < 1.4}
    assert possible <= ours  # none of a real sample is called impossible
    table = source(size(5), number("Score", mean="3.4", sd="1.15"))
    assert ("3.4", "1.15") not in printed
    found = outcome(table, "granularity")
    assert (found.grade, printed_by(table, found.suspects)) == (IMPOSSIBLE, ["1.15"])


# Counts within a range


def lesions(n, median, level, k, **more):
    return source(size(n), number("Number of lesions", median=median, **more), cell("Number of lesions", level, k))


@pytest.mark.parametrize(
    ("level", "k", "grade"),
    [
        ("1–3", 13, FITS),  # the median of 26 is between the 13th and 14th value: 13 at least are at most 2
        ("1–3", 26, FITS),
        ("1–3", 12, IMPOSSIBLE),
        ("> 3", 13, FITS),
        ("> 3", 14, IMPOSSIBLE),
        ("≥ 4", 14, IMPOSSIBLE),
        ("< 2", 13, FITS),
        ("< 1", 14, IMPOSSIBLE),
        ("≤ 3", 12, IMPOSSIBLE),
        ("0-3", 12, IMPOSSIBLE),
    ],
)
def test_a_median_tells_how_many_lie_below(level, k, grade):
    found = outcome(lesions(26, "2", level, k), "range")
    assert found.grade == grade
    assert bool(found.assumption) == (grade == IMPOSSIBLE)


@pytest.mark.parametrize(("k", "grade"), [(19, FITS), (18, IMPOSSIBLE)])
def test_quartiles_tell_more(k, grade):
    # 75 % of 26 is 19.5: by every definition of quartiles the 19th value is at most the upper quartile
    more = {"lower_quartile": "1", "upper_quartile": "3"}
    assert outcome(lesions(26, "2", "1–3", k, **more), "range").grade == grade


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=12), st.integers(0, 8))
def test_no_sample_is_called_impossible(values, cut):
    table = lesions(len(values), f"{statistics.median(values):g}", f"≤ {cut}", sum(v <= cut for v in values))
    assert outcome(table, "range").grade == FITS
    assert outcome(table, "granularity").grade == FITS


# Groups against the whole


def pooled(quantity, whole, a, b):
    parts = [number("Age", "A", whole=False, **{quantity: a}), number("Age", "B", whole=False, **{quantity: b})]
    return outcome(source(arms(30, 10), parts, number("Age", whole=False, **{quantity: whole})), "pooled")


@pytest.mark.parametrize(
    ("quantity", "whole", "grade"),
    [
        ("median", "55", FITS),
        ("median", "61", FITS),  # 60.5 rounds to either
        ("median", "62", IMPOSSIBLE),
        ("mean", "52.5", FITS),  # (30 × 50 + 10 × 60) / 40 = 52.5, between 52.45 and 52.55 by rounding
        ("mean", "52.6", FITS),
        ("mean", "52.7", IMPOSSIBLE),
        ("mean", "57.5", IMPOSSIBLE),  # the sizes exchanged
    ],
)
def test_the_whole_lies_between_its_groups(quantity, whole, grade):
    texts = ("50.0", "60.0") if quantity == "mean" else ("50", "60")
    found = pooled(quantity, whole, *texts)
    assert found.grade == grade
    assert bool(found.assumption) == (grade == IMPOSSIBLE)


# P of means. R: x <- 50 + 10 * scale(1:30), y <- 55 + 12 * scale(1:25); t.test(x, y, var.equal = TRUE)$p.value is
# .09767, t.test(x, y)$p.value .1040
def of_means(p, stated=None):
    both = [number("Age", "A", False, mean="50.00", sd="10.00"), number("Age", "B", False, mean="55.00", sd="12.00")]
    return outcome(source(arms(30, 25), both, p_value("Age", p)), "test", stated={"association": stated or []})


@pytest.mark.parametrize(("p", "method"), [("0.0977", "t test"), ("0.1040", "Welch")])
def test_a_p_value_of_means(p, method):
    found = of_means(p)
    assert (found.grade, found.convention) == (FITS, "")
    assert method in found.method


def test_a_p_value_near_that_of_means_may_be_that_of_ranks():
    found = of_means("0.150")
    assert (found.grade, found.convention) == (UNUSUAL, "method=mann-whitney")
    assert of_means("0.150", ["t-test"]).grade == NOT_REPRODUCIBLE
    assert of_means("0.150", ["t-test", "mann-whitney"]).grade == UNUSUAL


def test_a_p_value_far_from_that_of_means_does_not_fit():
    found = of_means("0.613")
    assert (found.grade, found.shown) == (NOT_REPRODUCIBLE, "0.098")


def test_standard_errors_taken_for_standard_deviations_are_a_convention():
    # R: as above with x, y of standard deviations 10√30 = 54.77 and 12√25 = 60: P = .7481
    found = of_means("0.748")
    assert found.grade == FITS
    assert found.convention.startswith("summary=")


def test_a_summary_of_fewer_than_the_group_is_not_one_of_the_group():
    table = source(size(25), number("Age", n="24", median="54.5"))
    assert checked(table, "granularity") == []


def test_a_claim_in_the_text_is_held_against_the_table():
    table = source(size(25), number("Age", median="54"), claim("minimum", "60", "Age"))
    assert outcome(table, "order").grade == IMPOSSIBLE
