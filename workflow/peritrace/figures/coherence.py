"""A coherence map: every printed number of a paper, and arcs between those that bind one another.

The numbers stand side by side in the order of the paper. Each bond (a relation that was checked: a sum, a percentage,
a ratio with its limits and P value) joins its numbers by arcs; those that are broken are lettered.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice, pairwise, product
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from peritrace.figures.flow import BROKEN, FULL_PAGE, MARK_ROOM, Notes, head_room, key_letter, least_height
from peritrace.figures.forest import LEGEND_LINE, UNUSUAL, Key, legend_lines
from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Point, Words, clean, mm, text_width, wrap
from peritrace.figures.parts import EDGE, letter, stamp
from peritrace.figures.style import GREY, HAIRLINE, NOTE, SMALL

MOST_PLACES = 48
MOST_KEYS, MOST_TOLD = 15, 60  # broken bonds that the key below the figure and the description name
COLUMNS = ("bond", "status", "letter", "members")

_PER_MM = 1 / mm(1.0)  # points
_ROOM = FULL_PAGE - EDGE - MARK_ROOM
_WIDEST_PITCH, _GAP = 6.0, 1.8  # mm from one number to the next, and between places
_TALLEST = 50.0  # mm, of an arc across the whole page
_CLOSE = 2.0  # mm, between neighbours
_FOOT = 1.7  # points, of the dot on which a broken arc stands
_ALONE = 2.2  # mm, of the upright of a bond with one member
_UP, _TRIES = 3.0, 15  # mm from one line of letters to the next; places that are compared for a letter
_HANG, _DEPTH = 0.7, 5.6  # mm from the line that arcs stand on down to the numbers, and to the places
_NAMES = (26.0, 18.0)  # mm, widths of names; the narrower one is for many places
_NAME_LINE, _ELBOW = 3.0, 2.4  # mm: leading of names, height of a bend of their leaders
_MOST_ROWS = 8  # of names
_SLOT = 1.2  # mm that a leader needs between names
_FAR = 9.0  # mm: a name further off its place had better stand in a line of its own


@dataclass(frozen=True)
class Mark:
    """One printed number: where the paper prints it, and its verdict."""

    id: str
    place: str
    verdict: str


@dataclass(frozen=True)
class Bond:
    """Printed numbers that bind one another, and whether they fit."""

    members: tuple[str, ...]  # ids of marks
    status: Literal["fits", "unusual", "broken"]
    label: str


@dataclass(frozen=True)
class _Tick:
    """How a number looks: the stretches that it takes below the line, mm, and whether it ends in a dot."""

    colour: str
    parts: tuple[tuple[float, float], ...]
    dot: bool = False


# The colours that the report's bar of verdicts has; a pale hairline would be lost, so what is unverifiable takes the
# colour of its label there. Length and shape tell them apart without colour.
VERDICTS = {
    "reproduced": _Tick("#1c6b4a", ((0.0, 2.6),)),
    "reproduced-by-convention": _Tick("#4f86c0", ((0.0, 1.0), (1.6, 2.6))),
    "coherent": _Tick("#9a87c8", ((0.0, 1.6),)),
    "contradicted": _Tick(BROKEN, ((0.0, 3.8),), dot=True),
    "unverifiable": _Tick("#555c66", ((0.0, 0.7),)),
}


@dataclass(frozen=True)
class _Line:
    """How the arcs of a status look."""

    colour: str
    width: float  # points
    depth: float  # what is higher hides what is lower
    dashes: tuple[float, float] | None = None


_LINES = {
    "fits": _Line("#c4c4c4", 0.4, 2.0),
    "unusual": _Line(UNUSUAL, 0.9, 3.0, (3.0, 1.6)),
    "broken": _Line(BROKEN, 1.5, 4.0),
}
_HOW_TO_READ = "Each stroke below the line is a printed number; each arc joins two that bind one another."
_SAMPLES = {"fits": "bond fits", "unusual": "bond is unusual", "broken": "bond is broken"}
_STATED = {"fits": "fit", "unusual": "are unusual", "broken": "are broken"}

_Arc = tuple[float, float]  # where it starts and ends, mm across the page


@dataclass(frozen=True)
class _Row:
    """Where the numbers stand across the page, mm."""

    xs: dict[str, float]  # of each number
    spans: dict[str, tuple[float, float]]  # from where to where each place reaches
    pitch: float

    def pairs(self, bond: Bond) -> list[_Arc]:
        """The arcs of a bond: between neighbours in the order of the paper; of a bond with one member, a point."""
        places = sorted({self.xs[member] for member in bond.members})
        return list(pairwise(places)) or [(places[0], places[0])]

    def apex(self, bond: Bond) -> Point:
        """The top of the highest arc of a bond: across the page, and above the numbers."""
        arc = max(self.pairs(bond), key=_height)
        return (arc[0] + arc[1]) / 2, _height(arc)


class _Stagger(NamedTuple):
    """Names in rows: their lines, the row of each, and where its leader passes the rows down to its own, mm."""

    texts: list[list[str]]
    rows: list[int]
    steps: list[list[float]]


@dataclass(frozen=True)
class _Name:
    """The name of a place, and the bends of the line that leads to it; heights are mm below the numbers."""

    lines: list[str]
    leader: list[Point]


def coherence_drawing(
    title: str, marks: Sequence[Mark], bonds: Sequence[Bond], printed_as: str = "", mark: str | None = None
) -> Drawing:
    """Draw which printed numbers bind which, and where they do not fit.

    `marks` are in the order of the paper; those of one place are put together. Raises ValueError without marks, for
    a bond without members or with unknown ones, a verdict that is not among VERDICTS, more than MOST_PLACES places.
    """
    _check(marks, bonds)
    row = _row(marks)
    letters = _letters(bonds, row)
    arcs = _arcs(bonds, row)
    names, depth = _names(row)
    legend = _legend(marks, bonds)
    notes = Notes.of(_key(bonds, letters), FULL_PAGE, 2)
    foot = EDGE + notes.height + LEGEND_LINE * (len(legend) + 1) + 2.0
    apexes = {key: row.apex(bonds[place]) for place, key in letters.items()}
    spots = _spots(apexes, [*arcs["unusual"], *arcs["broken"]])
    tops = [_height(arc) + 1.0 for some in arcs.values() for arc in some] + [box.top for box in spots.values()]
    area = Box(0.0, _whole(foot + depth + _DEPTH), FULL_PAGE, _whole(foot + depth + _DEPTH) + _whole(max([6.0, *tops])))
    page = Page(FULL_PAGE, _whole(max(area.top + head_room(printed_as) + EDGE, least_height(mark))))
    axes = _axes(page, area)
    _draw_marks(axes, marks, row)
    for status, line in _LINES.items():
        _draw_arcs(axes, arcs[status], line)
    _draw_dots(axes, [(x, 0.0) for x in sorted({end for arc in arcs["broken"] for end in arc})], BROKEN, _FOOT)
    _write_letters(page, area.bottom, spots, apexes)
    _write_names(page, names, row, area.bottom - _DEPTH)
    _write_legend(page, axes, legend, foot - 2.0, area.bottom)
    notes.write(page, EDGE + notes.height)
    letter(page, printed_as)
    stamp(page, axes, area, mark)
    rows = [_as_row(bond, letters.get(place, "")) for place, bond in enumerate(bonds)]
    return Drawing(page, title, _describe(marks, bonds, letters, mark), COLUMNS, rows)


def _check(marks: Sequence[Mark], bonds: Sequence[Bond]) -> None:
    known = {number.id for number in marks}
    if not marks:
        raise ValueError("a coherence map needs at least one printed number")
    if len(known) < len(marks):
        raise ValueError("two printed numbers of a coherence map have the same id")
    if strange := sorted({number.verdict for number in marks} - set(VERDICTS)):
        raise ValueError(f"unknown verdicts in a coherence map: {', '.join(strange)}")
    if any(not bond.members for bond in bonds):
        raise ValueError("a bond of a coherence map has no members")
    if missing := sorted({member for bond in bonds for member in bond.members} - known):
        raise ValueError(f"bonds of a coherence map name unknown numbers: {', '.join(missing[:5])}")
    if len({number.place for number in marks}) > MOST_PLACES:
        raise ValueError(f"a coherence map names at most {MOST_PLACES} places; join some of them")


def _row(marks: Sequence[Mark]) -> _Row:
    """Numbers side by side at one distance, places in the order in which they first appear, gaps between them."""
    places: dict[str, list[str]] = {}
    for number in marks:
        places.setdefault(number.place, []).append(number.id)
    gaps = _GAP * (len(places) - 1)
    pitch = min((_ROOM - gaps) / len(marks), _WIDEST_PITCH)
    left = EDGE + (_ROOM - gaps - pitch * len(marks)) / 2
    xs: dict[str, float] = {}
    spans: dict[str, tuple[float, float]] = {}
    for place, members in places.items():
        xs |= {member: left + pitch * (position + 0.5) for position, member in enumerate(members)}
        spans[place] = (left, left + pitch * len(members))
        left += pitch * len(members) + _GAP
    return _Row(xs, spans, pitch)


def _arcs(bonds: Sequence[Bond], row: _Row) -> dict[str, list[_Arc]]:
    """The arcs by status, each once: what several bonds share is drawn as the worst of them."""
    worst: dict[_Arc, str] = {}
    for status in _LINES:
        worst |= dict.fromkeys((arc for bond in bonds if bond.status == status for arc in row.pairs(bond)), status)
    return {status: sorted(arc for arc, found in worst.items() if found == status) for status in _LINES}


def _height(arc: _Arc) -> float:
    """How high an arc rises, mm: it grows with the span, the more slowly the longer that is."""
    span = arc[1] - arc[0]
    return _TALLEST * (span / _ROOM) ** 0.6 if span else _ALONE


def _letters(bonds: Sequence[Bond], row: _Row) -> dict[int, str]:
    """The letter of each broken bond by its place among the bonds; they follow one another from left to right."""
    broken = [place for place, bond in enumerate(bonds) if bond.status == "broken"]
    broken.sort(key=lambda place: row.apex(bonds[place]))
    return {place: key_letter(position) for position, place in enumerate(broken)}


def _spots(apexes: Mapping[str, Point], arcs: Sequence[_Arc]) -> dict[str, Box]:
    """Where each letter stands, mm above the numbers: on its apex or near it, where no letter and few arcs are."""
    # One point per mm of span: the curve is x = start + span (3t² − 2t³), y = 4 height t (1 − t).
    steps = [np.linspace(0.0, 1.0, 9 + int(end - start)) for start, end in arcs]
    pairs = list(zip(arcs, steps, strict=True))
    none = np.zeros(0)
    xs = np.concatenate([none, *(start + (end - start) * (3 - 2 * t) * t**2 for (start, end), t in pairs)])
    ys = np.concatenate([none, *(4 * _height(arc) * t * (1 - t) for arc, t in pairs)])
    spots: dict[str, Box] = {}
    for key, apex in apexes.items():
        free = (box for box in _around(apex, key) if not any(box.meets(other) for other in spots.values()))
        costs = {}
        for place, box in enumerate(islice(free, _TRIES)):
            inside = (xs > box.left) & (xs < box.right) & (ys > box.bottom) & (ys < box.top)
            costs[box] = 2 * place + int(np.count_nonzero(inside))
        spots[key] = min(costs, key=lambda box: costs[box])
    return spots


def _around(apex: Point, key: str) -> Iterator[Box]:
    """Boxes for a letter, from the one right above an apex outwards and upwards without end."""
    width = text_width(key, NOTE, "bold") + 0.8
    for level in count():
        for aside in (0.0, -1.2, 1.2, -2.4, 2.4):
            left = min(max(apex[0] + width * (aside - 0.5), EDGE), EDGE + _ROOM - width)
            bottom = apex[1] + 0.7 + _UP * level
            yield Box(left, bottom, left + width, bottom + mm(0.8 * NOTE) + 0.4)


def _names(row: _Row) -> tuple[list[_Name], float]:
    """The names of the places in as few rows as keep each near its place, and the mm that they take."""
    centres = [(left + right) / 2 for left, right in row.spans.values()]
    tried: list[tuple[float, int, _Stagger]] = []
    for width, most in product(_NAMES, range(1, _MOST_ROWS + 1)):
        texts = [wrap(place, width, SMALL, 3) for place in row.spans]
        widths = [max(text_width(line, SMALL) for line in lines) + 2.0 for lines in texts]
        for rows in (_first_free_rows(widths, centres, most), [place % most for place in range(len(widths))]):
            if steps := _staggered(widths, centres, rows):
                far = max(abs(x[-1] - centre) for x, centre in zip(steps, centres, strict=True))
                tried.append((max(far, _FAR), len(tried), _Stagger(texts, rows, steps)))
    texts, rows, steps = min(tried)[-1]
    heights = [
        _NAME_LINE * max(len(lines) for lines, level in zip(texts, rows, strict=True) if level == each)
        for each in range(max(rows) + 1)
    ]
    names = []
    for centre, lines, x in zip(centres, texts, steps, strict=True):
        leader = [(centre, 0.0)]
        for level, step in enumerate(x):
            top = _ELBOW * (level + 1) + sum(heights[:level])
            leader += [(step, top), (step, top + heights[level])]
        names.append(_Name(lines, leader[:-1]))
    return names, sum(heights) + _ELBOW * len(heights) + 1.0


def _first_free_rows(widths: Sequence[float], centres: Sequence[float], most: int) -> list[int]:
    """The uppermost of `most` rows where each name is clear of the one before; else the row that is freest."""
    ends, rows = [EDGE] * most, []
    for width, centre in zip(widths, centres, strict=True):
        left = centre - width / 2
        level = next((level for level, end in enumerate(ends) if end <= left + _FAR / 3), ends.index(min(ends)))
        ends[level] = max(ends[level], left) + width
        rows.append(level)
    order = sorted(set(rows))
    return [order.index(level) for level in rows]


def _staggered(widths: Sequence[float], centres: Sequence[float], rows: Sequence[int]) -> list[list[float]] | None:
    """Where the leader of each name passes the rows of names, down to its own; None where they do not fit.

    Leaders to the rows below pass through a row in gaps between its names, so that none crosses another or a name.
    """
    steps: list[list[float]] = [[] for _ in widths]
    for level in range(max(rows) + 1):
        here = [place for place, own in enumerate(rows) if own >= level]
        sizes = [widths[place] if rows[place] == level else _SLOT for place in here]
        if sum(sizes) > _ROOM:
            return None
        wanted = [steps[place][-1] if steps[place] else centres[place] for place in here]
        for place, x in zip(here, _spread(wanted, sizes), strict=True):
            steps[place].append(x)
    return steps


def _spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The middles nearest (least squares) to the wanted ones at which things of these sizes stand apart, in order.

    With the sizes taken off, this is an isotonic regression, found by pooling adjacent violators.
    """
    offsets = [sum(sizes[:place]) + size / 2 for place, size in enumerate(sizes)]
    pools: list[tuple[float, int]] = []  # mean and number of members
    for want, offset in zip(wanted, offsets, strict=True):
        mean, members = want - offset, 1
        while pools and pools[-1][0] > mean:
            before, others = pools.pop()
            mean, members = (mean * members + before * others) / (members + others), members + others
        pools.append((mean, members))
    last = EDGE + _ROOM - sum(sizes)
    lefts = [min(max(mean, EDGE), last) for mean, members in pools for _ in range(members)]
    return [left + offset for left, offset in zip(lefts, offsets, strict=True)]


def _whole(length: float) -> float:
    """The next whole number of points, in mm: then coordinates with one decimal stay short in an SVG."""
    return math.ceil(length * _PER_MM) / _PER_MM


def _axes(page: Page, area: Box) -> Axes:
    """Axes in points, from the left edge of the page and the line on which the numbers stand."""
    axes = page.axes(area)
    axes.set(xlim=(0, area.right * _PER_MM), ylim=(0, (area.top - area.bottom) * _PER_MM), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)
    return axes


def _points(*places: Point) -> list[Point]:
    """Places in mm as points with one decimal."""
    return [(round(x * _PER_MM, 1), round(y * _PER_MM, 1)) for x, y in places]


def _draw_arcs(axes: Axes, arcs: Sequence[_Arc], line: _Line) -> None:
    """Arcs of one status; between close neighbours thinner, or thick ones would run into a block."""
    for thin in (False, True):
        chosen = [(*arc, _height(arc)) for arc in arcs if (0 < arc[1] - arc[0] < _CLOSE) == thin]
        if chosen:
            axes.add_patch(_curve(chosen, replace(line, width=min(line.width, 0.8)) if thin else line))


def _curve(arcs: Sequence[tuple[float, float, float]], line: _Line) -> PathPatch:
    """Arcs (start, end, height, mm) as one path: thousands of their own would make megabytes."""
    vertices: list[Point] = []
    for start, end, height in arcs:
        # A cubic whose handles stand at four thirds of the height has its top at the height.
        vertices += _points((start, 0.0), (start, height * 4 / 3), (end, height * 4 / 3), (end, 0.0))
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4] * len(arcs)
    return _patch(vertices, codes, line)


def _uprights(parts: Sequence[tuple[float, float, float]], line: _Line) -> PathPatch:
    """Uprights (place across, upper and lower end, mm) as one path."""
    vertices = [point for x, top, bottom in parts for point in _points((x, top), (x, bottom))]
    return _patch(vertices, [Path.MOVETO, Path.LINETO] * len(parts), line)


def _patch(vertices: Sequence[Point], codes: Sequence[np.uint8], line: _Line) -> PathPatch:
    path = Path(np.array(vertices).reshape(-1, 2), np.array(codes, dtype=np.uint8))
    style = (0, line.dashes) if line.dashes else "-"
    look = {"edgecolor": line.colour, "linewidth": line.width, "linestyle": style, "zorder": line.depth}
    return PathPatch(path, fill=False, clip_on=False, capstyle="butt", **look)


def _draw_marks(axes: Axes, marks: Sequence[Mark], row: _Row) -> None:
    """Every number as an upright below its place, of the length and shape of its verdict."""
    width = min(1.8, 0.7 * row.pitch * _PER_MM)
    for verdict, tick in VERDICTS.items():
        found = [row.xs[number.id] for number in marks if number.verdict == verdict]
        parts = [(x, -_HANG - top, -_HANG - bottom) for x in found for top, bottom in tick.parts]
        axes.add_patch(_uprights(parts, _Line(tick.colour, width, 3.0)))
        if tick.dot:
            _draw_dots(axes, [(x, -_HANG - tick.parts[-1][1]) for x in found], tick.colour, 2.6)
    for left, right in row.spans.values():
        (start, y), (end, _) = _points((left, 0.0), (right, 0.0))
        axes.plot([start, end], [y, y], color=GREY, linewidth=HAIRLINE, clip_on=False, zorder=2.5)


def _draw_dots(axes: Axes, places: Sequence[Point], colour: str, size: float) -> None:
    xs, ys = [x for x, _ in _points(*places)], [y for _, y in _points(*places)]
    axes.plot(xs, ys, "o", color=colour, markersize=size, markeredgewidth=0, clip_on=False, zorder=4.5)


def _write_letters(page: Page, base: float, spots: Mapping[str, Box], apexes: Mapping[str, Point]) -> None:
    """The letters of broken bonds, with a thin line to the apex of those that stand aside."""
    back = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"}
    for key, box in spots.items():
        middle, (x, y) = (box.left + box.right) / 2, apexes[key]
        if abs(middle - x) > 0.1 or box.bottom - y > 1.0:
            page.line([(x, base + y), (middle, base + box.bottom)], BROKEN, 0.4)
        page.write(middle, base + box.bottom + 0.3, Words(key, "bold", NOTE, BROKEN), "center", bbox=back)


def _write_names(page: Page, names: Sequence[_Name], row: _Row, top: float) -> None:
    """The name of each place below a line as wide as the place, and the line that leads to it."""
    for name, (left, right) in zip(names, row.spans.values(), strict=True):
        page.line([(left, top), (right, top)], GREY, 0.9)
        page.line([(x, top - depth) for x, depth in name.leader], GREY, HAIRLINE)
        x, depth = name.leader[-1]
        y = top - depth - 0.4 - mm(0.75 * SMALL)
        for line in name.lines:
            page.write(x, y, Words(line, size=SMALL), "center")
            y -= _NAME_LINE


def _legend(marks: Sequence[Mark], bonds: Sequence[Bond]) -> list[list[Key]]:
    """Verdicts and kinds of bonds that are there, with how often they are."""
    verdicts, kinds = Counter(number.verdict for number in marks), Counter[str](bond.status for bond in bonds)
    keys = [Key(name, f"{name.replace('-', ' ')} ({verdicts[name]})", 1.2) for name in VERDICTS if verdicts[name]]
    lines = legend_lines(keys, FULL_PAGE)
    arcs = [Key(status, f"{_SAMPLES[status]} ({kinds[status]})", 6.0) for status in _LINES if kinds[status]]
    return [*lines, *legend_lines(arcs, FULL_PAGE)] if arcs else lines


def _write_legend(page: Page, axes: Axes, legend: Sequence[Sequence[Key]], top: float, base: float) -> None:
    """How to read the figure, and a sample of every upright and arc."""
    y = top - mm(0.75 * SMALL)
    page.write(
        EDGE,
        y,
        Words(_HOW_TO_READ, size=SMALL, colour=GREY),
    )
    for keys in legend:
        x, y = EDGE, y - LEGEND_LINE
        for key in keys:
            if tick := VERDICTS.get(key.kind):
                _draw_sample(axes, tick, x + 0.6, y + 2.7 - base)
            else:
                line = _LINES[key.kind]
                page.line(_sample_arc(x, y, key.sample), line.colour, line.width, line.dashes)
            page.write(x + key.sample + 1.5, y, Words(key.text))
            x += key.width


def _draw_sample(axes: Axes, tick: _Tick, x: float, top: float) -> None:
    axes.add_patch(_uprights([(x, top - start, top - end) for start, end in tick.parts], _Line(tick.colour, 1.8, 3.0)))
    if tick.dot:
        _draw_dots(axes, [(x, top - tick.parts[-1][1])], tick.colour, 2.6)


def _sample_arc(x: float, y: float, width: float) -> list[Point]:
    angles = np.linspace(0.0, math.pi, 25)
    return [(x + width * (1 - math.cos(angle)) / 2, y + 2.2 * math.sin(angle)) for angle in angles]


def _key(bonds: Sequence[Bond], letters: Mapping[int, str]) -> list[tuple[str, str]]:
    """Letters and labels of the first MOST_KEYS broken bonds, and how many more there are."""
    lettered = [(key, bonds[place].label) for place, key in letters.items()]
    more = len(lettered) - MOST_KEYS
    return [*lettered[:MOST_KEYS], *([("", f"and {more} more broken, listed in the CSV file")] if more > 0 else [])]


def _as_row(bond: Bond, key: str) -> dict[str, object]:
    members = "; ".join(clean(member) for member in bond.members)
    return {"bond": clean(bond.label), "status": bond.status, "letter": key, "members": members}


def _describe(marks: Sequence[Mark], bonds: Sequence[Bond], letters: Mapping[int, str], mark: str | None) -> str:
    """How many numbers and bonds there are of each kind, and every broken bond with its members."""
    verdicts, kinds = Counter(number.verdict for number in marks), Counter[str](bond.status for bond in bonds)
    places = Counter(number.place for number in marks)
    parts = [
        f"Coherence map of {len(marks)} printed numbers in {len(places)} places",
        "By place: " + "; ".join(f"{place} ({number})" for place, number in places.items()),
        "By verdict: " + ", ".join(f"{name} {verdicts[name]}" for name in VERDICTS if verdicts[name]),
        f"Bonds between them: {len(bonds)}, of which "
        + ", ".join(f"{kinds[status]} {_STATED[status]}" for status in _LINES),
    ]
    named = list(letters.items())[:MOST_TOLD]
    told = [f"{key}: {bonds[place].label.rstrip('.')} ({', '.join(bonds[place].members)})" for place, key in named]
    more = [f"and {len(letters) - MOST_TOLD} more in the CSV file"] if len(letters) > MOST_TOLD else []
    parts += [f"Broken bonds: {'; '.join([*told, *more])}"] if told else []
    text = ". ".join(parts) + "."
    return clean(f"{mark}. {text}" if mark else text)
