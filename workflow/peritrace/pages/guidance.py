"""What the page of the guidance text shows: cohorts in counts, and in rows where they are published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.files import read_csv
from peritrace.guidance.model import Guidance, Statement, Step
from peritrace.pages.exhibits import Link
from peritrace.pages.page import download
from peritrace.study import Study
from peritrace.words import counted, in_sentence, listing

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class ByPatient:
    """A row of the table of patients: a step or one of its conditions, with its state in each patient."""

    label: str
    role: str  # step, when, needs
    states: tuple[str, ...]


@dataclass(frozen=True)
class TellingCell:
    """A cell of a record, or a place in the source that speaks of all, and the conditions that it decides."""

    patients: str
    value: str
    place: str
    decides: tuple[tuple[str, str], ...]  # condition and state


@dataclass(frozen=True)
class Cohort:
    """One cohort held against the text; `patients` and what is by patient are empty unless its rows are published."""

    study: Study
    page: str
    total: int
    tumours: Rows
    steps: Rows
    unknowns: Rows
    warnings: Rows
    names: Rows
    unread: int  # written names that the lexicon lacks
    patients: tuple[str, ...]
    by_patient: tuple[ByPatient, ...]
    cells: tuple[TellingCell, ...]
    texts: Rows
    downloads: tuple[Link, ...]
    excluding: Mapping[str, Sequence[str]]  # conditions without which a step is excluded, by step

    @property
    def extract(self) -> str:
        """The file that lines count in."""
        return self.study.source.patients or "" if self.study.source else ""

    @property
    def sentences(self) -> list[str]:
        """What was found, in a few sentences."""
        reached = [row for row in self.tumours if row["steps"] != "0" and row["patients"] != "0"]
        without = sum(int(row["patients"]) for row in self.tumours if row["steps"] == "0")
        told = [f"{row['patients']} with {in_sentence(row['label'])}" for row in reached]
        text = f"{counted(self.total, 'patient')}, of whom the text’s algorithms concern {listing(told) or 'none'}"
        told = [f"{text}{f'; for {without} it has none' if without else ''}."]
        decided = list({row["condition"]: row for row in self.steps if row["role"] != "step"}.values())
        kinds = [_spread(row) for row in decided]
        spread = [f"{kinds.count(kind)} {kind}" for kind in _SPREADS if kind in kinds]
        told.append(f"Of {counted(len(decided), 'condition')}: {listing(spread)}.")
        for row in self.steps:
            if row["condition"] in self.excluding.get(row["step"], ()):
                states = f"met in {row['met']}, not met in {row['not_met']}, not reported for {row['not_reported']}"
                step = next(r["label"] for r in self.steps if r["step"] == row["step"])
                told.append(f"{row['label']}, without which the text excludes {step}: {states}.")
        return told


_SPREADS = ("met in everyone", "met in some", "met in nobody", "reported for nobody")


def _spread(row: Mapping[str, str]) -> str:
    if row["met"] == row["patients"]:
        return _SPREADS[0]
    if row["not_reported"] == row["patients"]:
        return _SPREADS[3]
    return _SPREADS[1] if row["met"] != "0" else _SPREADS[2]


def is_public(study: Study) -> bool:
    """Whether the rows that the facts come from are published: each of their columns says where it is printed."""
    used = [study.column(source.column) for source in study.facts.values() if source.column]
    return bool(used) and not study.simulated and all(column.printed_in for column in used)


def cohort(text: Guidance, study: Study, folder: Path, page: str) -> Cohort:
    """Read what the stage `guidance` left of a cohort."""
    read = {name: read_csv(folder / f"{name}.csv") for name in ("steps", "terms", "unknowns", "warnings", "tumours")}
    public = is_public(study)
    read["patients"] = read_csv(folder / "patients.csv") if public else []
    shown = ("steps", "unknowns", *(("patients", "terms") if public else ()))
    titles = {"steps": "Counts", "unknowns": "Not reported", "patients": "Patients, with cells", "terms": "Treatments"}
    links = [
        Link(f"{titles[name]} (CSV)", f"{study.id}-guidance-{name}.csv", download(folder / f"{name}.csv", "text/csv"))
        for name in shown
    ]
    subjects = tuple(dict.fromkeys(row["USUBJID"] for row in read["patients"]))
    numbers = tuple(subject.removeprefix(f"{study.id}-") for subject in subjects)
    return Cohort(
        study,
        page,
        sum(int(row["patients"]) for row in read["tumours"]),
        [row for row in read["tumours"] if row["patients"] != "0"],
        [row for row in read["steps"] if row["patients"] != "0"],
        read["unknowns"],
        read["warnings"],
        _names(read["terms"]),
        sum(row["how"] == "unknown" for row in read["terms"]),
        numbers,
        tuple(_by_patient(read["patients"], read["steps"], subjects)) if public else (),
        tuple(_telling_cells(text, study, read["patients"])) if public else (),
        [row for row in read["terms"] if row["how"] == "unknown"] if public else [],
        tuple(link for link in links if link.address),
        {step.id: step.excluded_without for step in text.steps},
    )


def _names(terms: Rows) -> list[dict[str, str]]:
    """Each listed name once, with what it stands for and how often it is written; unknown ones are not among them."""
    found: dict[tuple[str, ...], int] = {}
    for row in terms:
        if row["how"] != "unknown":
            key = (row["written"], row["label"], row["how"], row["route"], row["source"])
            found[key] = found.get(key, 0) + int(row["patients"])
    keys = ("written", "label", "how", "route", "source")
    rows = [dict(zip(keys, key, strict=True)) | {"count": str(count)} for key, count in found.items()]
    return sorted(rows, key=lambda row: (row["label"].casefold(), row["written"].casefold()))


def _by_patient(patients: Rows, steps: Rows, subjects: Sequence[str]) -> list[ByPatient]:
    """The table of patients: every step and condition that concerns one of them."""
    states: dict[tuple[str, ...], str] = {}
    for row in patients:
        states[row["USUBJID"], row["step"], "step", ""] = row["step_state"]
        states[row["USUBJID"], row["step"], row["role"], row["condition"]] = row["condition_state"]
    found = []
    for row in steps:
        keys = [(subject, row["step"], row["role"], row["condition"]) for subject in subjects]
        if any(key in states for key in keys):
            found.append(ByPatient(row["label"], row["role"], tuple(states.get(key, "") for key in keys)))
    return found


def _telling_cells(text: Guidance, study: Study, patients: Rows) -> list[TellingCell]:
    """Each cell once, with every condition that it decides; what is stated of all patients stands first."""
    decided: dict[tuple[str, str, str], dict[tuple[str, str], None]] = {}
    for row in patients:
        if not row["value"]:
            continue
        number = row["USUBJID"].removeprefix(f"{study.id}-") if row["line"] else "all"
        place = f"line {row['line']}, column {row['column']}" if row["line"] else row["column"]
        condition = text.condition(row["condition"]).label
        told = (condition, row["condition_state"])
        decided.setdefault((number, row["value"], place), {})[told] = None
    cells = [TellingCell(*key, tuple(told)) for key, told in decided.items()]
    return sorted(cells, key=lambda cell: cell.patients != "all")


@dataclass(frozen=True)
class Told:
    """A step in words: what leads to it, and the statements that it rests on."""

    step: Step
    after: str
    when: tuple[str, ...]
    needs: tuple[str, ...]
    statements: tuple[Statement, ...]


def steps_in_words(text: Guidance, tumour: str) -> list[Told]:
    """The steps of a tumour's algorithm, told for those who can't see the diagram."""
    steps = text.steps_of(tumour)
    found = []
    for step in steps:
        led = [
            f"{in_sentence(other.title)}{f', on {following.if_}' if following.if_ else ''}"
            for other in steps
            for following in other.next
            if following.to == step.id
        ]
        needs = tuple(
            text.condition(name).label + (" (without it the step is excluded)" if name in step.excluded_without else "")
            for name in step.conditions
        )
        when = tuple(text.condition(name).label for name in step.when)
        statements = tuple(text.statement(name) for name in step.statements)
        found.append(Told(step, f"After {' or '.join(led)}." if led else "First step.", when, needs, statements))
    return found
