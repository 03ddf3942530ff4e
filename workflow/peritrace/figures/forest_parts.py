"""What forest plots share: the log axis of ratios, limits with arrows where they leave it, lines of text beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from peritrace.figures.flow import LEADING
from peritrace.figures.page import Box, Page, Words
from peritrace.figures.parts import EDGE, set_axis
from peritrace.figures.style import GREY, NOTE

GAP = 4.0  # mm between columns, and between entries of the legend
SQUARE: dict[str, Any] = {"marker": "s", "markersize": 4.4, "markeredgewidth": 0}  # the mark of a ratio
_SHARES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # ticks of an axis
_DECADES = (0.01, 0.1, 1.0, 10.0, 100.0)  # where a ratio lies beyond those


@dataclass(frozen=True)
class RatioFrame:
    """Where the axes lie on the page, mm, and the ticks from end to end of their log scale."""

    area: Box
    ticks: tuple[float, ...]

    def x(self, ratio: float) -> float:
        """A ratio on the page, mm."""
        low, high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        return self.area.left + (math.log(ratio) - low) / (high - low) * (self.area.right - self.area.left)

    def clip(self, ratio: float) -> float:
        """The ratio, or the end of the axis that it lies beyond."""
        return min(max(ratio, self.ticks[0]), self.ticks[-1])

    def shows(self, ratio: float) -> bool:
        """Whether a ratio lies on the axis."""
        return self.ticks[0] <= ratio <= self.ticks[-1]


def ratio_ticks(ratios: Sequence[float], limits: Sequence[float]) -> tuple[float, ...]:
    """The ticks from end to end of the axis: as many as the numbers need, 0.5 to 2 at least."""
    drawn = [number for number in (*ratios, *limits) if not math.isnan(number)]
    beyond = any(ratio < _SHARES[0] or ratio > _SHARES[-1] for ratio in ratios)
    scale = _DECADES if beyond else _SHARES
    first = max((tick for tick in scale if tick <= min([0.5, *drawn])), default=scale[0])
    last = min((tick for tick in scale if tick >= max([2.0, *drawn])), default=scale[-1])
    return tuple(tick for tick in scale if first <= tick <= last)


def set_ratio_axes(axes: Axes, frame: RatioFrame) -> None:
    """A log scale across, mm of the page upwards, and the line of no effect."""
    axes.set_xscale("log")
    set_axis(axes, "y", [], (frame.area.bottom, frame.area.top))
    set_axis(axes, "x", frame.ticks, (frame.ticks[0], frame.ticks[-1]))
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)
    axes.plot([1, 1], [frame.area.bottom, frame.area.top], color=GREY, linewidth=0.7, zorder=1)


def draw_limits(axes: Axes, frame: RatioFrame, limits: tuple[float, float], y: float, look: dict[str, Any]) -> None:
    """A solid line from limit to limit, as far as the axis goes; none where one of them is not a number."""
    low, high = limits
    if not math.isnan(low + high):
        axes.plot([frame.clip(low), frame.clip(high)], [y, y], linewidth=1.3, solid_capstyle="butt", **look)
        draw_ends(axes, frame, limits, (y - 0.6, y + 0.6), 1.0, look)


def draw_ends(
    axes: Axes,
    frame: RatioFrame,
    limits: tuple[float, float],
    reach: tuple[float, float],
    width: float,
    look: dict[str, Any],
) -> None:
    """A short upright at each limit on the axis, an arrowhead at the end of the axis for one beyond."""
    for limit in limits:
        end = frame.clip(limit)
        if end == limit:
            axes.plot([end, end], reach, linewidth=width, solid_capstyle="butt", **look)
        else:
            head = "<" if limit < end else ">"
            axes.plot([end], [sum(reach) / 2], marker=head, markersize=2.5 + 2 * width, markeredgewidth=0, **look)


def write_label(page: Page, y: float, lines: Sequence[str], indent: float = 0.0) -> None:
    """The lines of a row's label at the left; `y` is the baseline of a single one."""
    for place, line in enumerate(lines):
        page.write(EDGE + indent, y + LEADING * ((len(lines) - 1) / 2 - place), Words(line, size=NOTE))


def head_rule(page: Page, frame: RatioFrame, right: float) -> None:
    """The line below the heads of the columns, up to `right` mm."""
    page.line([(EDGE, frame.area.top + 0.4), (right, frame.area.top + 0.4)], GREY, 0.5)
