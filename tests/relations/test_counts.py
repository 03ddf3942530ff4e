"""Sums and parts on made-up tables, counted by hand."""

import pytest

from peritrace.relations.relation import FITS, IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL
from tests.relations.made_up import ARM, arms, cell, checked, claim, outcome, printed_by, size, source, step


def sexes(male, female, arm="", percents=("", ""), table="Table 1"):
    return [
        cell("Sex", "Male", male, arm, percents[0], table=table),
        cell("Sex", "Female", female, arm, percents[1], table=table),
    ]


# Groups against the whole


def test_arms_add_up_to_all_patients():
    found = outcome(source(size(150), arms(26, 124)), "sum")
    assert (found.grade, found.shown) == (FITS, "150")


# fewer than all may be in the arms: some patients may belong to neither
@pytest.mark.parametrize(("a", "b", "grade"), [(26, 125, IMPOSSIBLE), (26, 123, UNUSUAL)])
def test_arms_that_add_up_to_more_or_fewer_than_all_patients(a, b, grade):
    found = outcome(source(size(150), arms(a, b)), "sum")
    assert found.grade == grade
    assert "exclude one another" in found.assumption
    assert found.shown == str(a + b)


# Levels against their group


def test_levels_add_up_to_their_group():
    assert outcome(source(size(60), sexes(37, 23)), "sum").grade == FITS


def test_levels_beyond_their_group_are_impossible():
    found = outcome(source(size(60), sexes(37, 32)), "sum")
    assert found.grade == IMPOSSIBLE
    assert "37 + 32 = 69, more than the 60" in found.explanation


def test_levels_short_of_their_group_may_have_missing_values():
    found = outcome(source(size(60), sexes(37, 20)), "sum")
    assert (found.grade, found.convention) == (UNUSUAL, "missing=3")


def test_percentages_tell_that_the_missing_were_not_counted():
    # 37/57 is 64.9 %, 20/57 35.1 %
    found = outcome(source(size(60), sexes(37, 20, percents=("64.9%", "35.1%"))), "sum")
    assert (found.grade, found.convention) == (FITS, "missing=3")
    assert "count those 57 only" in found.explanation


def test_percentages_of_everyone_tell_that_some_were_left_out():
    # 37/60 is 61.7 %, 20/60 33.3 %
    found = outcome(source(size(60), sexes(37, 20, percents=("61.7%", "33.3%"))), "sum")
    assert (found.grade, found.convention) == (UNUSUAL, "missing=3")
    assert "count all 60" in found.explanation


def test_percentages_of_neither_leave_no_explanation():
    # 37/57 and 37/60 are neither 67.3 %
    found = outcome(source(size(60), sexes(37, 20, percents=("67.3%", "36.4%"))), "sum")
    assert (found.grade, found.convention) == (NOT_REPRODUCIBLE, "")


def test_where_percentages_are_of_everyone_a_level_may_be_misprinted():
    # 100/199 and 99/199 print as 50 % like 100/200; every other percentage of the table is one of all 200
    others = [cell(f"Trait {k}", "Yes", 10 * k, percent=f"{5 * k}%") for k in range(1, 9)]
    table = source(size(200), others, sexes(100, 99, percents=("50%", "50%")))
    found = outcome(table, "sum", "Sex")
    assert found.grade == NOT_REPRODUCIBLE
    assert printed_by(table, found.suspects)[0] in ("100", "99")
    assert outcome(source(size(200), sexes(100, 99, percents=("50%", "50%"))), "sum", "Sex").grade == FITS


def test_levels_named_in_a_sentence_are_no_block():
    # a table has three levels; the sentence names two of them
    stages = [cell("Stage", level, n) for level, n in (("I", 20), ("II", 25), ("III", 15))]
    text = [claim("count", "20", "Stage", "I"), claim("count", "25", "Stage", "II")]
    assert [found.outcome.grade for found in checked(source(size(60), stages, text), "sum")] == [FITS]


# Levels over groups


def test_a_level_is_the_sum_of_its_arms():
    table = source(
        size(60), arms(25, 35), cell("Sex", "Male", 37), cell("Sex", "Male", 15, "A"), cell("Sex", "Male", 22, "B")
    )
    assert outcome(table, "sum", "Male over").grade == FITS


@pytest.mark.parametrize("total", [36, 38])
def test_a_level_that_is_not_the_sum_of_its_arms_is_impossible(total):
    parts = [cell("Sex", "Male", 15, "A"), cell("Sex", "Male", 22, "B")]
    assert outcome(source(arms(25, 35), cell("Sex", "Male", total), parts), "sum", "Male over").grade == IMPOSSIBLE


# Parts


def test_a_count_is_no_more_than_its_group():
    assert outcome(source(arms(25, 35), cell("Ascites", "Yes", 25, "A")), "part").grade == FITS
    found = outcome(source(arms(25, 35), cell("Ascites", "Yes", 26, "A")), "part")
    assert found.grade == IMPOSSIBLE
    assert "26 is more than the 25" in found.explanation


def parts_of_three(*parts):
    whole = claim("count", "three", "Serious adverse event", "Yes", claim_id="whole")
    return source(whole, [claim("count", text, f"part {text}", "Yes", part_of="whole") for text in parts])


def test_parts_leave_room_for_more():
    assert outcome(parts_of_three("two"), "part").grade == FITS
    assert outcome(parts_of_three("two", "1"), "part").grade == FITS


def test_parts_beyond_their_whole_are_impossible():
    found = outcome(parts_of_three("two", "one", "1"), "part")
    assert found.grade == IMPOSSIBLE
    assert found.explanation.startswith("2 + 1 + 1 (")


def test_a_single_part_beyond_its_whole_is_impossible():
    found = outcome(parts_of_three("four"), "part")
    assert (found.grade, found.suspects) == (IMPOSSIBLE, ())
    assert "Serious adverse event" in found.explanation


# The flow


def flow(first, *following):
    boxes = [
        step("enrolled", "", "Treated", "Yes"),
        *[step(f"box {k}", "enrolled", "Arm", f"{k}") for k in range(len(following))],
    ]
    counts = [cell("Treated", "Yes", first), *[cell("Arm", f"{k}", n) for k, n in enumerate(following)]]
    return source(boxes, counts)


def test_boxes_that_follow_add_up():
    assert outcome(flow(150, 26, 124), "sum", "flow").grade == FITS


def test_boxes_that_follow_may_leave_some_out():
    found = outcome(flow(150, 26, 100), "sum", "flow")
    assert (found.grade, found.convention) == (UNUSUAL, "missing=24")


def test_boxes_that_follow_can_not_hold_more():
    assert outcome(flow(150, 26, 134), "sum", "flow").grade == IMPOSSIBLE


def test_a_box_whose_count_is_printed_nowhere_binds_nothing():
    boxes = [step("all", "", "", ""), step("one", "all", ARM, "A")]
    assert checked(source(size(10), boxes), "sum") == []
