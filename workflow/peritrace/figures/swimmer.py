"""One bar per patient, aligned at surgery: before it back to diagnosis, after it to death or last contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from peritrace.figures.courses import COLUMNS, UNKNOWN, Course, Row, courses, levels_of
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Words, clean, mm, shorten, text_width
from peritrace.figures.parts import EDGE, letter, level_styles, refusal, refuse_many_levels, set_axis, stamp, x_label
from peritrace.figures.scale import time_ticks
from peritrace.figures.style import GREY, INK, LIGHT, NO_LEVEL, NOTE, SMALL, WIDE_COLUMN
from peritrace.study import Study
from peritrace.wanted import SwimmerFigure

MOST_BARS = 400
_TALLEST = 190.0  # mm, of the axes: what a page of print leaves
_PITCH = 5.0  # mm from one bar to the next, where there is room
_READABLE = 2.9  # mm: below this pitch the patients' numbers would touch
_PATIENT = "Patient"
_GAP = 5.0  # mm between entries of the legend
_BEYOND = 1.7  # mm from the end of a bar to the arrow of those alive


@dataclass(frozen=True)
class _Frame:
    """Where the axes lie and how far apart the bars are."""

    area: Box
    start: float  # of the time axis
    end: float
    pitch: float
    rows: list[float]  # of each bar in units of the pitch, from the top; levels are parted by half a bar

    @property
    def per_mm(self) -> float:
        return (self.end - self.start) / (self.area.right - self.area.left)

    def y(self, row: float) -> float:
        """The middle of a bar on the page, mm."""
        return self.area.top - (row + 0.7) * self.pitch


@dataclass(frozen=True)
class _Key:
    """An entry of the legend: a bar or a sign, and what it means."""

    kind: str  # bar, progression, death, alive
    text: str
    colour: str = INK

    @property
    def width(self) -> float:
        return 6.0 + text_width(self.text, NOTE) + _GAP


def swimmer_drawing(
    figure: SwimmerFigure, patients: Sequence[Row], times: Sequence[Row], study: Study, mark: str | None = None
) -> Drawing:
    """Draw the course of every patient; raises InputRefused when nobody has a time after surgery.

    Beyond MOST_BARS patients every k-th is shown and the figure says so; the CSV has all.
    """
    found = courses(figure, patients, times, study)
    if not found:
        rule, remedy = "the figure needs times after surgery", "Check its column in the extract, or drop the figure."
        raise refusal(study, figure, f"no time of {figure.observed}", rule, remedy)
    levels = levels_of(figure, study, found)
    refuse_many_levels(study, figure, len(levels))
    colours = {
        level: NO_LEVEL if level == UNKNOWN else style.colour
        for level, style in level_styles(study, figure.by, levels).items()
    }
    every = -(-len(found) // MOST_BARS)
    shown = found[::every]
    origin = study.endpoint(figure.observed).origin
    legend = _legend(figure, study, colours, found)
    page, frame = _lay_out(shown, legend)
    axes = page.axes(frame.area)
    _set_axes(axes, frame, shown, study.time_unit)
    _draw_bars(axes, frame, shown, colours)
    _draw_signs(axes, frame, shown, colours)
    _write_labels(page, frame, shown, origin)
    note = f"; 1 in {every} of {len(found)} patients shown" if every > 1 else ""
    x_label(page, frame.area, EDGE + mm(2.0), f"Time from {origin} ({study.time_unit}){note}")
    _write_legend(page, frame, legend)
    letter(page, figure.printed_as)
    stamp(page, axes, frame.area, mark)
    rows = [course.as_row() for course in found]
    return Drawing(page, figure.title, _describe(found, origin, mark), COLUMNS, rows)


def _legend(
    figure: SwimmerFigure, study: Study, colours: Mapping[str, str], found: Sequence[Course]
) -> list[list[_Key]]:
    """The entries: bars first, signs on a line of their own, each broken where the page ends."""
    origin = study.endpoint(figure.observed).origin
    keys = [_Key("bar", f"before {origin}", LIGHT)] if any(course.before for course in found) else []
    keys += [_Key("bar", level or f"after {origin}", colour) for level, colour in colours.items()]
    if any(course.progression is not None for course in found):
        inferred = study.endpoint(figure.progression or "").inferred
        keys.append(_Key("progression", "progression (inferred)" if inferred else "progression"))
    keys += [_Key("death", "death")] if any(course.died for course in found) else []
    keys += [_Key("alive", "alive at last contact")] if any(not course.died for course in found) else []
    room = WIDE_COLUMN - 2 * EDGE
    lines: list[list[_Key]] = [[]]
    for key in (_Key(key.kind, shorten(key.text, room / 2, NOTE), key.colour) for key in keys):
        full = sum(other.width for other in lines[-1]) + key.width - _GAP > room
        if lines[-1] and (full or (key.kind != "bar" and lines[-1][-1].kind == "bar")):
            lines.append([])
        lines[-1].append(key)
    return lines


def _lay_out(shown: Sequence[Course], legend: Sequence[Sequence[_Key]]) -> tuple[Page, _Frame]:
    rows, row = [], 0.0
    for course, previous in zip(shown, [shown[0], *shown], strict=False):
        row += 0.5 if course.level != previous.level else 0.0
        rows.append(row)
        row += 1.0
    pitch = min(_PITCH, _TALLEST / (row + 0.4))
    labels = 2.5 + max(text_width(_level(course), NOTE) for course in shown)
    if pitch >= _READABLE:
        labels += 2.5 + max(*(text_width(_name(course), NOTE) for course in shown), text_width(_PATIENT, SMALL) - 2.5)
    left = max(EDGE + labels, 8.0)
    foot, height = EDGE + 8.6, (row + 0.4) * pitch
    area = Box(left, foot, WIDE_COLUMN - 3.0, foot + height)
    page = Page(WIDE_COLUMN, area.top + 5.0 + 4.0 * len(legend) + EDGE)
    earliest, latest = -max(course.before for course in shown), max(course.after for course in shown)
    span = (latest - earliest) or 1.0
    beyond = 4.5 / (area.right - area.left) * span  # room for the signs at the ends of the bars
    return page, _Frame(area, earliest - 0.01 * span, latest + beyond, pitch, rows)


def _name(course: Course) -> str:
    return shorten(course.patient, 16.0, NOTE)


def _level(course: Course) -> str:
    return shorten(course.level, 24.0, NOTE)


def _set_axes(axes: Axes, frame: _Frame, shown: Sequence[Course], unit: str) -> None:
    before, after = max(course.before for course in shown), max(course.after for course in shown)
    ticks = time_ticks(after, unit, most=9, earliest=-before) if before + after > 0 else [0.0]
    set_axis(axes, "x", ticks, (frame.start, frame.end))
    set_axis(axes, "y", [], (frame.rows[-1] + 0.7, -0.7))
    axes.spines["left"].set_visible(False)


def _draw_bars(axes: Axes, frame: _Frame, shown: Sequence[Course], colours: Mapping[str, str]) -> None:
    axes.barh(frame.rows, [-course.before for course in shown], height=0.54, color=LIGHT, linewidth=0, zorder=2)
    colour = [colours[course.level] for course in shown]
    axes.barh(frame.rows, [course.after for course in shown], height=0.54, color=colour, linewidth=0, zorder=2)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=3)


def _draw_signs(axes: Axes, frame: _Frame, shown: Sequence[Course], colours: Mapping[str, str]) -> None:
    size = min(4.6, frame.pitch / mm(1) * 0.5)
    beyond = _BEYOND * frame.per_mm
    pairs = list(zip(shown, frame.rows, strict=True))
    alive = [(course, row) for course, row in pairs if not course.died]
    axes.hlines(
        [row for _, row in alive],
        [course.after for course, _ in alive],
        [course.after + beyond for course, _ in alive],
        colors=[colours[course.level] for course, _ in alive],
        linewidth=1.0,
        zorder=2,
    )
    places = {
        "progression": [(course.progression, row) for course, row in pairs if course.progression is not None],
        "death": [(course.after, row) for course, row in pairs if course.died],
        "alive": [(course.after + beyond, row) for course, row in alive],
    }
    for kind, points in places.items():
        x, y = [time for time, _ in points], [row for _, row in points]
        axes.plot(x, y, clip_on=False, zorder=4, **_sign(kind, size))


def _sign(kind: str, size: float) -> dict[str, Any]:
    """How progression, death and life look."""
    look: dict[str, Any] = {"linestyle": "none", "color": INK, "markersize": size}
    if kind == "progression":
        return {**look, "marker": "D", "markerfacecolor": "white", "markeredgewidth": 0.8, "markersize": size * 0.85}
    if kind == "death":
        return {**look, "marker": "x", "markeredgewidth": 1.2}
    return {**look, "marker": ">", "markeredgewidth": 0}


def _write_labels(page: Page, frame: _Frame, shown: Sequence[Course], origin: str) -> None:
    """Numbers and levels of the patients to the left, and what stands at time 0 above."""
    zero = frame.area.left - frame.start / frame.per_mm
    words = Words(shorten(origin, 50.0, SMALL), size=SMALL, colour=GREY)
    half = words.width / 2
    page.write(min(max(zero, half + EDGE), page.width - half - EDGE), frame.area.top + 1.0, words, "center")
    previous = None
    for course, row in zip(shown, frame.rows, strict=True):
        y = frame.y(row) - mm(0.36 * NOTE)
        if course.level != previous:
            page.write(EDGE, y, Words(_level(course)))
            previous = course.level
        if frame.pitch >= _READABLE:
            page.write(frame.area.left - 2.5, y, Words(_name(course)), "right")
    if frame.pitch >= _READABLE:
        page.write(frame.area.left - 2.5, frame.area.top + 1.0, Words(_PATIENT, size=SMALL, colour=GREY), "right")


def _write_legend(page: Page, frame: _Frame, legend: Sequence[Sequence[_Key]]) -> None:
    for place, keys in enumerate(legend):
        x, y = EDGE, page.height - EDGE - mm(0.75 * NOTE) - 4.0 * place
        for key in keys:
            middle = y + mm(0.36 * NOTE)
            if key.kind == "bar":
                page.line([(x, middle), (x + 4.5, middle)], key.colour, 2.2 / mm(1))
            else:
                page.sign(x + 2.25, middle, **_sign(key.kind, 4.6))
            page.write(x + 6.0, y, Words(key.text))
            x += key.width


def _describe(found: Sequence[Course], origin: str, mark: str | None) -> str:
    died = sum(course.died for course in found)
    text = (
        f"One bar for each of {len(found)} patients, aligned at {origin}; {died} died, {len(found) - died} were alive "
        f"at last contact. The longest time after {origin} is {max(course.after for course in found):g}."
    )
    return clean(f"{mark}. {text}" if mark else text)
