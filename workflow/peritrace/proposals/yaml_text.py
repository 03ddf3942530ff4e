"""YAML that a person reads: one line for what fits on one, quotes where a reader of YAML would take a text for another.

PyYAML's own writer keeps no comments and breaks lines elsewhere; only what study files hold is written here.
"""

import json
import re
from collections.abc import Mapping, Sequence

import yaml

WIDTH = 118
_PLAIN = re.compile(r"[^\W\d_](?:[\w +/()%.<>≥≤––'&-]*[\w)%.+])?")
_AMBIGUOUS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"})

Comments = Mapping[str, str]  # beside the lines of keys


def scalar(value: object) -> str:
    """A single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value)
    return text if _is_plain(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or text.casefold() in _AMBIGUOUS or " -" in text:
        return False
    if not text.isprintable():
        return False
    return isinstance(yaml.safe_load(text), str)


def _quoted(text: str) -> str:
    """Double quotes, with whatever can't be seen as an escape."""
    inside = json.dumps(text, ensure_ascii=False)
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in inside
    )


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def entry(key: str, value: object, indent: int, beside: Comments | None = None) -> list[str]:
    """The lines of a key with its value; lists and maps that don't fit on one line take several."""
    pad = " " * indent
    name = scalar(key)
    line = f"{pad}{name}: {flow(value)}"
    is_map = isinstance(value, Mapping)
    if (beside and is_map) or (len(line) > WIDTH and isinstance(value, Mapping | list)):
        if isinstance(value, Mapping):
            lines = [f"{pad}{name}:"]
            for inner, item in value.items():
                inside = entry(str(inner), item, indent + 2)
                inside[0] += f" # {beside[str(inner)]}" if beside and str(inner) in beside else ""
                lines += inside
            return lines
        if isinstance(value, list):
            if value and isinstance(value[0], Mapping):
                return [f"{pad}{name}:", *(line for item in value for line in listed(item, indent + 2))]
            return [f"{pad}{name}:", *_wrapped(value, indent + 2)]
    if len(line) > WIDTH and isinstance(value, str) and " " in value and _folds(value):
        return [f"{pad}{name}: >-", *_folded(value, indent + 2)]
    return [line]


def listed(item: Mapping[str, object], indent: int, beside: Comments | None = None) -> list[str]:
    """The lines of an item of a list: in braces where that fits on a line, else a key to a line."""
    pad = " " * indent
    line = f"{pad}- {flow(item)}"
    if not beside and len(line) <= WIDTH:
        return [line]
    lines = [line for key, value in item.items() for line in entry(key, value, indent + 2, beside)]
    return [f"{pad}- {lines[0][indent + 2 :]}", *lines[1:]]


def comment(text: str, indent: int, mark: str = "") -> list[str]:
    """A comment, broken into lines; further lines of a marked one stand under its first word."""
    pad = " " * indent
    words = " ".join(text.split()).split(" ")
    hang = "  " if mark else ""
    lines = [f"{pad}# {mark}{words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(f"{pad}# {hang}{word}")
        else:
            lines[-1] += f" {word}"
    return lines


def _wrapped(items: Sequence[object], indent: int) -> list[str]:
    """A list in brackets over several lines."""
    pad = " " * indent
    lines = [pad + "["]
    for place, item in enumerate(items):
        text = flow(item) + ("," if place < len(items) - 1 else "]")
        if len(lines[-1]) + 1 + len(text) > WIDTH:
            lines.append(f"{pad} {text}")
        else:
            lines[-1] += text if lines[-1].endswith("[") else f" {text}"
    return lines


def _folds(text: str) -> bool:
    return text.isprintable() and text == " ".join(text.split())


def _folded(text: str, indent: int) -> list[str]:
    pad = " " * indent
    lines = [pad]
    for word in text.split(" "):
        if len(lines[-1]) + 1 + len(word) > WIDTH and lines[-1].strip():
            lines.append(pad + word)
        else:
            lines[-1] += word if not lines[-1].strip() else f" {word}"
    return lines
