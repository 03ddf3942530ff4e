"""Tidy tables typed from a source: CSV with known columns, read strictly, every problem named with its place."""

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from peritrace.problems import InputRefused, Problem

Row = dict[str, str]


@dataclass
class TidyTable:
    """The rows of a file with the lines that they stand on, and the problems found in it so far."""

    path: Path
    rows: list[tuple[int, Row]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, line: int | None, column: str, found: str, rule: str, remedy: str) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(str(self.path), line, column, found, rule, remedy))


def read_tidy(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> TidyTable:
    """Read a file whose header must hold `columns` and may hold the `optional` ones, in any order.

    Cells are stripped; an optional column that is missing is read as empty. Where `problems` is not empty the rows
    can't be relied on.
    """
    table = TidyTable(path)
    header = _read(table)
    for column in columns:
        if header and column not in header:
            near = difflib.get_close_matches(column, [name for name in header if name not in columns], n=1)
            remedy = f"Rename {near[0]!r}." if near else "Add it."
            table.problem(1, column, "no such column", "every line needs it", remedy)
    known = (*columns, *optional)
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            table.problem(1, column, "a header a second time", "headers differ", "Delete one of the columns.")
        if column not in known:
            table.problem(1, column, "an unknown column", f"known are {', '.join(known)}", "Remove or rename it.")
    table.rows = [(line, {column: (row.get(column) or "").strip() for column in known}) for line, row in table.rows]
    return table


def _read(table: TidyTable) -> list[str]:
    """Fill the raw rows of a table, and give its header; empty when the file can't be read at all."""
    try:
        with table.path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            header = list(reader.fieldnames or [])
    except FileNotFoundError:
        table.problem(None, "", "no file", "the study file names it", "Put it there, or mend the path.")
        return []
    except OSError as error:
        rule, remedy = "it must be readable", f"Make it so ({error.strerror})."
        table.problem(None, "", "a file that can't be opened", rule, remedy)
        return []
    except (UnicodeDecodeError, csv.Error) as error:
        rule, remedy = "it must be CSV in UTF-8", f"Save it as such ({error})."
        table.problem(None, "", "unreadable text", rule, remedy)
        return []
    if not header:
        table.problem(1, "", "no header", "the first line names the columns", "Add it.")
    for line, row in rows:
        if None in row or None in row.values():
            found = "a cell too many" if None in row else "a cell too few"
            table.problem(line, "", found, "every line has a cell for every column", "Put text with commas in quotes.")
    table.rows = [(line, row) for line, row in rows if None not in row]
    return header


def near_match(word: str, known: Sequence[str], otherwise: str) -> str:
    """The remedy for a word that is not among the known ones: the nearest of them, or what to do otherwise."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else otherwise


def refuse(subject: str, *tables: TidyTable) -> None:
    """Raise InputRefused with the problems of all tables, if there is any."""
    problems = [problem for table in tables for problem in table.problems]
    if problems:
        raise InputRefused(subject, problems)
