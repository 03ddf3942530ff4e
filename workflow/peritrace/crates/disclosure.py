"""What of a study may leave the project in a crate: by an allow-list, since a forgotten file must stay inside."""

import csv
from pathlib import Path, PurePosixPath

from peritrace.study import Study

CODE = "workflow/"


def is_public(study: Study) -> bool:
    """Whether the study file says that all of its data are published.

    Published tables are. Patients' rows are when the study cites its publication, says of every column where that
    prints it, and its extract is a text file without a further column. A study that is set beside others is not:
    its page holds their results.
    """
    if study.compare:
        return False
    if study.published:
        return True
    printed = study.citation is not None and bool(study.columns) and all(c.printed_in for c in study.columns)
    if not printed or study.source is None or study.source.patients is None or study.source.previous:
        return False
    return _header(study.source.patients, study) <= {str(column.source) for column in study.columns}


def _header(path: str, study: Study) -> set[str]:
    source = study.source
    if source is None or Path(path).suffix != ".csv":
        return {""}  # no column has this name: a workbook may hide more than its header says
    with Path(path).open(encoding=source.encoding, newline="") as handle:
        return set(next(csv.reader(handle, delimiter=source.delimiter), [""]))


def disclosed(path: str, study: str, public: bool) -> bool:
    """Whether a file of a run goes into the crate: code always, everything else of public studies only."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts:
        return False
    if path.startswith(CODE):
        return True
    own = (f"results/{study}/", f"reports/{study}.", f"reports/{study}-", f"resources/{study}/")
    return public and (path.startswith(own) or path == f"config/studies/{study}.yaml")
