"""How each verdict came about, as its row in a page tells it: where the number was typed, what it was held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from peritrace.ard import Statistic
from peritrace.lineage.statistics import columns_of
from peritrace.pages.findings import Finding
from peritrace.study import Study
from peritrace.words import counted

Rows = Sequence[Mapping[str, str]]
MOST_LINES = 6


@dataclass(frozen=True)
class Judged:
    """What is particular to one verdict; files, code and settings are the same for all of a page."""

    typed: str
    held: str
    trace: str


def judged(
    study: Study, findings: Sequence[Finding], statistics: Sequence[Statistic], checks: Rows = ()
) -> dict[str, Judged]:
    """By the id of the claim; `statistics` as they stand in the ARD, `checks` of published tables as in checks.csv."""
    bound: dict[str, list[int]] = {}
    for line, check in enumerate(checks, start=2):
        for name in check["members"].split():
            bound.setdefault(name, []).append(line)
    return {
        finding.claim_id: Judged(
            f"{study.typed_folder}/{finding.typed_in}, line {finding.typed_line}, column {finding.typed_column}",
            " ".join(_held(study, finding, statistics, bound.get(finding.claim_id, []))),
            f"python -m peritrace trace reports/{study.id}.html#claim-{finding.claim_id}",
        )
        for finding in findings
        if finding.typed_in
    }


def _held(study: Study, finding: Finding, statistics: Sequence[Statistic], checks: Sequence[int]) -> Iterator[str]:
    lines = [int(line) for line in finding.statistics.split()]
    if lines:
        columns = columns_of(study, [statistics[line - 2] for line in lines])
        headers = ", ".join(study.column(name).source for name in columns)
        made_of = f"made of the column{'s' if len(columns) > 1 else ''} {headers}" if columns else "a count of the rows"
        yield f"Held against {_lines(lines)} of estimate/ard.csv, {made_of}."
    if checks:
        yield f"Bound by {counted(len(checks), 'relation')}: {_lines(checks)} of audit/checks.csv."
    if not lines and not checks:
        yield "Nothing published could be computed for it; other printed numbers were looked at."
    if finding.convention:
        yield f"Convention: {finding.convention}."


def _lines(lines: Sequence[int]) -> str:
    told = ", ".join(map(str, lines[:MOST_LINES]))
    more = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {told}{more}"
