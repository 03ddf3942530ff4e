"""Problems in what a user supplies: found all at once, each with its place, its rule and its remedy.

A patient's value is never quoted; a problem names the class of what stands there ("text", "empty", "negative number").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

PROBLEM_COLUMNS = ("severity", "file", "line", "column", "found", "rule", "remedy")
REFUSED = "to mend before it can run"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend, by its place in a file."""

    file: str
    line: int | None  # as a spreadsheet or editor counts, the header being line 1
    column: str  # as the header of the file names it; empty when the whole line or file is meant
    found: str  # the class of the value: "text", "empty", "not a listed code"
    rule: str  # what must hold
    remedy: str  # what the reader can do about it
    severity: Literal["error", "warning"] = "error"  # a warning doesn't keep a study from running

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; {self.rule}. {self.remedy}"


class InputRefused(Exception):
    """The user's input can't be used. Carries every problem found; shown without a traceback."""

    def __init__(self, subject: str, problems: Iterable[Problem]) -> None:
        self.subject = subject
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.column, p.rule))
        super().__init__(self.render())

    def render(self, most: int = 50) -> str:
        """The list as a person reads it; further problems beyond `most` are counted."""
        count = len(self.problems)
        lines = [f"{self.subject}: {count} problem{'s' if count != 1 else ''} {REFUSED}"]
        lines += [f"  {number}. {problem}" for number, problem in enumerate(self.problems[:most], start=1)]
        if count > most:
            lines.append(f"  … and {count - most} more")
        return "\n".join(lines)


def to_row(problem: Problem) -> dict[str, object]:
    """A problem as a row of a CSV file."""
    return {name: getattr(problem, name) for name in PROBLEM_COLUMNS}


def from_rows(rows: Iterable[Mapping[str, str]]) -> list[Problem]:
    """The problems of a CSV file that a stage wrote."""
    return [
        Problem(
            row["file"],
            int(row["line"]) if row["line"] else None,
            row["column"],
            row["found"],
            row["rule"],
            row["remedy"],
            "warning" if row["severity"] == "warning" else "error",
        )
        for row in rows
    ]
