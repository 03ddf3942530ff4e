"""What the codes of a category mean: from the header, from words in one of the languages, from the quantity.

Where the meaning of a numeric code is only likely, the likely one is proposed and doubted; where nothing is known the
level is named by its code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from peritrace.proposals.quantities import Quantity, codings
from peritrace.proposals.remarks import Remark, doubt
from peritrace.words import listing

MOST_LEVELS = 12
KIND = "event"  # of an event whose code is a number: "event 1", until somebody names it
_MOST_KINDS = 4  # of an answer yes that are told apart: TACE, resection …
_ORDER = (
    *("no", "yes"),
    *("alive", "censored", "no event", "lost to follow-up", "dead", "event"),
    *("male", "female", "synchronous", "metachronous"),
)
_ROMAN = {"0": "none", "1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}
_CLAVIEN = re.compile(
    r"(?:clavien[-–\s]*dindo|clavien|grade|grad|grado|grau|cd)?[\s:-]*"
    r"(?P<grade>0|none|no|无|keine|iv|v|i{1,3}|[1-5])[\s-]*(?P<part>[ab])?[\s-]*(?P<lasting>d)?(?:级|期)?",
    re.IGNORECASE,
)
_CC = re.compile(r"cc[rs]?[\s_-]*(?:score)?[\s:_-]*(?P<score>[0-3])(?:级|分)?", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?")
_NATURAL = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Levels:
    """Code → level, in order; `missing` are codes that stand for a missing value."""

    levels: dict[str, str]
    remarks: tuple[Remark, ...] = ()
    missing: tuple[str, ...] = ()
    by_code: bool = False  # nothing is known of the codes
    as_they_stand: bool = False  # words that no language of the tables knows


@dataclass(frozen=True)
class Hints:
    """What is known of a category from elsewhere."""

    quantity: Quantity | None = None
    yes: str = ""  # the level that an answer of yes stands for
    explained: Mapping[str, str] = field(default_factory=dict)  # codes explained in the header or a data dictionary
    explained_in: str = "the header"


def propose_levels(codes: Sequence[str], hints: Hints) -> Levels:
    """Give every code a level."""
    coding = hints.quantity.coding if hints.quantity else ""
    if hints.explained and set(codes) <= set(hints.explained):
        return _explained(codes, hints, coding)
    if coding == "clavien" and (grades := _all(codes, _clavien)):
        return _graded(grades)
    if coding == "cc" and (scores := _all(codes, _cc_score)):
        return Levels(_sorted(scores))
    if numeric := _numeric(codes):
        return _of_numbers(numeric, coding, hints)
    return _of_words(codes, coding, hints)


def _explained(codes: Sequence[str], hints: Hints, coding: str) -> Levels:
    """Codes that the header or the data dictionary explains, their words turned into English where they are known."""
    known = {code: level for code, level in hints.explained.items() if code in codes}
    family, translated, _ = _translate(list(known.values()), coding)
    levels = {code: _yes_means(translated.get(level, level), hints.yes, family) for code, level in known.items()}
    return Levels(_in_order(levels), (Remark(f"The codes are explained in {hints.explained_in}."),))


def _of_words(codes: Sequence[str], coding: str, hints: Hints) -> Levels:
    family, known, is_disputed = _translate(codes, coding)
    levels = {code: _yes_means(known.get(code, ""), hints.yes, family) for code in codes if code in known}
    unknown = [code for code in codes if code not in known]
    remarks: tuple[Remark, ...] = ()
    if coding == "yes_no" and set(levels.values()) == {"no"} and len(unknown) > _MOST_KINDS:
        text = f"{listing([repr(code) for code in levels])} is taken for no, every other code for yes."
        return Levels(levels | dict.fromkeys(unknown, "yes"), (doubt(text),))
    if any(not code.isascii() for code in unknown):
        remarks = (Remark("In the words of the extract; English ones may stand to the right."),)
    if levels and unknown and family == "vital":
        words = listing([f"{code!r}" for code in unknown])
        remarks = (
            *remarks,
            doubt(f"{words} says neither alive nor dead: taken for no event.", decides=True),
        )
    if is_disputed:
        remarks = (*remarks, doubt("these words mean different things in different languages; is this the right one?"))
    return Levels(_in_order(levels | _same_spelling(unknown)), remarks, as_they_stand=len(unknown) > len(levels))


def _translate(codes: Sequence[str], coding: str) -> tuple[str, dict[str, str], bool]:
    """The family of codes, the English levels of those that one language knows, and whether another disagrees.

    Two different levels at least, except of a quantity's own coding, which comes before the others. Sex and vital
    status say more than yes and no.
    """
    families = [coding] if coding in codings() else []
    families += [family for family in ("sex", "vital", "yes_no", "onset") if family not in families]
    for family in families:
        readings = [
            {code: words[code.casefold()] for code in codes if code.casefold() in words}
            for words in codings()[family].values()
        ]
        most = max((len(set(known.values())), len(known)) for known in readings)
        best = [known for known in readings if (len(set(known.values())), len(known)) == most]
        enough = most[0] > (0 if family == coding else min(1, len(codes) - 1))
        if enough and (most[1] == len(codes) or family == coding):
            return family, best[0], any(known != best[0] for known in best)
    return "", {}, False


def _yes_means(level: str, yes: str, family: str) -> str:
    """What yes and no stand for under a header such as "death": dead and alive."""
    if family != "yes_no" or not yes:
        return level
    no = {"dead": "alive", "alive": "dead", "censored": "dead", "male": "female", "female": "male"}[yes]
    return yes if level == "yes" else no


def _of_numbers(numeric: dict[str, float], coding: str, hints: Hints) -> Levels:
    """Codes that are numbers: the likely meaning, doubted."""
    missing = _missing(numeric)
    kept = {code: value for code, value in numeric.items() if code not in missing}
    remarks: list[Remark] = []
    if missing:
        remarks.append(doubt(f"{listing(missing)} taken for a code of a missing value.", decides=coding == "vital"))
    values = set(kept.values())
    ordered = dict(sorted(kept.items(), key=lambda item: item[1]))
    if coding == "vital":
        levels, remark = _vital(ordered, values, hints.yes)
    elif coding == "sex" and (hints.yes or values <= {0, 1} or values <= {1, 2}):
        levels, remark = _sex(ordered, values, hints.yes)
    elif coding == "yes_no" and len(values) == 2 and 0 in values:
        levels = {code: "yes" if value else "no" for code, value in ordered.items()}
        remark = doubt(f"{listing([*ordered])}: 0 is taken for no.")
    elif coding == "yes_no" and values == {1, 2}:
        levels = {code: "yes" if value == 1 else "no" for code, value in ordered.items()}
        remark = doubt("1 is taken for yes and 2 for no; the extract does not say so.", decides=True)
    elif coding == "ordinal":
        return Levels({code: code for code in ordered}, tuple(remarks), tuple(missing))
    else:
        remark = doubt(f"what do the codes {listing([*ordered])} mean? The levels are named by their codes.")
        return Levels({code: code for code in ordered}, (*remarks, remark), tuple(missing), by_code=True)
    return Levels(levels, (*remarks, remark), tuple(missing))


def _vital(ordered: dict[str, float], values: set[float], yes: str) -> tuple[dict[str, str], Remark]:
    codes = list(ordered)
    if yes == "censored" and values == {0, 1}:
        return dict(zip(codes, ("dead", "censored"), strict=True)), doubt(
            "1 is taken for censored and 0 for dead, by the header.", decides=True
        )
    if yes == "alive" and values == {0, 1}:
        levels = {codes[1]: "alive", codes[0]: "dead"}
        return levels, doubt("1 is taken for alive and 0 for dead, by the header.", decides=True)
    if values in ({0, 1}, {1, 2}):
        why = "as is usual" if values == {0, 1} else "as in R's lung"
        levels = dict(zip(codes, ("alive", "dead"), strict=True))
        text = f"{codes[0]} is taken for alive (no event) and {codes[1]} for dead (event), {why}; if not, swap them."
        return levels, doubt(text, decides=True)
    first, *others = codes
    levels = {first: "no event"} | {code: f"{KIND} {code}" for code in others}
    names = listing([f"{KIND} {code}" for code in others])
    text = (
        f"{first} is taken for no event, {names} for different kinds of event. Name them; if one of them is no event "
        "(a transplantation where deaths are counted, say), delete it where the endpoints name it."
    )
    return levels, doubt(text, decides=True)


def _sex(ordered: dict[str, float], values: set[float], yes: str) -> tuple[dict[str, str], Remark]:
    codes = list(ordered)
    if yes and values <= {0, 1}:
        other = "female" if yes == "male" else "male"
        return {code: yes if value else other for code, value in ordered.items()}, doubt(f"1 is taken for {yes}.")
    if values == {1, 2}:
        text = "1 is taken for male and 2 for female (ISO/IEC 5218); if not, swap them."
        return dict(zip(codes, ("male", "female"), strict=True)), doubt(text)
    text = "1 is taken for male and 0 for female; if not, swap them."
    return {code: "male" if value == 1 else "female" for code, value in reversed(ordered.items())}, doubt(text)


def _missing(numeric: dict[str, float]) -> list[str]:
    """9, 99 or -9 beside a few small codes."""
    suspects = {code for code in numeric if code.strip("-") in {"9", "99", "999", "88", "77"}}
    others = [value for code, value in numeric.items() if code not in suspects]
    if not suspects or not others or max(others) > 5 or min(others) < 0:
        return []
    return sorted(suspects)


def _graded(grades: dict[str, str]) -> Levels:
    order = ["none", "I", "II", "III", "IIIa", "IIIb", "IV", "IVa", "IVb", "V"]
    ranked = sorted(grades, key=lambda code: (order.index(grades[code].removesuffix("d")), code))
    levels = {code: grades[code] for code in ranked}
    if not all(code.isdigit() for code in levels) or set(levels) <= {"0"}:
        return Levels(levels)
    return Levels(levels, (doubt("0 to 5 are taken for none and the grades I to V.", decides=True),))


def _clavien(code: str) -> str | None:
    match = _CLAVIEN.fullmatch(code.strip())
    if match is None:
        return None
    word = match["grade"].casefold()
    grade = "none" if word in ("0", "none", "no", "无", "keine") else _ROMAN.get(word, word.upper())
    part = (match["part"] or "").lower() if grade in ("III", "IV") else ""
    if match["part"] and not part:
        return None
    return grade + part + ("d" if match["lasting"] and grade != "none" else "")


def _cc_score(code: str) -> str | None:
    match = _CC.fullmatch(code.strip()) or re.fullmatch(r"(?P<score>[0-3])", code)
    return match["score"] if match else None


def _all(codes: Sequence[str], read: Callable[[str], str | None]) -> dict[str, str]:
    """What each code reads as; empty where one of them can't be read."""
    found = {code: level for code in codes if (level := read(code)) is not None}
    return found if len(found) == len(codes) else {}


def _numeric(codes: Sequence[str]) -> dict[str, float]:
    """The codes as numbers; empty where one of them is none."""
    return {code: float(code) for code in codes} if all(_NUMBER.fullmatch(code) for code in codes) else {}


def _same_spelling(codes: Sequence[str]) -> dict[str, str]:
    """Codes that differ in capitals only are one level."""
    first: dict[str, str] = {}
    named = {code: first.setdefault(code.casefold(), code) for code in codes}
    return dict(sorted(named.items(), key=lambda item: natural(item[1])))


def natural(text: str) -> list[tuple[int, float, str]]:
    """A key that sorts "T2" before "T10"."""
    parts = _NATURAL.split(text.casefold())
    return [(0, float(part), "") if part.isdecimal() and part.isascii() else (1, 0.0, part) for part in parts if part]


def _sorted(levels: dict[str, str]) -> dict[str, str]:
    return dict(sorted(levels.items(), key=lambda item: natural(item[1])))


def _in_order(levels: dict[str, str]) -> dict[str, str]:
    """No before yes, alive before dead; what is not known keeps its place behind."""
    ranks = {level: rank for rank, level in enumerate(_ORDER)}
    return dict(sorted(levels.items(), key=lambda item: ranks.get(item[1], len(ranks))))
