"""How a cell of each type must be written, before anything is converted.

Nothing is repaired or guessed: "4,0", "1e3", "nan", " 5", full-width digits and unlisted codes are refused, since each
of them reads as something else in another program. The one thing changed is that free text loses outer spaces.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from peritrace.study import AnyColumn, CategoryColumn, DateColumn

LONGEST_TEXT = 5000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100  # years beyond stand for "unknown" (0001, 1899, 9999) or are misprints
MISSING_WORDS = frozenset({"na", "n/a", "nan", "nil", "none", "null", "missing", "unknown"})

# ASCII digits with a point: no exponent, no decimal comma, no thousands separator, no underscore.
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
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
        return [_VISIBLE, *(_unless_empty(rule) for rule in rules)]
    return [_VISIBLE, _FILLED, *rules]


def _unless_empty(rule: CellRule) -> CellRule:
    return replace(rule, holds=lambda cell: cell == "" or rule.holds(cell))


def may_be_empty(column: AnyColumn) -> bool:
    """Whether a patient may lack a value: in free text, in a date that need not have come, and where the study says."""
    return column.optional or column.type in ("text", "date")


def canonical(column: AnyColumn, cell: str) -> str:
    """Return the sound cell as results hold it: the level of a code, the ISO date, text without outer spaces."""
    if isinstance(column, CategoryColumn):
        return column.levels[cell] if cell else ""
    if isinstance(column, DateColumn):
        return read_date(cell, column.format).isoformat() if cell else ""
    return cell.strip()


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


def _number_rules(_: AnyColumn) -> list[CellRule]:
    return [
        _BARE,
        CellRule(
            "number",
            lambda cell: _NUMBER.fullmatch(cell) is not None,
            _class_of_number,
            "a number has the digits 0 to 9, a decimal point if need be, and no unit",
            "Correct the cell.",
        ),
    ]


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
            _always("something else than a date of this format"),
            f"a date reads as {pattern} and is in the calendar",
            "Correct the cell, or the format in the study file.",
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
