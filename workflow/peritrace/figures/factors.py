"""A forest plot of a cohort's Cox models: patients, events and the hazard ratio of every level of every factor."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from peritrace.ard import Ard
from peritrace.figures.flow import FULL_PAGE, LEADING, MARK_ROOM, head_room, least_height
from peritrace.figures.forest_parts import (
    GAP,
    SQUARE,
    RatioFrame,
    draw_limits,
    head_rule,
    ratio_ticks,
    set_ratio_axes,
    write_label,
)
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Words, clean, mm, printable, text_width, wrap
from peritrace.figures.parts import EDGE, letter, refusal, stamp, x_label
from peritrace.figures.steps import heading
from peritrace.figures.style import GREY, INK, NOTE, SMALL
from peritrace.formats import format_p, format_ratio
from peritrace.study import Study
from peritrace.wanted import FactorsFigure

COLUMNS = ("covariate", "level", "reference", "n", "n_event", "estimate", "conf_low", "conf_high", "p_value")
NOT_ESTIMABLE, REFERENCE = "not estimable", "1 (reference)"
_LABELS = 58.0  # mm, the most that labels take
_INDENT = 3.0  # mm by which levels stand to the right of their factor
_PITCH = 4.9  # mm from one row to the next
_LEAST, _MOST = 0.001, 9999.0  # ratios beyond are printed as being so
_HOLLOW: dict[str, Any] = SQUARE | {"markerfacecolor": "white", "markeredgewidth": 0.9, "markersize": 3.8}


@dataclass(frozen=True)
class FactorRow:
    """A level of a factor, or a factor that is a number (`level` is empty); numbers are texts as the ARD holds them."""

    covariate: str
    level: str
    reference: str
    stats: dict[str, str]

    @property
    def is_reference(self) -> bool:
        """Whether the others are compared with it."""
        return bool(self.level) and self.level == self.reference

    @property
    def ratio(self) -> float:
        """The hazard ratio; nan where there is none, or where it ran off to 0 or infinity."""
        estimate = self.number("estimate")
        return estimate if 0 < estimate < math.inf else math.nan

    @property
    def limits(self) -> tuple[float, float]:
        """Its confidence limits; nan where there is no ratio."""
        if math.isnan(self.ratio):
            return math.nan, math.nan
        return self.number("conf_low"), self.number("conf_high")

    def number(self, name: str) -> float:
        """A statistic, nan where there is none."""
        return float(self.stats.get(name) or "nan")

    @property
    def text(self) -> str:
        """Hazard ratio and limits as they are printed."""
        if self.is_reference:
            return REFERENCE
        if math.isnan(self.ratio):
            return NOT_ESTIMABLE
        low, high = map(_ratio_text, self.limits)
        return f"{_ratio_text(self.ratio)} ({low} to {high})"

    @property
    def p(self) -> str:
        """The P value as it is printed; empty where there is no ratio."""
        return "" if math.isnan(self.ratio) else format_p(self.number("p_value"))

    def as_row(self) -> dict[str, object]:
        """The row in the CSV."""
        texts: dict[str, object] = {"covariate": self.covariate, "level": self.level, "reference": self.reference}
        return texts | {name: self.stats.get(name, "") for name in COLUMNS[3:]}


def _ratio_text(ratio: float) -> str:
    if ratio < _LEAST:
        return f"< {_LEAST}"
    return f"> {_MOST:.0f}" if _MOST < ratio < math.inf else format_ratio(ratio)


@dataclass(frozen=True)
class _Line:
    """A line of the plot: a row, or the name of a factor above its levels."""

    label: str
    row: FactorRow | None
    indent: float = 0.0


@dataclass(frozen=True)
class _Frame(RatioFrame):
    """Where lines and columns lie as well, mm."""

    labels: list[list[str]]  # lines of text of each label
    middles: list[float]  # of each line of the plot
    n_right: float
    events_right: float
    ratio_left: float
    p_left: float


def factors_drawing(figure: FactorsFigure, ard: Ard, study: Study, mark: str | None = None) -> Drawing:
    """Draw the hazard ratios of a factor analysis on a log scale.

    A factor with levels has a line for each of them, the reference at 1; limits beyond the axis end in arrows. Raises
    InputRefused when the ARD has no such model.
    """
    rows = _rows(figure, ard, study)
    lines = _lines(rows, study)
    ratio_head = f"Hazard ratio ({study.analyses.level * 100:g}% CI)"
    frame = _lay_out(lines, ratio_head)
    page = Page(FULL_PAGE, max(frame.area.top + 5.2 + head_room(figure.printed_as or "") + EDGE, least_height(mark)))
    axes = page.axes(frame.area)
    set_ratio_axes(axes, frame)
    for line, y in zip(lines, frame.middles, strict=True):
        if line.row:
            _draw(axes, frame, line.row, y)
    _write(page, frame, lines, ratio_head)
    outcome = _outcome(figure, study)
    x_label(page, frame.area, frame.area.bottom - 8.2, f"{outcome}: hazard ratio, {figure.model} (log scale)")
    letter(page, figure.printed_as)
    stamp(page, axes, frame.area, mark)
    description = _describe(figure, study, rows, outcome, mark)
    return Drawing(page, figure.title, description, COLUMNS, [row.as_row() for row in rows])


def _rows(figure: FactorsFigure, ard: Ard, study: Study) -> list[FactorRow]:
    """The rows of the model, factor by factor, as the ARD has them."""
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    model = f"{figure.factors}:{figure.model}"
    for statistic in ard.where(context="factor", analysis=model, method="cox-efron", convention=""):
        levels = found.setdefault(statistic.group1, {})
        key = (statistic.group1_level, statistic.variable_level)
        levels.setdefault(key, {}).setdefault(statistic.stat_name, statistic.stat)
    for levels in found.values():
        if len(levels) > 1:
            levels.pop(("", ""), None)  # why a model has no estimate; its levels say that there is none
    rows = [FactorRow(name, *key, stats) for name, levels in found.items() for key, stats in levels.items()]
    if not rows:
        rule = f"the {figure.model} model must be among analyses.factors, and have patients"
        remedy = f"Name factors under {figure.model} of {figure.factors}, or choose the other model of the figure."
        raise refusal(study, figure, f"no {figure.model} model of {figure.factors}", rule, remedy)
    return rows


def _lines(rows: Sequence[FactorRow], study: Study) -> list[_Line]:
    lines: list[_Line] = []
    above = ""
    for row in rows:
        if not row.level:
            step = study.per(row.covariate)
            lines.append(_Line(", ".join(filter(None, (study.label(row.covariate), step))), row))
        else:
            if row.covariate != above:
                lines.append(_Line(study.label(row.covariate), None))
            lines.append(_Line(row.level, row, _INDENT))
        above = row.covariate
    return lines


def _lay_out(lines: Sequence[_Line], ratio_head: str) -> _Frame:
    """Choose the widths of the columns and the heights of the lines."""
    rows = [line.row for line in lines if line.row]
    label = min(max(line.indent + text_width(printable(line.label), NOTE) for line in lines) + 0.1, _LABELS)
    labels = [wrap(line.label, label - line.indent, NOTE) for line in lines]
    n, events, ratio, p_value = (
        max(text_width(head, SMALL), *(text_width(text, NOTE) for text in texts))
        for head, texts in (
            ("n", [_count(row, "n") for row in rows]),
            ("Events", [_count(row, "n_event") for row in rows]),
            (ratio_head, [row.text for row in rows]),
            ("P", [row.p for row in rows]),
        )
    )
    n_right = EDGE + label + GAP + n
    events_right = n_right + GAP + events
    p_left = FULL_PAGE - MARK_ROOM - p_value
    ratio_left = p_left - GAP - ratio
    heights = [max(_PITCH, LEADING * len(texts) + 1.6) for texts in labels]
    foot = EDGE + 10.8
    area = Box(events_right + GAP + 1.0, foot, ratio_left - GAP - 1.0, foot + sum(heights) + 1.5)
    middles = [area.top - 0.75 - sum(heights[:place]) - height / 2 for place, height in enumerate(heights)]
    ticks = ratio_ticks([row.ratio for row in rows], [limit for row in rows for limit in row.limits])
    return _Frame(area, ticks, labels, middles, n_right, events_right, ratio_left, p_left)


def _count(row: FactorRow, name: str) -> str:
    number = row.number(name)
    return "" if math.isnan(number) else f"{number:.0f}"


def _draw(axes: Axes, frame: _Frame, row: FactorRow, y: float) -> None:
    """The mark of a ratio and its limits; the reference is hollow, at 1."""
    if row.is_reference:
        axes.plot([1], [y], color=GREY, clip_on=False, zorder=4, **_HOLLOW)
        return
    look: dict[str, Any] = {"color": INK, "clip_on": False, "zorder": 3}
    draw_limits(axes, frame, row.limits, y, look)
    if frame.shows(row.ratio):
        axes.plot([row.ratio], [y], color=INK, clip_on=False, zorder=4, **SQUARE)


def _write(page: Page, frame: _Frame, lines: Sequence[_Line], ratio_head: str) -> None:
    """The columns of text at both sides of the axes, and a rule below their heads."""
    head = frame.area.top + 1.8
    page.write(frame.n_right, head, heading("n"), "right")
    page.write(frame.events_right, head, heading("Events"), "right")
    page.write(frame.ratio_left, head, heading(ratio_head))
    page.write(frame.p_left, head, Words("P", "italic", SMALL, GREY))
    head_rule(page, frame, page.width - MARK_ROOM)
    for line, texts, middle in zip(lines, frame.labels, frame.middles, strict=True):
        y = middle - mm(0.36 * NOTE)
        write_label(page, y, texts, line.indent)
        if line.row:
            page.write(frame.n_right, y, Words(_count(line.row, "n")), "right")
            page.write(frame.events_right, y, Words(_count(line.row, "n_event")), "right")
            colour = GREY if line.row.is_reference or math.isnan(line.row.ratio) else INK
            page.write(frame.ratio_left, y, Words(line.row.text, colour=colour))
            page.write(frame.p_left, y, Words(line.row.p))


def _outcome(figure: FactorsFigure, study: Study) -> str:
    """What the outcome of the factor analysis is called."""
    return next((wanted.label for wanted in study.analyses.factors if wanted.id == figure.factors), figure.factors)


def _describe(figure: FactorsFigure, study: Study, rows: Sequence[FactorRow], outcome: str, mark: str | None) -> str:
    """Every ratio in words."""
    parts = []
    for row in rows:
        if row.is_reference:
            continue
        against = f" {row.level} against {row.reference}" if row.level else f" {study.per(row.covariate)}"
        p_value = f", P {row.p if row.p.startswith(('<', '>')) else f'= {row.p}'}" if row.p else ""
        parts.append(f"{study.label(row.covariate)}{against}: {row.text}{p_value}")
    text = f"Forest plot of hazard ratios, {figure.model} Cox regression of {outcome}. {'; '.join(parts)}."
    return clean(f"{mark}. {text}" if mark else text)
