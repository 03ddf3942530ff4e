"""Survival results of many studies on one axis of time: medians with their limits, and rates at their times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from peritrace.evidence.results import COLUMNS, Result
from peritrace.figures.flow import FULL_PAGE
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Words, mm, shorten
from peritrace.figures.parts import EDGE, set_axis, x_label
from peritrace.figures.scale import time_ticks
from peritrace.figures.style import GREY, INK, LIGHT, NOTE, SERIES, SMALL
from peritrace.formats import format_number

TITLE = "Survival results that the sources cite, beside those of this run"
OWN = SERIES[0].colour
_VALUES, _AREA = 66.0, 94.0  # mm, where the column of medians and the axis begin
_PITCH, _HEAD = 8.6, 6.4  # mm, of a row and of a heading
_FOOT = 19.0  # mm below the axis, with its label and the legend
PLOTTED = ("survival-median", "survival-rate")


@dataclass(frozen=True)
class EvidenceRow:
    """One arm of one study: its median and its rates."""

    tumour: str
    treatment: str
    called: str
    own: bool
    median: Result | None
    rates: tuple[Result, ...]


def evidence_rows(results: Sequence[Result], names: Mapping[str, str]) -> list[EvidenceRow]:
    """The arms by tumour in the order given, each with what is plotted of it; own studies last within their tumour.

    `names` says what papers are called.
    """
    arms: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.quantity in PLOTTED and result.value:
            arms.setdefault((result.paper, result.result), []).append(result)
    rows = []
    for found in arms.values():
        first = found[0]
        medians = [r for r in found if r.quantity == "survival-median"]
        rates = tuple(r for r in found if r.quantity == "survival-rate")
        paper = names.get(first.paper) or first.paper.replace("-", " ")
        called = f"{first.cited_as}, {first.basis}" if first.own else f"{first.cited_as} in {paper}"
        called += f", n = {first.n}" if first.n else ""
        rows.append(
            EvidenceRow(first.tumour, first.treatment, called, bool(first.own), next(iter(medians), None), rates)
        )
    tumours = list(dict.fromkeys(row.tumour for row in rows))
    return sorted(rows, key=lambda row: (tumours.index(row.tumour), row.own))


def evidence_drawing(results: Sequence[Result], names: Mapping[str, str]) -> Drawing:
    """Draw the results; the data behind the figure are those plotted, each with its source."""
    rows = evidence_rows(results, names)
    tumours = list(dict.fromkeys(row.tumour for row in rows))
    height = _PITCH * len(rows) + _HEAD * len(tumours) + 2.0
    page = Page(FULL_PAGE, height + _FOOT + EDGE + 4.0)
    area = Box(_AREA, _FOOT, FULL_PAGE - 4.0, _FOOT + height)
    axes = page.axes(area)
    ticks = time_ticks(_longest(results), "months", most=12)
    set_axis(axes, "x", ticks, (0, ticks[-1]))
    axes.set_ylim(0, height)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for time in (12, 36, 60):
        axes.axvline(time, color=LIGHT, linewidth=0.5, zorder=0)
    page.write(_VALUES, area.top + 1.2, Words("Median (95% CI)", "bold", SMALL))
    y = height
    for tumour in tumours:
        y -= _HEAD
        page.write(EDGE, area.bottom + y + 1.4, Words(shorten(tumour, _AREA - EDGE, NOTE, "bold"), "bold"))
        for row in (row for row in rows if row.tumour == tumour):
            y -= _PITCH
            _write_row(page, row, area.bottom + y)
            _draw_row(axes, row, y, ticks[-1])
    x_label(page, area, area.bottom - 8.0, "Months")
    _legend(page, 2.6)
    shown = [r for row in rows for r in (*([row.median] if row.median else []), *row.rates)]
    data = [{name: getattr(result, name) for name in COLUMNS} for result in shown]
    return Drawing(page, TITLE, _describe(rows), COLUMNS, data)


def _longest(results: Sequence[Result]) -> float:
    plotted = [r for r in results if r.quantity == "survival-median" and r.value]
    ends = [float(text) for r in plotted for text in (r.value, r.value_high, r.conf_high) if text]
    return 12 * (int(max([60.0, *ends]) / 12) + 2)


def median_text(result: Result | None) -> str:
    """The median as the figure's column has it: "49.9 (1.0 to –)", "6.0 to 14.0", "< 2"."""
    if result is None or not result.value:
        return ""
    if not result.own:
        sign = f"{result.sign} " if result.sign else ""
        return f"{sign}{result.value}" + (f" to {result.value_high}" if result.value_high else "")
    value = format_number(float(result.value))
    if not result.conf_low and not result.conf_high:
        return value
    low, high = (format_number(float(text)) if text else "–" for text in (result.conf_low, result.conf_high))
    return f"{value} ({low} to {high})"


def rate_text(result: Result) -> str:
    """A rate as the figure has it; another outcome than survival is named."""
    value = format_number(float(result.value), 0) if result.own else result.value
    return f"{value}%" + (" RFS" if result.outcome.startswith("recurrence-free") else "")


def _write_row(page: Page, row: EvidenceRow, bottom: float) -> None:
    colour = OWN if row.own else INK
    face = "bold" if row.own else "regular"
    treatment = shorten(row.treatment, _VALUES - EDGE - 4.0, NOTE, face)
    page.write(EDGE + 2.0, bottom + 5.0, Words(treatment, face, NOTE, colour))
    page.write(
        EDGE + 2.0, bottom + 1.8, Words(shorten(row.called, _VALUES - EDGE - 4.0, SMALL), "regular", SMALL, GREY)
    )
    page.write(_VALUES, bottom + 5.0, Words(median_text(row.median), face, NOTE, colour))


def _draw_row(axes: Axes, row: EvidenceRow, bottom: float, end: float) -> None:
    colour, y = (OWN if row.own else INK), bottom + 5.9
    if row.median and row.median.value:
        _draw_median(axes, row.median, y, colour, end)
    for rate in row.rates:
        at = float(rate.time_months)
        axes.plot([at], [bottom + 3.7], marker="|", markersize=3.0, color=colour)
        axes.text(at, bottom + 0.6, rate_text(rate), fontsize=SMALL, color=colour, ha="center", va="baseline")


def _draw_median(axes: Axes, result: Result, y: float, colour: str, end: float) -> None:
    value = float(result.value)
    if result.value_high:
        axes.plot([value, float(result.value_high)], [y, y], color=GREY, linewidth=3.2, solid_capstyle="butt")
        return
    if result.conf_low or result.conf_high:
        low = float(result.conf_low) if result.conf_low else 0.0
        high = float(result.conf_high) if result.conf_high else end
        axes.plot([low, high], [y, y], color=colour, linewidth=1.0)
        if not result.conf_high:
            axes.plot([end], [y], marker=">", markersize=3.6, color=colour, clip_on=False)
    if result.sign == "<":
        axes.plot([0, value], [y, y], color=colour, linewidth=1.0)
    face = colour if result.own else "white"
    axes.plot(
        [value], [y], marker="D", markersize=4.4, color=colour, markerfacecolor=face, markeredgewidth=1.0, zorder=3
    )


def _legend(page: Page, y: float) -> None:
    place = EDGE + 2.0
    entries = (
        ("D", OWN, OWN, "study of this run"),
        ("D", INK, "white", "as cited by a source"),
        ("_", GREY, GREY, "range over several studies"),
        ("|", INK, INK, "survival at that time"),
    )
    for marker, edge, face, text in entries:
        page.sign(place, y + mm(0.27 * NOTE), marker=marker, markersize=4.4, color=edge, markerfacecolor=face)
        words = Words(text)
        page.write(place + 2.2, y, words)
        place += words.width + 9.0


def _describe(rows: Sequence[EvidenceRow]) -> str:
    """Every row in words."""
    told = []
    for row in rows:
        parts = [f"median {median_text(row.median)} months"] if row.median and row.median.value else []
        parts += [f"{rate_text(rate)} at {rate.time_months} months" for rate in row.rates]
        mark = " (study of this run)" if row.own else ""
        told.append(f"{row.tumour}; {row.treatment}; {row.called}{mark}: {', '.join(parts)}.")
    return " ".join(["Survival results by tumour and treatment on one axis of months.", *told])
