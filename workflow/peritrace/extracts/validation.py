"""Judge the cells of an extract in two passes of pandera: as they stand, then as numbers, dates and identifiers.

A cell that fails the first pass is missing in the second, so that it is reported once while all other cells are still
judged. Pandera's own report quotes values; it is read for the places of the failures and never shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from peritrace.domain import NOT_NEGATIVE, NUMBER_RULES
from peritrace.extracts.cells import cell_rules, is_missing, number_in_unit, read_date
from peritrace.extracts.reading import Cells, Extract
from peritrace.meaning import AnyColumn, DateColumn, IdentifierColumn, NumberColumn, Order
from peritrace.problems import Problem
from peritrace.study import Study

MOST_CASES = 1000  # of one rule in one column; pandera takes 20 s to list a million
_COMPARE = "Compare the cell with the source: a sign, a point or a digit may be wrong."
_TYPED = {"number": "float64", "date": "datetime64[D]", "identifier": "object"}

Sound = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Rule:
    """A pandera check, and what a problem says of a value that fails it: what was found, the rule, the remedy."""

    check: pa.Check
    words: Callable[[object], tuple[str, str, str]]


def cell_problems(extract: Extract, places: dict[str, int], study: Study, file: str) -> list[Problem]:
    """List all that is wrong with the cells of an extract.

    `places` says which column of the extract has the header of a column of the study; those without place are skipped.
    """
    columns = [column for column in study.columns if column.source in places]
    index = pd.Index(extract.lines, dtype="int64")
    table = pd.DataFrame({c.source: _categorical(extract.columns[places[c.source]]) for c in columns}, index=index)
    sound = {column.source: _soundness(table[column.source], column) for column in columns}
    problems = _problems(table, {c.source: [_as_it_stands(c, sound[c.source])] for c in columns}, file)
    values = {c.source: _typed(table[c.source], sound[c.source], c) for c in columns if c.type in _TYPED}
    typed = pd.DataFrame(values, index=index)
    return problems + _problems(typed, _typed_rules(typed, columns, study.orders), file)


def _categorical(cells: Cells) -> pd.Categorical:
    codes = cast("Sequence[int]", np.asarray(cells.codes))  # the stubs of pandas know no array of codes
    return pd.Categorical.from_codes(codes, categories=pd.Index(cells.strings, dtype=object))


def _soundness(series: "pd.Series[str]", column: AnyColumn) -> Sound:
    """Whether each distinct string keeps the rules; a last True stands for withheld cells, whose code is -1."""
    rules = cell_rules(column)
    return np.array([*(all(rule.holds(cell) for rule in rules) for cell in series.cat.categories), True], dtype=bool)


def _typed(series: "pd.Series[str]", sound: Sound, column: AnyColumn) -> "pd.Series[Any]":
    """The values as floats, dates or strings; missing where a cell is empty, unsound or withheld.

    Numbers are in the unit of the study and not yet pooled, so that no misprint hides in a pool.
    """

    def parse(cell: str) -> object:
        if isinstance(column, DateColumn):
            return read_date(cell, column.format)
        return float(number_in_unit(column, cell)) if isinstance(column, NumberColumn) else cell

    missing = np.nan if column.type == "number" else None
    kept = zip(series.cat.categories, sound, strict=False)
    values = [parse(cell) if holds and not is_missing(column, cell) else missing for cell, holds in kept]
    return pd.Series(np.array([*values, missing], dtype=_TYPED[column.type])[series.cat.codes], index=series.index)


def _problems(table: pd.DataFrame, rules: dict[str, list[_Rule]], file: str) -> list[Problem]:
    """Run the checks of all columns; of a cell that fails several, the first counts."""
    checks = {header: [rule.check for rule in listed] for header, listed in rules.items()}
    columns = {header: pa.Column(nullable=True, checks=listed) for header, listed in checks.items()}
    try:
        pa.DataFrameSchema(columns).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    failed: dict[tuple[int, str], int] = {}
    for line, header, number in zip(cases["index"], cases["column"], cases["check_number"], strict=True):
        place = int(line), str(header)
        failed[place] = min(int(number), failed.get(place, int(number)))
    return [
        Problem(file, line, header, *rules[header][number].words(table.at[line, header]))
        for (line, header), number in failed.items()
    ]


def _as_it_stands(column: AnyColumn, sound: Sound) -> _Rule:
    """Every cell is written as the column's type asks."""
    rules = cell_rules(column)

    def words(value: object) -> tuple[str, str, str]:
        broken = next(rule for rule in rules if not rule.holds(str(value)))
        return broken.found(str(value)), broken.rule, broken.remedy

    def holds(series: "pd.Series[str]") -> "pd.Series[bool]":
        return pd.Series(sound[series.cat.codes], index=series.index)

    return _Rule(pa.Check(holds, name=column.type, n_failure_cases=MOST_CASES), words)


def _typed_rules(typed: pd.DataFrame, columns: list[AnyColumn], orders: list[Order]) -> dict[str, list[_Rule]]:
    """The rules of the second pass by header."""
    rules: dict[str, list[_Rule]] = {str(header): [] for header in typed}
    for column in columns:
        if isinstance(column, NumberColumn):
            rules[column.source] += _range(column)
        elif isinstance(column, IdentifierColumn):
            rules[column.source].append(_unique(typed[column.source]))
    headers = {column.name: column.source for column in columns}
    for order in orders:
        if order.lower in headers and order.upper in headers:
            rules[headers[order.lower]].append(_not_above(headers[order.upper], typed))
    return rules


def _range(column: NumberColumn) -> list[_Rule]:
    """Bounds and steps of a number: those of the study and those of the quantity, whatever the cohort."""
    domain = NUMBER_RULES.get(column.name)
    low = max(0.0 if column.minimum is None else column.minimum, domain.minimum if domain else -np.inf)
    high = min(np.inf if column.maximum is None else column.maximum, domain.maximum if domain else np.inf)
    step = domain.step if domain else None
    rule = f"{column.label} is at least {low:g}" if low else NOT_NEGATIVE
    if high < np.inf:
        rule = f"{column.label} lies between {low:g} and {high:g}" + (f" in steps of {step:g}" if step else "")
    if domain:
        rule += f"; {domain.reason}"
    if column.multiply_by is not None:
        rule += f"; the cell is multiplied by {column.multiply_by:g}"

    def below(value: object) -> tuple[str, str, str]:
        return "a negative number" if float(str(value)) < 0 else "a number below the minimum", rule, _COMPARE

    rules = [_Rule(pa.Check.ge(low, n_failure_cases=MOST_CASES), below)]
    if high < np.inf:
        check = pa.Check.le(high, n_failure_cases=MOST_CASES)
        rules.append(_Rule(check, lambda _: ("a number above the maximum", rule, _COMPARE)))
    if step:
        check = pa.Check(lambda series: series % step == 0, name="step", n_failure_cases=MOST_CASES)
        rules.append(_Rule(check, lambda _: ("a number between the steps", rule, _COMPARE)))
    return rules


def _unique(identifiers: "pd.Series[Any]") -> _Rule:
    """No identifier again; the lines after its first are the ones at fault."""
    rule = "every patient has one line and an identifier of their own"
    remedy = "Delete the repeated line, or correct the identifier."
    repeated = identifiers[identifiers.duplicated(keep=False)].drop_duplicates()
    first_line: dict[object, object] = {value: line for line, value in repeated.items()}

    def words(value: object) -> tuple[str, str, str]:
        return f"the identifier of line {first_line[value]} again", rule, remedy

    check = pa.Check(lambda series: ~series.duplicated(), name="unique", n_failure_cases=MOST_CASES)
    return _Rule(check, words)


def _not_above(upper: str, typed: pd.DataFrame) -> _Rule:
    """A value may not exceed that of another column in its line; a pair with a missing value is not judged."""
    rule, remedy = f"it may not exceed {upper} (orders in the study file)", "Compare both cells with the source."

    def holds(series: "pd.Series[float]") -> "pd.Series[bool]":
        above: pd.Series[bool] = series > typed.loc[series.index, upper]
        return ~above

    check = pa.Check(holds, name=f"not above {upper}", n_failure_cases=MOST_CASES)
    found = "a date after" if typed[upper].dtype.kind == "M" else "a value above"
    return _Rule(check, lambda _: (f"{found} that of column {upper}", rule, remedy))
