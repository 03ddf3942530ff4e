"""Kaplan–Meier curves with confidence bands, censoring marks and medians, and the numbers at risk below."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from peritrace.ard import Ard
from peritrace.figures.curves import Curve, curves
from peritrace.figures.output import Drawing
from peritrace.figures.page import Point
from peritrace.figures.parts import letter, level_styles, refusal, refuse_many_levels, stamp
from peritrace.figures.steps import FEW, Frame, draw_band, draw_steps, step_axes, thin
from peritrace.figures.style import GREY, HAIRLINE, SeriesStyle
from peritrace.figures.survival_text import (
    COLUMNS,
    Wording,
    annotate,
    data,
    describe,
    lay_out,
    write_at_risk,
    write_header,
)
from peritrace.study import Study
from peritrace.wanted import SurvivalFigure


def survival_drawing(figure: SurvivalFigure, ard: Ard, study: Study, mark: str | None = None) -> Drawing:
    """Draw a survival figure.

    Bands are drawn where both limits exist; the guide of a median only where it is reached. Raises InputRefused when
    the ARD has no such curve.
    """
    found = _found(figure, ard, study)
    wording = Wording.of(figure, study)
    page, frame = lay_out(figure, found, study)
    endpoint = study.endpoint(figure.endpoint)
    axes = step_axes(page, frame, f"{endpoint.label} (%)", f"Time from {endpoint.origin} ({study.time_unit})")
    _draw_guides(axes, found)
    styles = level_styles(study, figure.by, [curve.level for curve in found])
    lines = [_draw(axes, frame, curve, styles[curve.level], len(found)) for curve in found]
    p_value = _log_rank(ard, figure)
    if figure.by:
        write_header(page, frame, found, styles, wording)
    annotate(page, frame, found, lines, wording, p_value)
    write_at_risk(page, frame, found, styles)
    letter(page, figure.printed_as)
    stamp(page, axes, frame.area, mark)
    description = describe(figure, study, found, wording, p_value, mark)
    return Drawing(page, figure.title, description, COLUMNS, data(found, frame.ticks))


def _found(figure: SurvivalFigure, ard: Ard, study: Study) -> list[Curve]:
    found = curves(ard, figure.endpoint, figure.by, study.levels(figure.by) if figure.by else [])
    refuse_many_levels(study, figure, len(found))
    if found:
        return found
    if figure.by:
        rule = "curves by a group exist for comparisons under analyses.compare whose levels have patients"
        remedy = f"Add {{endpoint: {figure.endpoint}, by: {figure.by}}} there, or drop by: from the figure."
        raise refusal(study, figure, f"no curve of {figure.endpoint} by {figure.by}", rule, remedy)
    remedy = "Check its column in the extract, or drop the figure."
    raise refusal(study, figure, f"no curve of {figure.endpoint}", "its endpoint must have times", remedy)


def _draw(axes: Axes, frame: Frame, curve: Curve, style: SeriesStyle, count: int) -> list[Point]:
    """Draw one of `count` curves with its band and censoring marks; gives its corners in mm."""
    draw_band(axes, frame, curve.vertices("conf_low"), curve.vertices("conf_high"), style.colour, count)
    corners = draw_steps(axes, frame, curve.vertices(), style)
    censored = [(row.at, 100 * row.number("estimate")) for row in curve.rows if row.number("n_censor") > 0]
    if censored:
        # Hundreds of marks would bury the curve under a band of their own.
        size, width = (5.5, 0.9) if len(censored) <= FEW // 2 else (3.0, 0.4)
        marks: dict[str, Any] = {"marker": "|", "markersize": size, "markeredgewidth": width, "linestyle": "none"}
        points = zip(*thin(censored, frame), strict=True)
        axes.plot(*points, color=style.colour, clip_on=False, zorder=4, **marks)
    return corners


def _draw_guides(axes: Axes, found: Sequence[Curve]) -> None:
    """Thin lines from 50% to the medians and down to the time axis."""
    medians = [curve.number("median") for curve in found if not math.isnan(curve.number("median"))]
    look: dict[str, Any] = {"color": GREY, "linewidth": HAIRLINE, "linestyle": (0, (3.0, 2.0)), "zorder": 2}
    if medians:
        axes.plot([0, max(medians)], [50, 50], **look)
    for median in medians:
        axes.plot([median, median], [0, 50], **look)


def _log_rank(ard: Ard, figure: SurvivalFigure) -> float:
    """The P value of the comparison; nan when there is none."""
    if not figure.by:
        return math.nan
    wanted = {"context": "comparison", "variable": figure.endpoint, "group1": figure.by, "group1_level": ""}
    found = ard.where(**wanted, method="log-rank", stat_name="p_value", convention="")
    return next((statistic.number for statistic in found), math.nan)
