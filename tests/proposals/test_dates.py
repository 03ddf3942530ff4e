"""The format of dates is told by evidence, or doubted."""

from datetime import date

import pytest

from peritrace.proposals.dates import is_serial, read_dates, settle


def counts(*strings):
    return {string: strings.count(string) for string in strings}


@pytest.mark.parametrize(
    ("strings", "pattern"),
    [
        (("2021/3/7", "2020/12/31"), "%Y/%m/%d"),
        (("2021-03-07", "2020-12-31"), "%Y-%m-%d"),
        (("07.03.2021", "31.12.2020"), "%d.%m.%Y"),
        (("3/7/2021", "12/31/2020"), "%m/%d/%Y"),
        (("7/3/2021", "31/12/2020"), "%d/%m/%Y"),
        (("20210307", "20201231"), "%Y%m%d"),
        (("07-Mar-2021", "31-Dec-2020"), "%d-%b-%Y"),
        (("07MAR2021", "31DEC2020"), "%d%b%Y"),
        (("2021-03-07 00:00:00", "2020-12-31 00:00:00"), "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_a_format_that_is_certain(strings, pattern):
    found = read_dates(counts(*strings))
    assert found.pattern == pattern
    assert found.rival is None
    assert found.values[strings[0]] == date(2021, 3, 7)


def test_the_evidence_names_the_dates_that_decide():
    found = read_dates(counts("3/7/2021", "4/5/2021", "12/31/2020"))
    assert found.evidence == ("all 3 dates read as %m/%d/%Y; 1 date with 13 or more in second place excludes %d/%m/%Y")


def test_an_ambiguous_format_has_a_rival():
    found = read_dates(counts("03/04/2021", "05/06/2021"))
    assert {found.pattern, found.rival} == {"%d/%m/%Y", "%m/%d/%Y"}


def test_dates_of_the_same_file_decide_for_one_another():
    certain, unsure = read_dates(counts("12/31/2020", "1/2/2021")), read_dates(counts("03/04/2021"))
    _, settled = settle([certain, unsure])
    assert settled.pattern == "%m/%d/%Y"
    assert settled.values["03/04/2021"] == date(2021, 3, 4)
    assert settled.rival == "%d/%m/%Y"  # still to be checked


def test_without_evidence_the_day_comes_first_and_nothing_decides():
    (settled,) = settle([read_dates(counts("03/04/2021"))])
    assert (settled.pattern, settled.settled) == ("%d/%m/%Y", "no date decides")


@pytest.mark.parametrize(
    "strings", [("12", "34"), ("2021", "2020"), ("1.5", "2.5"), ("Yes",), ("10/20", "12/30"), ("IIIa",)]
)
def test_what_is_no_date(strings):
    assert read_dates(counts(*strings)) is None


def test_serial_numbers_of_excel_are_recognised():
    assert is_serial([43831.0, 44197.0])
    assert not is_serial([12.0, 44197.0])
