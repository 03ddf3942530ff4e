"""Take an extract in: every cell judged, nothing changed that could matter, or refused with all its problems.

Columns that the study file does not name stay behind: they are neither judged nor written.
"""

import csv
from pathlib import Path

from peritrace.extracts.account import write_account
from peritrace.extracts.examination import Examination, examine
from peritrace.files import whole_file
from peritrace.study import Study


def intake(extract: Path, study: Study, folder: Path) -> None:
    """Examine an extract and write into `folder` what there is to say of it, and its patients if it is sound.

    `patients.csv` has canonical names, levels and ISO dates; of a refused extract it holds no patient, and
    `problems.csv` says why. Nothing is raised: the next stage ends the study.
    """
    found = examine(extract, study)
    write_account(found, folder)
    write_patients(found, folder / "patients.csv")


def write_patients(found: Examination, out: Path) -> None:
    """The patients with canonical cells, or none of a refused extract."""
    names = [column.name for column in found.study.columns]
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["line", *names])
        if not found.errors:
            writer.writerows(zip(found.read.lines, *map(found.cells, names), strict=True))
