"""The table of all statistics: what is written is read back, and rows are found by what they are."""

import math

import pytest

from peritrace.ard import COLUMNS, Ard, Statistic, as_stat, read_ard, write_ard


@pytest.mark.parametrize(
    ("value", "text"),
    [(24.5, "24.5"), (10, "10"), (1 / 3, "0.3333333333"), (math.nan, ""), (None, ""), (math.inf, "inf"), (True, "1")],
)
def test_values_as_text(value, text):
    assert as_stat(value) == text


def test_round_trip_and_selection(tmp_path):
    rows = [
        Statistic("survival", "median", "49.9", "OS2", method="kaplan-meier"),
        Statistic("survival", "median", "50.2", "OS2", method="life-table", convention="interval=6; through=last"),
    ]
    write_ard(tmp_path / "ard.csv", rows)
    ard = read_ard(tmp_path / "ard.csv")
    assert ard.statistics == tuple(rows)
    assert ard.value(method="kaplan-meier") == 49.9
    assert ard.where(method="life-table").statistics[0].departures == ("interval=6", "through=last")
    with pytest.raises(LookupError, match="2 statistics fit"):
        ard.one(variable="OS2")
    assert math.isnan(Ard([Statistic("survival", "median", "")]).value(context="survival"))


def test_the_columns_hold_those_of_the_cards_schema():
    assert {"group1", "group1_level", "variable", "variable_level", "context", "stat_name", "stat_label", "stat"} <= {
        *COLUMNS
    }
