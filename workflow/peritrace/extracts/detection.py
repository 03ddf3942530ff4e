"""Recognise the encoding and the delimiter of a text file, with a reason in words.

Nothing is read by what is detected here: a refusal names it, and a new study file proposes it. Every encoding that a
study file may state is tried strictly, and what it yields is weighed: Chinese, Japanese and Korean by how common its
characters are, others by whether accented and Cyrillic letters stand where words have them.
"""

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "gb18030": "gb18030",
    "big5": "cp950",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "windows-1252": "cp1252",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
}
NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GB18030 (simplified Chinese)",
    "big5": "Big5 (traditional Chinese)",
    "shift-jis": "Shift-JIS (Japanese)",
    "euc-kr": "EUC-KR (Korean)",
    "windows-1252": "Windows-1252 (Western European)",
    "windows-1250": "Windows-1250 (Central European)",
    "windows-1251": "Windows-1251 (Cyrillic)",
}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAMPLE = 200_000  # bytes of lines beyond ASCII that are weighed
_SAMPLE_ROWS = 200

# The most common characters, and words of clinical tables.
_SIMPLIFIED = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
    "定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由"
    "男女龄别患者术前肿瘤癌期腹膜转移疗存活死亡随访组织病血清否无未是号姓名日月手术热灌注肝胃肠卵巢切除复发"
)
_TRADITIONAL = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多"
    "定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由"
    "男女齡別患者術前腫瘤癌期腹膜轉移療存活死亡追蹤隨訪組織病血清否無未是號姓名日月手術熱灌注肝胃腸卵巢切除復發"
)
_JAPANESE = frozenset("年月日性別男女齢術前後患者有無死亡生存再発転移腹膜癌期腫瘍手術切除化学療法番号例合併症診断")
_KOREAN = frozenset(
    "이다는에을의가고로하지은한도기사시를서나자대인어리아수정성여부남환별생존망술후전일번호령암복막재발유무"
)
# The letters that the languages of a code page need beyond A to Z; a text is in one of them.
_WESTERN = tuple(
    frozenset(letters + letters.upper())
    for letters in ("äöüß", "éèêëàâçîïôûùœæ", "áéíóúñü", "àèéìíòóù", "áâãàçéêíóôõú", "åäöæøéü", "ëïéèöü", "áðéíóúýþæö")
)
_CENTRAL = tuple(
    frozenset(letters + letters.upper())
    for letters in ("ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß")
)
_SYMBOLS = frozenset("°µ±²³½×·•§®™€…–—‘’“”„«»≤≥\u00a0№")


@dataclass(frozen=True)
class Candidate:
    """One encoding or delimiter that the file may have; confidence goes from 0 to 1."""

    value: str
    confidence: float
    reason: str


@dataclass(frozen=True)
class Guess:
    """What was detected: the candidates, best first. `value` is None where none of those that can be stated fits."""

    candidates: tuple[Candidate, ...]
    reason: str

    @property
    def value(self) -> str | None:
        """The best candidate as the study file writes it."""
        return self.candidates[0].value if self.candidates else None

    @property
    def confidence(self) -> float:
        """How sure it is, from 0 to 1."""
        return self.candidates[0].confidence if self.candidates else 0.0


def _sure(value: str, confidence: float, reason: str) -> Guess:
    return Guess((Candidate(value, confidence, reason),), reason)


def detect_encoding(data: bytes) -> Guess:
    """Recognise the encoding of a text file."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Guess((), "it begins with the mark of UTF-32, which can't be stated")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _sure("utf-16", 1.0, "it begins with the mark of UTF-16")
    if data.startswith(codecs.BOM_UTF8):
        return _sure("utf-8", 1.0, "it begins with the mark of UTF-8")
    if data.count(0) > len(data) // 4:
        return Guess((), "every second byte or so is 0, as in UTF-16 without its mark, which can't be stated")
    if data.isascii():
        return _sure("utf-8", 1.0, "it holds letters A to Z, digits and signs that all encodings share")
    if _is(data, "utf-8"):
        few = sum(byte > 127 for byte in data) < 6
        return _sure("utf-8", 0.7 if few else 0.99, "all characters beyond ASCII are well-formed UTF-8")
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    sound = sum(_is(line, "utf-8") for line in lines)
    if sound > len(lines) // 2:
        reason = f"{len(lines) - sound} of {len(lines)} lines beyond ASCII are not well-formed, the others are UTF-8"
        return _sure("utf-8", 0.6, reason)
    return _weighed(data, lines)


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(CODECS[encoding])
    except UnicodeDecodeError:
        return False
    return True


def _weighed(data: bytes, lines: list[bytes]) -> Guess:
    """The encodings in which every byte has a meaning, by how plausible the characters are that they yield."""
    sample = b"\n".join(lines[: max(1, _SAMPLE * len(lines) // len(b"".join(lines)))])
    texts = {name: sample.decode(CODECS[name]) for name in _WEIGHTS if _is(data, name)}
    scores = {name: _score(text, _WEIGHTS[name]) for name, text in texts.items()}
    ranked = sorted((name for name in scores if scores[name] > 0.15), key=lambda name: -scores[name])
    if not ranked:
        return Guess((), "its bytes make no plausible text in any encoding that can be stated")
    best = ranked[0]
    rivals = [name for name in ranked[1:] if texts[name] != texts[best]]
    lead = scores[best] - (scores[rivals[0]] if rivals else 0.0)
    beyond = sum(not character.isascii() for character in texts[best])
    sure = scores[best] * min(1.0, 0.5 + lead / 0.4) * beyond / (beyond + 1)
    reason = f"every byte fits, and the characters beyond ASCII look like words of its languages ({scores[best]:.0%})"
    candidates = [Candidate(best, round(min(sure, 0.99), 2), reason)]
    for name in ranked[1:]:
        same = texts[name] == texts[best]
        words = (
            "it yields the same text" if same else f"every byte fits, but the text looks stranger ({scores[name]:.0%})"
        )
        candidates.append(Candidate(name, round(sure * scores[name] / scores[best], 2), words))
    return Guess(tuple(candidates), reason)


def _score(text: str, ways: tuple[Callable[[str, int], float], ...]) -> float:
    """The mean weight of the characters beyond ASCII in the language that suits them best."""
    places = [place for place, character in enumerate(text) if not character.isascii()]
    return max(sum(weight(text, place) for place in places) for weight in ways) / max(1, len(places))


def _lead_byte(character: str, codec: str) -> int | None:
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return None
    return encoded[0] if len(encoded) == 2 else None


def _east_asian(common: frozenset[str], codec: str, frequent: range, signs: range) -> Callable[[str, int], float]:
    """Weigh by the rows of a national standard: it lists the characters in use before the rare ones."""

    def weight(text: str, place: int) -> float:
        character = text[place]
        if character in common:
            return 1.0
        lead = _lead_byte(character, codec)
        if lead is None:
            return 0.05
        return 0.6 if lead in frequent else 0.4 if lead in signs else 0.2

    return weight


def _japanese(text: str, place: int) -> float:
    character = text[place]
    if "\u3041" <= character <= "\u3093" or character in _JAPANESE:
        return 1.0
    if "\u30a1" <= character <= "\u30fc":
        return 0.9
    return _rare_japanese(text, place)


_rare_japanese = _east_asian(_JAPANESE, "shift_jis", range(0x88, 0x98), range(0x81, 0x83))


def _korean(text: str, place: int) -> float:
    character = text[place]
    if "\uac00" <= character <= "\ud7a3":
        return 1.0 if character in _KOREAN else 0.75 if _lead_byte(character, "euc_kr") else 0.05
    return 0.4 if _lead_byte(character, "euc_kr") in range(0xA1, 0xA4) else 0.1


def _neighbours(text: str, place: int) -> tuple[str, str]:
    return text[place - 1] if place else " ", text[place + 1] if place + 1 < len(text) else " "


def _latin(usual: frozenset[str]) -> Callable[[str, int], float]:
    """Accented letters stand within words of plain letters, capitals at their beginning, signs outside of them."""

    def weight(text: str, place: int) -> float:
        character, (before, after) = text[place], _neighbours(text, place)
        if character in _SYMBOLS:
            return 0.1 if before.isalpha() and after.isalpha() and character != "’" else 0.7
        score = 1.0 if character in usual else 0.4 if character.isalpha() else 0.1
        if character.isupper() and before.islower():
            score *= 0.3
        return score if any(n.isascii() and n.isalpha() for n in (before, after)) else score * 0.3

    return weight


def _cyrillic(text: str, place: int) -> float:
    character, (before, after) = text[place], _neighbours(text, place)
    if character in _SYMBOLS:
        return 0.1 if before.isalpha() and after.isalpha() else 0.5
    if not "\u0400" <= character <= "\u045f":
        return 0.1
    if any(n.isascii() and n.isalpha() for n in (before, after)) or (character.isupper() and before.islower()):
        return 0.0
    usual = "а" <= character.lower() <= "я"
    return 1.0 if usual and (character.islower() or not before.isalpha()) else 0.6


# By encoding, a way of weighing for each language or group of languages in it.
_WEIGHTS: dict[str, tuple[Callable[[str, int], float], ...]] = {
    "gb18030": (_east_asian(_SIMPLIFIED, "gb2312", range(0xB0, 0xD8), range(0xA1, 0xA4)),),
    "big5": (_east_asian(_TRADITIONAL, "big5", range(0xA4, 0xC7), range(0xA1, 0xA4)),),
    "shift-jis": (_japanese,),
    "euc-kr": (_korean,),
    "windows-1252": tuple(map(_latin, _WESTERN)),
    "windows-1250": tuple(map(_latin, _CENTRAL)),
    "windows-1251": (_cyrillic,),
}


def detect_delimiter(text: str) -> Guess:
    """Recognise what separates the cells: the sign that cuts most rows into as many cells as the header."""
    found = []
    for sign, words in DELIMITERS.items():
        header, *rows = _cell_counts(text, sign) or [0]
        if header > 1:
            fitting = sum(count == header for count in rows) / len(rows) if rows else 0.5
            reason = f"{words} cut {fitting:.0%} of the lines looked at into {header} cells, as many as the header"
            found.append((fitting, header, Candidate(sign, round(min(fitting, 0.99), 2), reason)))
    found.sort(key=lambda item: (-item[0], -item[1]))
    if not found:
        return Guess((), "neither commas nor semicolons, tabs or vertical bars stand in the header: it has one cell")
    return Guess(tuple(candidate for _, _, candidate in found), found[0][2].reason)


def _cell_counts(text: str, delimiter: str) -> list[int]:
    counts: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                counts.append(len(row))
            if len(counts) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # an unclosed quote or an overlong cell: what came before it is judged
    return counts
