"""Files: written whole or not at all, and known by their content.

A reader of `results/` never meets half a file: everything is written beside its destination and renamed.
"""

import csv
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place when the block ends without an error.

    The temporary name keeps the suffix, since matplotlib and others choose the format by it.
    """
    destination = Path(path)
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".tmp-", suffix=destination.suffix, dir=destination.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_csv(path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as UTF-8 CSV with Unix line ends; a missing key or None becomes an empty cell.

    A float is written by `repr`, which reads back to the same number; format values first where fewer
    digits are wanted.
    """
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(columns), lineterminator="\n", restval="")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: "" if value is None else value for key, value in row.items()})


def remove_former(folder: Path, suffixes: Sequence[str], kept: Iterable[str]) -> None:
    """Remove the exhibits that an earlier study file asked for: their names are not among the `kept`.

    An exhibit is known by its files, one of every suffix; a file that somebody laid beside them is left alone.
    """
    first, *others = suffixes
    names = set(kept)
    for path in folder.glob(f"*{first}"):
        files = [path, *(path.with_suffix(suffix) for suffix in others)]
        if path.stem not in names and all(file.is_file() for file in files):
            for file in files:
                file.unlink()


_FORMULA = re.compile(r"[\t\r\n]|\s*[=+@＝＋＠－-]")  # signs of full width too: spreadsheets take them for the others
_NUMBER = re.compile(r"[-+−]?\d+(\.\d+)?([eE][-+]?\d+)?")


def guarded(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula: text that begins like one gets an apostrophe in front."""
    return "'" + cell if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def read_csv(path: str | Path) -> list[dict[str, str]]:
    """Read a CSV file of our own making as strings."""
    with Path(path).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, strict=True))


def read_table(path: str | Path) -> tuple[list[dict[str, str]], list[int]]:
    """Rows of a CSV file that a user writes, and the lines whose cells are fewer or more than the columns."""
    rows, wrong = [], []
    with Path(path).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        for row in reader:
            if None in row or None in row.values():
                wrong.append(reader.line_num)
            rows.append({name: cell or "" for name, cell in row.items() if name is not None})
    return rows, wrong


def sha256(path: str | Path) -> str:
    """Hex digest of a file's bytes; raises FileNotFoundError when it is missing."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
