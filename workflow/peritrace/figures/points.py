"""A number by group: every patient a point, the median a bar; boxes where there are too many points to see."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from peritrace.ard import Ard
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Words, clean, mm, text_width, wrap
from peritrace.figures.parts import (
    EDGE,
    letter,
    level_styles,
    refusal,
    refuse_many_levels,
    set_axis,
    stamp,
    x_label,
    y_label,
    y_label_room,
)
from peritrace.figures.scale import number_ticks
from peritrace.figures.style import (
    GREY,
    INK,
    NOTE,
    SINGLE_COLUMN,
    SMALL,
    TICK_LABEL,
    WIDE_COLUMN,
    SeriesStyle,
)
from peritrace.figures.swarm import swarm
from peritrace.formats import format_number, format_p_equation
from peritrace.meaning import NumberColumn
from peritrace.study import Study
from peritrace.wanted import GroupFigure

COLUMNS = ("series", "patient", "value", "median")
MOST_POINTS = 300  # of a level; beyond them a box is drawn
_POINT = 2.0  # mm, the diameter of a point
_HEIGHT = 48.0  # mm, of the axes
_MARGIN = 9.0  # mm to the right of the axes, where the last median's label may reach
_BAR = 0.22  # half the length of a median bar, as a share of the room of a level
_LINE = 3.3  # mm from one line of a level's name to the next

Patient = Mapping[str, str]


@dataclass(frozen=True)
class _Level:
    """The patients of one level."""

    name: str
    members: list[tuple[float, str]]  # value and patient, in rising order
    median: float
    median_text: str

    @property
    def values(self) -> list[float]:
        return [value for value, _ in self.members]


@dataclass(frozen=True)
class _Frame:
    """Where the axes lie, what they span, and how levels are named and labelled."""

    area: Box
    ticks: list[float]
    names: list[list[str]]  # lines of each level's name
    offsets: list[list[float]]  # how far aside each point goes, mm; none where a box is drawn
    beside: bool  # medians are labelled beside their bars, else below

    @property
    def slot(self) -> float:
        """The room of a level, mm."""
        return (self.area.right - self.area.left) / len(self.names)

    def x(self, place: int) -> float:
        """The middle of a level on the page, mm."""
        return self.area.left + (place + 0.5) * self.slot

    def y(self, value: float) -> float:
        """A value on the page, mm."""
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return self.area.bottom + share * (self.area.top - self.area.bottom)


def points_drawing(
    figure: GroupFigure, ard: Ard, patients: Sequence[Patient], study: Study, mark: str | None = None
) -> Drawing:
    """Draw a number by group.

    Patients without the number or without a level are left out. Raises InputRefused when none is left.
    """
    levels = _levels(figure, patients, study)
    page, frame = _lay_out(figure, study, levels)
    axes = page.axes(frame.area)
    set_axis(axes, "y", frame.ticks, (frame.ticks[0], frame.ticks[-1]))
    set_axis(axes, "x", [], (-0.5, len(levels) - 0.5))
    y_label(page, frame.area, _with_unit(figure.variable, study), frame.ticks)
    x_label(page, frame.area, EDGE + mm(2.0), study.label(figure.by))
    styles = level_styles(study, figure.by, [level.name for level in levels])
    for place, level in enumerate(levels):
        _draw_level(axes, frame, place, level, styles[level.name])
    _write_levels(page, frame, levels)
    p_value = _mann_whitney(ard, figure)
    _write_p(page, frame.area, p_value)
    letter(page, figure.printed_as)
    stamp(page, axes, frame.area, mark)
    rows = [
        {"series": level.name, "patient": patient, "value": f"{value:.10g}", "median": f"{level.median:.10g}"}
        for level in levels
        for value, patient in level.members
    ]
    return Drawing(page, figure.title, _describe(figure, study, levels, p_value, mark), COLUMNS, rows)


def _levels(figure: GroupFigure, patients: Sequence[Patient], study: Study) -> list[_Level]:
    """The levels that have patients, in the order of the study file."""
    identifier = next((column.name for column in study.columns if column.type == "identifier"), "USUBJID")
    found: dict[str, list[tuple[float, str]]] = {level: [] for level in study.levels(figure.by)}
    for patient in patients:
        value, level = patient.get(figure.variable, ""), patient.get(figure.by, "")
        if value and level:
            found.setdefault(level, []).append((float(value), patient.get(identifier) or patient["USUBJID"]))
    levels = []
    for name, members in found.items():
        if members:
            median = statistics.median(value for value, _ in members)
            members.sort(key=lambda member: member[0])
            levels.append(_Level(name, members, median, _median_text(median, figure, study)))
    refuse_many_levels(study, figure, len(levels))
    if not levels:
        rule, remedy = "it needs patients with both", "Check these columns of the extract, or drop the figure."
        raise refusal(study, figure, f"nobody with {figure.variable} and {figure.by}", rule, remedy)
    return levels


def _lay_out(figure: GroupFigure, study: Study, levels: Sequence[_Level]) -> tuple[Page, _Frame]:
    """Choose the sizes of page and axes, break the names of the levels into lines, and place the points."""
    ticks = number_ticks(figure.variable, [value for level in levels for value in level.values])
    width = SINGLE_COLUMN if len(levels) <= 4 else WIDE_COLUMN
    left = EDGE + y_label_room(_HEIGHT, _with_unit(figure.variable, study), ticks)
    slot = (width - left - _MARGIN) / len(levels)
    names = [wrap(level.name, slot - 2.0, TICK_LABEL) for level in levels]
    scale = _HEIGHT / (ticks[-1] - ticks[0])
    offsets = [
        swarm([value * scale for value in level.values], _POINT, 0.3 * slot)
        if len(level.members) <= MOST_POINTS
        else []
        for level in levels
    ]
    beside = _fits_beside(slot, levels, offsets)
    foot = EDGE + 5.6 + _LINE * (max(map(len, names)) + (1 if beside else 2))
    area = Box(left, foot, width - _MARGIN, foot + _HEIGHT)
    return Page(width, area.top + 7.5), _Frame(area, ticks, names, offsets, beside)


def _fits_beside(slot: float, levels: Sequence[_Level], offsets: Sequence[Sequence[float]]) -> bool:
    """Whether every median can be labelled beside its bar, without meeting points or the edge of the page."""
    bar = _BAR * slot
    clear = all(abs(offset) + _POINT / 2 <= bar for level in offsets for offset in level)
    room = 0.5 * slot + min(_MARGIN - 3.2, 0.5 * slot - bar) - bar - 1.5
    return clear and all(text_width(f"median {level.median_text}", NOTE) <= room for level in levels)


def _draw_level(axes: Axes, frame: _Frame, place: int, level: _Level, style: SeriesStyle) -> None:
    """The points (or the box) and the median bar of one level."""
    if offsets := frame.offsets[place]:
        axes.plot(
            [place + offset / frame.slot for offset in offsets],
            level.values,
            linestyle="none",
            marker=style.marker,
            markersize=_POINT / mm(1),
            markerfacecolor=style.colour,
            markeredgecolor="white",
            markeredgewidth=0.4,
            clip_on=False,
            zorder=3,
        )
    else:
        _draw_box(axes, place, level.values, style)
    reach, depth = [place - _BAR, place + _BAR], 2 if frame.beside else 4  # behind points unless they would bury it
    axes.plot(reach, [level.median] * 2, color=INK, linewidth=1.4, zorder=depth, clip_on=False)


def _draw_box(axes: Axes, place: int, values: Sequence[float], style: SeriesStyle) -> None:
    """Quartiles (weighted average at (n+1)p) as a box, the range as a line."""
    low, _, high = statistics.quantiles(values, n=4, method="exclusive")
    axes.plot([place, place], [values[0], values[-1]], color=style.colour, linewidth=0.8, clip_on=False, zorder=2)
    axes.fill_between([place - 0.2, place + 0.2], low, high, facecolor=style.colour, alpha=0.35, linewidth=0, zorder=3)


def _write_levels(page: Page, frame: _Frame, levels: Sequence[_Level]) -> None:
    """The name of each level, its count, and its median: beside the bar, or below the count."""
    for place, (level, name) in enumerate(zip(levels, frame.names, strict=True)):
        x, y = frame.x(place), frame.area.bottom - 4.2
        for line in name:
            page.write(x, y, Words(line, size=TICK_LABEL), "center")
            y -= _LINE
        page.write(x, y, Words(f"n = {len(level.members)}", size=SMALL, colour=GREY), "center")
        text = f"median {level.median_text}"
        if frame.beside:
            page.write(x + _BAR * frame.slot + 1.0, frame.y(level.median) - mm(2.4), Words(text))
        else:
            page.write(x, y - _LINE, Words(text, size=SMALL, colour=GREY), "center")


def _median_text(median: float, figure: GroupFigure, study: Study) -> str:
    column = next((column for column in study.columns if column.name == figure.variable), None)
    decimals = column.decimals if isinstance(column, NumberColumn) else 0
    # The median of an even count may lie between two printed values.
    if not math.isclose(median, round(median, decimals), abs_tol=1e-9):
        decimals += 1
    return format_number(median, decimals)


def _with_unit(name: str, study: Study) -> str:
    column = next((column for column in study.columns if column.name == name), None)
    unit = column.unit if isinstance(column, NumberColumn) else None
    return f"{study.label(name)} ({unit})" if unit else study.label(name)


def _mann_whitney(ard: Ard, figure: GroupFigure) -> float:
    """The exact P value of the two levels, whichever of the two is named first; nan when there is none."""
    wanted = {"context": "association", "method": "mann-whitney", "stat_name": "p_value", "convention": ""}
    pairs = ((figure.variable, figure.by), (figure.by, figure.variable))
    found = (ard.where(variable=one, group1=other, **wanted) for one, other in pairs)
    return next((statistic.number for part in found for statistic in part), math.nan)


def _write_p(page: Page, area: Box, p_value: float) -> None:
    if math.isnan(p_value):
        return
    letter_p, _, rest = format_p_equation(p_value).partition(" ")
    run = [Words("Mann–Whitney"), Words(letter_p, "italic", NOTE), Words(rest)]
    page.write_run((area.left + area.right) / 2, area.top + 3.0, run, "center")


def _describe(figure: GroupFigure, study: Study, levels: Sequence[_Level], p_value: float, mark: str | None) -> str:
    parts = [f"{level.name}: {len(level.members)} patients, median {level.median_text}" for level in levels]
    test = "" if math.isnan(p_value) else f" Mann–Whitney {format_p_equation(p_value)}."
    text = f"{study.label(figure.variable)} by {study.label(figure.by)}. {'; '.join(parts)}.{test}"
    return clean(f"{mark}. {text}" if mark else text)
