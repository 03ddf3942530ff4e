"""A table as a value: caption, columns, rows and notes, written as an HTML fragment or as plain CSV.

The HTML holds a `<table>` in a region of its own, which scrolls where the page is too narrow for it, and the notes
below it. Every text is escaped.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from markupsafe import Markup, escape

from peritrace.files import guarded, whole_file

LONG_TEXT = 32  # characters from which on a text column is kept wide, so that it doesn't wrap into a ribbon
SHORT_TEXT = 12  # characters up to which it is not wrapped at all


@dataclass(frozen=True)
class Column:
    """A column by its header; numbers are set flush right."""

    header: str
    kind: Literal["text", "number"] = "text"


@dataclass(frozen=True)
class Row:
    """A row of cells, the first of which heads it.

    A `section` row heads the `level` rows below it. `note` explains a cell of the row, such as an estimate that does
    not exist; in HTML a letter leads to it.
    """

    cells: tuple[str, ...]
    kind: Literal["plain", "section", "level"] = "plain"
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table; every row has as many cells as there are columns. Raises ValueError where that does not hold."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bad := [row.cells for row in self.rows if len(row.cells) != len(self.columns)]:
            raise ValueError(f"table {self.id} has {len(self.columns)} columns, but {len(bad)} rows of another length")

    def to_html(self) -> str:
        """The fragment that a page takes over as it stands."""
        caption = f"table-{self.id}-caption"
        marks = self.marks()
        head = Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(_class(self._classes(place)), column.header)
            for place, column in enumerate(self.columns)
        )
        parts = [
            Markup('<div class="scroll" role="region" tabindex="0" aria-labelledby="{}">').format(caption),
            Markup('<table class="data" id="{}">').format(f"table-{self.id}"),
            Markup('<caption id="{}"><span>{}</span></caption>').format(caption, self.caption),
            Markup("<thead><tr>{}</tr></thead>").format(head),
            *(self._body(rows, marks) for rows in self._bodies()),
            Markup("</table>"),
            Markup("</div>"),
        ]
        notes = [*self.notes, *(Markup("<sup>{}</sup> {}").format(mark, text) for text, mark in marks.items())]
        if notes:
            lines = Markup("").join(Markup("<p>{}</p>").format(note) for note in notes)
            parts.append(Markup('<div class="notes">{}</div>').format(lines))
        return str(Markup("\n").join(parts)) + "\n"

    def write_csv(self, path: str | Path) -> None:
        """The plain view: a level carries its section's name, and notes on cells stand in a last column."""
        noted = any(row.note for row in self.rows)
        with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow([guarded(column.header) for column in self.columns] + (["Note"] if noted else []))
            section = ""
            for row in self.rows:
                first, *rest = row.cells
                section = first if row.kind == "section" else section
                if row.kind == "section" and not any(rest):
                    continue
                first = f"{section}: {first}" if row.kind == "level" else first
                writer.writerow([guarded(cell) for cell in (first, *rest)] + ([guarded(row.note)] if noted else []))

    def marks(self) -> dict[str, str]:
        """Each different note with its letter, in the order of the rows: a … z, then aa …"""
        notes = dict.fromkeys(row.note for row in self.rows if row.note)
        return {note: chr(ord("a") + place % 26) * (1 + place // 26) for place, note in enumerate(notes)}

    def _classes(self, place: int) -> list[str]:
        column = self.columns[place]
        if column.kind == "number":
            return ["number"]
        longest = max((len(row.cells[place]) for row in self.rows if row.kind != "section"), default=0)
        return ["long"] if longest > LONG_TEXT else ["short"] if longest <= SHORT_TEXT else []

    def _bodies(self) -> Iterator[list[Row]]:
        """The rows in one tbody for each section, so that a rowgroup header heads just its levels."""
        number = 0

        def section(row: Row) -> int:
            nonlocal number
            number += row.kind == "section"
            return number

        for _, rows in groupby(self.rows, key=section):
            yield list(rows)

    def _body(self, rows: list[Row], marks: dict[str, str]) -> Markup:
        lines = [Markup("<tbody>"), *(self._row(row, marks) for row in rows), Markup("</tbody>")]
        return Markup("\n").join(lines)

    def _row(self, row: Row, marks: dict[str, str]) -> Markup:
        first, *rest = row.cells
        mark = Markup(" <sup>{}</sup>").format(marks[row.note]) if row.note else Markup("")
        scope = "rowgroup" if row.kind == "section" else "row"
        head = escape(first) + mark
        if row.kind == "section" and not any(rest):
            header = Markup('<th scope="rowgroup" colspan="{}">{}</th>').format(len(self.columns), head)
            return Markup('<tr class="section">{}</tr>').format(header)
        cells = [Markup('<th scope="{}"{}>{}</th>').format(scope, _class(self._classes(0)), head)]
        cells += [
            Markup("<td{}>{}</td>").format(_class(self._classes(place)), cell)
            for place, cell in enumerate(rest, start=1)
        ]
        return Markup("<tr{}>{}</tr>").format(_class([row.kind] * (row.kind != "plain")), Markup("").join(cells))


def _class(names: list[str]) -> Markup:
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")
