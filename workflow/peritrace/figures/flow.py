"""A flow chart of counts: boxes from the top down, as they are printed, and notes on those that do not fit."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from peritrace.figures.output import Drawing
from peritrace.figures.page import Box, Page, Point, Words, clean, mm, printable, shorten, text_width, wrap
from peritrace.figures.parts import EDGE, letter, stamp
from peritrace.figures.style import INK, NOTE, SINGLE_COLUMN, SMALL, WIDE_COLUMN

FULL_PAGE = 178.0  # mm, the width of print of a journal's page
BROKEN = "#a1261d"  # CIE L* 36
MARK_ROOM = 4.0  # mm at the right edge, where the mark of simulated patients may stand
LEADING = 3.3  # mm from one line of text to the next

MOST_LEVELS = 12
_NARROWEST, _WIDEST = 27.0, 52.0  # mm, of a box
_PAD = 1.8  # mm from the border of a box to its text
_GAP = 5.0  # mm between boxes side by side
_DROP = 7.0  # mm between a box and those below it, where the arrows are
_STACK = 3.0  # mm between boxes of a stack
_INDENT = 6.0  # mm by which a stack stands to the right of its parent
_TIP = 0.3  # mm from the tip of an arrow to the middle of a border
_LINES = 6  # of a label, at most


@dataclass(frozen=True)
class FlowNode:
    """One box: `parent` is the id of the box above it, empty for the first; `printed` is its count as printed."""

    id: str
    parent: str
    label: str
    printed: str
    status: Literal["fits", "broken"]
    note: str = ""


COLUMNS = (*(field.name for field in fields(FlowNode)), "letter")


@dataclass(frozen=True)
class Notes:
    """Lettered lines of text below a figure."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, notes: Sequence[tuple[str, str]], width: float, lines: int = 3) -> "Notes":
        """Letters and their texts, each wrapped into at most `lines` lines on a page of `width` mm."""
        room = width - EDGE - MARK_ROOM - max((_letter_room(key) for key, _ in notes), default=0.0)
        return cls(tuple((key, tuple(wrap(text, room, NOTE, lines))) for key, text in notes))

    @property
    def height(self) -> float:
        """In mm, with the white above."""
        return LEADING * sum(len(lines) for _, lines in self.entries) + (2.0 if self.entries else 0.0)

    def write(self, page: Page, top: float) -> None:
        """Write all of them below `top`."""
        indent = max((_letter_room(key) for key, _ in self.entries), default=0.0)
        y = top - 2.0 - mm(0.75 * NOTE)
        for key, lines in self.entries:
            page.write(EDGE, y, Words(key, "bold", NOTE, BROKEN))
            for line in lines:
                page.write(EDGE + indent, y, Words(line))
                y -= LEADING


def _letter_room(key: str) -> float:
    return text_width(key, NOTE, "bold") + 1.3


def key_letter(place: int) -> str:
    """The letter of a note by its place from 0 on: a to z, then aa, ab and so on."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def note_letters(wanted: Sequence[bool]) -> list[str]:
    """A letter where one is wanted, in order; empty elsewhere."""
    return [key_letter(sum(wanted[:place])) if want else "" for place, want in enumerate(wanted)]


def head_room(printed_as: str) -> float:
    """The mm that the panel letter of "Fig. 2A" needs above a figure; 0 when there is none."""
    return 5.5 if printed_as[-1:].isalpha() else 0.0


def least_height(mark: str | None) -> float:
    """The mm that a page must be high for a mark of ordinary length to run up its edge at full size."""
    return min(text_width(printable(mark or ""), SMALL, "bold") + 2 * EDGE + 0.2, 100.0)


@dataclass(frozen=True)
class _Tree:
    """The boxes by id in the order in which they were given, those below each, and how many levels those take."""

    nodes: dict[str, FlowNode]
    children: dict[str, list[str]]
    heights: dict[str, int]
    root: str

    @classmethod
    def of(cls, nodes: Sequence[FlowNode]) -> "_Tree":
        """Raises ValueError unless the nodes form one tree of at most MOST_LEVELS levels."""
        by_id = {node.id: node for node in nodes}
        if len(by_id) < len(nodes):
            raise ValueError("two nodes of a flow chart have the same id")
        unknown = sorted({node.parent for node in nodes if node.parent and node.parent not in by_id})
        if unknown:
            raise ValueError(f"unknown parents in a flow chart: {', '.join(unknown)}")
        roots = [node.id for node in nodes if not node.parent]
        if len(roots) != 1:
            raise ValueError(f"a flow chart starts from one node without a parent; there are {len(roots)}")
        children = {key: [node.id for node in nodes if node.parent == key] for key in by_id}
        levels = [roots]
        while levels[-1] and len(levels) <= len(nodes):
            levels.append([child for key in levels[-1] for child in children[key]])
        reached = [key for level in levels for key in level]
        if len(reached) < len(nodes):
            raise ValueError(f"a cycle in a flow chart: {', '.join(key for key in by_id if key not in reached)}")
        if len(levels) - 1 > MOST_LEVELS:
            raise ValueError(f"a flow chart has at most {MOST_LEVELS} levels")
        heights: dict[str, int] = {}
        for key in reversed(reached):
            heights[key] = max((1 + heights[child] for child in children[key]), default=0)
        return cls(by_id, children, heights, roots[0])


@dataclass(frozen=True)
class _Plan:
    """How wide page and boxes are, and up to which height a tree is stacked instead of put side by side."""

    page: float
    box: float
    stacked: int

    def stacks(self, tree: _Tree, key: str) -> bool:
        """Whether the boxes below this one stand one below the other."""
        return tree.heights[key] <= self.stacked and len(tree.children[key]) > 1

    def width(self, tree: _Tree, key: str) -> float:
        """What a box and all below it take, mm."""
        parts = [self.width(tree, child) for child in tree.children[key]]
        if self.stacks(tree, key):
            return max(self.box, _INDENT + max(parts))
        return max(self.box, sum(parts) + _GAP * (len(parts) - 1))

    def fits(self, tree: _Tree) -> bool:
        """Whether the whole tree fits on the page."""
        return self.width(tree, tree.root) <= self.page - 2 * MARK_ROOM


def flow_drawing(title: str, nodes: Sequence[FlowNode], printed_as: str = "", mark: str | None = None) -> Drawing:
    """Draw a tree of counts from the top down.

    Boxes below one another's parent stand side by side while the page is wide enough, else in a stack. Raises
    ValueError unless the nodes form one tree: one root, known parents, no cycle, at most MOST_LEVELS levels.
    """
    tree = _Tree.of(nodes)
    noted = note_letters([node.status == "broken" or bool(node.note) for node in nodes])
    letters = dict(zip(tree.nodes, noted, strict=True))
    plan = _plan(tree)
    texts = {node.id: wrap(node.label, plan.box - 2 * _PAD, NOTE, _LINES) for node in nodes}
    boxes = _place(tree, plan, texts)
    notes = Notes.of([(letters[node.id], _note(node)) for node in nodes if letters[node.id]], plan.page)
    foot = EDGE + notes.height + 0.5
    up = foot - min(box.bottom for box in boxes.values())
    boxes = {key: Box(box.left, box.bottom + up, box.right, box.top + up) for key, box in boxes.items()}
    page = Page(plan.page, max(boxes[tree.root].top + head_room(printed_as) + EDGE, least_height(mark)))
    area = Box(0, 0, page.width, page.height)
    axes = page.axes(area)
    axes.set(xlim=(0, page.width), ylim=(0, page.height), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)
    for key, box in boxes.items():
        _draw_arrows(axes, box, [boxes[child] for child in tree.children[key]], plan.stacks(tree, key))
        _draw_box(axes, box, tree.nodes[key])
        _write_box(page, box, texts[key], tree.nodes[key].printed, letters[key])
    notes.write(page, EDGE + notes.height)
    letter(page, printed_as)
    stamp(page, axes, area, mark)
    rows = [_as_row(node, letters[node.id]) for node in nodes]
    return Drawing(page, title, _describe(tree, letters, mark), COLUMNS, rows)


def _note(node: FlowNode) -> str:
    return node.note or "The printed count does not fit the others."


def _plan(tree: _Tree) -> _Plan:
    """The narrowest page on which boxes stand side by side at their best width; else narrower boxes; else stacks."""
    best = min(max(_NARROWEST, *(_best_width(node) for node in tree.nodes.values())), _WIDEST)
    narrower = [best - 0.5 * step for step in range(1, math.ceil(2 * (best - _NARROWEST)))]
    for stacked in range(tree.heights[tree.root] + 1):
        plans = [_Plan(page, best, stacked) for page in (SINGLE_COLUMN, WIDE_COLUMN, FULL_PAGE)]
        plans += [_Plan(FULL_PAGE, width, stacked) for width in narrower]
        if fitting := next((plan for plan in plans if plan.fits(tree)), None):
            return fitting
    raise ValueError("a flow chart is too wide for a page")


def _best_width(node: FlowNode) -> float:
    """The width at which a box holds its longest word, its label in some two lines and its count, mm."""
    words = [text_width(word, NOTE) for word in printable(node.label).split(" ")]
    return max(*words, text_width(printable(node.label), NOTE) / 1.8, _count(node.printed).width + 6.0) + 2 * _PAD + 0.2


def _count(printed: str) -> Words:
    return Words(f"n = {printable(printed)}", "bold")


def _place(tree: _Tree, plan: _Plan, texts: Mapping[str, Sequence[str]]) -> dict[str, Box]:
    """Where each box stands, mm; the root's top is at 0."""
    lines = {
        key: len(texts[key]) + (1 if node.printed or node.status == "broken" else 0) for key, node in tree.nodes.items()
    }
    heights = {key: LEADING * count + 2 * _PAD - 0.6 for key, count in lines.items()}
    boxes: dict[str, Box] = {}

    def place(key: str, left: float, top: float, height: float) -> float:
        """Place a box and all below it from `left` on; gives the lowest edge."""
        children, bottom = tree.children[key], top - height
        if plan.stacks(tree, key):
            boxes[key] = Box(left, bottom, left + plan.box, top)
            lowest = bottom
            for child in children:
                lowest = place(child, left + _INDENT, lowest - _STACK, heights[child])
            return lowest
        width = plan.width(tree, key)
        inner = sum(plan.width(tree, child) for child in children) + _GAP * (len(children) - 1)
        edge, lowest = left + (width - max(inner, 0.0)) / 2, bottom
        tallest = max((heights[child] for child in children), default=0.0)
        for child in children:
            lowest = min(lowest, place(child, edge, bottom - _DROP, tallest))
            edge += plan.width(tree, child) + _GAP
        middle = (boxes[children[0]].left + boxes[children[-1]].right) / 2 if children else left + width / 2
        boxes[key] = Box(middle - plan.box / 2, bottom, middle + plan.box / 2, top)
        return lowest

    place(tree.root, (plan.page - plan.width(tree, tree.root)) / 2, 0.0, heights[tree.root])
    return {key: boxes[key] for key in tree.nodes}


def _draw_arrows(axes: Axes, box: Box, below: Sequence[Box], stacked: bool) -> None:
    """Right-angled lines from a box to those below it, each with an arrowhead."""
    for child in below:
        if stacked:
            x, y = box.left + _INDENT / 2, (child.bottom + child.top) / 2
            line, tip = [(x, box.bottom), (x, y), (child.left - 1.5, y)], (child.left - _TIP, y)
            head: list[Point] = [tip, (tip[0] - 1.8, y - 0.9), (tip[0] - 1.8, y + 0.9)]
        else:
            start, end, turn = (box.left + box.right) / 2, (child.left + child.right) / 2, box.bottom - _DROP / 2
            line, tip = (
                [(start, box.bottom), (start, turn), (end, turn), (end, child.top + 1.5)],
                (end, child.top + _TIP),
            )
            head = [tip, (tip[0] - 0.9, tip[1] + 1.8), (tip[0] + 0.9, tip[1] + 1.8)]
        axes.plot(*zip(*line, strict=True), color=INK, linewidth=0.8, solid_joinstyle="miter", zorder=2)
        axes.add_patch(Polygon(head, facecolor=INK, linewidth=0, zorder=2))


def _draw_box(axes: Axes, box: Box, node: FlowNode) -> None:
    place, width, height = (box.left, box.bottom), box.right - box.left, box.top - box.bottom
    look = (BROKEN, 1.8, (0, (3.2, 1.6))) if node.status == "broken" else (INK, 0.8, "-")
    colour, line, dashes = look
    axes.add_patch(
        Rectangle(place, width, height, facecolor="white", edgecolor=colour, linewidth=line, linestyle=dashes, zorder=3)
    )


def _write_box(page: Page, box: Box, lines: Sequence[str], printed: str, key: str) -> None:
    """The label in the middle of a box, its count in bold below, and the letter of its note."""
    run = [_count(shorten(printed, box.right - box.left - 2 * _PAD - 12.0, NOTE, "bold"))] if printed else []
    run += [Words(key, "bold", NOTE, BROKEN)] if key else []
    middle = (box.left + box.right) / 2
    y = (box.top + box.bottom) / 2 + LEADING * (len(lines) + bool(run)) / 2 - mm(0.95 * NOTE)
    for line in lines:
        page.write(middle, y, Words(line), "center")
        y -= LEADING
    if run:
        page.write_run(middle, y, run, "center")


def _as_row(node: FlowNode, key: str) -> dict[str, object]:
    row: dict[str, object] = {field.name: clean(getattr(node, field.name)) for field in fields(FlowNode)}
    return row | {"letter": key}


def _describe(tree: _Tree, letters: Mapping[str, str], mark: str | None) -> str:
    """The boxes from the top down in words, each after the one that it comes from."""

    def told(key: str) -> Iterator[str]:
        node = tree.nodes[key]
        count = f", n = {node.printed}" if node.printed else ""
        origin = f" (from {tree.nodes[node.parent].label})" if node.parent else ""
        broken = " does not fit" if node.status == "broken" else ""
        note = f";{broken} ({letters[key]}): {_note(node)}" if letters[key] else ""
        yield f"{node.label}{origin}{count}{note}".rstrip(".") + "."
        for child in tree.children[key]:
            yield from told(child)

    text = f"Flow chart of {len(tree.nodes)} boxes. {' '.join(told(tree.root))}"
    return clean(f"{mark}. {text}" if mark else text)
