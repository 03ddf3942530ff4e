"""Stage draw: every figure of a study, from its ARD, its patients and their times."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from peritrace.ard import Ard, read_ard
from peritrace.figures.absent import absent_drawing
from peritrace.figures.factors import factors_drawing
from peritrace.figures.incidence import incidence_drawing
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.points import points_drawing
from peritrace.figures.style import journal_style
from peritrace.figures.survival import survival_drawing
from peritrace.figures.swimmer import swimmer_drawing
from peritrace.files import remove_former
from peritrace.problems import InputRefused
from peritrace.study import Study
from peritrace.wanted import CohortFigure, GroupFigure, IncidenceFigure, SurvivalFigure, SwimmerFigure

FORMATS = ("svg", "pdf", "png", "csv")
SIMULATED = "SIMULATED PATIENTS"
_NO = {"", "no", "n", "false", "0"}

Row = Mapping[str, str]


def draw(
    figure: CohortFigure,
    ard: Ard,
    patients: Sequence[Row],
    times: Sequence[Row],
    study: Study,
    out: Mapping[str, str | Path],
    mark: str | None = None,
) -> None:
    """Draw one figure into the files that `out` names (svg, pdf, png, csv → path).

    `patients` and `times` are the rows of ADSL and ADTTE. `mark` is printed across the figure and stands in a column
    of the CSV; where a `simulated` column says so of a patient, SIMULATED is the mark by itself. Raises InputRefused
    when the data have nothing to draw.
    """
    with journal_style():
        drawing = _drawing(figure, ard, patients, times, study, mark)
    write_drawing(drawing, out, _salt(study, figure))


def draw_all(
    study: Study,
    ard_path: str | Path,
    adsl_path: str | Path,
    adtte_path: str | Path,
    folder: str | Path,
    mark: str | None = None,
) -> None:
    """Draw every figure of the study as `<folder>/<figure id>.svg`, `.pdf`, `.png` and `.csv`.

    One that the data can't give is replaced by a note that says why; figures of an earlier study file are removed.
    """
    ard = read_ard(ard_path)
    patients = _read(adsl_path, _columns_of_patients(study))
    mark = mark or _mark_of(patients)
    swimmers = [figure for figure in study.cohort_figures if isinstance(figure, SwimmerFigure)]
    times = _read(adtte_path, {"USUBJID", "PARAMCD", "AVAL", "CNSR"}) if swimmers else []
    for figure in study.cohort_figures:
        with journal_style():
            try:
                drawing = _drawing(figure, ard, patients, times, study, mark)
            except InputRefused as refused:
                drawing = _marked(absent_drawing(figure, refused.problems, mark), mark)
        out = {kind: Path(folder) / f"{figure.id}.{kind}" for kind in FORMATS}
        write_drawing(drawing, out, _salt(study, figure))
    remove_former(Path(folder), [f".{kind}" for kind in FORMATS], (figure.id for figure in study.cohort_figures))


def _columns_of_patients(study: Study) -> set[str]:
    """The columns of ADSL that the figures of a study show."""
    shown = [figure for figure in study.cohort_figures if isinstance(figure, GroupFigure | SwimmerFigure)]
    if not shown:
        return {"simulated"}
    columns = {"simulated", "USUBJID", *(figure.by for figure in shown if figure.by)}
    columns |= {figure.variable for figure in shown if isinstance(figure, GroupFigure)}
    return columns | {column.name for column in study.columns if column.type == "identifier"}


def _read(path: str | Path, columns: set[str]) -> list[dict[str, str]]:
    """The rows of a file, those columns only: of a million patients the rest would fill the memory."""
    with Path(path).open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        places = [(place, name) for place, name in enumerate(next(reader, [])) if name in columns]
        # A value that many patients share is kept once.
        return [{name: sys.intern(row[place]) for place, name in places} for row in reader] if places else []


def _drawing(
    figure: CohortFigure, ard: Ard, patients: Sequence[Row], times: Sequence[Row], study: Study, mark: str | None
) -> Drawing:
    mark = mark or _mark_of(patients)
    if isinstance(figure, SurvivalFigure):
        drawing = survival_drawing(figure, ard, study, mark)
    elif isinstance(figure, GroupFigure):
        drawing = points_drawing(figure, ard, patients, study, mark)
    elif isinstance(figure, SwimmerFigure):
        drawing = swimmer_drawing(figure, patients, times, study, mark)
    elif isinstance(figure, IncidenceFigure):
        drawing = incidence_drawing(figure, ard, study, mark)
    else:
        drawing = factors_drawing(figure, ard, study, mark)
    return _marked(drawing, mark)


def _mark_of(patients: Sequence[Row]) -> str | None:
    """SIMULATED where a row is marked as simulated."""
    return SIMULATED if any(patient.get("simulated", "").casefold() not in _NO for patient in patients) else None


def _marked(drawing: Drawing, mark: str | None) -> Drawing:
    if not mark:
        return drawing
    marked = [{**row, "mark": mark} for row in drawing.rows]
    return replace(drawing, columns=[*drawing.columns, "mark"], rows=marked)


def _salt(study: Study, figure: CohortFigure) -> str:
    return f"{study.id}/{figure.id}"
