"""verify: recompute every hash, and say what was changed, is missing, is stale or was made by no recorded job."""

import argparse
from collections import Counter
from pathlib import Path

from peritrace.crates.verification import crate_problems
from peritrace.verification import Finding, verify
from peritrace.words import counted

SOUND, FOUND, NOTHING = 0, 1, 2
HEADINGS = {
    "changed": "Changed by hand since it was made",
    "damaged": "Records that are not as a job wrote them",
    "broken chain": "Records that no longer fit the one after them",
    "missing": "Missing",
    "stale": "Stale: the results are of something earlier",
    "unrecorded": "Made by no recorded job",
    "note": "Without effect on any result",
}
MOST = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("crate", nargs="?", type=Path, metavar="CRATE", help="a crate instead of this project")
    parser.add_argument(
        "--most", type=int, default=MOST, metavar="N", help=f"show so many of each kind at most (default {MOST})"
    )


def run(arguments: argparse.Namespace) -> int:
    """Verify the project in this folder; returns 0 when all is as recorded, 1 when not, 2 when nothing is recorded."""
    if arguments.crate:
        return verify_crate(arguments.crate)
    done = verify(Path())
    if not done.records and not done.findings:
        print("No record lies under results/: run `make reports` first.")
        return NOTHING
    print("\n".join(account(done.findings, arguments.most)))
    looked = f"{counted(done.files, 'file')} and {counted(len(done.records), 'record')} were looked at"
    if any(finding.counts for finding in done.findings):
        print(f"{looked}; what is named above is not as recorded.")
        return FOUND
    print(f"{looked}: every hash is as recorded, from the raw files to the pages.")
    return SOUND


def verify_crate(path: Path) -> int:
    """Hold a crate against its files and itself; returns 0 when every claim holds, else 1."""
    problems = crate_problems(path)
    print("\n".join(problems) or f"{path}: every hash and every claim holds.")
    return FOUND if problems else SOUND


def account(findings: list[Finding], most: int) -> list[str]:
    """The findings kind by kind, those that count first."""
    lines = []
    counts = Counter(finding.kind for finding in findings)
    for kind, heading in HEADINGS.items():
        if not counts[kind]:
            continue
        lines.append(f"{heading} ({counts[kind]}):")
        mine = [finding for finding in findings if finding.kind == kind]
        lines += [f"  {finding.file}: {finding.explanation}" for finding in mine[:most]]
        if len(mine) > most:
            lines.append(f"  … and {len(mine) - most} more")
        lines.append("")
    return lines
