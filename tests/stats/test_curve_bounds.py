"""Kaplan–Meier bounds on 20 000 random cohorts, on R's `lung`, and by hand."""

import functools
import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from peritrace.interval import Interval
from peritrace.stats.curve_bounds import (
    at_risk_ratio_possible,
    fewest_censored_before_median,
    limits_symmetric,
    median_fits_follow_up,
    median_in_limits,
    median_possible,
    most_at_risk_at_median,
    not_reached_possible,
    rate_possible,
    survival_band,
)
from peritrace.stats.kaplan_meier import KaplanMeier, QuantileConvention, kaplan_meier, median_survival

NUMBER = 20_000
CONVENTIONS: tuple[QuantileConvention, ...] = ("spss", "r", "r-quantile", "sas")
EXACTLY = Interval.exactly


class Cohort(NamedTuple):
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    km: KaplanMeier
    at: float  # a time to look at, often one of the observed

    def by(self, t: float) -> tuple[int, int]:
        """Events up to and including t, and how many are followed beyond it."""
        return int((self.event & (self.time <= t)).sum()), int((self.time > t).sum())

    def survival(self, t: float) -> float:
        row = int(np.searchsorted(self.km.time, t, side="right"))
        return float(self.km.survival[row - 1]) if row else 1.0


@functools.cache
def cohorts() -> list[Cohort]:
    """Of 1 to 60 patients, from none to all censored, from no ties to nearly all times tied."""
    rng = np.random.default_rng(31)
    made = []
    for _ in range(NUMBER):
        n = int(rng.integers(1, 61))
        death = rng.weibull(rng.choice([0.5, 1.0, 3.0]), n)
        censoring = rng.exponential(rng.choice([0.3, 1.0, 4.0, 1e9]), n)
        observed = np.minimum(death, censoring)
        grid = rng.choice([0.0, 0.1, 0.5])
        if grid:
            observed = np.ceil(observed / grid) * grid
        event = death <= censoring
        at = rng.choice(observed) if rng.random() < 0.7 else rng.random() * 2
        made.append(Cohort(observed, event, kaplan_meier(observed, event), float(at)))
    return made


def test_no_random_curve_leaves_the_band() -> None:
    ends = 0
    for cohort in cohorts():
        n, (d, r), s = cohort.time.size, cohort.by(cohort.at), cohort.survival(cohort.at)
        band = survival_band(n, d, r)
        assert band.holds(s)
        ends += d > 0 and (math.isclose(s, band.low) or math.isclose(s, band.high))
        total = int(cohort.event.sum())
        printed = Interval(math.floor(s * 100) / 100, math.ceil(s * 100) / 100)
        for events in (None, d, range(total + 1)):
            for at_risk in (None, r):
                assert rate_possible(EXACTLY(s), n, events, at_risk)
                assert rate_possible(printed, n, events, at_risk)
    assert ends > 1000  # the band is sharp


def test_no_random_median_breaks_the_rules() -> None:
    reached = 0
    for cohort in cohorts():
        n, total = cohort.time.size, int(cohort.event.sum())
        d, _ = cohort.by(cohort.at)
        for convention in CONVENTIONS:
            median = median_survival(cohort.km, convention)
            if math.isnan(median):
                assert not_reached_possible(n, total)
                continue
            reached += 1
            # for convention "r" a median between two times has S = 1/2 too
            assert cohort.at >= median or not_reached_possible(n, d)
            _, beyond = cohort.by(median)
            assert beyond <= most_at_risk_at_median(total, n)
            assert int((~cohort.event & (cohort.time <= median)).sum()) >= fewest_censored_before_median(n, total)
            assert median_possible(n, total)
            assert median_possible(n, total, beyond)
    assert reached > 20_000


def test_no_random_follow_up_breaks_the_rules() -> None:
    longer = {"survivors": 0, "everyone": 0}
    for cohort in cohorts():
        n, total = cohort.time.size, int(cohort.event.sum())
        survivors = cohort.time[~cohort.event]
        for convention in CONVENTIONS:
            median = median_survival(cohort.km, convention)
            if math.isnan(median):
                continue
            for half in (0.0, 0.05):
                printed = Interval(median - half, median + half)
                follow_up = float(np.median(cohort.time))
                around = Interval(follow_up - half, follow_up + half)
                assert median_fits_follow_up(n, total, printed, around, "everyone")
                longer["everyone"] += around.low > printed.high
                if survivors.size:
                    follow_up = float(np.median(survivors))
                    around = Interval(follow_up - half, follow_up + half)
                    assert median_fits_follow_up(n, total, printed, around, "survivors")
                    longer["survivors"] += around.low > printed.high
    assert longer["survivors"] > 2000
    assert longer["everyone"] > 100  # even n, no censoring, the curve at exactly 1/2


def test_groups_that_all_reach_their_median_keep_the_rules_together() -> None:
    tried = 0
    for one, other in zip(cohorts()[::2], cohorts()[1::2], strict=True):
        medians = [median_survival(cohort.km) for cohort in (one, other)]
        if math.isnan(sum(medians)):
            continue
        observed, event = np.concatenate([one.time, other.time]), np.concatenate([one.event, other.event])
        greatest, n, total = EXACTLY(max(medians)), observed.size, int(event.sum())
        assert median_fits_follow_up(n, total, greatest, EXACTLY(float(np.median(observed))), "everyone")
        if not event.all():
            follow_up = float(np.median(observed[~event]))
            assert median_fits_follow_up(n, total, greatest, EXACTLY(follow_up), "survivors")
            tried += follow_up > greatest.high
    assert tried > 500


def test_no_random_curve_falls_more_than_the_numbers_at_risk() -> None:
    rng = np.random.default_rng(5)
    for cohort in cohorts():
        first, second = np.sort(rng.choice(np.append(cohort.time, 0.0), 2)).tolist()
        s1, s2 = cohort.survival(first), cohort.survival(second)
        r1, r2 = cohort.by(first)[1], cohort.by(second)[1]
        assert at_risk_ratio_possible(r1, r2, EXACTLY(s1), EXACTLY(s2))
        # as figures count, with the curve read just before the second time
        n1, n2 = int((cohort.time >= first).sum()), int((cohort.time >= second).sum())
        before = cohort.survival(math.nextafter(second, -1.0))
        if second > first:
            assert at_risk_ratio_possible(n1, n2, EXACTLY(s1), EXACTLY(before))


def every_survival(n: int, d: int, r: int) -> set[Fraction]:
    """All values of S after d events and n - d - r censorings in any order, one at a time."""
    states = {(n, 0): {Fraction(1)}}
    for at_risk in range(n, r, -1):
        for events in range(d + 1):
            for s in states.get((at_risk, events), set()):
                states.setdefault((at_risk - 1, events), set()).add(s)
                states.setdefault((at_risk - 1, events + 1), set()).add(s * Fraction(at_risk - 1, at_risk))
    return states.get((r, d), set())


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_the_band_is_the_span_of_every_order_of_events_and_censorings(n: int) -> None:
    for d in range(n + 1):
        for r in range(n - d + 1):
            values = every_survival(n, d, r)
            band = survival_band(n, d, r)
            assert float(min(values)) == pytest.approx(band.low)
            assert float(max(values)) == pytest.approx(band.high)


@given(st.floats(0, 1), st.integers(1, 30), st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_rates_with_unknown_parts_are_those_that_enumeration_finds(
    rate: float, n: int, total: int, at_risk: int, known: bool
) -> None:
    bands = [
        survival_band(n, d, r) for d in range(min(total, n) + 1) for r in range(n - d + 1) if not known or r == at_risk
    ]
    found = any(band.meets(EXACTLY(rate)) for band in bands)
    assert rate_possible(EXACTLY(rate), n, range(total + 1), at_risk if known else None) == found


def test_band_by_hand() -> None:
    assert survival_band(100, 20, 40) == Interval(40 / 60, 0.8)
    assert survival_band(10, 0, 0) == EXACTLY(1.0)
    assert survival_band(10, 4, 6) == EXACTLY(0.6)  # no censoring: 6/10
    with pytest.raises(ValueError, match="of 10 patients"):
        survival_band(10, 5, 6)


def test_lung() -> None:
    # R: summary(survfit(Surv(time, status) ~ 1, lung), times = c(200, 310, 400, 500)), with the events up to each
    # time and sum(lung$time > t); 228 patients, 165 deaths, median 310
    printed = {200: (72, 144, "0.680"), 310: (107, 83, "0.495"), 400: (126, 57, "0.377"), 500: (138, 41, "0.293")}
    rates = {t: Interval(float(s) - 0.0005, float(s) + 0.0005) for t, (_, _, s) in printed.items()}
    for t, (events, at_risk, _) in printed.items():
        assert rate_possible(rates[t], 228, events, at_risk)
    assert not rate_possible(rates[400], 228, 107, 83)  # a rate read one row too far: 83/190 = .437
    assert not rate_possible(rates[200], 228, 126, 57)
    assert median_possible(228, 165, 83)
    assert at_risk_ratio_possible(144, 83, rates[200], rates[310])
    assert not at_risk_ratio_possible(144, 83, rates[200], rates[400])  # .554 < 83/144 = .576


def test_rates_by_hand() -> None:
    # 10 patients without censoring: multiples of 1/10 only
    assert rate_possible(Interval(0.695, 0.705), 10, 3, 7)
    assert not rate_possible(Interval(0.745, 0.755), 10, 3, 7)
    # 5 events of 50 in all: S can't be 80 % with 30 followed beyond, 30/35 = 86 %
    assert not rate_possible(Interval(0.795, 0.805), 50, range(6), 30)
    assert rate_possible(Interval(0.855, 0.865), 50, range(6), 30)
    assert rate_possible(Interval(0.795, 0.805), 50, range(6))
    assert not rate_possible(Interval(0.795, 0.805), 50, range(1))
    assert not rate_possible(Interval(0.985, 0.995), 50, None, None)  # one event of 50 leaves 98 %
    assert not rate_possible(Interval(0.5, 0.6), 10, 12)


def test_medians_by_hand() -> None:
    # 11 events of 26: at most 11 beyond the median, so 4 of the 26 were censored by it
    assert most_at_risk_at_median(11, 26) == 11
    assert fewest_censored_before_median(26, 11) == 4
    assert most_at_risk_at_median(20, 26) == 13
    assert fewest_censored_before_median(26, 20) == 0
    assert not median_possible(26, 0)
    assert median_possible(26, 11, 11)
    assert not median_possible(26, 11, 12)
    assert not median_possible(26, 20, 14)
    assert not_reached_possible(26, 13)
    assert not not_reached_possible(26, 14)


def test_median_follow_up_by_hand() -> None:
    median, longer = Interval(16.45, 16.55), Interval(21.5, 22.5)
    # survivors followed for longer than the median survival: at least a third of all had the event
    assert median_fits_follow_up(150, 50, median, longer, "survivors")
    assert not median_fits_follow_up(150, 49, median, longer, "survivors")
    assert not median_fits_follow_up(8, 2, median, longer, "survivors")  # 6 survivors, 3 beyond
    assert median_fits_follow_up(9, 3, median, longer, "survivors")
    assert median_fits_follow_up(150, 1, median, Interval(16.0, 17.0), "survivors")
    # everyone's: only at S = 1/2 without censoring. Times 1, 2, 4, 5: median survival 2 by SPSS, plain median 3
    assert median_fits_follow_up(4, 2, EXACTLY(2.0), EXACTLY(3.0), "everyone")
    assert not median_fits_follow_up(4, 1, EXACTLY(2.0), EXACTLY(3.0), "everyone")
    assert not median_fits_follow_up(5, 5, EXACTLY(2.0), EXACTLY(3.0), "everyone")
    assert median_fits_follow_up(5, 1, EXACTLY(3.0), EXACTLY(3.0), "everyone")


def test_limits_of_a_median() -> None:
    assert median_in_limits(EXACTLY(310.0), EXACTLY(285.0), EXACTLY(363.0))
    assert not median_in_limits(EXACTLY(310.0), EXACTLY(311.0), None)
    assert not median_in_limits(EXACTLY(310.0), None, Interval(300.0, 309.0))
    assert median_in_limits(EXACTLY(310.0), None, None)
    # reverse Kaplan-Meier follow-up printed by SPSS: 43.3 (37.3-49.4), 43.3 ± 6.05
    printed = [Interval(value - 0.05, value + 0.05) for value in (43.3, 37.3, 49.4)]
    assert limits_symmetric(*printed) == ["plain"]
    assert limits_symmetric(EXACTLY(20.0), EXACTLY(10.0), EXACTLY(40.0)) == ["log"]
    assert limits_symmetric(EXACTLY(10.0), Interval(9.5, 10.5), Interval(9.5, 10.5)) == ["plain", "log"]
    assert limits_symmetric(EXACTLY(10.0), EXACTLY(-2.0), EXACTLY(22.0)) == ["plain"]
    # R: summary(survfit(Surv(time, status) ~ 1, lung, conf.type = "log-log"))$table: 310, 284, 361
    assert limits_symmetric(EXACTLY(310.0), EXACTLY(284.0), EXACTLY(361.0)) == []


def test_numbers_at_risk_by_hand() -> None:
    def rate(percent: float) -> Interval:
        return Interval((percent - 0.5) / 100, (percent + 0.5) / 100)

    assert at_risk_ratio_possible(100, 60, rate(90), rate(54))  # all 40 had the event: 90 × .6
    assert not at_risk_ratio_possible(100, 60, rate(90), rate(52))
    assert not at_risk_ratio_possible(60, 61, rate(90), rate(80))
    assert not at_risk_ratio_possible(60, 40, rate(80), rate(82))
    assert not at_risk_ratio_possible(60, 60, rate(80), rate(75))
    assert at_risk_ratio_possible(60, 60, rate(80), rate(80))
    assert not at_risk_ratio_possible(10, 5, rate(100), rate(95))  # one event of 10 leaves 90 %
    assert at_risk_ratio_possible(10, 5, rate(100), rate(90))
    assert at_risk_ratio_possible(0, 0, rate(30), rate(30))
