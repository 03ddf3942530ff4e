"""Flow charts: a tree of boxes that don't meet, whatever its shape."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Polygon, Rectangle

from peritrace.figures.flow import BROKEN, FULL_PAGE, MOST_LEVELS, FlowNode, flow_drawing, key_letter, note_letters
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.page import Box
from peritrace.figures.style import SINGLE_COLUMN, journal_style
from tests.figures.test_overlaps import HOSTILE, MARK, check
from tests.figures.test_style import lightness


def draw(nodes: list[FlowNode], printed_as: str = "", mark: str | None = MARK) -> Drawing:
    with journal_style():
        return flow_drawing("Flow", nodes, printed_as, mark)


def boxes(drawing: Drawing) -> list[Box]:
    found = [patch for patch in drawing.page.figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [
        Box(patch.get_x(), patch.get_y(), patch.get_x() + patch.get_width(), patch.get_y() + patch.get_height())
        for patch in found
    ]


def tree(*children: int) -> list[FlowNode]:
    """A tree in which each node of a level has the same number of children."""
    nodes, level = [FlowNode("0", "", "All patients who were screened", "831", "fits")], ["0"]
    for count in children:
        level = [f"{parent}-{place}" for parent in level for place in range(count)]
        nodes += [FlowNode(key, key.rpartition("-")[0], f"Group {key} of those above", "12", "fits") for key in level]
    return nodes


SHAPES = {
    "one box": tree(),
    "chain of five": tree(1, 1, 1, 1),
    "two arms": tree(2),
    "four arms": tree(4),
    "binary, depth four": tree(2, 2, 2),
    "four by four": tree(4, 4),
    "every node has four, depth four": tree(4, 4, 4),
    "mixed, depth five": tree(2, 3, 1, 2),
    "hostile labels": [
        FlowNode("0", "", HOSTILE[0] * 3, HOSTILE[0], "broken", HOSTILE[0] * 9),
        *(FlowNode(str(i + 1), "0", text, text, "broken") for i, text in enumerate(HOSTILE)),
        FlowNode("x", "1", "", "", "fits"),
        FlowNode("y", "1", "w" * 300, "1\x00\u202e2", "fits"),
    ],
}


@pytest.mark.parametrize("name", SHAPES)
def test_no_text_meets_another_and_every_box_has_its_place(name: str) -> None:
    drawing = draw(SHAPES[name], "Fig. 2A")
    check(drawing)
    assert all(text.get_fontsize() >= 7 for text in drawing.page.figure.texts)
    placed = boxes(drawing)
    assert len(placed) == len(SHAPES[name])
    assert len([p for p in drawing.page.figure.axes[0].patches if isinstance(p, Polygon)]) == len(SHAPES[name]) - 1


@given(st.lists(st.integers(0, 10**6), max_size=24), st.data())
@settings(max_examples=40, deadline=None)
def test_boxes_of_any_tree_stay_apart_on_the_page_and_below_their_parents(
    picks: list[int], data: st.DataObject
) -> None:
    nodes, depth = [FlowNode("0", "", "Patients", "100", "fits")], {"0": 0}
    for pick in picks:
        open_to_children = [node.id for node in nodes if depth[node.id] < MOST_LEVELS - 1]
        parent, key = open_to_children[pick % len(open_to_children)], str(len(nodes))
        label = data.draw(st.text(string.ascii_letters + " ", max_size=60))
        nodes.append(FlowNode(key, parent, label, "12", "fits"))
        depth[key] = depth[parent] + 1
    drawing = draw(nodes)
    placed = dict(zip([node.id for node in nodes], boxes(drawing), strict=True))
    for place, (key, box) in enumerate(placed.items()):
        assert 0 <= box.left < box.right <= drawing.page.width
        assert 0 <= box.bottom < box.top <= drawing.page.height
        assert not any(box.meets(other) for other in list(placed.values())[:place])
        if parent := nodes[int(key)].parent:
            assert box.top < placed[parent].bottom


def test_two_arms_fill_one_column_and_a_crowd_the_page() -> None:
    assert draw(SHAPES["two arms"]).page.width == SINGLE_COLUMN
    assert draw(SHAPES["four by four"]).page.width == FULL_PAGE


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([], "0"),
        ([("a", ""), ("b", "")], "2"),
        ([("a", ""), ("b", "c")], "unknown parents .*c"),
        ([("a", ""), ("b", "c"), ("c", "b")], "cycle .*b, c"),
        ([("a", ""), ("b", "b")], "cycle .*b"),
        ([("a", "b"), ("b", "a")], "0"),
        ([("a", ""), ("a", "a")], "same id"),
        ([("0", ""), *((str(i + 1), str(i)) for i in range(MOST_LEVELS))], "at most 12 levels"),
    ],
)
def test_what_is_not_a_tree_is_refused(nodes: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        flow_drawing("x", [FlowNode(key, parent, "label", "1", "fits") for key, parent in nodes])


ZHANG = [
    FlowNode("all", "", "PR/CR after conversion therapy", "150", "fits"),
    FlowNode("op", "all", "Operation", "26", "fits"),
    FlowNode("non", "all", "Non-operation", "125", "broken", "26 + 125 = 151."),
]


def test_a_broken_box_differs_by_border_and_letter_and_its_note_is_printed() -> None:
    drawing = draw(ZHANG)
    texts = check(drawing)
    assert len(texts["a"]) == 2  # in the box and before the note
    assert "26 + 125 = 151." in texts
    plain, _, broken = (p for p in drawing.page.figure.axes[0].patches if isinstance(p, Rectangle))
    assert broken.get_linewidth() > 2 * plain.get_linewidth()
    assert plain.get_linestyle() in ("-", "solid")
    assert broken.get_linestyle() not in ("-", "solid")
    assert lightness(BROKEN) > lightness("#1a1a1a") + 20


def test_the_counts_as_printed_are_the_only_numbers() -> None:
    texts = check(draw(ZHANG, mark=None))
    assert {text for text in texts if any(character.isdigit() for character in text)} == {
        "n = 150",
        "n = 26",
        "n = 125",
        "26 + 125 = 151.",
    }


def test_description_and_rows_say_what_the_picture_says() -> None:
    drawing = draw(ZHANG, "Fig. 2")
    assert drawing.description == (
        "SIMULATED PATIENTS. Flow chart of 3 boxes. PR/CR after conversion therapy, n = 150. "
        "Operation (from PR/CR after conversion therapy), n = 26. "
        "Non-operation (from PR/CR after conversion therapy), n = 125; does not fit (a): 26 + 125 = 151."
    )
    assert [row["letter"] for row in drawing.rows] == ["", "", "a"]
    assert drawing.rows[2]["parent"] == "all"
    assert set(drawing.columns) == set(drawing.rows[0])


def test_same_bytes_each_time(tmp_path: Path) -> None:
    for place in "12":
        out = {kind: tmp_path / f"{place}.{kind}" for kind in ("svg", "pdf", "png", "csv")}
        write_drawing(draw(SHAPES["hostile labels"]), out, "a/b")
    for kind in ("svg", "pdf", "png", "csv"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert "\x00" not in (tmp_path / "1.csv").read_text(encoding="utf-8")


def test_letters_go_on_after_z() -> None:
    assert [key_letter(place) for place in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        *("a", "z", "aa", "ab", "az", "ba", "zz", "aaa")
    ]
    assert note_letters([False, True, False, True]) == ["", "a", "", "b"]
