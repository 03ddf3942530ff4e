"""What several tables need: statistics by their place in the ARD, intervals and P values as cells."""

import math
from collections.abc import Iterable, Mapping

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.formats import NOT_ESTIMABLE, format_interval, format_number, format_percent
from peritrace.wanted import Table as Wanted

NOT_REACHED = "not reached"
BEYOND_FOLLOW_UP = "beyond last follow-up"


def caption(wanted: Wanted) -> str:
    """The title of a table, after its number where the source prints it."""
    return f"{wanted.printed_as}. {wanted.title}" if wanted.printed_as else wanted.title


def shown(ard: Ard) -> Ard:
    """What tables and prose may show: the standard readings, and of curves only the steps with delayed entry.

    A large cohort has a step for every day; dropping them once spares every later search.
    """
    return Ard(
        s
        for s in ard
        if not s.convention and (s.context != "survival-curve" or s.method == "kaplan-meier-delayed-entry")
    )


def standard(ard: Ard, *contexts: str) -> list[Statistic]:
    """The statistics of these contexts under the standard reading of their methods."""
    return [s for s in ard if s.context in contexts and s.convention == ""]


def numbers(statistics: Iterable[Statistic], key: str) -> dict[str, float]:
    """The numbers by one of their fields, such as `stat_name`."""
    return {getattr(s, key): s.number for s in statistics}


def level_text(level: float) -> str:
    """The level of the confidence intervals: 0.95 is "95% CI"."""
    return format_percent(level, 0 if math.isclose(level * 100, round(level * 100)) else 1) + " CI"


def median_text(found: Mapping[str, float], low: str = "median_conf_low", high: str = "median_conf_high") -> str:
    """A median survival time with its limits; "not reached" where survival stays above one half."""
    median = found.get("median", math.nan)
    text = NOT_REACHED if math.isnan(median) else format_number(median)
    return text + _limits(found.get(low, math.nan), found.get(high, math.nan))


def life_table_median_text(median: float, through: float | None) -> str:
    """A median from a life table, which can't be placed within the open last interval."""
    if math.isnan(median) and through is not None:
        return f"beyond {as_stat(through)}"
    return median_text({"median": median})


def rate_text(found: Mapping[str, float]) -> str:
    """Survival at a time with its limits, as percentages without the sign; said so beyond the last follow-up."""
    if found.get("beyond_follow_up") == 1:
        return BEYOND_FOLLOW_UP
    estimate = found.get("estimate", math.nan)
    text = format_number(100 * estimate)
    limits = _limits(*(100 * found.get(name, math.nan) for name in ("conf_low", "conf_high")))
    return text if text == NOT_ESTIMABLE else text + limits


def _limits(low: float, high: float) -> str:
    return "" if math.isnan(low) and math.isnan(high) else f" ({format_interval(low, high)})"
