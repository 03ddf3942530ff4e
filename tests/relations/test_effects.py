"""Ratios with limits and P on made-up tables: Wald by hand, the way of a table told by its rows, and events."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from peritrace.relations.relation import FITS, IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL
from tests.relations.made_up import (
    ARM,
    arms,
    cell,
    checked,
    claim,
    effect,
    events,
    outcome,
    printed_by,
    size,
    source,
)

# Of no data: log ratio and standard error
ESTIMATES = {"Age": (0.5, 0.20), "Sex": (-0.3, 0.25), "Stage": (0.9, 0.30), "Grade": (0.1, 0.35), "Site": (-0.7, 0.28)}


def row(name, beta, se, level=0.95, tails=2, **more):
    z = norm.ppf(0.5 + level / 2)
    numbers = [f"{math.exp(beta + k * se):.3f}" for k in (0, -z, z)]
    return effect(name, *numbers, f"{tails * norm.sf(abs(beta / se)):.3f}", **more)


def table(change=None, **way):
    """Five rows printed in one way, then what is wrong or different."""
    return source([row(name, *estimate, **way) for name, estimate in ESTIMATES.items()], change or [])


# A row by itself


def test_wald_limits_and_p_fit():
    # exp(.5) = 1.649, exp(.5 ± .392) = 1.114 and 2.440, z = 2.5
    found = outcome(source(effect("Age", "1.649", "1.114", "2.440", "0.012")), "limits")
    assert (found.grade, found.convention) == (FITS, "")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(0.1, 0.8)), min_size=1, max_size=5),
    st.integers(2, 3),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_rounding_is_never_an_error(estimates, decimals, rounding):
    def text(value, digits=decimals):
        return str(Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding))

    rows = []
    for place, (beta, se) in enumerate(estimates):
        ends = [text(math.exp(beta + k * 1.959964 * se)) for k in (0, -1, 1)]
        rows.append(effect(f"Factor {place}", *ends, text(2 * norm.sf(abs(beta / se)), 3)))
    assert {found.outcome.grade for found in checked(source(rows), "limits")} <= {FITS}


def test_any_two_parts_are_held_against_each_other():
    assert outcome(source(effect("Age", "1.649", p="0.012")), "limits").grade == FITS
    assert outcome(source(effect("Age", low="1.114", high="2.440")), "limits").grade == FITS
    assert checked(source(effect("Age", "1.649")), "limits") == []


def test_a_lower_limit_above_the_upper_is_impossible():
    found = outcome(source(effect("Age", "1.649", "2.440", "1.114", "0.012")), "limits")
    assert found.grade == IMPOSSIBLE
    assert "the limits exchanged" in found.explanation


def test_a_ratio_outside_its_limits_is_impossible():
    found = outcome(source(effect("Age", "0.607", "1.114", "2.440", "0.012")), "limits")
    assert found.grade == IMPOSSIBLE
    assert "its reciprocal" in found.explanation


def test_a_p_value_beyond_one_is_impossible():
    bad = source(effect("Age", "1.649", "1.114", "2.440", "1.012"))
    found = outcome(bad, "limits")
    assert found.grade == IMPOSSIBLE
    assert printed_by(bad, found.suspects) == ["1.012"]


def test_a_misprinted_limit_does_not_fit():
    found = outcome(table(effect("HBV", "1.720", "1.104", "2.919", "0.044")), "limits", "HBV")
    assert found.grade == NOT_REPRODUCIBLE
    assert "1.79" in found.explanation  # √(1.104 × 2.919)
    assert "Wald" in found.assumption


def test_a_misprinted_p_value_is_itself_suspect():
    bad = table(effect("HBV", "1.720", "1.014", "2.919", "0.440"))
    found = outcome(bad, "limits", "HBV")
    assert found.grade == NOT_REPRODUCIBLE
    assert printed_by(bad, found.suspects) == ["0.440"]
    assert ".044" in found.shown


# The way of a table


@pytest.mark.parametrize(
    ("way", "habit"),
    [({"level": 0.9}, "level=0.9"), ({"level": 0.99}, "level=0.99"), ({"tails": 1}, "p=one-sided")],
)
def test_a_whole_table_printed_in_another_way_fits_by_convention(way, habit):
    found = [one.outcome for one in checked(table(**way), "limits")]
    assert {one.grade for one in found} == {FITS}
    assert {one.convention for one in found} == {habit}


@pytest.mark.parametrize("way", [{"level": 0.9}, {"level": 0.99}, {"tails": 1}])
def test_a_single_row_printed_in_another_way_does_not_fit_the_others(way):
    odd = row("HBV", 0.5, 0.25, **way)
    assert outcome(table(odd), "limits", "HBV").grade == NOT_REPRODUCIBLE


def skewed(name, beta, se, by):
    """Limits of a profile likelihood: both further from the ratio on the one side."""
    ends = [beta, beta - 1.96 * se - by * se, beta + 1.96 * se - by * se]
    return effect(name, *(f"{math.exp(end):.3f}" for end in ends), f"{2 * norm.sf(abs(beta / se)):.3f}")


def test_limits_that_are_nowhere_symmetric_are_a_convention():
    rows = [skewed(name, *estimate, by=0.3) for name, estimate in ESTIMATES.items()]
    found = [one.outcome for one in checked(source(rows), "limits")]
    assert {(one.grade, one.convention) for one in found} == {(FITS, "limits=asymmetric")}


def test_slightly_asymmetric_limits_of_a_single_row_are_unusual():
    found = outcome(source(skewed("Age", 0.5, 0.2, by=0.12)), "limits")
    assert (found.grade, found.convention) == (UNUSUAL, "limits=asymmetric")


# Wald's P of 1.649 (1.114–2.440) is .0124 (z = 2.5); .011 is z = 2.543
NEAR = ("1.649", "1.114", "2.440", "0.011")


def test_single_factors_are_often_compared_by_another_test():
    found = outcome(source(effect("Age", *NEAR)), "limits")
    assert (found.grade, found.convention) == (FITS, "p=another-test")


def test_a_p_value_near_walds_beside_those_that_are_walds_is_unusual():
    others = [row(name, *ESTIMATES[name], model="multivariable") for name in ("Sex", "Stage")]
    found = outcome(source(others, effect("Age", *NEAR, model="multivariable")), "limits", "Age")
    assert (found.grade, found.convention) == (UNUSUAL, "p=another-test")


def test_where_all_other_p_values_are_walds_one_beside_it_does_not_fit():
    odd = effect("HBV", "1.649", "1.114", "2.440", "0.018", model="multivariable")
    assert outcome(table(odd, model="multivariable"), "limits", "HBV").grade == NOT_REPRODUCIBLE


def test_of_cox_models_limits_are_sure():
    odd = skewed("Age", 0.5, 0.2, by=0.12)
    headed = effect("Age", odd.ratio, odd.low, odd.high, odd.p, measure="HR")
    assert outcome(source(headed), "limits").grade == NOT_REPRODUCIBLE


# Enough events: 4/se² with se = ln(high/low)/3.92


def limits_for(events_needed, shift=0.0):
    se = 2 / math.sqrt(events_needed)
    return effect("Age", *(f"{math.exp(shift + k * 1.959964 * se):.3f}" for k in (0, -1, 1)))


@pytest.mark.parametrize(("printed", "grade"), [(56, FITS), (55, IMPOSSIBLE)])
def test_limits_need_events(printed, grade):
    # 0.934 (0.552 to 1.581): 4/(ln(1.581/.552)/3.92)² = 55.5
    counts = source(size(150), events("OS", printed), effect("Age", "0.934", "0.552", "1.581"))
    found = outcome(counts, "events")
    assert (found.grade, found.shown) == (grade, "at least 56")
    assert bool(found.assumption) == (grade == IMPOSSIBLE)


@pytest.mark.parametrize(("patients", "grade"), [(56, FITS), (55, IMPOSSIBLE)])
def test_limits_need_patients_at_least(patients, grade):
    found = outcome(source(size(patients), effect("Age", "0.934", "0.552", "1.581")), "events")
    assert found.grade == grade
    assert f"{patients} patients" in found.explanation


def test_events_printed_by_arm_add_up():
    both = [events("OS", 20, "A"), events("OS", 30, "B")]
    found = outcome(source(arms(50, 50), both, effect("Age", "0.934", "0.552", "1.581")), "events")
    assert found.grade == IMPOSSIBLE
    assert "50 events" in found.explanation


@pytest.mark.parametrize(("d", "grade"), [(3, FITS), (2, IMPOSSIBLE)])
def test_limits_need_events_in_the_arm_itself(d, grade):
    # .188 (.059 to .602): se = ln(.602/.059)/3.92 = .593, se² = .351 ≥ 1/d + 1/70 needs d ≥ 3
    both = [events("OS", d, "A"), events("OS", 70, "B")]
    found = outcome(source(arms(26, 124), both, effect(ARM, "0.188", "0.059", "0.602", level="A")), "events")
    assert found.grade == grade


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(-1.5, 1.5), st.floats(1.0, 1.5))
def test_no_variance_of_a_cox_model_is_called_impossible(a, b, beta, wider):
    # its variance is never below 1/a + 1/b
    se = wider * math.sqrt(1 / a + 1 / b)
    ends = [f"{math.exp(beta + k * 1.959964 * se):.2f}" for k in (0, -1, 1)]
    both = [events("OS", a, "A"), events("OS", b, "B")]
    found = checked(source(arms(60, 60), both, effect(ARM, *ends, level="A")), "events")
    assert {one.outcome.grade for one in found} <= {FITS}


def test_words_are_no_part_of_an_effect():
    said = claim("prediction", "significant", "OS", group="Age", group_level="Yes", model="univariable")
    printed = effect("Age", "1.649", "1.114", "2.440")
    (found,) = checked(source(printed, said), "limits")
    assert len(found.relation.members) == 3


def test_effects_are_named_by_covariate_and_level():
    (found,) = checked(
        source(effect("Stage", "1.649", "1.114", "2.440", level="III"), cell("Stage", "III", 3)), "limits"
    )
    assert found.relation.subject == "Stage (III) on OS (univariable)"


def test_the_bound_on_events_is_for_levels_and_for_hazard_odds_and_rate_ratios():
    # age per year 1.02 (1.01 to 1.03): se .005 would "need" 160 000 events, were age a level
    assert checked(source(size(150), effect("Age", "1.02", "1.01", "1.03", level="per year")), "events") == []
    # 90 of 100 against 80 of 100: RR 1.125 with se .061, narrower than any Cox model of 170 events allows
    risks = effect("Arm", "1.13", "1.00", "1.27", level="A", measure="RR")
    assert checked(source(size(200), arms(100, 100), risks), "events") == []
