"""A graph as a list with lanes beside it: each node on a row, a line from every node down to those that it feeds.

Rows are as high as their text is in the reader's window, so lines are given row by row: those that run through, and
those that turn into the node.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

STEP, FIRST, LEVEL, TURN = 12, 9, 19, 7
"""Pixels: between lanes, of the first one from the left, of a node below the top of its row, of a corner."""
COLOURS = 6


@dataclass(frozen=True)
class Node:
    """A node and the nodes that it is made of."""

    id: str
    kind: str  # raw, job, exhibits, page, study
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stroke:
    """A line within a row: from top to bottom, from the node down, or along a path."""

    colour: int
    x: int = 0
    top: str = "0"
    path: str = ""


@dataclass(frozen=True)
class Rail:
    """What stands beside a row: its lines and the place of its node."""

    width: int
    kind: str
    x: int
    colour: int
    strokes: tuple[Stroke, ...]
    y: int = LEVEL


@dataclass
class _Lanes:
    """Who holds each lane."""

    holders: list[str | None] = field(default_factory=list)
    lane_of: dict[str, int] = field(default_factory=dict)

    def take(self, name: str) -> int:
        """The lowest lane that is free."""
        free = next((place for place, holder in enumerate(self.holders) if holder is None), len(self.holders))
        self.holders[free:] = [name, *self.holders[free + 1 :]]
        self.lane_of[name] = free
        return free

    def leave(self, name: str) -> None:
        self.holders[self.lane_of[name]] = None


def in_order(nodes: Sequence[Node]) -> list[Node]:
    """The nodes after those that they are made of; of those that could come next, the first given.

    What nothing has to wait for (a raw file) comes right before the first that needs it. Raises ValueError on a cycle.
    """
    by_id = {node.id: node for node in nodes}
    placed: dict[str, Node] = {}

    def place(node: Node, waiting: tuple[str, ...]) -> None:
        if node.id in waiting:
            raise ValueError(f"a cycle: {' '.join(waiting)}")
        for name in node.made_of:
            if name not in placed:
                place(by_id[name], (*waiting, node.id))
        placed[node.id] = node

    for node in nodes:
        if node.made_of and node.id not in placed:
            place(node, ())
    for node in nodes:
        placed.setdefault(node.id, node)
    return list(placed.values())


def rails(nodes: Sequence[Node]) -> list[Rail]:
    """The lines beside each node; the nodes come in order."""
    last = {name: row for row, node in enumerate(nodes) for name in node.made_of}
    lanes, colours, drawn = _Lanes(), dict[str, int](), []
    for row, node in enumerate(nodes):
        before = [holder for holder in lanes.holders if holder]
        for name in node.made_of:
            if last[name] == row:
                lanes.leave(name)
        lane = lanes.take(node.id)
        colours[node.id] = lane % COLOURS
        strokes = tuple(_strokes(node, row, before, lanes.lane_of, last, colours))
        drawn.append((node, lane, strokes))
        if node.id not in last:
            lanes.leave(node.id)
    width = FIRST + STEP * max((lane for _, lane, _ in drawn), default=0) + FIRST
    return [Rail(width, node.kind, _x(lane), lane % COLOURS, strokes) for node, lane, strokes in drawn]


def _strokes(
    node: Node,
    row: int,
    before: Sequence[str],
    lane_of: Mapping[str, int],
    last: Mapping[str, int],
    colours: Mapping[str, int],
) -> Iterator[Stroke]:
    """Lines that run through first, so that those which turn into the node lie above them."""
    here = _x(lane_of[node.id])
    for name in before:
        if last[name] > row:
            yield Stroke(colours[name], _x(lane_of[name]))
    if node.id in last:
        yield Stroke(colours[node.id], here, str(LEVEL))
    for name in node.made_of:
        x = _x(lane_of[name])
        if x == here:
            yield Stroke(colours[name], path=f"M{x} 0V{LEVEL}")
        else:
            towards = TURN if here > x else -TURN
            yield Stroke(colours[name], path=f"M{x} {LEVEL - TURN}q0 {TURN} {towards} {TURN}H{here}")
            if last[name] == row:
                yield Stroke(colours[name], path=f"M{x} 0V{LEVEL - TURN}")


def _x(lane: int) -> int:
    return FIRST + STEP * lane
