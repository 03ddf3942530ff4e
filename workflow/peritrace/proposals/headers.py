"""What a header says: the quantity it names in one of the languages of the lexicon, its unit, its codes."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from peritrace.proposals.quantities import Term, lexicon, units

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"[(\[{（【〔［](?P<inside>[^()\[\]{}（）【】〔〕［］]*)[)\]}）】〕］]")
_SEPARATORS = re.compile(r"[^\w]+|_", re.UNICODE)
_CODE = re.compile(r"\s*(?P<code>[\w+-]{1,12})\s*[=:：＝]\s*(?P<level>[^,;，；、/|]+)")
_STOP_WORDS = frozenset(
    [
        "of",
        "the",
        "at",
        "in",
        "for",
        "a",
        "an",
        "der",
        "die",
        "das",
        "des",
        "dem",
        "den",
        "im",
        "am",
        "bei",
        "de",
        "du",
        "la",
        "le",
        "les",
        "l",
        "d",
        "el",
        "los",
        "del",
        "di",
        "dell",
        "della",
        "do",
        "da",
        "dos",
    ]
)
_SIMILAR = 0.85  # of difflib's ratio
_LEAST_LETTERS = 5  # shorter words resemble one another by chance


@dataclass(frozen=True)
class Header:
    """A header taken apart: what is left without brackets, a unit, and codes explained in it (1 = male, 2 = female)."""

    text: str
    words: tuple[str, ...]
    unit: str | None = None
    codes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """A quantity that a header may name; `exact` is False where it only looks like a known word."""

    name: str
    exact: bool
    term: str
    yes: str


def shown(text: str) -> str:
    """A header as a comment or a label shows it: one line of visible characters, not too long."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(visible.split())
    return line if len(line) <= 60 else line[:59] + "…"


def words_of(text: str) -> tuple[str, ...]:
    """Small words without accents and signs: "dateOfSurgery", "date_of_surgery" and "Date of surgery" are the same."""
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    decomposed = unicodedata.normalize("NFD", plain)
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    spaced = _SEPARATORS.sub(" ", unicodedata.normalize("NFC", bare)).split()
    return tuple(word for word in spaced if word not in _STOP_WORDS) or tuple(spaced)


def read_header(text: str) -> Header:
    """Take a header apart."""
    codes: dict[str, str] = {}
    unit = None
    rest = text
    for bracket in _BRACKETS.finditer(text):
        inside = unicodedata.normalize("NFKC", bracket["inside"]).strip()
        explained = {m["code"]: m["level"].strip() for m in _CODE.finditer(inside)}
        if len(explained) > 1:
            codes = explained
        elif known := units().get(inside.casefold().replace("μ", "µ")):
            unit = known
        else:
            continue
        rest = rest.replace(bracket[0], " ")
    return Header(text, words_of(rest), unit, codes)


@cache
def _index() -> tuple[dict[str, list[Term]], dict[tuple[str, ...], list[Term]]]:
    """The words of the lexicon: run together, and sorted (so that "surgery date" is "date of surgery")."""
    together: dict[str, list[Term]] = {}
    as_sets: dict[tuple[str, ...], list[Term]] = {}
    for term in lexicon():
        words = words_of(term.term)
        together.setdefault("".join(words), []).append(term)
        as_sets.setdefault(tuple(sorted(words)), []).append(term)
    return together, as_sets


def matches(header: Header) -> tuple[list[Match], str | None]:
    """The quantities that a header may name, the surest first, and its unit if the header states one."""
    unit = header.unit or (units().get(header.words[-1]) if len(header.words) > 1 else None)
    found = _exact(header.words) or (_exact(header.words[:-1]) if unit and not header.unit else [])
    return found or _similar(header.words), unit


def _exact(words: tuple[str, ...]) -> list[Match]:
    together, as_sets = _index()
    terms = [*together.get("".join(words), []), *as_sets.get(tuple(sorted(words)), [])]
    return _once(Match(term.name, True, term.term, term.yes) for term in terms)


def _similar(words: tuple[str, ...]) -> list[Match]:
    """Words that hold a known one, the longest first, then words spelled much like one."""
    together, _ = _index()
    key = "".join(words)
    held = []
    for known, terms in together.items():
        if known.isascii():
            inside = len(known) >= _LEAST_LETTERS and set(words_of(terms[0].term)) <= set(words)
        else:
            inside = len(known) >= 2 and known in key
        held += [(len(known), term) for term in terms if inside]
    near = difflib.get_close_matches(key, together, n=3, cutoff=_SIMILAR) if len(key) >= _LEAST_LETTERS else []
    ordered = [term for _, term in sorted(held, key=lambda item: -item[0])] + [t for k in near for t in together[k]]
    return _once(Match(term.name, False, term.term, term.yes) for term in ordered)


def _once(found: Iterable[Match]) -> list[Match]:
    by_name: dict[str, Match] = {}
    for match in found:
        by_name.setdefault(match.name, match)
    return list(by_name.values())
