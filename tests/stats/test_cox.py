"""Cox regression against R's coxph, lifelines, statsmodels and firthmodels, and the laws of the partial likelihood."""

import math
import random
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from peritrace.stats.cox import CoxFit, cox, cox_firth
from peritrace.stats.partial_likelihood import PartialLikelihood, Ties
from tests.stats.regression_reference import Case, data_set, label, numbers, patients, reference, table

ESTIMATES = ["coefficient", "std_err", "conf_low", "conf_high", "wald_p"]
WHOLE_MODEL = ["log_likelihood", "log_likelihood_null", "likelihood_ratio_p", "score_p"]


def fit_case(case: Case) -> CoxFit:
    rows = patients(case)
    return cox(
        rows["time"],
        rows["event"],
        table(rows, case["covariates"]),
        case["covariates"],
        ties=case["ties"],
        entry=rows["entry"] if case["entry"] else None,
    )


@pytest.mark.parametrize("case", [c for c in reference()["cox"] if not c["endless"]], ids=label)
def test_equals_coxph(case: Case) -> None:
    # R: coxph(Surv(entry, time, event) ~ …, ties = …, control = coxph.control(eps = 1e-12))
    fit = fit_case(case)
    assert fit.converged
    assert fit.warning == ""
    for name in ESTIMATES + WHOLE_MODEL:
        assert getattr(fit, name) == pytest.approx(numbers(case[name]), rel=1e-8), name
    assert fit.hazard_ratio == pytest.approx(np.exp(numbers(case["coefficient"])), rel=1e-8)
    assert fit.p_value == fit.wald_p
    assert (fit.n, fit.n_event) == (case["n"], case["n_event"])


@pytest.mark.parametrize("case", [c for c in reference()["cox"] if c["endless"]], ids=label)
def test_says_so_where_coxph_warns_of_an_infinite_coefficient(case: Case) -> None:
    # R: "Loglik converged before variable 1; coefficient may be infinite"
    fit = fit_case(case)
    endless = np.isinf(fit.coefficient)
    assert endless.any()
    assert not fit.converged
    assert fit.warning.endswith("the maximum likelihood estimate is infinite; see Firth's estimate")
    # R stops at a finite coefficient of the same sign
    assert np.sign(fit.coefficient)[endless].tolist() == np.sign(numbers(case["coefficient"]))[endless].tolist()
    for values in (fit.std_err, fit.conf_low, fit.conf_high, fit.wald_p, fit.p_value):
        assert np.isnan(values).tolist() == endless.tolist()
    assert set(np.array(fit.hazard_ratio)[endless]) <= {0.0, math.inf}
    for name in WHOLE_MODEL:
        assert getattr(fit, name) == pytest.approx(case[name], rel=1e-8), name


@pytest.mark.parametrize("case", reference()["cox_firth"], ids=label)
def test_firth_equals_loops_over_the_risk_sets_in_r(case: Case) -> None:
    rows = patients(case)
    fit = cox_firth(rows["time"], rows["event"], table(rows, case["covariates"]), case["covariates"], ties=case["ties"])
    assert fit.converged
    for name in ["coefficient", "std_err", "conf_low", "conf_high", "p_value", *WHOLE_MODEL[:3]]:
        assert getattr(fit, name) == pytest.approx(numbers(case[name]), rel=1e-8), name


SIX_AND_SIX: dict[str, Any] = {
    "time": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    "event": [1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    "covariates": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    "names": ["arm"],
}


def test_an_arm_without_events() -> None:
    # measured with R and firthmodels: LR P .0007, log-rank P .0015, Firth 28.7 (2.9 to 3881), PLR P .0020
    plain, firth = cox(**SIX_AND_SIX), cox_firth(**SIX_AND_SIX)
    assert plain.warning.startswith("no events in arm = 0: ")
    assert plain.hazard_ratio == (math.inf,)
    assert round(plain.likelihood_ratio_p, 4) == 0.0007
    assert round(plain.score_p, 4) == 0.0015
    assert round(firth.hazard_ratio[0], 1) == 28.7
    assert round(firth.conf_low[0], 1) == 2.9
    assert round(firth.conf_high[0]) == 3881
    assert round(firth.p_value[0], 4) == 0.0020
    assert firth.score_p == plain.score_p


def test_perfect_order_by_a_marker_with_a_wide_range() -> None:
    # the marker is highest in every risk set, by a thousandth of its range: exp(coefficient × marker) overflows
    time, event, marker = [1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0], [1200, 35, 34, 33.9, 12, 1]
    plain, firth = cox(time, event, marker, ["CA-125"]), cox_firth(time, event, marker, ["CA-125"])
    assert plain.warning.startswith("CA-125 tells the patients with an event apart from all others: ")
    assert plain.log_likelihood == pytest.approx(0, abs=1e-9)  # both deaths were certain to come first
    assert plain.log_likelihood_null == pytest.approx(-math.log(6) - math.log(5))
    assert firth.converged
    assert firth.conf_low[0] < firth.hazard_ratio[0] < firth.conf_high[0] < 1.01


def test_equals_lifelines() -> None:
    import pandas as pd
    from lifelines import CoxPHFitter

    names = ["age", "year", "surgery", "transplant"]
    rows = data_set("heart")
    frame = pd.DataFrame({name: rows[name] for name in ["time", "event", "entry", *names]})
    theirs = CoxPHFitter().fit(frame, "time", "event", entry_col="entry", fit_options={"precision": 1e-12})
    ours = cox(rows["time"], rows["event"], table(rows, names), names, entry=rows["entry"])
    assert ours.coefficient == pytest.approx(theirs.params_.to_numpy(), rel=1e-7)
    assert ours.std_err == pytest.approx(theirs.standard_errors_.to_numpy(), rel=1e-7)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_equals_statsmodels(ties: Ties) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    names = ["age", "year", "surgery", "transplant"]
    rows = data_set("heart")
    # statsmodels counts a patient as at risk at the very time of entry, R from after it on: hence the quarter day
    theirs = PHReg(rows["time"], table(rows, names), status=rows["event"], entry=rows["entry"] + 0.25, ties=ties).fit()
    ours = cox(rows["time"], rows["event"], table(rows, names), names, ties=ties, entry=rows["entry"])
    assert ours.coefficient == pytest.approx(theirs.params, rel=1e-8)
    assert ours.std_err == pytest.approx(theirs.bse, rel=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-12)


def test_firth_equals_firthmodels() -> None:
    from firthmodels import FirthCoxPH

    names = ["age", "resid", "rx"]
    rows = data_set("ovarian")
    theirs = FirthCoxPH(gtol=1e-7, xtol=1e-8).fit(table(rows, names), (rows["event"] == 1, rows["time"]))
    theirs.lrt()
    limits = np.exp(theirs.conf_int(method="pl"))
    ours = cox_firth(rows["time"], rows["event"], table(rows, names), names)
    assert ours.coefficient == pytest.approx(theirs.coef_, rel=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.loglik_, rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.lrt_pvalues_, rel=1e-8)
    assert ours.conf_low == pytest.approx(limits[:, 0], rel=1e-4)  # it stops the search for a limit early
    assert ours.conf_high == pytest.approx(limits[:, 1], rel=1e-4)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_splitting_the_event_times_changes_nothing(ties: Ties) -> None:
    rows = data_set("heart")
    x = table(rows, ["age", "surgery"])
    whole = PartialLikelihood.of(rows["time"], rows["event"] == 1, x, ties, rows["entry"])
    at = np.array([0.03, -0.6])
    early, late = whole.halves
    assert (early.at(at).value + late.at(at).value) == pytest.approx(whole.at(at).value, rel=1e-12)
    assert early.at(at).information + late.at(at).information == pytest.approx(whole.at(at).information, rel=1e-10)


def test_gradient_information_and_slope_are_derivatives() -> None:
    # each against central differences of the one before it
    rows = data_set("ovarian")
    likelihood = PartialLikelihood.of(
        np.ceil(rows["time"] / 100), rows["event"] == 1, table(rows, ["age", "rx"]), "efron"
    )
    at, h = np.array([0.1, -0.4]), 1e-5
    here = likelihood.at(at, slope=True)
    assert here.slope is not None
    for j, unit in enumerate(np.eye(2) * h):
        up, down = likelihood.at(at + unit), likelihood.at(at - unit)
        assert here.gradient[j] == pytest.approx((up.value - down.value) / (2 * h), rel=1e-6)
        assert here.information[j] == pytest.approx(-(up.gradient - down.gradient) / (2 * h), rel=1e-6)
        assert here.slope[j] == pytest.approx((up.information - down.information) / (2 * h), rel=1e-5, abs=1e-7)


Cohort = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    """6 to 20 patients with tied times, two covariates and an entry time."""
    n = draw(st.integers(6, 20))
    time = draw(st.lists(st.integers(2, 12), min_size=n, max_size=n))
    event = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    arm = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    age = draw(st.lists(st.integers(40, 80), min_size=n, max_size=n))
    early = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    assume(sum(event) >= 2 and len(set(arm)) == 2 and len(set(age)) >= 3)
    return (
        np.array(time, float),
        np.array(event),
        np.column_stack([arm, age]).astype(float),
        np.array(time, float) * np.array(early) / 2,
    )


def fitted(cohort: Cohort, covariates: NDArray[np.float64] | None = None, ties: Ties = "efron") -> CoxFit:
    time, event, own, entry = cohort
    try:
        return cox(time, event, own if covariates is None else covariates, ["arm", "age"], ties, entry)
    except ValueError:  # no information about one covariate
        reject()


def assert_same(one: CoxFit, other: CoxFit) -> None:
    for name in ["coefficient", *WHOLE_MODEL]:
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6, abs=1e-8, nan_ok=True), name


@settings(max_examples=40, deadline=None)
@given(cohorts(), st.randoms(use_true_random=False), st.sampled_from(["efron", "breslow"]))
def test_the_order_of_patients_does_not_matter(cohort: Cohort, chance: random.Random, ties: Ties) -> None:
    order = list(range(len(cohort[0])))
    chance.shuffle(order)
    shuffled = (cohort[0][order], cohort[1][order], cohort[2][order], cohort[3][order])
    assert_same(fitted(cohort, ties=ties), fitted(shuffled, ties=ties))


@settings(max_examples=40, deadline=None)
@given(cohorts(), st.sampled_from([0.001, 12.0, 365.25]), st.floats(-100, 100))
def test_the_unit_of_a_covariate_only_rescales_its_coefficient(cohort: Cohort, unit: float, shift: float) -> None:
    fit = fitted(cohort)
    other = fitted(cohort, np.column_stack([cohort[2][:, 0], cohort[2][:, 1] * unit + shift]))
    assume(fit.converged)
    assert np.array(other.coefficient) * [1, unit] == pytest.approx(fit.coefficient, rel=1e-6, abs=1e-8)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(cohorts())
def test_exchanging_the_arms_turns_the_ratio_round(cohort: Cohort) -> None:
    fit = fitted(cohort)
    other = fitted(cohort, np.column_stack([1 - cohort[2][:, 0], cohort[2][:, 1]]))
    assert -other.coefficient[0] == pytest.approx(fit.coefficient[0], rel=1e-6, abs=1e-8)
    assert other.likelihood_ratio_p == pytest.approx(fit.likelihood_ratio_p, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(cohorts())
def test_only_the_order_of_times_counts(cohort: Cohort) -> None:
    time, event, x, entry = cohort
    assert_same(fitted(cohort), fitted((time**2, event, x, entry**2)))


@settings(max_examples=40, deadline=None)
@given(cohorts())
def test_breslow_equals_efron_without_ties(cohort: Cohort) -> None:
    time, event, x, entry = cohort
    untied = (time + np.arange(len(time)) / 100, event, x, entry)
    assert_same(fitted(untied, ties="efron"), fitted(untied, ties="breslow"))


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_infinite_exactly_when_a_direction_puts_every_event_first(cohort: Cohort) -> None:
    # by linear programming: a combination of covariates of which nobody at risk has more than the one who dies
    time, event, x, entry = cohort
    fit = fitted(cohort)
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    lead = np.array(
        [
            scaled[dies] - scaled[other]
            for dies in np.flatnonzero(event)
            for other in np.flatnonzero((entry < time[dies]) & (time >= time[dies]))
        ]
    )
    best = linprog(-lead.sum(axis=0), A_ub=-lead, b_ub=np.zeros(len(lead)), bounds=[(-1, 1)] * 2)
    assert np.isinf(fit.coefficient).any() == (lead.sum(axis=0) @ best.x > 1e-7)
    assert fit.converged != np.isinf(fit.coefficient).any()


@settings(max_examples=30, deadline=None)
@given(cohorts(), st.sampled_from(["efron", "breslow"]))
def test_firth_is_always_finite_and_inside_its_limits(cohort: Cohort, ties: Ties) -> None:
    time, event, x, _ = cohort
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = cox_firth(time, event, x, ["arm", "age"], ties)
        except ValueError:
            reject()
    assert fit.converged
    low, ratio, high = np.array(fit.conf_low), np.array(fit.hazard_ratio), np.array(fit.conf_high)
    assert np.all((low > 0) & (low < ratio) & (ratio < high) & np.isfinite(high))
    # the limits leave out 1 exactly when P is below .05
    assert ((low > 1) | (high < 1)).tolist() == (np.array(fit.p_value) < 0.05).tolist()


GOOD: dict[str, Any] = {"time": [1.0, 2, 3, 4], "event": [1, 0, 1, 1], "covariates": [0, 1, 1, 0], "names": ["arm"]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"event": [0, 0, 0, 0]}, "no event among 4 patients"),
        ({"event": [1, 2, 1, 2]}, "the event must be 0 or 1"),
        ({"event": [1, 0, 1, np.nan]}, "the event must be 0 or 1"),
        ({"time": [1, 2, 3]}, "the time must be a number of at least 0 for each of the 4 patients"),
        ({"time": [1, 2, -3, 4]}, "the time must be a number of at least 0"),
        ({"time": [1, 2, np.nan, 4]}, "the time must be a number of at least 0"),
        ({"entry": [0, 2, 0, 0]}, "a patient enters at or after the end of follow-up"),
        ({"covariates": [0, 1, np.nan, 1]}, "arm has missing or infinite values"),
        ({"covariates": [1, 1, 1, 1]}, "arm has the same value in every patient; leave it out"),
        ({"event": [0, 0, 1, 1], "covariates": [1, 1, 0, 0]}, "arm has the same value in every patient at risk"),
        ({"covariates": [[0, 1], [1, 3], [1, 3], [0, 1]], "names": ["arm", "dose"]}, "of the covariates arm, dose one"),
        ({"covariates": [[0, 1], [1, 3], [1, 3], [0, 1]]}, "1 covariate names and 4 patients don't fit"),
        (
            {"covariates": [[0, 1], [1, 3], [1, 3], [0, 1]], "names": ["arm", "arm"]},
            "two covariates bear the same name",
        ),
        ({"ties": "exact"}, "ties are handled by 'efron' or 'breslow'"),
        ({"level": 95}, "a confidence level lies between 0 and 1"),
    ],
)
def test_refuses_what_cannot_be_estimated(change: dict[str, object], sentence: str) -> None:
    for estimate in (cox, cox_firth):
        with pytest.raises(ValueError, match=sentence):
            estimate(**(GOOD | change))
