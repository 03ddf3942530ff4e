"""Parts that figures of several kinds share: axes, panel letter, mark of simulated patients, refusals."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes

from peritrace.figures.page import Box, Page, Words, mm, printable, shorten, text_width, wrap
from peritrace.figures.scale import tick_label
from peritrace.figures.style import AXIS_LABEL, LETTER, LINE, NOTE, SMALL, TICK_LABEL, SeriesStyle, series_style
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.wanted import CohortFigure, GroupFigure, IncidenceFigure, SurvivalFigure, SwimmerFigure

GroupedFigure = SurvivalFigure | GroupFigure | SwimmerFigure | IncidenceFigure
EDGE = 1.5  # mm of white around a page
MOST_LEVELS = 12
_LEADING = mm(1.2 * AXIS_LABEL)
_MARK_COLOUR = "#dedede"


def refusal(study: Study, figure: CohortFigure, found: str, rule: str, remedy: str) -> InputRefused:
    """What to raise when a figure of the study file can't be drawn."""
    problem = Problem(f"config/studies/{study.id}.yaml", None, f"figures, {figure.id}", found, rule, remedy)
    return InputRefused(f"the figures of {study.id}", [problem])


def refuse_many_levels(study: Study, figure: GroupedFigure, count: int) -> None:
    """Raise InputRefused when there are more levels than a figure can tell apart."""
    if count > MOST_LEVELS:
        rule = f"a figure shows at most {MOST_LEVELS} levels"
        raise refusal(study, figure, f"{count} levels of {figure.by}", rule, "Place them in fewer levels under groups.")


def level_styles(study: Study, by: str | None, found: Sequence[str]) -> dict[str, SeriesStyle]:
    """The look of each level found; it follows the study file, so that a level looks alike in every figure."""
    order = list(dict.fromkeys([*(study.levels(by) if by else []), *found]))
    return {level: series_style(order.index(level)) for level in found}


def set_axis(axes: Axes, which: str, ticks: Sequence[float], limits: tuple[float, float]) -> None:
    """Ticks, their labels and the ends of one axis ("x" or "y")."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(ticks), labels=[tick_label(tick) for tick in ticks])
    (axes.set_xlim if which == "x" else axes.set_ylim)(*limits)


def y_label(page: Page, area: Box, text: str, ticks: Sequence[float]) -> None:
    """The label of the vertical axis, read upwards beside its ticks, in at most two lines."""
    lines = wrap(text, area.top - area.bottom + 6, AXIS_LABEL)
    for number, line in enumerate(reversed(lines)):
        x = area.left - _tick_room(ticks) - number * _LEADING
        middle = (area.bottom + area.top) / 2
        page.write(x, middle, Words(line, size=AXIS_LABEL), "center", rotation=90, rotation_mode="anchor")


def y_label_room(height: float, text: str, ticks: Sequence[float]) -> float:
    """The mm that ticks and label of a vertical axis of this height take to its left."""
    lines = wrap(text, height + 6, AXIS_LABEL)
    return _tick_room(ticks) + (len(lines) - 1) * _LEADING + mm(AXIS_LABEL)


def _tick_room(ticks: Sequence[float]) -> float:
    """The mm from a vertical axis to the foot of its label."""
    return max(text_width(tick_label(tick), TICK_LABEL) for tick in ticks) + 3.6


def x_label(page: Page, area: Box, y: float, text: str) -> None:
    """The label of the horizontal axis, below its middle but never beyond the page."""
    label = shorten(text, page.width - 2 * EDGE, AXIS_LABEL)
    half = text_width(label, AXIS_LABEL) / 2
    middle = min(max((area.left + area.right) / 2, half + EDGE), page.width - half - EDGE)
    page.write(middle, y, Words(label, size=AXIS_LABEL), "center")


def letter(page: Page, printed_as: str | None) -> None:
    """The panel letter of "Fig. 2A" at the upper left."""
    match = re.search(r"\d\s*([A-Za-z])$", printed_as or "")
    if match:
        page.write(EDGE, page.height - EDGE - mm(0.72 * LETTER), Words(match[1].upper(), "bold", LETTER))


def key_line(page: Page, x: float, y: float, length: float, style: SeriesStyle, width: float = LINE) -> None:
    """A sample of a level's line, at the height of the small letters of text whose baseline is `y`."""
    page.line([(x, y + mm(0.27 * NOTE)), (x + length, y + mm(0.27 * NOTE))], style.colour, width, style.dashes)


def stamp(page: Page, axes: Axes, area: Box, mark: str | None) -> None:
    """Print `mark` across the axes, behind the data, and up the right edge, where no data can cover it."""
    if not mark:
        return
    mark = printable(mark)
    width, height = area.right - area.left, area.top - area.bottom
    size = min(28.0, 0.8 * math.hypot(width, height) / text_width(mark, 1.0, "bold"))
    look: dict[str, Any] = {"weight": "bold", "rotation_mode": "anchor", "ha": "center", "va": "center"}
    angle = math.degrees(math.atan2(height, width))
    place: dict[str, Any] = {"transform": axes.transAxes, "rotation": angle, "zorder": 0.5}
    axes.text(0.5, 0.5, mark, fontsize=size, color=_MARK_COLOUR, **look, **place)
    size = min(SMALL, (page.height - 2 * EDGE) / text_width(mark, 1.0, "bold"))
    words = Words(mark, "bold", size)
    page.write(page.width - 1.0, page.height / 2, words, "center", rotation=90, rotation_mode="anchor")


def places_in(area: Box, width: float, height: float) -> Iterator[Box]:
    """Where a note of this size may stand inside the axes, the customary places first."""
    lowest, highest = area.bottom + 1.6, area.top - height - 0.6
    leftmost, rightmost = area.left + 2.0, area.right - width - 0.5
    for across, up in [(1.0, 1.0), (0.0, 0.0), (1.0, 0.0), *_GRID]:
        left, bottom = leftmost + across * (rightmost - leftmost), lowest + up * (highest - lowest)
        yield Box(left, bottom, left + width, bottom + height)


_GRID = [(across, up) for across in (1.0, 0.0, 0.75, 0.5, 0.25) for up in (0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1)]
