"""Text that fits where it is put."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.figures.page import Box, Page, Words, clean, first_free, printable, shorten, text_width, wrap
from peritrace.figures.style import journal_style

any_text = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize("face", ["regular", "bold", "italic"])
def test_measured_width_is_the_width_drawn(face: str) -> None:
    words = Words("Overall survival (%) 153.9", face, 8)
    with journal_style():
        page = Page(89, 20)
        page.write(5, 5, words)
        drawn = page.figure.texts[0].get_window_extent().width / 300 * 25.4
    assert words.width == pytest.approx(drawn, abs=0.2)


def test_a_long_level_keeps_its_beginning_and_its_end() -> None:
    short = shorten("hepatocellular carcinoma with peritoneal metastasis, arm B", 30, 7.5)
    assert short.startswith("hepato")
    assert short.endswith("arm B")
    assert "…" in short


@given(any_text, st.floats(4, 40))
def test_shortened_text_fits(text: str, width: float) -> None:
    assert text_width(shorten(text, width, 7.5), 7.5) <= width


@given(any_text, st.floats(8, 40))
def test_wrapped_text_fits_in_two_lines(text: str, width: float) -> None:
    lines = wrap(text, width, 7.5)
    assert len(lines) <= 2
    assert all(text_width(line, 7.5) <= width for line in lines)


def test_words_that_fit_are_neither_broken_nor_lost() -> None:
    assert " ".join(wrap("Completeness of cytoreduction", 25, 7.5)) == "Completeness of cytoreduction"


def test_control_characters_and_missing_glyphs_are_replaced() -> None:
    assert clean("a\x00b\nc\u202ed\ufffe") == "a b cd"
    assert printable("PCI ≥ 20, ไ") == "PCI ≥ 20, ·"


def test_a_note_goes_to_the_first_place_that_nothing_crosses() -> None:
    places = [Box(0, 0, 10, 4), Box(20, 0, 30, 4), Box(40, 0, 50, 4)]
    curve = [(-5.0, 2.0), (5.0, 2.0), (5.0, -9.0)]
    assert first_free(places, [curve], []) == places[1]
    assert first_free(places, [curve], [Box(22, 1, 25, 3)]) == places[2]
