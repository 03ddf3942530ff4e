"""A drawn figure as files: SVG, PDF and PNG of one page, and the data behind it as CSV. Same bytes on every run."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from peritrace.figures.page import Page, clean
from peritrace.figures.style import RESOLUTION, journal_style
from peritrace.files import guarded, whole_file, write_csv, write_text

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


@dataclass(frozen=True)
class Drawing:
    """A finished page, what it shows in words, and the data behind it."""

    page: Page
    title: str
    description: str  # read out by a screen reader in place of the picture
    columns: Sequence[str]
    rows: Sequence[Mapping[str, object]]


def write_drawing(drawing: Drawing, out: Mapping[str, str | Path], salt: str) -> None:
    """Write the formats that `out` names (svg, pdf, png, csv → path); `salt` keeps the ids of two SVGs apart."""
    figure = drawing.page.figure
    with journal_style(salt):
        if "svg" in out:
            written = BytesIO()
            figure.savefig(written, format="svg")
            write_text(out["svg"], tidy_svg(written.getvalue(), drawing.title, drawing.description, salt))
        if "pdf" in out:
            with whole_file(out["pdf"]) as temporary:
                metadata = {"CreationDate": None, "Title": clean(drawing.title)}
                figure.savefig(temporary, format="pdf", metadata=metadata)
        if "png" in out:
            with whole_file(out["png"]) as temporary:
                figure.savefig(temporary, format="png", dpi=RESOLUTION)
                in_few_colours(temporary)
    if "csv" in out:
        rows = ({name: guarded(str(value)) for name, value in row.items() if value is not None} for row in drawing.rows)
        write_csv(out["csv"], drawing.columns, rows)


COLOURS = 128
"""Of a PNG: a figure has a dozen and their shades at edges, and its file is a quarter of that in full colour."""


def in_few_colours(png: Path) -> None:
    """Write a picture anew with a palette; resolution and software stay on record."""
    with Image.open(png) as picture:
        kept = PngInfo()
        kept.add_text("Software", str(picture.info.get("Software", "")))
        dots = picture.info.get("dpi", (RESOLUTION, RESOLUTION))
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(png, "PNG", dpi=dots, pnginfo=kept)


def tidy_svg(svg: bytes, title: str, description: str, salt: str) -> str:
    """Prepare matplotlib's SVG for a page.

    It gets a title and a description, and ids that no other figure has. It loses the comments (which repeat every
    label), the metadata, the document type and the style sheet, so that nothing in it leads outside and nothing
    reaches the page around it.
    """
    root = ET.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    prefix = re.sub(r"[^a-zA-Z0-9]+", "-", salt) + "-"
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, prefix + value)
            elif name == f"{{{XLINK}}}href" and value.startswith("#"):
                element.set(name, "#" + prefix + value[1:])
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}"))
    # What the style sheet said of every element; both are inherited.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    root.attrib |= {"role": "img", "aria-labelledby": f"{prefix}title {prefix}description"}
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": prefix + {"desc": "description"}.get(tag, tag)})
        element.text = clean(text)
        root.insert(place, element)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
