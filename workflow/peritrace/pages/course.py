"""Who is analysed, what intake remarked, and what changed since the extract before: parts of a cohort's report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.changes import MOVED
from peritrace.files import read_csv
from peritrace.problems import Problem, from_rows
from peritrace.words import counted, in_sentence, listing

MOST_LINES = 12
"""Lines named of each kind of problem; the CSV names all."""
MOST_CHANGES = 20

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Step:
    """A step of the flow of patients; `kind` is kept, left out or endpoint."""

    count: int
    text: str
    kind: str


def flow_steps(rows: Iterable[Mapping[str, object]]) -> list[Step]:
    """The flow that derivation yields, as a reader follows it."""
    kinds = {"rows to mend": "left out", "rows excluded": "left out", "left out": "left out", "analysed": "endpoint"}
    words = {
        "rows read": "rows read from the extract",
        "rows to mend": "rows with something to mend",
        "rows excluded": "excluded: {}",
        "rows used": "patients in the cohort",
        "left out": "left out: {}",
        "analysed": "analysed for {}",
    }
    steps = []
    for row in rows:
        step, events = str(row["step"]), str(row.get("events", "") or "")
        text = words[step].format(in_sentence(str(row.get("reason", ""))))
        if step == "rows used" and str(row["rows"]) == "0":
            text = f"patients: {row['reason']}"
        if str(row["rows"]) == "1":
            text = text.replace("rows", "row", 1).replace("patients in", "patient in", 1)
        if step == "analysed":
            text += f" ({counted(int(events or 0), 'event')})"
        steps.append(Step(int(str(row["rows"])), text, kinds.get(step, "kept")))
    return steps


@dataclass(frozen=True)
class Kind:
    """Problems of one rule in one column."""

    severity: str
    column: str
    found: str
    rule: str
    remedy: str
    count: int
    lines: str


def grouped(problems: Sequence[Problem]) -> Iterator[Kind]:
    """Problems by rule and column, errors first, the most frequent first."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.severity, problem.column, problem.rule, problem.remedy), []).append(problem)
    for key in sorted(groups, key=lambda key: (key[0], -len(groups[key]), key[1])):
        severity, column, rule, remedy = key
        members = groups[key]
        classes = list(dict.fromkeys(problem.found for problem in members))
        what = listing(classes[:3]) + (" …" if len(classes) > 3 else "")
        yield Kind(severity, column, what, rule, remedy, len(members), _lines(members))


def _lines(problems: Sequence[Problem]) -> str:
    lines = sorted({problem.line for problem in problems if problem.line is not None})
    if not lines:
        return "the whole file"
    named = ", ".join(map(str, lines[:MOST_LINES]))
    more = len(lines) - MOST_LINES
    return f"{named} and {more} more" if more > 0 else named


def notices(rows: Rows) -> list[Kind]:
    """The warnings of intake, grouped."""
    return list(grouped(from_rows(rows)))


@dataclass(frozen=True)
class Changes:
    """What changed since the extract before this one."""

    sentence: str
    columns: list[tuple[str, int]]
    moved: Rows
    results: Rows
    more: int


def changes(folder: Path) -> Changes:
    """From the tables that the stage diff wrote; single patients are counted, never named."""
    rows, moved, results = (read_csv(folder / f"{name}.csv") for name in ("rows", "distributions", "results"))
    counts = Counter(row["change"] for row in rows)
    if counts["not comparable"]:
        return Changes(f"Not compared: {rows[0]['columns']}.", [], [], [], 0)
    sentence = (
        f"{counted(counts['added'], 'patient')} added, {counts['removed']} removed, {counts['changed']} changed. "
        f"{counted(len(results), 'result')} differ as they are printed."
    )
    columns = Counter(name for row in rows for name in row["columns"].split("; ") if name)
    shifted = [row for row in moved if row["moved"] and abs(float(row["moved"])) >= MOVED]
    return Changes(
        sentence, columns.most_common(), shifted, results[:MOST_CHANGES], max(0, len(results) - MOST_CHANGES)
    )
