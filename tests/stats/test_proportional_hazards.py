"""The test of proportional hazards against R's `cox.zph` (tests/reference/extended.R), by hand, and its laws."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from peritrace.stats.cox import cox
from peritrace.stats.partial_likelihood import PartialLikelihood
from peritrace.stats.proportional_hazards import ProportionalHazardsTest, TimeTransform, proportional_hazards_test

TESTS = Path(__file__).parents[1]
CASES = json.loads((TESTS / "reference" / "extended.json").read_text())["proportional_hazards"]


def label(case: dict[str, Any]) -> str:
    unit = f"unit{case['unit']}" if case["unit"] else ""
    return "-".join(filter(None, [case["data"], unit, "+".join(case["terms"]), case["ties"], case["transform"]]))


def arguments(case: dict[str, Any]) -> dict[str, Any]:
    """The model of R's formula: a factor becomes indicators of all levels but the first."""
    data = pd.read_csv(TESTS / "data" / f"{case['data']}.csv")
    if case["rows"]:
        data = data.iloc[np.array(case["rows"]) - 1]
    used = [term.removeprefix("factor(").removesuffix(")") for term in case["terms"]]
    data = data.dropna(subset=used)
    columns: list[NDArray[np.float64]] = []
    terms: list[list[int]] = []
    for term, name in zip(case["terms"], used, strict=True):
        levels = np.unique(data[name])[1:] if term.startswith("factor(") else None
        own = [data[name]] if levels is None else [data[name] == level for level in levels]
        terms.append(list(range(len(columns), len(columns) + len(own))))
        columns += [np.asarray(column, dtype=np.float64) for column in own]
    time = np.ceil(data["time"] / case["unit"]) if case["unit"] else data["time"]
    return {
        "time": time,
        "event": data["status"],
        "covariates": np.column_stack(columns),
        "names": [f"x{number}" for number in range(len(columns))],
        "terms": terms,
        "entry": data.get("entry"),
    }


@pytest.mark.parametrize("case", CASES, ids=label)
def test_equals_cox_zph(case: dict[str, Any]) -> None:
    # R: cox.zph(coxph(Surv(entry, time, status) ~ …, ties = …), transform = …)$table
    result = proportional_hazards_test(**arguments(case), ties=case["ties"], transform=case["transform"])
    rows = [*result.terms, result.overall]
    assert (result.n, result.n_event) == (case["n"], case["n_event"])
    assert [row.df for row in rows] == case["df"]
    assert_allclose([row.statistic for row in rows], case["statistic"], rtol=1e-8)
    assert_allclose([row.p_value for row in rows], case["p_value"], rtol=1e-8)


def test_the_veterans_as_printed_by_r() -> None:
    # R: cox.zph(coxph(Surv(time, status) ~ trt + factor(celltype) + karno + age, veteran)): celltype on 3 df
    (case,) = [c for c in CASES if (c["data"], c["ties"], c["transform"]) == ("veteran", "efron", "km")]
    result = proportional_hazards_test(**arguments(case))
    assert [(row.names, row.df) for row in result.terms] == [
        (("x0",), 1),
        (("x1", "x2", "x3"), 3),
        (("x4",), 1),
        (("x5",), 1),
    ]
    assert (result.overall.names, result.overall.df) == (("x0", "x1", "x2", "x3", "x4", "x5"), 6)


# A, A, B, B die at 1, 4, 2, 3; with hazard ratio r of B the risk sets are {A, A, B, B}, {A, B, B}, {A, B}, {A}
CROSSED: dict[str, Any] = {
    "time": [1, 4, 2, 3],
    "event": [1, 1, 1, 1],
    "covariates": [0, 0, 1, 1],
    "names": ["arm"],
    "terms": [[0]],
}


@pytest.mark.parametrize(("transform", "g"), [("km", [0, 1 / 4, 1 / 2]), ("rank", [1, 2, 3]), ("identity", [1, 2, 3])])
def test_four_deaths_by_hand(transform: TimeTransform, g: list[float]) -> None:
    r = cox(CROSSED["time"], CROSSED["event"], CROSSED["covariates"], ["arm"]).hazard_ratio[0]
    share = np.array([2 * r / (2 + 2 * r), 2 * r / (1 + 2 * r), r / (1 + r)])  # of B in each risk set but the last
    variance = share * (1 - share)
    residual = np.array([0, 1, 1]) - share
    # the score of arm × g, and the part of its information that is not shared with the arm
    left = variance @ np.square(g) - (variance @ g) ** 2 / variance.sum()
    expected = (residual @ g) ** 2 / left
    result = proportional_hazards_test(**CROSSED, transform=transform)
    assert_allclose([result.terms[0].statistic, result.overall.statistic], expected, rtol=1e-8)


def test_a_term_of_two_covariates_is_tested_on_two_degrees_of_freedom() -> None:
    (case,) = [
        c for c in CASES if (c["data"], c["ties"], c["transform"]) == ("ovarian", "efron", "km") and not c["rows"]
    ]
    apart = arguments(case)
    joint = proportional_hazards_test(**{**apart, "terms": [[0, 1]]})
    assert joint.terms == (joint.overall,)
    assert joint.overall == proportional_hazards_test(**apart).overall


AGES = [50, 61, 83, 41, 66, 52, 79, 64]


def test_events_that_tell_of_one_time_only() -> None:
    # the second event finds nobody else at risk, so that no change with time can be seen
    result = proportional_hazards_test([1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 0, 0, 0, 0, 0, 1], AGES, ["age"], [[0]])
    assert np.isnan([result.overall.statistic, result.overall.p_value]).all()
    assert result.overall.df == 1


def test_too_few_events_for_all_covariates_at_once() -> None:
    # the second event finds one other patient at risk: a single contrast of two covariates
    x = np.column_stack([[7, 2, 6, 9, 1, 4, 3, 8], AGES])
    time, event = [1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 0, 0, 0, 0, 1, 0]
    result = proportional_hazards_test(time, event, x, ["marker", "age"], [[0], [1]])
    assert np.isnan(result.overall.statistic)
    assert result.overall.df == 2


def test_comparison_means_of_split_event_times() -> None:
    # delayed entry may have the event times halved, and again, which changes no mean
    case = next(c for c in CASES if c["data"] == "heart")
    given_ = arguments(case)
    time, entry = np.asarray(given_["time"], float), np.asarray(given_["entry"], float)
    whole = PartialLikelihood.of(time, np.asarray(given_["event"]) == 1, given_["covariates"], "efron", entry)
    at = np.array([0.03, -0.6, 0.1])
    halves = np.concatenate([half.comparison_means(at) for half in whole.halves])
    assert_allclose(halves, whole.comparison_means(at), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"terms": [[0, 0]]}, "the terms must name each of the 1 columns once"),
        ({"terms": [[0], []]}, "the terms must name each of the 1 columns once"),
        ({"terms": [[1]]}, "the terms must name each of the 1 columns once"),
        ({"terms": []}, "the terms must name each of the 1 columns once"),
        ({"transform": "log"}, "choose one of km, identity, rank"),
        ({"ties": "exact"}, "ties are handled by"),
        ({"event": [0, 0, 0, 0]}, "no event among 4 patients"),
        ({"event": [1, 0, 0, 0]}, "no finite estimate"),
        ({"time": [1, 2, 1, 2], "event": [1, 0, 1, 0]}, "all events happened at one time"),
        ({"covariates": [1, 1, 1, 1]}, "arm has the same value in every patient"),
    ],
)
def test_refuses_what_has_no_answer(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        proportional_hazards_test(**{**CROSSED, **change})


# ---- laws ----

Cohort = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    """8 to 25 patients with tied times and two covariates."""
    n = draw(st.integers(8, 25))
    time = draw(st.lists(st.integers(1, 12), min_size=n, max_size=n))
    event = draw(st.lists(st.sampled_from([True, True, False]), min_size=n, max_size=n))
    arm = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    age = draw(st.lists(st.integers(40, 80), min_size=n, max_size=n))
    return np.array(time, float), np.array(event), np.column_stack([arm, age]).astype(float)


def fit_to(cohort: Cohort, transform: TimeTransform = "km", unit: float = 1.0) -> ProportionalHazardsTest:
    time, event, x = cohort
    try:
        result = proportional_hazards_test(
            time, event, x * [1.0, unit], ["arm", "age"], [[0], [1]], transform=transform
        )
    except ValueError:  # nothing to estimate
        reject()
    return result


def statistics(result: ProportionalHazardsTest) -> list[float]:
    return [row.statistic for row in (*result.terms, result.overall)]


@settings(max_examples=60, deadline=None)
@given(cohorts(), st.sampled_from(["km", "rank"]))
def test_only_the_order_of_times_counts(cohort: Cohort, transform: TimeTransform) -> None:
    time, event, x = cohort
    assert_allclose(
        statistics(fit_to(cohort, transform)), statistics(fit_to((time**2, event, x), transform)), rtol=1e-6, atol=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(cohorts(), st.sampled_from(["km", "rank", "identity"]), st.sampled_from([0.001, 365.25]))
def test_units_do_not_count(cohort: Cohort, transform: TimeTransform, unit: float) -> None:
    time, event, x = cohort
    other = fit_to((time * unit, event, x), transform, unit)
    assert_allclose(statistics(fit_to(cohort, transform)), statistics(other), rtol=1e-6, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_all_at_once_is_no_smaller_than_any_term(cohort: Cohort) -> None:
    arm, age, overall = statistics(fit_to(cohort))
    if not np.isnan(overall):
        assert overall >= max(arm, age) * (1 - 1e-9) - 1e-9
