"""What of a study may leave the project in a crate: by allow-lists, since a forgotten file must stay inside."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from peritrace.records import Record
from peritrace.study import Study

CODE = "workflow/"
ABOUT_THE_CODE = ("LICENSE", "CITATION.cff")
SHARED = ("resources/guidance/", "resources/lexicon/")  # texts of the project that jobs of a study read
# What a command may hold for its records to be shared: a switch may carry a path, a name or a password.
_COMMAND = re.compile(
    r"snakemake|-n|-F|-k|-f|-R|-c\d*|-j\d*|--cores(=\d+)?|--jobs(=\d+)?|--quiet|--force|--forceall|--forcerun|--keep-going"
    r"|--rerun-incomplete|--printshellcmds|--verbose|\d+|all|host|reason|rules|progress|everything"
)


def is_public(study: Study) -> bool:
    """Whether the study file says that all of its data are published.

    Published tables are. Patients' rows are when the study cites its publication, says of every column where that
    prints it, and its extract is a text file without a further column. Either lies in the study's folder of
    `resources`. A study that is set beside others is not public: its page holds their results.
    """
    source = study.source
    if study.compare or source is None or not all(_at_home(path, study.id) for path in _given(study)):
        return False
    if study.published:
        return True
    printed = study.citation is not None and bool(study.columns) and all(c.printed_in for c in study.columns)
    if not printed or source.patients is None or source.previous or source.redcap:
        return False
    return _header(source.patients, study) <= {str(column.source) for column in study.columns}


def disclosed(path: str, study: str, public: bool) -> bool:
    """Whether a file of a run may go into the crate: code always, everything else of public studies only.

    Records are judged by what they say besides: see `may_be_shared`.
    """
    if not _relative(path):
        return False
    if path.startswith(CODE) or path in ABOUT_THE_CODE:
        return True
    own = path.startswith((f"results/{study}/", f"resources/{study}/", *SHARED))
    pages = {f"reports/{study}.html", f"reports/{study}-validation.html", f"reports/{study}-validation.csv"}
    return public and (own or path in pages or path == f"config/studies/{study}.yaml")


def may_be_shared(records: Iterable[Record]) -> bool:
    """Whether records tell nothing of the machine: no command beyond the usual words, no file outside the project."""
    return all(
        _usual(record.content["command"], record.study)
        and all(_relative(fact.path) for kind in ("inputs", "outputs", "code") for fact in record.files(kind))
        for record in records
    )


def names_a_place(data: bytes, places: Iterable[Path]) -> bool:
    """Whether a file tells where a folder of this machine is."""
    for place in {str(path).rstrip("/") + "/" for path in places} - {"/"}:
        found = place.encode()
        if found in data and re.search(rb"(?<![\w.})-])" + re.escape(found), data):
            return True
    return False


def _given(study: Study) -> list[str]:
    source = study.source
    return [path for path in (source.patients, source.tables, source.claims) if path] if source else []


def _at_home(path: str, study: str) -> bool:
    parts = PurePosixPath(path).parts
    return _relative(path) and parts[:2] == ("resources", study)


def _relative(path: str) -> bool:
    return not path.startswith("/") and ".." not in PurePosixPath(path).parts and "\\" not in path


def _usual(command: Iterable[str], study: str) -> bool:
    own = (f"results/{study}/", f"reports/{study}.html")
    return all(_COMMAND.fullmatch(word) or (word.startswith(own) and _relative(word)) for word in command)


def _header(path: str, study: Study) -> set[str]:
    source = study.source
    if source is None or Path(path).suffix != ".csv":
        return {""}  # no column has this name: a workbook may hide more than its header says
    with Path(path).open(encoding=source.encoding, newline="") as handle:
        return set(next(csv.reader(handle, delimiter=source.delimiter), [""]))
