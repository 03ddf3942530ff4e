"""A table as a Word document, to be pasted into a manuscript.

The look follows the journals: rules only above, below and under the header, no fill, Times. It is carried by named
paragraph styles ("Table Text", "Table Number" …) that travel with the table into another document, where one change
to a style then changes every cell.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor, Twips
from docx.styles.style import ParagraphStyle

from peritrace.archives import normalise_zip
from peritrace.files import whole_file, write_text
from peritrace.tabulations.table import Column, Row, Table

FONT, CHINESE_FONT = "Times New Roman", "SimSun"
TEXT_SIZE, NOTE_SIZE, CAPTION_SIZE = 9, 8, 10  # points
LANGUAGES = {"val": "en-GB", "eastAsia": "zh-CN"}

# Lengths in twips, twentieths of a point, as Word counts them
A4_SHORT, A4_LONG, MARGIN = 11906, 16838, 1134
CELL_MARGIN = 80
CHARACTER = 88  # on average, with something to spare for bold: a digit of Times in 9 pt is 90 wide, most letters less
WIDEST_WORD, WIDE_TEXT, WIDE_NUMBER = 24, 32, 16  # in characters

_KEPT_STYLES = {"Normal", "DefaultParagraphFont", "TableNormal", "NoList", "Caption"}
_KEPT_PARTS = ("/styles", "/settings", "/officeDocument", "/core-properties")
_WHITE_SPACE = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_NOT_IN_XML = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def write_docx(table: Table, path: Path) -> None:
    """Write one document: the caption, the table with its header repeated on every page, the notes.

    Numbers are flush right, and a note on a row is led to by a raised letter, as in the HTML. Line ends and tabs
    become spaces; control characters and halves of surrogate pairs, which XML can't hold, are left out. A page is
    turned where the columns need it. Equal tables give equal bytes.
    """
    document = docx.Document(io.BytesIO(_template()))
    layout = _Layout.of(table)
    section = document.sections[0]
    if layout.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Twips(A4_LONG), Twips(A4_SHORT)
    document.add_paragraph(printable(table.caption), style="Caption")
    marks = table.marks()
    document.element.body.insert_element_before(_table(table, layout.widths, marks), "w:sectPr")
    for mark, text in [*(("", note) for note in table.notes), *((mark, text) for text, mark in marks.items())]:
        paragraph = document.add_paragraph(style="Table Note")
        if mark:
            paragraph.add_run(mark).font.superscript = True
        paragraph.add_run(printable(f" {text}" if mark else text))
    if not (table.notes or marks):
        document.add_paragraph(style="Table Note")  # Word wants a paragraph after a table
    with whole_file(path) as temporary:
        document.save(str(temporary))
        normalise_zip(temporary)


def printable(text: str) -> str:
    """The text without the characters that XML can't hold; a line end or tab is a space, as in HTML."""
    return _NOT_IN_XML.sub("", _WHITE_SPACE.sub(" ", text))


@dataclass(frozen=True)
class _Layout:
    """The widths of the columns in twips, on a page upright or turned."""

    widths: tuple[int, ...]
    landscape: bool

    @classmethod
    def of(cls, table: Table) -> "_Layout":
        """Columns as wide as their longest cell where that fits, otherwise texts and headers are wrapped."""
        needs = [_needs(column, cells) for column, cells in zip(table.columns, _columns(table), strict=True)]
        least, comfortable, natural = (list(widths) for widths in zip(*needs, strict=True))
        landscape = sum(comfortable) > A4_SHORT - 2 * MARGIN
        room = (A4_LONG if landscape else A4_SHORT) - 2 * MARGIN
        if sum(least) > room:
            return cls(tuple(_between([0] * len(least), least, room)), landscape)
        if sum(comfortable) > room:
            return cls(tuple(_between(least, comfortable, room)), landscape)
        return cls(tuple(_between(comfortable, natural, room)), landscape)


def _between(low: Sequence[int], high: Sequence[int], room: int) -> list[int]:
    """Each width on the same part of its way from low to high, as far as there is room."""
    way = sum(high) - sum(low)
    part = min(1.0, (room - sum(low)) / way) if way else 0.0
    return [start + int((end - start) * part) for start, end in zip(low, high, strict=True)]


def _columns(table: Table) -> Iterator[Sequence[str]]:
    """The cells of each column; a section's name runs over all columns and claims no width."""
    rows = [("", *row.cells[1:]) if row.kind == "section" else row.cells for row in table.rows]
    for place, _ in enumerate(table.columns):
        yield [row[place] for row in rows]


def _needs(column: Column, cells: Sequence[str]) -> tuple[int, int, int]:
    """The width at least, the one that reads well, and the one without any wrapping."""
    longest = max((_length(cell) for cell in cells), default=0)
    texts = (column.header,) if column.kind == "number" else (column.header, *cells)
    word = max((_length(word) for text in texts for word in text.split()), default=1)
    natural = max(longest, _length(column.header)) + 1
    minimum = min(max(word, longest if column.kind == "number" else 0), WIDEST_WORD) + 1
    comfortable = max(minimum, min(natural, WIDE_NUMBER if column.kind == "number" else WIDE_TEXT))
    minimum, comfortable, natural = (CHARACTER * width + 2 * CELL_MARGIN for width in (minimum, comfortable, natural))
    return minimum, comfortable, natural


def _length(text: str) -> int:
    """Characters, a Chinese one counted as two."""
    return len(text) if text.isascii() else sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _table(table: Table, widths: Sequence[int], marks: dict[str, str]) -> BaseOxmlElement:
    """The table as elements: through python-docx's cells its time would grow with the square of the rows."""
    element = OxmlElement("w:tbl")
    properties = _add(element, "tblPr")
    _add(properties, "tblW", w=str(sum(widths)), type="dxa")
    borders = _add(properties, "tblBorders")
    for side in ("top", "bottom"):
        _add(borders, side, val="single", sz="8", space="0", color="auto")
    _add(properties, "tblLayout", type="fixed")
    margins = _add(properties, "tblCellMar")
    for side in ("left", "right"):
        _add(margins, side, w=str(CELL_MARGIN), type="dxa")
    _add(properties, "tblLook", val="0020", firstRow="1")
    _add(properties, "tblCaption", val=printable(table.caption))
    grid = _add(element, "tblGrid")
    for width in widths:
        _add(grid, "gridCol", w=str(width))
    _header(element, table.columns, widths)
    for row in table.rows:
        _row(element, row, table.columns, widths, marks)
    return element


def _header(parent: BaseOxmlElement, columns: Sequence[Column], widths: Sequence[int]) -> None:
    row = _add(parent, "tr")
    properties = _add(row, "trPr")
    _add(properties, "cantSplit")
    _add(properties, "tblHeader")
    for column, width in zip(columns, widths, strict=True):
        cell = _add(row, "tc")
        shape = _add(cell, "tcPr")
        _add(shape, "tcW", w=str(width), type="dxa")
        _add(_add(shape, "tcBorders"), "bottom", val="single", sz="4", space="0", color="auto")
        _add(shape, "vAlign", val="bottom")
        _run(_paragraph(cell, _style(column), keep=True), column.header, bold=True)


def _row(
    parent: BaseOxmlElement, row: Row, columns: Sequence[Column], widths: Sequence[int], marks: dict[str, str]
) -> None:
    element = _add(parent, "tr")
    _add(_add(element, "trPr"), "cantSplit")
    section = row.kind == "section"
    spans = section and not any(row.cells[1:])
    for place, (text, column, width) in enumerate(zip(row.cells, columns, widths, strict=True)):
        cell = _add(element, "tc")
        shape = _add(cell, "tcPr")
        _add(shape, "tcW", w=str(sum(widths) if spans else width), type="dxa")
        if spans:
            _add(shape, "gridSpan", val=str(len(columns)))
        style = "TableText" if spans else "TableLevel" if row.kind == "level" and place == 0 else _style(column)
        paragraph = _paragraph(cell, style, keep=section)
        _run(paragraph, text, bold=section and place == 0)
        if place == 0 and row.note:
            _run(paragraph, marks[row.note], raised=True)
        if spans:
            break


def _style(column: Column) -> str:
    return "TableNumber" if column.kind == "number" else "TableText"


def _paragraph(cell: BaseOxmlElement, style: str, *, keep: bool = False) -> BaseOxmlElement:
    """A paragraph in a style; `keep` holds it on the page of the row below."""
    paragraph = _add(cell, "p")
    properties = _add(paragraph, "pPr")
    _add(properties, "pStyle", val=style)
    if keep:
        _add(properties, "keepNext")
    return paragraph


def _run(paragraph: BaseOxmlElement, text: str, *, bold: bool = False, raised: bool = False) -> None:
    run = _add(paragraph, "r")
    if bold or raised:
        properties = _add(run, "rPr")
        if bold:
            _add(properties, "b")
        if raised:
            _add(properties, "vertAlign", val="superscript")
    element = OxmlElement("w:t", attrs={qn("xml:space"): "preserve"})
    element.text = printable(text)
    run.append(element)


def _add(parent: BaseOxmlElement, tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(f"w:{tag}", attrs={qn(f"w:{name}"): value for name, value in attributes.items()})
    parent.append(element)
    return element


@cache
def _template() -> bytes:
    """An empty A4 document with our styles: python-docx's own, rid of 150 styles that would cost 15 ms a table."""
    document = docx.Document()
    _drop_parts(document)
    _set_language(document)
    _set_styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Twips(A4_SHORT), Twips(A4_LONG)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGIN)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _drop_parts(document: Document) -> None:
    for relations in (document.part.package.rels, document.part.rels):
        for name in [name for name, relation in relations.items() if not relation.reltype.endswith(_KEPT_PARTS)]:
            del relations[name]
    settings = document.settings.element
    for child in list(settings):
        if child.tag not in (qn("w:defaultTabStop"), qn("w:characterSpacingControl"), qn("w:compat")):
            settings.remove(child)
    (mode,) = settings.xpath("w:compat/w:compatSetting[@w:name='compatibilityMode']")
    mode.set(qn("w:val"), "15")  # that of Word 2013 and all later ones, which call an older one a compatibility mode


def _set_language(document: Document) -> None:
    for child in document.styles.element.xpath("w:latentStyles"):
        document.styles.element.remove(child)
    (defaults,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    for child in list(defaults):
        defaults.remove(child)
    _add(defaults, "rFonts", ascii=FONT, hAnsi=FONT, eastAsia=CHINESE_FONT, cs=FONT)
    _add(defaults, "lang", **LANGUAGES)


def _set_styles(document: Document) -> None:
    styles = document.styles
    for style in [style for style in styles if style.style_id not in _KEPT_STYLES]:
        styles.element.remove(style.element)
    text = _add_style(document, "Table Text", TEXT_SIZE)
    text.paragraph_format.space_before = text.paragraph_format.space_after = Pt(1.5)
    number = _add_style(document, "Table Number", TEXT_SIZE, base=text)
    number.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    level = _add_style(document, "Table Level", TEXT_SIZE, base=text)
    level.paragraph_format.left_indent = Pt(10)
    note = _add_style(document, "Table Note", NOTE_SIZE)
    note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(3), Pt(0)
    caption = styles["Caption"]
    assert isinstance(caption, ParagraphStyle)
    caption.font.size, caption.font.color.rgb = Pt(CAPTION_SIZE), RGBColor(0, 0, 0)
    caption.paragraph_format.space_after = Pt(4)
    caption.paragraph_format.keep_with_next = True


def _add_style(document: Document, name: str, size: float, base: ParagraphStyle | None = None) -> ParagraphStyle:
    """A style of its own, not based on Normal: a manuscript's double spacing must not reach into the cells."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = base
    style.font.size = Pt(size)
    if base is None:
        style.font.name = FONT
        style.paragraph_format.line_spacing = 1.0
        style.paragraph_format.left_indent = style.paragraph_format.first_line_indent = Pt(0)
        style.element.get_or_add_rPr().find(qn("w:rFonts")).set(qn("w:eastAsia"), CHINESE_FONT)
    return style


FORMATS = (".html", ".csv", ".docx")


def write_table(table: Table, folder: Path) -> None:
    """Write a table in every form: `<id>.html`, `.csv` and `.docx`."""
    write_text(folder / f"{table.id}.html", table.to_html())
    table.write_csv(folder / f"{table.id}.csv")
    write_docx(table, folder / f"{table.id}.docx")
