"""Printing: half-up rounding, and the P value rule of the AMA Manual of Style."""

import math

import pytest

from peritrace.formats import (
    format_count,
    format_interval,
    format_number,
    format_p,
    format_p_equation,
    format_percent,
    format_ratio,
)


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0.0001, "< .001"),
        (0.0009999, "< .001"),
        (0.001, ".001"),
        (0.0049, ".005"),
        (0.0096, ".010"),
        (0.01, ".01"),
        (0.034, ".03"),
        (0.049, ".049"),  # two digits would print .05 and hide that it is below
        (0.0451, ".045"),
        (0.05, ".05"),
        (0.051, ".05"),
        (0.3649, ".36"),
        (0.994, ".99"),
        (0.996, "> .99"),
        (1.0, "> .99"),
        (math.nan, "–"),
    ],
)
def test_p_values(p_value, text):
    assert format_p(p_value) == text


def test_p_equation():
    assert format_p_equation(0.0312) == "P = .03"
    assert format_p_equation(0.00001) == "P < .001"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(2.5, 0, "3"), (0.125, 2, "0.13"), (-1.25, 1, "−1.3"), (-0.04, 1, "0.0"), (math.inf, 1, "∞"), (None, 1, "–")],
)
def test_numbers_round_half_up(value, decimals, text):
    assert format_number(value, decimals) == text


def test_percent_interval_count_ratio():
    assert format_percent(0.643, 1) == "64.3%"
    assert format_interval(2.1, math.nan) == "2.1 to –"
    assert format_count(4, 10) == "4 (40%)"
    assert format_count(0, 0) == "0 (–)"
    assert [format_ratio(r) for r in (0.0123, 0.5, 2.345, 12.34, 3881.2)] == ["0.012", "0.50", "2.35", "12.3", "3881"]
