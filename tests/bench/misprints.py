"""Typical misprints of printed numbers, and printing a source with one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from peritrace.claims import Claim
from peritrace.printed import UnreadableNumber
from peritrace.published import EFFECT_PARTS, SUMMARIES, Published
from peritrace.relations.slips import SLIPS

KINDS = {
    "count": "count",
    "share": "percentage",
    "ratio": "ratio",
    "ratio-low": "limit",
    "ratio-high": "limit",
    "prediction": "P of effect",
    "association": "P of association",
    "median": "median, quartile",
    "lower-quartile": "median, quartile",
    "upper-quartile": "median, quartile",
    "mean": "mean, SD",
    "standard-deviation": "mean, SD",
    "survival-median": "survival median",
    "survival-median-low": "survival median",
    "survival-median-high": "survival median",
}
KIND_ORDER = (*dict.fromkeys(KINDS.values()), "event count", "group size")


@dataclass(frozen=True)
class Misprint:
    """One number of a source, printed wrong."""

    claim: Claim
    text: str
    slip: str

    @property
    def kind(self) -> str:
        if self.claim.quantity == "count" and self.claim.level == "event":
            return "event count"
        if self.claim.quantity == "count" and not self.claim.variable:
            return "group size"
        return KINDS[self.claim.quantity]


def draw_misprint(published: Published, rng: np.random.Generator) -> Misprint:
    """Any printed number, and a slip of the usual frequency that it can suffer."""
    numbers = [claim for claim in published.claims if claim.quantity in KINDS and claim.printed.value is not None]
    while True:
        claim = numbers[int(rng.integers(len(numbers)))]
        slip = str(rng.choice(list(SLIPS), p=np.array(list(SLIPS.values())) / sum(SLIPS.values())))
        texts = [text for text in dict.fromkeys(SLIP_MAKERS[slip](claim.reported)) if _is_another(claim, text)]
        if texts:
            return Misprint(claim, texts[int(rng.integers(len(texts)))], slip)


def _is_another(claim: Claim, text: str) -> bool:
    """Whether a text is a number such as one would print, and another than the true one."""
    digits = text.lstrip("<>= P")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return False
    if digits.endswith((".", ".%")) or digits.startswith("."):
        return False
    try:
        return claim.read(text).value not in (None, claim.printed.value)
    except UnreadableNumber:
        return False


def _places(text: str) -> list[int]:
    return [place for place, character in enumerate(text) if character.isdigit()]


def _changed(text: str) -> Iterator[str]:
    for place in _places(text):
        yield from (text[:place] + digit + text[place + 1 :] for digit in "0123456789")


def _swapped(text: str) -> Iterator[str]:
    for place in _places(text):
        if text[place + 1 : place + 2].isdigit():
            yield text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _lost(text: str) -> Iterator[str]:
    for place in _places(text):
        yield text[:place] + text[place + 1 :]


def _doubled(text: str) -> Iterator[str]:
    for place in _places(text):
        yield text[:place] + text[place] + text[place:]


def _moved(text: str) -> Iterator[str]:
    """The point one place on: 1.83 as 18.3 or 0.183, 0.46 as 4.6 or 0.046."""
    start = min(_places(text))
    end = max(_places(text)) + 1
    whole, point, decimals = text[start:end].partition(".")
    if point:
        right = (whole.lstrip("0") + decimals[:1], decimals[1:])
        left = (whole[:-1] or "0", whole[-1:] + decimals)
        for before, after in (right, left):
            yield text[:start] + before + (f".{after}" if after else "") + text[end:]


SLIP_MAKERS = {
    "one digit changed": _changed,
    "neighbouring digits swapped": _swapped,
    "a digit lost": _lost,
    "a digit doubled": _doubled,
    "the decimal point moved": _moved,
}


def printed_with(published: Published, misprint: Misprint) -> Published:
    """The source with the misprint in the cell or the sentence of its claim."""
    cells = list(_cells(published))
    place = [claim.claim_id for claim in published.claims].index(misprint.claim.claim_id)
    if place >= len(cells):
        stated = list(published.stated)
        stated[place - len(cells)] = replace(misprint.claim, reported=misprint.text)
        return _another(published, stated=tuple(stated))
    kind, row, name = cells[place]
    rows = list(getattr(published, kind))
    rows[row] = replace(rows[row], **{name: misprint.text})
    return _another(published, **{kind: tuple(rows)})


def _another(published: Published, **parts: object) -> Published:
    return Published(**({f.name: getattr(published, f.name) for f in fields(Published)} | parts))


def _cells(published: Published) -> Iterator[tuple[str, int, str]]:
    """Table, row and column of every claim that is a cell, in the order of the claims."""
    columns = {
        "counts": ("count", "of", "percent"),
        "numbers": tuple(SUMMARIES),
        "tests": ("p",),
        "effects": tuple(EFFECT_PARTS),
    }
    for kind, names in columns.items():
        for row, cell in enumerate(getattr(published, kind)):
            yield from ((kind, row, name) for name in names if getattr(cell, name))
