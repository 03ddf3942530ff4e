"""What is written in and around survival curves: sizes, header, notes, the table of numbers at risk, the data.

The table below the curves gives the patients at risk and, in parentheses, those censored before; with the events
before, which the CSV has too, they sum to n at every time (Morris et al., BMJ Open 2019;9:e030215).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from peritrace.figures.curves import AtRisk, Curve
from peritrace.figures.page import Box, Page, Point, Words, clean, first_free, mm, run_width, shorten, text_width
from peritrace.figures.parts import EDGE, key_line, places_in
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
    heading,
    step_page,
    write_risk_table,
)
from peritrace.figures.style import NOTE, SMALL
from peritrace.formats import format_interval, format_number, format_p_equation
from peritrace.meaning import Durations, NumberColumn
from peritrace.study import Study
from peritrace.wanted import SurvivalFigure

COLUMNS = (
    "part",
    "series",
    "time",
    "n_risk",
    "n_event",
    "n_censor",
    "events_before",
    "censored_before",
    "survival",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True)
class Wording:
    """How an endpoint is spoken of."""

    unit: str
    event: str  # death or event
    decimals: int
    confidence: str  # "95% CI"

    @classmethod
    def of(cls, figure: SurvivalFigure, study: Study) -> "Wording":
        """The words for a figure; events are called deaths where the definition is one of death alone."""
        endpoint = study.endpoint(figure.endpoint)
        definition = endpoint.events[0].description.casefold()
        event = "death" if definition.startswith("death") and "progress" not in definition else "event"
        column = study.column(endpoint.time.column) if isinstance(endpoint.time, Durations) else None
        decimals = column.decimals if isinstance(column, NumberColumn) else 1
        least = 0 if study.time_unit == "days" else 1
        return cls(study.time_unit, event, max(decimals, least), f"{study.analyses.level * 100:g}% CI")

    def events(self, count: int) -> str:
        """A count of events: "1 death", "5 deaths"."""
        return f"{count} {self.event}" + ("" if count == 1 else "s")

    def median(self, curve: Curve) -> str:
        """The median without its unit, or "not reached"."""
        median = curve.number("median")
        return "not reached" if math.isnan(median) else format_number(median, self.decimals)

    def limits(self, curve: Curve) -> str:
        """The limits of the median in parentheses; a dash stands for a limit without estimate."""
        low, high = curve.number("median_conf_low"), curve.number("median_conf_high")
        return f"({format_interval(low, high, self.decimals)})"


def lay_out(figure: SurvivalFigure, found: Sequence[Curve], study: Study) -> tuple[Page, Frame]:
    """Choose the sizes of page and axes so that every label and every cell of the tables has its room."""
    head = ROW * (len(found) + 1) + 3.5 if figure.by else 6.0 if figure.printed_as else 3.0
    return step_page(
        WIDE if figure.by else SINGLE,
        Axis(max(curve.longest for curve in found), study.time_unit),
        f"{study.endpoint(figure.endpoint).label} (%)",
        max(run_width(_cell(AtRisk(curve.count("n"), curve.count("n_censor"), 0))) for curve in found),
        [curve.level for curve in found],
        head,
    )


def _cell(counts: AtRisk) -> tuple[Words, Words]:
    return Words(str(counts.n_risk)), heading(f"({counts.n_censor})")


def write_header(page: Page, frame: Frame, found: Sequence[Curve], styles: Styles, wording: Wording) -> None:
    """Above the axes, a line for each level: its look, its name, patients, events and median."""
    cells = [
        (str(curve.count("n")), str(curve.count("n_event")), wording.median(curve), wording.limits(curve))
        for curve in found
    ]
    n, events, median, limits = (max(text_width(text, NOTE) for text in column) for column in zip(*cells, strict=True))
    events_name, median_name = f"{wording.event.capitalize()}s", f"Median, {wording.unit} ({wording.confidence})"
    events = max(events, text_width(events_name, SMALL))
    medians = max(median + 1.0 + limits, text_width(median_name, SMALL))
    names = max(text_width(shorten(curve.level, page.width, NOTE), NOTE) for curve in found)
    columns = n + events + medians + 3 * GUTTER
    # Flush with the axes unless the names need more room: then nearer to the panel letter, at last shortened.
    key = max(EDGE + 6.0, min(frame.area.left, page.width - EDGE - columns - names - KEY - 1.5))
    left = key + KEY + 1.5
    names = min(names, page.width - EDGE - columns - left)
    n_right = left + names + GUTTER + n
    events_right = n_right + GUTTER + events
    median_left = events_right + GUTTER
    top = page.height - EDGE - mm(0.72 * NOTE)
    page.write(n_right, top, heading("n"), "right")
    page.write(events_right, top, heading(events_name), "right")
    page.write(median_left, top, heading(median_name))
    for place, (curve, row) in enumerate(zip(found, cells, strict=True)):
        y = top - ROW * (place + 1)
        key_line(page, key, y, KEY, styles[curve.level])
        page.write(left, y, Words(shorten(curve.level, names, NOTE)))
        for right, text in zip((n_right, events_right, median_left + median), row, strict=False):
            page.write(right, y, Words(text), "right")
        page.write(median_left + median + 1.0, y, Words(row[3]))


def write_at_risk(page: Page, frame: Frame, found: Sequence[Curve], styles: Styles) -> None:
    """Below the axes, numbers at risk at the ticks, with those censored before in parentheses."""
    cells = {curve.level: [_cell(curve.at_risk(tick)) for tick in frame.ticks] for curve in found}
    write_risk_table(page, frame, cells, styles, "(censored)")


def annotate(
    page: Page,
    frame: Frame,
    found: Sequence[Curve],
    lines: Sequence[Sequence[Point]],
    wording: Wording,
    p_value: float,
) -> None:
    """Inside the axes: counts and median of a single curve, the log-rank P of several."""
    boxes: list[Box] = []
    if len(found) == 1 and not found[0].level:
        run = [Words(f"n = {found[0].count('n')}, {wording.events(found[0].count('n_event'))}")]
        boxes = _write_median(page, frame, found[0], wording)
    elif not math.isnan(p_value):
        letter_p, _, rest = format_p_equation(p_value).partition(" ")
        run = [Words("log-rank"), Words(letter_p, "italic"), Words(rest)]
    else:
        return
    width, height = run_width(run), mm(1.1 * NOTE)
    box = first_free(places_in(frame.area, width, height), lines, boxes)
    page.write_run(box.left, box.bottom + mm(0.25 * NOTE), run)


def _write_median(page: Page, frame: Frame, curve: Curve, wording: Wording) -> list[Box]:
    """The median beside its guide, on the side that the curve leaves free: above 50% after it, below before it."""
    median = curve.number("median")
    if math.isnan(median):
        return []
    run = [Words(f"median {wording.median(curve)} {wording.unit}", size=SMALL)]
    x, y = frame.x(median), frame.y(50)
    if x + 1.5 + run_width(run) <= frame.area.right:
        return [page.write_run(x + 1.5, y + 2.2, run)]
    return [page.write_run(x - 1.5, y - 4.0, run, "right")]


def describe(
    figure: SurvivalFigure,
    study: Study,
    found: Sequence[Curve],
    wording: Wording,
    p_value: float,
    mark: str | None,
) -> str:
    """The figure in words, for those who can't see it."""
    parts = [
        f"{curve.level or ALL}: {curve.count('n')} patients, {wording.events(curve.count('n_event'))}, median "
        + wording.median(curve)
        + ("" if math.isnan(curve.number("median")) else f" {wording.unit}")
        for curve in found
    ]
    by = f" by {study.label(figure.by)}" if figure.by else ""
    test = "" if math.isnan(p_value) else f" Log-rank {format_p_equation(p_value)}."
    text = f"Kaplan–Meier curves of {study.label(figure.endpoint)}{by}. {'; '.join(parts)}.{test}"
    return clean(f"{mark}. {text}" if mark else text)


def data(found: Sequence[Curve], ticks: Sequence[float]) -> list[dict[str, object]]:
    """The rows behind the figure: every time of every curve, then the table of numbers at risk."""
    rows: list[dict[str, object]] = []
    for curve in found:
        events = censored = 0
        for row in curve.rows:
            counts = {name: row.stats.get(name, "") for name in ("n_risk", "n_event", "n_censor")}
            limits = {name: row.stats.get(name, "") for name in ("conf_low", "conf_high")}
            before = {"events_before": events, "censored_before": censored}
            place = {"part": "curve", "series": curve.level or ALL, "time": row.time}
            rows.append({**place, **counts, **before, "survival": row.stats.get("estimate", ""), **limits})
            events, censored = events + row.count("n_event"), censored + row.count("n_censor")
    for curve in found:
        for tick in ticks:
            at = curve.at_risk(tick)
            place = {"part": "at risk", "series": curve.level or ALL, "time": f"{tick:g}"}
            before = {"events_before": at.n_event, "censored_before": at.n_censor}
            rows.append({**place, "n_risk": at.n_risk, **before})
    return rows
