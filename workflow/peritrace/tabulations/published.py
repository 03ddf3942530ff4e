"""Published tables rebuilt, each printed number beside what the others make of it."""

import math
from collections.abc import Mapping, Sequence

from peritrace.ard import Ard
from peritrace.claims import Claim
from peritrace.formats import NOT_ESTIMABLE, format_number, format_percent, format_ratio
from peritrace.methods import method_label
from peritrace.published import CountCell, EffectRow, NumberCell, Published
from peritrace.study import Study
from peritrace.tabulations.table import Column, Row, Table
from peritrace.wanted import Table as Wanted
from peritrace.words import listing

Verdicts = Mapping[str, Mapping[str, str]]  # rows of verdicts.csv by claim id


def published_table(study: Study, published: Published, ard: Ard, verdicts: Verdicts, wanted: Wanted) -> Table:
    """One table of the source: of counts and summaries by group, or of effects."""
    if any(row.table == wanted.table for row in published.effects):
        return _effects(study, published, ard, verdicts, wanted)
    return _characteristics(study, published, ard, verdicts, wanted)


def _notes(published: Published, verdicts: Verdicts, claims: Sequence[Claim]) -> str:
    """What is said of the contradicted numbers of a row."""
    wrong = [claim for claim in claims if verdicts.get(claim.claim_id, {}).get("verdict") == "contradicted"]
    return " ".join(f"{claim.reported}: {verdicts[claim.claim_id]['explanation']}" for claim in wrong)


# Tables of counts


def _characteristics(study: Study, published: Published, ard: Ard, verdicts: Verdicts, wanted: Wanted) -> Table:
    counts = [cell for cell in published.counts if cell.table == wanted.table]
    numbers = [cell for cell in published.numbers if cell.table == wanted.table]
    tests = {(cell.variable, cell.level): cell.p for cell in published.tests if cell.table == wanted.table}
    group = next((cell.group for cell in counts if cell.group and not cell.variable), "")
    levels = (
        list(dict.fromkeys(c.group_level for c in counts if c.group == group and not c.variable)) if group else [""]
    )
    sizes = {c.group_level: c.count for c in counts if c.group == group and not c.variable}
    columns = [Column("Characteristic")]
    for level in levels:
        head = f"{level} (n = {sizes.get(level, '–')})" if level else "Patients"
        columns += [
            Column(f"{head}, printed", "number"),
            Column(f"{level}, recomputed" if level else "recomputed", "number"),
        ]
    if tests:
        columns += [Column("P, printed", "number"), Column("P, recomputed", "number")]
    rows: list[Row] = []
    everything: list[CountCell | NumberCell] = [*counts, *numbers]
    methods: dict[str, None] = {}
    for variable in _order(published, wanted.table or ""):
        cells = [cell for cell in everything if cell.variable == variable]
        lines = _lines(cells)
        p = _p_cells(ard, tests, variable, group, methods) if tests else {}
        for place, (label, of_level) in enumerate(lines):
            rows += _head(study.label(variable), len(columns)) if place == 0 and len(lines) > 1 else []
            texts = [text for level in levels for text in _pair(ard, [c for c in of_level if _at(c, group, level)])]
            if tests:
                level = getattr(of_level[0], "level", "")
                texts += p.get(level) or (p.get("", ("", "")) if place == 0 else ("", ""))
            note = _notes(published, verdicts, _claims_of(published, wanted.table or "", variable, label, place == 0))
            called = study.label(label)
            name = called if len(lines) > 1 else _single(study.label(variable), called)
            rows.append(Row((name, *texts), "level" if len(lines) > 1 else "plain", note))
    notes = ["Recomputed: the percentage of the printed count; summaries of a number need the patients’ rows."]
    if methods:
        notes.append(f"P recomputed from the printed counts by {listing([method_label(m) for m in methods])}.")
    return Table(wanted.id, wanted.title, tuple(columns), tuple(rows), (*notes, *wanted.notes))


def _order(published: Published, table: str) -> list[str]:
    """The variables of a table in its order: that of its tests, and of the other cells around them."""
    tested = [cell.variable for cell in published.tests if cell.table == table]
    cells: list[CountCell | NumberCell] = [*published.counts, *published.numbers]
    rest = [cell.variable for cell in cells if cell.table == table and cell.variable]
    return list(dict.fromkeys([*tested, *rest]))


def _head(label: str, width: int) -> list[Row]:
    return [Row((label, *[""] * (width - 1)), "section")]


def _single(variable: str, level: str) -> str:
    return variable if level in ("", "Yes") else f"{variable}: {level}"


def _lines(cells: Sequence[CountCell | NumberCell]) -> list[tuple[str, list[CountCell | NumberCell]]]:
    """The cells by level, in their order; a summary of a number is a line of its own."""
    lines: dict[str, list[CountCell | NumberCell]] = {}
    for cell in cells:
        label = cell.level if isinstance(cell, CountCell) else _summary_label(cell)
        lines.setdefault(label, []).append(cell)
    return list(lines.items())


def _summary_label(cell: NumberCell) -> str:
    unit = f", {cell.unit}" if cell.unit else ""
    return ("Median (quartiles)" if cell.median else "Mean ± SD") + unit


def _at(cell: CountCell | NumberCell, group: str, level: str) -> bool:
    return cell.group_level == level if group and cell.group == group else not level or cell.group != group


def _pair(ard: Ard, cells: Sequence[CountCell | NumberCell]) -> tuple[str, str]:
    """A cell as printed, and the percentage that its count makes."""
    if not cells:
        return "", ""
    cell = cells[0]
    if isinstance(cell, NumberCell):
        if cell.median:
            return f"{cell.median} ({cell.lower_quartile}, {cell.upper_quartile})", NOT_ESTIMABLE
        return f"{cell.mean} ± {cell.sd}", NOT_ESTIMABLE
    printed = f"{cell.count} ({cell.percent})" if cell.percent else cell.count
    found = ard.where(
        context="counts",
        variable=cell.variable,
        variable_level=cell.level,
        group1=cell.group,
        group1_level=cell.group_level,
        stat_name="p",
    ).statistics
    decimals = len(cell.percent.strip(" %").partition(".")[2]) if cell.percent else 1
    return printed, format_percent(found[0].number, decimals) if found else NOT_ESTIMABLE


def _p_cells(
    ard: Ard, tests: Mapping[tuple[str, str], str], variable: str, group: str, methods: dict[str, None]
) -> dict[str, tuple[str, str]]:
    """The P values of a variable by level: as printed, and by the test that gives most of the table's."""
    cells = {}
    for (name, level), printed in tests.items():
        if name != variable:
            continue
        where = {"context": "association", "variable": variable, "variable_level": level, "group1": group}
        found = ard.where(stat_name="p_value", convention="", **where).statistics
        decimals = max(3, len(printed.partition(".")[2]))
        cells[level] = (printed, format_number(found[0].number, decimals) if found else NOT_ESTIMABLE)
        if found:
            methods[found[0].method] = None
    return cells


def _claims_of(published: Published, table: str, variable: str, level: str, first: bool) -> list[Claim]:
    """The claims that stand in a line; those of the whole variable stand in its first."""
    of_table = [c for c in published.claims if c.location.startswith(f"{table},") and c.variable == variable]
    return [c for c in of_table if c.level == level or (first and not c.level)]


# Tables of effects


def _effects(study: Study, published: Published, ard: Ard, verdicts: Verdicts, wanted: Wanted) -> Table:
    effects = [row for row in published.effects if row.table == wanted.table]
    measure = next((row.measure for row in effects if row.measure), "Ratio")
    columns = (
        Column("Covariate"),
        Column(f"{measure} (limits), printed", "number"),
        Column("P, printed", "number"),
        Column("Middle of the limits", "number"),
        Column("Limits by ratio and P", "number"),
        Column("P by ratio and limits", "number"),
        Column("Events at least", "number"),
    )
    rows = tuple(_effect_row(study, published, ard, verdicts, row) for row in effects)
    notes = (
        "Middle, limits and P are implied by the other printed numbers of the line, on the log scale (Wald). Events: "
        "the fewest with which a Cox model can have limits so narrow.",
    )
    return Table(wanted.id, wanted.title, columns, rows, (*notes, *wanted.notes))


def _effect_row(study: Study, published: Published, ard: Ard, verdicts: Verdicts, row: EffectRow) -> Row:
    where = {"context": "model", "variable": row.endpoint, "group1": row.variable, "group1_level": row.level}
    implied = ard.where(analysis=row.model, method="wald-limits", **where)

    def value(name: str) -> float | None:
        found = implied.where(stat_name=name).statistics
        return found[0].number if found else None

    digits = len(row.ratio.partition(".")[2]) or 2
    low, high = value("conf_low"), value("conf_high")
    limits = f"{format_number(low, digits)} to {format_number(high, digits)}" if low and high else NOT_ESTIMABLE
    middle, p, events = value("estimate"), value("p_value"), value("n_event_min")
    printed = f"{row.ratio} ({row.low}–{row.high})" if row.low else row.ratio
    claims = [
        claim
        for claim in published.claims
        if claim.location == f"{row.table}, {row.row}" and claim.group == row.variable and claim.model == row.model
    ]
    cells = (
        _single(study.label(row.variable), row.level),
        printed,
        row.p,
        format_number(middle, digits) if middle else format_ratio(None),
        limits,
        NOT_ESTIMABLE if p is None else format_number(p, max(3, len(row.p.partition(".")[2]))),
        str(int(events)) if events and math.isfinite(events) else NOT_ESTIMABLE,
    )
    return Row(cells, "plain", _notes(published, verdicts, claims))
