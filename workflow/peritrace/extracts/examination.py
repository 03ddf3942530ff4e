"""Everything that intake has to say of an extract: its cells in canonical form, all its problems, the flow of rows."""

import difflib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from peritrace.derivations.derivation import Derivation, columns_needed, derivation
from peritrace.derivations.patients import Cohort
from peritrace.extracts.cells import canonical, cell_rules
from peritrace.extracts.domain_rules import domain_problems
from peritrace.extracts.manifest import manifest_faults
from peritrace.extracts.privacy import privacy_problems
from peritrace.extracts.reading import Extract, Fault, read_extract
from peritrace.extracts.redcap import join_records
from peritrace.extracts.validation import cell_problems
from peritrace.extracts.values import Values
from peritrace.meaning import AnyColumn
from peritrace.problems import Problem
from peritrace.study import Study

Canonical = tuple["array[int]", list[str]]  # the code of every row, and the canonical string of every code

_ADD_IT = "Export the column too, or mend source: in the study file."


@dataclass
class Examination:
    """What was found. `columns` holds the canonical strings by name; `derived` is None where nothing could be read."""

    study: Study
    file: str
    read: Extract
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, Canonical] = field(default_factory=dict)
    derived: Derivation | None = None

    @property
    def errors(self) -> list[Problem]:
        """What keeps the study from running."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """What is unlikely, but may be so."""
        return [problem for problem in self.problems if problem.severity == "warning"]

    def cells(self, name: str) -> Iterator[str]:
        """The canonical strings of a column, row by row."""
        codes, strings = self.columns[name]
        return map([*strings, ""].__getitem__, codes)


def examine(extract: Path, study: Study) -> Examination:
    """Read an extract and judge all of it; raises nothing for what the file holds."""
    source = study.source
    file = str(extract)
    read = read_extract(extract, source)
    announced = manifest_faults(extract, read, source) if read.header else []
    if source and source.redcap and read.header:
        read = join_records(read, study, Path())
    sources = {column.source for column in study.columns}
    found = Examination(study, file, read)
    faults = [*read.faults, *announced]
    if read.header and not sources & set(read.header):
        found.problems = [_no_headers(file)]
        return found
    found.problems = [_from_fault(fault, read.header, sources, file) for fault in faults]
    if not read.header:
        return found
    found.problems += _header_problems(read.header, study, file)
    places = {header: read.header.index(header) for header in sources if read.header.count(header) == 1}
    found.problems += privacy_problems(read, study, file)
    found.problems += cell_problems(read, places, study, file)
    found.columns = {column.name: _canonical(read, places.get(column.source), column) for column in study.columns}
    codes = {name: (np.asarray(codes), [*strings, ""]) for name, (codes, strings) in found.columns.items()}
    told = {(problem.line, problem.column) for problem in found.problems}
    judged = domain_problems(Values(read.lines, codes, study), study, file)
    found.problems += [problem for problem in judged if (problem.line, problem.column) not in told]
    _derive(found)
    return found


def _canonical(read: Extract, place: int | None, column: AnyColumn) -> Canonical:
    """The canonical strings of a column; what breaks a rule is reported elsewhere and empty here."""
    if place is None:
        return array("i", bytes(4 * len(read.lines))), [""]
    cells, rules = read.columns[place], cell_rules(column)
    strings = [canonical(column, cell) if all(rule.holds(cell) for rule in rules) else "" for cell in cells.strings]
    return cells.codes, strings


def _derive(found: Examination) -> None:
    """Groups and times of the rows that are sound so far, so that their problems are listed as well."""
    at_fault = {problem.line for problem in found.errors}
    if at_fault & {None, 1} or not len(found.read.lines):
        return
    sound = [line not in at_fault for line in found.read.lines]
    lines = [str(line) for line, good in zip(found.read.lines, sound, strict=True) if good]
    columns = {
        name: [cell for cell, good in zip(found.cells(name), sound, strict=True) if good]
        for name in columns_needed(found.study)
    }
    found.derived = derivation(Cohort(found.study, lines, columns))
    known = {(problem.line, problem.column) for problem in found.problems}
    for problem in found.derived.problems:
        if (problem.line, problem.column) not in known:
            found.problems.append(
                Problem(found.file, problem.line, problem.column, problem.found, problem.rule, problem.remedy)
            )


def _from_fault(fault: Fault, header: Sequence[str], known: set[str], file: str) -> Problem:
    column = "" if fault.cell is None else _name(header, fault.cell, known)
    return Problem(file, fault.line, column, fault.found, fault.rule, fault.remedy)


def _name(header: Sequence[str], place: int, known: set[str]) -> str:
    """The header when the study file names it, else its number: an unknown header may be a patient's value."""
    return header[place] if place < len(header) and header[place] in known else f"number {place + 1}"


def _no_headers(file: str) -> Problem:
    rule = "the first line holds the headers, of which the study file must know some"
    remedy = "Put the headers in the first line, or mend source: under columns in the study file."
    return Problem(file, 1, "", "no header that the study file names", rule, remedy)


def _header_problems(header: Sequence[str], study: Study, file: str) -> list[Problem]:
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
            problems.append(_absent(column, unknown, file))
    return problems


def _absent(column: AnyColumn, unknown: Sequence[str], file: str) -> Problem:
    """A column that the study file names and the extract lacks: a warning where it is optional."""
    near = difflib.get_close_matches(column.source, unknown, n=1)
    remedy = f"Did you mean {near[0]!r}? Mend the header, or source: in the study file." if near else _ADD_IT
    rule = f"the study file reads {column.label} from it"
    if column.optional and not near:
        rule += "; it is optional, so what needs it is left out"
        return Problem(file, 1, column.source, "no such header", rule, remedy, "warning")
    return Problem(file, 1, column.source, "no such header", rule, remedy)
