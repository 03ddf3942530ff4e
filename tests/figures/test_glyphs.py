"""Text of other scripts: real letters from the fallback fonts, measured as drawn, broken where its readers break it."""

import re
import time
import warnings
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font

from peritrace.figures import style
from peritrace.figures.output import SVG, write_drawing
from peritrace.figures.page import Page, Words, printable, shorten, text_width, wrap
from peritrace.figures.style import FALLBACK_FILES, FONT_FILES, FONT_FOLDER, has_glyph, journal_style
from tests.figures.cohorts import spread, study_with
from tests.figures.test_overlaps import check, survival

SCRIPTS = {
    "Chinese": "肝细胞癌腹膜转移患者接受细胞减灭术",
    "traditional Chinese": "腹膜癌指數與完全減積",
    "Japanese": "腹膜偽粘液腫の患者ステージ",
    "Korean": "복막암종증 환자 한국어",
    "Greek": "ψευδομύξωμα",
    "Cyrillic": "Псевдомиксома брюшины",
    "accented Latin": "naïve Großzellige œdème Łódź ąęő",
}
ODD = {
    "Arabic": "مجموعة ب (١٢)",
    "Hebrew": "קבוצה א",
    "mixed directions": "PCI שלום 12 組",
    "emoji": "😀 👩‍⚕️ 🇨🇳",
    "Thai and Hindi": "ไทย हिन्दी",
    "rare characters": "𠮷𠀋 \uf8ff\ufffe",
    "combining": "Z̸̢̛a̵l̶g̷o̸" * 3,
}


@pytest.fixture(autouse=True)
def no_warning() -> None:
    """A glyph that no font has would make matplotlib warn."""
    warnings.simplefilter("error")


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_letter_of_these_scripts_can_be_printed(script: str) -> None:
    assert printable(SCRIPTS[script]) == SCRIPTS[script]


def test_what_no_font_has_becomes_a_raised_dot() -> None:
    assert printable("arm ไ, 组") == "arm ·, 组"


@pytest.mark.parametrize("face", ["bold", "italic"])
def test_what_the_regular_face_prints_the_others_print_too(face: str) -> None:
    files = (FONT_FILES[face], *FALLBACK_FILES.values())
    known = {code for path in files for code in FT2Font(path).get_charmap()}
    assert set(FT2Font(FONT_FILES["regular"]).get_charmap()) <= known


def glyphs(svg: str) -> dict[str, str]:
    """The outlines of an SVG by the name of their glyph."""
    paths = ET.fromstring(svg).iter(f"{{{SVG}}}path")
    return {path.attrib["id"]: path.attrib["d"] for path in paths if {"id", "d"} <= path.attrib.keys()}


def test_a_chinese_level_has_outlines_of_its_own_in_svg_pdf_and_png(tmp_path: Path) -> None:
    patients = [*spread(12, 40, "第六组"), *spread(12, 40, "arm B")]
    drawing = survival(patients, study_with(["第六组", "arm B"]), "cc_group")
    assert len(check(drawing)["第六组"]) == 2
    out = {kind: tmp_path / f"x.{kind}" for kind in ("svg", "pdf", "png")}
    write_drawing(drawing, out, "a/b")
    found = [d for name, d in glyphs(out["svg"].read_text(encoding="utf-8")).items() if "DroidSansFallback" in name]
    assert len(set(found)) == 3
    assert min(map(len, found)) > 200  # a box would be two rectangles
    fonts = set(re.findall(rb"/BaseFont /[A-Z]{6}\+([A-Za-z-]+)", out["pdf"].read_bytes()))
    assert b"DroidSansFallback" in fonts
    assert out["pdf"].stat().st_size < 200_000  # a subset, not four megabytes


@pytest.mark.parametrize("face", ["regular", "bold", "italic"])
@pytest.mark.parametrize("name", [*SCRIPTS, *ODD])
def test_measured_width_is_the_width_drawn(name: str, face: str) -> None:
    words = Words(printable((SCRIPTS | ODD)[name]), face, 8)
    with journal_style():
        page = Page(89, 20)
        page.write(5, 5, words)
        drawn = page.figure.texts[0].get_window_extent().width / 300 * 25.4
    assert words.width == pytest.approx(drawn, abs=0.25)


def test_text_without_spaces_is_broken_between_characters() -> None:
    text = SCRIPTS["Chinese"]
    lines = wrap(text, 20, 7.5, 4)
    assert len(lines) == 3
    assert "".join(lines) == text
    assert all(text_width(line, 7.5) <= 20 for line in lines)


def test_no_line_begins_with_a_mark_that_closes_or_ends_with_one_that_opens() -> None:
    text = "总生存期(单位:月),按「完全程度」分组。ステージ、ャ"
    for width in range(8, 40):
        lines = wrap(text, width, 7.5, 30)
        assert "".join(lines) == text
        for before, after in pairwise(lines):
            assert after[0] not in "),。」:、ーャ"
            assert before[-1] not in "(「"


def test_latin_words_between_chinese_ones_are_not_broken() -> None:
    lines = wrap("患者接受CRS联合HIPEC治疗后的PCI", 14, 7.5, 10)
    assert "".join(lines) == "患者接受CRS联合HIPEC治疗后的PCI"
    assert all(sum(word in line for line in lines) == 1 for word in ("CRS", "HIPEC", "PCI"))


mixed = st.text(st.sampled_from([*"患者の한국(。」 ab ", *"שלום😀é"]), max_size=60)


@settings(deadline=None)
@given(mixed, st.floats(8, 40), st.integers(1, 4))
def test_wrapped_text_fits_and_loses_nothing_while_there_are_lines(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, 7.5, most)
    assert len(lines) <= most
    assert all(text_width(line, 7.5) <= width for line in lines)
    if "…" not in "".join(lines):
        assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


def test_long_chinese_levels_are_shortened() -> None:
    short = shorten("腹膜" * 40 + "乙", 30, 7.5)
    assert short.startswith("腹膜")
    assert short.endswith("乙")
    assert "…" in short


@pytest.mark.parametrize("name", ODD)
def test_text_of_any_other_kind_is_drawn_all_the_same(name: str, tmp_path: Path) -> None:
    text = ODD[name]
    study = study_with([text, "B"], label=text, origin=text)
    drawing = survival([*spread(8, 40, text), *spread(8, 40, "B")], study, "cc_group")
    check(drawing)
    write_drawing(drawing, {kind: tmp_path / f"x.{kind}" for kind in ("svg", "pdf", "png")}, "a/b")


def test_latin_text_never_opens_the_list_of_later_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    original = style._charmap

    def watched(path: Path) -> frozenset[int]:
        opened.append(path)
        return original(path)

    monkeypatch.setattr(style, "_charmap", watched)
    assert printable("Overall survival (%) ≥ 20 Ωдé") == "Overall survival (%) ≥ 20 Ωдé"
    assert set(opened) == {FONT_FILES["regular"]}


def test_asking_for_a_glyph_is_quick() -> None:
    has_glyph("组")
    start = time.perf_counter()
    for _ in range(10_000):
        has_glyph("组")
    assert time.perf_counter() - start < 0.5


def test_the_licence_lies_beside_the_font() -> None:
    text = (FONT_FOLDER / "LICENSE-DroidSansFallback.txt").read_text(encoding="utf-8")
    assert "Google Corp." in text
    assert "Apache License" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
