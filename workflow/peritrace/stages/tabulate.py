"""tabulate: every table that the study file asks for, as an HTML fragment and as plain CSV."""

from collections.abc import Callable
from pathlib import Path

from peritrace.ard import Ard, read_ard
from peritrace.files import read_csv, write_text
from peritrace.study import Study
from peritrace.study import Table as Wanted
from peritrace.tabulations.descriptive import characteristics, patients_rows
from peritrace.tabulations.lookup import shown
from peritrace.tabulations.regressions import associations, models
from peritrace.tabulations.survival import comparisons, life_table, survival_estimates
from peritrace.tabulations.table import Table

SUMMARIES: dict[str, Callable[[Study, Ard, Wanted], Table]] = {
    "characteristics": characteristics,
    "survival": survival_estimates,
    "life-table": life_table,
    "comparisons": comparisons,
    "models": models,
    "associations": associations,
}


def tabulate(study: Study, ard: Path, adsl: Path, folder: Path) -> None:
    """Write `<table id>.html` and `<table id>.csv` into `folder` for each table of the study file."""
    statistics = shown(read_ard(ard))
    patients = read_csv(adsl) if any(wanted.kind == "rows" for wanted in study.tables) else []
    for wanted in study.tables:
        if wanted.kind == "rows":
            table = patients_rows(study, patients, wanted)
        else:
            table = SUMMARIES[wanted.kind](study, statistics, wanted)
        write_text(folder / f"{table.id}.html", table.to_html())
        table.write_csv(folder / f"{table.id}.csv")
