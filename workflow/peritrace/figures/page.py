"""A page measured in millimetres, on which text is placed by its measured size."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from peritrace.figures.style import FACES, INK, NOTE, RESOLUTION, font, has_glyph

MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
ELLIPSIS, MISSING = "…", "·"
_UNSHOWN = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}  # Unicode categories
_OPENING, _CLOSING = {"Ps", "Pi"}, {"Pe", "Pf", "Po", "Mn", "Mc"}  # at no line's end, at no line's start
_NEVER_FIRST = "ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々…—·"
_MEASURED_AT = 100.0  # points; widths grow in proportion

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, mm."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        """Whether the two have an area in common."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


@dataclass(frozen=True)
class Words:
    """A run of text in one face and colour."""

    text: str
    face: str = "regular"  # regular, bold, italic
    size: float = NOTE
    colour: str = INK

    @property
    def width(self) -> float:
        """In mm."""
        return text_width(self.text, self.size, self.face)


def mm(points: float) -> float:
    """Points as millimetres."""
    return points * MM_PER_INCH / POINTS_PER_INCH


@cache
def text_width(text: str, size: float, face: str = "regular") -> float:
    """The width of a line of text in mm."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, font(face), ismath=False)
    return mm(width * size / _MEASURED_AT)


def clean(text: str) -> str:
    """One line of text without control and formatting characters, which a font can't show and XML forbids."""
    kinds = ((character, unicodedata.category(character)) for character in text)
    shown = (" " if kind in _UNSHOWN else character for character, kind in kinds if kind != "Cf")
    return " ".join("".join(shown).split())


def printable(text: str) -> str:
    """One line of text in which a raised dot stands for each character that the fonts lack (Thai, for one)."""
    return "".join(character if has_glyph(character) else MISSING for character in clean(text))


def shorten(text: str, width: float, size: float, face: str = "regular") -> str:
    """Text that fits in `width` mm; the middle is left out, since levels often differ at the end."""
    text = printable(text)
    if text_width(text, size, face) <= width:
        return text
    for kept in range(min(len(text) - 1, 200), 1, -1):
        head, tail = (kept + 1) // 2, kept // 2
        short = text[:head].rstrip() + ELLIPSIS + text[-tail:].lstrip()
        if text_width(short, size, face) <= width:
            return short
    return ELLIPSIS


def wrap(text: str, width: float, size: float, lines: int = 2) -> list[str]:
    """Text in at most `lines` lines of `width` mm; what remains is shortened into the last line."""
    pieces = _pieces(printable(text))
    wrapped: list[str] = []
    while pieces and len(wrapped) < lines - 1:
        count = bisect_right(range(len(pieces)), width, key=lambda last: text_width(_line(pieces[: last + 1]), size))
        if count == 0:
            break
        wrapped.append(_line(pieces[:count]))
        pieces = pieces[count:]
    return [*wrapped, shorten(_line(pieces), width, size)] if pieces else wrapped


def _line(pieces: Sequence[str]) -> str:
    return "".join(pieces).strip()


def _pieces(text: str) -> list[str]:
    """What a line may be broken between: words with the space before them, and East Asian characters."""
    pieces = [text[:1]]
    for before, after in pairwise(text):
        if after == " " or _may_part(before, after):
            pieces.append(after)
        else:
            pieces[-1] += after
    return pieces


def _may_part(before: str, after: str) -> bool:
    """Whether a line may end between two characters: beside an East Asian one, but not before a mark that closes."""
    if before == " " or not (_is_wide(before) or _is_wide(after)):
        return False
    closes = unicodedata.category(after) in _CLOSING or after in _NEVER_FIRST
    return not closes and unicodedata.category(before) not in _OPENING


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


class Page:
    """A matplotlib figure whose places are given in mm from its lower left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), dpi=RESOLUTION)

    def axes(self, area: Box) -> Axes:
        """Axes whose frame is `area`."""
        width, height = area.right - area.left, area.top - area.bottom
        place = (area.left / self.width, area.bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(place)

    def write(self, x: float, y: float, words: Words, align: str = "left", **style: Any) -> None:
        """Put text at a point of its baseline; `align` is left, center or right."""
        style = {"ha": align, "va": "baseline", "color": words.colour, **FACES[words.face], **style}
        self.figure.text(x / self.width, y / self.height, words.text, fontsize=words.size, **style)

    def line(self, points: Sequence[Point], colour: str, width: float, dashes: Sequence[float] | None = None) -> None:
        """Draw a line through points."""
        x, y = [x / self.width for x, _ in points], [y / self.height for _, y in points]
        style = "-" if dashes is None else (0, tuple(dashes))
        look: dict[str, Any] = {"color": colour, "linewidth": width, "linestyle": style, "solid_capstyle": "butt"}
        self.figure.add_artist(Line2D(x, y, transform=self.figure.transFigure, **look))

    def sign(self, x: float, y: float, **style: Any) -> None:
        """Draw a single marker."""
        place = ([x / self.width], [y / self.height])
        self.figure.add_artist(Line2D(*place, transform=self.figure.transFigure, **style))

    def write_run(self, x: float, y: float, run: Sequence[Words], align: str = "left") -> Box:
        """Put texts of several faces one behind the other, and give the box that they fill."""
        total = run_width(run)
        left = x - {"left": 0.0, "center": total / 2, "right": total}[align]
        box = Box(left, y - mm(0.25 * run[0].size), left + total, y + mm(0.75 * run[0].size))
        for words in run:
            self.write(left, y, words)
            left += words.width + _gap(words)
        return box


def _gap(words: Words) -> float:
    return mm(0.28 * words.size)


def run_width(run: Sequence[Words]) -> float:
    """The width of a run in mm, a word space between its parts."""
    return sum(words.width for words in run) + sum(_gap(words) for words in run[:-1])


def first_free(places: Iterable[Box], lines: Sequence[Sequence[Point]], boxes: Sequence[Box]) -> Box:
    """The first place that no line and no box crosses; when all are crossed, the one crossed least."""
    candidates = list(places)

    def crossings(place: Box) -> int:
        hits = sum(place.meets(box) for box in boxes) * 1000
        return hits + sum(place.meets(_segment(*ends)) for line in lines for ends in pairwise(line))

    return min(candidates, key=crossings)


def _segment(start: Point, end: Point) -> Box:
    """The box around a piece of a step curve with its censoring marks."""
    half = mm(3.2)
    (x1, y1), (x2, y2) = start, end
    return Box(min(x1, x2) - half, min(y1, y2) - half, max(x1, x2) + half, max(y1, y2) + half)
