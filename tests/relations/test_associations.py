"""P values of made-up tables of counts: which test gives them, by R's tests of the same counts."""

import pytest

from peritrace.published import place_of
from peritrace.relations import associations  # functions named tests_… look like tests to pytest
from peritrace.relations.index import Index
from peritrace.relations.relation import FITS, NOT_REPRODUCIBLE
from tests.relations.made_up import ARM, arms, cell, checked, claim, number, outcome, p_value, source

# Each with its arms of 40 and 50 patients, "Yes" in a of 40 and b of 50. R: m <- matrix(c(a, 40 - a, b, 50 - b), 2)
# chisq.test(m, correct = FALSE), chisq.test(m), fisher.test(m)
R = {
    "Ascites": (10, 20, {"chi-square": 0.133614, "chi-square-yates": 0.202309, "fisher": 0.177874}),
    "Fever": (22, 18, {"chi-square": 0.071467, "chi-square-yates": 0.112050, "fisher": 0.089341}),
    "Pain": (31, 30, {"chi-square": 0.077519, "chi-square-yates": 0.123974, "fisher": 0.111801}),
    "Fistula": (2, 9, {"chi-square": 0.061348, "chi-square-yates": 0.121825, "fisher": 0.103101}),
}


def feature(name, test, change=None):
    a, b, ps = R[name]
    printed = change or f"{ps[test]:.3f}"
    return [cell(name, "Yes", a, "A"), cell(name, "Yes", b, "B"), p_value(name, printed, "Yes")]


def table(test, **changes):
    return source(arms(40, 50), [one for name in R for one in feature(name, test, changes.get(name))])


@pytest.mark.parametrize("test", ["chi-square", "chi-square-yates", "fisher"])
@pytest.mark.parametrize("name", R)
def test_the_test_that_gives_a_whole_table_is_found(test, name):
    whole = table(test)
    index = Index(whole)
    assert associations.tests_of_tables(index, associations.tested_counts(index)) == {"Table 1": test}
    found = outcome(whole, "test", name)
    assert (found.grade, found.convention) == (FITS, f"method={test}")  # no test was stated
    assert float(found.shown) == pytest.approx(R[name][2][test], abs=5e-4)


def test_a_stated_test_needs_no_convention():
    found = outcome(table("fisher"), "test", "Pain", {"association": ["chi-square", "fisher"]})
    assert (found.grade, found.convention, found.method) == (FITS, "", "Fisher's exact test")


def test_a_test_that_is_not_stated_is_a_convention():
    found = outcome(table("chi-square-yates"), "test", "Pain", {"association": ["fisher"]})
    assert (found.grade, found.convention) == (FITS, "method=chi-square-yates")
    assert "The source states Fisher" in found.explanation


def test_a_p_value_of_no_test_does_not_fit():
    found = outcome(table("fisher", Pain="0.771"), "test", "Pain", {"association": ["fisher"]})
    assert (found.grade, found.shown) == (NOT_REPRODUCIBLE, "0.112")
    assert "same side of .05" in found.explanation


def test_a_count_one_slip_away_is_named_where_it_would_give_the_p_value():
    # R: fisher.test(matrix(c(13, 27, 30, 20), 2))$p.value is .01148: 31 with its digits swapped
    found = outcome(table("fisher", Pain="0.011"), "test", "Pain", {"association": ["fisher"]})
    assert found.grade == NOT_REPRODUCIBLE
    assert "13 of 40 instead of 31 (neighbouring digits swapped)" in found.explanation


@pytest.mark.parametrize(("word", "grade"), [("ns", FITS), ("significant", NOT_REPRODUCIBLE)])
def test_a_word_is_held_against_every_test(word, grade):
    assert outcome(table("fisher", Ascites=word), "test", "Ascites").grade == grade


@pytest.mark.parametrize(("text", "grade"), [("> 0.05", FITS), ("< 0.05", NOT_REPRODUCIBLE), ("<0.2", FITS)])
def test_an_inequality_stands_for_all_that_it_allows(text, grade):
    assert outcome(table("fisher", Ascites=text), "test", "Ascites").grade == grade


def test_levels_make_the_rows_of_a_larger_table():
    # R: m <- matrix(c(10, 15, 15, 20, 20, 10), 3); chisq.test(m)$p.value is .1363
    counts = [
        cell("Stage", level, n, arm) for arm, ns in (("A", (10, 15, 15)), ("B", (20, 20, 10)))
        for level, n in zip(("I", "II", "III"), ns, strict=True)
    ]  # fmt: skip
    found = outcome(source(arms(40, 50), counts, p_value("Stage", "0.136")), "test")
    assert (found.grade, found.convention) == (FITS, "method=chi-square")
    bad = outcome(source(arms(40, 50), counts, p_value("Stage", "0.801")), "test")
    assert bad.grade == NOT_REPRODUCIBLE


def test_a_p_value_may_be_that_of_the_known_patients_only():
    # 10 of 38 (26.3 %) and 20 of 48 (41.7 %): R: chisq.test(matrix(c(10, 28, 20, 28), 2), correct = FALSE)$p.value
    # is .1380; of all 40 and 50 it is .1336
    others = [one for name in ("Fever", "Pain", "Fistula") for one in feature(name, "chi-square")]
    known = [cell("Ascites", "Yes", 10, "A", "26.3%"), cell("Ascites", "Yes", 20, "B", "41.7%")]
    whole = source(arms(40, 50), others, known, p_value("Ascites", "0.138", "Yes"))
    found = outcome(whole, "test", "Ascites", {"association": ["chi-square"]})
    assert found.grade == FITS
    assert "38 and 48" in found.explanation


def test_counts_that_are_not_all_printed_bind_no_p_value():
    assert checked(source(arms(40, 50), cell("Pain", "Yes", 30, "A"), p_value("Pain", "0.177", "Yes")), "test") == []
    assert checked(source(p_value("Pain", "0.177", "Yes")), "test") == []


def test_a_row_without_patients_can_not_be_tested():
    counts = [cell("Pain", "Yes", 0, "A"), cell("Pain", "Yes", 0, "B"), p_value("Pain", "0.177", "Yes")]
    assert checked(source(arms(40, 50), counts), "test") == []


def test_a_p_value_beside_medians_is_not_one_of_counts():
    both = [number("Age", "A", median="50"), number("Age", "B", median="55")]
    counts = [cell("Age", "> 60", 30, "A"), cell("Age", "> 60", 30, "B")]
    index = Index(source(arms(40, 50), both, counts, p_value("Age", "0.177")))
    (of_age,) = index.of("association")
    assert associations.cross_table(index, of_age) is None


def test_a_p_value_in_the_text_is_bound_too():
    counts = [cell("Pain", "Yes", 31, "A"), cell("Pain", "Yes", 30, "B")]
    said = claim("association", "P = 0.078", "Pain", "Yes", group=ARM, location="Results, paragraph 1")
    found = outcome(source(arms(40, 50), counts, said), "test")
    assert found.grade == FITS
    assert place_of(said) == "Results"
