"""Ratio, limits and P against each other: Cox models of R, Altman and Bland's examples, and the laws of rounding."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.printed import parse_p_value, parse_printed
from peritrace.stats.ratio_limits import (
    PrintedEffect,
    asymmetry,
    effect_possible,
    limits_from_p,
    p_from_limits,
    ratio_from_limits,
    ratio_inside_limits,
    rescues,
    std_err_from_limits,
    z_apart,
    z_of_level,
)

Z = 1.959964  # R: qnorm(.975)


def printed(ratio="", low="", high="", p=""):
    """An effect as a table prints it; what is empty is not printed."""
    read = [parse_printed(text).values if text else None for text in (ratio, low, high)]
    return PrintedEffect(*read, parse_p_value(p).values if p else None)


def digits(value, decimals=7):
    """The values that print as a number of R's with so many decimals."""
    return Interval(value - 0.5 * 10**-decimals, value + 0.5 * 10**-decimals)


# R 4.2.2, survival 3.5-3, rounded to 3 decimals (exp(coef), lower .95, upper .95, Pr(>|z|) of summary(coxph(…)))
COX = [
    # coxph(Surv(time, status) ~ age + factor(sex) + ph.ecog, lung)
    ("1.011", "0.993", "1.030", "0.232"),
    ("0.575", "0.414", "0.799", "0.001"),
    ("1.590", "1.273", "1.986", "<0.001"),
    # coxph(Surv(time, status) ~ x, aml)
    ("2.498", "0.916", "6.813", "0.074"),
    # coxph(Surv(futime, fustat) ~ age + rx, ovarian)
    ("1.159", "1.059", "1.268", "0.001"),
    ("0.448", "0.130", "1.545", "0.203"),
    # coxph(Surv(time, status) ~ factor(trt) + factor(celltype), veteran)
    ("1.219", "0.829", "1.792", "0.315"),
    ("2.993", "1.755", "5.106", "<0.001"),
    ("3.218", "1.805", "5.738", "0.000"),
    ("1.346", "0.769", "2.356", "0.298"),
]


@pytest.mark.parametrize("row", COX)
def test_the_numbers_of_a_cox_model_agree_at_three_decimals(row):
    assert effect_possible(printed(*row))
    assert ratio_inside_limits(printed(*row))
    assert asymmetry(printed(*row)) == z_apart(printed(*row)) == 0


@pytest.mark.parametrize("row", COX)
def test_the_same_numbers_agree_at_two_decimals(row):
    assert effect_possible(printed(*(f"{float(text):.2f}" for text in row[:3]), row[3]))


# R: m <- coxph(Surv(time, status) ~ factor(sex), lung); summary(m)$coefficients is -0.5310235, se 0.1671786,
# P .001491229; exp(confint(m)) .4237178 .8159848
def test_standard_error_ratio_and_p_of_limits_are_those_of_r():
    low, high = digits(0.4237178), digits(0.8159848)
    assert std_err_from_limits(low, high).middle == pytest.approx(0.1671786, abs=1e-6)
    assert ratio_from_limits(low, high).middle == pytest.approx(0.5880028, abs=1e-6)
    implied = p_from_limits(PrintedEffect(digits(0.5880028), low, high))
    assert implied.middle == pytest.approx(0.001491229, abs=1e-8)
    limits = limits_from_p(Interval.exactly(0.5880028), Interval.exactly(0.001491229))
    assert [limit.middle for limit in limits] == pytest.approx([0.4237178, 0.8159848], abs=1e-6)


# R: exp(confint(m, level = .9)) .4466376 .7741116; exp(confint(m, level = .99)) .3822628 .9044755
@pytest.mark.parametrize(("level", "ends"), [(0.9, (0.4466376, 0.7741116)), (0.99, (0.3822628, 0.9044755))])
def test_limits_of_another_level(level, ends):
    low, high = map(digits, ends)
    assert std_err_from_limits(low, high, level).middle == pytest.approx(0.1671786, abs=1e-6)
    implied = p_from_limits(PrintedEffect(digits(0.5880028), low, high), level)
    assert implied.middle == pytest.approx(0.001491229, abs=1e-8)


# BMJ 2011;343:d2304 computes P from a relative risk of 0.81 (0.70 to 0.94): se = (ln .94 - ln .70)/3.92 = .0752,
# z = ln .81/.0752 = -2.80, P = .005
def test_altman_and_bland_p_from_limits():
    effect = printed("0.81", "0.70", "0.94")
    assert std_err_from_limits(effect.low, effect.high).holds(0.0752)
    assert p_from_limits(effect).holds(0.005)
    assert effect_possible(printed("0.81", "0.70", "0.94", "0.005"))
    assert not effect_possible(printed("0.81", "0.70", "0.94", "0.05"))


# BMJ 2011;343:d2090 computes limits from P the same way round. By hand for a hazard ratio of .76 with P = .03:
# z = 2.170, se = .2744/2.170 = .1265, limits exp(-.2744 ± .2479) = .593 and .974
def test_altman_and_bland_limits_from_p():
    low, high = limits_from_p(Interval.exactly(0.76), Interval.exactly(0.03))
    assert (low.middle, high.middle) == pytest.approx((0.593, 0.974), abs=1e-3)


# √(1.014 × 2.919) = 1.7204, se = ln(2.919/1.014)/3.9199 = .26975, z = .5426/.26975 = 2.011, P = .0443;
# √(1.104 × 2.919) = 1.7952
def test_swapped_neighbours_in_a_limit_by_hand():
    right, wrong = printed("1.720", "1.014", "2.919", "0.044"), printed("1.720", "1.104", "2.919", "0.044")
    assert effect_possible(right)
    assert std_err_from_limits(right.low, right.high).holds(0.26975)
    assert ratio_from_limits(right.low, right.high).holds(1.7204)
    assert p_from_limits(right).holds(0.0443)
    assert not effect_possible(wrong)
    assert not ratio_from_limits(wrong.low, wrong.high).meets(wrong.ratio)
    # ln 1.7205 - ln √(1.1035 × 2.9185) = -.04222 over se = ln(2.919/1.104)/3.9199 = .24804
    assert asymmetry(wrong) == pytest.approx(-0.0422 / 0.24804, abs=3e-3)
    assert p_from_limits(wrong) is None
    assert rescues(wrong) == []


def test_z_of_the_usual_levels():
    # R: qnorm(c(.95, .975, .995))
    assert [z_of_level(level) for level in (0.9, 0.95, 0.99)] == pytest.approx([1.644854, 1.959964, 2.575829])


# Laws

BETAS = st.floats(-2.5, 2.5)
ERRORS = st.floats(0.02, 1.5)
ROUNDINGS = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])


def as_printed(value, decimals, rounding):
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding))


@settings(max_examples=150, deadline=None)
@given(BETAS, ERRORS, st.integers(2, 3), ROUNDINGS)
def test_what_one_estimate_prints_as_always_agrees(beta, se, decimals, rounding):
    values = [math.exp(beta), math.exp(beta - Z * se), math.exp(beta + Z * se)]
    assume(as_printed(values[0], decimals, rounding).strip("0."))
    texts = [as_printed(value, decimals, rounding) for value in values]
    p = 2 * scipy.stats.norm.sf(abs(beta / se))
    effect = printed(*texts, as_printed(p, 3, rounding))
    assert effect_possible(effect)
    assert ratio_inside_limits(effect)
    assert asymmetry(effect) == z_apart(effect) == 0
    assert effect_possible(printed(*texts, "<0.05" if p < 0.05 else ">0.05"))
    for missing in range(3):
        assert effect_possible(printed(*("" if place == missing else text for place, text in enumerate(texts))))


@settings(max_examples=150, deadline=None)
@given(BETAS, ERRORS, st.integers(2, 3), ROUNDINGS)
def test_what_the_others_imply_contains_the_truth(beta, se, decimals, rounding):
    values = [math.exp(beta), math.exp(beta - Z * se), math.exp(beta + Z * se)]
    texts = [as_printed(value, decimals, rounding) for value in values]
    assume(all(text.strip("0.") for text in texts))
    effect = printed(*texts)
    # Z has six decimals, hence the little room
    se_of_limits = std_err_from_limits(effect.low, effect.high)
    assert se_of_limits.low - 1e-6 <= se <= se_of_limits.high + 1e-6
    assert ratio_from_limits(effect.low, effect.high).holds(values[0])
    p = 2 * scipy.stats.norm.sf(abs(beta / se))
    implied = p_from_limits(effect)
    assert implied.low - 1e-6 <= p <= implied.high + 1e-6
    limits = limits_from_p(effect.ratio, Interval(max(0.0, p - 5e-4), min(1.0, p + 5e-4)))
    if limits is not None:
        assert limits[0].low * (1 - 1e-6) <= values[1] <= limits[0].high * (1 + 1e-6)
        assert limits[1].low * (1 - 1e-6) <= values[2] <= limits[1].high * (1 + 1e-6)


@settings(deadline=None)
@given(BETAS, st.floats(0.1, 1.5))
def test_an_exact_estimate_is_given_back(beta, se):
    low, high = Interval.exactly(math.exp(beta - Z * se)), Interval.exactly(math.exp(beta + Z * se))
    assert std_err_from_limits(low, high).middle == pytest.approx(se, rel=1e-6)
    assert ratio_from_limits(low, high).middle == pytest.approx(math.exp(beta))


@settings(deadline=None)
@given(BETAS, st.floats(0.05, 1.0))
def test_the_ratio_of_the_other_level_agrees_just_as_well(beta, se):
    assume(abs(beta) < 30 * se)  # beyond it P is no number that a computer tells from 0
    p = Interval.exactly(float(2 * scipy.stats.norm.sf(abs(beta / se))))
    for sign in (1, -1):
        ends = sorted((math.exp(sign * beta - Z * se), math.exp(sign * beta + Z * se)))
        ratio, low, high = (Interval(v * 0.999, v * 1.001) for v in (math.exp(sign * beta), *ends))
        assert effect_possible(PrintedEffect(ratio, low, high, p))


# Rescues: each constructed by hand from ln ratio = .5 (ratio 1.649) and se = .2; z = 2.5, two-sided P = .0124
RESCUED = {
    # exp(.5 ± 1.6449 × .2)
    "level=0.9": ("1.649", "1.187", "2.291", "0.012"),
    # exp(.5 ± 2.5758 × .2)
    "level=0.99": ("1.649", "0.985", "2.760", "0.012"),
    # one-sided P = .0062
    "p=one-sided": ("1.649", "1.114", "2.440", "0.006"),
    "limits=swapped": ("1.649", "2.440", "1.114", "0.012"),
    # exp(-.5) = .607 beside the limits of exp(.5)
    "ratio=reciprocal": ("0.607", "1.114", "2.440", "0.012"),
    "ratio=log": ("0.500", "1.114", "2.440", "0.012"),
}


@pytest.mark.parametrize(("name", "row"), RESCUED.items(), ids=RESCUED)
def test_a_rescue_is_named(name, row):
    assert not effect_possible(printed(*row))
    assert rescues(printed(*row)) == [name]


def test_what_agrees_as_it_stands_is_not_told_by_its_swapped_limits():
    assert "limits=swapped" not in rescues(printed("1.649", "1.114", "2.440", "0.012"))


# Impossible prints


def test_a_lower_limit_above_the_upper_one():
    assert not effect_possible(printed("1.5", "2.4", "1.1"))
    assert not effect_possible(printed(low="2.4", high="1.1"))


@pytest.mark.parametrize(("ratio", "inside"), [("2.50", False), ("1.10", False), ("2.44", True), ("1.11", True)])
def test_a_ratio_outside_its_limits(ratio, inside):
    # 2.44 may be 2.4399, below a limit of 2.440; 1.11 up to 1.115 lies above 1.114
    effect = printed(ratio, "1.114", "2.440")
    assert ratio_inside_limits(effect) is inside
    assert not effect_possible(effect)


@pytest.mark.parametrize(
    ("p", "possible"),
    [
        ("0.000", True),  # below .0005
        ("<0.001", True),
        ("<.0001", False),  # P is .0003: ln 3 / .3 = 3.66
        ("0.001", False),
        ("1.00", False),
        (">0.05", False),
    ],
)
def test_p_values_at_the_lower_end(p, possible):
    # exp(ln 3 ± 1.96 × .3): 1.666 and 5.401
    assert effect_possible(printed("3.000", "1.666", "5.401", p)) is possible


@pytest.mark.parametrize(("p", "possible"), [("1.00", True), ("1", True), ("0.99", True), ("0.95", False)])
def test_p_values_at_the_upper_end(p, possible):
    # ratio .9995 to 1.0005, se .2: z at most .0025, P at least .998; at two decimals z at most .025, P at least .98
    ratio = "1.000" if p != "0.99" else "1.00"
    limits = ("0.676", "1.480") if p != "0.99" else ("0.68", "1.48")
    assert effect_possible(printed(ratio, *limits, p)) is possible


def test_a_p_of_nought_leaves_the_limits_open():
    assert limits_from_p(Interval(1.9, 2.1), Interval(0.0, 0.0005)) is not None  # se anything below ln 2.1 / 3.48
    assert limits_from_p(Interval.exactly(1.5), Interval.exactly(0.0)) is None
    assert limits_from_p(Interval.exactly(1.5), Interval(0.995, 1.0)) is None


def test_a_limit_printed_as_nought_is_no_limit():
    assert effect_possible(printed("0.03", "0.00", "0.29"))
    assert std_err_from_limits(Interval(0.0, 0.005), Interval(0.285, 0.295)).high > 100
    assert asymmetry(printed("0.20", "0.00", "0.29")) == 0
