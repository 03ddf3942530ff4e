"""Medians against hazard ratios: worked by hand, on R's `lung`, and on simulated trials of constant hazards."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.stats.kaplan_meier import kaplan_meier, median_survival
from peritrace.stats.median_kinds import Arm, median_kind, medians_against_ratio

Z = 1.959963984540054
EXACTLY = Interval.exactly


def printed(number: str) -> Interval:
    half = 0.5 * 10 ** -len(number.split(".")[1])
    return Interval(float(number) - half, float(number) + half)


def width(low: str, high: str) -> Interval:
    """The standard errors that two printed limits stand for."""
    below, above = printed(low), printed(high)
    return Interval(math.log(above.low / below.high) / (2 * Z), math.log(above.high / below.low) / (2 * Z))


def test_medians_that_contradict_a_ratio_by_hand() -> None:
    # ln(11.3/16.5) - ln(.188) = -.3786 + 1.6713 = 1.2927
    found = medians_against_ratio(printed("16.5"), printed("11.3"), printed("0.188"))
    assert found.differences.holds(1.2927)
    assert found.difference == pytest.approx(math.log(11.25 / 16.55 / 0.1885))
    assert found.grade == "unusual"
    assert not found.directions_conflict


def test_lung_by_sex() -> None:
    # R: survfit(Surv(time, status) ~ sex, lung): medians 270 (men) and 426; coxph: women to men .588
    found = medians_against_ratio(EXACTLY(426.0), EXACTLY(270.0), EXACTLY(0.588))
    assert found.difference == pytest.approx(math.log(270 / 426) - math.log(0.588))
    assert found.grade == "fits"


@pytest.mark.parametrize(("ratio", "grade"), [(0.73, "fits"), (0.72, "note"), (0.58, "note"), (0.57, "unusual")])
def test_grades(ratio: float, grade: str) -> None:
    # e^-.32 = .726, e^-.55 = .577
    assert medians_against_ratio(EXACTLY(10.0), EXACTLY(10.0), EXACTLY(ratio)).grade == grade


def test_directions() -> None:
    assert medians_against_ratio(printed("8.0"), printed("10.0"), printed("0.80")).directions_conflict
    assert medians_against_ratio(printed("10.0"), printed("8.0"), printed("1.25")).directions_conflict
    assert not medians_against_ratio(printed("10.0"), printed("8.0"), printed("0.80")).directions_conflict
    # the same median after rounding, or a ratio that may be 1, points nowhere
    assert not medians_against_ratio(printed("10.0"), printed("10.1"), printed("0.80")).directions_conflict
    assert not medians_against_ratio(printed("8.0"), printed("10.0"), Interval(0.995, 1.005)).directions_conflict


@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 0.5)), min_size=3, max_size=3))
def test_the_nearest_difference_is_that_of_a_fine_grid(ends: list[tuple[float, float]]) -> None:
    one, other, ratio = (Interval(low, low + wide) for low, wide in ends)
    found = medians_against_ratio(one, other, ratio)
    grid = [np.linspace(part.low, part.high, 9).tolist() for part in (one, other, ratio)]
    differences = [math.log(b / a) - math.log(h) for a, b, h in product(*grid)]
    assert abs(found.difference) <= min(map(abs, differences)) + 1e-12
    assert all(found.differences.low - 1e-12 <= d <= found.differences.high + 1e-12 for d in differences)
    if found.difference:
        assert abs(found.difference) == pytest.approx(min(map(abs, differences)))


def test_overall_survival_with_unknown_events_by_hand() -> None:
    # 26 patients with median 16.5, 124 with 11.3, HR .188 (.059-.602). As survival medians: 11.3/16.5 = .685. As
    # observed times: ρ = .188·429/1401.2 = .05756, se² = .3511, d1 = 1.0576/.3511 = 3.01, d2 = 3.01/ρ = 52.3
    std_err = width("0.059", "0.602")
    arms = Arm(26, printed("16.5")), Arm(124, printed("11.3"))
    found = median_kind(*arms, printed("0.188"), Interval(0.0585, 0.6025), std_err)
    assert found.survival.ratio is not None
    assert found.survival.ratio.holds(0.685)
    assert found.survival.within_limits is False
    assert found.survival.distance == pytest.approx(math.log(11.25 / 16.55 / 0.1885))
    assert found.events.holds(3.0)
    assert found.events.holds(3.012)
    assert found.other_events.holds(52.33)
    assert found.total.holds(55.34)
    assert found.total.holds(56.0)
    # with nothing on the events there is nothing to compare
    assert (found.observed.ratio, found.better, found.total_fits) == (None, None, None)


def test_overall_survival_with_a_least_total() -> None:
    # by the other rows at least 56 events: 3 and 53 give (3/429)/(53/1401.2) = .1849, the nearest to .188
    std_err = width("0.059", "0.602")
    arms = Arm(26, printed("16.5")), Arm(124, printed("11.3"))
    found = median_kind(*arms, printed("0.188"), Interval(0.0585, 0.6025), std_err, range(56, 151))
    assert found.total_fits is True
    assert found.observed.within_limits is True
    assert found.observed.ratio is not None
    assert found.observed.ratio.holds(0.1849)
    assert found.observed.distance is not None
    assert found.observed.distance < math.log(0.188 / 0.1849)
    assert found.better == "observed times"
    assert found.factor > 50
    far = median_kind(*arms, printed("0.188"), Interval(0.0585, 0.6025), std_err, range(100, 151))
    assert far.total_fits is False


def test_progression_with_known_events_by_hand() -> None:
    # 11 of 26 and 32 of 124 progressed, medians 14.2 and 9.5, HR 1.011 (.503-2.030)
    arms = Arm(26, printed("14.2"), 11), Arm(124, printed("9.5"), 32)
    found = median_kind(*arms, printed("1.011"), Interval(0.5025, 2.0305), width("0.503", "2.030"))
    assert found.survival.ratio is not None
    assert found.observed.ratio is not None
    assert found.survival.ratio.middle == pytest.approx(0.669, abs=5e-4)
    assert found.observed.ratio.middle == pytest.approx((11 / (26 * 14.2)) / (32 / (124 * 9.5)), abs=5e-4)
    assert found.observed.ratio.holds(1.097)
    assert found.survival.within_limits is True
    assert found.observed.within_limits is True
    assert found.better == "observed times"
    # ln(1.0105/.6749) = .4036 against ln(1.0872/1.0115) = .0722
    assert found.factor == pytest.approx(0.4036 / 0.0722, rel=2e-3)
    # if they were survival medians: 26 - 22 and 124 - 64 censored by then
    assert found.most_at_risk == (11, 32)
    assert found.fewest_censored == (4, 60)
    assert found.below_half == (True, True)


def simulated(seed: int) -> tuple[bool, bool]:
    """Whether survival medians, and medians of observed times, are taken for what they are in a censored trial."""
    rng = np.random.default_rng(seed)
    arms, plain, deaths, rates = [], [], [], []
    for hazard in (0.06, 0.12):
        death, end = rng.exponential(1 / hazard, 300), rng.uniform(5, 25, 300)
        observed, event = np.minimum(death, end), death <= end
        events = int(event.sum())
        deaths.append(events)
        rates.append(events / observed.sum())
        arms.append(Arm(300, EXACTLY(median_survival(kaplan_meier(observed, event))), events))
        plain.append(Arm(300, EXACTLY(float(np.median(observed))), events))
    ratio = float(rates[0] / rates[1])
    std_err = math.sqrt(1 / deaths[0] + 1 / deaths[1])
    limits = Interval(ratio * math.exp(-Z * std_err), ratio * math.exp(Z * std_err))
    first = median_kind(arms[0], arms[1], EXACTLY(ratio), limits, EXACTLY(std_err))
    second = median_kind(plain[0], plain[1], EXACTLY(ratio), limits, EXACTLY(std_err))
    return first.better == "survival", second.better == "observed times"


def test_censoring_tells_the_kinds_apart() -> None:
    # without censoring the two medians are the same; here about half of the patients are censored
    assert np.array([simulated(seed) for seed in range(60)]).mean(axis=0).min() > 0.9


@given(
    st.integers(2, 25),
    st.integers(2, 25),
    st.floats(0.2, 5),
    st.floats(0.3, 1.2),
    st.integers(2, 50),
    st.integers(0, 20),
)
def test_pairs_of_events_are_those_that_enumeration_finds(
    n1: int, n2: int, ratio: float, std_err: float, least: int, more: int
) -> None:
    one, other = Arm(n1, EXACTLY(9.0), range(n1 // 2, n1 + 1)), Arm(n2, EXACTLY(7.0))
    limits = Interval(ratio * math.exp(-Z * std_err), ratio * math.exp(Z * std_err))
    found = median_kind(one, other, EXACTLY(ratio), limits, EXACTLY(std_err), range(least, least + more + 1))
    rates = [
        (a / (n1 * 9)) / (b / (n2 * 7))
        for a in range(max(1, n1 // 2), n1 + 1)
        for b in range(1, n2 + 1)
        if least <= a + b <= least + more and 0.773 - 1e-9 <= (1 / a + 1 / b) / std_err**2 <= 1 + 1e-9
    ]
    if not rates:
        assert found.observed.ratio is None
        return
    assert found.observed.ratio is not None
    assert (found.observed.ratio.low, found.observed.ratio.high) == pytest.approx((min(rates), max(rates)))
    nearest = min(abs(math.log(rate / ratio)) for rate in rates)
    assert found.observed.distance == pytest.approx(nearest, abs=1e-9)


@given(st.floats(0.1, 10), st.floats(0.1, 2.0), st.floats(1, 50), st.floats(1, 50))
def test_implied_events_solve_their_equations(ratio: float, std_err: float, m1: float, m2: float) -> None:
    limits = Interval(ratio * math.exp(-Z * std_err), ratio * math.exp(Z * std_err))
    found = median_kind(Arm(40, EXACTLY(m1)), Arm(60, EXACTLY(m2)), EXACTLY(ratio), limits, EXACTLY(std_err))
    d1, d2 = found.events.middle, found.other_events.middle
    assert 1 / d1 + 1 / d2 == pytest.approx(std_err**2)
    assert (d1 / (40 * m1)) / (d2 / (60 * m2)) == pytest.approx(ratio)
    assert found.total.middle == pytest.approx(d1 + d2)


def test_an_arm_without_events_implies_no_rate() -> None:
    found = median_kind(
        Arm(20, EXACTLY(5.0), 0), Arm(20, EXACTLY(5.0), 8), EXACTLY(0.5), Interval(0.1, 2.5), EXACTLY(0.8)
    )
    assert found.observed.ratio is None
    assert found.most_at_risk == (0, 8)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="not positive"):
        medians_against_ratio(EXACTLY(0.0), EXACTLY(5.0), EXACTLY(1.0))
    with pytest.raises(ValueError, match="not positive"):
        median_kind(Arm(5, EXACTLY(5.0)), Arm(5, EXACTLY(5.0)), EXACTLY(1.0), Interval(0.5, 2.0), EXACTLY(0.0))
    # 0.0 stands for anything up to .05
    assert medians_against_ratio(Interval(0.0, 0.05), EXACTLY(5.0), EXACTLY(50.0)).differences.high == math.inf
