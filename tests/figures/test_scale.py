"""Ticks that a clinician expects."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.figures.scale import number_ticks, tick_label, time_ticks


@pytest.mark.parametrize(
    ("longest", "unit", "ticks"),
    [
        (82.7, "months", [0, 12, 24, 36, 48, 60, 72]),
        (153.9, "months", [0, 24, 48, 72, 96, 120, 144]),
        (300, "months", [0, 48, 96, 144, 192, 240, 288]),
        (20, "months", [0, 3, 6, 9, 12, 15, 18]),
        (0.066, "months", [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]),
        (400, "days", [0, 60, 120, 180, 240, 300, 360]),
        (2, "days", [0, 1, 2]),
        (11.7, "years", [0, 2, 4, 6, 8, 10]),
    ],
)
def test_times_have_customary_ticks(longest: float, unit: str, ticks: list[float]) -> None:
    assert time_ticks(longest, unit) == ticks


def test_times_before_surgery_have_the_same_step() -> None:
    assert time_ticks(82.7, "months", most=9, earliest=-122.2) == [-120, -96, -72, -48, -24, 0, 24, 48, 72]


@given(st.floats(1e-4, 1e6), st.sampled_from(["months", "days", "years"]), st.integers(2, 9), st.floats(0, 1))
def test_ticks_are_few_even_and_within_the_range(longest: float, unit: str, most: int, before: float) -> None:
    earliest = -before * longest
    ticks = time_ticks(longest, unit, most, earliest)
    assert 0 in ticks
    assert len(ticks) <= most
    assert earliest * 1.0001 <= ticks[0]
    assert ticks[-1] <= longest * 1.0001
    steps = [right - left for left, right in pairwise(ticks)]
    assert max(steps, default=0) == pytest.approx(min(steps, default=0))


def test_the_peritoneal_cancer_index_is_shown_over_its_whole_range() -> None:
    assert number_ticks("pci", [6, 33]) == [0, 10, 20, 30, 39]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([200, 826], [0, 500, 1000]),
        ([32, 66], [0, 20, 40, 60, 80]),
        ([21, 31.3], [20, 25, 30, 35]),
        ([7, 7], [0, 2, 4, 6, 8]),
        ([0, 0], [0, 1]),
        ([-3, 4], [-4, -2, 0, 2, 4]),
    ],
)
def test_other_numbers_have_round_ticks_around_their_values(values: list[float], ticks: list[float]) -> None:
    assert number_ticks("or_time", values) == ticks


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=1, max_size=9))
def test_ticks_enclose_every_value(values: list[float]) -> None:
    ticks = number_ticks("blood_loss", values)
    slack = 1e-6 * max(map(abs, ticks))
    assert ticks[0] - slack <= min(values)
    assert max(values) <= ticks[-1] + slack
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= 8


@pytest.mark.parametrize(("value", "text"), [(12.0, "12"), (0.5, "0.5"), (-24.0, "\u221224"), (1e6, "1000000")])
def test_a_tick_is_printed_without_waste(value: float, text: str) -> None:
    assert tick_label(value) == text
