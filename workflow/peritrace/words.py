"""Small pieces of English: counts, lists, labels inside a sentence."""

import re
from collections.abc import Sequence
from datetime import date


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 patient", "10 patients"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listing(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def in_sentence(label: str) -> str:
    """A label inside a sentence: "Completeness …" loses its capital, "PCI" and "T stage" keep theirs."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def listing_or(items: Sequence[str]) -> str:
    """ "a", "a or b", "a, b or c"."""
    return " or ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def slug(*parts: str) -> str:
    """Words as an id: small letters and digits joined by hyphens; signs that tell levels apart become words."""
    text = " ".join(part for part in parts if part).lower()
    for sign, word in {"<": " below ", "≥": " from ", "≤": " upto ", ">": " above ", "%": " percent "}.items():
        text = text.replace(sign, word)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def long_date(day: date) -> str:
    """ "26 November 2026", whatever the language of the system."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
