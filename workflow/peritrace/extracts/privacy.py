"""What would tell who a patient is: headers that name such a thing, and cells that hold one.

Only the columns that a study file declares are looked at; others never leave intake. `identifying: true` lets a column
pass, and so does `replace: true` of an identifier, since results then number the patients. The kinds of things are
those of the HIPAA Safe Harbor (45 CFR 164.514(b)(2)); `extracts.identifying` lists the words for them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import numpy as np

from peritrace.extracts.extract import Cells, Extract
from peritrace.extracts.identifying import IDENTIFYING
from peritrace.meaning import AnyColumn, IdentifierColumn
from peritrace.problems import Problem
from peritrace.study import Study

MOST_PLACES = 50  # of one kind of thing in one column; where there are more, the column is what is wrong
_RECORD = "a hospital record number"
_BIRTH = "a date of birth"
_ALLOWED = "or declare it with identifying: true if your approval covers it."
_REMEDIES = {
    _RECORD: f"Put a study number in its place, or say replace: true if it tells the patients apart, {_ALLOWED}",
    _BIRTH: f"Put the age in its place and delete the column from the study file, {_ALLOWED}",
}
_DELETE_COLUMN = f"Delete the column from the study file, put a study number in its place, {_ALLOWED}"
_DELETE_TEXT = f"Delete that part of the cell or the column from the study file, {_ALLOWED}"
_REPLACE = f"Put a study number in its place, or say replace: true, {_ALLOWED}"

Kind = Literal["text", "code"]


def privacy_problems(read: Extract, study: Study, file: str) -> list[Problem]:
    """List the declared columns whose header looks identifying, and the cells of texts and codes that are."""
    problems = []
    for column in study.columns:
        replaced = isinstance(column, IdentifierColumn) and column.replace
        if column.identifying or replaced or read.header.count(column.source) != 1:
            continue
        if reason := looks_identifying(column.source) or looks_identifying(column.name):
            rule = "results hold nothing that tells who a patient is"
            remedy = _REMEDIES.get(reason, _DELETE_COLUMN)
            problems.append(Problem(file, 1, column.source, f"a header that looks like {reason}", rule, remedy))
        elif column.type not in ("number", "date"):
            problems += _cell_problems(read.columns[read.header.index(column.source)], read, column, file)
    return problems


def _cell_problems(cells: Cells, read: Extract, column: AnyColumn, file: str) -> list[Problem]:
    """Each place of a thing, or the first with their number where there are many."""
    problems = []
    codes = np.asarray(cells.codes)
    rule = f"{column.label} holds nothing that tells who a patient is"
    remedy = _REPLACE if column.type == "identifier" else _DELETE_TEXT
    kind: Kind = "text" if column.type == "text" else "code"
    for reason, places in _found(cells.strings, kind).items():
        rows = np.flatnonzero(np.isin(codes, places))
        found = reason if len(rows) <= MOST_PLACES else f"{reason} (in {len(rows):,} cells)"
        listed = rows if len(rows) <= MOST_PLACES else rows[:1]
        problems += [Problem(file, read.lines[row], column.source, found, rule, remedy) for row in listed]
    return problems


# Headers


def looks_identifying(header: str) -> str | None:
    """Return what a header seems to name ("a person's name"), None where it names nothing identifying.

    Words are compared as wholes: "drug_name", "renamed" and "telomere" name no person and no telephone.
    """
    words = _words(header)
    whole, text = " ".join(words), f" {' '.join(words)} "
    for match, phrase, reason in _lexicon():
        if (match == "whole" and phrase == whole) or (match == "word" and f" {phrase} " in text):
            return reason
        if match == "part" and phrase in whole:
            return reason
    return None


@cache
def _lexicon() -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (words.match, " ".join(_words(header)), words.reason)
        for words in IDENTIFYING
        for header in words.headers.split("|")
    )


def _words(header: str) -> list[str]:
    """The words of a header without accents, capitals and numbers: "PatientName_2" has patient and name."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", _plain(header))
    marks = unicodedata.normalize("NFD", text.casefold())
    bare = unicodedata.normalize("NFC", "".join(c for c in marks if unicodedata.category(c) != "Mn"))
    return [word for word in re.split(r"[\W_]+", bare) if word and not word.isdigit()]


def _plain(text: str) -> str:
    """Full-width letters and the digits of all scripts as common ones, and nothing invisible between them."""
    text = unicodedata.normalize("NFKC", text)
    if text.isascii():
        return text
    visible = (character for character in text if unicodedata.category(character) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in visible)


# Values


@dataclass(frozen=True)
class _Detector:
    """Finds one kind of thing in a cell. `mostly`: a cell counts only where at least half of its like do."""

    reason: str
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda _: True
    kinds: tuple[Kind, ...] = ("text", "code")
    mostly: bool = False


def identifying_values(strings: Iterable[str], kind: Kind = "text") -> dict[str, int]:
    """Count the strings that hold something identifying, by what it is ("an e-mail address").

    For cells of texts (`kind="text"`), and of categories and identifiers (`kind="code"`), in which a long number or a
    telephone's grouping of digits may be a code. Not for numbers and dates.
    """
    return {reason: len(places) for reason, places in _found(list(strings), kind).items()}


def _found(strings: list[str], kind: Kind) -> dict[str, list[int]]:
    """The places of the strings that hold something identifying, by what it is; a string counts for the first only."""
    found: dict[str, list[int]] = {}
    plain = {place: _plain(string) for place, string in enumerate(strings) if _WORTH_A_LOOK.search(string)}
    for detector in (detector for detector in _DETECTORS if kind in detector.kinds):
        like = [place for place, text in plain.items() if detector.pattern.search(text)]
        places = [place for place in like if any(map(detector.holds, detector.pattern.finditer(plain[place])))]
        if places and (not detector.mostly or 2 * len(places) >= len(like)):
            found.setdefault(detector.reason, []).extend(places)
            for place in places:
                del plain[place]
    return found


def _digits(match: re.Match[str]) -> list[int]:
    return [int(character) for character in match[0] if character.isdigit()]


def _is_resident_number(match: re.Match[str]) -> bool:
    """GB 11643-1999: a date of birth, and a check character after ISO 7064 MOD 11-2."""
    text = match[0]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
    return _is_day(text[6:10], text[10:12], text[12:14]) and "10X98765432"[total % 11] == text[17].upper()


def _is_nhs_number(match: re.Match[str]) -> bool:
    """Ten digits of which the last checks the others by modulus 11 (NHS Data Dictionary)."""
    *digits, check = _digits(match)
    rest = -sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
    return rest == check and len({*digits}) > 1


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2100
    except ValueError:
        return False


def _is_compact_day(match: re.Match[str]) -> bool:
    return _is_day(match[0][:4], match[0][4:6], match[0][6:])


def _is_address_of_a_computer(match: re.Match[str]) -> bool:
    """Four numbers up to 255, of which one has two digits: 5.6.7.8 are segments of the liver."""
    parts = [int(part) for part in match[0].split(".")]
    return max(parts) <= 255 and max(parts) >= 10


def _has_nine_digits(match: re.Match[str]) -> bool:
    return 9 <= len(_digits(match)) <= 15


_START, _END = r"(?<![\w-])(?<!\d[.,])", r"(?![\w-]|[.,]\d)"
_MONTHS = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|mar(?:ch|s)?|märz|mrz|apr(?:il)?|avril|may|mai|june?|juni?|juin|"
    "july?|juli?|juillet|aug(?:ust)?|août|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|"
    "de[cz](?:ember)?|décembre"
)
# Common surnames, without those that end or begin common words before a title (于, 任, 何, 许, 曾, 余).
_NAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林罗郑梁谢宋唐韩冯邓曹彭肖田董袁潘蒋蔡杜叶程苏魏吕丁沈姚卢"
_TITLES = "Dr|Prof|Mr|Mrs|Ms|Herrn?|Frau|Mme|Mlle|Madame|Monsieur|Sra?|Dott|Signora?"
_DATE = "a calendar date"
_TELEPHONE = "a telephone number"
_TEXT: tuple[Kind, ...] = ("text",)

# What every pattern below needs: three digits, an @, a "www", a capital and a small letter, or a Chinese sign.
_WORTH_A_LOOK = re.compile(r"\d\D*\d\D*\d|[@＠]|www|WWW|://|[A-Z][a-z]|[^\x00-\u02ff]")

_DETECTORS = (
    _Detector("an e-mail address", re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[a-z]{2,}", re.I)),
    _Detector("an address of the web", re.compile(r"\b(?:https?|ftp)://\S|\bwww\.[\w-]+\.", re.I)),
    _Detector(
        "an address of a computer",
        re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", re.A),
        _is_address_of_a_computer,
        kinds=_TEXT,
    ),
    _Detector("a Chinese identity number", re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.A), _is_resident_number),
    _Detector("an NHS number", re.compile(rf"{_START}\d{{3}}[ -]\d{{3}}[ -]\d{{4}}{_END}", re.A), _is_nhs_number),
    _Detector("an NHS number", re.compile(rf"{_START}\d{{10}}{_END}", re.A), _is_nhs_number, mostly=True),
    _Detector(
        "a US social security number",
        re.compile(rf"{_START}(?!000|666|9)\d{{3}}-(?!00)\d{{2}}-(?!0000)\d{{4}}{_END}", re.A),
    ),
    _Detector(
        _DATE, re.compile(r"(?<!\d)(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:[12]\d|3[01]|0?[1-9])(?!\d)", re.A)
    ),
    _Detector(
        _DATE, re.compile(r"(?<!\d)(?:[12]\d|3[01]|0?[1-9])([-/.])(?:[12]\d|3[01]|0?[1-9])\1(?:19|20)\d\d(?!\d)", re.A)
    ),
    _Detector(
        _DATE, re.compile(r"(?<!\d)(?:19|20)\d\d(?:年\d{1,2}月|년 ?\d{1,2}월)|(?<!\d)\d{1,2}月\d{1,2}[日号]", re.A)
    ),
    _Detector(
        _DATE,
        re.compile(rf"\b(?:{_MONTHS})\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?:19|20)\d\d(?!\d)", re.I),
        kinds=_TEXT,
    ),
    _Detector(
        _DATE, re.compile(r"(?<![\d./])(?:[012]\d|3[01])\.(?:0\d|1[0-2])\.\d\d(?![\d./]|\.\d)", re.A), kinds=_TEXT
    ),
    _Detector(
        _DATE, re.compile(rf"{_START}(?:19|20)\d{{6}}{_END}", re.A), _is_compact_day, kinds=("code",), mostly=True
    ),
    _Detector(_DATE, re.compile(rf"{_START}(?:19|20)\d{{6}}{_END}", re.A), _is_compact_day, kinds=_TEXT),
    _Detector(_TELEPHONE, re.compile(r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\d.])", re.A)),
    _Detector(_TELEPHONE, re.compile(r"(?<![\w.])\+[1-9][\d ()/-]{7,20}\d", re.A), _has_nine_digits, kinds=_TEXT),
    _Detector(
        _TELEPHONE, re.compile(rf"{_START}(?:\(\d{{3}}\) ?|\d{{3}}[-. ])\d{{3}}[-.]\d{{4}}{_END}", re.A), kinds=_TEXT
    ),
    _Detector(_TELEPHONE, re.compile(rf"{_START}0\d{{2,4}}[ /-]\d{{3,4}}[ -]?\d{{3,5}}{_END}", re.A), kinds=_TEXT),
    _Detector(
        _TELEPHONE,
        re.compile(
            r"(?:\b(?:telephone|phone|telefon|tél|tel|mobile|handy|fax)|电话|手机|電話)[.: ]{0,3}[+(]?\d[\d ()/-]{4,}",
            re.I,
        ),
        kinds=_TEXT,
    ),
    _Detector("a person's name", re.compile(rf"\b(?:{_TITLES})\.? ?(?<=[. ])[A-ZÄÖÜÉ][\w'’-]"), kinds=_TEXT),
    _Detector(
        "a person's name", re.compile(rf"[{_NAMES}](?:医生|主任|教授|[一-龥]{{0,2}}(?:先生|女士|小姐))"), kinds=_TEXT
    ),
    _Detector("a long number", re.compile(rf"{_START}\d{{8,}}{_END}", re.A), kinds=_TEXT),
)
