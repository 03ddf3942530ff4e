"""Logistic regression against R's glm and firthmodels, hand counts, and the laws of the likelihood."""

import math
import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from peritrace.stats.association import chi_square
from peritrace.stats.logistic import LogisticFit, logistic, logistic_firth
from tests.stats.regression_reference import Case, data_set, label, numbers, patients, reference, table

ESTIMATES = ["coefficient", "std_err", "conf_low", "conf_high", "wald_p"]
WHOLE_MODEL = ["log_likelihood", "log_likelihood_null", "likelihood_ratio_p", "score_p"]


def fit_case(case: Case) -> LogisticFit:
    rows = patients(case)
    return logistic(rows[case["outcome"]], table(rows, case["covariates"]), case["covariates"])


@pytest.mark.parametrize("case", [c for c in reference()["logistic"] if not c["endless"]], ids=label)
def test_equals_glm(case: Case) -> None:
    # R: glm(y ~ …, binomial, control = glm.control(epsilon = 1e-14)); anova(null, fit, test = "Rao")
    fit = fit_case(case)
    assert fit.converged
    assert fit.warning == ""
    for name in ESTIMATES + WHOLE_MODEL:
        assert getattr(fit, name) == pytest.approx(numbers(case[name]), rel=1e-8), name
    assert fit.intercept == pytest.approx(case["intercept"], rel=1e-8)
    assert fit.odds_ratio == pytest.approx(np.exp(numbers(case["coefficient"])), rel=1e-8)
    assert fit.p_value == fit.wald_p


@pytest.mark.parametrize("case", [c for c in reference()["logistic"] if c["endless"]], ids=label)
def test_says_so_where_glm_runs_away(case: Case) -> None:
    fit = fit_case(case)
    assert np.isinf(fit.coefficient).any()
    assert not fit.converged
    assert fit.warning.endswith("the maximum likelihood estimate is infinite; see Firth's estimate")
    assert np.isnan(fit.p_value).tolist() == np.isinf(fit.coefficient).tolist()
    assert math.isnan(fit.intercept)
    for name in WHOLE_MODEL:
        # glm creeps towards the likelihood of the limit and stops about 1e-9 short of it
        assert getattr(fit, name) == pytest.approx(case[name], rel=1e-7, abs=1e-8), name


@pytest.mark.parametrize("case", reference()["logistic_firth"], ids=label)
def test_firth_equals_the_closed_form_in_r(case: Case) -> None:
    rows = patients(case)
    fit = logistic_firth(rows[case["outcome"]], table(rows, case["covariates"]), case["covariates"])
    assert fit.converged
    for name in ["coefficient", "std_err", "conf_low", "conf_high", "p_value", *WHOLE_MODEL[:3]]:
        assert getattr(fit, name) == pytest.approx(numbers(case[name]), rel=1e-8), name


def test_firth_equals_firthmodels() -> None:
    from firthmodels import FirthLogisticRegression

    names = ["age", "rx"]
    rows = data_set("ovarian")
    theirs = FirthLogisticRegression(gtol=1e-7, xtol=1e-8).fit(table(rows, names), rows["event"])
    theirs.lrt()
    limits = np.exp(theirs.conf_int(method="pl"))
    ours = logistic_firth(rows["event"], table(rows, names), names)
    assert ours.coefficient == pytest.approx(theirs.coef_, rel=1e-7)
    assert ours.intercept == pytest.approx(theirs.intercept_, rel=1e-7)
    assert ours.log_likelihood == pytest.approx(theirs.loglik_, rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.lrt_pvalues_[:2], rel=1e-7)
    assert ours.conf_low == pytest.approx(limits[:2, 0], rel=1e-4)  # it stops the search for a limit early
    assert ours.conf_high == pytest.approx(limits[:2, 1], rel=1e-4)


def fourfold(a: int, b: int, c: int, d: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Outcome and exposure of a exposed cases, b exposed controls, c other cases, d other controls."""
    return np.repeat([1.0, 0, 1, 0], [a, b, c, d]), np.repeat([1.0, 1, 0, 0], [a, b, c, d])


def test_a_fourfold_table_by_hand() -> None:
    # odds ratio ad/bc, Woolf's standard error, and Firth's estimate = ½ added to every cell
    y, x = fourfold(12, 5, 29, 41)
    fit, firth = logistic(y, x, ["exposed"]), logistic_firth(y, x, ["exposed"])
    assert fit.odds_ratio[0] == pytest.approx(12 * 41 / (5 * 29))
    assert fit.std_err[0] == pytest.approx(math.sqrt(1 / 12 + 1 / 5 + 1 / 29 + 1 / 41))
    assert fit.score_p == pytest.approx(chi_square([[12, 5], [29, 41]]).p_value)
    assert firth.odds_ratio[0] == pytest.approx(12.5 * 41.5 / (5.5 * 29.5))


@pytest.mark.parametrize(
    ("counts", "reason", "odds_ratio", "firth"),
    [
        ((0, 6, 4, 5), "no events in drain = 1: ", 0.0, 0.5 * 5.5 / (6.5 * 4.5)),
        ((6, 0, 4, 5), "only events in drain = 1: ", math.inf, 6.5 * 5.5 / (0.5 * 4.5)),
        ((5, 0, 0, 5), "only events in drain = 1: ", math.inf, 5.5 * 5.5 / (0.5 * 0.5)),
    ],
)
def test_an_empty_cell(counts: tuple[int, int, int, int], reason: str, odds_ratio: float, firth: float) -> None:
    y, x = fourfold(*counts)
    fit = logistic(y, x, ["drain"])
    assert reason in fit.warning
    assert fit.odds_ratio == (odds_ratio,)
    assert logistic_firth(y, x, ["drain"]).odds_ratio[0] == pytest.approx(firth)


def test_separation_by_a_continuous_covariate() -> None:
    fit = logistic([0, 0, 0, 1, 1, 1], [1.0, 2, 3, 4, 5, 6], ["PCI"])
    assert fit.warning.startswith("PCI tells the patients with an event apart from all others: ")
    assert fit.log_likelihood == pytest.approx(0, abs=1e-9)
    assert fit.log_likelihood_null == pytest.approx(-6 * math.log(2))


Patients = tuple[NDArray[np.float64], NDArray[np.float64]]


@st.composite
def samples(draw: st.DrawFn) -> Patients:
    """An outcome and two covariates of 8 to 24 patients."""
    n = draw(st.integers(8, 24))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    arm = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    age = draw(st.lists(st.integers(40, 80), min_size=n, max_size=n))
    assume(2 <= sum(y) <= n - 2 and 2 <= sum(arm) <= n - 2 and len(set(age)) >= 4)
    x = np.column_stack([arm, age]).astype(float)
    assume(np.linalg.matrix_rank(np.column_stack([np.ones(n), x])) == 3)
    return np.array(y, float), x


@settings(max_examples=15, deadline=None)
@given(samples(), st.randoms(use_true_random=False), st.sampled_from([0.01, 365.25]))
def test_neither_order_nor_unit_matters(sample: Patients, chance: random.Random, unit: float) -> None:
    y, x = sample
    order = list(range(len(y)))
    chance.shuffle(order)
    for estimate in (logistic, logistic_firth):
        fit, other = estimate(y, x, ["arm", "age"]), estimate(y[order], x[order] * [1, unit], ["arm", "age"])
        if fit.converged:
            assert np.array(other.coefficient) * [1, unit] == pytest.approx(fit.coefficient, rel=1e-6, abs=1e-8)
            assert other.p_value == pytest.approx(fit.p_value, rel=1e-6)
        assert other.likelihood_ratio_p == pytest.approx(fit.likelihood_ratio_p, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(samples())
def test_exchanging_outcome_or_arm_turns_the_ratio_round(sample: Patients) -> None:
    y, x = sample
    for estimate in (logistic, logistic_firth):
        fit = estimate(y, x, ["arm", "age"])
        other_outcome = estimate(1 - y, x, ["arm", "age"])
        other_arm = estimate(y, np.column_stack([1 - x[:, 0], x[:, 1]]), ["arm", "age"])
        assert -np.array(other_outcome.coefficient) == pytest.approx(fit.coefficient, rel=1e-6, abs=1e-8)
        assert -other_arm.coefficient[0] == pytest.approx(fit.coefficient[0], rel=1e-6, abs=1e-8)
        if fit.converged:
            assert other_arm.intercept == pytest.approx(fit.intercept + fit.coefficient[0], rel=1e-6, abs=1e-7)


@settings(max_examples=50, deadline=None)
@given(samples())
def test_infinite_exactly_when_a_direction_separates(sample: Patients) -> None:
    # by linear programming (Konis): a combination of covariates that is at least 0 for events and at most 0 for others
    y, x = sample
    fit = logistic(y, x, ["arm", "age"])
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    towards = np.column_stack([np.ones(len(y)), scaled]) * np.where(y == 1, 1, -1)[:, None]
    best = linprog(-towards.sum(axis=0), A_ub=-towards, b_ub=np.zeros(len(y)), bounds=[(-1, 1)] * 3)
    assert np.isinf(fit.coefficient).any() == (towards.sum(axis=0) @ best.x > 1e-7)
    assert fit.converged != np.isinf(fit.coefficient).any()


@settings(max_examples=20, deadline=None)
@given(samples())
def test_firth_is_always_finite_and_inside_its_limits(sample: Patients) -> None:
    fit = logistic_firth(*sample, ["arm", "age"])
    assert fit.converged
    low, ratio, high = np.array(fit.conf_low), np.array(fit.odds_ratio), np.array(fit.conf_high)
    assert np.all((low > 0) & (low < ratio) & (ratio < high) & np.isfinite(high))
    assert ((low > 1) | (high < 1)).tolist() == (np.array(fit.p_value) < 0.05).tolist()


@pytest.mark.parametrize(
    ("y", "x", "sentence"),
    [
        ([0, 0, 0, 0], [1, 2, 3, 4], "0 events among 4 patients: an odds ratio needs both outcomes"),
        ([1, 1, 1, 1], [1, 2, 3, 4], "4 events among 4 patients: an odds ratio needs both outcomes"),
        ([1, 2, 1, 2], [1, 2, 3, 4], "the outcome must be 0 or 1 for every patient"),
        ([0, 1, 0, 1], [1, 1, 1, 1], "PCI has the same value in every patient"),
        ([0, 1, 0, 1], [1, 2, np.inf, 4], "PCI has missing or infinite values"),
        ([0, 1, 0, 1], [1, 2, 3], "1 covariate names and 4 patients don't fit"),
    ],
)
def test_refuses_what_cannot_be_estimated(y: list[float], x: list[float], sentence: str) -> None:
    for estimate in (logistic, logistic_firth):
        with pytest.raises(ValueError, match=sentence):
            estimate(y, x, ["PCI"])


def test_refuses_dependent_covariates() -> None:
    with pytest.raises(ValueError, match="of the covariates arm, dose one follows from the others"):
        logistic([0, 1, 0, 1, 1], [[0, 1], [1, 3], [1, 3], [0, 1], [0, 1]], ["arm", "dose"])
