"""Quantiles, summaries and limits of proportions against R, and their laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peritrace.stats.descriptive import QuantileConvention, proportion_limits, quantile, summarise, two_sided_tail
from tests.stats.regression_reference import Case, numbers, reference

CONVENTIONS: list[QuantileConvention] = ["spss", "r", "sas"]


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("case", reference()["quantiles"], ids=lambda case: f"n{len(case['values'])}")
def test_quantiles_equal_r(case: Case, convention: QuantileConvention) -> None:
    # R: quantile(x, p, type = 6 (SPSS), 7 (R's default), 2 (SAS))
    found = [quantile(case["values"], p, convention) for p in numbers(reference()["shares"]).tolist()]
    assert found == pytest.approx(case[convention], rel=1e-12)


def test_spss_and_r_quartiles_differ() -> None:
    # measured: SPSS 12 to 25, pandas 13 to 23
    values = [10, 12, 14, 18, 21, 25, 30]
    assert [quantile(values, p) for p in (0.25, 0.75)] == [12, 25]
    assert [quantile(values, p, "r") for p in (0.25, 0.75)] == [13, 23]


@pytest.mark.parametrize("case", reference()["quantiles"], ids=lambda case: f"n{len(case['values'])}")
def test_summary_equals_r(case: Case) -> None:
    values = [*case["values"], math.nan, math.nan]
    summary = summarise(values, "sas")
    assert (summary.n, summary.missing, summary.convention) == (len(case["values"]), 2, "sas")
    assert summary.mean == pytest.approx(case["mean"], rel=1e-12)
    if summary.n == 1:
        assert math.isnan(summary.sd)
    else:
        assert summary.sd == pytest.approx(case["sd"], rel=1e-12)
    by_share = dict(zip(numbers(reference()["shares"]).tolist(), case["sas"], strict=True))
    assert [summary.minimum, summary.q1, summary.median, summary.q3, summary.maximum] == pytest.approx(
        [by_share[p] for p in (0, 0.25, 0.5, 0.75, 1)]
    )


@pytest.mark.parametrize("case", reference()["proportions"], ids=lambda case: f"{case['k']} of {case['n']}")
def test_proportion_limits_equal_r(case: Case) -> None:
    # R: prop.test(k, n, correct = FALSE), binom.test(k, n)
    k, n = case["k"], case["n"]
    assert proportion_limits(k, n) == pytest.approx(case["wilson"], rel=1e-9, abs=1e-15)
    assert proportion_limits(k, n, "clopper-pearson") == pytest.approx(case["exact"], rel=1e-9, abs=1e-15)
    assert proportion_limits(k, n, "clopper-pearson", 0.9) == pytest.approx(case["exact90"], rel=1e-9, abs=1e-15)


def test_no_event_among_n_by_hand() -> None:
    # Wilson: 0 to z²/(n + z²); exact: 0 to 1 - .025^(1/n)
    z2 = 3.8414588206941236
    assert proportion_limits(0, 6) == pytest.approx((0, z2 / (6 + z2)))
    assert proportion_limits(0, 6, "clopper-pearson") == pytest.approx((0, 1 - 0.025 ** (1 / 6)))


Values = st.lists(st.integers(-1000, 1000), min_size=1, max_size=30)


@settings(deadline=None)
@given(Values, st.sampled_from(CONVENTIONS), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_within_the_data_and_turn_round(
    values: list[int], convention: QuantileConvention, p: float, q: float
) -> None:
    low, high = sorted([p, q])
    lower, upper = quantile(values, low, convention), quantile(values, high, convention)
    assert min(values) <= lower <= upper + 1e-9 <= max(values) + 2e-9
    assert quantile(values[::-1], p, convention) == quantile(values, p, convention)
    # the median from below is the median from above, by every convention
    assert quantile(-np.array(values), 0.5, convention) == pytest.approx(-quantile(values, 0.5, convention))
    assert quantile(values, 0.5, convention) == pytest.approx(np.median(values))


@settings(deadline=None)
@given(st.integers(1, 400), st.data(), st.sampled_from(["wilson", "clopper-pearson"]))
def test_limits_hold_the_proportion_and_turn_round(n: int, data: st.DataObject, method: str) -> None:
    k = data.draw(st.integers(0, n))
    low, high = proportion_limits(k, n, method)  # type: ignore[arg-type]  # sampled from the two names
    assert 0 <= low <= k / n <= high <= 1
    other_low, other_high = proportion_limits(n - k, n, method)  # type: ignore[arg-type]  # likewise
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-12)
    wider_low, wider_high = proportion_limits(k, n, method, 0.99)  # type: ignore[arg-type]  # likewise
    assert wider_low <= low
    assert wider_high >= high


def test_refusals() -> None:
    for values in ([], [1, math.nan]):
        with pytest.raises(ValueError, match="a quantile needs at least one value and no missing ones"):
            quantile(values, 0.5)
    with pytest.raises(ValueError, match="a share between 0 and 1, not 25"):
        quantile([1, 2], 25)
    with pytest.raises(ValueError, match="there is no quantile convention 'stata'"):
        quantile([1, 2], 0.5, "stata")  # type: ignore[arg-type]  # wrong on purpose
    for values in ([math.nan], [1, math.inf]):
        with pytest.raises(ValueError, match="a summary needs at least one value, and finite ones"):
            summarise(values)
    for k, n in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="a proportion needs 0 ≤ k ≤ n and n ≥ 1"):
            proportion_limits(k, n)
    with pytest.raises(ValueError, match="there is no method 'wald'"):
        proportion_limits(1, 2, "wald")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ValueError, match=r"a confidence level lies between 0 and 1, such as 0.95, not 95"):
        two_sided_tail(95)
