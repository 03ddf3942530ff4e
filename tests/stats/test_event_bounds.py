"""The event bound on 20 000 random cohorts and on adjusted models, against enumeration, and by hand."""

import functools
import math
import time
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from peritrace.interval import Interval
from peritrace.stats.cox import cox
from peritrace.stats.event_bounds import (
    Effect,
    arm_events_allowed,
    continuous_fewest_events,
    fewest_events,
    likely_events,
    likely_total,
    totals_allowed,
)
from peritrace.stats.partial_likelihood import Ties

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
LARGEST = 80
Z = 1.959963984540054
EXACTLY = Interval.exactly


class Cohorts(NamedTuple):
    """Many cohorts side by side, (cohorts, LARGEST) each; who isn't `there` fills a row up."""

    time: Array
    event: Flags
    exposed: Flags
    there: Flags

    def some(self, chosen: slice) -> "Cohorts":
        return Cohorts(self.time[chosen], self.event[chosen], self.exposed[chosen], self.there[chosen])


def random_cohorts(seed: int, number: int) -> Cohorts:
    """Of 4 to 80 patients: light to heavy censoring, none to nearly all times tied, extreme imbalance and effects."""
    rng = np.random.default_rng(seed)
    shape = (number, LARGEST)
    there = np.arange(LARGEST) < rng.integers(4, LARGEST + 1, (number, 1))
    exposed = rng.random(shape) < rng.choice([0.03, 0.1, 0.25, 0.5, 0.75, 0.97], (number, 1))
    effect = rng.choice([0.1, 0.5, 1.0, 2.0, 10.0], (number, 1))
    death = rng.weibull(rng.choice([0.6, 1.0, 2.0], (number, 1)), shape) / np.where(exposed, effect, 1.0)
    censoring = rng.exponential(rng.choice([0.2, 1.0, 5.0], (number, 1)), shape)
    observed = np.minimum(death, censoring)
    grid = rng.choice([0.0, 0.05, 0.5, 2.0], (number, 1))
    tied = np.where(grid > 0, np.ceil(observed / np.where(grid > 0, grid, 1.0)) * grid, observed)
    return Cohorts(np.where(there, tied, -1.0), (death <= censoring) & there, exposed & there, there)


class Fits(NamedTuple):
    coefficient: Array
    std_err: Array
    finite: Flags


def at_risk(cohorts: Cohorts, ties: Ties) -> tuple[Array, Array]:
    """At each patient's event: how many exposed and others are at risk; Efron's share of the tied ones is gone."""
    later = cohorts.time[:, None, :] >= cohorts.time[:, :, None]
    members = np.stack([cohorts.exposed, cohorts.there & ~cohorts.exposed], axis=2).astype(np.float32)
    risk = later.astype(np.float32) @ members
    if ties == "efron":
        same = (cohorts.time[:, None, :] == cohorts.time[:, :, None]) & cohorts.event[:, None, :]
        earlier = np.tril(np.ones((LARGEST, LARGEST), dtype=bool), -1)
        gone = (same & earlier).sum(axis=2) / np.maximum(same.sum(axis=2), 1)
        risk = risk - gone[:, :, None] * (same.astype(np.float32) @ members)
    return risk[:, :, 0].astype(float), risk[:, :, 1].astype(float)


def fit_all(cohorts: Cohorts, ties: Ties) -> Fits:
    """A Cox model with one 0/1 covariate for every cohort: Newton's method, within a bracket, on log HR."""
    parts = [at_risk(cohorts.some(slice(i, i + 1000)), ties) for i in range(0, len(cohorts.time), 1000)]
    exposed, others = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    event = cohorts.event
    deaths = (event & cohorts.exposed).sum(axis=1).astype(float)
    # the score falls from its value at -inf to that at +inf; finite only if it passes 0
    finite = (deaths > (event & (others < 1e-6)).sum(axis=1)) & (deaths < (event & (exposed > 1e-6)).sum(axis=1))
    exposed, others, event, deaths = exposed[finite], others[finite], event[finite], deaths[finite]
    low, high = np.full(len(deaths), -30.0), np.full(len(deaths), 30.0)
    beta = np.zeros(len(deaths))
    for _ in range(60):
        weighted = exposed * np.exp(beta)[:, None]
        p = np.where(event, weighted / np.maximum(weighted + others, 1e-300), 0.0)
        score, information = deaths - p.sum(axis=1), (p * (1 - p)).sum(axis=1)
        low, high = np.where(score > 0, beta, low), np.where(score > 0, high, beta)
        new = beta + score / np.maximum(information, 1e-300)
        new = np.where((new > low) & (new < high), new, (low + high) / 2)
        if np.abs(new - beta).max() < 1e-12:
            break
        beta = new
    return Fits(beta, 1 / np.sqrt(information), finite)


@functools.cache
def cohorts() -> Cohorts:
    return random_cohorts(20240501, 36_000)


@pytest.fixture(scope="module", params=["breslow", "efron"])
def fitted(request: pytest.FixtureRequest) -> tuple[Ties, Fits]:
    return request.param, fit_all(cohorts(), request.param)


def test_the_fit_of_many_cohorts_is_that_of_each(fitted: tuple[Ties, Fits]) -> None:
    ties, fits = fitted
    rows = np.flatnonzero(fits.finite)
    for i in range(0, rows.size, rows.size // 40):
        there = cohorts().there[rows[i]]
        observed, event, exposed = (values[rows[i]][there] for values in cohorts()[:3])
        one = cox(observed, event, exposed.astype(float), ["exposed"], ties=ties)
        assert fits.coefficient[i] == pytest.approx(one.coefficient[0], abs=1e-6)
        assert fits.std_err[i] == pytest.approx(one.std_err[0], rel=1e-5)


def test_no_random_cohort_violates_the_bound(fitted: tuple[Ties, Fits]) -> None:
    fits = fitted[1]
    assert fits.finite.sum() >= 20_000
    drawn, fit = cohorts(), fits.finite
    exposed, event, there = drawn.exposed[fit], drawn.event[fit], drawn.there[fit]
    d1, d2 = (event & exposed).sum(axis=1), (event & ~exposed).sum(axis=1)
    ratio = fits.std_err**2 / (1 / d1 + 1 / d2)
    assert ratio.min() > 1 - 1e-9
    assert ratio.min() < 1.001  # the bound is sharp
    sizes = exposed.sum(axis=1), (there & ~exposed).sum(axis=1)
    for std_err, a, b, n1, n0 in zip(fits.std_err.tolist(), *(v.tolist() for v in (d1, d2, *sizes)), strict=True):
        assert fewest_events(EXACTLY(std_err)) <= a + b
        assert a in arm_events_allowed(EXACTLY(std_err), a + b, n1, n0)


def test_adjustment_and_delayed_entry_keep_the_bound() -> None:
    rng = np.random.default_rng(7)
    fits = 0
    for _ in range(300):
        n = int(rng.integers(15, 80))
        x = np.column_stack([rng.random(n) < rng.choice([0.2, 0.5]), rng.random(n) < 0.4, rng.normal(size=n)])
        x = x.astype(float)
        x[:, 2] += x[:, 0] * rng.choice([0.0, 2.0])  # confounded
        observed = np.ceil(rng.exponential(10, n) * np.exp(-0.5 * x[:, 0])) + 1
        event = rng.random(n) < rng.choice([0.4, 0.9])
        entry = observed * rng.random(n) * 0.5 if rng.random() < 0.5 else None
        d1, d2 = int((event & (x[:, 0] == 1)).sum()), int((event & (x[:, 0] == 0)).sum())
        try:
            fit = cox(
                observed, event, x, ["a", "b", "c"], ties="breslow" if rng.random() < 0.5 else "efron", entry=entry
            )
        except ValueError:
            continue
        if not fit.converged:
            continue
        fits += 1
        assert fit.std_err[0] ** 2 >= (1 / d1 + 1 / d2) * (1 - 1e-9)
        width = float(np.ptp(x[:, 2]))
        assert continuous_fewest_events(EXACTLY(fit.std_err[2]), width) <= d1 + d2
    assert fits > 200


def width(low: float, high: float) -> float:
    return math.log(high / low) / (2 * Z)


@pytest.mark.parametrize(
    ("low", "high", "implied", "true", "fewest"), [(0.527, 1.352, 69.2, 70, 70), (0.580, 1.050, 174.5, 176, 175)]
)
def test_published_trials(low: float, high: float, implied: float, true: int, fewest: int) -> None:
    # two published trials: 4/se² by hand, and the events that the papers report
    std_err = EXACTLY(width(low, high))
    assert 4 / std_err.low**2 == pytest.approx(implied, abs=0.05)
    assert fewest_events(std_err) == fewest <= true


def brute_force(std_err: float, total: int, size: int, other: int) -> list[int]:
    within = range(max(1, total - other), min(total - 1, size) + 1)
    return [d for d in within if 1 / d + 1 / (total - d) <= std_err**2 * (1 + 1e-9)]


@given(st.floats(0.15, 3.0), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_arm_events_are_those_that_enumeration_finds(std_err: float, total: int, size: int, other: int) -> None:
    assert list(arm_events_allowed(EXACTLY(std_err), total, size, other)) == brute_force(std_err, total, size, other)


@given(st.integers(1, 60), st.integers(1, 60))
def test_integers_on_the_bound_are_allowed(d1: int, d2: int) -> None:
    std_err = EXACTLY(math.sqrt(1 / d1 + 1 / d2))
    assert d1 in arm_events_allowed(std_err, d1 + d2, d1, d2)
    assert fewest_events(std_err) <= d1 + d2
    if abs(d1 - d2) <= 1:
        assert fewest_events(std_err) == d1 + d2


@given(st.floats(0.2, 3.0))
def test_fewest_events_is_the_first_total_with_allowed_arms(std_err: float) -> None:
    first = next(total for total in range(1, 200) if brute_force(std_err, total, total, total))
    assert fewest_events(EXACTLY(std_err)) == first


def test_unknown_sizes_and_impossible_totals() -> None:
    std_err = EXACTLY(math.sqrt(0.2))  # 4/se² = 20
    assert fewest_events(std_err) == 20
    assert arm_events_allowed(std_err, 20, None, None) == range(10, 11)
    assert arm_events_allowed(std_err, 19, None, None) == range(0)
    assert arm_events_allowed(std_err, 30, None, None) == range(7, 24)  # 1/7 + 1/23 = .186, 1/6 + 1/24 = .208
    assert arm_events_allowed(std_err, 30, 9, None) == range(7, 10)
    assert arm_events_allowed(std_err, 30, None, 20) == range(10, 24)
    assert arm_events_allowed(std_err, 30, 9, 20) == range(0)


def test_an_arm_without_events_is_allowed_where_the_estimate_ran_away() -> None:
    # R: coxph on 10 events, all in one arm, prints a standard error of thousands
    assert 0 in arm_events_allowed(EXACTLY(2500.0), 10, 20, 20)
    assert fewest_events(EXACTLY(2500.0)) == 1
    assert 0 not in arm_events_allowed(EXACTLY(3.0), 10, 20, 20)
    allowed = totals_allowed([Effect("none", EXACTLY(2500.0), EXACTLY(1e-7), 20, 20, events=0)], 40, total=10)
    assert allowed.conflict == allowed.excluding_total == allowed.excluding_arms == ()


def effect(name: str, d1: float, d2: float, **more: int) -> Effect:
    """A row whose interval is as narrow as d1 and d2 events allow."""
    return Effect(name, EXACTLY(math.sqrt(1 / d1 + 1 / d2)), EXACTLY(1.0), **more)


def test_rows_of_one_model() -> None:
    rows = [effect("a", 20, 20, size=50, other_size=100), effect("b", 10, 40, size=15, other_size=135)]
    allowed = totals_allowed(rows, 150)
    # b: 1/10 + 1/40 = .125; 15 events with the feature leave 1/.0583 = 17.1, so 18 others: 33 in all. a: 4/.1 = 40
    assert [row.fewest for row in allowed.rows] == [40, 33]
    assert (allowed.least, allowed.greatest, allowed.conflict) == (40, 150, ())
    at_45 = totals_allowed(rows, 150, total=45)
    assert at_45.excluding_total == ()
    # a: d1·(45 - d1) >= 450, so 15 to 30; b: d1·(45 - d1) >= 360, so 11 to 34, of 15 patients
    assert [row.arm for row in at_45.rows] == [range(15, 31), range(11, 16)]
    assert totals_allowed(rows, 150, total=39).excluding_total == ("a",)
    assert totals_allowed(rows, 150, total=31).excluding_total == ("a", "b")


def test_printed_arm_events() -> None:
    rows = [effect("wide", 20, 30, size=50, other_size=100, events=11, other_events=32)]
    allowed = totals_allowed(rows, 150)
    assert allowed.excluding_arms == ("wide",)  # 1/11 + 1/32 = .122 > .083
    assert allowed.conflict == ("wide",)
    fine = effect("fine", 11, 32, size=26, other_size=124, events=11, other_events=32)
    other = effect("other", 25, 25, size=75, other_size=75)
    allowed = totals_allowed([fine, effect("broad", 5, 5), other], 150)
    assert allowed.rows[0].totals == range(43, 44)
    assert (allowed.least, allowed.greatest) == (None, None)
    assert set(allowed.conflict) == {"fine", "other"}
    one = effect("one", 20, 20, size=75, other_size=75, events=15)
    assert totals_allowed([one], 150).rows[0].totals == range(45, 91)  # 1/15 + 1/30 = .1, or all 75 others
    assert totals_allowed([one], 150, total=44).excluding_arms == ("one",)
    assert totals_allowed([one], 150, total=45).excluding_arms == ()


def test_patients_with_a_missing_feature_may_have_had_events() -> None:
    row = effect("a", 20, 20, size=30, other_size=30)
    assert totals_allowed([row], 100, total=95).excluding_total == ()
    assert totals_allowed([row], 60, total=61).excluding_total == ("a",)
    # with all features known, 60 events are all 30 + 30; with 40 unknown, 1/15 + 1/30 = .1 is the extreme
    assert totals_allowed([row], 60, total=60).rows[0].arm == range(30, 31)
    assert totals_allowed([row], 100, total=60).rows[0].arm == range(15, 31)


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.floats(0.5, 1.6), st.booleans(), st.booleans()),
        min_size=1,
        max_size=3,
    ),
    st.integers(12, 14),
)
def test_totals_are_those_that_enumeration_finds(rows: list[tuple[int, int, float, bool, bool]], patients: int) -> None:
    effects, per_row = [], []
    for n1, n0, std_err, has_first, has_second in rows:
        events, others = n1 // 2 if has_first else None, n0 // 2 if has_second else None
        effects.append(Effect("r", EXACTLY(std_err), EXACTLY(1.0), n1, n0, events, others))
        pairs = [
            (a, b)
            for a in range(1, n1 + 1)
            for b in range(1, n0 + 1)
            if 1 / a + 1 / b <= std_err**2 * (1 + 1e-9) and events in (None, a) and others in (None, b)
        ]
        missing = patients - n1 - n0
        per_row.append({a + b + m for a, b in pairs for m in range(missing + 1)})
    common = set.intersection(*per_row)
    allowed = totals_allowed(effects, patients)
    if common:
        assert allowed.conflict == ()
        assert common == set(range(allowed.least or 0, (allowed.greatest or 0) + 1))
    else:
        assert allowed.least is None
        assert 1 <= len(allowed.conflict) <= 2


def test_a_table_of_13_rows_takes_less_than_2_ms() -> None:
    rows = [effect(str(i), 5 + i, 40, size=20 + i, other_size=130 - i) for i in range(13)]
    durations = []
    for _ in range(30):
        start = time.perf_counter()
        totals_allowed(rows, 150, total=70)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.002


def test_likely_events_of_a_small_arm() -> None:
    # hand: HR .188, 26 of 150: π = 4.888/128.888 = .03792; 1/(π(1-π)) = 27.41; se = .5925 → 78.1, of which 2.96 with it
    std_err = EXACTLY(width(0.059, 0.602))
    likely = likely_events(EXACTLY(0.188), std_err, 26, 124)
    assert likely.share.low == pytest.approx(0.03792, abs=1e-5)
    assert likely.total == pytest.approx(78.1, abs=0.1)
    assert likely.events == pytest.approx(2.96, abs=0.01)
    assert (likely.totals.low, likely.totals.high) == pytest.approx((0.85 * 78.06, 1.2 * 78.06), rel=1e-3)
    # half as long a follow-up, half the share of the events
    assert likely_events(EXACTLY(0.188), std_err, 26, 124, 0.5).share.low == pytest.approx(2.444 / 126.444)


def test_the_likely_band_about_an_even_share_starts_at_4() -> None:
    likely = likely_events(Interval(0.9, 1.1), Interval(0.19, 0.21), 50, 50)
    assert likely.totals.low == pytest.approx(0.85 * 4 / 0.21**2)
    assert likely.totals.high == pytest.approx(1.2 * (2 + 1.1 + 1 / 1.1) / 0.19**2, rel=0.01)


def brute_likely(row: Effect, patients: int) -> set[int]:
    assert row.size is not None
    assert row.other_size is not None
    found = set()
    for a in range(1, row.size + 1):
        for b in range(1, row.other_size + 1):
            used = (1 / a + 1 / b) / row.std_err.low**2
            odds = a / b / (row.ratio.low * row.size / row.other_size)
            if 0.773 - 1e-7 <= used <= 1 + 1e-7 and 0.5 - 1e-7 <= odds <= 2 + 1e-7:
                found.add(a + b)
    return {total for total in found if total <= patients}


@given(st.floats(0.2, 5.0), st.floats(0.25, 1.5), st.integers(3, 40), st.integers(3, 40))
def test_likely_total_of_one_row_is_among_those_that_enumeration_finds(
    ratio: float, std_err: float, n1: int, n0: int
) -> None:
    row = Effect("r", EXACTLY(std_err), EXACTLY(ratio), n1, n0)
    found = brute_likely(row, n1 + n0)
    likely = likely_total([row], n1 + n0)
    assert bool(found) == (likely.rows == 1)
    assert set(likely.totals) <= found
    assert (likely.outside == ()) == bool(found)


def test_likely_total_names_the_row_with_a_misprint() -> None:
    # 70 events of 150 patients; the last row's interval is as narrow as 300 events would give
    rows = [
        Effect(
            str(n1), EXACTLY(math.sqrt(70 / (d1 * (70 - d1)))), EXACTLY(d1 * (150 - n1) / (70 - d1) / n1), n1, 150 - n1
        )
        for n1, d1 in ((30, 12), (50, 30), (75, 35), (100, 44))
    ]
    misprint = Effect("misprint", EXACTLY(math.sqrt(4 / 300)), EXACTLY(1.0), 75, 75)
    likely = likely_total([*rows, misprint], 150)
    assert 70 in likely.totals
    assert likely.rows == 4
    assert likely.outside == ("misprint",)
    assert likely_total([misprint], 150).totals == range(0)
    assert likely_total([], 150).rows == 0


def test_refusals() -> None:
    with pytest.raises(ValueError, match="not positive"):
        fewest_events(EXACTLY(0.0))
    with pytest.raises(ValueError, match="span"):
        continuous_fewest_events(EXACTLY(0.5), 0.0)
    with pytest.raises(ValueError, match="must be positive"):
        likely_events(EXACTLY(1.0), EXACTLY(0.5), 0, 10)


def test_continuous_covariate_by_hand() -> None:
    # per year over 40 years with se .02: 4/(1600 × .0004) = 6.25
    assert continuous_fewest_events(EXACTLY(0.02), 40.0) == 7
