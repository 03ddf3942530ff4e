"""The files of a figure: what they hold, and what they must not."""

import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from peritrace.figures.output import SVG, XLINK, write_drawing
from peritrace.figures.style import journal_style
from peritrace.figures.survival import survival_drawing
from peritrace.wanted import SurvivalFigure
from tests.figures.cohorts import spread, study_with, yan_ard, yan_study
from tests.figures.test_overlaps import HOSTILE, survival

FIGURE = next(figure for figure in yan_study().figures if figure.id == "fig-2d")
POINTS_PER_MM = 72 / 25.4


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("figure")
    out = {kind: folder / f"figure.{kind}" for kind in ("svg", "pdf", "png", "csv")}
    assert isinstance(FIGURE, SurvivalFigure)
    with journal_style():
        drawing = survival_drawing(FIGURE, yan_ard(), yan_study())
    write_drawing(drawing, out, "yan-2024/fig-2d")
    return out


@pytest.fixture(scope="module")
def hostile_svg(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("hostile") / "figure.svg"
    patients = [patient for level in HOSTILE for patient in spread(12, 40, level)]
    write_drawing(survival(patients, study_with(HOSTILE), "cc_group"), {"svg": path}, "yan-2024/other")
    return path.read_text(encoding="utf-8")


def ids(svg: str) -> list[str]:
    return [element.attrib["id"] for element in ET.fromstring(svg).iter() if "id" in element.attrib]


def test_svg_has_a_size_a_title_and_a_description(written: dict[str, Path]) -> None:
    root = ET.parse(written["svg"]).getroot()
    assert root.attrib["role"] == "img"
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(120 * POINTS_PER_MM, abs=0.01)
    named = {element.attrib["id"]: element.text or "" for element in root if element.text and "id" in element.attrib}
    title, description = (named[name] for name in root.attrib["aria-labelledby"].split())
    assert title == FIGURE.title
    assert "CC2/3: 6 patients, 4 deaths, median 5.5 months" in description
    assert "Log-rank P = .36" in description


def test_svg_is_small_and_leads_nowhere(written: dict[str, Path], hostile_svg: str) -> None:
    for svg in (written["svg"].read_text(encoding="utf-8"), hostile_svg):
        assert len(svg.encode()) < 500_000
        tags = {element.tag.removeprefix(f"{{{SVG}}}") for element in ET.fromstring(svg).iter()}
        assert tags <= {"svg", "title", "desc", "defs", "g", "path", "use", "clipPath", "rect"}
        known = set(ids(svg))
        links = [element.attrib[f"{{{XLINK}}}href"] for element in ET.fromstring(svg).iter(f"{{{SVG}}}use")]
        assert links
        assert all(link.startswith("#") and link[1:] in known for link in links)
        assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= known
        assert set(re.findall(r"https?://[^\"]*", svg)) == {SVG, XLINK}
        assert "<!" not in svg


def test_ids_are_unique_within_a_figure_and_between_figures(written: dict[str, Path], hostile_svg: str) -> None:
    one, other = ids(written["svg"].read_text(encoding="utf-8")), ids(hostile_svg)
    assert len(set(one)) == len(one)
    assert not set(one) & set(other)


def test_hostile_levels_stand_only_escaped_in_the_description(hostile_svg: str) -> None:
    body = hostile_svg.split("</desc>")[1]
    assert not any(level in body for level in ("script", "_hidden", "frac", "第六组", "cmd"))
    assert "&lt;script&gt;alert(1)" in hostile_svg
    assert "第六组: 12 patients" in hostile_svg


def test_png_has_300_dots_per_inch_and_the_width_of_print(written: dict[str, Path]) -> None:
    data = written["png"].read_bytes()
    width, _ = struct.unpack(">II", data[16:24])
    assert width == int(120 / 25.4 * 300)
    place = data.index(b"pHYs") + 4
    across, up, unit = struct.unpack(">IIB", data[place : place + 9])
    assert (across, up, unit) == (11811, 11811, 1)  # per metre


def test_pdf_embeds_subsets_of_the_bundled_font_as_truetype(written: dict[str, Path]) -> None:
    data = written["pdf"].read_bytes()
    fonts = set(re.findall(rb"/BaseFont /([A-Z]{6}\+[A-Za-z-]+)", data))
    assert {font[7:] for font in fonts} == {b"PeritraceSans", b"PeritraceSans-Bold", b"PeritraceSans-Italic"}
    assert b"/FontFile2" in data
    assert b"/Type3" not in data
    assert b"CreationDate" not in data
    assert len(data) < 200_000


def test_only_the_formats_that_are_asked_for_are_written(tmp_path: Path) -> None:
    drawing = survival(spread(5, 40), study_with(["A"]), None)
    write_drawing(drawing, {"csv": tmp_path / "x.csv"}, "a/b")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
