"""From a verdict back to the cells: what was typed from the source, and what it was held against."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from peritrace.ard import Statistic, read_ard
from peritrace.files import read_csv
from peritrace.lineage.statistics import cells_of
from peritrace.lineage.uses import Cells
from peritrace.study import Study

Row = Mapping[str, str]


class Line(NamedTuple):
    """A line of the tree and those below it."""

    text: str
    below: tuple["Line", ...] = ()


def typed_in(study: Study, row: Row) -> str:
    """The cell in which a printed number of verdicts.csv was typed."""
    return f"{study.typed_folder}/{row['typed_in']}, line {row['typed_line']}, column {row['typed_column']}"


def held_against(study: Study, row: Row, results: Path, most: int) -> Iterator[Line]:
    """The statistics of patients' rows, or the relations between printed numbers, that a verdict rests on."""
    if row["statistics"]:
        yield from _statistics(study, [int(line) for line in row["statistics"].split()], results)
    checks = results / "audit/checks.csv"
    if not checks.is_file():
        return
    claims = {claim["claim_id"]: claim for claim in read_csv(results / "audit/verdicts.csv")}
    bound = [(n, c) for n, c in enumerate(read_csv(checks), start=2) if row["claim_id"] in c["members"].split()]
    for number, check in bound[:most]:
        members = (claims[name] for name in check["members"].split() if name != row["claim_id"])
        told = (f"{m['reported']} ({m['location']}): {typed_in(study, m)}" for m in members)
        text = f"{check['grade']}: {check['subject']} (results/{study.id}/audit/checks.csv, line {number}), bound to"
        yield Line(text, tuple(map(Line, told)))
    if len(bound) > most:
        yield Line(f"and {len(bound) - most} more; --most {len(bound)} lists them")


def _statistics(study: Study, lines: Iterable[int], results: Path) -> Iterator[Line]:
    ard = read_ard(results / "estimate/ard.csv").statistics
    cells = Cells.read(results / "intake/patients.csv", results / "derive/adsl.csv")
    for line in lines:
        found = tuple(map(Line, cells_of_statistic(study, ard[line - 2], cells)))
        place = f"results/{study.id}/estimate/ard.csv, line {line}"
        yield Line(f"held against {place}: {in_words(ard[line - 2])}", found)


def cells_of_statistic(study: Study, statistic: Statistic, cells: Cells) -> Iterator[str]:
    """The cells of the extract that a statistic is made of, a column each."""
    file = study.source.patients if study.source else ""
    found = cells_of(study, [statistic], cells)
    if not found:
        yield f"{file}, every line: it counts patients"
    for name, lines in found.items():
        header = study.column(name).source
        told = f"{header} ({name})" if header != name else header
        yield f"{file}, column {told}, line{'' if lines.isdigit() else 's'} {lines}"


def in_words(statistic: Statistic) -> str:
    """What a statistic is a number of, and the number."""
    level = f" {statistic.variable_level}" if statistic.variable_level else ""
    by = f", by {statistic.group1}" if statistic.group1 else ""
    by += f" {statistic.group1_level}" if statistic.group1_level else ""
    how = "; ".join(filter(None, (statistic.method, statistic.convention)))
    what = f"{statistic.context} of {statistic.variable}{level}" if statistic.variable else statistic.context
    return f"{what}{by}: {statistic.stat_name} {statistic.stat or 'without estimate'} ({how})"
