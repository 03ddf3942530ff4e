"""Points side by side: every patient visible, the same places on every run."""

import math
from collections.abc import Sequence


def swarm(heights: Sequence[float], diameter: float, reach: float) -> list[float]:
    """How far aside each point is put so that points don't hide each other.

    Heights and offsets are in mm, heights in rising order. Every point takes the free place nearest to the middle,
    right and left in turn; where none is free within `reach`, it goes where the fewest others are. Points that touch
    are centred together.
    """
    steps = int(2 * reach / diameter)
    candidates = [side * step * diameter / 2 for step in range(steps + 1) for side in ((1, -1) if step else (1,))]
    clusters: list[list[tuple[float, float]]] = []
    for height in heights:
        if not clusters or height - clusters[-1][-1][1] >= diameter:
            clusters.append([])
        near = [point for point in clusters[-1] if height - point[1] < diameter]
        # Candidates come nearest first, and min keeps the first of equals.
        clusters[-1].append((min(candidates, key=lambda x: _crowd(x, height, near, diameter)), height))
    middles = [(min(cluster)[0] + max(cluster)[0]) / 2 for cluster in clusters]
    return [x - middle for cluster, middle in zip(clusters, middles, strict=True) for x, _ in cluster]


def _crowd(offset: float, height: float, near: Sequence[tuple[float, float]], diameter: float) -> int:
    """How many points a point at this place would touch."""
    return sum(math.hypot(offset - x, height - y) < diameter * 0.999 for x, y in near)
