"""The look that every figure shares: one typeface, one palette, one set of matplotlib settings.

A user's matplotlibrc and installed fonts have no influence: settings start from matplotlib's own defaults, and the
bundled font is registered under a name of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import get_data_path, rc_context, rcParams, rcParamsDefault
from matplotlib.font_manager import FontProperties, fontManager, ttfFontProperty
from matplotlib.ft2font import FT2Font

FONT_FOLDER = Path(__file__).resolve().parents[2] / "fonts"
FONT_FILES = {
    "regular": FONT_FOLDER / "PeritraceSans-Regular.ttf",
    "bold": FONT_FOLDER / "PeritraceSans-Bold.ttf",
    "italic": FONT_FOLDER / "PeritraceSans-Italic.ttf",
}
# For characters that this one lacks: symbols, Arabic and Hebrew from a font that comes with matplotlib, then Chinese,
# Japanese and Korean.
FALLBACK_FILES = {
    "peritrace fallback": Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf",
    "peritrace east asian": FONT_FOLDER / "DroidSansFallback.ttf",
}
FAMILY = "peritrace sans"
FAMILIES = [FAMILY, *FALLBACK_FILES]  # in the order in which they are asked for a character
FACES: dict[str, dict[str, Any]] = {"regular": {}, "bold": {"weight": "bold"}, "italic": {"style": "italic"}}

# Points, at print size. Nothing is smaller than 7 points.
AXIS_LABEL, TICK_LABEL, NOTE, SMALL, LETTER = 8.0, 7.5, 7.5, 7.0, 10.0

SINGLE_COLUMN, WIDE_COLUMN = 89.0, 120.0  # widths of print, mm
RESOLUTION = 300  # of the PNG, dots per inch

INK, GREY, LIGHT = "#1a1a1a", "#5f5f5f", "#cfcfcf"
NO_LEVEL = "#8c8c8c"  # patients whose level is not known
HAIRLINE, LINE = 0.5, 1.3  # points


@dataclass(frozen=True)
class SeriesStyle:
    """How one level looks, in every figure of a study."""

    colour: str
    dashes: tuple[float, ...] | None  # lengths of dash and gap in points; None draws a solid line
    marker: str


# The colours differ in lightness (CIE L* 29, 54, 9, 42, 60, 36), so that they part in greyscale too, and all but
# the pale ones of the Okabe–Ito set (contrast to white below 3) were open to choice.
SERIES = (
    SeriesStyle("#004488", None, "o"),
    SeriesStyle("#d55e00", (5.0, 1.4), "s"),
    SeriesStyle("#1a1a1a", (1.6, 1.2), "^"),
    SeriesStyle("#00705a", (6.0, 1.4, 1.4, 1.4), "D"),
    SeriesStyle("#cc79a7", (9.0, 1.6), "v"),
    SeriesStyle("#7a4a1e", (3.0, 1.2, 1.0, 1.2, 1.0, 1.2), "P"),
)

_SETTINGS: dict[str, Any] = {
    "font.family": FAMILIES,
    "font.size": TICK_LABEL,
    "text.parse_math": False,  # a label with dollar signs is text
    "text.color": INK,
    "text.hinting": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": AXIS_LABEL,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": TICK_LABEL,
    "ytick.labelsize": TICK_LABEL,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 2.8,
    "ytick.major.size": 2.8,
    "xtick.major.pad": 2.2,
    "ytick.major.pad": 2.2,
    "lines.dash_capstyle": "butt",
    "lines.scale_dashes": False,
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
}


def series_style(position: int) -> SeriesStyle:
    """The look of a level by its position among the levels of its group; beyond six they repeat."""
    return SERIES[position % len(SERIES)]


@contextmanager
def journal_style(salt: str = "") -> Iterator[None]:
    """Run a block under the settings of this module and nobody else's; `salt` decides the ids inside an SVG."""
    _register_fonts()
    with rc_context():
        settings: dict[Any, Any] = {key: value for key, value in rcParamsDefault.items() if key != "backend"}
        rcParams.update(settings | _SETTINGS | {"svg.hashsalt": salt or None})
        yield


@cache
def font(face: str) -> FontProperties:
    """The bundled font in one of FACES, at 100 points, for measuring."""
    _register_fonts()
    return FontProperties(family=FAMILIES, size=100, **FACES[face])


def has_glyph(character: str) -> bool:
    """Whether one of the fonts can print the character."""
    # Later fonts are opened for what the earlier ones lack only.
    return any(ord(character) in _charmap(path) for path in (FONT_FILES["regular"], *FALLBACK_FILES.values()))


@cache
def _charmap(path: Path) -> frozenset[int]:
    """The code points that a font file has glyphs for."""
    return frozenset(FT2Font(path).get_charmap())


def _register_fonts() -> None:
    """Make the bundled files known under a name that no installed font has; raises FileNotFoundError without them."""
    if any(entry.name == FAMILY for entry in fontManager.ttflist):
        return
    fallbacks = {name: ttfFontProperty(FT2Font(path)) for name, path in FALLBACK_FILES.items()}
    for path in FONT_FILES.values():
        entry = ttfFontProperty(FT2Font(path))
        fontManager.ttflist.append(replace(entry, name=FAMILY))
        # They have one face, which stands in for bold and italic.
        for name, fallback in fallbacks.items():
            fontManager.ttflist.append(replace(fallback, name=name, style=entry.style, weight=entry.weight))
