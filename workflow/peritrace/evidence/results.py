"""The table of evidence: every number with the place that it comes from. Simulated patients never enter it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from peritrace.ard import Ard, Statistic, as_stat, read_ard
from peritrace.evidence.files import CITED
from peritrace.files import read_table
from peritrace.meaning import EvidenceResult
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.words import in_sentence

CITED_COLUMNS = (
    *("result", "paper", "source_file", "location", "lines", "reference", "cited_as", "tumour", "treatment", "n"),
    *("outcome", "quantity", "time_months", "sign", "value", "value_high", "unit", "note"),
)
QUANTITIES = ("survival-median", "survival-rate", "recurrence-rate", "median-gain")
_MONTHS = {"months": 1.0, "days": 1 / 30.4375, "years": 12.0}


@dataclass(frozen=True)
class Result:
    """One number. `value` is in months or percent; `basis` says whether it is cited, printed or recomputed."""

    result: str
    own: str  # "yes" for a study of this run
    paper: str
    basis: str  # as cited, as printed, recomputed
    tumour: str
    treatment: str
    outcome: str
    quantity: str
    time_months: str
    sign: str
    value: str
    value_high: str
    conf_low: str
    conf_high: str
    unit: str
    n: str
    events: str
    cited_as: str
    reference: str
    source: str  # file and line, or section: where the number stands
    note: str


COLUMNS = tuple(field.name for field in fields(Result))


def cited_results(path: Path = CITED) -> list[Result]:
    """What the sources cite from elsewhere; raises InputRefused with every faulty row."""
    rows, uneven = read_table(path) if path.is_file() else ([], [])
    rule, remedy = "a row has as many cells as columns", "Put a cell that holds a comma in quotes."
    faults = [Problem(str(path), line, "", "too few or too many cells", rule, remedy) for line in uneven]
    if faults := faults or list(_faults(path, rows)):
        raise InputRefused(f"the table of evidence {path}", faults)
    shared = set(CITED_COLUMNS) & set(COLUMNS)
    found = []
    for row in rows:
        place = f"{row['paper']}: {row['location']} ({row['source_file']}, lines {row['lines']})"
        place = place.replace("lines", "lines" if "-" in row["lines"] else "line")
        own = {"own": "", "basis": "as cited", "conf_low": "", "conf_high": "", "events": "", "source": place}
        found.append(Result(**{name: row[name] for name in shared}, **own))
    return found


def _faults(path: Path, rows: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
    if rows and tuple(rows[0]) != CITED_COLUMNS:
        yield Problem(str(path), 1, "", "other columns", f"columns are {', '.join(CITED_COLUMNS)}", "Mend the header.")
        return
    for line, row in enumerate(rows, start=2):
        for name in ("result", "paper", "source_file", "location", "lines", "tumour", "treatment"):
            if not row[name].strip():
                yield Problem(str(path), line, name, "empty", "every number has its place", f"Fill in {name}.")
        if row["quantity"] not in QUANTITIES:
            rule = f"one of {', '.join(QUANTITIES)}"
            yield Problem(str(path), line, "quantity", "an unknown quantity", rule, "Choose one.")
        if row["quantity"].endswith("-rate") != bool(row["time_months"]):
            yield Problem(str(path), line, "time_months", "no fit", "a rate has a time, nothing else", "Mend it.")
        for name in ("value", "value_high", "time_months"):
            if (row[name] or name == "value") and not _is_number(row[name]):
                yield Problem(str(path), line, name, "no number", "it must be a number", "Mend it.")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def own_results(study: Study, ard: Path) -> list[Result]:
    """What a study of this run gives; nothing where its patients are simulated."""
    if study.simulated:
        return []
    statistics = read_ard(ard)
    read = _printed if study.published else _recomputed
    return [found for wanted in study.evidence for found in read(study, wanted, statistics, ard)]


def _recomputed(study: Study, wanted: EvidenceResult, ard: Ard, file: Path) -> Iterator[Result]:
    """Median and rates by Kaplan–Meier with their limits, all patients, standard readings."""
    mine = [
        s for s in ard
        if (s.variable, s.method, s.convention, s.group1) == (wanted.endpoint, "kaplan-meier", "", "")
    ]  # fmt: skip
    overall = {s.stat_name: s.stat for s in mine if s.context == "survival"}
    endpoint = study.endpoint(wanted.endpoint)
    shared = {
        "result": f"{study.id}-{wanted.endpoint.lower()}",
        "n": overall.get("n", ""),
        "events": overall.get("n_event", ""),
        "outcome": in_sentence(endpoint.label),
        "basis": "recomputed",
        "source": f"{file.as_posix()}: {wanted.endpoint}, Kaplan–Meier",
    }
    months = _MONTHS[study.time_unit]
    limits = {name: _scaled(overall.get(f"median_{name}", ""), months) for name in ("conf_low", "conf_high")}
    value = _scaled(overall.get("median", ""), months)
    yield _own(study, wanted, shared, quantity="survival-median", value=value, unit="months", **limits)
    times = dict.fromkeys(s.variable_level for s in mine if s.context == "survival-rate")
    for time in times:
        rate = {
            s.stat_name: s.stat for s in mine if (s.context, s.variable_level) == ("survival-rate", time)
        }  # fmt: skip
        if rate.get("beyond_follow_up") == "1" or not rate.get("estimate"):
            continue
        limits = {name: _scaled(rate.get(name, ""), 100) for name in ("conf_low", "conf_high")}
        at = _scaled(time, months)
        value = _scaled(rate["estimate"], 100)
        yield _own(study, wanted, shared, quantity="survival-rate", time_months=at, value=value, unit="%", **limits)


def _printed(study: Study, wanted: EvidenceResult, ard: Ard, file: Path) -> Iterator[Result]:
    """The median that the source prints, where no row is published to recompute it from."""
    found: list[Statistic] = [
        s for s in ard
        if (s.stat_name, s.variable, s.group1, s.group1_level)
        == ("survival_median", wanted.endpoint, wanted.group or "", wanted.level or "")
    ]  # fmt: skip
    label = in_sentence(study.label(wanted.endpoint))
    for statistic in found[:1]:
        shared = {
            "result": "-".join(filter(None, (study.id, wanted.endpoint.lower(), (wanted.level or "").lower()))),
            "outcome": label,
            "basis": "as printed",
            "source": f"{study.id}: {statistic.analysis} ({file.as_posix()})",
        }
        yield _own(study, wanted, shared, quantity="survival-median", value=statistic.stat, unit="months")


def _own(study: Study, wanted: EvidenceResult, shared: Mapping[str, str], **told: str) -> Result:
    empty = dict.fromkeys(COLUMNS, "")
    cited_as = study.short_title or study.id
    place = {"own": "yes", "paper": study.id, "cited_as": cited_as}
    return Result(**empty | place | {"tumour": wanted.tumour, "treatment": wanted.treatment} | dict(shared) | told)


def _scaled(text: str, factor: float) -> str:
    return as_stat(float(text) * factor) if text else ""
