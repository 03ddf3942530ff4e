"""What the study file asks for of a cell: codes for missing values, decimal commas, units and pooled ages."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from peritrace.extracts.cells import canonical, cell_rules, number_in_unit
from peritrace.extracts.extract import Cells, Extract
from peritrace.extracts.validation import cell_problems
from peritrace.meaning import AnyColumn, NumberColumn
from peritrace.study import Study


def column(kind: str, **keys: Any) -> AnyColumn:
    made: AnyColumn = TypeAdapter(AnyColumn).validate_python(
        {"name": "x", "source": "x", "label": "X", "type": kind, **keys}
    )
    return made


def number(**keys: Any) -> NumberColumn:
    made = column("number", **keys)
    assert isinstance(made, NumberColumn)
    return made


def found(of: AnyColumn, cell: str) -> str | None:
    """What the first broken rule calls the cell; None where all hold."""
    return next((rule.found(cell) for rule in cell_rules(of) if not rule.holds(cell)), None)


def problems(of: AnyColumn, *cells: str) -> list[tuple[int | None, str]]:
    extract = Extract(header=[of.source], columns=[Cells()])
    extract.columns[0].extend(cells)
    extract.lines.extend(range(2, len(cells) + 2))
    study = Study.model_validate({"id": "s", "columns": [of.model_dump()]})
    return [(p.line, p.found) for p in cell_problems(extract, {of.source: 0}, study, "f")]


@pytest.mark.parametrize(
    ("of", "cell"),
    [
        (column("number", optional=True, missing=["999", "NA"]), "999"),
        (column("number", optional=True, missing=["999", "NA"]), "NA"),
        (column("category", optional=True, levels={"1": "yes"}, missing=["9"]), "9"),
        (column("date", missing=["9999-12-31", "unknown"]), "unknown"),
        (column("date", missing=["9999-12-31"]), "9999-12-31"),
        (column("text", missing=["NA"]), "NA"),
        (column("text", missing=["NA"]), " NA "),
        (column("text", missing=["="]), "="),
        (column("number", optional=True), ""),
    ],
)
def test_a_code_for_a_missing_value_is_an_empty_cell(of, cell):
    assert found(of, cell) is None
    assert canonical(of, cell) == ""
    assert problems(of, cell) == []


@pytest.mark.parametrize(
    ("of", "cell", "words"),
    [
        (column("number", missing=["999"]), "999", "a code for a missing value"),
        (column("category", levels={"1": "yes"}, missing=["9"]), "9", "a code for a missing value"),
        (column("identifier", missing=["NA"]), "NA", "a code for a missing value"),
        (column("number", missing=["999"]), "", "an empty cell"),
        (
            column("number", optional=True, missing=["999"]),
            "999.0",
            "a code for a missing value, written otherwise than in the study file",
        ),
        (
            column("number", optional=True, missing=["-9"]),
            "-09",
            "a code for a missing value, written otherwise than in the study file",
        ),
        (column("number", optional=True, missing=["NA"]), "na", "a word for a missing value"),
        (column("number", optional=True, missing=["NA"]), "NA ", "a space around the value"),
        (column("category", optional=True, levels={"1": "yes"}, missing=["9"]), "09", "a code that is not listed"),
    ],
)
def test_a_code_where_a_value_must_be_or_written_otherwise(of, cell, words):
    assert found(of, cell) == words
    assert problems(of, cell) == [(2, words)]


def test_a_missing_code_is_not_judged_as_a_number():
    assert problems(number(optional=True, missing=["-99"], minimum=0, maximum=10), "5", "-99", "11") == [
        (4, "a number above the maximum")
    ]


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [("4,5", "4.5"), ("4,50", "4.50"), ("-0,25", "-0.25"), ("7", "7"), ("12,0", "12.0")],
)
def test_decimal_comma(cell, outcome):
    assert found(number(decimal_comma=True), cell) is None
    assert canonical(number(decimal_comma=True), cell) == outcome


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("4.5", "a number with a point"),
        ("1.234,5", "a number among other characters"),
        ("1,234,5", "a number with a comma"),
        (",5", "a number among other characters"),
        ("4,", "a number among other characters"),
        ("4,123456789012345678", "a number with more than 17 decimals"),
    ],
)
def test_what_is_no_number_with_a_decimal_comma(cell, words):
    assert found(number(decimal_comma=True), cell) == words


def test_numbers_with_too_many_digits():
    assert found(number(), "0.123456789012345678") == "a number with more than 17 decimals"
    assert found(number(), "1234567890123456") == "a number with more than 15 digits before the point"
    assert found(number(multiply_by=1e6), "1234567890") == "a number with more than 15 digits in the unit of the study"


@pytest.mark.parametrize(
    ("factor", "cell", "outcome"),
    [
        (0.1, "3", "0.3"),  # 0.30000000000000004 in floats
        (1000, "1.005", "1005"),  # litres to mL; 1004.9999999999999 in floats
        (10, "12.50", "125"),
        (0.0113, "88.4", "0.99892"),  # creatinine, µmol/L to mg/dL
        (0.3333333333333333, "0.1", "0.0333333333"),  # ten decimals
        (100, "0", "0"),
        (0.5, "-3", "-1.5"),
        (1e-05, "100000", "1"),
    ],
)
def test_units_change_exactly(factor, cell, outcome):
    assert canonical(number(multiply_by=factor), cell) == outcome


def test_ranges_are_judged_in_the_unit_of_the_study():
    """Blood loss in litres, in mL between 1 and 15 000."""
    of = number(multiply_by=1000, minimum=1, maximum=15_000, decimal_comma=True)
    assert sorted(problems(of, "0,4", "15", "15,1", "0,0001")) == [
        (4, "a number above the maximum"),
        (5, "a number below the minimum"),
    ]
    assert canonical(of, "0,4") == "400"


@pytest.mark.parametrize(
    ("cell", "outcome"), [("45", "45"), ("89", "89"), ("89.0", "89.0"), ("89.5", "90"), ("90", "90"), ("104", "90")]
)
def test_ages_above_89_are_90(cell, outcome):
    assert canonical(number(name="age"), cell) == outcome
    assert canonical(number(name="age", pool_above=120), cell) == cell


def test_other_columns_are_pooled_where_the_study_says_so():
    assert canonical(number(pool_above=85), "86") == "86"
    assert canonical(number(pool_above=85), "97") == "86"
    assert canonical(number(pool_above=84.5), "97") == "85"
    assert canonical(number(), "97") == "97"
    assert canonical(number(name="age", multiply_by=0.1), "934") == "90"


def test_no_misprint_hides_in_a_pool():
    assert problems(number(name="age"), "93", "193") == [(3, "a number above the maximum")]


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(re.compile(r"-?[0-9]{1,15}(?:,[0-9]{1,17})?"), fullmatch=True),
    st.floats(1e-6, 1e6).filter(lambda factor: factor > 0),
)
def test_every_sound_number_is_read_back_as_the_product(cell, factor):
    of = number(decimal_comma=True, multiply_by=factor, minimum=-1e30)
    if found(of, cell):
        assert abs(number_in_unit(of, cell)) >= 10**15
        return
    exact = Decimal(cell.replace(",", ".")) * Decimal(repr(factor))
    assert abs(Decimal(canonical(of, cell)) - exact) <= Decimal("5.1e-11") + abs(exact) * Decimal("1e-27")
    assert re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,17})?", canonical(of, cell))
