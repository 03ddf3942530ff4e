"""Which column of an extract is which known quantity: by the header, as far as the values allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from peritrace.extracts.privacy import looks_identifying
from peritrace.proposals.codings import MOST_LEVELS
from peritrace.proposals.dates import Dates, is_serial, read_dates
from peritrace.proposals.headers import Header, matches, read_header
from peritrace.proposals.numbers import Numbers, read_numbers
from peritrace.proposals.profile import Profile, missing_words
from peritrace.proposals.quantities import Quantity, codings, quantities

_FEW = 6  # different numbers that may be codes
_TOLD_BY_VALUES = ("sex", "status")
_ALWAYS_NUMBERS = frozenset({"cc_score", "pci", "kps"})  # few different values, but no codes


@dataclass(frozen=True)
class Reading:
    """A column, its header taken apart, and what its strings can be read as."""

    profile: Profile
    header: Header
    words: list[str]  # that stand for a missing value
    numbers: Numbers | None
    dates: Dates | None
    place: int
    explained_in: str = "the header"  # where its codes are explained, if they are

    @property
    def codes(self) -> list[str]:
        """The different strings that are values."""
        return [string for string in self.profile.counts if string not in self.words]

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return not self.profile.empty and not self.words and len(self.profile.counts) == self.profile.rows


@dataclass(frozen=True)
class Candidate:
    """A quantity that a column may be, and as which type."""

    quantity: Quantity
    type: str
    exact: bool
    term: str
    yes: str
    unit: str | None
    by_values: bool = False  # the header is not known, but the codes say it


@dataclass(frozen=True)
class Assignment:
    """What a column is taken for; `others` are columns or quantities that were as likely."""

    candidate: Candidate | None
    rivals: tuple[str, ...] = ()  # headers of other columns that name the same quantity
    lost: str = ""  # the quantity that another column was taken for
    misfit: str = ""  # the quantity that the header names but the values can't be


def read_column(place: int, profile: Profile, explained: Mapping[str, str]) -> Reading:
    """Read a column in all ways; codes explained elsewhere come before those explained in the header."""
    header = read_header(profile.header)
    if explained:
        header = replace(header, codes=dict(explained))
    counts, where = profile.counts, "the data dictionary" if explained else "the header"
    return Reading(profile, header, missing_words(counts), read_numbers(counts), read_dates(counts), place, where)


def candidates(reading: Reading) -> list[Candidate]:
    """The quantities that a column may be by its header and its values, the likeliest first."""
    found, unit = matches(reading.header)
    likely = []
    for match in found:
        quantity = quantities()[match.name]
        if kind := _fitting_type(quantity, reading):
            likely.append(Candidate(quantity, kind, match.exact, match.term, match.yes, unit))
    return likely


def assign(readings: Sequence[Reading]) -> dict[int, Assignment]:
    """Give every quantity to one column at most: exact headers first, then the fuller column, then the earlier."""
    queues = {reading.place: candidates(reading) for reading in readings}
    by_place = {reading.place: reading for reading in readings}
    _add_by_values(queues, by_place)
    rivals: dict[int, list[str]] = {reading.place: [] for reading in readings}
    lost: dict[int, str] = {}
    while conflict := next(_conflicts(queues), None):
        winner, *losers = sorted(conflict, key=lambda place: _rank(queues[place][0], by_place[place]))
        for loser in losers:
            exact = queues[loser][0].exact
            name = queues[loser].pop(0).quantity.name
            if exact:
                rivals[winner].append(by_place[loser].profile.header)
                lost.setdefault(loser, name)
    return {
        place: Assignment(
            queue[0] if queue else None, tuple(rivals[place]), lost.get(place, ""), _misfit(by_place[place], queue)
        )
        for place, queue in queues.items()
    }


def _add_by_values(queues: Mapping[int, list[Candidate]], readings: Mapping[int, Reading]) -> None:
    """Sex and vital status are told by their words, where no header names them."""
    named = {candidate.quantity.name for queue in queues.values() for candidate in queue[:1]}
    for name in _TOLD_BY_VALUES:
        if name in named:
            continue
        quantity = quantities()[name]
        for place, queue in queues.items():
            if not queue and _fitting_type(quantity, readings[place]) and _says(readings[place], quantity.coding):
                queue.append(Candidate(quantity, "category", False, "", "", None, by_values=True))


def _says(reading: Reading, coding: str) -> bool:
    """Whether all codes, or what explains them, are words of a coding."""
    words = [reading.header.codes.get(code, code).casefold() for code in reading.codes]
    found = [{known[word] for word in words} for known in codings()[coding].values() if set(words) <= set(known)]
    return any(len(levels) > 1 for levels in found)


def _misfit(reading: Reading, queue: Sequence[Candidate]) -> str:
    """The quantity that a header names word for word, where no quantity fits the values."""
    if queue:
        return ""
    found, _ = matches(reading.header)
    return next((match.name for match in found if match.exact), "")


def _conflicts(queues: Mapping[int, list[Candidate]]) -> Iterator[list[int]]:
    wanted: dict[str, list[int]] = {}
    for place, queue in queues.items():
        if queue:
            wanted.setdefault(queue[0].quantity.name, []).append(place)
    yield from (places for places in wanted.values() if len(places) > 1)


def _rank(candidate: Candidate, reading: Reading) -> tuple[bool, bool, int, int]:
    if candidate.type == "identifier":
        known = looks_identifying(reading.profile.header) is not None
        return (not candidate.exact, not reading.is_unique, int(known), reading.place)
    return (not candidate.exact, False, reading.profile.empty, reading.place)


def _fitting_type(quantity: Quantity, reading: Reading) -> str | None:
    """The type that a column has as this quantity; None when its values can't be it."""
    for kind in quantity.types:
        if kind == "identifier" and not reading.dates:
            return kind
        if kind == "date" and (reading.dates or _is_serial(reading)):
            return kind
        if kind == "number" and reading.numbers and _measures(quantity, reading.numbers):
            return kind
        if kind == "category" and _has_levels(quantity, reading):
            return kind
    return None


def _is_serial(reading: Reading) -> bool:
    return reading.numbers is not None and is_serial(list(reading.numbers.values.values()))


def _measures(quantity: Quantity, numbers: Numbers) -> bool:
    """Whether the numbers are amounts rather than codes."""
    distinct = numbers.distinct
    if quantity.phase == "time":
        return len(distinct) > 2 or max(distinct) > 2
    if quantity.name in _ALWAYS_NUMBERS or quantity.types == ("number",):
        return True
    codes = distinct <= {0, 1} or distinct <= {1, 2}
    if quantity.types[0] == "number":
        return not codes
    return len(distinct) > _FEW


def _has_levels(quantity: Quantity, reading: Reading) -> bool:
    if reading.dates and reading.dates.rival is None and len(reading.codes) > 2:
        return False
    most = 4 if quantity.coding in ("sex",) else MOST_LEVELS
    if reading.numbers and not reading.numbers.strange:
        return len(reading.numbers.distinct) <= _FEW
    return 1 <= len(reading.codes) <= most
