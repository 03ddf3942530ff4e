"""Take an extract in: every cell judged, nothing changed that could matter, or refused with all its problems.

Columns that the study file does not name stay behind: they are neither judged nor written.
"""

import csv
import difflib
from pathlib import Path

from peritrace.extracts.cells import canonical
from peritrace.extracts.reading import Extract, Fault, read_extract
from peritrace.extracts.validation import cell_problems
from peritrace.files import whole_file, write_csv
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study


def intake(extract: Path, study: Study, patients_out: Path, flow_out: Path) -> None:
    """Validate an extract and write its patients with canonical names, levels and ISO dates, and the flow of rows.

    Raises InputRefused with all problems of form, cells, ranges and orders; then nothing is written.
    """
    file, subject = str(extract), f"{study.id}: {extract}"
    read = read_extract(extract)
    sources = {column.source for column in study.columns}
    if read.header and not sources & set(read.header):
        raise InputRefused(subject, [_no_headers(file)])
    problems = [_from_fault(fault, read.header, sources, file) for fault in read.faults]
    if not read.header:
        raise InputRefused(subject, problems)
    problems += _header_problems(read.header, study, file)
    problems += _count_problems(read, study, file)
    places = {header: read.header.index(header) for header in sources if read.header.count(header) == 1}
    problems += cell_problems(read, places, study, file)
    if problems:
        raise InputRefused(subject, problems)
    _write_patients(read, study, patients_out)
    _write_flow(len(read.lines), flow_out)


def _from_fault(fault: Fault, header: list[str], known: set[str], file: str) -> Problem:
    column = "" if fault.cell is None else _name(header, fault.cell, known)
    return Problem(file, fault.line, column, fault.found, fault.rule, fault.remedy)


def _name(header: list[str], place: int, known: set[str]) -> str:
    """The header when the study file names it, else its number: an unknown header may be a patient's value."""
    return header[place] if place < len(header) and header[place] in known else f"number {place + 1}"


def _no_headers(file: str) -> Problem:
    rule = "the first line holds the headers, of which the study file must know some"
    remedy = "Put the headers in the first line, or mend source: under columns in the study file."
    return Problem(file, 1, "", "no header that the study file names", rule, remedy)


def _header_problems(header: list[str], study: Study, file: str) -> list[Problem]:
    """Headers that are empty or repeated, and columns of the study that are missing."""
    known = {column.source for column in study.columns}
    problems = []
    for place, name in enumerate(header):
        where = _name(header, place, known)
        if not name.strip():
            found, rule = "an empty header", "every column has a header"
            problems.append(Problem(file, 1, where, found, rule, "Name the column or delete it."))
        elif (first := header.index(name)) < place:
            found, rule = (
                f"the header of column number {first + 1} again, in column number {place + 1}",
                "headers differ",
            )
            problems.append(Problem(file, 1, where, found, rule, "Rename or delete one of the columns."))
        elif name.strip().lower() == "simulated" and name not in known:
            rule = "patients that are not real must be told apart all the way"
            remedy = "Name the column under columns: in the study file."
            problems.append(Problem(file, 1, where, "a column that marks simulated patients", rule, remedy))
    unknown = [name for name in header if name not in known]
    for column in study.columns:
        if column.source not in header:
            near = difflib.get_close_matches(column.source, unknown, n=1)
            remedy = f"Did you mean {near[0]!r}? Mend the header, or source: in the study file." if near else _ADD_IT
            rule = f"the study file reads {column.label} from it"
            problems.append(Problem(file, 1, column.source, "no such header", rule, remedy))
    return problems


_ADD_IT = "Export the column too, or mend source: in the study file."


def _count_problems(read: Extract, study: Study, file: str) -> list[Problem]:
    """A count of rows other than announced: the only sign of a file cut off between two lines."""
    announced = study.source.rows if study.source else None
    if announced is None or not read.records or read.records == announced:
        return []
    rule = f"the study file announces {announced} (source.rows): the extract may be truncated or another one"
    remedy = "Export the extract again; if the cohort has changed, correct source.rows."
    return [Problem(file, read.last, "", f"{read.records} rows up to here", rule, remedy)]


def _write_patients(read: Extract, study: Study, patients_out: Path) -> None:
    columns = []
    for column in study.columns:
        cells = read.columns[read.header.index(column.source)]
        meaning = [canonical(column, string) for string in cells.strings]
        columns.append(map(meaning.__getitem__, cells.codes))
    with whole_file(patients_out) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["line", *(column.name for column in study.columns)])
        writer.writerows(zip(read.lines, *columns, strict=True))


def _write_flow(rows: int, flow_out: Path) -> None:
    steps = [
        {"step": "rows read", "rows": rows, "reason": "lines of the extract after its header"},
        {"step": "rows excluded", "rows": 0, "reason": "a row is never left out: a faulty extract is refused whole"},
        {"step": "rows used", "rows": rows, "reason": ""},
    ]
    write_csv(flow_out, ["step", "rows", "reason"], steps)
