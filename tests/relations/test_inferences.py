"""What made-up numbers imply together: events that the limits need, odds ratios, and what a median is the median of."""

import pytest

from peritrace.relations.inferences import Inference, event_rows, inferences
from peritrace.relations.network import Network
from tests.relations.made_up import ARM, arms, cell, claim, effect, events, size, source


def found(published, topic) -> list[Inference]:
    return [one for one in inferences(Network(published)) if one.topic == topic]


# Events: 4/(ln(1.581/.552)/3.92)² = 55.5 for the nodes, 4/(ln(2.5/.5)/3.92)² = 23.7 for the lungs
NODES = effect("Nodes", "0.934", "0.552", "1.581")
LUNGS = effect("Lungs", "1.118", "0.500", "2.500")


@pytest.mark.parametrize(
    ("printed", "grade", "words"),
    [
        ([], "fits", "How many there were is not printed."),
        ([events("OS", 60)], "fits", "Printed are 60, which all rows allow."),
        ([events("OS", 56)], "fits", "Printed are 56: just enough."),
        ([events("OS", 50)], "impossible", "Printed are 50, which Nodes exclude."),
    ],
)
def test_the_events_that_a_model_needs(printed, grade, words):
    (one,) = found(source(size(150), printed, NODES, LUNGS), "events")
    assert one.grade == grade
    assert "The 2 rows of the univariable model of OS need at least 56 events among the 150 patients" in one.explanation
    assert "limits of Nodes" in one.explanation
    assert words in one.explanation
    assert one.assumption


def test_events_by_arm_are_added():
    both = [events("OS", 20, "A"), events("OS", 30, "B")]
    (one,) = found(source(size(150), arms(50, 100), both, NODES), "events")
    assert "Printed are 50, which Nodes exclude." in one.explanation


def test_a_row_that_does_not_fit_in_itself_proves_nothing():
    wrong = effect("Nodes", "2.934", "0.552", "1.581")
    (one,) = found(source(size(150), wrong, LUNGS), "events")
    assert "The 1 row " in one.explanation
    assert "at least 24 events" in one.explanation


def test_without_patients_or_limits_nothing_is_inferred():
    assert list(inferences(Network(source(NODES)))) == []
    assert list(inferences(Network(source(size(150), effect("Nodes", "0.934", p="0.8"))))) == []


def test_the_events_that_each_row_allows_as_a_table():
    with_nodes = cell("Nodes", "Yes", 50)
    rows = list(event_rows(Network(source(size(150), events("OS", 60), with_nodes, NODES, LUNGS))))
    nodes, lungs = rows
    assert (nodes["covariate"], nodes["with"], nodes["without"]) == ("Nodes", 50, 100)
    assert (nodes["fewest_events"], nodes["printed_total"], nodes["excludes_print"]) == (56, 60, "")
    # of 60 events d with and 60 - d without nodes: 1/d + 1/(60 - d) is at most se² = 4/55.5 for d from 22 on
    assert nodes["events_with"].startswith("22 to")
    assert (lungs["covariate"], lungs["with"], lungs["fewest_events"]) == ("Lungs", None, 24)


def test_a_row_that_excludes_the_printed_events_is_marked():
    (row,) = event_rows(Network(source(size(150), events("OS", 50), NODES)))
    assert row["excludes_print"] == "yes"


# Odds ratio of 10 of 26 against 80 of 124: 10 × 44/(80 × 16) = .344, se = √(1/10 + 1/16 + 1/80 + 1/44) = .445,
# limits .344 × e^∓.8715 = .144 and .822
def headed_or(*numbers):
    both = [events("OS", 10, "A"), events("OS", 80, "B")]
    return found(source(size(150), arms(26, 124), both, effect(ARM, *numbers, level="A")), "measure")


def test_an_odds_ratio_is_recognised():
    (one,) = headed_or("0.344", "0.144", "0.822")
    assert one.grade == "fits"
    assert "It is that odds ratio." in one.explanation


def test_a_hazard_ratio_headed_or_is_told():
    (one,) = headed_or("0.430", "0.223", "0.830")
    assert one.grade == "unusual"
    assert "The odds ratio of 10 of 26 against 80 of 124 events is 0.34" in one.explanation
    assert "a Cox model gives hazard ratios" in one.explanation


def test_a_ratio_headed_hr_is_not_asked():
    both = [events("OS", 10, "A"), events("OS", 80, "B")]
    row = effect(ARM, "0.344", "0.144", "0.822", level="A", measure="HR")
    assert found(source(size(150), arms(26, 124), both, row), "measure") == []


# Medians


def medians(a, b, *numbers, printed=()):
    both = [claim("survival-median", a, "OS", arm="A"), claim("survival-median", b, "OS", arm="B")]
    table = source(size(150), arms(26, 124), list(printed), both, effect(ARM, *numbers, level="A"))
    (one,) = found(table, "medians")
    return one


def test_medians_of_survival_stand_for_the_ratio():
    # 10 / 20 = .5; as person-time (10/(26 × 20)) / (80/(124 × 10)) = .298
    both = [events("OS", 10, "A"), events("OS", 80, "B")]
    one = medians("20.0", "10.0", "0.500", "0.257", "0.972", printed=both)
    assert one.grade == "fits"
    assert (
        "go with a ratio of 0.50; the model prints 0.500, and its limits (0.257 to 0.972) include it" in one.explanation
    )


def test_medians_of_the_observed_times_stand_for_person_time():
    # 11.3 / 16.5 = .68; (3/(26 × 16.5)) / (70/(124 × 11.3)) = .140
    both = [events("OS", 3, "A"), events("OS", 70, "B")]
    one = medians("16.5", "11.3", "0.140", "0.044", "0.446", printed=both)
    assert one.grade == "unusual"
    assert "its limits (0.044 to 0.446) exclude it" in one.explanation
    assert "plain medians of the observed times" in one.explanation
    assert "constant" in one.assumption


def test_medians_of_three_groups_are_not_compared_in_pairs():
    table = source(
        size(160), arms(26, 124), size(10, "C"), claim("survival-median", "20.0", "OS", arm="A"),
        claim("survival-median", "10.0", "OS", arm="B"), effect(ARM, "0.500", "0.257", "0.972", level="A"),
    )  # fmt: skip
    assert found(table, "medians") == []
