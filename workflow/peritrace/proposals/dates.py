"""Whether a column holds dates, in which format, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from peritrace.extracts.cells import EARLIEST_YEAR, LATEST_YEAR, read_date
from peritrace.proposals.profile import missing_words
from peritrace.words import counted

_PATTERNS = (
    *(f"%Y{s}%m{s}%d" for s in "-/."),
    *(f"%d{s}%m{s}%Y" for s in ".-/"),
    *(f"%m{s}%d{s}%Y" for s in "/-."),
    "%Y%m%d",
    *(f"%d{s}%b{s}%Y" for s in ("-", " ", "", "/", ".")),
    *(f"%d{s}%B{s}%Y" for s in ("-", " ")),
    "%d. %B %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    *(f"%d{s}%m{s}%y" for s in "./-"),
    *(f"%m{s}%d{s}%y" for s in "/-"),
    *(f"%y{s}%m{s}%d" for s in "-/"),
    *(f"%d{s}%b{s}%y" for s in ("-", " ", "")),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S.%f")
_CHINESE = re.compile(r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日?")
_SERIAL_RANGE = (15000, 60000)  # days since 1900 in Excel: 1941 to 2064
_LEAST_SHARE = 0.8  # of the rows that a format must read
_FIRST_LOOK = 40


@dataclass(frozen=True)
class Dates:
    """Dates by the strings that write them; `rival` is another format that reads as many of them."""

    pattern: str
    values: dict[str, date]
    counts: dict[str, int]
    words: list[str]  # that stand for a missing date
    unread: list[str]
    evidence: str
    rival: str | None = None
    settled: str | None = None  # what the choice against the rival rests on

    @property
    def latest(self) -> date:
        """The last date."""
        return max(self.values.values())

    @property
    def total(self) -> int:
        """How many rows hold a date, readable or not."""
        return sum(self.counts.values())


def read_dates(counts: dict[str, int]) -> Dates | None:
    """Find the format that reads most; None where the strings are no dates."""
    words = missing_words(counts)
    rest = {string: count for string, count in counts.items() if string not in words}
    if not rest or not any(character.isdigit() for character in next(iter(rest))):
        return None
    readings = {pattern: values for pattern in _likely(list(rest)) if (values := _read_all(rest, pattern))}
    read = {pattern: sum(rest[string] for string in values) for pattern, values in readings.items()}
    if not read or max(read.values()) < _LEAST_SHARE * sum(rest.values()):
        return None
    most = max(read.values())
    best = [pattern for pattern, count in read.items() if count == most]
    # A year of two digits is only taken where one of four does not do.
    best = [pattern for pattern in best if "%Y" in pattern] or best
    pattern, rivals = best[0], best[1:]
    unread = [string for string in rest if string not in readings[pattern]]
    return Dates(
        pattern,
        readings[pattern],
        rest,
        words,
        unread,
        _evidence(pattern, read, sum(rest.values())),
        rivals[0] if rivals else None,
    )


def settle(columns: Sequence[Dates]) -> list[Dates]:
    """Let columns whose order of day and month is certain decide for the others of the same file."""
    certain = [column for column in columns if column.rival is None and _order(column.pattern) in ("dm", "md")]
    orders = {_order(column.pattern) for column in certain}
    settled = []
    for column in columns:
        if column.rival and len(orders) == 1:
            (order,) = orders
            other = column.rival if _order(column.rival) == order else column.pattern
            settled.append(_as(column, other, "the other dates of the file have it"))
        elif column.rival:
            settled.append(_as(column, _day_first(column), "no date decides"))
        else:
            settled.append(column)
    return settled


def is_serial(values: Sequence[float]) -> bool:
    """Whether numbers look like dates that Excel handed on as serial numbers."""
    low, high = _SERIAL_RANGE
    return bool(values) and all(low <= value <= high and value == int(value) for value in values)


def has_chinese_dates(counts: dict[str, int]) -> bool:
    """Whether dates are written as 2021年3月7日, which no format reads."""
    return any(_CHINESE.fullmatch(string) for string in counts)


def _order(pattern: str) -> str:
    return "".join(c for c in pattern if c in "dm")[:2] if pattern.startswith(("%d", "%m")) else "ymd"


def _day_first(column: Dates) -> str:
    """Most of the world writes the day before the month."""
    both = (column.pattern, column.rival or column.pattern)
    return next((pattern for pattern in both if _order(pattern) == "dm"), column.pattern)


def _as(column: Dates, pattern: str, why: str) -> Dates:
    if pattern == column.pattern:
        return replace(column, settled=why)
    values = _read_all(column.counts, pattern)
    return replace(column, pattern=pattern, values=values, rival=column.pattern, settled=why)


def _likely(strings: list[str]) -> list[str]:
    """The formats that read some of the first strings."""
    some = strings[:_FIRST_LOOK]
    return [p + time for time in _TIMES for p in _PATTERNS if any(_read(string, p + time) for string in some)]


def _read_all(counts: dict[str, int], pattern: str) -> dict[str, date]:
    return {string: found for string in counts if (found := _read(string, pattern))}


def _read(string: str, pattern: str) -> date | None:
    if ("%Y%m%d" in pattern or "%b%Y" in pattern or "%b%y" in pattern) and len(string) < 7:
        return None  # strptime would read 2021 as the first of February of the year 2
    try:
        found = read_date(string, pattern)
    except ValueError:
        return None
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _evidence(pattern: str, read: dict[str, int], total: int) -> str:
    count = read[pattern]
    share = f"all {total} dates read" if count == total else f"{count} of {total} dates read"
    if total == 1:
        share = "the one date reads"
    text = f"{share} as {pattern}"
    order = _order(pattern)
    if order == "ymd":
        return text
    swapped = pattern.translate(str.maketrans("dm", "md")) if "%b" not in pattern and "%B" not in pattern else ""
    excluded = total - read.get(swapped, 0)
    if swapped and excluded and read.get(swapped, 0) < count:
        place = "first" if order == "dm" else "second"
        text += (
            f"; {counted(excluded, 'date')} with 13 or more in {place} place exclude{'s' * (excluded == 1)} {swapped}"
        )
    return text
