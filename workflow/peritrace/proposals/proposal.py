"""The whole proposal: from the cells of an extract to every section of a study file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from peritrace.derivations.patients import Cohort
from peritrace.extracts.privacy import looks_identifying
from peritrace.extracts.reading import Extract
from peritrace.meaning import AnyColumn, Group, Order
from peritrace.problems import InputRefused, Problem
from peritrace.proposals.analyses import Wishes, propose_analyses
from peritrace.proposals.columns import propose_column, propose_identifier
from peritrace.proposals.dates import settle
from peritrace.proposals.dictionaries import Field, read_dictionary
from peritrace.proposals.endpoints import Endpoints, has_dates, propose_endpoints, propose_orders
from peritrace.proposals.events import settle_status
from peritrace.proposals.exhibits import propose_figures, propose_tables
from peritrace.proposals.groups import propose_groups
from peritrace.proposals.headers import shown
from peritrace.proposals.matching import Assignment, Reading, assign, read_column
from peritrace.proposals.parts import ColumnProposal, Naming
from peritrace.proposals.profile import Profile
from peritrace.proposals.records import Joined, is_export, join_columns
from peritrace.proposals.remarks import LeftOut, Proposed, Remark, doubt
from peritrace.proposals.sources import Form, Found, read_source
from peritrace.proposals.units_of_time import TimeUnit, propose_time_unit
from peritrace.proposals.variables import variables_of
from peritrace.study import Source, Study
from peritrace.wanted import AnyFigure, Table

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # as intake wants it
_OF_REDCAP = re.compile(r"redcap_\w+|\w+_complete|\w+_timestamp|Event Name|Repeat Instrument|Repeat Instance")
_COLUMN: TypeAdapter[AnyColumn] = TypeAdapter(AnyColumn)


@dataclass(frozen=True)
class Proposal:
    """A study file before it is written."""

    id: str
    source: Source
    source_remarks: tuple[Remark, ...]
    patients: int
    time_unit: TimeUnit
    time_remarks: tuple[Remark, ...]
    columns: list[ColumnProposal]
    left_out: list[LeftOut]
    orders: list[Proposed[Order]]
    groups: list[Proposed[Group]]
    times: Endpoints
    wishes: Wishes
    figures: list[AnyFigure]
    tables: list[Table]


def propose(study_id: str, root: Path, form: Form) -> Proposal:
    """Propose a study file for an extract of a project; raises InputRefused when there can't be one."""
    found = read_source(root, form)
    fields = read_dictionary(root, form.dictionary) if form.dictionary else {}
    columns, left_out, remarks = _columns(found, fields)
    by_name = {column.name: column for column in columns}
    if status := settle_status(by_name):
        by_name["status"] = status
    unit, time_remarks, times = propose_time_unit(by_name, has_dates(by_name))
    by_name |= {column.name: column for column in times}
    return _of_columns(study_id, found, by_name, left_out, (unit, time_remarks), remarks)


def _of_columns(
    study_id: str,
    found: Found,
    columns: Mapping[str, ColumnProposal],
    left_out: list[LeftOut],
    unit: tuple[TimeUnit, tuple[Remark, ...]],
    remarks: Sequence[Remark],
) -> Proposal:
    """All that follows from the columns."""
    patients = max(len(column.cells) for column in columns.values())
    parts = [column.column for column in columns.values()]
    study = Study(id=study_id, source=found.source, columns=parts, time_unit=unit[0])
    lines = [str(line) for line in range(2, patients + 2)]
    times = propose_endpoints(columns, study, lines)
    groups = propose_groups(columns)
    cells = {name: column.cells for name, column in columns.items()}
    variables = variables_of(columns, groups, Cohort(study, lines, cells))
    wishes = propose_analyses(variables, times, unit[0])
    endpoints = [proposed.part for proposed in times.endpoints]
    return Proposal(
        study_id,
        found.source,
        (*found.remarks, *remarks),
        patients,
        *unit,
        list(columns.values()),
        left_out,
        propose_orders(columns),
        groups,
        times,
        wishes,
        propose_figures(wishes, endpoints, {variable.name: variable for variable in variables}, patients),
        propose_tables(wishes, endpoints),
    )


def _columns(found: Found, fields: Mapping[str, Field]) -> tuple[list[ColumnProposal], list[LeftOut], list[Remark]]:
    read = found.read
    is_redcap = found.source.redcap is not None
    remarks = []
    if not is_redcap and is_export(read):
        remarks.append(doubt("the headers are those of a REDCap export: start again with --redcap.", decides=True))
    joined = join_columns(read) if is_redcap else [Joined(cells, {}, ()) for cells in read.columns]
    readings = _readings(read, joined, fields)
    assignments = assign(readings)
    identifier = _identifier(readings, assignments, found.source.patients or "")
    columns = [identifier]
    left_out = list(_repeated(read.header))
    taken = {"subject", *(a.candidate.quantity.name for a in assignments.values() if a.candidate)}
    for reading in readings:
        field = fields.get(reading.profile.header, Field())
        if reading.place == identifier.reading.place:
            continue
        if is_redcap and _OF_REDCAP.fullmatch(reading.profile.header):
            left_out.append(LeftOut(reading.profile.header, "of REDCap itself"))
            continue
        if field.is_identifier:
            left_out.append(LeftOut(reading.profile.header, "identifying: the data dictionary flags it"))
            continue
        proposed = propose_column(reading, assignments[reading.place], taken)
        if isinstance(proposed, LeftOut):
            left_out.append(proposed)
        else:
            taken.add(proposed.name)
            columns.append(_from_redcap(proposed, joined[reading.place], field))
    return columns, left_out, remarks


def _readings(read: Extract, joined: Sequence[Joined], fields: Mapping[str, Field]) -> list[Reading]:
    """Every column with a header of its own, the formats of its dates settled with one another."""
    readings = [
        read_column(place, Profile.of(header, joined[place].cells), fields.get(header, Field()).choices)
        for place, header in enumerate(read.header)
        if read.header.index(header) == place
    ]
    dated = [reading for reading in readings if reading.dates]
    settled = settle([reading.dates for reading in dated if reading.dates])
    dates = dict(zip((reading.place for reading in dated), settled, strict=True))
    return [replace(reading, dates=dates.get(reading.place)) for reading in readings]


def _repeated(header: Sequence[str]) -> Iterator[LeftOut]:
    for place, name in enumerate(header):
        if (first := header.index(name)) < place:
            text = f"columns {first + 1} and {place + 1} have one header: intake refuses them, rename or delete one."
            yield LeftOut(name, f"the header of column {first + 1} again", (doubt(text, decides=True),))


def _from_redcap(proposed: ColumnProposal, joined: Joined, field: Field) -> ColumnProposal:
    """The event and instance that a column is taken from; the label of the field where nothing better is known."""
    keys = dict(joined.keys)
    if field.label and proposed.quantity is None:
        keys["label"] = shown(field.label)
    if not keys and not joined.remarks:
        return proposed
    part = _COLUMN.validate_python(proposed.column.model_dump(exclude_unset=True) | keys)
    remarks = (*proposed.proposed.remarks, *joined.remarks)
    return replace(proposed, proposed=replace(proposed.proposed, part=part, remarks=remarks))


def _identifier(readings: Sequence[Reading], assignments: Mapping[int, Assignment], path: str) -> ColumnProposal:
    """The column that tells patients apart: by its header, else the first with a value of its own in every row."""
    named = [r for r in readings if (c := assignments[r.place].candidate) and c.type == "identifier"]
    if named and _can_identify(named[0]):
        rivals = assignments[named[0].place].rivals
        text = f"{', '.join(repr(shown(rival)) for rival in rivals)} may tell the patients apart instead."
        said = (Remark(text),) if rivals else ()
        return propose_identifier(named[0], Naming("subject", "Patient", said))
    free = [r for r in readings if r.is_unique and not assignments[r.place].candidate and not _measures(r)]
    other = next((r for r in free if _can_identify(r) and not looks_identifying(r.profile.header)), None)
    if other:
        said = (doubt("the first column with a value of its own in every row is taken for the patient.", decides=True),)
        return propose_identifier(other, Naming("subject", "Patient", said))
    rule = "exactly one column tells patients apart: a study number, not a name"
    remedy = (
        "Add a column id with 1, 2, 3 … to the extract. In Excel: a new first column, =ROW()-1, pasted as values. "
        "In R: x <- cbind(id = seq_len(nrow(x)), x)."
    )
    if nameless := next((r for r in free if not r.profile.header.strip()), None):
        remedy = f"Write id as the header of column {nameless.place + 1}, which has none but tells the rows apart."
    raise InputRefused(f"extract {path}", [Problem(path, 1, "", "no column of identifiers", rule, remedy)])


def _can_identify(reading: Reading) -> bool:
    return (
        bool(reading.profile.header.strip()) and all(map(_IDENTIFIER.fullmatch, reading.codes)) and bool(reading.codes)
    )


def _measures(reading: Reading) -> bool:
    return bool(reading.dates) or (reading.numbers is not None and reading.numbers.decimals > 0)
