"""What stands in the place of a figure that the cohort's data can't give: its title, and why it is not drawn."""

from peritrace.figures.output import Drawing
from peritrace.figures.page import Page, Words, clean, wrap
from peritrace.figures.style import GREY, NOTE, SINGLE_COLUMN
from peritrace.problems import Problem
from peritrace.wanted import CohortFigure

COLUMNS = ("not_drawn", "because", "remedy")
_LINE, _EDGE, _TOP = 4.2, 4.0, 10.0  # mm


def absent_drawing(figure: CohortFigure, problems: list[Problem], mark: str | None) -> Drawing:
    """Draw a note in the figure's place."""
    rows = [{"not_drawn": figure.id, "because": f"{p.found}; {p.rule}", "remedy": p.remedy} for p in problems]
    text = " ".join(f"Not drawn: {p.found}; {p.rule}. {p.remedy}" for p in problems)
    lines = wrap(f"{mark}. {text}" if mark else text, SINGLE_COLUMN - 2 * _EDGE, NOTE, lines=8)
    page = Page(SINGLE_COLUMN, _TOP + _LINE * (len(lines) + 1))
    page.write(_EDGE, _LINE * (len(lines) + 1.6), Words(clean(figure.title), "bold"))
    for place, line in enumerate(reversed(lines)):
        page.write(_EDGE, _LINE * (place + 1), Words(line, colour=GREY))
    return Drawing(page, figure.title, clean(text), COLUMNS, rows)
