"""Take in published tables: every cell judged for what it can be, or all refused with every problem.

A number that can't stand where it stands (a limit below 0, a P value above 1, more patients than the group has) is
taken for a slip in typing. Where the source really prints it so, `sic` in the last column of the line says yes, and the
audit judges it.
"""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from peritrace.claims import COLUMNS, OPTIONAL, P_QUANTITIES, TOUCHES, Claim, check_claims
from peritrace.printed import Printed, UnreadableNumber, parse_p_value, parse_printed
from peritrace.published import (
    OPTIONAL_COLUMNS,
    ROWS,
    SUMMARIES,
    CountCell,
    EffectRow,
    FlowStep,
    NumberCell,
    Published,
    TestCell,
    columns_of,
)
from peritrace.tidy import TidyTable, near_match, read_tidy, refuse

KINDS = (*ROWS, "claims")
MOST_PATIENTS = 1_000_000
_SIC = "Correct it; if the source prints it so, write yes under sic."
Fault = tuple[str, str, str, str]  # column, what was found, the rule, the remedy


def read_published(folder: Path, subject: str) -> Published:
    """Read the tidy tables of a folder; raises InputRefused with every problem found in any of them."""
    tables = {kind: _read(folder / f"{kind}.csv", kind) for kind in KINDS if (folder / f"{kind}.csv").is_file()}
    stray = _stray_files(folder, found=bool(tables))
    refuse(subject, stray, *tables.values())
    rows = {kind: [(line, ROWS[kind](**row)) for line, row in tables[kind].rows] for kind in ROWS if kind in tables}
    stated = [(line, Claim(**row)) for line, row in tables["claims"].rows] if "claims" in tables else []
    groups = _groups(row for _, row in rows.get("counts", []) if isinstance(row, CountCell))
    for kind, lines in rows.items():
        for line, row in lines:
            for fault in _faults(row, groups):
                tables[kind].problem(line, *fault)
    if "flow" in rows:
        _check_flow(tables["flow"], [(line, row) for line, row in rows["flow"] if isinstance(row, FlowStep)])
    for line, claim in check_claims(tables["claims"], stated) if stated else []:
        for fault in _claim_faults(claim):
            tables["claims"].problem(line, *fault)
        for fault in _group_faults(claim.group, claim.group_level, groups, required=False):
            tables["claims"].problem(line, *fault)
    refuse(subject, *tables.values())
    published = Published(
        **{kind: tuple(row for _, row in lines) for kind, lines in rows.items()},  # type: ignore[arg-type]  # by kind
        stated=tuple(claim for _, claim in stated),
    )
    cells = {claim.claim_id for claim in published.claims[: -len(stated) or None]}
    for line, claim in stated:
        if claim.claim_id in cells:
            rule = "a cell of the tables has this id"
            tables["claims"].problem(line, "claim_id", "the id of a cell", rule, "Give it another name.")
    if not published.claims:
        stray.problem(None, "", "no number", "at least one line is needed", "Type what the source prints.")
    refuse(subject, stray, *tables.values())
    return published


def _read(path: Path, kind: str) -> TidyTable:
    if kind == "claims":
        return read_tidy(path, COLUMNS, OPTIONAL)
    columns = columns_of(kind)
    optional = [column for column in columns if column in OPTIONAL_COLUMNS]
    return read_tidy(path, [column for column in columns if column not in optional], optional)


def _stray_files(folder: Path, found: bool) -> TidyTable:
    """Files that look like a table but have no known name, and a folder without any."""
    stray = TidyTable(folder)
    names = [f"{kind}.csv" for kind in KINDS]
    if not folder.is_dir():
        rule = "published tables lie in a folder"
        stray.problem(None, "", "no such folder", rule, "Mend the path, or put the tables there.")
        return stray
    for path in sorted(folder.glob("*.csv")):
        if path.name not in names:
            remedy = near_match(path.name, names, f"Known: {', '.join(names)}.")
            stray.problem(None, "", f"a file {path.name!r}", "every table has a known name", remedy)
    if not found:
        stray.problem(None, "", "no table", "at least one table is needed", f"Known: {', '.join(names)}.")
    return stray


def _groups(counts: Iterator[CountCell]) -> dict[str, dict[str, int | None]]:
    """The sizes of the levels of every group, as printed over its columns."""
    sizes: dict[str, dict[str, int | None]] = {}
    levels: dict[str, dict[str, int | None]] = {}
    for cell in counts:
        if not cell.variable and cell.group:
            sizes.setdefault(cell.group, {})[cell.group_level] = _count(cell.count)
        elif cell.variable:
            known = levels.setdefault(cell.variable, {})
            known[cell.level] = None if cell.level in known else _count(cell.count)
    return levels | sizes  # the patients with a level of a variable may be a group too


def _count(text: str) -> int | None:
    try:
        return parse_printed(text).count
    except UnreadableNumber:
        return None


def _faults(
    row: CountCell | NumberCell | TestCell | EffectRow | FlowStep, groups: dict[str, dict[str, int | None]]
) -> Iterator[Fault]:
    if not isinstance(row, FlowStep):
        yield from _common_faults(row)
    if isinstance(row, CountCell):
        yield from _count_faults(row, groups)
    elif isinstance(row, NumberCell):
        yield from _number_faults(row, groups)
    elif isinstance(row, TestCell):
        yield from _needed(row, "variable", "group")
        yield from _group_faults(row.group, "", groups)
        yield from _p_faults(row.p, bool(row.sic))
    elif isinstance(row, EffectRow):
        yield from _effect_faults(row, groups)
    else:
        yield from _needed(row, "node", "label")
        _, fault = _read_number(row.count, "count")
        if fault:
            yield fault


def _common_faults(row: CountCell | NumberCell | TestCell | EffectRow) -> Iterator[Fault]:
    if not row.table:
        yield "table", "nothing", "every line says where it is printed", "Add its place."
    if row.touches and row.touches not in TOUCHES:
        yield "touches", "another word", f"it is empty or one of {', '.join(TOUCHES)}", "Choose one."
    if row.sic not in ("", "yes"):
        yield "sic", "another word", "it is empty or yes", "Write yes where the source prints the line so."


def _needed(row: object, *names: str) -> Iterator[Fault]:
    for name in names:
        if not getattr(row, name):
            yield name, "nothing", "every line needs it", "Fill it in."


def _read_number(text: str, column: str) -> tuple[Printed | None, Fault | None]:
    """A printed number, or what is wrong with it."""
    try:
        printed = parse_printed(text)
    except UnreadableNumber as error:
        return None, (column, "something unreadable", str(error), "Type it exactly as printed.")
    if printed.kind not in ("number", "percent"):
        return None, (column, f"a printed {printed.kind}", "a number stands here", "Type it exactly as printed.")
    return printed, None


def _group_faults(
    group: str, level: str, groups: dict[str, dict[str, int | None]], required: bool = True
) -> Iterator[Fault]:
    """A group, or a level of one, that no line of counts.csv gives the size of."""
    if not group:
        return
    if group not in groups:
        if required:
            remedy = near_match(group, sorted(groups), "Add a line with its size: variable and level empty.")
            yield "group", "an unknown group", "counts.csv gives the size of every group", remedy
    elif level and level not in groups[group]:
        remedy = near_match(level, list(groups[group]), "")
        if required or remedy:  # the text may speak of a subgroup that no table counts
            rule = f"counts.csv gives the size of every level of {group!r}"
            yield "group_level", "an unknown level", rule, remedy or f"Known: {', '.join(groups[group])}."


def _count_faults(row: CountCell, groups: dict[str, dict[str, int | None]]) -> Iterator[Fault]:
    if row.level and not row.variable:
        yield "variable", "nothing", "a level is of a variable", "Fill it in."
    if row.group_level and not row.group:
        yield "group", "nothing", "a level is of a group", "Fill it in."
    if row.variable:
        yield from _group_faults(row.group, row.group_level, groups)
    count, fault = _read_number(row.count, "count")
    if fault:
        yield fault
    elif count and (count.count is None or count.count < 0):
        yield "count", "no number of patients", "patients are counted: 0, 1, 2 …", "Type it exactly as printed."
    elif count and (count.count or 0) > MOST_PATIENTS:
        yield "count", "more patients than any study has", f"at most {MOST_PATIENTS}", "Check the digits."
    if row.of:
        of, fault = _read_number(row.of, "of")
        if fault:
            yield fault
        elif of and (of.count is None or of.count < 0):
            yield "of", "no number of patients", "patients are counted: 0, 1, 2 …", "Type it exactly as printed."
    within = _count(row.of) if row.of else groups.get(row.group, {}).get(row.group_level) if row.group else None
    if count and count.count is not None and within is not None and count.count > within and not row.sic:
        yield "count", "more patients than the group has", f"a count is at most {within} here", _SIC
    if row.percent:
        percent, fault = _read_number(row.percent, "percent")
        if fault:
            yield fault
        elif percent and percent.value is not None and not 0 <= percent.value <= 100 and not row.sic:
            yield "percent", "a percentage beyond 0 to 100", "a share is 0 to 100 percent", _SIC


def _number_faults(row: NumberCell, groups: dict[str, dict[str, int | None]]) -> Iterator[Fault]:
    yield from _needed(row, "variable")
    yield from _group_faults(row.group, row.group_level, groups)
    if row.whole not in ("yes", "no"):
        yield "whole", "another word", "it is yes where only whole numbers occur, else no", "Choose one."
    read: dict[str, Printed] = {}
    for name in ("n", *SUMMARIES):
        if text := getattr(row, name):
            printed, fault = _read_number(text, name)
            if fault:
                yield fault
            elif printed:
                read[name] = printed
    if not read.keys() & SUMMARIES.keys():
        yield "median", "nothing", "a line has at least one summary", "Fill it in, or delete the line."
    if "sd" in read and (read["sd"].value or 0) < 0 and not row.sic:
        yield "sd", "a negative number", "a standard deviation is at least 0", _SIC
    for low, high in (("lower_quartile", "upper_quartile"), ("minimum", "maximum")):
        if low in read and high in read and read[low].values.low > read[high].values.high and not row.sic:
            yield low, f"more than {high}", f"{low} is at most {high}", _SIC


def _p_faults(text: str, sic: bool) -> Iterator[Fault]:
    try:
        printed = parse_p_value(text)
    except UnreadableNumber as error:
        yield "p", "something unreadable", str(error), "Type it exactly as printed."
        return
    if printed.kind not in ("p-value", "significance") and not (printed.kind == "number" and printed.value is not None):
        yield "p", f"a printed {printed.kind}", "a P value stands here", "Type it exactly as printed."
    elif printed.value is not None and not 0 <= printed.value <= 1 and not sic:
        yield "p", "a number beyond 0 to 1", "a P value is 0 to 1", _SIC


def _effect_faults(row: EffectRow, groups: dict[str, dict[str, int | None]]) -> Iterator[Fault]:
    yield from _needed(row, "variable", "model", "endpoint")
    if row.level and row.variable in groups and row.level not in groups[row.variable]:
        yield from _group_faults(row.variable, row.level, groups, required=False)
    read = {}
    for name in ("ratio", "low", "high"):
        if text := getattr(row, name):
            printed, fault = _read_number(text, name)
            if fault:
                yield fault
            elif printed and (printed.value or 0) <= 0 and not row.sic:
                rule = "ratios and their limits lie above 0" + (
                    "; a limit printed as 0.00 is 0 rounded" * (name == "low")
                )
                if printed.value is None or printed.value < 0 or name != "low":
                    yield name, "a number not above 0", rule, _SIC
                read[name] = printed
            elif printed:
                read[name] = printed
    if "low" in read and "high" in read and read["low"].values.low > read["high"].values.high and not row.sic:
        yield "low", "more than the upper limit", "the lower limit is at most the upper one", _SIC
    if row.p:
        yield from _p_faults(row.p, bool(row.sic))
    if not (row.ratio or row.low or row.high or row.p):
        yield "ratio", "nothing", "a line has at least one number", "Fill it in, or delete the line."


def _claim_faults(claim: Claim) -> Iterator[Fault]:
    """What rows could answer and tables can't, and numbers beyond any study."""
    if claim.quantity in P_QUANTITIES and claim.printed.kind == "direction":
        rule = "which way a comparison points is a claim of its own"
        yield (
            "quantity",
            f"a word of direction for a {claim.quantity}",
            rule,
            "Make it a direction or effect-direction.",
        )
    if claim.quantity in ("count", "denominator") and claim.printed.kind == "number":
        if claim.printed.count is None:
            yield "reported", "no number of patients", "patients are counted: 0, 1, 2 …", "Type it exactly as printed."
        elif claim.printed.count > MOST_PATIENTS:
            yield "reported", "more patients than any study has", f"at most {MOST_PATIENTS}", "Check the digits."


def _check_flow(table: TidyTable, steps: list[tuple[int, FlowStep]]) -> None:
    """Boxes with a known parent, one root, no circle."""
    parents = {step.node: step.parent for _, step in steps}
    for line, step in steps:
        if step.parent and step.parent not in parents:
            remedy = near_match(step.parent, sorted(parents), "Name another box, or none.")
            table.problem(line, "parent", "no such box", "it names another box", remedy)
        seen, node = {step.node}, step.parent
        while node in parents and node not in seen:
            seen.add(node)
            node = parents[node]
        if node in seen:
            table.problem(line, "parent", "a circle", "a flow ends somewhere", "Mend one of the parents.")
    nodes = [step.node for _, step in steps]
    for line, step in steps:
        if nodes.count(step.node) > 1:
            table.problem(line, "node", "a box a second time", "boxes differ in their name", "Rename one of them.")
    if len(roots := [line for line, step in steps if not step.parent]) > 1:
        table.problem(roots[1], "parent", "a second root", "a flow starts with one box", "Give it a parent.")


if unknown := {name for name in ("sic", "touches") if name not in {field.name for field in fields(CountCell)}}:
    raise ImportError(f"columns of CountCell have gone: {unknown}")
