"""A source's figures and tables, each with the numbers that the source prints about it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from peritrace.ard import Ard
from peritrace.pages.findings import Finding, PrintedNumber, printed_numbers
from peritrace.pages.page import data_uri, download
from peritrace.pages.pictures import caption, description, in_words, not_drawn
from peritrace.pages.provenance import Made, Provenance
from peritrace.study import Study
from peritrace.wanted import CohortFigure, GroupFigure, SurvivalFigure, Table
from peritrace.words import in_sentence

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST_TABLE = 400_000
"""Characters up to which a table is shown in the page; a longer one is named with its file."""


@dataclass(frozen=True)
class Link:
    """A file to be saved from the page."""

    text: str
    name: str
    address: str


PIXELS_PER_POINT = 1.9
"""Figures are drawn for a printed column; on a screen they are shown larger, all on one scale."""
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)pt"[^>]*?\sheight="([\d.]+)pt"')


@dataclass(frozen=True)
class Picture:
    """A figure inside the page, and its size on a screen in pixels; 0 where the file does not state it in points."""

    address: str
    width: int = 0
    height: int = 0

    @classmethod
    def of(cls, svg: Path) -> "Picture":
        """A figure as it was drawn."""
        size = _SIZE.search(svg.read_text(encoding="utf-8"))
        width, height = (round(float(points) * PIXELS_PER_POINT) for points in size.groups()) if size else (0, 0)
        return cls(data_uri(svg, "image/svg+xml"), width, height)


@dataclass(frozen=True)
class Exhibit:
    """A figure (with `image`) or a table (with `html`), and the printed numbers that it bears on."""

    id: str
    title: str
    printed_as: str
    numbers: tuple[PrintedNumber, ...]
    downloads: tuple[Link, ...]
    image: Picture | None = None
    alt: str = ""
    caption: str = ""
    html: str = ""
    omitted: str = ""
    absent: bool = False  # a note stands in its place
    made: Made | None = None

    @property
    def heading(self) -> str:
        """The number in the source, where there is one, and the title."""
        return f"{self.printed_as}. {self.title}" if self.printed_as else self.title

    @property
    def data(self) -> tuple[Link, ...]:
        """The data behind it, where the page carries them."""
        return tuple(link for link in self.downloads if link.name.endswith(".csv"))

    @property
    def subject(self) -> str:
        """How a sentence calls it."""
        return self.printed_as or in_sentence(self.title)


def figures(study: Study, ard: Ard, folder: Path, findings: Sequence[Finding]) -> list[Exhibit]:
    """The figures in the order of the study file."""
    exhibits = []
    for figure in study.cohort_figures:
        svg, data = folder / f"{figure.id}.svg", folder / f"{figure.id}.csv"
        absent = not_drawn(data)
        told = in_words(study, ard, figure)
        chosen = [finding for finding in findings if _bears_on_figure(study, figure, finding)]
        exhibits.append(
            Exhibit(
                id=figure.id,
                title=figure.title,
                printed_as=figure.printed_as or "",
                numbers=tuple(printed_numbers(chosen)),
                downloads=links(
                    ("Data behind it (CSV)", data, "text/csv"),
                    ("Figure (SVG)", svg, "image/svg+xml"),
                    ("PDF", svg.with_suffix(".pdf"), "application/pdf"),
                    ("PNG", svg.with_suffix(".png"), "image/png"),
                ),
                image=Picture.of(svg),
                alt=description(svg.read_text(encoding="utf-8")) if absent or told == figure.title else told,
                caption="" if absent else caption(study, ard, figure),
                absent=absent,
            )
        )
    return exhibits


def _bears_on_figure(study: Study, figure: CohortFigure, finding: Finding) -> bool:
    """Whether the number can be read from the figure, or speaks of what it compares."""
    if isinstance(figure, SurvivalFigure):
        groups = finding.groups
        return figure.endpoint in finding.variables and (figure.by in groups if figure.by else not groups)
    if isinstance(figure, GroupFigure):
        columns = {_column(study, name) for name in finding.groups}
        return figure.variable in finding.variables and _column(study, figure.by) in columns
    return False


def tables(study: Study, folder: Path, findings: Sequence[Finding]) -> list[Exhibit]:
    """The tables in the order of the study file; a number stands below the first one whose columns it is about."""
    waiting = list(findings)
    drawn = {figure.id for figure in study.figures}
    exhibits = []
    for table in study.tables:
        chosen = [finding for finding in waiting if _bears_on_table(study, table, finding)]
        waiting = [finding for finding in waiting if finding not in chosen]
        path, data = folder / f"{table.id}.html", folder / f"{table.id}.csv"
        html = path.read_text(encoding="utf-8")
        large = len(html) > LARGEST_TABLE
        exhibits.append(
            Exhibit(
                id=f"table-{table.id}" if table.id in drawn else table.id,
                title=table.title,
                printed_as=table.printed_as or "",
                numbers=tuple(printed_numbers(chosen)),
                downloads=links(
                    ("Table (CSV)", data, "text/csv"), ("For Word (DOCX)", data.with_suffix(".docx"), WORD)
                ),
                html="" if large else html,
                omitted=f"{folder.name}/{data.name}" if large else "",
            )
        )
    return exhibits


def _bears_on_table(study: Study, table: Table, finding: Finding) -> bool:
    """Whether the number is printed with the table or is one of the patients of its columns."""
    if table.kind != "rows":
        return False
    if table.printed_as and finding.location.startswith((f"{table.printed_as},", f"{table.printed_as} ")):
        return True
    names = {_column(study, name) for name in (*finding.variables, *finding.groups)}
    return bool(names) and names <= set(table.columns)


def _column(study: Study, name: str) -> str:
    """The column of which a group is made; a column itself."""
    group = study.group(name)
    return group.column if group else name


def links(*files: tuple[str, Path, str]) -> tuple[Link, ...]:
    """The files that can be carried by a page; those that are missing or too large are left out."""
    found = ((text, path.name, download(path, media_type)) for text, path, media_type in files)
    return tuple(Link(text, name, address) for text, name, address in found if address)


LARGEST_PAGE = 6_500_000
"""Characters of pictures and downloads up to which a page carries print formats too; else they stay in `results`."""
_PRINT_FORMATS = (".pdf", ".png", ".docx")


def within_reason(exhibits: Sequence[Exhibit]) -> tuple[list[Exhibit], bool]:
    """The exhibits, and whether their print formats were taken out because the page would become too large."""
    carried = sum(len(link.address) for e in exhibits for link in e.downloads)
    carried += sum(len(e.image.address) for e in exhibits if e.image) + sum(len(e.html) for e in exhibits)
    if carried <= LARGEST_PAGE:
        return list(exhibits), False
    lighter = [
        replace(e, downloads=tuple(link for link in e.downloads if not link.name.endswith(_PRINT_FORMATS)))
        for e in exhibits
    ]
    return lighter, True


def printed_first(exhibits: Iterable[Exhibit]) -> tuple[list[Exhibit], list[Exhibit]]:
    """Those that the source prints, and those that it does not."""
    found = list(exhibits)
    return [e for e in found if e.printed_as], [e for e in found if not e.printed_as]


def with_way(exhibits: Iterable[Exhibit], provenance: Provenance | None) -> list[Exhibit]:
    """The same, each with how it was made."""
    if provenance is None:
        return list(exhibits)
    return [replace(e, made=provenance.of(e.id)) for e in exhibits]
