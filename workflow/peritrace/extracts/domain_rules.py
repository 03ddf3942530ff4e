"""What an extract says of a patient, held against the clinic: what can't be true, and what is unlikely.

Each rule joins columns that are known by their names in the study file (`peritrace.domain`). A rule whose columns are
missing is silent, and so it is about a patient whose cells are empty. Numbers beyond what can be true are refused
earlier (`extracts.validation`), except where a study keeps a score as levels.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from peritrace import domain
from peritrace.domain import COURSE, DATES, HIPEC_DETAILS, NUMBER_RULES, PCI_REGIONS, NumberRule
from peritrace.extracts.values import Mask, Numbers, Values
from peritrace.meaning import DateColumn, Durations
from peritrace.problems import Problem
from peritrace.study import Study

MOST_CASES = 1000  # of one rule; further ones would only repeat what is wrong with the column
# How many others like a patient chance may be expected to bring forth, before a second one is worth a look.
MOST_ALIKE_BY_CHANCE = 1e-3
_COMPARE = "Compare the cells with the source."
_LOOK = "Compare the cell with the source; if it is right, it can stay."


@dataclass(frozen=True)
class _Finding:
    """The rows that break a rule, the column by its name in the study file, and what a problem says of them."""

    rows: Mask
    column: str
    found: str
    rule: str
    remedy: str = _COMPARE
    severity: Literal["error", "warning"] = "error"


def domain_problems(values: Values, study: Study, file: str) -> list[Problem]:
    """List what can't be true of a patient (errors) and what is unlikely (warnings), at most 1000 rows of each rule."""
    problems = [problem for rule in _WORD_RULES for problem in itertools.islice(rule(values, file), MOST_CASES)]
    for finding in (finding for rule in _RULES for finding in rule(values)):
        header = study.column(finding.column).source
        told = header, finding.found, finding.rule, finding.remedy, finding.severity
        rows = np.flatnonzero(finding.rows)[:MOST_CASES]
        problems += [Problem(file, line, *told) for line in values.lines[rows].tolist()]
    return problems + list(itertools.islice(_entered_twice(values, file), MOST_CASES))


def _header(values: Values, name: str) -> str:
    return values.study.column(name).source


def _numbers(values: Values, name: str) -> Numbers:
    """A quantity as numbers, also where the study keeps it as levels such as CC-1."""
    is_number = values.study.column(name).type == "number"
    return values.numbers(name) if is_number else values.numbers_of(name, domain.score)


def _possible(numbers: Numbers, rule: NumberRule) -> Mask:
    possible = (numbers >= rule.minimum) & (numbers <= rule.maximum)
    return possible & (numbers % rule.step == 0) if rule.step else possible


def _scores(values: Values, name: str) -> Numbers:
    """A known quantity as numbers; one that can't be true is reported by itself and missing here."""
    numbers = _numbers(values, name)
    return np.where(_possible(numbers, NUMBER_RULES[name]), numbers, np.nan)


def _ranges(values: Values) -> Iterator[_Finding]:
    """Scores kept as levels, counts with decimals, and numbers outside of what is likely."""
    for name, rule in NUMBER_RULES.items():
        if not values.has(name):
            continue
        column, numbers = values.study.column(name), _numbers(values, name)
        possible = _possible(numbers, rule)
        if column.type != "number":
            rows = ~possible & ~np.isnan(numbers)
            yield _Finding(rows, name, "a level outside of the score", rule.reason, "Correct it, or the levels.")
        if rule.whole:
            rows = possible & (numbers % 1 != 0)
            yield _Finding(rows, name, "a number with decimals", rule.reason)
        low, high = rule.likely
        rows = possible & ((numbers < low) | (numbers > high))
        if name in HIPEC_DETAILS:
            rows &= numbers != 0  # of patients without HIPEC
        unit = f" {rule.unit}" if rule.unit else ""
        limits = f"at least {low:,.6g}{unit}" if high == np.inf else f"from {low:,.6g} to {high:,.6g}{unit}"
        told = "an unlikely number", f"{column.label} is mostly {limits}; {rule.reason}", _LOOK
        yield _Finding(rows, name, *told, severity="warning")


def _pci_regions(values: Values) -> Iterator[_Finding]:
    """The regions add up to the index; where some are missing, it lies between what they leave possible."""
    regions = [name for name in PCI_REGIONS if values.has(name)]
    if not regions or not values.has("pci"):
        return
    pci = _scores(values, "pci")
    scores = np.array([_scores(values, name) for name in regions])
    known = np.nansum(scores, axis=0)
    missing = np.isnan(scores).sum(axis=0) + len(PCI_REGIONS) - len(regions)
    rule = "the peritoneal cancer index is the sum of its 13 regions"
    yield _Finding((missing == 0) & (known != pci) & ~np.isnan(pci), "pci", "an index other than the sum", rule)
    yield _Finding((missing > 0) & (known > pci), "pci", "an index below the sum of the regions that are known", rule)
    rows = (missing > 0) & (pci > known + 3 * missing)
    yield _Finding(rows, "pci", "an index that the missing regions can't make up for", rule)


def _residual_tumour(values: Values) -> Iterator[_Finding]:
    """The completeness of cytoreduction is the size of what was left (Jacquet and Sugarbaker 1996)."""
    if not values.has("cc_score"):
        return
    cc = _scores(values, "cc_score")
    if values.has("residual_mm"):
        size = _scores(values, "residual_mm")
        small, middle = domain.CC1_BELOW_MM, domain.CC2_UP_TO_MM
        rule = (
            f"CC0 leaves no visible tumour, CC1 less than {small:g} mm, CC2 {small:g} to {middle:g} mm, "
            f"CC3 more than {middle:g} mm or a confluence of nodules"
        )
        rows = (cc == 0) & (size > 0) | (cc > 0) & (size == 0)
        rows |= (cc == 1) & (size > small) | (cc == 2) & ((size < small) | (size > middle))
        yield _Finding(rows, "cc_score", "a score that contradicts the size of the residual tumour", rule)
        # Some write CC1 with ≤ 2.5 mm, and a confluence is CC3 whatever the size of its nodules.
        rows = (cc == 1) & (size == small) | (cc == 3) & (size > 0) & (size <= middle)
        found = "a score above or below that of the size of the residual tumour"
        yield _Finding(rows, "cc_score", found, rule, severity="warning")
    if values.has("pci"):
        rows = (_scores(values, "pci") == 0) & (cc > 0)
        rule = "where the peritoneal cancer index is 0, no tumour can be left behind"
        yield _Finding(rows, "cc_score", "a residual tumour at an index of 0", rule, severity="warning")


def _hipec_details(values: Values) -> Iterator[_Finding]:
    """Drug, dose, temperature and duration belong to a HIPEC that was given."""
    told: dict[str, Mask] = {}
    for name in HIPEC_DETAILS:
        if values.has(name):
            words = name == "hipec_drug"
            named = values.where(name, lambda word: domain.is_given(word) is not False)
            told[name] = named if words else values.numbers(name) > 0
    if values.has("hipec"):
        reported = np.zeros(len(values), dtype=bool)
        without = values.where("hipec", lambda level: domain.is_given(level) is False)
        for name, given in told.items():
            rule = f"without HIPEC ({_header(values, 'hipec')}) there is no drug, dose, temperature or duration"
            yield _Finding(without & given & ~reported, name, "a detail of HIPEC", rule, severity="warning")
            reported |= given
        if "hipec_drug" in told:
            with_hipec = values.where("hipec", lambda level: domain.is_given(level) is True)
            rule = f"a HIPEC that was given ({_header(values, 'hipec')}) has a drug"
            yield _Finding(with_hipec & ~told["hipec_drug"], "hipec_drug", "no drug", rule, severity="warning")
    if "hipec_drug" in told and "hipec_dose_mg" in told:
        drug, dose = told["hipec_drug"], told["hipec_dose_mg"]
        rule = "drug and dose of HIPEC go together"
        yield _Finding(drug & ~dose, "hipec_dose_mg", "a drug without a dose", rule, severity="warning")
        yield _Finding(dose & ~drug, "hipec_dose_mg", "a dose without a drug", rule, severity="warning")


def _status(values: Values) -> Iterator[_Finding]:
    """Who has died has a date of death, and nobody else."""
    if not values.has("status", "date_death"):
        return
    header, dated = _header(values, "date_death"), values.filled("date_death")
    rule = "a date of death stands for those who have died, and for them only"
    rows = _is_alive(values) & dated
    yield _Finding(rows, "status", f"alive, with a date in {header}", rule)
    rows = _is_dead(values) & ~dated
    yield _Finding(rows, "date_death", "a death without its date", rule, "Fill it in if it is known.", "warning")


def _is_alive(values: Values) -> Mask:
    return values.where("status", lambda level: domain.is_alive(level) is True)


def _is_dead(values: Values) -> Mask:
    return values.where("status", lambda level: domain.is_alive(level) is False)


def _fatal_complication(values: Values) -> Iterator[_Finding]:
    """Grade V of Clavien and Dindo is a death after the operation."""
    if not values.has("clavien_dindo"):
        return
    fatal = values.numbers_of("clavien_dindo", domain.clavien_dindo_grade) == domain.DEATH_GRADE
    rule = "grade V of Clavien and Dindo is death"
    alive = _is_alive(values) if values.has("status") else np.zeros(len(values), dtype=bool)
    yield _Finding(fatal & alive, "clavien_dindo", "grade V of a patient who is alive", rule)
    if not values.has("date_death"):
        return
    # That the date of a death is missing, the rule of the status tells.
    dead = _is_dead(values) if values.has("status") else np.zeros(len(values), dtype=bool)
    undated = fatal & ~alive & ~dead & ~values.filled("date_death")
    yield _Finding(undated, "clavien_dindo", "grade V without a date of death", rule, severity="warning")
    if values.has("date_surgery"):
        days = domain.POSTOPERATIVE_DAYS
        death, surgery = values.dates("date_death"), values.dates("date_surgery")
        rows = fatal & (death > surgery + np.timedelta64(days, "D"))
        found = f"grade V with a death more than {days} days after the operation"
        yield _Finding(rows, "clavien_dindo", found, rule, severity="warning")


def _course(values: Values) -> Iterator[_Finding]:
    """Diagnosis, operation, progression and death follow one another; the same day is allowed."""
    for later in range(1, len(COURSE)):
        yield from _not_before(values, COURSE[later], COURSE[later - 1 :: -1])
    yield from _not_before(values, "date_adjuvant", ["date_surgery"])
    yield from _not_before(values, "date_death", ["date_adjuvant"])
    if values.has("date_progression", "date_surgery"):
        rows = values.dates("date_progression") == values.dates("date_surgery")
        rule = "a tumour that progresses on the day of the operation was mostly not removed"
        yield _Finding(rows, "date_progression", "the day of the operation", rule, _LOOK, "warning")


def _not_before(values: Values, later: str, earlier: Sequence[str]) -> Iterator[_Finding]:
    """Report a date against the first of the others that it precedes."""
    if not values.has(later):
        return
    reported = np.zeros(len(values), dtype=bool)
    for name in filter(values.has, earlier):
        rows = (values.dates(later) < values.dates(name)) & ~reported
        reported |= rows
        rule = "diagnosis, operation, progression and death follow one another"
        yield _Finding(rows, later, f"a date before {_header(values, name)}", rule)


def _last_contact(values: Values) -> Iterator[_Finding]:
    """Nothing is known of a patient after the last contact, as the derivation of times has it too."""
    if not values.has("date_last_contact"):
        return
    last, header = values.dates("date_last_contact"), _header(values, "date_last_contact")
    for name in DATES:
        if name != "date_last_contact" and values.has(name):
            rule = f"the last contact is not earlier than {_header(values, name)}: it may not be up to date"
            yield _Finding(values.dates(name) > last, name, f"a date after {header}", rule)
    if values.has("date_death"):
        rule = "the last contact with a patient who died is not later than the death"
        remedy = "Compare the cells with the source; a word from relatives is no contact with the patient."
        found = f"a date after {_header(values, 'date_death')}"
        yield _Finding(last > values.dates("date_death"), "date_last_contact", found, rule, remedy, "warning")


def _cutoff(values: Values) -> Iterator[_Finding]:
    cutoff = values.study.source.cutoff if values.study.source else None
    if cutoff is None:
        return
    for column in values.study.columns:
        if isinstance(column, DateColumn) and values.has(column.name):
            rows = values.dates(column.name) > np.datetime64(cutoff, "D")
            rule = f"the data end on {cutoff.isoformat()} (source.cutoff in the study file)"
            remedy = "Correct the date, or source.cutoff."
            yield _Finding(rows, column.name, "a date after the end of the data", rule, remedy)


def _zero_times(values: Values) -> Iterator[_Finding]:
    times = (endpoint.time for endpoint in values.study.endpoints)
    for name in dict.fromkeys(time.column for time in times if isinstance(time, Durations)):
        if values.has(name):
            rule = "who is followed for no time at all adds nothing to an estimate, or has an event at once"
            yield _Finding(values.numbers(name) == 0, name, "a time of 0", rule, _LOOK, "warning")


_RULES: tuple[Callable[[Values], Iterator[_Finding]], ...] = (
    _ranges,
    _pci_regions,
    _residual_tumour,
    _hipec_details,
    _status,
    _fatal_complication,
    _course,
    _last_contact,
    _cutoff,
    _zero_times,
)


# Words: reported once each, on the first line where they stand


def _grades(values: Values, file: str) -> Iterator[Problem]:
    rule = f"the grades of Clavien and Dindo are {domain.CLAVIEN_DINDO}"
    remedy = "Map every code to a grade under levels; a column of grouped grades takes another name."
    for _, line, rows in _words(values, "clavien_dindo", lambda word: domain.clavien_dindo_grade(word) is None):
        found = f"something else than a grade{rows}"
        yield Problem(file, line, _header(values, "clavien_dindo"), found, rule, remedy)


def _drugs(values: Values, file: str) -> Iterator[Problem]:
    rule = "this name is not among the known drugs of HIPEC"
    for word, line, rows in _words(values, "hipec_drug", lambda word: domain.unknown_drug(word) is not None):
        near = domain.near_drug(domain.unknown_drug(word) or "")
        remedy = f"Did you mean {near}? If it is right, it can stay." if near else _LOOK
        yield Problem(file, line, _header(values, "hipec_drug"), f"an unknown drug{rows}", rule, remedy, "warning")


def _words(values: Values, name: str, wrong: Callable[[str], bool]) -> Iterator[tuple[str, int, str]]:
    """Each wrong string of a column, the first line where it stands, and in how many rows it does."""
    if not values.has(name):
        return
    strings = values.strings(name)
    for code, row, count in zip(*np.unique(values.codes(name), return_index=True, return_counts=True), strict=True):
        if code and wrong(strings[code - 1]):
            yield strings[code - 1], int(values.lines[row]), f" ({count:,} rows)" if count > 1 else ""


_WORD_RULES: tuple[Callable[[Values, str], Iterator[Problem]], ...] = (_grades, _drugs)


# Patients


def _entered_twice(values: Values, file: str) -> Iterator[Problem]:
    """Patients whose every value is that of an earlier one, unless chance may well have made them alike.

    Were the columns independent, a patient with the shares p, q … of their values in the cohort of n would be expected
    to have n·p·q… others like them.
    """
    names = [column.name for column in values.study.columns if column.type != "identifier" and values.has(column.name)]
    if not names or not len(values):
        return
    codes = [values.codes(name) for name in names]
    mixed = np.zeros(len(values), dtype=np.uint64)
    for column in codes:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, first, place = np.unique(mixed, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[place] != np.arange(len(values)))
    original = first[place[again]]
    expected = np.full(len(again), float(len(values)))
    same = np.ones(len(again), dtype=bool)
    for column in codes:
        same &= column[again] == column[original]  # two patients may have the same mixture by accident
        expected *= np.bincount(column)[column[again]] / len(values)
    rule = "two patients hardly ever agree in every column: one may have been entered twice"
    remedy = "Look both up; if they are one patient, delete a line."
    for row in np.flatnonzero(same & (expected < MOST_ALIKE_BY_CHANCE)):
        found = f"the values of line {values.lines[original[row]]} again under another identifier"
        yield Problem(file, int(values.lines[again[row]]), "", found, rule, remedy, "warning")
