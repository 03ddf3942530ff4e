"""Hold the columns of a study against the data dictionary of a REDCap project.

The dictionary says which fields tell who a patient is, and which codes a field may have.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from peritrace.extracts.extract import Fault
from peritrace.extracts.reading import read_extract
from peritrace.meaning import AnyColumn, CategoryColumn, IdentifierColumn
from peritrace.study import Study

# Headers of the dictionary as the page of a project exports it, and as its interface for programs does.
_HEADERS = {
    "field": ("Variable / Field Name", "field_name"),
    "type": ("Field Type", "field_type"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "identifier": ("Identifier?", "identifier"),
}
_LABEL = ("Field Label", "field_label")
_FIXED = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
    "checkbox": {"1": "Checked", "0": "Unchecked"},
}
_CODED = ("radio", "dropdown")
_SURVEY = ("redcap_survey_identifier",)  # of an invited person; no dictionary lists it


class _Field(NamedTuple):
    """A field of the dictionary: its choices as code → label, None where it has none."""

    line: int
    flagged: bool
    choices: dict[str, str] | None
    repeated: bool  # two choices have one label


def dictionary_faults(header: list[str], study: Study, root: Path) -> list[Fault]:
    """What the dictionary forbids or does not know; empty when the study has none."""
    redcap = study.source.redcap if study.source else None
    if redcap is None or redcap.dictionary is None:
        return []
    fields = _read(root / redcap.dictionary)
    if isinstance(fields, str):
        rule = f"the data dictionary {redcap.dictionary} is the CSV that REDCap exports"
        remedy = "In REDCap: Project Setup, Data Dictionary, Download the current Data Dictionary."
        return [Fault(None, None, f"{fields} for a data dictionary", rule, remedy)]
    faults: list[Fault] = []
    for column in study.columns:
        place = header.index(column.source) if column.source in header else None
        listed = fields.get(column.source) or fields.get(column.source.partition("___")[0])
        if (listed and listed.flagged) or column.source in _SURVEY:
            faults += _identifying(column, place)
        if listed and isinstance(column, CategoryColumn):
            checkbox = "___" in column.source and column.source not in fields
            choices = _FIXED["checkbox"] if checkbox else listed.choices
            faults += _codes(column, place, choices, redcap.labels, listed)
    return faults


def _read(path: Path) -> dict[str, _Field] | str:
    """The fields by name, in exports with labels also by label; or what was found in their stead."""
    read = read_extract(path)
    if read.faults or not read.header:
        return read.faults[0].found if read.faults else "an empty file"
    parts = {}
    for part, names in (*_HEADERS.items(), ("label", _LABEL)):
        name = next((name for name in names if name in read.header), None)
        if name is None and part != "label":
            return f"no column {names[0]!r}"
        parts[part] = [] if name is None else [cell or "" for cell in read.columns[read.header.index(name)].rows()]
    fields: dict[str, _Field] = {}
    for row, line in enumerate(read.lines):
        choices, repeated = _choices(parts["type"][row], parts["choices"][row])
        entry = _Field(line, parts["identifier"][row].strip().lower() == "y", choices, repeated)
        fields[parts["field"][row].strip()] = entry
        if parts["label"]:
            fields.setdefault(parts["label"][row].strip(), entry)
    return fields


def _choices(kind: str, text: str) -> tuple[dict[str, str] | None, bool]:
    """`1, Yes | 2, No` as code → label, and whether a label repeats."""
    if kind in _FIXED and kind != "checkbox":
        return _FIXED[kind], False
    if kind not in _CODED:
        return None, False
    pairs = [choice.partition(",") for choice in text.split("|") if choice.strip()]
    choices = {code.strip(): label.strip() for code, _, label in pairs}
    return choices, len(set(choices.values())) < len(choices)


def _identifying(column: AnyColumn, place: int | None) -> Iterator[Fault]:
    replaced = isinstance(column, IdentifierColumn) and column.replace
    if not column.identifying and not replaced:
        rule = "what tells who a patient is stays in REDCap, unless the study file declares it"
        remedy = "Leave the column out, or write `identifying: true` at it"
        if isinstance(column, IdentifierColumn):
            remedy = "Write `replace: true` at the identifier: results then number the patients"
        yield Fault(1, place, "a field that the data dictionary flags as identifier", rule, f"{remedy}.")


def _codes(
    column: CategoryColumn, place: int | None, choices: dict[str, str] | None, labels: bool, listed: _Field
) -> Iterator[Fault]:
    if choices is None:
        return
    if labels and listed.repeated:
        rule = "the labels of a field differ, or an export with labels can't tell its codes apart"
        yield Fault(1, place, "a field with one label for two codes", rule, "Export raw codes instead of labels.")
    known = set(choices.values()) if labels else set(choices)
    unknown = [code for code in column.levels if code not in known]
    if unknown:
        kind = "labels" if labels else "codes"
        rule = f"the data dictionary (line {listed.line}) lists the {kind} {', '.join(sorted(known))}"
        remedy = "Correct levels: in the study file, or download the dictionary again."
        listing = ", ".join(repr(code) for code in unknown)
        yield Fault(1, place, f"{kind} in the study file that the field does not have: {listing}", rule, remedy)
