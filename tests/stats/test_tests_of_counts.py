"""Every P of a table of counts against R and scipy, by hand, and the laws that they obey."""

import time
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peritrace.interval import Interval
from peritrace.stats.tests_of_counts import (
    P_OF_COUNTS,
    P_OF_FOURFOLD,
    UNCONDITIONAL_P,
    one_sided_p_values,
    p_values_of_counts,
    tests_printing,
)

# R, for m <- matrix(c(…), 2, byrow = TRUE), N <- sum(m), a <- m[1, 1], k the possible values of a,
# d <- dhyper(k, sum(m[, 1]), sum(m[, 2]), sum(m[1, ])), o <- d[k == a]:
# chi-square          chisq.test(m, correct = FALSE)
# chi-square-yates    chisq.test(m)
# likelihood-ratio    pchisq(2 * sum(m * log(m / E)), 1, lower = FALSE)
# linear-by-linear    pchisq((N - 1) / N * prop.trend.test(m[, 1], rowSums(m))$statistic, 1, lower = FALSE)
# fisher              fisher.test(m)
# fisher-mid-p        fisher.test(m)$p.value - o / 2
# fisher-central      min(1, 2 * min(sum(d[k <= a]), sum(d[k >= a])))
# mid-p-central       2 * (min(sum(d[k <= a]), sum(d[k >= a])) - o / 2)
# wald                n <- colSums(m); p <- m[1, ] / n; 2 * pnorm(-abs(diff(p)) / sqrt(sum(p * (1 - p) / n)))
NAMES = [
    "chi-square",
    "chi-square-yates",
    "likelihood-ratio",
    "linear-by-linear",
    "fisher",
    "fisher-mid-p",
    "fisher-central",
    "mid-p-central",
    "wald",
]
FOURFOLD: list[tuple[list[list[int]], list[float]]] = [
    (
        [[22, 110], [4, 14]],
        [
            *(0.559142521023, 0.800861939467, 0.57031383758, 0.560455330484),
            *(0.518785183557, 0.416893899063, 0.761172968679, 0.557390399691, 0.59131287071),
        ],
    ),
    (
        [[10, 58], [16, 66]],
        [
            *(0.438845880073, 0.577186588853, 0.436641891766, 0.440375783787),
            *(0.518555267289, 0.454046675685, 0.57997917742, 0.450961994213, 0.430340265097),
        ],
    ),
    (
        [[6, 15], [20, 109]],
        [
            *(0.142360656279, 0.247583194231, 0.165422285182, 0.143697851197),
            *(0.208500304918, 0.167652051072, 0.251473235644, 0.169776727952, 0.210379591949),
        ],
    ),
    (
        [[2, 4], [24, 120]],
        [
            *(0.290646274081, 0.612619545962, 0.332292807425, 0.292260019481),
            *(0.278213920633, 0.171586431636, 0.556427841267, 0.343172863272, 0.413458627853),
        ],
    ),
    (
        [[1, 22], [25, 102]],
        [
            *(0.0737807677471, 0.136580854202, 0.0421891642101, 0.0747491290564),
            *(0.129359286234, 0.10466090182, 0.115644609295, 0.0662478404676, 0.0064198135237),
        ],
    ),
    (
        [[3, 12], [9, 6]],
        [
            *(0.0253473186775, 0.0624074185687, 0.0228709887991, 0.0279146102825),
            *(0.060432941424, 0.0472684710276, 0.060432941424, 0.0341040006313, 0.0127253532829),
        ],
    ),
    (
        [[0, 5], [8, 3]],
        [
            *(0.00700094198945, 0.0309714316508, 0.00230439333678, 0.00902343881808),
            *(0.025641025641, 0.0192307692308, 0.025641025641, 0.0128205128205, 0.000260729632855),
        ],
    ),
]
# R: chisq.test(m); G² and trend as above, with the scores 0:2 or 0:3; fisher.test(m); the same less half of the
# probability of m from lfactorial() of its margins and cells
LARGER: list[tuple[list[list[int]], list[float]]] = [
    (
        [[5, 30], [10, 40], [11, 54]],
        [0.785588662665, 0.784670302775, 0.828010588317, 0.822737956684, 0.806871641468],
    ),
    (
        [[12, 3], [8, 9], [2, 10]],
        [0.00453432779976, 0.00293328663647, 0.00116800193983, 0.00466062105685, 0.00448714316617],
    ),
    (
        [[1, 20], [4, 15], [9, 12], [6, 3]],
        [0.00194060255701, 0.00112286383254, 0.000137883675793, 0.00146544978317, 0.00145924265488],
    ),
]


@pytest.mark.parametrize(("table", "expected"), FOURFOLD, ids=lambda value: str(value)[:20])
def test_fourfold_tables_equal_r(table: Any, expected: list[float]) -> None:
    found = p_values_of_counts(table)
    assert set(found) == set(NAMES) == set(P_OF_COUNTS) | set(P_OF_FOURFOLD)
    assert [found[name] for name in NAMES] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("table", "expected"), LARGER, ids=lambda value: str(value)[:20])
def test_larger_tables_equal_r(table: Any, expected: list[float]) -> None:
    found = p_values_of_counts(table)
    names = ["chi-square", "likelihood-ratio", "linear-by-linear", "fisher", "fisher-mid-p"]
    assert set(found) == set(names)
    assert [found[name] for name in names] == pytest.approx(expected, rel=1e-7)
    # no order of rows: the trend alone depends on it
    turned = p_values_of_counts(np.roll(table, 1, axis=0))
    assert turned.pop("linear-by-linear") != pytest.approx(found.pop("linear-by-linear"))
    assert turned == pytest.approx(found)


def test_three_by_three() -> None:
    # R: chisq.test(m); G²; pchisq((N - 1) * cor(row, column)^2, 1, lower = FALSE) over the patients; fisher.test(m)
    found = p_values_of_counts([[7, 3, 1], [4, 6, 2], [1, 5, 9]])
    assert found.pop("fisher-mid-p") < found["fisher"]
    assert list(found.values()) == pytest.approx(
        [0.0077208064706, 0.00586574753351, 0.00058815417615, 0.00938788931187], rel=1e-7
    )


def test_unconditional_tests_equal_scipy() -> None:
    # with its default of 32 points scipy misses the largest probability of the third, .07714, and gives .07690
    for table in ([[2, 4], [24, 120]], [[6, 15], [20, 109]], [[1, 22], [25, 102]]):
        found = p_values_of_counts(table, costly=True)
        assert set(found) == {*NAMES, *UNCONDITIONAL_P}
        expected = [
            scipy.stats.barnard_exact(table, n=256).pvalue,
            scipy.stats.barnard_exact(table, pooled=False, n=256).pvalue,
            scipy.stats.boschloo_exact(table).pvalue,
        ]
        assert [found[name] for name in UNCONDITIONAL_P] == pytest.approx(expected, abs=1e-6)


def test_one_sided() -> None:
    # R: fisher.test(m, alternative = "less"), half of chisq.test(m, correct = FALSE)
    found = one_sided_p_values([[3, 12], [9, 6]])
    assert found == pytest.approx(
        {"fisher-one-sided": 0.030216470712, "chi-square-one-sided": 0.0253473186775 / 2}, rel=1e-9
    )
    assert one_sided_p_values([[22, 110], [4, 14]])["fisher-one-sided"] == pytest.approx(0.38058648434)
    assert one_sided_p_values([[0, 5], [0, 3]]) == one_sided_p_values([[1, 2], [3, 4], [5, 6]]) == {}


def test_which_tests_print_a_p() -> None:
    candidates = p_values_of_counts([[3, 12], [9, 6]])
    assert tests_printing(Interval(0.0245, 0.0255), candidates) == ["chi-square"]  # .025
    assert tests_printing(Interval(0.055, 0.065), candidates) == ["chi-square-yates", "fisher", "fisher-central"]  # .06
    assert tests_printing(Interval(0, 0.001), candidates) == []  # < .001
    assert len(tests_printing(Interval(0, 0.05), candidates)) == 6  # < .05: all but those three
    assert tests_printing(Interval(0.5, 0.5), {}) == []


def test_leaves_out_what_a_table_does_not_have() -> None:
    assert p_values_of_counts([[0, 5], [0, 3]], costly=True) == p_values_of_counts([[0, 0], [4, 3]]) == {}
    assert "wald" not in p_values_of_counts([[5, 0], [0, 7]])
    assert not set(UNCONDITIONAL_P) & set(p_values_of_counts([[400, 300], [200, 300]], costly=True))
    # 3 306 744 fillings of the free cells: only on demand; 40 in each of 36 cells: never
    table = [[5, 20, 30], [10, 30, 40], [11, 30, 54]]
    assert "fisher" not in p_values_of_counts(table)
    # R: fisher.test(m, workspace = 2e7)
    assert p_values_of_counts(table, costly=True)["fisher"] == pytest.approx(0.8786484059, rel=1e-7)
    assert set(p_values_of_counts(np.full((6, 6), 40), costly=True)) == set(P_OF_COUNTS)


def test_is_fast() -> None:
    def seconds(table: Any, costly: bool) -> float:
        start = time.perf_counter()
        p_values_of_counts(table, costly)
        return time.perf_counter() - start

    assert min(seconds([[22, 110], [4, 14]], False) for _ in range(20)) < 0.0015
    assert min(seconds([[22, 110], [4, 14]], True) for _ in range(10)) < 0.045
    assert seconds(np.full((6, 6), 40), False) < 0.1


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([[1, 2]], "at least two rows and two columns"),
        ([[0, 2]], "at least two rows and two columns"),
        ([1, 2], "at least two rows and two columns"),
        ([], "at least two rows and two columns"),
        ([[1.0, 2.5], [3.0, 1.0]], "whole numbers of at least 0"),
        ([[0, 2.5], [0, 1]], "whole numbers of at least 0"),
        ([[1, -2], [3, 4]], "whole numbers of at least 0"),
        ([[1, np.nan], [3, 4]], "whole numbers of at least 0"),
        ([[1, np.inf], [3, 4]], "whole numbers of at least 0"),
    ],
)
def test_refuses_what_is_not_a_table_of_counts(table: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        p_values_of_counts(table)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
def test_laws_of_fourfold_tables(counts: list[int]) -> None:
    table = np.array(counts).reshape(2, 2)
    assume(np.all(table.sum(axis=0) > 0) and np.all(table.sum(axis=1) > 0))
    found = p_values_of_counts(table)
    assert all(0 <= p <= 1 for p in found.values())
    for other in (table[::-1], table[:, ::-1]):
        assert p_values_of_counts(other) == pytest.approx(found, rel=1e-8)
    # Wald's test alone knows which margin holds the groups
    assert {**p_values_of_counts(table.T), "wald": 0} == pytest.approx({**found, "wald": 0}, rel=1e-8)
    assert found["chi-square"] <= found["linear-by-linear"]
    assert found["chi-square"] <= found["chi-square-yates"]
    fewer, more = (scipy.stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
    assert found["fisher-central"] == pytest.approx(min(1, 2 * fewer, 2 * more), rel=1e-7)
    assert found["mid-p-central"] < found["fisher-central"] or found["mid-p-central"] == 1
    assert found["fisher-mid-p"] < found["fisher"]
    assert min(fewer, more) <= found["fisher"] * (1 + 1e-7)
    assert one_sided_p_values(table)["fisher-one-sided"] == pytest.approx(min(fewer, more), rel=1e-7)
    assert found["fisher"] == pytest.approx(scipy.stats.fisher_exact(table).pvalue, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.integers(2, 3), st.data())
def test_laws_of_larger_tables(rows: int, columns: int, data: st.DataObject) -> None:
    table = np.array(data.draw(st.lists(st.integers(0, 8), min_size=rows * columns, max_size=rows * columns)))
    table = table.reshape(rows, columns)
    assume(np.all(table.sum(axis=0) > 0) and np.all(table.sum(axis=1) > 0))
    found = p_values_of_counts(table)
    assert all(0 <= p <= 1 for p in found.values())
    assert p_values_of_counts(table[::-1]) == pytest.approx(found, rel=1e-7)
    # scipy: chi2_contingency(lambda_ = "log-likelihood"); linregress's r over the patients
    g = scipy.stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
    assert found["likelihood-ratio"] == pytest.approx(g, rel=1e-8)
    row, column = (np.repeat(index.ravel(), table.ravel()) for index in np.indices(table.shape))
    r = np.corrcoef(row, column)[0, 1]
    assert found["linear-by-linear"] == pytest.approx(scipy.stats.chi2.sf((table.sum() - 1) * r * r, 1), rel=1e-6)
