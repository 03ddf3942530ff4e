"""No text meets another text or leaves the page, whatever the cohort and its labels."""

from collections.abc import Sequence

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from peritrace.ard import Ard
from peritrace.figures.output import Drawing
from peritrace.figures.points import points_drawing
from peritrace.figures.style import journal_style
from peritrace.figures.survival import survival_drawing
from peritrace.figures.swimmer import swimmer_drawing
from peritrace.study import Study
from peritrace.wanted import GroupFigure, SurvivalFigure, SwimmerFigure
from tests.figures.cohorts import Patient, by_level, kaplan_meier, spread, study_with, yan_ard

LONG = "a$\\frac$b level whose very long name goes on and on and on, far beyond what a margin can hold"
HOSTILE = [LONG, "<script>alert(1)</script>", "_hidden", "-->", "=cmd|calc", "第六组"]
MARK = "SIMULATED PATIENTS"


def shown(drawing: Drawing) -> dict[str, list[Bbox]]:
    """The boxes of all texts but the mark behind the data, in pixels."""
    figure = drawing.page.figure
    figure.draw_without_rendering()
    (axes,) = figure.axes
    texts: list[Text] = [*figure.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    boxes: dict[str, list[Bbox]] = {}
    for text in texts:
        if text.get_text():
            # Line spacing belongs to the box; half a point of it may touch.
            box = text.get_window_extent().padded(-2)
            boxes.setdefault(text.get_text(), []).append(box)
    return boxes


def check(drawing: Drawing) -> dict[str, list[Bbox]]:
    boxes = shown(drawing)
    width, height = drawing.page.figure.canvas.get_width_height()
    found = [(text, box) for text, some in boxes.items() for box in some]
    for place, (text, box) in enumerate(found):
        assert min(box.x0, box.y0) >= 0, f"{text!r} leaves the page"
        assert box.x1 <= width, f"{text!r} leaves the page"
        assert box.y1 <= height, f"{text!r} leaves the page"
        for other, other_box in found[:place]:
            assert not box.overlaps(other_box), f"{text!r} meets {other!r}"
    return boxes


def survival(patients: Sequence[Patient], study: Study, by: str | None, p: float | None = 0.04) -> Drawing:
    figure = SurvivalFigure(id="x", kind="survival", title="T", endpoint="OS2", by=by, printed_as="Fig. 2D")
    statistics = by_level(patients, "OS2", by, p) if by else kaplan_meier(patients, "OS2")
    with journal_style():
        return survival_drawing(figure, Ard(statistics), study, MARK)


SINGLE = {
    "one patient, dead": [Patient("12", True)],
    "one patient, alive": [Patient("12", False)],
    "no event": [Patient(str(time), False) for time in (12, 15, 20, 33)],
    "two days in months": [Patient("0.03", True), Patient("0.05", False), Patient("0.066", True)],
    "all on day 0": [Patient("0", True), Patient("0", False)],
    "300 months": spread(60, 300),
    "hundreds of patients": spread(900, 90),
    "median at the right edge": [Patient("1", False), Patient("80", True)],
}


@pytest.mark.parametrize("name", SINGLE)
def test_one_curve(name: str) -> None:
    boxes = check(survival(SINGLE[name], study_with(["A"]), None))
    count = len(SINGLE[name])
    assert any(text.startswith(f"n = {count}, ") for text in boxes)


GROUPS = {
    "six hostile levels": [p for i, level in enumerate(HOSTILE) for p in spread(3 + 9 * i, 40 + 25 * i, level)],
    "a level of one": [Patient("3", True, "A"), *spread(9, 60, "B")],
    "all censored": [Patient("3", False, "A"), Patient("60", False, "B")],
    "thousands": [*spread(5000, 120, "A"), *spread(1500, 90, "B")],
}


@pytest.mark.parametrize("name", GROUPS)
def test_curves_by_level(name: str) -> None:
    levels = list(dict.fromkeys(patient.level for patient in GROUPS[name]))
    boxes = check(survival(GROUPS[name], study_with(levels), "cc_group"))
    for level in levels:
        if level in ("A", "_hidden", "-->", "=cmd|calc"):
            # In the header and in the table of numbers at risk.
            assert len(boxes[level]) == 2


def test_long_labels_of_axes() -> None:
    study = study_with(["A", "B"], time_unit="days", label=LONG, origin=f"{LONG} $x$ <b>")
    check(survival([*spread(80, 1600, "A"), *spread(80, 4000, "B")], study, "cc_group"))


@pytest.mark.parametrize(
    "values",
    [
        {level: list(range(1 + 5 * i)) for i, level in enumerate(HOSTILE)},
        {"A": [30.0] * 120, "B": [float(value % 40) for value in range(250)]},
        {"A": [float(value) for value in range(400)], "B": [395.1, 123456.7]},
        {"A": [7.0]},
        {"A": [0.0, 0.0]},
    ],
    ids=["hostile levels", "crowded", "a box", "one patient", "zeros"],
)
def test_points(values: dict[str, list[float]]) -> None:
    variable = "blood_loss" if max(map(max, values.values())) > 39 else "pci"
    patients = [
        {"USUBJID": f"s-{level}-{place}", variable: f"{value:g}", "cc_group": level}
        for level, numbers in values.items()
        for place, value in enumerate(numbers)
    ]
    figure = GroupFigure(id="x", kind="points", title="T", variable=variable, by="cc_group", printed_as="Fig. 3B")
    with journal_style():
        check(points_drawing(figure, yan_ard(), patients, study_with(list(values)), MARK))


@pytest.mark.parametrize(
    ("count", "levels", "name"),
    [(1, [], ""), (2, ["A", "B"], ""), (40, HOSTILE[:3], "identifier-of-a-patient-"), (1000, ["A", "B"], "")],
)
def test_swimmer(count: int, levels: list[str], name: str) -> None:
    patients, times = [], []
    for place in range(count):
        level = [*levels, ""][place % (len(levels) + 1)]
        patients.append({"USUBJID": f"s-{place}", "subject": f"{name}{place}", "cc_group": level})
        after, before, event = 3 * place % 97, 5 * place % 61, "01"[place % 2]
        row = {"USUBJID": f"s-{place}", "CNSR": event}
        times += [row | {"PARAMCD": "OS1", "AVAL": str(after + before)}, row | {"PARAMCD": "OS2", "AVAL": str(after)}]
        times.append(row | {"PARAMCD": "PFS", "AVAL": str(after / 2), "CNSR": "0"})
    figure = SwimmerFigure(
        id="x",
        kind="swimmer",
        title="T",
        total="OS1",
        observed="OS2",
        progression="PFS",
        by="cc_group" if levels else None,
    )
    with journal_style():
        drawing = swimmer_drawing(figure, patients, times, study_with(levels or ["A"]), MARK)
    boxes = check(drawing)
    assert len(drawing.rows) == count
    bars = len(drawing.page.figure.axes[0].patches) // 2
    assert bars == min(count, 334)
    assert any("1 in 3 of 1000 patients shown" in text for text in boxes) == (bars < count)
