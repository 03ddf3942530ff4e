"""diff: what changed since the extract before this one, in rows, distributions and results."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from peritrace.changes.comparison import (
    DISTRIBUTION_COLUMNS,
    RESULT_COLUMNS,
    ROW_COLUMNS,
    distributions,
    result_changes,
    row_changes,
)
from peritrace.changes.snapshot import Snapshot, snapshot
from peritrace.files import write_csv
from peritrace.problems import InputRefused
from peritrace.study import Study
from peritrace.words import counted

NOT_COMPARABLE = "not comparable"


def diff(study: Study, previous: Path, patients: Path, ard: Path, folder: Path) -> None:
    """Write `rows.csv`, `distributions.csv` and `results.csv` into `folder`.

    An earlier extract that intake refuses keeps nothing from running: `rows.csv` then says so.
    """
    now = Snapshot.read(study, patients, ard)
    try:
        before = snapshot(previous, study)
    except InputRefused as refusal:
        reason = f"the extract before this one is refused: {counted(len(refusal.problems), 'problem')}"
        write_changes(folder, [{"change": NOT_COMPARABLE, "columns": reason}], [], [])
        return
    write_changes(
        folder,
        map(asdict, row_changes(before, now)),
        map(asdict, distributions(before, now)),
        map(asdict, result_changes(before, now)),
    )


def write_changes(
    folder: Path,
    rows: Iterable[dict[str, object]],
    moved: Iterable[dict[str, object]],
    results: Iterable[dict[str, object]],
) -> None:
    """The three tables of what changed."""
    write_csv(folder / "rows.csv", ROW_COLUMNS, rows)
    write_csv(folder / "distributions.csv", DISTRIBUTION_COLUMNS, moved)
    write_csv(folder / "results.csv", RESULT_COLUMNS, results)
