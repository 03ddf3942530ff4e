"""Cumulative incidence of competing causes with confidence bands, Gray's test, and the numbers at risk below."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peritrace.ard import Ard
from peritrace.figures.curves import IncidenceCurve, curves, incidence_curves
from peritrace.figures.followed import Followed
from peritrace.figures.output import Drawing
from peritrace.figures.page import Page, Words, clean, mm, printable, run_width, shorten, text_width
from peritrace.figures.parts import EDGE, key_line, letter, level_styles, refusal, refuse_many_levels, stamp
from peritrace.figures.steps import (
    ALL,
    GUTTER,
    KEY,
    ROW,
    SINGLE,
    WIDE,
    Axis,
    Frame,
    Styles,
    draw_band,
    draw_steps,
    heading,
    step_axes,
    step_page,
    write_risk_table,
)
from peritrace.figures.style import INK, LINE, NOTE, SMALL, SeriesStyle, series_style
from peritrace.formats import NOT_ESTIMABLE as NOT_KNOWN
from peritrace.formats import format_p_equation, format_percent
from peritrace.study import Study
from peritrace.wanted import IncidenceFigure

COLUMNS = ("series", "cause", "time", "n_risk", "estimate", "conf_low", "conf_high")
Y_TEXT = "Cumulative incidence (%)"
THIN = 0.75  # points, of the lines of further causes where levels are compared
_FURTHER = ((2.4, 1.4), (0.9, 1.1), (4.6, 1.2, 0.9, 1.2), (7.0, 2.4))  # their dashes, in the order of causes


@dataclass(frozen=True)
class _Found:
    """The curves of a figure; the first cause is the main one."""

    curves: list[IncidenceCurve]
    p_values: Mapping[str, float]  # of Gray's test, by cause
    followed: Mapping[str, Followed]  # by level

    @property
    def levels(self) -> list[str]:
        return list(dict.fromkeys(curve.level for curve in self.curves))

    @property
    def causes(self) -> list[str]:
        return list(dict.fromkeys(curve.cause for curve in self.curves))

    def n(self, level: str) -> int:
        """The patients of a level."""
        return self.followed[level].at_risk(0) or 0

    def at_risk(self, level: str, tick: float) -> str:
        """The patients of a level still followed without an event; a dash where the ARD doesn't tell."""
        count = self.followed[level].at_risk(tick)
        return NOT_KNOWN if count is None else str(count)


def incidence_drawing(figure: IncidenceFigure, ard: Ard, study: Study, mark: str | None = None) -> Drawing:
    """Draw the cumulative incidence of the causes of an endpoint.

    Without `by` each cause has a curve with its band; with it each level has one of the main cause with its band, and
    thin dashed ones of the others. Raises InputRefused when the ARD has no such curve.
    """
    found = _find(figure, ard, study)
    styles = level_styles(study, figure.by, found.levels)
    rows = max(len(found.levels), len(found.causes)) + 1 if figure.by else len(found.causes)
    page, frame = step_page(
        WIDE if figure.by else SINGLE,
        Axis(max(curve.longest for curve in found.curves), study.time_unit),
        Y_TEXT,
        max(text_width(str(found.n(level)), NOTE) for level in found.levels),
        found.levels,
        ROW * rows + 3.5,
    )
    axes = step_axes(page, frame, Y_TEXT, f"Time from {study.endpoint(figure.endpoint).origin} ({study.time_unit})")
    for curve in found.curves:
        place = found.causes.index(curve.cause)
        style = _style(place, styles[curve.level] if figure.by else None)
        is_main = place == 0 or not figure.by
        if is_main:
            count = len(found.levels if figure.by else found.causes)
            draw_band(axes, frame, curve.vertices("conf_low"), curve.vertices("conf_high"), style.colour, count)
        draw_steps(axes, frame, curve.vertices(), style, LINE if is_main else THIN)
    if figure.by:
        _write_levels(page, frame, found, styles)
    else:
        _write_causes(page, frame, found.causes)
    cells = {level: [[Words(found.at_risk(level, tick))] for tick in frame.ticks] for level in found.levels}
    write_risk_table(page, frame, cells, styles)
    letter(page, figure.printed_as)
    stamp(page, axes, frame.area, mark)
    return Drawing(page, figure.title, _describe(figure, study, found, mark), COLUMNS, _data(found))


def _find(figure: IncidenceFigure, ard: Ard, study: Study) -> _Found:
    causes = [cause.label for cause in study.endpoint(figure.endpoint).events[0].causes]
    levels = study.levels(figure.by) if figure.by else []
    found = incidence_curves(ard, figure.endpoint, figure.by, levels, causes)
    if not found:
        wanted = f"{{endpoint: {figure.endpoint}{f', by: {figure.by}' if figure.by else ''}}}"
        by = f" by {figure.by}" if figure.by else ""
        rule = "it exists for entries under analyses.incidence whose endpoint has causes and whose levels have patients"
        remedy = f"Add {wanted} there, or drop the figure."
        raise refusal(study, figure, f"no cumulative incidence of {figure.endpoint}{by}", rule, remedy)
    refuse_many_levels(study, figure, len({curve.level for curve in found}))
    wanted_tests = {"context": "comparison-of-incidence", "variable": figure.endpoint, "group1": figure.by or ""}
    survival = {curve.level: curve.rows for curve in curves(ard, figure.endpoint, figure.by, levels)}
    tests = ard.where(**wanted_tests, method="gray", stat_name="p_value", convention="") if figure.by else ()
    p_values = {test.stat_label: test.number for test in tests}
    followed = {
        level: Followed.of([curve for curve in found if curve.level == level], survival.get(level, ()))
        for level in dict.fromkeys(curve.level for curve in found)
    }
    return _Found(found, p_values, followed)


def _style(place: int, level: SeriesStyle | None) -> SeriesStyle:
    """The look of a cause: one of its own, or that of a level, which the main cause has as it is."""
    if level is None:
        return series_style(place)
    return level if place == 0 else SeriesStyle(level.colour, _FURTHER[(place - 1) % len(_FURTHER)], level.marker)


def _write_causes(page: Page, frame: Frame, causes: Sequence[str]) -> None:
    """Above the axes, a line for each cause."""
    left = max(frame.area.left, EDGE + 6.0)
    y = page.height - EDGE - mm(0.72 * NOTE)
    for place, cause in enumerate(causes):
        key_line(page, left, y, KEY, series_style(place))
        room = page.width - EDGE - left - KEY - 1.5
        page.write(left + KEY + 1.5, y, Words(shorten(cause, room, NOTE)))
        y -= ROW


def _write_levels(page: Page, frame: Frame, found: _Found, styles: Styles) -> None:
    """Above the axes, at the left a line for each level, at the right one for each cause with the P of its test."""
    counts = [str(found.n(level)) for level in found.levels]
    tests = [_test(found.p_values.get(cause, math.nan)) for cause in found.causes]
    n_width = max(text_width(text, NOTE) for text in counts)
    p_width = max(run_width(test) for test in tests)
    p_room = max(p_width, text_width(_GRAY, SMALL)) + GUTTER if p_width else 0.0
    names, causes = (
        max(text_width(printable(text), NOTE) for text in texts) + 0.1 for texts in (found.levels, found.causes)
    )
    fixed = 2 * (KEY + 1.5) + 3 * GUTTER + n_width + p_room
    # Flush with the axes unless the names need more room: then nearer to the panel letter, at last shortened.
    left = max(EDGE + 6.0, min(frame.area.left, page.width - EDGE - fixed - names - causes))
    room = page.width - EDGE - left - fixed
    names = min(names, max(room / 2, room - causes))
    causes = min(causes, room - names)
    n_right = left + KEY + 1.5 + names + GUTTER + n_width
    right = n_right + 2 * GUTTER
    p_left = right + KEY + 1.5 + causes + GUTTER
    top = page.height - EDGE - mm(0.72 * NOTE)
    page.write(n_right, top, heading("n"), "right")
    if p_width:
        page.write(p_left, top, heading(_GRAY))
    for place, (level, count) in enumerate(zip(found.levels, counts, strict=True)):
        y = top - ROW * (place + 1)
        key_line(page, left, y, KEY, styles[level])
        page.write(left + KEY + 1.5, y, Words(shorten(level, names, NOTE)))
        page.write(n_right, y, Words(count), "right")
    for place, (cause, test) in enumerate(zip(found.causes, tests, strict=True)):
        y = top - ROW * (place + 1)
        style = _style(place, SeriesStyle(INK, None, "o"))
        key_line(page, right, y, KEY, style, LINE if place == 0 else THIN)
        page.write(right + KEY + 1.5, y, Words(shorten(cause, causes, NOTE)))
        if test:
            page.write_run(p_left, y, test)


_GRAY = "Gray’s test"


def _test(p_value: float) -> list[Words]:
    """The P value of Gray's test; nothing where there is none."""
    if math.isnan(p_value):
        return []
    letter_p, _, rest = format_p_equation(p_value).partition(" ")
    return [Words(letter_p, "italic"), Words(rest)]


def _describe(figure: IncidenceFigure, study: Study, found: _Found, mark: str | None) -> str:
    """The figure in words: how far each curve has risen at its end."""
    parts = []
    for level in found.levels:
        ends = [f"{curve.cause} {_end(curve, study)}" for curve in found.curves if curve.level == level]
        parts.append(f"{level or ALL}: {found.n(level)} patients, {', '.join(ends)}")
    by = f" by {study.label(figure.by)}" if figure.by else ""
    tests = [
        f" Gray’s test for {cause}: {format_p_equation(found.p_values[cause])}."
        for cause in found.causes
        if not math.isnan(found.p_values.get(cause, math.nan))
    ]
    text = f"Cumulative incidence of {study.label(figure.endpoint)} by cause{by and f' and{by}'}. {'; '.join(parts)}."
    text += "".join(tests)
    return clean(f"{mark}. {text}" if mark else text)


def _end(curve: IncidenceCurve, study: Study) -> str:
    last = curve.rows[-1]
    low, high = last.number("conf_low"), last.number("conf_high")
    limits = "" if math.isnan(low + high) else f" ({format_percent(low)} to {format_percent(high)})"
    return f"{format_percent(last.number('estimate'))}{limits} by {last.time} {study.time_unit}"


def _data(found: _Found) -> list[dict[str, object]]:
    """The rows behind the figure: every time of every curve."""
    return [
        {"series": curve.level or ALL, "cause": curve.cause, "time": row.time, **_numbers(row.stats)}
        for curve in found.curves
        for row in curve.rows
    ]


def _numbers(stats: Mapping[str, str]) -> dict[str, object]:
    return {name: stats.get(name, "") for name in ("n_risk", "estimate", "conf_low", "conf_high")}
