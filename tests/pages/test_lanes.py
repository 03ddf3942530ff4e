"""The lanes of a graph: drawn by hand on paper first, for small graphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.pages.lanes import FIRST, LEVEL, STEP, Node, in_order, rails


def node(name: str, *made_of: str) -> Node:
    return Node(name, "job", made_of)


def places(nodes: list[Node]) -> list[int]:
    """The lane of each node."""
    return [(rail.x - FIRST) // STEP for rail in rails(nodes)]


def test_a_chain_stays_in_one_lane() -> None:
    chain = [node("a"), node("b", "a"), node("c", "b")]
    assert places(chain) == [0, 0, 0]
    assert all("H" not in stroke.path for rail in rails(chain) for stroke in rail.strokes)


def test_what_is_needed_later_keeps_its_lane() -> None:
    # a feeds b and c: its line runs past b
    nodes = [node("a"), node("b", "a"), node("c", "a", "b")]
    assert places(nodes) == [0, 1, 0]
    first, second, third = rails(nodes)
    assert [(s.x, s.top) for s in first.strokes] == [(FIRST, str(LEVEL))]
    assert any(s.x == FIRST and s.top == "0" and not s.path for s in second.strokes)
    assert sum("H" in s.path for s in third.strokes) == 1  # b turns into c; a comes from straight above
    assert not any(s.top == "0" and not s.path for s in third.strokes)  # nothing goes on


def test_a_file_comes_right_before_the_first_that_needs_it() -> None:
    nodes = [node("late"), node("early"), node("one", "early"), node("two", "one", "late"), node("alone")]
    assert [n.id for n in in_order(nodes)] == ["early", "one", "late", "two", "alone"]


def test_a_cycle_is_no_graph() -> None:
    with pytest.raises(ValueError, match="a cycle"):
        in_order([node("a", "b"), node("b", "a")])


@given(st.lists(st.sets(st.integers(0, 11), max_size=4), max_size=12))
def test_no_two_lines_share_a_lane(wanted: list[set[int]]) -> None:
    nodes = [node(str(n), *(str(i) for i in sorted(before) if i < n)) for n, before in enumerate(wanted)]
    lane = dict(zip((n.id for n in nodes), places(nodes), strict=True))
    last = {name: row for row, n in enumerate(nodes) for name in n.made_of}
    for row, here in enumerate(nodes):
        running = [n.id for n in nodes[:row] if last.get(n.id, -1) > row]
        taken = [lane[name] for name in (*running, here.id)]
        assert len(set(taken)) == len(taken)
