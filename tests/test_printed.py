"""Printed numbers: what they can stand for, by the rules of rounding and of plain English."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.formats import rounded
from peritrace.printed import UnreadableNumber, one_slip_away, parse_printed


@pytest.mark.parametrize(
    ("text", "kind", "value", "decimals"),
    [
        ("107.8", "number", "107.8", 1),
        ("10", "number", "10", 0),
        ("89.0%", "percent", "89.0", 1),
        ("5.0", "number", "5.0", 1),
        ("Three", "number", "3", 0),
        ("P < 0.05", "p-value", "0.05", 2),
        ("p = .004", "p-value", ".004", 3),
        ("almost 7", "approximate", "7", 0),
    ],
)
def test_a_printed_number_keeps_its_digits(text, kind, value, decimals):
    printed = parse_printed(text)
    assert (printed.kind, printed.value, printed.decimals) == (kind, Decimal(value), decimals)


@pytest.mark.parametrize(
    "text", ["", "ca. 5", "12,5", "1_0", "１２", "5 to 7", "NaN", "P <", "Smarch 2017", "February 30, 2017"]
)
def test_what_is_no_number_is_refused_with_what_is_understood(text):
    with pytest.raises(UnreadableNumber, match=r"understood are numbers|the calendar does not have"):
        parse_printed(text)


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("25", 24.5, True),  # half-up, as SPSS, SAS and journals round; half-even would print 24
        ("24", 24.5, False),
        ("12.5", 12.449999, False),
        ("12.5", 12.45, True),
        ("89.0%", 0.89, True),
        ("89.0%", 0.8947, False),
        ("89%", 0.8947, True),
        ("43.5%", 0.435, True),  # 100 × 0.435 is 43.49999… in binary
        ("P < 0.05", 0.0499, True),
        ("P < 0.05", 0.05, False),
        ("P > 0.05", 0.051, True),
        ("almost 7", 6.89, True),
        ("almost 7", 7.0, False),
        ("almost 7", 6.4, False),
        ("half", 0.5, True),
        ("half", 0.4, False),
        ("majority", 0.5, False),
        ("majority", 0.51, True),
        ("all", 1.0, True),
        ("all", 0.99, False),
        ("several", 3, True),
        ("several", 2, False),
        ("some", 2, True),
        ("No significant differences", 0.36, True),
        ("significant", 0.36, False),
        ("lower", -20.5, True),
        ("superior", -1.0, False),
    ],
)
def test_agreement(text, value, agrees):
    assert parse_printed(text).agrees(value) is agrees


def test_a_month_stands_for_all_its_days():
    printed = parse_printed("February 2020")
    assert (printed.earliest, printed.latest) == (date(2020, 2, 1), date(2020, 2, 29))


def test_a_day_stands_for_itself():
    printed = parse_printed("December 31, 2023")
    assert printed.earliest == printed.latest == date(2023, 12, 31)


@given(st.decimals("0.01", "999", places=4), st.integers(0, 3))
def test_a_value_agrees_with_its_own_printing(value, decimals):
    text = f"{rounded(value, decimals):f}"
    assert parse_printed(text).agrees(float(value))


@given(st.decimals("0.1", "999", places=2))
def test_the_interval_holds_what_prints_so(value):
    printed = parse_printed(f"{rounded(value, 1):f}")
    low, high = printed.interval()
    assert low <= value <= high
    assert high - low == Decimal("0.1")


def test_the_slips_that_are_tried():
    slips = {misprint.text: misprint.slip for misprint in one_slip_away("46.7")}
    assert slips["64.7"] == "neighbouring digits swapped"
    assert slips["49.7"] == "one digit changed"
    assert slips["476.7"] == "a digit lost"
    assert slips["4.67"] == "the decimal point moved"
    assert "46.7" not in slips
    assert [m.text for m in one_slip_away("44")].count("4") == 1  # a doubled digit


@given(st.from_regex(r"[1-9][0-9]{0,2}(\.[0-9]{1,2})?%?", fullmatch=True))
def test_every_slip_can_be_read_again(text):
    for misprint in one_slip_away(text):
        assert parse_printed(misprint.text).kind in ("number", "percent")
