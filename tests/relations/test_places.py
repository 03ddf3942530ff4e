"""One number in several places, and words against numbers, on made-up sources."""

import pytest

from peritrace.relations.relation import FITS, IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL
from tests.relations.made_up import ARM, arms, cell, checked, claim, effect, number, outcome, p_value, size, source

# The same number in several places


def medians(*texts):
    return source(
        [claim("survival-median", text, "OS", arm="A", claim_id=f"m{k}") for k, text in enumerate(texts)],
    )


@pytest.mark.parametrize("texts", [("16.5", "16.5"), ("16.5", "17"), ("16.45", "16.5", "16"), ("2", "two")])
def test_numbers_that_round_to_each_other_are_the_same(texts):
    assert outcome(medians(*texts), "same").grade == FITS


def test_two_different_numbers_speak_against_each_other():
    found = outcome(medians("16.5", "15.6"), "same")
    assert (found.grade, found.suspects, found.shown) == (IMPOSSIBLE, (), "")


def test_the_one_that_differs_from_the_majority_is_suspect():
    found = outcome(medians("16.5", "15.6", "16.5"), "same")
    assert (found.grade, found.suspects, found.shown) == (IMPOSSIBLE, ("m1",), "16.5")


def stages(*words):
    return source([claim("term", word, "stage", claim_id=f"t{k}") for k, word in enumerate(words)])


def test_terms_are_the_same_whatever_their_capitals():
    assert outcome(stages("IIIb", "IIIB", "iiib"), "same").grade == FITS
    assert outcome(stages("IIIb", "IIb", "IIIb"), "same").suspects == ("t1",)


def shares(*texts):
    return source(size(20), [claim("share", text, "R0", "Yes") for text in texts])


@pytest.mark.parametrize(
    ("texts", "grade"),
    [
        (("half", "50.0%"), FITS),
        (("half", "60.0%"), IMPOSSIBLE),
        (("all", "100%"), FITS),
        (("all", "half"), IMPOSSIBLE),
    ],
)
def test_a_word_and_a_percentage_are_one_share(texts, grade):
    assert outcome(shares(*texts), "same").grade == grade


def test_values_are_the_same_only_in_the_same_unit():
    doses = [claim("value", text, "dose", unit=unit) for text, unit in (("50", "mg"), ("0.05", "g"))]
    assert checked(source(doses), "same") == []


# Summaries of a table or a model


def summary_of_tests(word, *ps):
    tests = [p_value(f"Trait {k}", p) for k, p in enumerate(ps)]
    return source(tests, claim("every-association", word, arm="", group=ARM, claim_id="word"))


def test_no_significant_difference_in_a_table_of_tests():
    found = outcome(summary_of_tests("no significant difference", "0.519", "0.050", "0.828"), "words")
    assert found.grade == FITS  # .050 may be .0504
    assert "P = 0.050" in found.shown


def test_one_significant_difference_speaks_against_the_summary_alone():
    found = outcome(summary_of_tests("no significant differences", "0.519", "0.049", "<0.001"), "words")
    assert (found.grade, found.suspects) == (NOT_REPRODUCIBLE, ("word",))
    assert "Trait 1 (P = 0.049)" in found.explanation
    assert "Trait 0" not in found.explanation


def test_what_the_text_says_of_one_is_only_unusual_beside_a_summary_of_the_table():
    tests = [p_value("Age", "0.519"), p_value("Sex", "0.280")]
    said = claim("association", "significant", "Lesions", arm="", group=ARM)
    summary = claim("every-association", "no significant difference", arm="", group=ARM)
    found = outcome(source(tests, said, summary), "words")
    assert (found.grade, found.suspects) == (UNUSUAL, ())
    assert "Lesions (significant)" in found.explanation


def test_a_summary_of_a_model():
    rows = [effect("Age", p="0.039", ratio="1.9"), effect("Sex", p="0.042", ratio="1.9")]
    found = claim("every-prediction", "significant", "OS", model="univariable")
    assert outcome(source(rows, found), "words").grade == FITS
    rows = [effect("Age", p="0.039", ratio="1.9"), effect("Sex", p="0.402", ratio="1.9")]
    assert outcome(source(rows, found), "words").grade == NOT_REPRODUCIBLE


@pytest.mark.parametrize(("word", "grade"), [("two", FITS), ("three", NOT_REPRODUCIBLE), ("1", NOT_REPRODUCIBLE)])
def test_the_number_of_significant_factors(word, grade):
    rows = [effect(f"Factor {p}", p=p, ratio="1.9") for p in ("0.039", "0.042", "0.402")]
    count = claim("factors", word, "OS", model="univariable", claim_id="count")
    found = outcome(source(rows, count), "words")
    assert (found.grade, found.shown) == (grade, "2")
    assert found.suspects == (() if grade == FITS else ("count",))


# Directions


@pytest.mark.parametrize(
    ("word", "ratio", "grade", "shown"),
    [
        ("risk factor", "1.720", FITS, "risk factor"),
        ("protective factor", "0.427", FITS, "protective factor"),
        ("risk factor", "0.427", NOT_REPRODUCIBLE, "protective factor"),
        ("protective factor", "1.720", NOT_REPRODUCIBLE, "risk factor"),
        ("risk factor", "1.000", NOT_REPRODUCIBLE, "neither"),
    ],
)
def test_a_ratio_above_one_is_a_risk(word, ratio, grade, shown):
    said = claim("effect-direction", word, "OS", group="Age", group_level="Yes", model="univariable", claim_id="word")
    found = outcome(source(effect("Age", ratio, p="0.04"), said), "words")
    assert (found.grade, found.shown) == (grade, shown)
    assert found.suspects == (() if grade == FITS else ("word",))


@pytest.mark.parametrize(("word", "grade"), [("longer", FITS), ("shorter", NOT_REPRODUCIBLE)])
def test_a_longer_median(word, grade):
    both = [claim("survival-median", "16.5", "OS", arm="A"), claim("survival-median", "11.3", "OS", arm="B")]
    table = source(arms(26, 124), both, claim("direction", word, "OS", arm="A"))
    assert outcome(table, "words").grade == grade


def test_medians_of_a_number_that_are_equal_point_nowhere():
    both = [number("Age", "A", median="55"), number("Age", "B", median="55")]
    found = outcome(source(arms(26, 124), both, claim("direction", "higher", "Age", arm="A")), "words")
    assert (found.grade, found.shown) == (NOT_REPRODUCIBLE, "neither")


@pytest.mark.parametrize(("word", "grade"), [("higher", NOT_REPRODUCIBLE), ("lower", FITS)])
def test_shares_are_compared_and_not_counts(word, grade):
    # 12 of 124 are more patients than 5 of 26, but a smaller share (9.7 against 19.2 %)
    both = [cell("Ascites", "Yes", 5, "A"), cell("Ascites", "Yes", 12, "B")]
    table = source(arms(26, 124), both, claim("direction", word, "Ascites", "Yes", arm="B"))
    assert outcome(table, "words").grade == grade


# A difference of survival, against the model of one factor


@pytest.mark.parametrize(
    ("word", "p", "grade", "convention"),
    [
        ("significant", "0.005", FITS, ""),
        ("P < 0.05", "0.005", FITS, ""),
        ("no significant difference", "0.402", FITS, ""),
        ("significant", "0.402", NOT_REPRODUCIBLE, "test=another"),
        ("no significant difference", "0.005", NOT_REPRODUCIBLE, "test=another"),
        # another test of the same patients may lie on the other side
        ("significant", "0.061", UNUSUAL, "test=another"),
        ("P = 0.047", "0.051", UNUSUAL, "test=another"),
    ],
)
def test_survival_compared_in_words_is_held_against_the_model(word, p, grade, convention):
    said = claim("difference", word, "OS", group=ARM, claim_id="word")
    found = outcome(source(effect(ARM, "0.5", p=p, level="A"), said), "words")
    assert (found.grade, found.convention) == (grade, convention)
    assert found.suspects == (() if grade == FITS else ("word",))
