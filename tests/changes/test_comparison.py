"""What is said to have changed of a result is the difference of what is printed of it."""

from pathlib import Path

import pytest

from peritrace.ard import Ard, Statistic
from peritrace.changes.comparison import Changed, result_changes
from peritrace.changes.snapshot import Snapshot
from peritrace.study_file import load_study

STUDY = load_study(Path("config/studies/yan-2024.yaml"))
MEDIAN = {"context": "survival", "stat_name": "median", "variable": "OS2", "method": "kaplan-meier"}
RATE = {
    "context": "survival-rate",
    "stat_name": "estimate",
    "variable": "OS2",
    "variable_level": "12",
    "method": "kaplan-meier",
}
P = {"context": "comparison", "stat_name": "p_value", "variable": "OS2", "group1": "cc_group", "method": "log-rank"}
RATIO = {
    "context": "model",
    "stat_name": "estimate",
    "variable": "OS2",
    "analysis": "cox-os2-cc",
    "method": "cox-efron",
}


def changed(before: str | None, now: str | None, about: dict[str, str]) -> list[Changed]:
    old, new = (
        Snapshot(STUDY, {}, Ard([] if stat is None else [Statistic(stat=stat, **about)])) for stat in (before, now)
    )
    return list(result_changes(old, new))


@pytest.mark.parametrize(
    ("about", "before", "now", "told"),
    [
        (MEDIAN, "38.17", "38.34", ("38.2", "38.3", "+0.1")),  # by 0.17 before rounding
        (MEDIAN, "23.54", "23.05", ("23.5", "23.1", "−0.4")),
        (MEDIAN, "23.5", "", ("23.5", "not reached", "–")),
        (RATE, "0.79039", "0.77779", ("79.0%", "77.8%", "−1.2")),  # by 1.26 before rounding
        (P, "0.0485", "0.061", (".049", ".06", "+0.011")),
        (P, "0.0004", "0.003", ("< .001", ".003", "–")),
        (RATIO, "1.244", "1.256", ("1.24", "1.26", "× 1.02")),  # 1.26 ÷ 1.24 = 1.016; 1.256 ÷ 1.244 = 1.0096
        (RATIO, "inf", "2", ("∞", "2.00", "–")),
        (MEDIAN, None, "5", ("–", "5.0", "new")),
        (MEDIAN, "5", None, ("5.0", "–", "gone")),
    ],
)
def test_a_change_adds_up_with_what_is_printed(
    about: dict[str, str], before: str | None, now: str | None, told: tuple[str, str, str]
) -> None:
    (found,) = changed(before, now, about)
    assert (found.before, found.now, found.change) == told


def test_what_prints_alike_has_not_changed() -> None:
    assert changed("38.21", "38.24", MEDIAN) == []
