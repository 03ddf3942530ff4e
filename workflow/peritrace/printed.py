"""A number as a paper prints it: a string, the values that it can stand for, and its near misprints.

Nothing is turned into a float before it is known how many digits were printed and what relation stands before them:
"89.0%" is not "89%", and "P < 0.05" is not a number but a range.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from peritrace.formats import format_number, format_p_equation, rounded
from peritrace.interval import Interval

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORD_NUMBERS = {word: number for number, word in enumerate(_WORDS)}
# What an unnumbered word claims of a share (0 to 1) or of a count, and how a reader may take it.
SHARE_WORDS = {
    "half": (0.45, 0.55, "between 45% and 55%"),
    "majority": (0.5, 1.0, "more than 50%"),
    "most": (0.5, 1.0, "more than 50%"),
    "all": (1.0, 1.0, "every one"),
    "none": (0.0, 0.0, "not one"),
    "no": (0.0, 0.0, "not one"),
}
AMOUNT_WORDS = {"some": (2, "at least 2"), "several": (3, "at least 3")}
SIGNIFICANCE_WORDS = {
    "significant": "<",
    "significant difference": "<",
    "not significant": ">",
    "no significant difference": ">",
    "no significant differences": ">",
    "ns": ">",
    "independent": "<",  # of a factor: significant beside the others of its model
    "not independent": ">",
}
DIRECTION_WORDS = {
    "lower": -1,
    "shorter": -1,
    "inferior": -1,
    "higher": 1,
    "longer": 1,
    "superior": 1,
    "protective factor": -1,  # of the log ratio
    "risk factor": 1,
}

_NUMBER = re.compile(r"(?P<sign>[-−]?)(?P<digits>\d{1,12}(?:\.\d{1,9})?)(?P<percent>\s*%)?", re.ASCII)
_P_VALUE = re.compile(r"[Pp]\s*(?P<relation>[<>=])\s*(?P<digits>\d?\.\d{1,9})", re.ASCII)
_BARE_P = re.compile(r"(?P<relation>[<>=]?)\s*(?P<digits>[01]?\.\d{1,9}|[01])", re.ASCII)
_MONTH = re.compile(r"(?P<month>[A-Z][a-z]+)(?: (?P<day>\d{1,2})(?:st|nd|rd|th)?,)? (?P<year>\d{4})", re.ASCII)
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name: number for number, name in enumerate(calendar.month_abbr) if name}


class UnreadableNumber(ValueError):
    """A string that should hold a printed number, and does not."""


@dataclass(frozen=True)
class Printed:
    """A printed number, percentage, P value, word or date."""

    text: str
    kind: str  # number, percent, p-value, approximate, share, amount, significance, direction, date, term
    relation: str = "="  # =, <, > before a P value
    value: Decimal | None = None
    decimals: int = 0
    earliest: date | None = None  # of a date: the first and last day that it can mean
    latest: date | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether digits (or a number word) were printed that a slip of the pen could change."""
        return self.value is not None

    def printed_scale(self, value: float) -> float:
        """A recomputed value on the scale of the printed one: percent for proportions."""
        return value * 100 if self.kind == "percent" else value

    def agrees(self, value: float, rounding: str = "half-up") -> bool:
        """Whether `value` prints as this.

        `value` is a proportion for percentages and shares, a P value for significance, and a difference for a
        direction.
        """
        if self.kind == "share":
            low, high, _ = SHARE_WORDS[self.text.lower()]
            return low <= value <= high and not (low == 0.5 and value == 0.5)
        if self.kind == "amount":
            return value >= AMOUNT_WORDS[self.text.lower()][0]
        if self.kind == "significance":
            return (value < 0.05) == (SIGNIFICANCE_WORDS[self.text.lower()] == "<")
        if self.kind == "direction":
            return value * DIRECTION_WORDS[self.text.lower()] > 0
        if self.value is None:
            raise UnreadableNumber(f"{self.text!r} is a {self.kind}, which no single value equals")
        if self.kind == "approximate":
            return float(self.value) - 0.5 <= value < float(self.value)
        if self.relation == "<":
            return value < float(self.value)
        if self.relation == ">":
            return value > float(self.value)
        return rounded(self.printed_scale(value), self.decimals, rounding) == self.value

    def interval(self, rounding: str = "half-up") -> tuple[Decimal, Decimal]:
        """The values that print as this, on the printed scale: lower end and upper end."""
        if self.value is None:
            raise UnreadableNumber(f"{self.text!r} stands for no interval of values")
        unit = Decimal(1).scaleb(-self.decimals)
        if rounding == "truncation":
            return self.value, self.value + unit
        return self.value - unit / 2, self.value + unit / 2

    @cached_property
    def values(self) -> Interval:
        """The values that print so when rounded either way, on the printed scale; an inequality stands for all that it
        allows. Words of share, amount and significance stand for theirs; raises UnreadableNumber for other words.
        """
        if self.kind == "share":
            low, high, _ = SHARE_WORDS[self.text.lower()]
            return Interval(low, high)
        if self.kind == "significance":
            return Interval(0.0, 0.05) if SIGNIFICANCE_WORDS[self.text.lower()] == "<" else Interval(0.05, 1.0)
        if self.value is None:
            raise UnreadableNumber(f"{self.text!r} stands for no interval of values")
        value = float(self.value)
        if self.relation == "<":
            return Interval(0.0, value)
        if self.relation == ">":
            return Interval(value, max(value, 1.0))
        if self.kind == "approximate":
            return Interval(value - 0.5, value)
        low, high = (float(end) for end in self.interval())
        return (
            Interval(max(low, 0.0), min(high, 1.0) if value <= 1 else high)
            if self.kind == "p-value"
            else Interval(low, high)
        )

    @property
    def count(self) -> int | None:
        """The whole number that is printed; None for anything else."""
        if self.value is None or self.decimals or self.relation != "=" or self.kind != "number":
            return None
        if self.value.is_signed():
            return None  # nothing is counted below 0
        return int(self.value)

    def as_printed(self, value: float) -> str:
        """A recomputed value printed as this one is printed."""
        if self.kind in ("p-value", "significance"):
            return format_p_equation(value)
        decimals = {"share": 2, "amount": 0, "approximate": 1, "direction": 1}.get(self.kind, self.decimals)
        text = format_number(self.printed_scale(value), decimals)
        return text + "%" if self.kind == "percent" else text


def parse_printed(text: str) -> Printed:
    """Read a number as printed; raises UnreadableNumber, which names what is understood."""
    stripped = text.strip()
    word = stripped.lower()
    if word in WORD_NUMBERS:
        return Printed(stripped, "number", value=Decimal(WORD_NUMBERS[word]))
    for kind, words in (
        ("share", SHARE_WORDS),
        ("amount", AMOUNT_WORDS),
        ("significance", SIGNIFICANCE_WORDS),
        ("direction", DIRECTION_WORDS),
    ):
        if word in words:
            return Printed(stripped, kind)
    if match := _P_VALUE.fullmatch(stripped):
        digits = match["digits"]
        return Printed(stripped, "p-value", match["relation"], Decimal(digits), _decimals(digits))
    if match := _NUMBER.fullmatch(stripped):
        value = Decimal(("-" if match["sign"] else "") + match["digits"])
        kind = "percent" if match["percent"] else "number"
        return Printed(stripped, kind, value=value, decimals=_decimals(match["digits"]))
    if match := re.fullmatch(r"almost ([0-9]+(?:\.[0-9]+)?)", stripped):
        return Printed(stripped, "approximate", "almost", Decimal(match[1]), _decimals(match[1]))
    if (match := _MONTH.fullmatch(stripped)) and match["month"] in _MONTHS:
        month, year = _MONTHS[match["month"]], max(int(match["year"]), 1)
        last = calendar.monthrange(year, month)[1]
        day = int(match["day"]) if match["day"] else None
        if day is not None and not 1 <= day <= last:
            raise UnreadableNumber(f"{text!r} is a day that the calendar does not have")
        return Printed(stripped, "date", earliest=date(year, month, day or 1), latest=date(year, month, day or last))
    raise UnreadableNumber(
        f"{text!r} can't be read as a printed number; understood are numbers (12.5, 89.0%, three), P values "
        "(P < 0.05), words for shares and amounts (half, majority, most, all, none, some, several), "
        '"almost 7", and dates (March 2017; December 31, 2023)'
    )


def parse_p_value(text: str) -> Printed:
    """Read a P value as a table prints it, its letter standing in the header: "0.519", "< .001", "NS".

    Raises UnreadableNumber.
    """
    stripped = text.strip()
    if stripped.lower() in SIGNIFICANCE_WORDS:
        return Printed(stripped, "significance")
    if match := _BARE_P.fullmatch(stripped):
        digits = match["digits"]
        return Printed(stripped, "p-value", match["relation"] or "=", Decimal(digits), _decimals(digits))
    return parse_printed(text)


def _decimals(digits: str) -> int:
    return len(digits.partition(".")[2])


@dataclass(frozen=True)
class Misprint:
    """Another reading of a printed number, and the slip that would explain it."""

    text: str
    slip: str


def one_slip_away(text: str) -> list[Misprint]:
    """List every text that one typical slip turns into `text`.

    A digit changed, lost or doubled, neighbours swapped, the decimal point moved: likelier slips come first, and
    each text is listed once.
    """
    found: dict[str, str] = {}
    places = [place for place, character in enumerate(text) if character.isdigit()]

    def add(candidate: str, slip: str) -> None:
        lone_point = re.search(r"\.(?!\d)" if text[:1] in "Pp" else r"(?<!\d)\.|\.(?!\d)", candidate)
        if candidate != text and re.search(r"\d", candidate) and not lone_point:
            found.setdefault(candidate, slip)

    for place in places:
        if place + 1 in places:
            swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            add(swapped, "neighbouring digits swapped")
    for place in places:
        for digit in "0123456789":
            add(text[:place] + digit + text[place + 1 :], "one digit changed")
    for place in places:
        if place + 1 in places and text[place] == text[place + 1]:
            add(text[:place] + text[place + 1 :], "a digit doubled")
    for place in places:
        for digit in "0123456789":
            add(text[:place] + digit + text[place:], "a digit lost")
    if "." in text:
        point = text.index(".")
        for shift in (-1, 1):
            moved = point + shift
            if moved in places:
                rest = text[:point] + text[point + 1 :]
                add(rest[:moved] + "." + rest[moved:], "the decimal point moved")
    return [Misprint(candidate, slip) for candidate, slip in found.items()]
