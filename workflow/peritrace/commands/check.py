"""check: hold the numbers of published tables against one another, without a study file."""

import argparse
import os
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

from peritrace.extracts.tables import read_published
from peritrace.methods import METHODS
from peritrace.problems import InputRefused
from peritrace.relations.inferences import inferences
from peritrace.relations.relation import GRADES, IMPOSSIBLE, UNUSUAL
from peritrace.stages.audit_tables import verdict_rows, write_audit
from peritrace.study import Audit, Study
from peritrace.verdicts.published import PublishedJudge
from peritrace.words import counted, listing

FITTING, NOT_FITTING, REFUSED = 0, 1, 2
TOUCHED = {"conclusion": "touches a conclusion", "result": "touches a result", "description": "touches a description"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("tables", nargs="+", type=Path, metavar="TABLES", help="folder of tidy tables (counts.csv, …)")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to write (default: <TABLES>-audit here; one per folder)"
    )
    parser.add_argument(
        "--test",
        action="append",
        default=[],
        metavar="NAME",
        choices=sorted(METHODS),
        help="a test that the source states for its P values (may be repeated), such as fisher or chi-square",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check each folder; returns 0 when everything fits, 1 when something does not, 2 when a table was refused."""
    worst = FITTING
    for folder in arguments.tables:
        name = (
            re.sub(r"[^a-z0-9]+", "-", Path(os.path.abspath(folder)).name.lower()).strip("-")[:40].strip("-")
            or "tables"
        )
        out = arguments.out or Path(f"{name}-audit")
        if arguments.out and len(arguments.tables) > 1:
            out = arguments.out / name
        try:
            published = read_published(folder, str(folder))
        except InputRefused as refusal:
            print(refusal)
            worst = REFUSED
            continue
        study = Study(id=name, audit=Audit(stated={"association": arguments.test} if arguments.test else {}))
        judge = PublishedJudge(published, study)
        write_audit(judge, out)
        print("\n".join(_wrapped(summary(judge, folder))))
        written = f"Written: {out / 'verdicts.csv'} (every number); checks, corrections and inferences beside it."
        print(f"\n{written}\n")
        if judge.doubts or any(found.grade == IMPOSSIBLE for found in inferences(judge.network)):
            worst = max(worst, NOT_FITTING)
    return worst


def summary(judge: PublishedJudge, folder: Path) -> Iterator[str]:
    """What was found, in lines: counts, then what does not fit, what is unusual, and what the numbers imply."""
    claims, checked = judge.published.claims, judge.network.checked
    graded = [f"{sum(c.outcome.grade == grade for c in checked)} {grade}" for grade in GRADES]
    yield f"{folder}: {counted(len(claims), 'printed number')}, {counted(len(checked), 'relation')}: {listing(graded)}."
    wrong = [row for row in verdict_rows(judge) if row["verdict"] == "contradicted"]
    if wrong:
        yield ""
        yield "Does not fit:"
    for row in sorted(wrong, key=lambda row: list(TOUCHED).index(row["touches"])):
        yield f"  - {row['location']}: {row['statement']}, printed {row['reported']} ({TOUCHED[row['touches']]})"
        yield f"    {row['explanation']}"
    remarks = [f"{c.relation.subject}: {c.outcome.explanation}" for c in checked if c.outcome.grade == UNUSUAL]
    if remarks:
        yield ""
        yield "Unusual:"
    yield from (f"  - {remark}" for remark in remarks)
    found = list(inferences(judge.network))
    implied = [f"{one.subject}{' (impossible)' * (one.grade == IMPOSSIBLE)}: {one.explanation}" for one in found]
    if implied:
        yield ""
        yield "Implied:"
    yield from (f"  - {text}" for text in implied)
    if not wrong and not remarks and not any(one.grade == IMPOSSIBLE for one in found):
        yield "Everything fits."


def _wrapped(lines: Iterator[str]) -> Iterator[str]:
    width = min(shutil.get_terminal_size((100, 20)).columns, 120)
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" -")))
        yield textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False) if line else ""
