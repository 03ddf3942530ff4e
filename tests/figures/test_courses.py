"""The courses of the ten patients of Tables 1 to 3, checked by hand."""

from peritrace.figures.courses import Course, courses
from peritrace.wanted import SwimmerFigure
from tests.figures.cohorts import yan_adsl, yan_adtte, yan_study

STUDY = yan_study()
FIGURE = next(figure for figure in STUDY.figures if isinstance(figure, SwimmerFigure))


def found() -> dict[str, Course]:
    return {course.patient: course for course in courses(FIGURE, yan_adsl(), yan_adtte(), STUDY)}


def test_the_longest_after_surgery_comes_first_within_its_level() -> None:
    assert list(found()) == ["6", "10", "7", "9", "1", "2", "4", "3", "5", "8"]


def test_time_before_surgery_is_the_difference_of_the_printed_times() -> None:
    # Patient 1: 85.1 − 82.7; patient 10: both 43.0.
    assert found()["1"].before == 2.4
    assert found()["10"].before == 0


def test_progression_is_shown_where_it_came_before_the_last_contact() -> None:
    assert found()["4"].progression == 19.0
    assert found()["1"].progression is None  # no event in the chosen reading
    assert found()["9"].progression == 5.0  # alive, its time ends in progression


def test_a_death_that_is_the_event_of_progression_free_survival_is_no_progression() -> None:
    # Patients 5 and 8 died at the time that is printed for progression.
    assert found()["5"].progression is None
    assert found()["8"].progression is None


def test_patients_without_a_time_are_left_out_and_those_without_a_level_come_last() -> None:
    patients = yan_adsl()
    patients[0]["cc_group"] = ""
    times = [row for row in yan_adtte() if row["USUBJID"] != "yan-2024-2"]
    listed = courses(FIGURE, patients, times, STUDY)
    assert [course.patient for course in listed][-1] == "1"
    assert listed[-1].level == "not known"
    assert "2" not in {course.patient for course in listed}
