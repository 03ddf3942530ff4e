"""Follow-up: the plain median, and reverse Kaplan–Meier against R (tests/reference/survival.R)."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peritrace.stats.follow_up import median_follow_up

TESTS = Path(__file__).parents[1]
STUDIES = json.loads((TESTS / "reference" / "survival.json").read_text())["follow_up"]


@pytest.mark.parametrize("expected", STUDIES, ids=lambda s: s["data"])
def test_follow_up_of_the_data_sets(expected: dict[str, Any]) -> None:
    # median(time); survfit(Surv(time, 1 - status) ~ 1, conf.type = "log-log")
    data = pd.read_csv(TESTS / "data" / f"{expected['data']}.csv")
    assert median_follow_up(data["time"], data["status"]).median == expected["observed"]
    reverse = median_follow_up(data["time"], data["status"], "reverse-kaplan-meier", "r")
    found = (reverse.median, reverse.conf_low, reverse.conf_high)
    assert_allclose(found, [math.nan if x is None else x for x in expected["reverse"]])


def test_six_patients_by_hand() -> None:
    # deaths at 2 and 9, alive at 4, 6, 8, 10: without the deaths, 4/5 at 4, 3/5 at 6 and 2/5 at 8 are still followed
    time, event = [2, 4, 6, 8, 9, 10], [1, 0, 0, 0, 1, 0]
    assert median_follow_up(time, event).median == 7
    assert median_follow_up(time, event, "reverse-kaplan-meier").median == 8


def test_the_plain_median_has_no_limits() -> None:
    follow_up = median_follow_up([1, 2, 3], [0, 1, 0])
    assert follow_up.method == "observed"
    assert math.isnan(follow_up.conf_low)
    assert math.isnan(follow_up.conf_high)


def test_no_reverse_estimate_when_all_have_died() -> None:
    assert math.isnan(median_follow_up([1, 2, 3], [1, 1, 1], "reverse-kaplan-meier").median)


def test_conventions_and_limits_are_passed_on() -> None:
    time, event = [3, 5, 8, 13, 21, 34], [0] * 6
    by_r = median_follow_up(time, event, "reverse-kaplan-meier", "r")
    by_spss = median_follow_up(time, event, "reverse-kaplan-meier", "spss", limits="spss", level=0.9)
    assert (by_spss.median, by_r.median) == (8, 10.5)
    # S = 4/6 at 5 and 2/6 at 13 bracket the median; its standard error is sqrt(1/24) / (1/24)
    assert_allclose(by_spss.conf_high - 8, 1.644854 * math.sqrt(24), rtol=1e-6)


def test_bad_input_is_refused() -> None:
    unknown: Any = "median"
    with pytest.raises(ValueError, match="choose one of observed, reverse-kaplan-meier"):
        median_follow_up([1], [1], unknown)
    with pytest.raises(ValueError, match="codes other than 0 and 1"):
        median_follow_up([1, 2], [1, 2])
