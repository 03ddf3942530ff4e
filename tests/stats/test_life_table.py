"""Life tables against a hand count, the formulas in plain R (tests/reference/survival.R), and laws."""

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from peritrace.stats.kaplan_meier import kaplan_meier
from peritrace.stats.life_table import LifeTable, life_table, life_table_median, life_table_rate

TESTS = Path(__file__).parents[1]
REFERENCE = json.loads((TESTS / "reference" / "survival.json").read_text())
TABLES = REFERENCE["life_tables"]

# Ten patients, months: deaths at 3, 12, 20, 24 and 40, the others withdrawn alive.
TIME = [3, 8, 12, 14, 20, 24, 30, 40, 50, 70]
EVENT = [1, 0, 1, 0, 1, 1, 0, 1, 0, 0]


def check_columns(table: LifeTable, expected: dict[str, Any]) -> None:
    rows = len(table.start)
    for column in (field.name for field in fields(table)):
        if column in expected:
            values = np.array(expected[column], dtype=float)
            assert not np.nan_to_num(values[rows:]).any(), "R's further rows hold nobody"
            assert_allclose(getattr(table, column), values[:rows], rtol=1e-8, atol=1e-12, err_msg=column)


@pytest.mark.parametrize("expected", TABLES, ids=lambda t: f"{t['data']}-{t['interval']}-{t['through']}")
def test_columns_are_those_of_the_formulas_in_r(expected: dict[str, Any]) -> None:
    data = pd.read_csv(TESTS / "data" / f"{expected['data']}.csv")
    table = life_table(data["time"], data["status"], expected["interval"], expected["through"])
    assert math.isinf(table.end[-1]) == (expected["through"] is not None)
    check_columns(table, expected)


def test_males_with_angina_pectoris() -> None:
    # yearly counts of Lee (1992), the life-table example of SAS PROC LIFETEST: 2418 men
    deaths, withdrawn = (np.array(REFERENCE["angina"][key]) for key in ("deaths", "withdrawn"))
    middle = np.arange(16) + 0.5
    time = np.concatenate((np.repeat(middle, deaths), np.repeat(middle, withdrawn)))
    event = np.repeat([1, 0], [deaths.sum(), withdrawn.sum()])
    table = life_table(time, event, 1, through=15)
    assert table.n_entering[0] == 2418
    check_columns(table, REFERENCE["angina"]["table"])


def test_ten_patients_by_hand() -> None:
    table = life_table(TIME, EVENT, interval=12, through=36)
    assert_array_equal(table.start, [0, 12, 24, 36])
    assert_array_equal(table.end, [12, 24, 36, math.inf])
    assert_array_equal(table.n_entering, [10, 8, 5, 3])
    assert_array_equal(table.n_withdrawing, [1, 1, 1, 2])
    assert_array_equal(table.n_terminal, [1, 2, 1, 1])
    assert_array_equal(table.n_exposed, [9.5, 7.5, 4.5, 2.0])
    assert_allclose(table.proportion_terminating, [2 / 19, 4 / 15, 2 / 9, 1 / 2])
    assert_allclose(table.proportion_surviving, [17 / 19, 11 / 15, 7 / 9, 1 / 2])
    assert_allclose(table.cumulative_survival, [17 / 19, 187 / 285, 1309 / 2565, 1309 / 5130])
    assert_allclose(table.se_cumulative, [0.099569, 0.161880, 0.179967, 0.201623], atol=1e-6)
    assert_allclose(table.density, [0.0087719, 0.0198830, 0.0121507, math.nan], atol=1e-7)
    assert_allclose(table.se_density, [0.0082974, 0.0122414, 0.0111273, math.nan], atol=1e-6)
    assert_allclose(table.hazard, [4 / 432, 8 / 312, 4 / 192, math.nan])
    assert_allclose(table.se_hazard, [0.0092450, 0.0179151, 0.0206699, math.nan], atol=1e-6)


def test_the_column_holds_at_the_end_of_the_interval() -> None:
    table = life_table(TIME, EVENT, interval=12, through=36)
    assert_allclose(life_table_rate(table, 24), 187 / 285)
    assert_allclose(life_table_rate(table, 24, row="starts-at"), 1309 / 2565)
    assert_allclose(life_table_rate(table, 36, row="starts-at"), 1309 / 5130)  # the open row
    assert_allclose(life_table_rate(table, 0, row="starts-at"), 17 / 19)


def test_no_rate_without_a_row() -> None:
    table = life_table(TIME, EVENT, interval=12, through=36)
    assert math.isnan(life_table_rate(table, 48))
    assert math.isnan(life_table_rate(table, 18))
    assert math.isnan(life_table_rate(table, 48, row="starts-at"))


def test_nobody_survives_beyond_a_table_in_which_all_have_died() -> None:
    table = life_table([3, 14], [1, 1], interval=12, through=60)
    assert_array_equal(table.end, [12, 24])  # nobody enters a third interval
    assert table.se_cumulative[-1] == 0.0
    assert life_table_rate(table, 60) == 0.0
    assert math.isnan(life_table_rate(table, 60, row="starts-at"))


def test_median_is_interpolated() -> None:
    # survival 1309/2565 at 36 and two thirds of that at 48
    table = life_table(TIME, EVENT, interval=12)
    assert_allclose(life_table_median(table), 36 + 12 * (1309 / 2565 - 0.5) / (1309 / 2565 / 3))


def test_median_at_a_boundary_and_in_the_first_interval() -> None:
    assert life_table_median(life_table([5, 5, 30, 40], [1, 1, 1, 1], interval=12)) == 12
    assert life_table_median(life_table([5, 5, 5, 5], [1, 1, 1, 1], interval=12)) == 6


def test_no_median_that_is_not_reached_or_in_the_open_interval() -> None:
    assert math.isnan(life_table_median(life_table(TIME, EVENT, interval=12, through=36)))
    assert math.isnan(life_table_median(life_table([5, 30, 40], [1, 0, 0], interval=12)))


def test_a_time_on_a_boundary_belongs_to_the_later_interval() -> None:
    assert_array_equal(life_table([12, 11.9], [1, 1], interval=12).n_terminal, [1, 1])
    # 0.3 / 0.1 is just below 3 in floating point
    assert_array_equal(life_table([0.3], [1], interval=0.1).n_terminal, [0, 0, 0, 1])
    assert_array_equal(life_table([36.0, 50], [1, 1], interval=12, through=36).n_terminal, [0, 0, 0, 2])


def test_through_is_rounded_up_to_a_multiple_of_the_interval() -> None:
    # IBM, SURVIVAL command, INTERVAL subcommand: THRU 50 BY 6 gives 9 intervals up to 54
    table = life_table([1, 53, 54, 80], [1, 1, 0, 0], interval=6, through=50)
    assert_array_equal(table.start, np.arange(10) * 6)
    assert_array_equal(table.end[-2:], [54, math.inf])
    assert table.n_entering[-1] == 2


def test_without_events_nothing_has_an_error() -> None:
    table = life_table([5, 15], [0, 0], interval=10)
    assert_array_equal(table.cumulative_survival, [1, 1])
    for column in (table.se_cumulative, table.density, table.se_density, table.hazard, table.se_hazard):
        assert_array_equal(column, [0, 0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"interval": 0}, "interval is 0"),
        ({"interval": math.nan}, "interval is nan"),
        ({"interval": 12, "through": -1}, "through is -1"),
        ({"interval": 12, "event": [1, 2]}, "codes other than 0 and 1"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        life_table(**{"time": [1, 2], "event": [1, 0], **arguments})


def test_an_unknown_row_is_refused() -> None:
    unknown: Any = "middle"
    with pytest.raises(ValueError, match="choose one of ends-at, starts-at"):
        life_table_rate(life_table([1], [1], 1), 1, row=unknown)


# ---- laws ----

patients = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)
Patients = list[tuple[int, bool]]


@given(patients, st.integers(1, 24), st.none() | st.integers(1, 60))
def test_every_patient_is_in_one_row(cohort: Patients, interval: int, through: int | None) -> None:
    time, event = zip(*cohort, strict=True)
    table = life_table(time, event, interval, through)
    leaving = table.n_terminal + table.n_withdrawing
    assert table.n_entering[0] == leaving.sum() == len(cohort)
    assert_array_equal(table.n_entering[1:], table.n_entering[:-1] - leaving[:-1])
    assert (table.n_entering > 0).all()
    assert table.n_terminal.sum() == sum(event)
    assert_array_equal(table.end[:-1], table.start[1:])


@given(patients, st.integers(1, 24), st.none() | st.integers(1, 60))
def test_survival_never_rises_and_errors_are_finite(cohort: Patients, interval: int, through: int | None) -> None:
    time, event = zip(*cohort, strict=True)
    table = life_table(time, event, interval, through)
    assert (np.diff(table.cumulative_survival, prepend=1.0) <= 0).all()
    assert (table.cumulative_survival >= 0).all()
    assert np.isfinite(table.se_cumulative).all()
    closed = np.isfinite(table.end)
    for column in (table.density, table.se_density, table.hazard, table.se_hazard):
        assert (column[closed] >= 0).all()
        assert np.isnan(column[~closed]).all()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(1, 24))
def test_without_withdrawals_it_is_kaplan_meier_at_the_boundaries(times: list[int], interval: int) -> None:
    table = life_table(times, np.ones(len(times)), interval)
    km = kaplan_meier(times, np.ones(len(times)))
    alive = [1.0 - km.n_event[km.time < end].sum() / km.n for end in table.end]
    assert_allclose(table.cumulative_survival, alive, atol=1e-12)
