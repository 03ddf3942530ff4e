"""A forest plot: ratios with their limits as printed, and below each the limits that its ratio and P value imply."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from matplotlib.axes import Axes

from peritrace.figures.flow import BROKEN, FULL_PAGE, LEADING, MARK_ROOM, Notes, head_room, least_height, note_letters
from peritrace.figures.forest_parts import (
    GAP,
    SQUARE,
    RatioFrame,
    draw_ends,
    draw_limits,
    head_rule,
    ratio_ticks,
    set_ratio_axes,
    write_label,
)
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Words, clean, mm, printable, shorten, text_width, wrap
from peritrace.figures.parts import EDGE, letter, stamp, x_label
from peritrace.figures.style import GREY, INK, NOTE, SMALL
from peritrace.formats import format_ratio

UNUSUAL = "#b07d00"  # CIE L* 56; what is broken has 36, what fits 9
LEGEND_LINE = 4.2  # mm from one line of a legend to the next

_LABELS, _PRINTED, _P = 55.0, 44.0, 18.0  # mm, the most that a column of text takes
_HEADS = ("As printed", "P")
_PITCH = 5.8  # mm from one row to the next
_BELOW = 2.0  # mm from the printed limits down to the implied ones
_SAMPLE = 8.0  # mm, of a line in the legend
_COLOURS = {"fits": INK, "unusual": UNUSUAL, "broken": BROKEN}
_MARKERS: dict[str, dict[str, Any]] = {
    "fits": SQUARE,
    "unusual": {"marker": "D", "markersize": 4.4, "markerfacecolor": "white", "markeredgewidth": 1.1},
    "broken": {"marker": "X", "markersize": 7.0, "markeredgecolor": "white", "markeredgewidth": 0.5},
}
_MEANINGS = {"fits": "fits", "unusual": "unusual", "broken": "does not fit"}


@dataclass(frozen=True)
class ForestRow:
    """One ratio with its limits; `printed` and `p` are shown as they stand, the numbers only place the marks.

    Implied limits are None where ratio and P value imply none.
    """

    label: str
    ratio: float
    low: float
    high: float
    printed: str
    p: str
    implied_low: float | None
    implied_high: float | None
    status: Literal["fits", "unusual", "broken"]
    note: str = ""

    @property
    def implied(self) -> tuple[float, float] | None:
        """Both implied limits, where both are numbers."""
        if self.implied_low is None or self.implied_high is None or math.isnan(self.implied_low + self.implied_high):
            return None
        return self.implied_low, self.implied_high


COLUMNS = (*(field.name for field in fields(ForestRow)), "letter")


@dataclass(frozen=True)
class Key:
    """An entry of a legend: a sample of `sample` mm, and what it means."""

    kind: str
    text: str
    sample: float = _SAMPLE

    @property
    def width(self) -> float:
        """In mm, with the gap to the next."""
        return self.sample + 1.5 + text_width(self.text, NOTE) + GAP


def legend_lines(keys: Sequence[Key], width: float) -> list[list[Key]]:
    """The entries in lines that fit on a page of `width` mm."""
    lines: list[list[Key]] = [[]]
    for key in keys:
        if lines[-1] and sum(other.width for other in lines[-1]) + key.width - GAP > width - EDGE - MARK_ROOM:
            lines.append([])
        lines[-1].append(key)
    return lines


@dataclass(frozen=True)
class _Frame(RatioFrame):
    """Where rows and columns lie as well, mm."""

    labels: list[list[str]]
    rows: list[float]  # the middle of each row
    columns: tuple[float, float, float]  # where the printed text, the P value and the letter begin
    widths: tuple[float, float]  # of the printed text and the P value


def forest_drawing(
    title: str,
    rows: Sequence[ForestRow],
    axis_label: str,
    printed_as: str = "",
    mark: str | None = None,
    left_label: str = "",
    right_label: str = "",
) -> Drawing:
    """Draw ratios on a log scale, their limits as printed and as implied.

    `left_label` and `right_label` say what a ratio below and above 1 favours. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("a forest plot needs at least one row")
    letters = note_letters([row.status == "broken" or bool(row.note) for row in rows])
    notes = Notes.of([(key, _note(row)) for key, row in zip(letters, rows, strict=True) if key], FULL_PAGE)
    legend = legend_lines(_legend(rows), FULL_PAGE)
    below = 12.2 if left_label or right_label else 8.2  # from the axis down to its label
    foot = EDGE + notes.height + LEGEND_LINE * len(legend)
    frame = _lay_out(rows, letters, foot + below + 2.6)
    page = Page(FULL_PAGE, max(frame.area.top + 5.2 + head_room(printed_as) + EDGE, least_height(mark)))
    axes = page.axes(frame.area)
    set_ratio_axes(axes, frame)
    for row, y in zip(rows, frame.rows, strict=True):
        _draw_limits(axes, frame, row, y)
        _draw_ratio(axes, frame, row, y)
    _write_columns(page, frame, rows, letters)
    _write_sides(page, frame, left_label, right_label)
    x_label(page, frame.area, frame.area.bottom - below, axis_label)
    for place, keys in enumerate(legend):
        _write_legend(page, foot - LEGEND_LINE * (place + 1) + 1.2, keys)
    notes.write(page, EDGE + notes.height)
    letter(page, printed_as)
    stamp(page, axes, frame.area, mark)
    data = [_as_row(row, key) for row, key in zip(rows, letters, strict=True)]
    return Drawing(page, title, _describe(rows, letters, axis_label, mark), COLUMNS, data)


def _note(row: ForestRow) -> str:
    return row.note or "The printed numbers do not fit one another."


def _ticks(rows: Sequence[ForestRow]) -> tuple[float, ...]:
    limits = [number for row in rows for number in (row.low, row.high, *(row.implied or ()))]
    return ratio_ticks([row.ratio for row in rows], limits)


def _lay_out(rows: Sequence[ForestRow], letters: Sequence[str], foot: float) -> _Frame:
    """Choose the widths of the columns and the heights of the rows; the axis stands at `foot`."""
    label = min(max(text_width(printable(row.label), NOTE) for row in rows) + 0.1, _LABELS)
    labels = [wrap(row.label, label, NOTE) for row in rows]
    texts = ([_HEADS[0], *(row.printed for row in rows)], [_HEADS[1], *(row.p for row in rows)])
    printed, p_value = (
        min(max(text_width(printable(text), NOTE) for text in column) + 0.1, most)
        for column, most in zip(texts, (_PRINTED, _P), strict=True)
    )
    letter_x = FULL_PAGE - MARK_ROOM - max(text_width(key, NOTE, "bold") for key in letters)
    p_x = letter_x - 1.2 - p_value
    printed_x = p_x - GAP - printed
    heights = [max(_PITCH, LEADING * len(lines) + 2.0) for lines in labels]
    area = Box(EDGE + label + GAP, foot, printed_x - GAP - 1.0, foot + sum(heights) + 1.5)
    middles = [area.top - sum(heights[:place]) - height / 2 for place, height in enumerate(heights)]
    return _Frame(area, _ticks(rows), labels, middles, (printed_x, p_x, letter_x), (printed, p_value))


def _draw_limits(axes: Axes, frame: _Frame, row: ForestRow, y: float) -> None:
    """The printed limits as a solid line; below it the implied ones, dashed between brackets."""
    colour = _COLOURS[row.status]
    look: dict[str, Any] = {"color": colour, "clip_on": False, "zorder": 3}
    draw_limits(axes, frame, (row.low, row.high), y, look)
    if row.implied:
        low, high = (frame.clip(limit) for limit in row.implied)
        axes.plot([low, high], [y - _BELOW] * 2, linewidth=0.7, linestyle=(0, (2.6, 1.6)), **look)
        draw_ends(axes, frame, row.implied, (y - _BELOW - 0.05, y - _BELOW + 0.75), 0.8, look)


def _draw_ratio(axes: Axes, frame: _Frame, row: ForestRow, y: float) -> None:
    """The mark of a ratio; one beyond the axis has only the arrows of its limits."""
    if frame.shows(row.ratio):
        axes.plot([row.ratio], [y], color=_COLOURS[row.status], clip_on=False, zorder=4, **_MARKERS[row.status])


def _write_columns(page: Page, frame: _Frame, rows: Sequence[ForestRow], letters: Sequence[str]) -> None:
    """The labels at the left, the printed numbers, P values and letters at the right, and a rule below the heads."""
    printed_x, p_x, letter_x = frame.columns
    head = frame.area.top + 1.8
    page.write(printed_x, head, Words(_HEADS[0], size=SMALL, colour=GREY))
    page.write(p_x, head, Words(_HEADS[1], "italic", SMALL, GREY))
    head_rule(page, frame, page.width - MARK_ROOM)
    for row, lines, key, middle in zip(rows, frame.labels, letters, frame.rows, strict=True):
        y = middle - mm(0.36 * NOTE)
        write_label(page, y, lines)
        page.write(printed_x, y, Words(shorten(row.printed, frame.widths[0], NOTE)))
        page.write(p_x, y, Words(shorten(row.p, frame.widths[1], NOTE)))
        if key:
            page.write(letter_x, y, Words(key, "bold", NOTE, BROKEN))


def _write_sides(page: Page, frame: _Frame, left: str, right: str) -> None:
    """What a ratio below and above 1 favours, to both sides of 1 below the axis."""
    x, y = frame.x(1.0), frame.area.bottom - 8.0
    if left:
        page.write(x - 2.0, y, Words(shorten(f"\u2190 {left}", x - 2.0 - EDGE, NOTE)), "right")
    if right:
        page.write(x + 2.0, y, Words(shorten(f"{right} \u2192", page.width - MARK_ROOM - x - 2.0, NOTE)))


def _legend(rows: Sequence[ForestRow]) -> list[Key]:
    """How to read lines, and the marks that are there."""
    keys = [Key("printed", "limits as printed")]
    if any(row.implied for row in rows):
        keys.append(Key("implied", "limits that the printed ratio and P value imply"))
    found = [status for status in _MARKERS if any(row.status == status for row in rows)]
    return [*keys, *(Key(status, _MEANINGS[status], 2.5) for status in found)]


def _write_legend(page: Page, y: float, keys: Sequence[Key]) -> None:
    x = EDGE
    for key in keys:
        middle, end = y + mm(0.36 * NOTE), x + key.sample
        if key.kind == "printed":
            page.line([(x, middle), (end, middle)], INK, 1.3)
            for tip in (x, end):
                page.line([(tip, middle - 0.7), (tip, middle + 0.7)], INK, 1.0)
        elif key.kind == "implied":
            page.line([(x, middle), (end, middle)], INK, 0.7, (2.6, 1.6))
            for tip in (x, end):
                page.line([(tip, middle - 0.05), (tip, middle + 0.75)], INK, 0.8)
        else:
            page.sign(x + 1.2, middle, color=_COLOURS[key.kind], **_MARKERS[key.kind])
        page.write(end + 1.5, y, Words(key.text))
        x += key.width


def _as_row(row: ForestRow, key: str) -> dict[str, object]:
    values: dict[str, object] = {field.name: getattr(row, field.name) for field in fields(ForestRow)}
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()} | {"letter": key}


def _describe(rows: Sequence[ForestRow], letters: Sequence[str], axis_label: str, mark: str | None) -> str:
    """Every row in words: as printed, as implied, and whether the two fit."""
    parts = []
    for row, key in zip(rows, letters, strict=True):
        p_value = f", P {row.p if row.p.startswith(('<', '>')) else f'= {row.p}'}" if row.p else ""
        implied = f", implied limits {' to '.join(map(format_ratio, row.implied))}" if row.implied else ""
        note = f" ({key}: {_note(row).rstrip('.')})" if key else ""
        parts.append(f"{row.label}: {row.printed}{p_value}{implied}, {_MEANINGS[row.status]}{note}")
    text = f"Forest plot of {len(rows)} ratios. {axis_label}. {'; '.join(parts)}."
    return clean(f"{mark}. {text}" if mark else text)
