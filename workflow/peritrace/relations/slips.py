"""Slips of the pen: which texts could have been meant by a printed number, and how likely each slip is.

Beside the kind of slip it counts whether the text is written as numbers of its sort are in its place: a column whose
ratios all have three decimals is no likely home of one with four.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from peritrace.claims import Claim
from peritrace.printed import Misprint, Printed, UnreadableNumber, one_slip_away
from peritrace.published import place_of
from peritrace.relations.index import Index

# How often a misprint is of each kind: in round numbers, for nobody has counted them in medical tables. Only the
# order that they give to corrections depends on them.
SLIPS = {
    "one digit changed": 0.45,
    "neighbouring digits swapped": 0.25,
    "a digit lost": 0.12,
    "a digit doubled": 0.08,
    "the decimal point moved": 0.1,
}
# Numbers that one column, or one sentence, prints alike.
SORTS = {
    **dict.fromkeys(("ratio", "ratio-low", "ratio-high"), "ratio"),
    **dict.fromkeys(("median", "lower-quartile", "upper-quartile", "minimum", "maximum"), "median"),
    **dict.fromkeys(("mean", "standard-deviation"), "mean"),
    **dict.fromkeys(("survival-median", "survival-median-low", "survival-median-high"), "survival-median"),
}
WHOLE = ("count", "denominator", "factors", "deaths-within")
FEWEST_ALIKE, LEAST_ALIKE = 3, 0.8  # numbers of a sort and a place, and the share of them, that make a custom
BORDERS = {Decimal(text) for text in ("0.05", "0.01", "0.001", "0.0001", "0.99", "0.999")}  # of P values
UNCUSTOMARY = 0.02  # how likely a text with other decimals than the custom is, against one with as many


class Slips:
    """What may have been meant by each number of a source."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._decimals: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        for claim in index.claims.values():
            if claim.printed.value is not None:
                self._decimals[_home(claim)][claim.printed.decimals] += 1

    def of(self, name: str) -> Iterator[tuple[Misprint, Printed, float]]:
        """Each text that one slip turns into a number, read, and how likely it is that it was meant."""
        claim = self.index.claims[name]
        ways = _ways_to_slip(claim.reported)
        for misprint in candidates(claim.reported):
            try:
                printed = claim.read(misprint.text)
            except UnreadableNumber:
                continue
            if _same_sort(claim, printed):
                likelihood = SLIPS[misprint.slip] / ways[misprint.slip]
                yield misprint, printed, likelihood * self._custom(claim, printed)

    def _custom(self, claim: Claim, printed: Printed) -> float:
        """How customary the form is: so many decimals in the place, or the border of an inequality."""
        if printed.relation in ("<", ">"):
            return 1.0 if printed.value in BORDERS else UNCUSTOMARY
        others = self._decimals[_home(claim)].copy()
        others[claim.printed.decimals] -= 1
        if others.total() < FEWEST_ALIKE:
            return 1.0
        custom, times = others.most_common(1)[0]
        return 1.0 if times < LEAST_ALIKE * others.total() or printed.decimals == custom else UNCUSTOMARY


def candidates(text: str) -> list[Misprint]:
    """Every text that one slip turns into `text` and that one would print, the likelier kinds first."""
    found = {misprint.text: misprint.slip for misprint in one_slip_away(text)}
    places = [place for place, character in enumerate(text) if character.isdigit()]
    if places:
        for place in places:
            for digit in "0123456789":
                found.setdefault(text[: place + 1] + digit + text[place + 1 :], "a digit lost")
        for moved in _moved(text, places[0], places[-1] + 1):
            found.setdefault(moved, "the decimal point moved")
    return [Misprint(other, slip) for other, slip in found.items() if other != text and _usual_form(other)]


def _moved(text: str, start: int, end: int) -> Iterator[str]:
    """The number ten times as large and a tenth of it, with the same digits: 0.46 for 4.6, 34.1 for 341."""
    whole, _, decimals = text[start:end].partition(".")
    if decimals:
        larger = (whole + decimals[0]).lstrip("0") or "0"
        yield text[:start] + larger + ("." + decimals[1:] if decimals[1:] else "") + text[end:]
    yield text[:start] + (whole[:-1] or "0") + "." + whole[-1:] + decimals + text[end:]


def _usual_form(text: str) -> bool:
    """Whether a number is written as one prints it: "07" is not."""
    digits = text.lstrip("<>= Pp")
    return not (len(digits) > 1 and digits[0] == "0" and digits[1].isdigit())


def _same_sort(claim: Claim, printed: Printed) -> bool:
    """Whether a number can stand in the place of a printed one: a number of patients is a whole one."""
    whole = claim.quantity in WHOLE and claim.printed.count is not None
    return printed.value is not None and not (whole and printed.count is None)


def _home(claim: Claim) -> tuple[str, str]:
    return place_of(claim), SORTS.get(claim.quantity, claim.quantity)


def _ways_to_slip(text: str) -> Mapping[str, int]:
    """In how many ways each kind of slip could have happened in a number of this form."""
    digits = sum(character.isdigit() for character in text)
    return {
        "one digit changed": 9 * digits,
        "neighbouring digits swapped": max(1, digits - 1),
        "a digit lost": digits + 1,
        "a digit doubled": digits,
        "the decimal point moved": 2,
    }
