"""What figures of step curves share: page and frame, steps and bands as fine as print shows, numbers at risk.

Times run to the right, percentages upwards from 0 to 100.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from peritrace.figures.page import Box, Page, Point, Words, mm, shorten, text_width
from peritrace.figures.parts import EDGE, key_line, set_axis, x_label, y_label, y_label_room
from peritrace.figures.scale import time_ticks
from peritrace.figures.style import GREY, LINE, NOTE, SINGLE_COLUMN, SMALL, WIDE_COLUMN, SeriesStyle

PERCENT = (0, 25, 50, 75, 100)
ALL = "All patients"
ROW = 3.7  # mm from one line of a table to the next
KEY = 6.0  # mm, the sample of a line
GUTTER = 4.5  # mm between columns
SINGLE, WIDE = (SINGLE_COLUMN, 48.0), (WIDE_COLUMN, 54.0)  # mm, width of the page and height of the axes
FEW = 400  # points that are drawn without asking whether print can show them
_FINEST = 0.12  # mm: what lies closer can't be told apart in print

Styles = Mapping[str, SeriesStyle]
Corners = Sequence[tuple[float, ...]]


@dataclass(frozen=True)
class Frame:
    """Where the axes lie on the page and what they span."""

    area: Box
    end: float  # the right end of the time axis
    ticks: list[float]

    def x(self, time: float) -> float:
        """A time as mm from the left of the page."""
        return self.area.left + time / self.end * (self.area.right - self.area.left)

    def y(self, percent: float) -> float:
        """A percentage as mm from the foot of the page."""
        return self.area.bottom + percent / 100 * (self.area.top - self.area.bottom)


@dataclass(frozen=True)
class Axis:
    """The times that an axis must show."""

    longest: float
    unit: str


def step_page(
    size: tuple[float, float], times: Axis, y_text: str, cell: float, names: Sequence[str], head: float
) -> tuple[Page, Frame]:
    """Choose the sizes of page and axes so that every label and every cell of the table at risk has its room.

    `size` is SINGLE or WIDE, `cell` the width of the widest cell, `names` those of the lines of the table (empty for
    all patients), `head` the mm wanted above the axes.
    """
    width, height = size
    label = max(text_width(_label(name, width), NOTE) + (KEY + 1 if name else 0) for name in names)
    room = y_label_room(height, y_text, PERCENT)
    left = EDGE + max(room, label + 2.5 + cell / 2)
    right = width - max(4.0, cell / 2 + EDGE)
    most = int((right - left) / 1.03 / (cell + 1.5))
    ticks = time_ticks(times.longest, times.unit, min(8, most)) if times.longest > 0 else [0.0]
    foot = EDGE + 10.3 + ROW * (len(names) + 1)
    area = Box(left, foot, right, foot + height)
    return Page(width, foot + height + head), Frame(area, times.longest * 1.03 or 1.0, ticks)


def step_axes(page: Page, frame: Frame, y_text: str, x_text: str) -> Axes:
    """Axes of time and percent with their ticks and labels."""
    axes = page.axes(frame.area)
    set_axis(axes, "x", frame.ticks, (0, frame.end))
    set_axis(axes, "y", PERCENT, (0, 100))
    y_label(page, frame.area, y_text, PERCENT)
    x_label(page, frame.area, frame.area.bottom - 8.2, x_text)
    return axes


def draw_steps(axes: Axes, frame: Frame, corners: Corners, style: SeriesStyle, width: float = LINE) -> list[Point]:
    """Draw a step curve through corners (time, proportion); gives those that print can show, in mm."""
    corners = thin([(time, 100 * value) for time, value in corners], frame)
    axes.plot(
        *zip(*corners, strict=True),
        color=style.colour,
        linewidth=width,
        linestyle="-" if style.dashes is None else (0, style.dashes),
        solid_capstyle="butt",
        solid_joinstyle="miter",
        dash_joinstyle="miter",
        clip_on=False,
        zorder=3,
    )
    return [(frame.x(time), frame.y(value)) for time, value in corners]


def draw_band(axes: Axes, frame: Frame, low: Corners, high: Corners, colour: str, count: int) -> None:
    """Shade between the corners of two limits where both exist; the fainter, the more curves (`count`) there are."""
    shade = {1: 0.15, 2: 0.1, 3: 0.08}.get(count, 0.05)
    for band in _bands(low, high, frame):
        times, lower, upper = zip(*band, strict=True)
        axes.fill_between(times, lower, upper, color=colour, alpha=shade, linewidth=0, zorder=1)


def _bands(low: Corners, high: Corners, frame: Frame) -> list[list[tuple[float, ...]]]:
    """The stretches (time, lower, upper) on which both limits exist, in percent."""
    bands: list[list[tuple[float, ...]]] = [[]]
    for (time, lower), (_, upper) in zip(low, high, strict=True):
        if math.isnan(lower) or math.isnan(upper):
            bands.append([])
        else:
            bands[-1].append((time, 100 * lower, 100 * upper))
    return [thin(band, frame) for band in bands if len(band) > 1]


def thin(points: Corners, frame: Frame) -> list[tuple[float, ...]]:
    """Leave out points (time, percent, …) that print can't show: a hundred thousand times would make megabytes."""
    if len(points) <= FEW:
        return list(points)
    kept = [points[0]]
    for time, *percents in points[1:]:
        last_time, *last_percents = kept[-1]
        moves = [frame.x(time) - frame.x(last_time)]
        moves += [frame.y(new) - frame.y(old) for new, old in zip(percents, last_percents, strict=True)]
        if max(map(abs, moves)) >= _FINEST:
            kept.append((time, *percents))
    return [*kept, points[-1]]


def heading(text: str) -> Words:
    """The head of a column."""
    return Words(text, size=SMALL, colour=GREY)


def write_risk_table(
    page: Page, frame: Frame, cells: Mapping[str, Sequence[Sequence[Words]]], styles: Styles, also: str = ""
) -> None:
    """Below the axes, a line for each level (empty for all patients) with a cell at each tick.

    `also` is what the cells give beside the number at risk.
    """
    y = EDGE + ROW * len(cells) + mm(0.25 * NOTE)
    page.write_run(EDGE, y, [Words("No. at risk", "bold", SMALL), *([heading(also)] if also else [])])
    for level, row in cells.items():
        y -= ROW
        if level:
            key_line(page, EDGE, y, KEY - 1.5, styles[level])
        page.write(EDGE + (KEY if level else 0), y, Words(_label(level, page.width)))
        for tick, cell in zip(frame.ticks, row, strict=True):
            page.write_run(frame.x(tick), y, cell, "center")


def _label(level: str, width: float) -> str:
    return shorten(level, 0.22 * width, NOTE) if level else ALL
