"""Turn the bytes of a text file into UTF-8 by the encoding that its study file states, and find the damaged lines.

The encodings of Windows stand for the standards that their files name: a Japanese Excel writes what Python calls cp932
where others say Shift-JIS, likewise cp950 for Big5 and cp949 for EUC-KR. Each holds its standard and a few more
characters.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from peritrace.extracts.detection import CODECS, NAMES, Guess, detect_encoding
from peritrace.extracts.extract import MOST_FAULTS, Fault, whole

SAVE_AS = "Save the file as CSV UTF-8 (comma delimited)."
_MOST_LINES = 20  # so many damaged lines are not damage: the whole file is in another encoding
# Python passes bytes that Shift-JIS does not have; they become the lone surrogates that stand for other bad bytes.
_NOT_SHIFT_JIS = str.maketrans({0x80: 0xDC80, 0xF8F0: 0xDCA0, 0xF8F1: 0xDCFD, 0xF8F2: 0xDCFE, 0xF8F3: 0xDCFF})


@dataclass(frozen=True)
class Decoded:
    """A text in UTF-8 in which `errors` brings back the bytes that could not be read as lone surrogates."""

    data: bytes
    errors: str
    damaged: dict[int, Fault]


def decode(data: bytes, encoding: str) -> Decoded | Fault:
    """Decode a file by its stated encoding; a fault when it is in another one altogether."""
    if fault := _another_encoding(data, encoding):
        return fault
    if encoding == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
        decoded = Decoded(data, "surrogateescape", _damaged(data, _bad_byte, "utf-8"))
    elif encoding == "utf-16":
        decoded = _from_utf_16(data)
    else:
        text = data.decode(CODECS[encoding], "surrogateescape")
        text = text.translate(_NOT_SHIFT_JIS) if encoding == "shift-jis" else text.removeprefix("\ufeff")
        bad = _bad_byte_of(encoding)
        decoded = Decoded(text.encode("utf-8", "surrogatepass"), "surrogatepass", _damaged(data, bad, encoding))
    return _explained(decoded, data, encoding)


def _another_encoding(data: bytes, encoding: str) -> Fault | None:
    """Marks and patterns by which a file shows at once that it is not in the stated encoding."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data.count(0) > len(data) // 4
    rule = _stated(encoding)
    if encoding != "utf-16" and wide:
        return whole("text in UTF-16 or UTF-32", rule, remedy_for(detect_encoding(data)), 1)
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = "UTF-16 without its byte order mark" if wide else "text that is not UTF-16"
        return whole(found, rule, SAVE_AS if wide else remedy_for(detect_encoding(data)), 1)
    if encoding == "utf-16" and data.startswith(codecs.BOM_UTF32_LE):
        return whole("text in UTF-32", rule, SAVE_AS, 1)
    if encoding not in ("utf-8", "utf-16") and _is_really_utf_8(data, encoding):
        return whole("text in UTF-8", rule, remedy_for(detect_encoding(data)), 1)
    return None


def _is_really_utf_8(data: bytes, encoding: str) -> bool:
    """Text of another encoding hardly ever is UTF-8 by chance, but a few Chinese or Korean characters may be."""
    if data.startswith(codecs.BOM_UTF8):
        return True
    if data.isascii() or _bad_byte(data) is not None:
        return False
    return encoding.startswith("windows") or sum(character > "\u07ff" for character in data.decode()) >= 3


def _stated(encoding: str) -> str:
    if encoding == "utf-8":
        return "an extract is in UTF-8, unless source.encoding in the study file says otherwise"
    return f"the study file says encoding: {encoding} (under source)"


def remedy_for(guess: Guess) -> str:
    """What to write in the study file where the encoding was recognised."""
    if guess.value is None:
        return SAVE_AS
    others = [
        c.value for c in guess.candidates[1:] if guess.confidence < 0.8 and c.confidence > 0.75 * guess.confidence
    ]
    doubt = f" (or {' or '.join(others)})" if others else ""
    line = f"Write `encoding: {guess.value}` under source: in the study file"
    return f"It reads as {NAMES[guess.value]}{doubt}: {guess.reason}. {line}, or save the file as CSV UTF-8."


def _explained(decoded: Decoded, data: bytes, encoding: str) -> Decoded | Fault:
    """Tell a file in another encoding from one with damaged bytes, and let the faults say what was detected."""
    foreign = {line: fault for line, fault in decoded.damaged.items() if "NUL" not in fault.found}
    if not foreign:
        return decoded
    guess = detect_encoding(data)
    if guess.value in (None, encoding):
        return decoded
    remedy = remedy_for(guess)
    if 1 in foreign or len(foreign) > _MOST_LINES:
        found = f"text that is not {NAMES[encoding]}, from this line on"
        return whole(found, _stated(encoding), remedy, min(foreign))
    explained = {
        line: whole(fault.found, fault.rule, remedy, line) if line in foreign else fault
        for line, fault in decoded.damaged.items()
    }
    return Decoded(decoded.data, decoded.errors, explained)


def _damaged(data: bytes, bad_byte: Callable[[bytes], int | None], encoding: str) -> dict[int, Fault]:
    """The lines with a NUL byte or with bytes of another encoding; the position counts bytes from 1 in the line."""
    if b"\0" not in data and bad_byte(data) is None:
        return {}
    damaged: dict[int, Fault] = {}
    for line, content in enumerate(data.split(b"\n"), start=1):
        if (null := content.find(b"\0")) >= 0:
            rule = "text holds no NUL bytes: the file was damaged on its way"
            damaged[line] = whole(f"a NUL byte (byte {null + 1} of the line)", rule, "Export the file again.", line)
        elif (bad := bad_byte(content)) is not None:
            found = f"a byte that is not {NAMES[encoding]} (byte {bad + 1} of the line)"
            damaged[line] = whole(found, _stated(encoding), SAVE_AS, line)
        if len(damaged) == MOST_FAULTS:
            break
    return damaged


def _bad_byte(content: bytes, codec: str = "utf-8") -> int | None:
    try:
        content.decode(codec)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _bad_byte_of(encoding: str) -> Callable[[bytes], int | None]:
    codec = CODECS[encoding]
    if encoding != "shift-jis":
        return lambda content: _bad_byte(content, codec)

    def bad(content: bytes) -> int | None:
        text = content.decode(codec, "surrogateescape").translate(_NOT_SHIFT_JIS)
        place = next((i for i, character in enumerate(text) if "\ud800" <= character <= "\udfff"), None)
        return None if place is None else len(text[:place].encode(codec))

    return bad


def _from_utf_16(data: bytes) -> Decoded:
    odd = len(data) % 2
    text = data[: len(data) - odd].decode("utf-16", "surrogatepass")
    utf_8 = text.encode("utf-8", "surrogatepass")
    damaged: dict[int, Fault] = {}
    if b"\0" in utf_8 or _bad_byte(utf_8) is not None:
        for line, content in enumerate(text.split("\n"), start=1):
            place = next((i for i, c in enumerate(content) if c == "\0" or "\ud800" <= c <= "\udfff"), None)
            if place is not None:
                kind = "a NUL" if content[place] == "\0" else "half a"
                found = f"{kind} character (character {place + 1} of the line)"
                rule = "text in UTF-16 holds whole characters: the file was damaged on its way"
                damaged[line] = whole(found, rule, "Export the file again.", line)
            if len(damaged) == MOST_FAULTS:
                break
    if odd:
        line = text.count("\n") + 1
        rule = "text in UTF-16 has two bytes to a character: the file may be truncated"
        damaged[line] = whole("half a character at the end", rule, "Export the file again.", line)
    return Decoded(utf_8, "surrogatepass", damaged)
