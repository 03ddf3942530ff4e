"""How a cell of each type must be written, before anything is converted.

Nothing is repaired or guessed: "4,0", "1e3", "nan", " 5", full-width digits and unlisted codes are refused, since each
of them reads as something else in another program. What is changed on the way to results is what the study file asks
for (codes to levels, codes for missing values, dates to ISO, decimal commas, units, pooled ages), and free text loses
outer spaces.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from peritrace.meaning import AnyColumn, CategoryColumn, DateColumn, NumberColumn

LONGEST_TEXT = 5000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100  # years beyond stand for "unknown" (0001, 1899, 9999) or are misprints
MISSING_WORDS = frozenset({"na", "n/a", "nan", "nil", "none", "null", "missing", "unknown"})

# ASCII digits with a point: no exponent, no decimal comma, no thousands separator, no underscore.
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?")
_NUMBER_WITH_COMMA = re.compile(r"-?[0-9]{1,15}(?:,[0-9]{1,17})?")
_DECIMALS = Decimal("1e-10")  # of a number whose unit was changed, as of any other
_LARGEST = Decimal("1e15")
_EXACT = Context(prec=80)  # more than the digits of two factors
# HIPAA, 45 CFR 164.514(b)(2): ages above 89 tell who a patient is, and count as 90.
POOLED_ABOVE = {"age": 89.0}
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# What a spreadsheet runs as a formula when a cell is opened there; dashes alone stand for "nothing" and are harmless.
_FORMULA = re.compile(r"\s*[=+@＝＋＠－-]")
_DASHES = re.compile(r"[\s-]*")
# Controls, marks of direction and zero width, line and paragraph separators, lone surrogates.
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


@dataclass(frozen=True)
class CellRule:
    """What must hold of a cell as it stands; `found` names the class of a value that breaks it, never the value."""

    name: str
    holds: Callable[[str], bool]
    found: Callable[[str], str]
    rule: str
    remedy: str


def cell_rules(column: AnyColumn) -> list[CellRule]:
    """Return the rules of a column; the first that a cell breaks is the one to report."""
    rules = _BY_TYPE[column.type](column)
    if may_be_empty(column):
        return [_VISIBLE, *(_unless_missing(rule, column) for rule in rules)]
    return [_VISIBLE, _FILLED, *([_no_code(column)] if column.missing else []), *rules]


def _unless_missing(rule: CellRule, column: AnyColumn) -> CellRule:
    return replace(rule, holds=lambda cell: is_missing(column, cell) or rule.holds(cell))


def is_missing(column: AnyColumn, cell: str) -> bool:
    """Whether a cell is empty or a code that stands for a missing value, written exactly as in the study file."""
    return cell == "" or (cell.strip() if column.type == "text" else cell) in column.missing


def may_be_empty(column: AnyColumn) -> bool:
    """Whether a patient may lack a value: in free text, in a date that need not have come, and where the study says."""
    return column.optional or column.type in ("text", "date")


def canonical(column: AnyColumn, cell: str) -> str:
    """Return the sound cell as results hold it; empty where it is missing.

    The level of a code, the ISO date, the number in the study's unit and pooled, text without outer spaces.
    """
    if is_missing(column, cell):
        return ""
    if isinstance(column, CategoryColumn):
        return column.levels[cell]
    if isinstance(column, DateColumn):
        return read_date(cell, column.format).isoformat()
    if isinstance(column, NumberColumn):
        return _canonical_number(column, cell)
    return cell.strip()


def number_in_unit(column: NumberColumn, cell: str) -> Decimal:
    """Return the number of a sound cell in the study's unit, before it is pooled; at most ten decimals."""
    number = Decimal(cell.replace(",", "."))
    if column.multiply_by is None:
        return number
    product = _EXACT.multiply(number, Decimal(repr(column.multiply_by)))
    exponent = product.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -10:
        return product.quantize(_DECIMALS, ROUND_HALF_EVEN, _EXACT)
    return product


def pooled_above(column: NumberColumn) -> float | None:
    """Return the number above which values of a column are pooled, None where they stay as they are."""
    return POOLED_ABOVE.get(column.name) if column.pool_above is None else column.pool_above


def _canonical_number(column: NumberColumn, cell: str) -> str:
    number, limit = number_in_unit(column, cell), pooled_above(column)
    if limit is not None and number > Decimal(repr(limit)):
        return str(math.floor(limit) + 1)
    if column.multiply_by is None:
        return cell.replace(",", ".")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def read_date(cell: str, pattern: str) -> date:
    """Read a date in strptime's pattern; raises ValueError, also for digits other than 0 to 9."""
    if not cell.isascii():
        raise ValueError("strptime reads full-width digits, a study does not")
    return datetime.strptime(cell, pattern).date()


def _always(found: str) -> Callable[[str], str]:
    return lambda _: found


def _is_visible(cell: str) -> bool:
    if cell.isascii():
        return cell.isprintable()
    return not any(unicodedata.category(character) in _INVISIBLE for character in cell)


def _is_formula(cell: str) -> bool:
    return _FORMULA.match(cell) is not None and not _DASHES.fullmatch(cell)


def _class_of_text(cell: str) -> str:
    return "text that begins like a formula" if _is_formula(cell) else "text with other characters"


def _class_of_number(cell: str) -> str:
    if cell.lower() in MISSING_WORDS:
        return "a word for a missing value"
    if digits := re.fullmatch(r"-?([0-9]+)(?:[.,]([0-9]+))?", cell):
        if len(digits[1]) > 15:
            return "a number with more than 15 digits before the point"
        if len(digits[2] or "") > 10:
            return "a number with more than 17 decimals"
        if "." in cell:
            return "a number with a point"
    if re.fullmatch(r"-?[0-9]+(,[0-9]+)+(\.[0-9]+)?", cell):
        return "a number with a comma"
    if any(character.isdigit() and not character.isascii() for character in cell):
        return "digits other than 0 to 9"
    if any(character.isdigit() for character in cell):
        return "a number among other characters"
    return "text"


_VISIBLE = CellRule(
    "visible",
    _is_visible,
    _always("a line break, tab or invisible character"),
    "a cell is one line of visible characters",
    "Retype the cell.",
)
_FILLED = CellRule(
    "filled",
    lambda cell: cell.strip() != "",
    _always("an empty cell"),
    "every patient has a value here",
    "Fill it in from the source.",
)
_BARE = CellRule(
    "bare",
    lambda cell: cell == cell.strip(),
    _always("a space around the value"),
    "codes, numbers and dates stand without outer spaces",
    "Delete the space.",
)


def _no_code(column: AnyColumn) -> CellRule:
    """A code for a missing value where there may be none."""
    return CellRule(
        "no code for missing",
        lambda cell: not is_missing(column, cell),
        _always("a code for a missing value"),
        "every patient has a value here",
        "Fill it in from the source, or write `optional: true` at the column in the study file.",
    )


def _identifier_rules(_: AnyColumn) -> list[CellRule]:
    letters = "an identifier has at most 64 letters A to Z, digits, points, dashes and underscores"
    return [
        _BARE,
        CellRule(
            "named",
            lambda cell: cell.lower() not in MISSING_WORDS,
            _always("a word for a missing value"),
            "every patient has an identifier",
            "Fill it in from the source.",
        ),
        CellRule(
            "identifier",
            lambda cell: _IDENTIFIER.fullmatch(cell) is not None,
            _class_of_text,
            f"{letters}, and begins with a letter or digit",
            "Give the patient such an identifier.",
        ),
    ]


def _number_rules(column: AnyColumn) -> list[CellRule]:
    if not isinstance(column, NumberColumn):
        return []
    pattern = _NUMBER_WITH_COMMA if column.decimal_comma else _NUMBER
    sign = "comma (decimal_comma in the study file)" if column.decimal_comma else "point"
    rule = f"a number has the digits 0 to 9 (at most 15, and 17 decimals), a decimal {sign} if need be, and no unit"
    codes = {_as_decimal(code) for code in column.missing}

    def number(cell: str) -> Decimal | None:
        return Decimal(cell.replace(",", ".")) if pattern.fullmatch(cell) else None

    rules = [
        _BARE,
        CellRule("number", lambda cell: number(cell) is not None, _class_of_number, rule, "Correct the cell."),
        CellRule(
            "no code written otherwise",
            lambda cell: is_missing(column, cell) or number(cell) is None or number(cell) not in codes,
            _always("a code for a missing value, written otherwise than in the study file"),
            f"the codes for missing values are {', '.join(column.missing)}",
            "Write the code as listed, or list this form of it under missing.",
        ),
        CellRule(
            "not too large",
            lambda cell: number(cell) is None or abs(number_in_unit(column, cell)) < _LARGEST,
            _always("a number with more than 15 digits in the unit of the study"),
            "a number has at most 15 digits before the point (multiply_by in the study file)",
            "Correct the cell, or multiply_by.",
        ),
    ]
    return [item for item in rules if column.missing or item.name != "no code written otherwise"]


def _as_decimal(code: str) -> Decimal | None:
    return Decimal(code.replace(",", ".")) if re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", code) else None


def _category_rules(column: AnyColumn) -> list[CellRule]:
    codes = column.levels if isinstance(column, CategoryColumn) else {}
    folded = {code.casefold() for code in codes}

    def found(cell: str) -> str:
        return "a listed code in other capitals" if cell.casefold() in folded else "a code that is not listed"

    rule = f"the codes listed in the study file are {', '.join(codes)}"
    return [
        _BARE,
        CellRule("code", codes.__contains__, found, rule, "Correct the cell, or list the code under levels."),
    ]


def _text_rules(_: AnyColumn) -> list[CellRule]:
    return [
        CellRule(
            "no formula",
            lambda cell: not _is_formula(cell),
            _always("text that begins like a formula"),
            "text may not begin with =, +, - or @, which a spreadsheet runs",
            "Begin the text with a word.",
        ),
        CellRule(
            "short",
            lambda cell: len(cell) <= LONGEST_TEXT,
            _always("an overlong text"),
            f"a text has at most {LONGEST_TEXT:,} characters",
            "Shorten it.",
        ),
    ]


def _other_date(cell: str) -> str:
    """What stands in the place of a date; one of a workbook that is no text comes as year-month-day."""
    try:
        read_date(cell, "%Y-%m-%d")
    except ValueError:
        return "something else than a date of this format"
    return "a date as year-month-day, which real dates of a workbook read as"


def _date_rules(column: AnyColumn) -> list[CellRule]:
    pattern = column.format if isinstance(column, DateColumn) else ""

    def year(cell: str) -> int | None:
        try:
            return read_date(cell, pattern).year
        except ValueError:
            return None

    return [
        _BARE,
        CellRule(
            "date",
            lambda cell: cell == "" or year(cell) is not None,
            _other_date,
            f"a date reads as {pattern} and is in the calendar",
            "Correct the cell, or the format in the study file; in a workbook, type every date of a column alike.",
        ),
        CellRule(
            "year",
            lambda cell: cell == "" or EARLIEST_YEAR <= (year(cell) or EARLIEST_YEAR) <= LATEST_YEAR,
            _always("a date of another age"),
            f"a date lies between {EARLIEST_YEAR} and {LATEST_YEAR}",
            "Correct the cell; a date that is not known stays empty.",
        ),
    ]


_BY_TYPE: dict[str, Callable[[AnyColumn], list[CellRule]]] = {
    "identifier": _identifier_rules,
    "number": _number_rules,
    "category": _category_rules,
    "text": _text_rules,
    "date": _date_rules,
}
