"""A cohort as one extract gives it: patients in canonical form and every statistic."""

from dataclasses import dataclass
from pathlib import Path

from peritrace.analyses.cohort import Cohort
from peritrace.analyses.everything import statistics
from peritrace.ard import Ard, read_ard
from peritrace.derivations.datasets import ADTTE_COLUMNS, adsl_rows, adtte_rows
from peritrace.derivations.derivation import identifier
from peritrace.extracts.examination import examine
from peritrace.files import read_csv
from peritrace.problems import InputRefused
from peritrace.study import Study

Row = dict[str, str]


@dataclass(frozen=True)
class Snapshot:
    """Patients by their identifier, with the line of the extract on which each stands, and the statistics."""

    study: Study
    patients: dict[str, Row]
    ard: Ard

    @classmethod
    def read(cls, study: Study, patients: Path, ard: Path) -> "Snapshot":
        """From what the stages left."""
        name = identifier(study).name
        return cls(study, {row[name]: row for row in read_csv(patients)}, read_ard(ard))


def snapshot(extract: Path, study: Study) -> Snapshot:
    """Take an extract in and compute its statistics, in memory.

    Counts and digests that the study file announces belong to another extract and are not asked of this one. Raises
    InputRefused when intake would refuse it.
    """
    source = study.source.model_copy(update={"rows": None, "columns": None, "sha256": None}) if study.source else None
    found = examine(extract, study.model_copy(update={"source": source}))
    if found.errors or found.derived is None:
        raise InputRefused(f"{study.id}: {extract}", found.errors)
    names = [column.name for column in study.columns]
    header = ["line", *names]
    rows = [list(row) for row in zip(map(str, found.read.lines), *map(found.cells, names), strict=True)]
    first, *patients = adsl_rows(found.derived, header, rows)
    times = [dict(zip(ADTTE_COLUMNS, map(str, row), strict=True)) for row in adtte_rows(found.derived)]
    cohort = Cohort(study, [dict(zip(first, row, strict=True)) for row in patients], times)
    by_identifier = {row[1 + names.index(identifier(study).name)]: dict(zip(header, row, strict=True)) for row in rows}
    return Snapshot(study, by_identifier, Ard(statistics(cohort)))
