"""diff: what changed between two extracts of a cohort, before the new one replaces the old."""

import argparse
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from peritrace.changes import MOVED
from peritrace.changes.comparison import Changed, Moved, RowChange, distributions, result_changes, row_changes
from peritrace.changes.snapshot import Snapshot, snapshot
from peritrace.commands.studies import STUDIES, study_named
from peritrace.files import sha256
from peritrace.problems import InputRefused, Problem
from peritrace.stages.diff import write_changes
from peritrace.words import counted

SAME, DIFFERENT, REFUSED = 0, 1, 2
MOST = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("old", metavar="OLD", help="the earlier extract, or the id of a study")
    parser.add_argument("new", metavar="NEW", help="the new extract, or the id of a study")
    parser.add_argument("--study", metavar="ID", help="the study whose file says how to read extracts given as files")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write rows.csv, distributions.csv, results.csv there"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare; returns 0 when nothing differs, 1 when something does, 2 when an extract or study file is refused."""
    try:
        before, now = _snapshots(arguments.old, arguments.new, arguments.study)
    except InputRefused as refusal:
        print(refusal)
        return REFUSED
    rows = list(row_changes(before, now))
    moved = list(distributions(before, now))
    results = list(result_changes(before, now))
    print("\n".join(summary(rows, moved, results)))
    if arguments.out:
        write_changes(arguments.out, map(asdict, rows), map(asdict, moved), map(asdict, results))
        print(f"\nWritten: rows.csv, distributions.csv and results.csv in {arguments.out}")
    if not _is_study(arguments.new):
        new = Path(arguments.new)
        print(f"\nFor the study file, under source:\n  rows: {len(now.patients)}\n  sha256: {sha256(new)}")
    return DIFFERENT if rows or results else SAME


def _is_study(name: str) -> bool:
    return (STUDIES / f"{name}.yaml").is_file()


def _snapshots(old: str, new: str, study_id: str | None) -> tuple[Snapshot, Snapshot]:
    known = study_id or next((name for name in (new, old) if _is_study(name)), None)
    if known is None:
        rule, remedy = "a study file says how to read an extract", "Add --study and the id of the study."
        raise InputRefused("the command", [Problem("diff", None, "", "two files and no study", rule, remedy)])
    found = []
    for name in (old, new):
        study = study_named(name if _is_study(name) else known)
        extract = Path(study.source.patients or "") if _is_study(name) and study.source else Path(name)
        found.append(snapshot(extract, study))
    return found[0], found[1]


def summary(rows: list[RowChange], moved: list[Moved], results: list[Changed]) -> list[str]:
    """What changed, in lines."""
    counts = Counter(row.change for row in rows)
    lines = [f"Patients: {counts['added']} added, {counts['removed']} removed, {counts['changed']} changed."]
    columns = Counter(name for row in rows for name in row.columns.split("; ") if name)
    lines += [f"  {name}: changed in {counted(count, 'patient')}" for name, count in columns.most_common(MOST)]
    shifted = [m for m in moved if abs(m.moved) >= MOVED]
    lines.append(f"Distributions: {counted(len(shifted), 'variable or level', 'variables or levels')} moved.")
    lines += [f"  {' '.join(filter(None, (m.variable, m.level)))}: {m.before} → {m.now}" for m in shifted[:MOST]]
    lines.append(f"Results: {len(results)} differ as they are printed.")
    lines += [f"  {r.result}: {r.before} → {r.now} ({r.change})" for r in results[:MOST]]
    if len(results) > MOST:
        lines.append(f"  … and {len(results) - MOST} more (--out writes all)")
    return lines
