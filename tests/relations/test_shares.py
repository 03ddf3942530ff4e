"""Percentages, words for shares and denominators on made-up tables, each computed by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peritrace.relations.relation import FITS, IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL
from tests.relations.made_up import arms, cell, checked, claim, outcome, printed_by, size, source


def share_of(n, k, percent):
    return outcome(source(size(n), cell("Male sex", "Yes", k, percent=percent)), "percentage")


# A percentage with its count


def test_a_percentage_is_that_of_its_count():
    found = share_of(110, 34, "30.9%")  # 30.909
    assert (found.grade, found.shown, found.method, found.convention) == (FITS, "30.9%", "34 of 110", "")


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 2))
def test_rounding_is_never_an_error(n, k, decimals):
    k = min(k, n)
    exact, scale = k * 100 * 10**decimals, 10**decimals
    half_up = (2 * exact + n) // (2 * n)
    assert share_of(n, k, f"{half_up / scale:.{decimals}f}%").grade == FITS
    half_even = half_up - 1 if (2 * exact + n) % (2 * n) == 0 and half_up % 2 else half_up
    assert share_of(n, k, f"{half_even / scale:.{decimals}f}%").grade == FITS


# 40, 25, 10, 55 and 13 of 60 are 66.67, 41.67, 16.67, 91.67 and 21.67 %: a table that rounds
ROUNDED = [cell(f"Trait {k}", "Yes", k, percent=f"{k / 0.6:.1f}%") for k in (40, 25, 10, 55, 13)]


def test_a_half_rounded_to_even_is_a_convention():
    table = source(size(60), arms(52, 8), ROUNDED, cell("Male sex", "Yes", 1, "B", percent="12%"))  # 12.5
    found = outcome(table, "percentage", "Male sex")
    assert (found.grade, found.convention) == (FITS, "with halves rounded to even")


def test_cut_off_digits_are_a_convention():
    found = share_of(110, 41, "37.2%")  # 37.27
    assert (found.grade, found.convention, found.shown) == (FITS, "cut off after the last digit", "37.3%")


def test_digits_are_not_taken_for_cut_off_where_the_table_rounds():
    table = source(size(60), ROUNDED, cell("Male sex", "Yes", 28, percent="46.6%"))  # 46.67
    assert outcome(table, "percentage", "Male sex").grade == NOT_REPRODUCIBLE


def test_a_percentage_of_the_known_is_a_convention():
    # 20 of 57 with a known stage: 35.1 %; of all 60 it would be 33.3 %
    table = source(size(60), cell("Stage", "I", 20, percent="35.1%"), cell("Stage", "II", 37))
    found = outcome(table, "percentage")
    assert (found.grade, found.convention, found.method) == (FITS, "missing=3", "20 of 57")


def test_a_percentage_of_fewer_is_unusual():
    found = share_of(60, 20, "35.1%")  # 20 of 57
    assert (found.grade, found.convention, found.shown) == (UNUSUAL, "missing=3", "33.3%")


def test_a_percentage_of_fewer_does_not_fit_where_the_others_are_of_everyone():
    others = [cell(f"Trait {k}", "Yes", 6 * k, percent=f"{10 * k}.0%") for k in range(1, 10)]
    table = source(size(60), others, cell("Male sex", "Yes", 20, percent="35.1%"))
    assert outcome(table, "percentage", "Male sex").grade == NOT_REPRODUCIBLE


def test_a_percentage_of_a_printed_denominator_must_be_of_that():
    table = source(size(60), cell("Male sex", "Yes", 20, percent="35.1%", of="60"))
    assert outcome(table, "percentage").grade == NOT_REPRODUCIBLE
    table = source(size(60), cell("Male sex", "Yes", 20, percent="35.1%", of="57"))
    assert outcome(table, "percentage").grade == FITS


def test_a_percentage_of_nothing_does_not_fit():
    found = share_of(60, 20, "31.7%")  # 19 of 60; 20 would need 63
    assert found.grade == NOT_REPRODUCIBLE
    assert (found.shown, found.suspects) == ("33.3%", ())


def test_a_percentage_of_less_than_half_of_the_group_is_no_explanation():
    assert share_of(60, 20, "80.0%").grade == NOT_REPRODUCIBLE  # 20 of 25


def test_more_patients_than_the_group_has_are_impossible():
    table = source(arms(26, 124), cell("Male sex", "Yes", 27, "A", percent="103.8%"))
    found = outcome(table, "percentage")
    assert found.grade == IMPOSSIBLE
    assert printed_by(table, found.suspects) == ["27", "26"]


# A percentage without its count


def test_a_percentage_alone_is_that_of_some_count():
    found = outcome(source(size(110), claim("share", "2.7%", "Perioperative death", "Yes")), "percentage")
    assert found.grade == FITS
    assert "3 patients" in found.explanation


def test_a_percentage_alone_of_no_count_does_not_fit():
    # 1/26 is 3.8 %, 2/26 is 7.7 %
    found = outcome(source(size(26), claim("share", "5.0%", "Death", "Yes")), "percentage")
    assert found.grade == NOT_REPRODUCIBLE
    assert found.assumption


def joint(*percents, n=60):
    levels = [claim("share", text, "Grade", f"{place}") for place, text in enumerate(percents)]
    return outcome(source(size(n), levels), "sum")


def test_percentages_alone_must_add_up_to_the_group():
    assert joint("33.3%", "66.7%").grade == FITS
    assert joint("33.3%", "65.0%").grade == UNUSUAL  # 20 + 39 of 60
    assert joint("33%", "33%", "33%").grade == FITS  # 20 + 20 + 20
    assert joint("33%", "33%", "33%", n=61).grade == UNUSUAL  # 20 of 61 are 32.8, 21 are 34.4


# Words for shares


@pytest.mark.parametrize(
    ("word", "count", "grade"),
    [
        ("all", 10, FITS),
        ("all", 9, NOT_REPRODUCIBLE),
        ("half", 5, FITS),
        ("half", 4, NOT_REPRODUCIBLE),
        ("majority", 6, FITS),
        ("majority", 5, NOT_REPRODUCIBLE),
        ("none", 0, FITS),
        ("none", 1, NOT_REPRODUCIBLE),
    ],
)
def test_a_word_for_a_share_is_held_against_the_count(word, count, grade):
    table = source(size(10), cell("R0", "Yes", count), claim("share", word, "R0", "Yes"))
    assert outcome(table, "percentage").grade == grade


@pytest.mark.parametrize(("word", "grade"), [("half", FITS), ("all", NOT_REPRODUCIBLE)])
def test_a_word_for_all_is_held_against_the_sum_of_the_arms(word, grade):
    counts = [cell("R0", "Yes", 4, "A"), cell("R0", "Yes", 6, "B")]
    table = source(size(20), arms(10, 10), counts, claim("share", word, "R0", "Yes", claim_id="word"))
    found = outcome(table, "words")
    assert (found.grade, found.shown) == (grade, "10 of 20 (50%)")
    assert found.suspects == (() if grade == FITS else ("word",))


# Denominators


def of(denominator):
    return source(arms(26, 124), claim("denominator", denominator, "Progression", "event", "A", claim_id="of"))


@pytest.mark.parametrize(
    ("denominator", "grade", "convention"), [("26", FITS, ""), ("25", UNUSUAL, "missing=1"), ("27", IMPOSSIBLE, "")]
)
def test_a_denominator_is_the_size_of_the_group(denominator, grade, convention):
    found = outcome(of(denominator), "part")
    assert (found.grade, found.convention) == (grade, convention)
    assert found.suspects == (("of",) if grade == IMPOSSIBLE else ())


def test_a_denominator_of_a_group_without_a_size_binds_nothing():
    assert checked(source(claim("denominator", "27", "Progression", "event", "A")), "part") == []
