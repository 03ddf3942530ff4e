"""Numbers that can take few values only: by going through all of them."""

import math

import pytest

from peritrace.relations.relation import FITS, IMPOSSIBLE
from tests.relations.made_up import arms, checked, number, outcome, p_value, size, source


def of_zeros_and_ones(mean, sd, n=20):
    table = source(size(n), number("Responded", whole=False, mean=mean, sd=sd, minimum="0", maximum="1"))
    return outcome(table, "granularity")


def test_mean_and_standard_deviation_of_zeros_and_ones_by_going_through_all_shares():
    # k of 20 ones: mean k/20, sd √(k (20 − k) / (20 × 19))
    for k in range(21):
        assert of_zeros_and_ones(f"{k / 20:.2f}", f"{math.sqrt(k * (20 - k) / 380):.2f}").grade == FITS
        assert of_zeros_and_ones(f"{k / 20:.2f}", f"{math.sqrt(k * (20 - k) / 400):.2f}").grade == FITS


@pytest.mark.parametrize(("mean", "sd"), [("0.30", "0.52"), ("0.31", "0.47"), ("0.50", "0.40")])
def test_other_standard_deviations_are_impossible(mean, sd):
    found = of_zeros_and_ones(mean, sd)
    assert found.grade == IMPOSSIBLE
    assert found.assumption


def ranks(p, a=3, b=4):
    both = [number("Score", "A", whole=False, median="5"), number("Score", "B", whole=False, median="6")]
    return source(arms(a, b), both, p_value("Score", p))


# 3 and 4 patients can be ranked in 35 ways. R: sapply(0:6, function(w) min(1, 2 * pwilcox(w, 3, 4))) is
# .0571 .1143 .2286 .4 .6286 .8571 1
@pytest.mark.parametrize("p", ["0.057", "0.114", "0.229", "0.400", "0.629", "0.857", "1.000", "<0.10"])
def test_an_exact_p_value_of_ranks(p):
    found = outcome(ranks(p), "test")
    assert (found.grade, found.convention) == (FITS, "")


def test_another_p_value_of_ranks_needs_ties_or_an_approximation():
    found = outcome(ranks("0.300"), "test")
    assert (found.grade, found.convention) == (FITS, "method=mann-whitney-asymptotic")


def test_many_patients_can_have_any_p_value_of_ranks():
    assert checked(ranks("0.300", 26, 124), "test") == []
