"""Free text of treatments, read through a lexicon of drug and procedure names; what is not listed stays unknown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from peritrace.files import read_table
from peritrace.problems import InputRefused, Problem

KINDS = ("class", "drug", "regimen", "procedure", "route", "none")
HOWS = ("name", "synonym", "abbreviation", "misspelling")
# What stands between courses of treatment, and between what is given together in one.
_COURSES = re.compile(r"\s*(?:[;,；，、]|\bfollowed by\b|\bthen\b)\s*", re.IGNORECASE)
_TOGETHER = re.compile(r"\s*[+＋]\s*")


@dataclass(frozen=True)
class Term:
    """What a name may stand for; `parents` are classes, `parts` the drugs of a regimen.

    `excludes` are the classes that a route takes a drug out of.
    """

    term: str
    label: str
    kind: str
    parents: tuple[str, ...]
    parts: tuple[str, ...]
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A written name and what it was taken for; `term` is empty for an unknown one.

    `course` numbers what is given together; `route` is a term too, written behind a name or at the end of a course.
    """

    written: str
    term: str = ""
    how: str = "unknown"
    source: str = ""
    route: str = ""
    course: int = 1


@dataclass(frozen=True)
class Lexicon:
    """Terms by id, and names (case folded) with their term, how and source."""

    terms: dict[str, Term]
    names: dict[str, tuple[str, str, str]]

    def read(self, text: str) -> list[Mapping]:
        """Every name of a text, in order, with the course that it belongs to."""
        found: list[Mapping] = []
        for number, course in enumerate(filter(None, _COURSES.split(text.strip())), start=1):
            names = [self._map(piece) for piece in _TOGETHER.split(course) if piece]
            last = names[-1].route if names else ""
            found += [replace(name, course=number, route=name.route or (last if name.term else "")) for name in names]
        return found

    def _map(self, written: str) -> Mapping:
        if found := self.names.get(_folded(written)):
            return Mapping(written, *found)
        name, _, last = written.rpartition(" ")
        route, drug = self.names.get(_folded(last)), self.names.get(_folded(name))
        if route and drug and self.terms[route[0]].kind == "route":
            source = f"{drug[2]}; {last}: {route[2]}"
            return Mapping(written, drug[0], drug[1], source, route[0])
        return Mapping(written)

    def label(self, term: str) -> str:
        """What a reader calls a term."""
        return self.terms[term].label if term in self.terms else ""

    def members(self, mapping: Mapping) -> set[str]:
        """All that a name says was given: the term, its parts, its route, and the classes of all of them.

        A route may exclude classes: what is given into the peritoneum is not systemic.
        """
        term = self.terms.get(mapping.term)
        if term is None:
            return set()
        found = {term.term, *term.parts, *([mapping.route] if mapping.route else [])}
        found |= {parent for name in found for parent in self._classes(name)}
        excluded = set(self.terms[mapping.route].excludes) if mapping.route else set()
        of_class = {name for name in found if self.terms[name].kind == "class"}
        return found - {name for name in of_class if excluded & {name, *self._classes(name)}}

    def _classes(self, name: str) -> set[str]:
        found: set[str] = set()
        for parent in self.terms[name].parents:
            found |= {parent, *self._classes(parent)}
        return found

    def leaves_open(self, mapping: Mapping, wanted: str) -> bool:
        """Whether a name may stand for the wanted term without saying so: unknown, or a class that it belongs to."""
        if not mapping.term:
            return True
        return self.terms[mapping.term].kind == "class" and mapping.term in self._classes(wanted)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("\u2010", "-").replace("\u2011", "-").split())


def load_lexicon(folder: Path) -> Lexicon:
    """Read `terms.csv` and `names.csv`; raises InputRefused with every problem found."""
    paths = [folder / name for name in ("terms.csv", "names.csv")]
    missing = [Problem(str(p), None, "", "no file", "the lexicon has two files", "Put it back.") for p in paths]
    if absent := [problem for problem, path in zip(missing, paths, strict=True) if not path.is_file()]:
        raise InputRefused(f"lexicon {folder}", absent)
    read = [read_table(path) for path in paths]
    (term_rows, _), (name_rows, _) = read
    columns = ({"term", "label", "kind", "parents", "parts", "excludes", "source"}, {"name", "term", "how", "source"})
    faults = [
        Problem(str(path), 1, "", "other columns", f"columns are {', '.join(sorted(wanted))}", "Mend the header.")
        for path, rows, wanted in zip(paths, (term_rows, name_rows), columns, strict=True)
        if not rows or set(rows[0]) != wanted
    ]
    rule = "a row has as many cells as columns"
    for path, (_, lines) in zip(paths, read, strict=True):
        remedy = "Put a cell that holds a comma in quotes."
        faults += [Problem(str(path), line, "", "too few or too many cells", rule, remedy) for line in lines]
    if not faults:
        faults = [*_faulty_terms(paths[0], term_rows), *_faulty_names(paths[1], name_rows, term_rows)]
    if faults:
        raise InputRefused(f"lexicon {folder}", faults)
    lists = ("parents", "parts", "excludes")
    terms = {r["term"]: Term(r["term"], r["label"], r["kind"], *(_list(r[name]) for name in lists)) for r in term_rows}
    return Lexicon(terms, {_folded(r["name"]): (r["term"], r["how"], r["source"]) for r in name_rows})


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _faulty_terms(path: Path, rows: Sequence[dict[str, str]]) -> Iterator[Problem]:
    known: set[str] = set()
    classes = {row["term"] for row in rows if row["kind"] == "class"}
    all_terms = {row["term"] for row in rows}
    seen_classes: set[str] = set()  # a class stands before those below it, so no class can be its own ancestor
    for line, row in enumerate(rows, start=2):
        if row["term"] in known:
            yield Problem(str(path), line, "term", "a term twice", "terms differ", "Delete one of them.")
        known.add(row["term"])
        if row["kind"] not in KINDS:
            yield Problem(str(path), line, "kind", "an unknown kind", f"kinds: {', '.join(KINDS)}", "Choose one.")
        for parent in _list(row["parents"]):
            if parent not in classes or (row["kind"] == "class" and parent not in seen_classes):
                rule = "a parent is a class that stands above"
                yield Problem(str(path), line, "parents", repr(parent), rule, "Add the class above, or mend the name.")
        for column in ("parts", "excludes"):
            for name in _list(row[column]):
                if name not in all_terms:
                    yield Problem(str(path), line, column, repr(name), "it must be a term", "Add it, or mend the name.")
        if row["kind"] == "class":
            seen_classes.add(row["term"])


def _faulty_names(path: Path, rows: Sequence[dict[str, str]], terms: Sequence[dict[str, str]]) -> Iterator[Problem]:
    known, seen = {row["term"] for row in terms}, set()
    for line, row in enumerate(rows, start=2):
        if row["term"] not in known:
            yield Problem(str(path), line, "term", repr(row["term"]), "a name maps to a term", "Add it to terms.csv.")
        if row["how"] not in HOWS:
            yield Problem(str(path), line, "how", "another word", f"one of {', '.join(HOWS)}", "Choose one.")
        if not row["source"].strip():
            yield Problem(str(path), line, "source", "empty", "every mapping names its source", "Name it.")
        if _folded(row["name"]) in seen:
            yield Problem(str(path), line, "name", "a name twice", "a name maps to one term", "Delete one of them.")
        seen.add(_folded(row["name"]))
