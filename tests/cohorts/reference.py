"""What R says of the acceptance cohorts (`reference.csv`), and which statistics of a study are the same numbers."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from peritrace.ard import Statistic

_CONTEXTS = {
    *("cohort", "summary", "counts", "group-test"),
    *("survival", "survival-rate", "follow-up", "comparison", "restricted-mean", "restricted-mean-difference"),
    *("factor", "factor-model", "proportional-hazards", "landmark"),
    *("cumulative-incidence", "comparison-of-incidence"),
}
_NOT_IN_R = {"life-table", "breslow", "tarone-ware"}
_FOLLOWS_FROM_OTHERS = {"n_censor", "time_min", "time_max", "beyond_follow_up"}
_READINGS_OF_R = {"median=r": "_of_r", "percentiles=r": "_of_r"}


@dataclass(frozen=True)
class Key:
    """What a number is a number of, in the words of reference.R."""

    what: str
    statistic: str
    endpoint: str
    group: str
    level: str
    model: str
    cause: str
    time: str


def reference() -> dict[str, dict[Key, float | None]]:
    """Every number that R gives, by study; None where R has none."""
    found: dict[str, dict[Key, float | None]] = {}
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            study, value = row.pop("study"), row.pop("value")
            numbers, key = found.setdefault(study, {}), Key(**row)
            if key in numbers:
                raise ValueError(f"reference.csv has {key} twice")
            numbers[key] = float(value) if value else None
    return found


def comparable(statistics: Iterable[Statistic]) -> Iterator[tuple[Key, Statistic]]:
    """Those statistics of a study that R is asked for, with what they are in its words.

    R is not asked for life tables and for the tests of Breslow and of Tarone and Ware, which it has not; for readings
    of SPSS and SAS beside the standard one; for whole curves and deaths within so many days, which rest on the same
    steps as the rates and counts.
    """
    for s in statistics:
        if s.context not in _CONTEXTS or s.method in _NOT_IN_R or s.stat_name in _FOLLOWS_FROM_OTHERS:
            continue
        if s.convention and s.convention not in _READINGS_OF_R:
            continue
        if s.context == "follow-up" and not _is_stated_once(s):
            continue
        yield _key(s), s


def _is_stated_once(s: Statistic) -> bool:
    """A plain median has no limits; the extremes are those of the observed times."""
    has_limits = s.method == "reverse-kaplan-meier"
    return has_limits != (s.stat_name in ("min", "max")) if s.stat_name != "median" else True


def _key(s: Statistic) -> Key:
    what = s.context.replace("survival-rate", "survival rate")
    if s.method == "kaplan-meier-delayed-entry":
        what = what.replace("survival", "survival with delayed entry")
    return Key(
        what,
        s.stat_name + _READINGS_OF_R.get(s.convention, ""),
        s.variable,
        s.group1,
        s.group1_level,
        s.method if s.context in ("follow-up", "group-test") else s.analysis,
        s.stat_label if "incidence" in s.context else "",
        "" if s.context == "factor" else s.variable_level,  # where a factor has its reference level
    )
