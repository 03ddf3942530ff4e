"""Verdicts on made-up claims about made-up statistics: each verdict, and when a reading is believed."""

from decimal import Decimal

import pytest

from peritrace.ard import Ard, Statistic
from peritrace.claims import Claim
from peritrace.study import Study
from peritrace.verdicts.judge import VERDICTS, Judge

STUDY = Study.model_validate(
    {
        "id": "made-up",
        "columns": [
            {"name": "subject", "source": "id", "label": "Patient", "type": "identifier"},
            {"name": "age", "source": "age", "label": "Age", "type": "number"},
            {
                "name": "sex",
                "source": "sex",
                "label": "Sex",
                "type": "category",
                "levels": {"f": "female", "m": "male"},
            },
            {"name": "time", "source": "time", "label": "Survival", "type": "number"},
            {"name": "dead", "source": "dead", "label": "Dead", "type": "category", "levels": {"1": "yes", "0": "no"}},
        ],
        "endpoints": [
            {
                "code": "OS",
                "label": "Overall survival",
                "origin": "surgery",
                "time": {"column": "time"},
                "events": [
                    {"code": "OS", "description": "Death", "any": [{"column": "dead", "equals": ["yes"]}]},
                    {"code": "OSALL", "description": "Every time", "always": True},
                ],
            }
        ],
        "analyses": {"follow_up": "OS"},
        "audit": {"stated": {"survival-rate": ["kaplan-meier", "life-table"], "difference": ["log-rank"]}},
    }
)


def rate(time, value, method="kaplan-meier", convention=""):
    return Statistic("survival-rate", "estimate", str(value), "OS", str(time), method=method, convention=convention)


def count(n, total, level="female", **where):
    shared = {"variable": "sex", "variable_level": level, "method": "descriptive", **where}
    return [
        Statistic("counts", "n", str(n), **shared),
        Statistic("counts", "N", str(total), **shared),
        Statistic("counts", "p", f"{n / total:.10g}", **shared),
    ]


STATISTICS = [
    Statistic("cohort", "N", "10", method="descriptive"),
    Statistic("summary", "median", "24.5", "age", method="descriptive"),
    *count(4, 10),
    Statistic("survival", "time_max", "24.0", "OS", method="kaplan-meier"),
    Statistic("comparison", "p_value", "0.03", "OS", group1="sex", method="log-rank"),
    Statistic("comparison", "p_value", "0.07", "OS", group1="sex", method="breslow"),
    # survival as it is, and as two misreadings of a life table give it
    *(rate(t, v) for t, v in ((12, 0.9), (24, 0.8), (36, 0.7), (48, 0.6))),
    *(rate(t, v, "life-table") for t, v in ((12, 0.8947), (24, 0.79), (36, 0.69), (48, 0.59))),
    *(rate(t, v, "life-table", "row=starts-at") for t, v in ((12, 0.7947), (24, 0.694), (36, 0.594), (48, 0.494))),
    *(rate(t, v, "life-table", "interval=6") for t, v in ((12, 0.851), (24, 0.751), (36, 0.651), (48, 0.551))),
    *(rate(t, v, convention="event=OSALL") for t, v in ((12, 0.451), (24, 0.351), (36, 0.251), (48, 0.151))),
]


def claim(quantity, reported, claim_id="c", **what):
    keys = ("variable", "level", "group", "group_level", "time", "unit", "part_of")
    values = {key: what.get(key, "") for key in keys}
    return Claim(claim_id, "Results", quantity, touches="result", reported=reported, **values)


def finding(*claims, statistics=STATISTICS):
    """The finding on the first of some claims that are judged together."""
    return Judge(list(claims), Ard(statistics), STUDY).verdict(claims[0]).finding


def rates(*reported):
    return [
        claim("survival-rate", text, f"rate-{time}", variable="OS", time=str(time))
        for time, text in zip((12, 24, 36, 48), reported, strict=True)
    ]


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (claim("median", "25", variable="age"), "reproduced"),
        (claim("count", "ten"), "reproduced"),
        (claim("difference", "P < 0.05", variable="OS", group="sex"), "reproduced"),
        (claim("survival-rate", "89.0%", variable="OS", time="12"), "reproduced-by-convention"),  # .8947 as .89
        (claim("share", "half", variable="sex", level="female"), "contradicted"),
        (claim("value", "120", variable="dose of cisplatin"), "unverifiable"),
        (claim("difference", "significant", variable="OS", group="another treatment"), "unverifiable"),
    ],
)
def test_each_verdict(made, verdict):
    assert finding(made).verdict == verdict


def test_parts_of_a_whole_are_coherent_or_contradict_it():
    whole = claim("count", "4", "whole", variable="sex", level="female")
    part = claim("count", "three", "part", variable="kind of event", level="a", part_of="whole")
    other = claim("count", "one", "other", variable="kind of event", level="b", part_of="whole")
    too_many = claim("count", "two", "other", variable="kind of event", level="b", part_of="whole")
    assert finding(part, other, whole).verdict == "coherent"
    assert "3 + 1 = 4" in finding(part, other, whole).explanation
    assert finding(part, too_many, whole).verdict == "contradicted"


def test_the_verdicts_are_the_five():
    assert VERDICTS == ("reproduced", "reproduced-by-convention", "coherent", "contradicted", "unverifiable")


def test_a_reading_with_two_departures_needs_other_numbers_that_it_explains():
    # 79.0%, 69.0%, 59.0%, 49.0% all are the wrong row, printed with two decimals
    together = rates("79.0%", "69.0%", "59.0%", "49.0%")
    found = finding(*together)
    assert (found.verdict, found.convention) == ("reproduced-by-convention", "row=starts-at; printing=two-decimals")
    assert "explains 4 of the 4 survival rates" in found.explanation
    alone = rates("79.0%", "80%", "70%", "60%")
    assert finding(*alone).verdict == "contradicted"


def test_a_free_choice_counts_as_two_departures():
    assert finding(*rates("85.1%", "80%", "70%", "60%")).verdict == "contradicted"
    assert finding(*rates("85.1%", "75.1%", "65.1%", "60%")).convention == "interval=6"
    assert finding(*rates("45.1%", "80%", "70%", "60%")).verdict == "contradicted"
    assert finding(*rates("45.1%", "35.1%", "25.1%", "60%")).convention == "event=OSALL"


def test_cutting_off_digits_needs_other_numbers_cut_off():
    assert finding(claim("median", "24", variable="age")).verdict == "contradicted"


def test_another_test_than_the_stated_is_a_convention():
    found = finding(claim("difference", "P = .07", variable="OS", group="sex"))
    assert found.verdict == "reproduced-by-convention"
    assert "by Breslow test, which the source does not name" in found.explanation
    assert found.standard == "P = .03 by log-rank test"


def test_tests_that_disagree_are_told_where_the_source_names_none():
    study = STUDY.model_copy(update={"audit": STUDY.audit.model_copy(update={"stated": {}})})
    statistics = [
        Statistic("association", "p_value", "0.03", "age", group1="sex", method="t-test"),
        Statistic("association", "p_value", "0.08", "age", group1="sex", method="mann-whitney"),
    ]
    for reported in ("P < 0.05", "P > 0.05"):
        made = claim("association", reported, variable="age", group="sex")
        found = Judge([made], Ard(statistics), study).verdict(made).finding
        assert found.verdict == "reproduced-by-convention"
        assert "do not agree" in found.explanation


def test_times_are_converted_and_other_numbers_are_not():
    days = STUDY.model_copy(update={"time_unit": "days"})
    statistics = [
        Statistic("survival", "time_max", "730.5", "OS", method="kaplan-meier"),
        Statistic("summary", "max", "66", "age", method="descriptive"),
    ]
    longest = claim("maximum", "24", variable="OS", unit="months")
    oldest = claim("maximum", "66", "age", variable="age", unit="years")
    judge = Judge([longest, oldest], Ard(statistics), days)
    assert [judge.verdict(made).finding.verdict for made in (longest, oldest)] == ["reproduced", "reproduced"]


def test_what_the_standard_reading_gives_is_told_with_the_distance():
    found = finding(claim("survival-rate", "79.5%", variable="OS", time="12"))
    assert found.standard == "90.0% by Kaplan–Meier; 89.5% by life table"
    assert found.moved == "−10.0"


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        ("09.0%", "The smallest correction is 90.0% (neighbouring digits swapped)"),
        ("40.0%", "The smallest correction is 90.0% (one digit changed)"),
        ("33.3%", "No single slip of the pen"),
    ],
)
def test_the_smallest_correction(reported, words):
    assert words in finding(claim("survival-rate", reported, variable="OS", time="12")).explanation


def test_the_smallest_correction_of_a_share_is_in_patients():
    explanation = finding(claim("share", "half", variable="sex", level="female")).explanation
    assert "It would agree with 5 of 10 (1 patient counted otherwise), or if 2 patients had" in explanation


@pytest.mark.parametrize(
    ("start", "end", "verdict", "convention"),
    [
        # 23.95 months are 729 days of 30.4375 or 718.5 of 30; 2019-01-01 to 2020-12-31 are 730
        ("January 2019", "December 2020", "coherent", ""),
        # 2019-01-10 to 2020-12-31 are 721
        ("January 10, 2019", "December 31, 2020", "coherent", "days_per_month=30"),
        ("March 2019", "December 2020", "contradicted", ""),
    ],
)
def test_the_study_period_must_hold_the_longest_follow_up(start, end, verdict, convention):
    statistics = [Statistic("survival", "time_max", "24.0", "OS", method="kaplan-meier")]
    dates = [claim("window", start, "start", level="start"), claim("window", end, "end", level="end")]
    found = finding(*dates, statistics=statistics)
    assert (found.verdict, found.convention) == (verdict, convention)


def test_the_same_date_printed_in_two_ways_is_a_contradiction():
    dates = [
        claim("window", "March 2017", "a", level="start"),
        claim("window", "May 2017", "b", level="start"),
        claim("window", "December 2023", "c", level="end"),
    ]
    assert finding(*dates).verdict == "contradicted"


def test_number_words_count():
    assert claim("count", "Three").printed.value == Decimal(3)
