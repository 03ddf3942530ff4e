"""intake_tables: published tables judged cell by cell, and passed on, or refused with every problem."""

from pathlib import Path

from peritrace.extracts.tables import read_published
from peritrace.study import Study


def intake_tables(study: Study, folder: Path, out: Path) -> None:
    """Write the validated tables of a study into `out`; raises InputRefused with every problem found."""
    read_published(folder, f"{study.id}: {folder}").write(out)
