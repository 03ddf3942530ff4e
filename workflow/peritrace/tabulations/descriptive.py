"""Tables of patients: their rows as printed, and their characteristics overall and by group."""

import math
from collections.abc import Mapping, Sequence

from peritrace.ard import Ard
from peritrace.formats import NOT_ESTIMABLE, format_count, format_number, format_p
from peritrace.meaning import NumberColumn
from peritrace.methods import method_label
from peritrace.study import Study
from peritrace.tabulations.lookup import caption, standard
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted

# Of several tests of one pair of variables the table shows the first: exact tests stand before approximations.
TESTS_OF_NUMBERS = ("mann-whitney", "mann-whitney-asymptotic", "welch", "t-test", "pearson")
TESTS_OF_COUNTS = ("fisher", "chi-square", "chi-square-yates")
NOT_SIMULATED = {"", "no", "n", "false", "0"}

Key = tuple[str, str, str, str, str]  # variable, variable_level, group1, group1_level, stat_name


def patients_rows(study: Study, patients: Sequence[Mapping[str, str]], wanted: Wanted) -> Table:
    """The patients' rows with the digits that were printed; a simulated patient is marked as such in every table."""
    columns = [study.column(name) for name in wanted.columns]
    headers = []
    for column in columns:
        if isinstance(column, NumberColumn):
            headers.append(Column(f"{column.label} ({column.unit})" if column.unit else column.label, "number"))
        else:
            headers.append(Column(column.label))
    rows, gaps, simulated = [], False, False
    for patient in patients:
        cells = [patient[column.name] or NOT_ESTIMABLE for column in columns]
        gaps |= any(not patient[column.name] for column in columns)
        made_up = is_simulated(patient)
        simulated |= made_up
        rows.append(Row(tuple(cells), note="A simulated patient: no such person exists." if made_up else ""))
    notes = [*wanted.notes, *([f"{NOT_ESTIMABLE} not stated."] if gaps else [])]
    return Table(wanted.id, caption(wanted), tuple(headers), tuple(rows), tuple(notes))


def is_simulated(patient: Mapping[str, str]) -> bool:
    """Whether the row is marked as simulated."""
    return patient.get("simulated", "").strip().lower() not in NOT_SIMULATED


def characteristics(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """Counts with percentages and medians with quartiles, overall and by group, with P where a test was asked for."""
    found: dict[Key, float] = {
        (s.variable, s.variable_level, s.group1, s.group1_level, s.stat_name): s.number
        for s in standard(ard, "summary", "counts")
    }
    by = wanted.by or ""
    present = {key[3] for key in found if key[2] == by}
    parts = [("", ""), *((by, level) for level in study.levels(by) if level in present)]
    tests = _tests(ard, by) | _group_tests(ard, by) if by else {}
    columns = [Column("Characteristic")]
    for part in parts:
        title = part[1] or "All"
        columns.append(Column(f"{title} (n = {_size(found, part)})", "number"))
    if tests:
        columns += [Column("P", "number"), Column("Test")]
    rows: list[Row] = []
    for name in wanted.variables or study.analyses.describe:
        number = next((c for c in study.columns if c.name == name and isinstance(c, NumberColumn)), None)
        block = _number_rows(number, found, parts) if number else _count_rows(study, name, found, parts)
        if tests:
            block = _with_tests(block, tests.get(name, ("", "")))
        rows += block
    return Table(wanted.id, caption(wanted), tuple(columns), tuple(rows), tuple(wanted.notes))


def _size(found: Mapping[Key, float], part: tuple[str, str]) -> str:
    """How many patients a column of the table is about: the known and the missing of any number, or the most known."""
    sizes = [
        value + (found.get((*key[:4], "missing"), 0) if key[4] == "N" else 0)
        for key, value in found.items()
        if key[2:4] == part and key[4] == "N"
    ]
    return format_number(max(sizes), 0) if sizes else NOT_ESTIMABLE


def _number_rows(column: NumberColumn, found: Mapping[Key, float], parts: list[tuple[str, str]]) -> list[Row]:
    def stats(part: tuple[str, str], *names: str) -> list[float]:
        return [found.get((column.name, "", *part, name), math.nan) for name in names]

    values = [stats(part, "median", "p25", "p75") for part in parts]
    decimals = decimals_needed([value for triple in values for value in triple], column.decimals)
    cells = [_median_and_quartiles(triple, decimals) for triple in values]
    missing = [found.get((column.name, "", *part, "missing"), 0.0) for part in parts]
    unit = f" ({column.unit})" if column.unit else ""
    rows = [Row((f"{column.label}{unit}, median (Q1–Q3)", *cells), "section")]
    if any(missing):
        rows.append(Row(("missing", *(format_number(count, 0) for count in missing)), "level"))
    return rows


def decimals_needed(values: Sequence[float], printed: int) -> int:
    """The decimals of the data; one for whole numbers of which a quartile falls between two."""
    known = [value for value in values if math.isfinite(value)]
    exact = all(math.isclose(value, round(value, printed), abs_tol=1e-9) for value in known)
    return printed if exact or printed else 1


def _median_and_quartiles(triple: Sequence[float], decimals: int) -> str:
    median, low, high = (format_number(value, decimals) for value in triple)
    return median if median == NOT_ESTIMABLE else f"{median} ({low}–{high})"


def _count_rows(study: Study, name: str, found: Mapping[Key, float], parts: list[tuple[str, str]]) -> list[Row]:
    rows = [Row((f"{study.label(name)}, n (%)", *("" for _ in parts)), "section")]
    for level in study.levels(name):
        cells = []
        for part in parts:
            count, of = (found.get((name, level, *part, stat), math.nan) for stat in ("n", "N"))
            known = math.isfinite(count) and math.isfinite(of)
            cells.append(format_count(int(count), int(of), 0 if of < 100 else 1) if known else NOT_ESTIMABLE)
        rows.append(Row((level, *cells), "level"))
    return rows


def _tests(ard: Ard, by: str) -> dict[str, tuple[str, str]]:
    """The P value of each variable against the group, and the test that gave it."""
    chosen: dict[str, tuple[int, str, str]] = {}
    order = {method: rank for rank, method in enumerate((*TESTS_OF_NUMBERS, *TESTS_OF_COUNTS))}
    for s in standard(ard, "association"):
        if s.stat_name != "p_value" or by not in (s.variable, s.group1) or not s.stat or s.method not in order:
            continue
        variable = s.variable if s.group1 == by else s.group1
        candidate = (order[s.method], format_p(s.number), method_label(s.method))
        chosen[variable] = min(chosen.get(variable, candidate), candidate)
    return {variable: (p_value, label) for variable, (_, p_value, label) in chosen.items()}


def _group_tests(ard: Ard, by: str) -> dict[str, tuple[str, str]]:
    """The P value and name of the one test that was chosen for each variable."""
    found = [s for s in standard(ard, "group-test") if s.group1 == by and s.stat_name == "p_value"]
    return {s.variable: (format_p(s.number), method_label(s.method) if s.stat else s.warning) for s in found}


def missing(study: Study, ard: Ard, wanted: Wanted) -> Table:
    """How many patients lack each variable, those with most gaps first; complete ones are counted below."""
    total = next((s.number for s in standard(ard, "cohort") if s.stat_name == "N"), math.nan)
    gaps = {
        s.variable: s.number
        for s in standard(ard, "summary", "counts")
        if s.stat_name == "missing" and not s.group1 and not s.variable_level
    }
    rows = [
        Row((study.label(name), format_count(int(count), int(total), 1), format_number(total - count, 0)))
        for name, count in sorted(gaps.items(), key=lambda gap: -gap[1])
        if count
    ]
    described = study.analyses.describe
    complete = sum(not gaps.get(name) for name in described)
    columns = (Column("Variable"), Column("Missing, n (%)", "number"), Column("Known", "number"))
    notes = [f"{complete} of {len(described)} described variables are complete."] if described else []
    return Table(wanted.id, caption(wanted), columns, tuple(rows), (*wanted.notes, *notes))


def _with_tests(block: list[Row], test: tuple[str, str]) -> list[Row]:
    """The test stands on the row that heads the variable."""
    return [
        Row((*row.cells, *(test if place == 0 else ("", ""))), row.kind, row.note) for place, row in enumerate(block)
    ]
