"""Whether a column holds numbers, how they are written, and which of them stand for a missing value."""

import re
import statistics
from dataclasses import dataclass
from functools import cached_property

from peritrace.proposals.profile import missing_words

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?")
_WITH_COMMA = re.compile(r"-?[0-9]{1,15},[0-9]{1,17}")
_BOUND = re.compile(r"[<>≤≥＜＞]=?\s*[0-9.,]+")
_MISSING_CODES = frozenset(
    {"9", "77", "88", "99", "777", "888", "999", "7777", "8888", "9999", "-1", "-9", "-99", "-999"}
)
_MOST_STRANGE = 5  # different strings that are no numbers
_LEAST_SHARE = 0.8  # of the rows that must be numbers


@dataclass(frozen=True)
class Numbers:
    """The numbers of a column by the strings that write them, with the rows of each."""

    values: dict[str, float]
    counts: dict[str, int]
    words: list[str]  # that stand for a missing value
    codes: list[str]  # numbers that look like codes for a missing value
    strange: list[str]  # strings that are neither
    decimal_comma: bool = False
    thousands: bool = False  # every comma has three digits behind it: it may separate thousands

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(value for string, value in self.values.items() for _ in range(self.counts[string]))

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self._sorted)

    @property
    def middle_half(self) -> tuple[float, float]:
        """The quartiles, as values that occur."""
        return self._sorted[len(self._sorted) // 4], self._sorted[(3 * len(self._sorted)) // 4]

    @property
    def low(self) -> float:
        """The least value."""
        return self._sorted[0]

    @property
    def high(self) -> float:
        """The largest value."""
        return self._sorted[-1]

    @property
    def distinct(self) -> set[float]:
        """The different values."""
        return set(self.values.values())

    @property
    def decimals(self) -> int:
        """Decimals that a table needs: those that occur, one of values from ten on, two of smaller ones."""
        mark = "," if self.decimal_comma else "."
        written = max(len(string.partition(mark)[2]) for string in self.values)
        return min(written, 2 if self.median < 10 else 1)


def read_numbers(counts: dict[str, int]) -> Numbers | None:
    """Read the strings of a column as numbers; None where they are something else."""
    words = missing_words(counts)
    rest = {string: count for string, count in counts.items() if string not in words}
    plain = {string for string in rest if _NUMBER.fullmatch(string)}
    comma = {string for string in rest if _WITH_COMMA.fullmatch(string)}
    decimal_comma = bool(comma) and not any("." in string for string in plain)
    values = {string: float(string) for string in plain}
    if decimal_comma:
        values |= {string: float(string.replace(",", ".")) for string in comma}
    values = {string: values[string] for string in rest if string in values}
    strange = [string for string in rest if string not in values]
    known = sum(rest[string] for string in values)
    if not known or known < _LEAST_SHARE * sum(rest.values()) or len(strange) > _MOST_STRANGE:
        return None
    codes = _missing_codes(values)
    values = {string: value for string, value in values.items() if string not in codes}
    thousands = decimal_comma and all(re.fullmatch(r"-?[1-9][0-9]{0,2},[0-9]{3}", string) for string in comma)
    return Numbers(values, rest, words, codes, strange, decimal_comma, thousands)


def is_bound(string: str) -> bool:
    """Whether a string is a limit of detection, such as "<0.5"."""
    return _BOUND.fullmatch(string) is not None


def _missing_codes(values: dict[str, float]) -> list[str]:
    """Numbers such as 999 or -9 that lie far from all others."""
    suspects = [string for string in values if string in _MISSING_CODES]
    others = [value for string, value in values.items() if string not in suspects]
    if not others:
        return []
    high, low = max(others), min(others)
    return [
        string
        for string in suspects
        if (values[string] < 0 <= low) or (values[string] > 2 * max(high, 2) and len(set(others)) > 1)
    ]
