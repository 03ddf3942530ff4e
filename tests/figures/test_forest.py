"""Forest plots: printed numbers as they stand, marks where they belong on the log axis."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.lines import Line2D

from peritrace.figures.flow import BROKEN, FULL_PAGE
from peritrace.figures.forest import UNUSUAL, ForestRow, Key, forest_drawing, legend_lines
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.style import INK, journal_style
from tests.figures.test_overlaps import HOSTILE, LONG, MARK, check
from tests.figures.test_style import lightness

NAN = math.nan


def row(label: str, ratio: float, low: float, high: float, **other: Any) -> ForestRow:
    values: dict[str, Any] = {
        "printed": f"{ratio} ({low}–{high})",
        "p": "0.04",
        "implied_low": None,
        "implied_high": None,
    }
    return ForestRow(label, ratio, low, high, **(values | {"status": "fits"} | other))


def draw(rows: list[ForestRow], mark: str | None = None, left: str = "", right: str = "") -> Drawing:
    with journal_style():
        return forest_drawing("Forest", rows, "Odds ratio (log scale)", "Fig. 3A", mark, left, right)


# Three rows of a published table; their implied limits are exp(ln ratio ± 1.96 |ln ratio| / z(P)), by hand.
TABLE = [
    row("Lung metastasis", 1.493, 0.856, 2.603, p="0.158", implied_low=0.8558, implied_high=2.6046),
    row("Surgery", 0.188, 0.059, 0.602, p="0.005", implied_low=0.0586, implied_high=0.6031),
    row(
        "Portal vein invasion",
        1.72,
        1.104,
        2.919,
        p="0.044",
        implied_low=1.0149,
        implied_high=2.9149,
        status="broken",
        note="The limits are not symmetric about the ratio.",
    ),
]


def lines(drawing: Drawing) -> list[tuple[list[float], list[float], Line2D]]:
    found = drawing.page.figure.axes[0].lines
    return [(np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist(), line) for line in found]


CASES = {
    "a table": TABLE,
    "one row": TABLE[:1],
    "forty rows, all noted": [row(LONG, 1.2, 0.3, 9.0, status="broken", note=LONG * 4) for _ in range(40)],
    "hostile": [row(text, 1.0, 0.5, 2.0, printed=text * 3, p=text, status="unusual", note=text) for text in HOSTILE],
    "nothing known": [row("x", NAN, NAN, NAN, printed="", p="")],
    "not converged": [row("x", 3e7, 0.0, math.inf), row("y", 0.0, 0.0, 0.0), row("z", 1.0, -1.0, 2.0)],
    "limits swapped": [row("x", 1.2, 3.0, 0.4, implied_low=0.0, implied_high=math.inf)],
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("sides", [("", ""), ("favours surgery", "favours systemic therapy"), (LONG, LONG)])
def test_no_text_meets_another(name: str, sides: tuple[str, str]) -> None:
    drawing = draw(CASES[name], MARK, *sides)
    check(drawing)
    assert drawing.page.width == FULL_PAGE
    assert all(text.get_fontsize() >= 7 for text in drawing.page.figure.texts)


def test_numbers_stand_as_printed_and_no_other_number_is_there() -> None:
    texts = check(draw(TABLE))
    for entry in TABLE:
        assert entry.printed in texts
        assert entry.p in texts
    numbers = {text for text in texts if any(character.isdigit() for character in text)}
    ticks = {"0.05", "0.1", "0.2", "0.5", "1", "2", "5"}
    assert numbers == ticks | {entry.printed for entry in TABLE} | {entry.p for entry in TABLE}


def test_marks_and_limits_lie_at_the_numbers_and_implied_ones_right_below() -> None:
    drawing = draw(TABLE)
    axes = drawing.page.figure.axes[0]
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (0.05, 5.0)
    found = lines(drawing)
    assert ([1, 1], list(axes.get_ylim())) in [(x, y) for x, y, _ in found]
    for entry in TABLE:
        (height,) = {y[0] for x, y, _ in found if x == [entry.low, entry.high]}
        ((_, implied, dashed),) = [each for each in found if each[0] == [entry.implied_low, entry.implied_high]]
        ((_, marked, _),) = [each for each in found if each[0] == [entry.ratio]]
        assert marked == [height]
        assert 0 < height - implied[0] < 3
        assert dashed.is_dashed()


def test_limits_beyond_the_axis_end_in_arrows() -> None:
    drawing = draw([row("x", 1.0, 0.01, 40.0)])
    assert drawing.page.figure.axes[0].get_xlim() == (0.05, 10.0)
    arrows = {line.get_marker(): x for x, _, line in lines(drawing) if line.get_marker() in ("<", ">")}
    assert arrows == {"<": [0.05], ">": [10.0]}


def test_a_ratio_far_off_widens_the_axis_and_one_beyond_it_has_no_mark() -> None:
    drawing = draw([row("x", 25.0, 3.0, 90.0), row("y", 1e6, 0.0, math.inf)])
    assert drawing.page.figure.axes[0].get_xlim() == (0.1 / 10, 100.0)
    marks = [x for x, _, line in lines(drawing) if line.get_marker() == "s"]
    assert marks == [[25.0]]


def test_the_axis_is_no_wider_than_it_need_be() -> None:
    assert draw([row("x", 1.1, 0.9, 1.4)]).page.figure.axes[0].get_xlim() == (0.5, 2.0)


def test_what_is_broken_differs_by_shape_letter_and_lightness() -> None:
    drawing = draw([*TABLE, row("HBV", 1.1, 0.5, 2.4, status="unusual")])
    shapes = {line.get_marker() for x, _, line in lines(drawing) if len(x) == 1}
    assert len(shapes) == 3
    texts = check(drawing)
    assert len(texts["a"]) == 2  # in the row and before the note
    assert "The limits are not symmetric about the ratio." in texts
    for one, other in itertools.combinations((INK, UNUSUAL, BROKEN), 2):
        assert abs(lightness(one) - lightness(other)) >= 18
    assert max(map(lightness, (INK, UNUSUAL, BROKEN))) < 61.7  # a contrast of 3 : 1 to white


def test_the_legend_names_what_is_there() -> None:
    texts = check(draw(TABLE))
    assert {"limits as printed", "limits that the printed ratio and P value imply", "fits", "does not fit"} < set(texts)
    assert "unusual" not in texts
    assert not any("imply" in text for text in check(draw([row("x", 1.0, 0.5, 2.0)])))


def test_legends_are_broken_where_the_page_ends() -> None:
    keys = [Key("x", "a text of some length") for _ in range(9)]
    broken = legend_lines(keys, FULL_PAGE)
    assert [len(line) for line in broken] == [4, 4, 1]


def test_description_and_rows_give_the_numbers() -> None:
    drawing = draw(TABLE, MARK)
    assert drawing.description.startswith("SIMULATED PATIENTS. Forest plot of 3 ratios. Odds ratio (log scale). ")
    assert (
        "Portal vein invasion: 1.72 (1.104–2.919), P = 0.044, implied limits 1.01 to 2.91, does not fit "
        "(a: The limits are not symmetric about the ratio)."
    ) in drawing.description
    assert drawing.rows[2]["implied_low"] == 1.0149
    assert drawing.rows[2]["letter"] == "a"
    assert set(drawing.columns) == set(drawing.rows[0])


def test_a_forest_needs_rows() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        forest_drawing("x", [], "Odds ratio")


def test_same_bytes_each_time(tmp_path: Path) -> None:
    for place in "12":
        out = {kind: tmp_path / f"{place}.{kind}" for kind in ("svg", "pdf", "png", "csv")}
        write_drawing(draw([*TABLE, row("a\x00b\u202e", 1.0, 0.5, 2.0)]), out, "a/b")
    for kind in ("svg", "pdf", "png", "csv"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert "a b," in (tmp_path / "1.csv").read_text(encoding="utf-8")
