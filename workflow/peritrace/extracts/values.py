"""The columns of an extract as numbers, dates and texts, for rules that join several columns.

Every distinct string is read once, so that a hundred thousand rows cost little more than their distinct values.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from peritrace.study import Study

Codes = npt.NDArray[np.signedinteger[Any]]
Numbers = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Values:
    """Typed columns by their name in the study file, one item per row; each is read when it is first asked for.

    `columns` holds for each name a code per row and the canonical strings (`cells.canonical`) that the codes point to:
    levels, ISO dates, plain numbers; "" is missing, as is a code of -1. A cell that is no number (date) is missing
    among numbers (dates): what is wrong with a single cell is judged elsewhere.
    """

    def __init__(self, lines: Sequence[int], columns: Mapping[str, tuple[Codes, list[str]]], study: Study) -> None:
        self.lines = np.asarray(lines, dtype=np.int64)
        self.study = study
        self._columns = columns
        self._read: dict[tuple[str, str], npt.NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, *names: str) -> bool:
        """Whether the extract holds all these columns; one without a single value is as good as missing."""
        return all(name in self._columns and any(self._columns[name][1]) for name in names)

    def numbers(self, name: str) -> Numbers:
        """Floats; nan where missing or not a number."""
        return self._typed(name, "number", _as_number, np.nan, np.dtype(np.float64))

    def numbers_of(self, name: str, read: Callable[[str], float | None]) -> Numbers:
        """Return what a reading makes of each string, such as the number of a grade; nan where it makes nothing."""
        codes, strings = self._columns[name]
        found = [read(string) if string else None for string in strings]
        return np.array([*(np.nan if number is None else number for number in found), np.nan], dtype=np.float64)[codes]

    def dates(self, name: str) -> Days:
        """Days (datetime64[D]); NaT where missing or not a date."""
        return self._typed(name, "date", _as_day, np.datetime64("NaT", "D"), np.dtype("datetime64[D]"))

    def texts(self, name: str) -> Texts:
        """Canonical strings; "" where missing."""
        return self._typed(name, "text", str, "", np.dtype(object))

    def levels(self, name: str) -> Texts:
        """Levels of a category, which are its canonical strings; "" where missing."""
        return self.texts(name)

    def strings(self, name: str) -> list[str]:
        """Return the distinct canonical strings of a column, "" left out: `codes` counts them from 1."""
        return list(dict.fromkeys(string for string in self._columns[name][1] if string))

    def where(self, name: str, holds: Callable[[str], bool]) -> Mask:
        """Tell for each row whether something holds of its string; of a missing one nothing holds."""
        codes, strings = self._columns[name]
        found = np.array([*(bool(string) and bool(holds(string)) for string in strings), False], dtype=bool)
        return np.asarray(found[codes])

    def filled(self, name: str) -> Mask:
        """Tell for each row whether there is a value."""
        return self.where(name, bool)

    def codes(self, name: str) -> npt.NDArray[np.int64]:
        """Return for each row the place of its string in `strings`, from 1; 0 where it is missing."""
        codes, strings = self._columns[name]
        place: dict[str, int] = {"": 0}
        same = [place.setdefault(string, len(place)) for string in strings]
        return np.array([*same, 0], dtype=np.int64)[codes]

    def _typed(
        self, name: str, kind: str, read: Callable[[str], object], missing: object, dtype: "np.dtype[Any]"
    ) -> npt.NDArray[Any]:
        if (name, kind) not in self._read:
            codes, strings = self._columns[name]
            # The last item, which a code of -1 takes, is the missing value.
            found = np.array([*(read(string) if string else missing for string in strings), missing], dtype=dtype)
            self._read[name, kind] = found[codes]
        return self._read[name, kind]


def _as_number(string: str) -> float:
    return float(string) if _NUMBER.fullmatch(string) else np.nan


def _as_day(string: str) -> np.datetime64:
    if not _DAY.fullmatch(string):
        return np.datetime64("NaT", "D")
    try:
        return np.datetime64(date.fromisoformat(string), "D")
    except ValueError:
        return np.datetime64("NaT", "D")
