"""Coherence maps: every number has a place, every bond its arcs, every break its letter."""

import itertools
import random
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

from peritrace.figures.coherence import (
    MOST_KEYS,
    MOST_PLACES,
    VERDICTS,
    Bond,
    Mark,
    _spread,
    coherence_drawing,
)
from peritrace.figures.flow import BROKEN, FULL_PAGE
from peritrace.figures.forest import UNUSUAL
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.style import FONT_FOLDER, GREY, HAIRLINE, journal_style
from tests.figures.test_overlaps import HOSTILE, LONG, MARK, check
from tests.figures.test_style import lightness

PALE = "#c4c4c4"
STATUSES: tuple[Literal["fits", "unusual", "broken"], ...] = ("fits", "unusual", "broken")


def draw(marks: list[Mark], bonds: list[Bond], printed_as: str = "", mark: str | None = None) -> Drawing:
    with journal_style():
        return coherence_drawing("Map", marks, bonds, printed_as, mark)


def numbers(sizes: dict[str, int]) -> list[Mark]:
    verdicts = itertools.cycle(VERDICTS)
    return [Mark(f"{place}/{i}", place, next(verdicts)) for place, size in sizes.items() for i in range(size)]


def bonds_of(marks: list[Mark], count: int, every: int) -> list[Bond]:
    """Bonds among neighbours and across the paper; each `every`-th is broken."""
    rng = random.Random(3)
    found = []
    for place in range(count):
        start, size = rng.randrange(len(marks)), rng.choice([1, 2, 3, 4])
        members = marks[start : start + size] if place % 3 else rng.sample(marks, min(size, len(marks)))
        status = STATUSES[{0: 2, 1: 1}.get(place % every, 0)]
        found.append(Bond(tuple(member.id for member in members), status, f"Bond {place}: {LONG}"))
    return found


PAPER = {
    "Abstract": 9,
    "Methods, follow-up": 2,
    "Results, cohort": 21,
    "Table 1": 92,
    "Fig. 2": 1,
    "Table 2": 52,
    "Results, risk factors": 3,
    "Table 3": 52,
    "Discussion and limitations": 4,
}
CASES = {
    "a paper": (PAPER, 500, 60),
    "one number": ({"Abstract": 1}, 1, 1),
    "as many places as there may be": (
        {f"{place} {LONG}": 1 + 9 * (place % 3) for place in range(MOST_PLACES)},
        200,
        9,
    ),
    "narrow places in a crowd": ({"Table 1": 500} | {f"Narrow place {place}": 1 for place in range(20)}, 100, 30),
    "hostile places": (dict.fromkeys([*HOSTILE, "", "\x00"], 4), 30, 2),
    "all broken": ({"Table 1": 300, "Table 2": 300}, 300, 1),
}


@pytest.mark.parametrize("name", CASES)
def test_no_text_meets_another(name: str) -> None:
    sizes, count, every = CASES[name]
    marks = numbers(sizes)
    drawing = draw(marks, bonds_of(marks, count, every), "Fig. 1A", MARK)
    check(drawing)
    assert drawing.page.width == FULL_PAGE
    assert all(text.get_fontsize() >= 7 for text in drawing.page.figure.texts)


@pytest.mark.parametrize("name", CASES)
def test_no_leader_runs_through_a_name(name: str) -> None:
    drawing = draw(numbers(CASES[name][0]), [])
    figure = drawing.page.figure
    figure.draw_without_rendering()
    leaders = [line for line in figure.artists if isinstance(line, Line2D)]
    leaders = [line for line in leaders if line.get_linewidth() == HAIRLINE and line.get_color() == GREY]
    assert len(leaders) == len(CASES[name][0])
    shares = np.linspace(0, 1, 200)
    for leader in leaders:
        corners = leader.get_transform().transform(leader.get_xydata())
        points = np.concatenate([a + np.outer(shares, b - a) for a, b in itertools.pairwise(corners)])
        for text in figure.texts:
            if text.get_text():
                box = text.get_window_extent().padded(-3)
                inside = (points > box.min) & (points < box.max)
                assert not inside.all(axis=1).any(), text.get_text()


def test_every_place_of_a_paper_is_named() -> None:
    texts = " ".join(text.get_text() for text in draw(numbers(PAPER), []).page.figure.texts)
    for place in PAPER:
        assert all(word in texts for word in place.split())


def arcs(drawing: Drawing, colour: str) -> list[np.ndarray]:
    """The control points of the arcs in one colour, mm from the left edge and from the line they stand on."""
    patches = [patch for patch in drawing.page.figure.axes[0].patches if isinstance(patch, PathPatch)]
    found = [np.asarray(patch.get_path().vertices) for patch in patches if _hex(patch) == colour]
    curves = [vertices for vertices in found if len(vertices) and (vertices[:, 1] >= 0).all()]
    return [arc * 25.4 / 72 for vertices in curves for arc in vertices.reshape(-1, 4, 2)]


def _hex(patch: PathPatch) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in patch.get_edgecolor()[:3])


MARKS = numbers({"Abstract": 3, "Table 1": 5})
ID = [mark.id for mark in MARKS]


def test_consecutive_members_are_joined_in_the_order_of_the_paper() -> None:
    drawing = draw(MARKS, [Bond((ID[7], ID[0], ID[3]), "fits", "x")])
    first, second = sorted(arcs(drawing, PALE), key=lambda arc: arc[0][0])
    assert first[0][0] < first[3][0]
    assert first[3][0] == second[0][0]
    assert first[0][1] == first[3][1] == 0
    # The longer of the two is the higher one.
    assert (first[3][0] - first[0][0] < second[3][0] - second[0][0]) == (first[1][1] < second[1][1])


def test_a_pair_shared_by_bonds_is_one_arc_drawn_as_the_worst() -> None:
    pair = (ID[1], ID[4])
    bonds = [Bond(pair, "fits", "1"), Bond(pair[::-1], "fits", "2"), Bond((ID[2], ID[5]), "fits", "3")]
    assert len(arcs(draw(MARKS, bonds), PALE)) == 2
    worse = draw(MARKS, [*bonds, Bond(pair, "broken", "4"), Bond(pair, "unusual", "5")])
    assert [len(arcs(worse, colour)) for colour in (PALE, UNUSUAL, BROKEN)] == [1, 0, 1]


def test_arcs_differ_by_width_dashes_and_lightness() -> None:
    bonds = [Bond((ID[place], ID[place + 4]), status, "x") for place, status in enumerate(STATUSES)]
    drawing = draw(MARKS, bonds)
    patches = [patch for patch in drawing.page.figure.axes[0].patches if (patch.get_path().vertices[:, 1] >= 0).all()]
    looks = {_hex(patch): patch for patch in patches if isinstance(patch, PathPatch) and len(patch.get_path()) == 4}
    fits, unusual, broken = (looks[colour] for colour in (PALE, UNUSUAL, BROKEN))
    assert fits.get_linewidth() < unusual.get_linewidth() < broken.get_linewidth()
    assert fits.get_zorder() < unusual.get_zorder() < broken.get_zorder()
    assert [patch.get_linestyle() in ("-", "solid") for patch in (fits, unusual, broken)] == [True, False, True]
    levels = [lightness(colour) for colour in (PALE, UNUSUAL, BROKEN)]
    assert levels[0] - levels[1] >= 18
    assert levels[1] - levels[2] >= 18


def test_verdicts_have_the_colours_of_the_report_and_shapes_of_their_own() -> None:
    css = (FONT_FOLDER.parent / "templates" / "style.css").read_text(encoding="utf-8")
    variables = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    for verdict, tick in VERDICTS.items():
        rules = re.findall(rf"\.v-{verdict} \{{ (?:fill|color): ([^;]+);", css)
        assert tick.colour in [variables.get(rule.removeprefix("var(--").rstrip(")"), rule) for rule in rules]
        assert lightness(tick.colour) < 61.7  # a contrast of 3 : 1 to white
    assert len({(tick.parts, tick.dot) for tick in VERDICTS.values()}) == len(VERDICTS)


def test_letters_run_from_left_to_right_and_go_on_after_z() -> None:
    marks = numbers({"Table 1": 120})
    bonds = [Bond((f"Table 1/{i}", f"Table 1/{i + 2}"), "broken", f"Bond {i}") for i in range(100, 0, -3)]
    drawing = draw(marks, bonds)
    letters = [row["letter"] for row in drawing.rows]
    assert letters[-1] == "a"
    assert letters[0] == "ah"
    assert len(set(letters)) == len(bonds)
    texts = check(drawing)
    assert len(texts["a"]) == 2  # at the arc and in the key
    assert len(texts["ah"]) == 1
    assert "Bond 1" in texts
    assert f"and {len(bonds) - MOST_KEYS} more broken, listed in the CSV file" in texts


def test_description_and_rows_say_what_the_picture_says() -> None:
    bonds = [Bond(tuple(ID[:2]), "fits", "sum"), Bond((ID[7], ID[2]), "broken", "10 of 26\x00is 38.5%.")]
    drawing = draw(MARKS, bonds, mark=MARK)
    assert drawing.description == (
        "SIMULATED PATIENTS. Coherence map of 8 printed numbers in 2 places. By place: Abstract (3); Table 1 (5). "
        "By verdict: reproduced 2, reproduced-by-convention 2, coherent 2, contradicted 1, unverifiable 1. "
        "Bonds between them: 2, of which 1 fit, 0 are unusual, 1 are broken. "
        "Broken bonds: a: 10 of 26 is 38.5% (Table 1/4, Abstract/2)."
    )
    assert drawing.rows == [
        {"bond": "sum", "status": "fits", "letter": "", "members": "Abstract/0; Abstract/1"},
        {"bond": "10 of 26 is 38.5%.", "status": "broken", "letter": "a", "members": "Table 1/4; Abstract/2"},
    ]


@pytest.mark.parametrize(
    ("marks", "bonds", "message"),
    [
        ([], [], "at least one"),
        ([MARKS[0], MARKS[0]], [], "same id"),
        ([Mark("a", "Abstract", "impossible")], [], "unknown verdicts .*impossible"),
        (MARKS, [Bond((), "fits", "x")], "no members"),
        (MARKS, [Bond((ID[0], "elsewhere"), "fits", "x")], "unknown numbers: elsewhere"),
        (numbers({str(i): 1 for i in range(MOST_PLACES + 1)}), [], "at most 48 places"),
    ],
)
def test_what_cannot_be_drawn_is_refused(marks: list[Mark], bonds: list[Bond], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coherence_drawing("x", marks, bonds)


def test_fifteen_hundred_bonds_stay_small_and_the_same(tmp_path: Path) -> None:
    marks = numbers({f"Table {place}": 40 for place in range(15)})
    bonds = bonds_of(marks, 1500, 100)
    for place in "12":
        out = {kind: tmp_path / f"{place}.{kind}" for kind in ("svg", "pdf", "png", "csv")}
        write_drawing(draw(marks, bonds), out, "a/b")
    for kind in ("svg", "pdf", "png", "csv"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert (tmp_path / "1.svg").stat().st_size < 400_000


sizes = st.lists(st.floats(0.5, 12), min_size=1, max_size=12)


@given(sizes, st.data())
@settings(deadline=None)
def test_spread_things_keep_their_order_and_distance_and_move_no_further_than_needed(
    widths: list[float], data: st.DataObject
) -> None:
    wanted = sorted(data.draw(st.lists(st.floats(5, 170), min_size=len(widths), max_size=len(widths))))
    placed = _spread(wanted, widths)
    needed = [(one + other) / 2 for one, other in itertools.pairwise(widths)]
    for (left, right), distance in zip(itertools.pairwise(placed), needed, strict=True):
        assert right - left >= distance - 1e-9
    if all(b - a >= d for (a, b), d in zip(itertools.pairwise(wanted), needed, strict=True)):
        inside = [w for w, size in zip(wanted, widths, strict=True) if size / 2 + 1.5 <= w <= 174 - size / 2]
        if len(inside) == len(wanted):
            assert placed == pytest.approx(wanted)


def test_two_names_that_want_one_place_share_the_way() -> None:
    assert _spread([80.0, 80.0], [10.0, 10.0]) == pytest.approx([75.0, 85.0])
