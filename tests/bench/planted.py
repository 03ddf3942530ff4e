"""Planted misprints: how many the checks find, what they take for the true number, and how often they cry wolf.

`make bench` runs it; alone: python tests/bench/planted.py [--tables N] [--seed S] [--cases]
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from peritrace.published import Published
from peritrace.relations.corrections import Conflict, Corrector
from peritrace.relations.network import Network
from peritrace.relations.slips import SLIPS
from tests.bench.misprints import KIND_ORDER, Misprint, draw_misprint, printed_with
from tests.bench.printed_survival import print_survival
from tests.bench.printed_tables import TableSet, draw_table_set
from tests.bench.ties import Ties

GRADES = ("impossible", "not reproducible", "unusual")


@dataclass(frozen=True)
class Found:
    """What became of one misprint."""

    number: int  # of the table set
    misprint: Misprint
    checkable: bool  # the source prints something that binds the number
    beyond: bool  # and excludes what was printed
    caught: bool  # it is suspected for a violated relation of which it is a member
    alone: bool  # and nothing else is
    rank: int | None  # of the true text among the corrections shown; None where it is not among them


@dataclass
class Results:
    """Of all table sets; those on clean tables are of every set as it was before a misprint."""

    found: list[Found] = field(default_factory=list)
    grades: Counter[str] = field(default_factory=Counter)
    sets_with: Counter[str] = field(default_factory=Counter)
    sets: int = 0
    numbers: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


def run(tables: int, seed: int = 1, every: int = 2) -> Results:
    """Print so many table sets, check each as it is, and every second one again with a misprint."""
    results = Results()
    for number in range(tables):
        rng = np.random.default_rng([seed, number])
        printed = draw_table_set(rng)
        print_survival(printed, rng)
        start = time.process_time()
        grades = Counter(checked.outcome.grade for checked in _network(printed.published, printed).checked)
        results.seconds += time.process_time() - start
        results.numbers += len(printed.published.claims)
        results.sets += 1
        results.grades += grades
        results.sets_with += Counter(grades.keys())
        if number % every == every - 1:
            results.found.append(_plant(number, printed, rng, results))
    return results


def _network(published: Published, tables: TableSet) -> Network:
    return Network(published, {"association": tables.habits.stated})


def _plant(number: int, tables: TableSet, rng: np.random.Generator, results: Results) -> Found:
    """Alter one number, and see whether it is found."""
    misprint = draw_misprint(tables.published, rng)
    name, true = misprint.claim.claim_id, misprint.claim.reported
    excluded = [excludes(misprint.text) for excludes in Ties(tables, rng).of(misprint.claim)]
    published = printed_with(tables.published, misprint)
    start = time.process_time()
    conflicts = Corrector(_network(published, tables)).conflicts()
    results.slowest = max(results.slowest, time.process_time() - start)
    mine = [c for c in conflicts if name in c.suspects and any(name in r.members for r in c.relations)]
    ranks = [rank for conflict in mine if (rank := _rank(conflict, name, true))]
    return Found(
        number=number,
        misprint=misprint,
        checkable=bool(excluded),
        beyond=any(excluded),
        caught=bool(mine),
        alone=any(conflict.suspects == (name,) for conflict in mine),
        rank=min(ranks, default=None),
    )


def _rank(conflict: Conflict, name: str, text: str) -> int | None:
    texts = [(c.claim_id, c.text) for c in conflict.corrections]
    return texts.index((name, text)) + 1 if (name, text) in texts else None


COLUMNS = (
    ("", "misprints", 10),
    ("", "checkable", 10),
    ("", "caught", 12),
    ("beyond", "rounding", 10),
    ("of them", "caught", 12),
    ("of these", "blamed alone", 14),
    ("true text", "first", 12),
    ("in first", "three", 12),
)


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:3.0f}%)" if whole else "–"


def _row(label: str, found: Iterable[Found]) -> str:
    found = list(found)
    checkable, beyond = [f for f in found if f.checkable], [f for f in found if f.beyond]
    caught = [f for f in beyond if f.caught]
    cells = (
        str(len(found)),
        str(len(checkable)),
        _share(sum(f.caught for f in checkable), len(checkable)),
        str(len(beyond)),
        _share(len(caught), len(beyond)),
        _share(sum(f.alone for f in caught), len(caught)),
        _share(sum(f.rank == 1 for f in caught), len(caught)),
        _share(sum((f.rank or 9) <= 3 for f in caught), len(caught)),
    )
    return f"{label:28}" + "".join(f"{cell:>{width}}" for cell, (*_, width) in zip(cells, COLUMNS, strict=True))


def report(results: Results) -> str:
    """The tables that `make bench` prints."""
    found = results.found
    lines = [f"Planted misprints: {len(found)} in {results.sets} table sets with {results.numbers} numbers", ""]
    for line in (0, 1):
        lines.append(f"{'':28}" + "".join(f"{column[line]:>{column[2]}}" for column in COLUMNS))
    lines += [_row(kind, [f for f in found if f.misprint.kind == kind]) for kind in KIND_ORDER]
    lines += ["", *(_row(slip, [f for f in found if f.misprint.slip == slip]) for slip in SLIPS)]
    total = sum(results.grades.values())
    lines += ["", _row("all", found), "", f"False alarms among {total} relations of the {results.sets} clean sets:"]
    for grade in GRADES:
        count, sets = results.grades[grade], results.sets_with[grade]
        lines.append(f"{grade:28}{count:6d} ({100 * count / total:.2f}%) in {_share(sets, results.sets)} of the sets")
    checking = f"{results.seconds / results.sets:.3f} to check a set"
    lines.append(f"CPU seconds: {checking}, at most {results.slowest:.2f} to check one and correct its misprint")
    return "\n".join(lines)


def cases(results: Results) -> str:
    """The misprints that were missed, or whose true text did not come first."""
    lines = []
    for f in results.found:
        if f.beyond and (not f.caught or f.rank != 1):
            what = f"{f.misprint.claim.quantity} {f.misprint.claim.reported} → {f.misprint.text}"
            fate = f"true text {f.rank or 'not shown'}" if f.caught else "missed"
            lines.append(f"set {f.number}: {what} ({f.misprint.slip}; {f.misprint.claim.location}): {fate}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", action="store_true", help="list what was missed or corrected otherwise")
    options = parser.parse_args()
    results = run(options.tables, options.seed)
    if options.cases:
        print(cases(results), end="\n\n")
    print(report(results))


if __name__ == "__main__":
    main()
