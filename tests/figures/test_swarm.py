"""Points side by side."""

import math

from hypothesis import given
from hypothesis import strategies as st

from peritrace.figures.swarm import swarm

heights = st.lists(st.integers(0, 200).map(lambda tenth: tenth / 10), max_size=40).map(sorted)


def test_equal_values_stand_side_by_side_around_the_middle() -> None:
    assert sorted(swarm([5, 5, 5], 2, 20)) == [-2, 0, 2]
    assert sorted(swarm([5, 5], 2, 20)) == [-1, 1]


def test_values_apart_stay_in_the_middle() -> None:
    assert swarm([1, 4, 9], 2, 20) == [0, 0, 0]


@given(heights)
def test_no_point_hides_another_where_there_is_room(values: list[float]) -> None:
    points = list(zip(swarm(values, 2, 1000), values, strict=True))
    for place, (x, y) in enumerate(points):
        assert all(math.hypot(x - other_x, y - other_y) >= 1.99 for other_x, other_y in points[:place])


@given(heights)
def test_points_stay_near_when_there_is_no_room(values: list[float]) -> None:
    assert all(abs(x) <= 8 for x in swarm(values, 2, 4))
