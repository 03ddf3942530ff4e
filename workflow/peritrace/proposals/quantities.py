"""The quantities that a proposal knows, and the words by which extracts call them, their units and their codes.

The words stand in four tables beside this module: `quantities.csv`, `lexicon.csv` (headers), `units.csv`, and
`codings.csv` (codes).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
LEAST_URGENT = 99  # the priority of a quantity without one


@dataclass(frozen=True)
class Quantity:
    """A known quantity.

    `types` are the column types that it can have, the usual one first; `phase` says when it is known (baseline,
    operative, outcome) or what it serves for (identity, date, event, time); `priority` is its place among the
    covariates of a model by clinical weight, 1 the first; `coding` names the family of its codes.
    """

    name: str
    label: str
    types: tuple[str, ...]
    unit: str | None
    phase: str
    priority: int
    coding: str


@dataclass(frozen=True)
class Term:
    """A word by which headers call a quantity; `yes` is the level that an answer of yes stands for, if any."""

    name: str
    language: str
    term: str
    yes: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, strict=True)


@cache
def quantities() -> dict[str, Quantity]:
    """Every known quantity by its name."""
    return {
        row["name"]: Quantity(
            row["name"],
            row["label"],
            tuple(row["types"].split()),
            row["unit"] or None,
            row["phase"],
            int(row["priority"] or LEAST_URGENT),
            row["coding"],
        )
        for row in _rows("quantities.csv")
    }


@cache
def lexicon() -> tuple[Term, ...]:
    """Every word for a header."""
    return tuple(Term(row["name"], row["language"], row["term"], row["yes"]) for row in _rows("lexicon.csv"))


@cache
def units() -> dict[str, str]:
    """Units by the ways of writing them, in small letters."""
    return {row["term"].casefold(): row["unit"] for row in _rows("units.csv")}


@cache
def codings() -> dict[str, dict[str, dict[str, str]]]:
    """Levels by coding, language and the word for them, in small letters."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in _rows("codings.csv"):
        found.setdefault(row["coding"], {}).setdefault(row["language"], {})[row["term"].casefold()] = row["level"]
    return found
