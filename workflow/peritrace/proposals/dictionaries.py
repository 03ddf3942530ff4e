"""What the data dictionary of a REDCap project says of its fields: labels, codes, and who must not be told."""

from dataclasses import dataclass, field
from pathlib import Path

from peritrace.extracts.reading import read_extract
from peritrace.problems import InputRefused, Problem

# Headers as the page of a project exports them, and as its interface for programs does.
_HEADERS = {
    "name": ("Variable / Field Name", "field_name"),
    "label": ("Field Label", "field_label"),
    "type": ("Field Type", "field_type"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "identifier": ("Identifier?", "identifier"),
}
_FIXED = {"yesno": {"0": "No", "1": "Yes"}, "truefalse": {"0": "False", "1": "True"}}
_CHECKBOX = {"0": "No", "1": "Yes"}


@dataclass(frozen=True)
class Field:
    """A field of the project; `choices` are code → label."""

    label: str = ""
    is_identifier: bool = False
    choices: dict[str, str] = field(default_factory=dict)


def read_dictionary(root: Path, path: str) -> dict[str, Field]:
    """Read the fields by their names; a checkbox has one for each choice. Raises InputRefused."""
    read = read_extract(root / path)
    places = {
        part: next((read.header.index(n) for n in names if n in read.header), None) for part, names in _HEADERS.items()
    }
    if read.faults or None in places.values():
        found = read.faults[0].found if read.faults else "other columns"
        rule = "a data dictionary is the CSV that REDCap exports"
        remedy = "In REDCap: Project Setup, Data Dictionary, Download the current Data Dictionary."
        raise InputRefused(f"data dictionary {path}", [Problem(path, None, "", found, rule, remedy)])
    columns = {part: read.columns[place].rows() for part, place in places.items() if place is not None}
    fields: dict[str, Field] = {}
    for row in range(len(read.lines)):
        name, label, kind, text, flag = (str(columns[part][row] or "").strip() for part in _HEADERS)
        is_identifier = flag.casefold() == "y"
        choices = _choices(text) if kind in ("radio", "dropdown", "checkbox") else _FIXED.get(kind, {})
        fields[name] = Field(label, is_identifier, {} if kind == "checkbox" else choices)
        if kind == "checkbox":
            for code, choice in choices.items():
                fields[f"{name}___{code.casefold()}"] = Field(f"{label}: {choice}", is_identifier, _CHECKBOX)
    return fields


def _choices(text: str) -> dict[str, str]:
    """`1, Yes | 2, No` as code → label."""
    pairs = (choice.partition(",") for choice in text.split("|") if choice.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}
