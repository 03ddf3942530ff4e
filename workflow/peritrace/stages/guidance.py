"""guidance: the records of a cohort held against the guidance text, patient by patient and condition by condition."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.files import guarded, read_csv, write_csv
from peritrace.guidance.evaluation import MET, NOT_ARISEN, NOT_MET, NOT_REPORTED, Answer, Found, StepAnswer, answers
from peritrace.guidance.facts import Known, known_facts, misfits
from peritrace.guidance.lexicon import Lexicon
from peritrace.guidance.model import Guidance
from peritrace.guidance.reading import load_guidance
from peritrace.guidance.thresholds import extrapolated
from peritrace.problems import InputRefused
from peritrace.study import Study

PATIENT_COLUMNS = (
    *("USUBJID", "tumour", "step", "step_state", "role", "condition", "condition_state"),
    *("fact", "fact_state", "value", "file", "line", "column", "why"),
)
STEP_COLUMNS = (
    *("tumour", "step", "role", "condition", "label"),
    *("patients", "met", "not_met", "not_reported", "not_arisen"),
)
TERM_COLUMNS = (*("fact", "text", "patients", "lines", "course", "written", "term", "label", "how", "route", "source"),)
UNKNOWN_COLUMNS = ("fact", "label", "steps", "unknown", "of", "why", "asks")
WARNING_COLUMNS = ("study", "group", "fact", "limit", "tumour", "patients", "sentence")
TUMOUR_COLUMNS = ("tumour", "label", "patients", "steps")
LISTED_LINES = 1000  # of patients with the same text; more are counted


@dataclass(frozen=True)
class Record:
    """A patient: what is known of each fact, and what the algorithm finds."""

    subject: str
    tumour: str
    known: Mapping[str, Known]
    steps: Sequence[StepAnswer]


def guidance(study: Study, adsl: Path, folder: Path) -> None:
    """Write what the records say of every condition, its summary, the treatments as read, and what is not known.

    Raises InputRefused when the guidance file, the lexicon or the facts of the study file are wrong.
    """
    text, lexicon = load_guidance()
    if problems := misfits(study, text):
        raise InputRefused(f"the facts of {study.id}", problems)
    records = list(_records(study, text, lexicon, adsl))
    write_csv(folder / "patients.csv", PATIENT_COLUMNS, map(_guarded, _patient_rows(records)))
    write_csv(folder / "steps.csv", STEP_COLUMNS, _step_rows(text, records))
    write_csv(folder / "terms.csv", TERM_COLUMNS, map(_guarded, _term_rows(text, lexicon, records)))
    write_csv(folder / "unknowns.csv", UNKNOWN_COLUMNS, _unknown_rows(text, records))
    tumours = Counter(record.tumour for record in records)
    write_csv(folder / "tumours.csv", TUMOUR_COLUMNS, _tumour_rows(text, tumours))
    known = {name: count for name, count in tumours.items() if name}
    rows = (
        {
            "study": found.study,
            "group": found.group,
            "fact": found.threshold.fact,
            "limit": f"{found.threshold.value:g}",
            "tumour": found.threshold.tumour,
            "patients": sum(found.patients.values()),
            "sentence": found.sentence(text),
        }
        for found in extrapolated(study, text, known)
    )
    write_csv(folder / "warnings.csv", WARNING_COLUMNS, rows)


def _guarded(row: Mapping[str, object]) -> dict[str, object]:
    """Text of a record that a spreadsheet would run as a formula gets an apostrophe."""
    return {name: guarded(value) if isinstance(value, str) else value for name, value in row.items()}


def _records(study: Study, text: Guidance, lexicon: Lexicon, adsl: Path) -> Iterator[Record]:
    extract = study.source.patients or "" if study.source else ""
    tumour = next(fact.id for fact in text.facts if fact.kind == "tumour")
    found: Found = {}
    for row in read_csv(adsl):
        known = known_facts(study, text, row, extract)
        yield Record(row["USUBJID"], known[tumour].value, known, answers(text, lexicon, known, found))


def _patient_rows(records: Sequence[Record]) -> Iterator[dict[str, object]]:
    for record in records:
        for step in record.steps:
            for role, answer in _told(step):
                for test in answer.tests:
                    yield {
                        "USUBJID": record.subject,
                        "tumour": record.tumour,
                        "step": step.step.id,
                        "step_state": step.state,
                        "role": role,
                        "condition": answer.condition.id,
                        "condition_state": answer.state,
                        "fact": test.test.fact,
                        "fact_state": test.state,
                        "value": record.known[test.test.fact].cell,
                        "file": record.known[test.test.fact].file,
                        "line": record.known[test.test.fact].line,
                        "column": record.known[test.test.fact].column,
                        "why": test.why,
                    }


def _step_rows(text: Guidance, records: Sequence[Record]) -> Iterator[dict[str, object]]:
    """Every step and each of its conditions, counted over the patients with its tumour."""
    for step in text.steps:
        found = [answer for record in records for answer in record.steps if answer.step.id == step.id]
        row: dict[str, object] = {"tumour": step.tumour, "step": step.id}
        states = _counts([answer.state for answer in found])
        yield row | {"role": "step", "condition": "", "label": step.title} | states
        for role, name in (*(("when", n) for n in step.when), *(("needs", n) for n in step.conditions)):
            of_each = [a.state for answer in found for r, a in _told(answer) if (r, a.condition.id) == (role, name)]
            yield row | {"role": role, "condition": name, "label": text.condition(name).label} | _counts(of_each)


def _told(step: StepAnswer) -> Iterator[tuple[str, Answer]]:
    """The conditions of a step: under which it arises, and what it needs."""
    yield from (("when", answer) for answer in step.when)
    yield from (("needs", answer) for answer in step.answers)


def _counts(states: Sequence[str]) -> dict[str, object]:
    counts = Counter(states)
    named = {"met": counts[MET], "not_met": counts[NOT_MET], "not_reported": counts[NOT_REPORTED]}
    return {"patients": len(states), **named, "not_arisen": counts[NOT_ARISEN]}


def _term_rows(text: Guidance, lexicon: Lexicon, records: Sequence[Record]) -> Iterator[dict[str, object]]:
    """Every text of treatments with each name in it, known or not."""
    for fact in (fact for fact in text.facts if fact.kind == "treatments"):
        lines: dict[str, list[str]] = {}
        for record in records:
            if record.known[fact.id].value:
                lines.setdefault(record.known[fact.id].value, []).append(record.known[fact.id].line)
        for treatments, found in lines.items():
            for name in lexicon.read(treatments):
                yield {
                    "fact": fact.id,
                    "text": treatments,
                    "patients": len(found),
                    "lines": _lines(found),
                    "course": name.course,
                    "written": name.written,
                    "term": name.term,
                    "label": lexicon.label(name.term),
                    "how": name.how,
                    "route": lexicon.label(name.route),
                    "source": name.source,
                }


def _lines(lines: Sequence[str]) -> str:
    """The lines of a text, the first of them where there are many: a cell stays readable."""
    more = len(lines) - LISTED_LINES
    return " ".join(lines[:LISTED_LINES]) + (f" and {more} more" if more > 0 else "")


def _unknown_rows(text: Guidance, records: Sequence[Record]) -> Iterator[dict[str, object]]:
    """The facts that steps of some patient need and a record does not tell; those without a tumour need that first."""
    needed: dict[str, dict[str, None]] = {}
    unknown: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    why: dict[str, str] = {}
    for record in records:
        facts: dict[str, None] = {}
        tumour = next(fact.id for fact in text.facts if fact.kind == "tumour")
        for step in record.steps:
            for test in (test for _, answer in _told(step) for test in answer.tests):
                needed.setdefault(test.test.fact, {})[step.step.title] = facts[test.test.fact] = None
        for name in [tumour, *facts]:
            asked[name] += 1
            if not record.known[name].value:
                unknown[name] += 1
                why.setdefault(name, record.known[name].why)
    for fact in text.facts:
        if unknown[fact.id]:
            row = {"fact": fact.id, "label": fact.label, "steps": "; ".join(needed.get(fact.id, {}))}
            counts = {"unknown": unknown[fact.id], "of": asked[fact.id]}
            yield {**row, **counts, "why": why[fact.id], "asks": fact.asks}


def _tumour_rows(text: Guidance, tumours: Mapping[str, int]) -> Iterator[dict[str, object]]:
    for tumour in text.tumours:
        steps = len(text.steps_of(tumour.id))
        yield {"tumour": tumour.id, "label": tumour.label, "patients": tumours.get(tumour.id, 0), "steps": steps}
    if tumours.get(""):
        yield {"tumour": "", "label": "not reported", "patients": tumours[""], "steps": 0}
