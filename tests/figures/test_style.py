"""One look, whatever the user's settings; readable in grey."""

import itertools

import matplotlib
import pytest
from matplotlib.font_manager import findfont

from peritrace.figures.style import FONT_FILES, SERIES, font, journal_style


def lightness(colour: str) -> float:
    """CIE L* of an sRGB colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def test_two_and_three_levels_differ_clearly_in_grey() -> None:
    three = [lightness(style.colour) for style in SERIES[:3]]
    assert abs(three[0] - three[1]) >= 20
    assert min(abs(one - other) for one, other in itertools.combinations(three, 2)) >= 18


def test_all_levels_differ_in_grey_and_by_line_and_marker() -> None:
    values = [lightness(style.colour) for style in SERIES]
    assert min(abs(one - other) for one, other in itertools.combinations(values, 2)) >= 5
    assert len({style.dashes for style in SERIES}) == len({style.marker for style in SERIES}) == len(SERIES)


def test_every_line_stands_out_from_white() -> None:
    # WCAG 2.2 asks for a contrast of 3 : 1 of graphical objects, which is L* below 61.7 on white.
    assert max(lightness(style.colour) for style in SERIES) < 61.7


@pytest.mark.parametrize("face", ["regular", "bold", "italic"])
def test_the_bundled_font_is_found_under_its_own_name(face: str) -> None:
    assert findfont(font(face), fallback_to_default=False) == str(FONT_FILES[face])


def test_the_licence_lies_beside_the_fonts() -> None:
    licence = (FONT_FILES["regular"].parent / "LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_settings_of_the_user_neither_matter_nor_change() -> None:
    with matplotlib.rc_context({"font.size": 33, "text.parse_math": True, "axes.facecolor": "red"}):
        with journal_style():
            assert matplotlib.rcParams["axes.facecolor"] == "white"
            assert matplotlib.rcParams["font.size"] < 9
            assert matplotlib.rcParams["text.parse_math"] is False
        assert matplotlib.rcParams["font.size"] == 33
