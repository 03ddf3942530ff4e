"""What a workbook holds beside its cells: its sheets, and what of a sheet is hidden or merged.

openpyxl reads cells quickly only where it reads nothing else, so that these are read from the parts of the file.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from peritrace.extracts.extract import Fault, whole

MOST_BYTES = 200_000_000  # unpacked; more is read as text or Parquet, or is no table
MOST_RATIO = 200  # of unpacked to packed bytes: tables reach 30, bombs 1000
MOST_ROWS = 1_048_576  # of a sheet
_SMALL = 1_000_000  # bytes of a part that may be packed as closely as it likes
_TAG = re.compile(rb"<(?:\w+:)?(row|col|mergeCell|sheetFormatPr)(?=[\s/>])([^>]*)>")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")


class Unreadable(ValueError):
    """A part of a workbook is not what it must be."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, and where in the file it lies."""

    name: str
    visible: bool
    part: str


@dataclass
class Form:
    """What of a sheet can't be seen or has no one place; rows and columns count from 1."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[range] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hides_rows: bool = False  # all rows that do not say otherwise


def bomb(path: Path) -> Fault | None:
    """Refuse a file that unpacks to far more than it is, by what its directory says."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    rule = (
        f"a workbook unpacks to at most {MOST_BYTES // 1_000_000} MB, and no part of it to {MOST_RATIO} times its size"
    )
    remedy = "Export the table as CSV or Parquet."
    if sum(part.file_size for part in parts) > MOST_BYTES:
        return whole("a workbook that unpacks to too much", rule, remedy)
    if any(part.file_size > max(_SMALL, MOST_RATIO * part.compress_size) for part in parts):
        return whole("a workbook packed more closely than tables are", rule, remedy)
    return None


def sheets_of(path: Path) -> list[Sheet]:
    """The worksheets in their order; raises Unreadable, KeyError or ParseError when the file is no workbook."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                with archive.open(name) as content:
                    _refuse_declarations(content.read(1024))
        root = _relations(archive, "_rels/.rels", "")
        book = next((target for kind, target in root.values() if kind == "officeDocument"), "xl/workbook.xml")
        folder = PurePosixPath(book).parent
        related = _relations(archive, f"{folder}/_rels/{PurePosixPath(book).name}.rels", str(folder))
        tree = ElementTree.fromstring(archive.read(book))
    sheets = []
    for sheet in tree.iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        kind, part = related[key]
        if kind == "worksheet":
            sheets.append(Sheet(sheet.attrib["name"], sheet.get("state", "visible") == "visible", part))
    return sheets


def _refuse_declarations(head: bytes) -> None:
    """Workbooks declare no document types or entities, and are in UTF-8; what attacks parsers does or is not."""
    if b"<!" in head.replace(b"<!--", b"") or head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise Unreadable("a part declares a document type or is in UTF-16")


def _relations(archive: zipfile.ZipFile, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """Id of a relation → its kind and the part that it points to."""
    found = {}
    for relation in ElementTree.fromstring(archive.read(name)):
        target = relation.attrib["Target"]
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath(folder) / target)
        found[relation.attrib["Id"]] = relation.attrib["Type"].rpartition("/")[2], part
    return found


def form_of(path: Path, sheet: Sheet) -> Form:
    """What is hidden and merged in a sheet; raises Unreadable where its rows are not in order."""
    form, row = Form(), 0
    for tag, attributes in _tags(path, sheet.part):
        hidden = attributes.get("hidden", "0") in ("1", "true")
        if tag == "row":
            number = int(attributes.get("r", row + 1))
            if not row < number <= MOST_ROWS:
                raise Unreadable("rows out of order")
            row = number
            if hidden or _is_nothing(attributes.get("ht")):
                form.hidden_rows.append(row)
        elif tag == "col" and (hidden or _is_nothing(attributes.get("width"))):
            form.hidden_columns.append(range(int(attributes["min"]), int(attributes["max"]) + 1))
        elif tag == "mergeCell":
            form.merged.append(attributes["ref"])
        elif tag == "sheetFormatPr":
            form.hides_rows = attributes.get("zeroHeight", "0") in ("1", "true")
    return form


def _is_nothing(size: str | None) -> bool:
    return size is not None and float(size) == 0


def _tags(path: Path, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The tags of rows, columns and merged cells; found by their text, which is ten times faster than parsing."""
    with zipfile.ZipFile(path) as archive, archive.open(part) as content:
        rest = b""
        while chunk := content.read(1 << 20):
            known, end, rest = (rest + chunk).rpartition(b">")
            for tag, attributes in _TAG.findall(known + end):
                pairs = _ATTRIBUTE.findall(attributes)
                yield tag.decode(), {name.decode(): value.decode() for name, value in pairs}
