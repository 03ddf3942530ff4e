"""An extract as it stands: the header and the cells as strings, each with its line, and what is wrong with its form.

Every kind of file (text, workbook, Parquet, export of REDCap) ends as this, so that cells are judged in one way.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_FAULTS = 1000  # further ones would only repeat what is wrong with the file as a whole


@dataclass(frozen=True)
class Fault:
    """Something wrong with the form of a file; `cell` counts from 0 and is None when a whole line or file is meant."""

    line: int | None
    cell: int | None
    found: str
    rule: str
    remedy: str


def whole(found: str, rule: str, remedy: str, line: int | None = None) -> Fault:
    """A fault of a whole line or, without one, of the whole file."""
    return Fault(line, None, found, rule, remedy)


class _Codes(dict[str | None, int]):
    """Numbers strings in the order in which they are met; a withheld cell has the code -1."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, cell: str | None) -> int:
        code = self[cell] = len(self) - 1
        return code


@dataclass
class Cells:
    """The cells of a column: each distinct string once, and which of them stands in each row.

    A million rows keep few strings this way, and each is judged once. The code of a cell that is withheld is -1.
    """

    codes: "array[int]" = field(default_factory=lambda: array("i"))
    _known: _Codes = field(default_factory=_Codes)

    def extend(self, cells: Iterable[str | None]) -> None:
        """Add the cells of further rows."""
        self.codes.extend(map(self._known.__getitem__, cells))

    @property
    def strings(self) -> list[str]:
        """The distinct strings; a code is a place in this list."""
        return [cell for cell in self._known if cell is not None]

    def rows(self) -> list[str | None]:
        """The string of every row, None for a withheld one."""
        strings = [*self.strings, None]  # the code -1 finds the last
        return [strings[code] for code in self.codes]


@dataclass
class Extract:
    """The cells of an extract as they stand, by column.

    `columns` holds the lines that have as many cells as the header, and `lines` where each of them begins.
    `records` counts the data lines of any form, None when quotes hide where they end; `last` is where the last begins.
    """

    header: list[str] = field(default_factory=list)
    columns: list[Cells] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    records: int | None = 0
    last: int | None = None
    faults: list[Fault] = field(default_factory=list)


NO_HEADER = Fault(1, None, "an empty line", "the first line holds the headers", "Delete the line.")
NO_ROWS = Fault(1, None, "a header without rows", "an extract has a line for every patient", "Export the file again.")


def empty_line(line: int) -> Fault:
    """A line without any value between the others."""
    return whole("an empty line", "every line holds a patient", "Delete the line.", line)
