"""tabulate: every table that the study file asks for, as an HTML fragment, as plain CSV and for Word."""

from collections.abc import Callable, Mapping
from pathlib import Path

from peritrace.ard import Ard, read_ard
from peritrace.files import read_csv, remove_former
from peritrace.study import Study
from peritrace.tabulations.beside import Other, beside
from peritrace.tabulations.courses import follow_up, incidence, landmarks, restricted_mean
from peritrace.tabulations.descriptive import characteristics, missing, patients_rows
from peritrace.tabulations.factors import factors, proportional_hazards
from peritrace.tabulations.lookup import shown
from peritrace.tabulations.regressions import associations, models
from peritrace.tabulations.survival import comparisons, life_table, survival_estimates
from peritrace.tabulations.table import Table
from peritrace.tabulations.word import FORMATS, write_table
from peritrace.wanted import Table as Wanted

SUMMARIES: dict[str, Callable[[Study, Ard, Wanted], Table]] = {
    "characteristics": characteristics,
    "missing": missing,
    "survival": survival_estimates,
    "follow-up": follow_up,
    "life-table": life_table,
    "comparisons": comparisons,
    "models": models,
    "factors": factors,
    "proportional-hazards": proportional_hazards,
    "restricted-mean": restricted_mean,
    "incidence": incidence,
    "landmarks": landmarks,
    "associations": associations,
}


def tabulate(study: Study, ard: Path, adsl: Path, folder: Path, others: Mapping[Path, Study] | None = None) -> None:
    """Write `<table id>.html`, `.csv` and `.docx` into `folder` for each table of the study file; former ones go.

    `others` maps the statistics of other cohorts to their studies, for tables that set them beside this one.
    """
    statistics = shown(read_ard(ard))
    patients = read_csv(adsl) if any(wanted.kind == "rows" for wanted in study.tables) else []
    cohorts = {other.id: Other(other, shown(read_ard(path))) for path, other in (others or {}).items()}
    for wanted in study.tables:
        if wanted.kind == "rows":
            table = patients_rows(study, patients, wanted)
        elif wanted.kind == "beside":
            table = beside(study, statistics, cohorts, wanted)
        else:
            table = SUMMARIES[wanted.kind](study, statistics, wanted)
        write_table(table, folder)
    remove_former(folder, FORMATS, (wanted.id for wanted in study.tables))
