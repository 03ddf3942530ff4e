"""Columns of an extract as numbers, dates and texts: what is missing, what is refused, and how fast it is."""

import time

import numpy as np
import pytest

from peritrace.extracts.values import Values
from peritrace.study import Study

STUDY = Study.model_validate({"id": "made-up"})


def one_column(*cells: str | None) -> Values:
    """A column x; None is a cell that was withheld, whose code is -1."""
    strings = list(dict.fromkeys(cell for cell in cells if cell is not None))
    codes = np.array([-1 if cell is None else strings.index(cell) for cell in cells], dtype=np.int32)
    return Values(range(2, 2 + len(cells)), {"x": (codes, strings)}, STUDY)


def test_numbers() -> None:
    found = one_column("4.5", "", None, "-1", "4.5", "12").numbers("x")
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [4.5, np.nan, np.nan, -1, 4.5, 12])


@pytest.mark.parametrize("cell", ["nan", "inf", "1e3", "1_000", "4,5", " 4", "４", "yes", "0x1F", "1" * 400, "\ud800"])
def test_no_number(cell: str) -> None:
    """What Python would read as a number, an extract may not hold."""
    assert np.isnan(one_column(cell).numbers("x")).all()


def test_dates() -> None:
    found = one_column("2020-02-29", "", None, "1900-01-01").dates("x")
    assert found.dtype == np.dtype("datetime64[D]")
    assert found[0] - found[3] == np.timedelta64(43_888, "D")  # R: as.Date("2020-02-29") - as.Date("1900-01-01")
    assert np.isnat(found).tolist() == [False, True, True, False]


@pytest.mark.parametrize("cell", ["2021-02-29", "2020", "2020-02", "20200229", "2020-02-29T10:00", "today", "NaT"])
def test_no_date(cell: str) -> None:
    assert np.isnat(one_column(cell).dates("x")).all()


def test_texts_and_levels() -> None:
    values = one_column("dead", "", None, "alive", "dead")
    assert values.texts("x").tolist() == ["dead", "", "", "alive", "dead"]
    assert values.levels("x").tolist() == values.texts("x").tolist()
    assert values.filled("x").tolist() == [True, False, False, True, True]
    assert values.where("x", lambda level: level != "alive").tolist() == [True, False, False, False, True]


def test_codes_are_equal_where_strings_are() -> None:
    """Two codes of an extract may have become one level."""
    values = Values([2, 3, 4, 5], {"x": (np.array([0, 1, 2, -1]), ["no", "no", ""])}, STUDY)
    assert values.codes("x").tolist() == [1, 1, 0, 0]
    assert values.strings("x") == ["no"]


def test_a_reading_of_words() -> None:
    found = one_column("none", "IIIa", "", "?").numbers_of("x", {"none": 0.0, "IIIa": 3.0}.get)
    np.testing.assert_array_equal(found, [0, 3, np.nan, np.nan])


def test_which_columns_there_are() -> None:
    values = one_column("1")
    assert values.has("x")
    assert not values.has("x", "y")
    assert not one_column("", None).has("x")
    assert len(values) == 1


def test_no_rows() -> None:
    values = Values([], {"x": (np.array([], dtype=np.int32), [])}, STUDY)
    assert values.numbers("x").tolist() == values.texts("x").tolist() == values.strings("x") == []


def test_a_string_is_read_once() -> None:
    """A hundred thousand rows of few distinct dates take no longer than the look-up."""
    strings = [f"2020-01-{day:02}" for day in range(1, 32)]
    values = Values(range(100_000), {"x": (np.arange(100_000) % 31, strings)}, STUDY)
    before = time.perf_counter()
    values.dates("x")
    assert time.perf_counter() - before < 0.1
    assert values.dates("x") is values.dates("x")
