"""The actuarial life table (Cutler and Ederer 1958), column for column as the SURVIVAL command of SPSS prints it."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from peritrace.stats.kaplan_meier import TOLERANCE, FloatArray, IntArray, checked_observations

RateRow = Literal["ends-at", "starts-at"]


@dataclass(frozen=True, eq=False)
class LifeTable:
    """A life table: arrays with one element per interval [start, end); the end of an open interval is infinite.

    `cumulative_survival` and its standard error hold at the END of the interval. Density and hazard are per unit
    of time and nan in an open interval.
    """

    start: FloatArray
    end: FloatArray
    n_entering: IntArray
    n_withdrawing: IntArray
    n_exposed: FloatArray
    n_terminal: IntArray
    proportion_terminating: FloatArray
    proportion_surviving: FloatArray
    cumulative_survival: FloatArray
    se_cumulative: FloatArray
    density: FloatArray
    se_density: FloatArray
    hazard: FloatArray
    se_hazard: FloatArray


def life_table(time: ArrayLike, event: ArrayLike, interval: float, through: float | None = None) -> LifeTable:
    """Tabulate survival in intervals of equal length from time 0.

    `through` is SPSS's `INTERVAL=THRU through BY interval`: it is rounded up to a multiple of the interval, and
    one open interval holds all beyond. Without it the intervals go on to the last time. A time on a boundary
    belongs to the later interval. Rows end with the last interval that anyone enters. Half of those withdrawn
    count as exposed; standard errors are those of Greenwood (survival) and Gehan 1969 (density, hazard), 0 in an
    interval without events and where survival comes to 0, their limits there.
    Raises ValueError for an interval or `through` that is not positive, and as `checked_observations` does.
    """
    if not (math.isfinite(interval) and interval > 0.0):
        raise ValueError(f"interval is {interval}; give the length of the intervals in the unit of the times")
    if through is not None and not (math.isfinite(through) and through > 0.0):
        raise ValueError(f"through is {through}; give the time up to which intervals have that length")
    observations = checked_observations(time, event)
    # the tolerance keeps 0.3 / 0.1 in interval 3 although the quotient is just below 3
    row = np.floor(observations.time / interval + TOLERANCE).astype(np.int64)
    closed = None if through is None else math.ceil(through / interval - TOLERANCE)
    if closed is not None:
        row = np.minimum(row, closed)
    rows = int(row.max()) + 1
    n_terminal = np.bincount(row[observations.event], minlength=rows)
    n_withdrawing = np.bincount(row[~observations.event], minlength=rows)
    start = np.asarray(np.arange(rows) * interval, dtype=np.float64)
    end = np.asarray(np.arange(1, rows + 1) * interval, dtype=np.float64)
    if closed is not None and rows > closed:
        end[-1] = math.inf
    return _from_counts(start, end, n_terminal, n_withdrawing)


def _from_counts(start: FloatArray, end: FloatArray, n_terminal: IntArray, n_withdrawing: IntArray) -> LifeTable:
    leaving = n_terminal + n_withdrawing
    n_entering = leaving[::-1].cumsum()[::-1]
    exposed = n_entering - n_withdrawing / 2.0
    q = n_terminal / exposed
    p = (exposed - n_terminal) / exposed
    cumulative = np.asarray(np.cumprod(p), dtype=np.float64)
    before = np.concatenate(([1.0], cumulative[:-1]))
    width = np.where(np.isfinite(end), end - start, np.nan)
    hazard = 2.0 * q / (width * (1.0 + p))
    density = before * q / width
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(q / (exposed * p))
        greenwood_before = np.concatenate(([0.0], greenwood[:-1]))
        se_cumulative = np.where(p > 0.0, cumulative * np.sqrt(greenwood), 0.0)
        se_density = density * np.sqrt(greenwood_before + p / (exposed * q))
        se_hazard = hazard * np.sqrt((1.0 - (hazard * width / 2.0) ** 2) / (exposed * q))
    quiet = (n_terminal == 0) & np.isfinite(end)
    return LifeTable(
        start=start,
        end=end,
        n_entering=n_entering,
        n_withdrawing=n_withdrawing,
        n_exposed=exposed,
        n_terminal=n_terminal,
        proportion_terminating=q,
        proportion_surviving=p,
        cumulative_survival=cumulative,
        se_cumulative=se_cumulative,
        density=density,
        se_density=np.where(quiet, 0.0, se_density),
        hazard=hazard,
        se_hazard=np.where(quiet, 0.0, se_hazard),
    )


def life_table_rate(table: LifeTable, at: float, row: RateRow = "ends-at") -> float:
    """Cumulative survival that a reader takes from the table for the time `at`; nan if there is no such row.

    `ends-at` reads the row whose interval ends there, which is right: the column holds at the end of the interval.
    It is 0 after a table that ends because everyone had the event. `starts-at` reads the row whose Interval
    Start equals `at`, a common misreading that gives survival one interval later; that row may be the
    open one. Raises ValueError for an unknown row.
    """
    if row not in get_args(RateRow):
        raise ValueError(f"row is {row!r}; choose one of {', '.join(get_args(RateRow))}")
    edges = table.end if row == "ends-at" else table.start
    found = np.flatnonzero(np.isclose(edges, at, rtol=TOLERANCE, atol=TOLERANCE))
    if found.size:
        return float(table.cumulative_survival[found[0]])
    if row == "ends-at" and at > table.end[-1] and table.cumulative_survival[-1] == 0.0:
        return 0.0
    return math.nan


def life_table_median(table: LifeTable) -> float:
    """Median survival, interpolated linearly within the interval in which cumulative survival passes one half.

    nan where it does not, or does so in an open interval. SPSS SURVIVAL "median survival time".
    """
    passed = np.flatnonzero(table.cumulative_survival <= 0.5 + TOLERANCE)
    if passed.size == 0 or not math.isfinite(table.end[passed[0]]):
        return math.nan
    last = passed[0]
    before = 1.0 if last == 0 else float(table.cumulative_survival[last - 1])
    after = float(table.cumulative_survival[last])
    width = float(table.end[last] - table.start[last])
    return float(table.start[last]) + width * (before - 0.5) / (before - after)
