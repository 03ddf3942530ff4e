"""A column of the extract as it stands: its different strings, how often each occurs, what stands for nothing."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from peritrace.extracts.reading import Cells
from peritrace.proposals.quantities import codings


@dataclass(frozen=True)
class Profile:
    """The strings of a column without outer spaces. `strings` has one item per code; `codes` has one per row."""

    header: str
    strings: list[str]
    codes: "array[int]"
    spaced: int  # rows with a space around the value

    @classmethod
    def of(cls, header: str, cells: Cells) -> "Profile":
        """Read the cells of a column."""
        raw = cells.strings
        spaced = {code for code, string in enumerate(raw) if string != string.strip()}
        count = sum(code in spaced for code in cells.codes) if spaced else 0
        return cls(header, [string.strip() for string in raw], cells.codes, count)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.codes)

    @cached_property
    def counts(self) -> dict[str, int]:
        """The rows of each string that is not empty, in the order in which they are met."""
        found: dict[str, int] = {}
        codes = np.asarray(self.codes)
        for string, count in zip(
            self.strings, np.bincount(codes[codes >= 0], minlength=len(self.strings)), strict=True
        ):
            if string and count:
                found[string] = found.get(string, 0) + int(count)
        return found

    @property
    def filled(self) -> int:
        """How many rows hold something."""
        return sum(self.counts.values())

    @property
    def empty(self) -> int:
        """How many rows are empty."""
        return self.rows - self.filled

    def cells(self, meaning: Callable[[str], str]) -> list[str]:
        """What each row means, where `meaning` reads a string; empty cells stay so."""
        known = [meaning(string) if string else "" for string in self.strings]
        return [known[code] if code >= 0 else "" for code in self.codes]


def missing_words(counts: dict[str, int]) -> list[str]:
    """The strings that say, in one of the languages, that a value is missing."""
    words = {word for language in codings()["missing"].values() for word in language}
    return [string for string in counts if string.casefold() in words]
