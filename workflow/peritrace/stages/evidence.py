"""evidence: survival results that the sources cite, beside those of this run's studies, as a table and one figure."""

import json
from dataclasses import asdict
from pathlib import Path

from peritrace.evidence.disagreements import disagreements
from peritrace.evidence.results import COLUMNS, cited_results, own_results
from peritrace.figures.evidence import evidence_drawing
from peritrace.figures.output import write_drawing
from peritrace.figures.style import journal_style
from peritrace.files import write_csv
from peritrace.study import Study

FORMATS = ("svg", "png", "pdf", "csv")


def evidence(settings: str, folder: Path, finished_only: bool = False) -> None:
    """Write `evidence.csv`, `disagreements.csv` and the figure.

    `settings` are the studies, and what papers are called, as JSON.
    With `finished_only` studies without statistics are left out. Raises InputRefused when the table of citations is
    wrong.
    """
    results = cited_results()
    given = json.loads(settings)
    names = {name: called for name, called in given["names"].items() if called}
    for item in given["studies"]:
        study = Study.model_validate(item)
        ard = folder.parent / study.id / "estimate/ard.csv"
        if ard.is_file() or not finished_only:
            results += own_results(study, ard)
    write_csv(folder / "evidence.csv", COLUMNS, map(asdict, results))
    found = [asdict(disagreement) for disagreement in disagreements(results)]
    write_csv(folder / "disagreements.csv", ("kind", "sentence"), found)
    out = {suffix: folder / f"figure.{suffix}" for suffix in FORMATS}
    with journal_style("evidence"):
        drawing = evidence_drawing(results, names)
    write_drawing(drawing, out, "evidence")
