"""Whether one cell alone decides: what the rules of a study file would say if it held something else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from peritrace.derivations.patients import limits, one_of
from peritrace.extracts.cells import may_be_empty
from peritrace.meaning import AnyColumn, CategoryColumn, Condition, NumberColumn
from peritrace.study import Study

Row = Mapping[str, str]
Outcome = Callable[[Row], object]
_FAR = ("-1e9", "1e9")


def holds(condition: Condition, row: Row, study: Study) -> bool:
    """Whether a condition holds of one patient, as in `derivations.patients.holds`."""
    column, value = study.column(condition.column), row[condition.column]
    if condition.equals is not None:
        return bool(one_of(condition.equals, column)(value))
    if condition.less_than is not None:
        other = row[condition.less_than]
        if not value or not other:
            return False
        return float(value) < float(other) if column.type == "number" else value < other
    if condition.present is not None:
        return bool(value) == condition.present
    return bool(value) and limits(condition.at_least, condition.below)(value)


def deciding(
    outcome: Outcome, conditions: Sequence[Condition], name: str, rows: Sequence[Row], study: Study
) -> list[bool]:
    """Tell for each patient whether another value of the column would change the outcome.

    The values tried are those between which the conditions tell apart; an outcome None counts as no change (the input
    would be refused). Patients whom the conditions can't tell apart are worked out once.
    """
    involved = [c for c in conditions if name in (c.column, c.less_than)]
    names = sorted({part for c in conditions for part in (c.column, c.less_than) if part} | {name})
    # of the other columns only whether they are empty is looked at
    read = {part for c in conditions if c.present is None for part in (c.column, c.less_than) if part}
    column = study.column(name)
    taken = {row[name] for row in rows} if column.type == "identifier" else frozenset[str]()
    known: dict[tuple[str | bool, ...], bool] = {}
    found = []
    for row in rows:
        key = tuple(row[part] if part in read else bool(row[part]) for part in names)
        if key not in known:
            now = outcome(row)
            others = (outcome({**row, name: value}) for value in _values(involved, column, row) if value not in taken)
            known[key] = any(other is not None and other != now for other in others)
        found.append(known[key])
    return found


def _values(conditions: Sequence[Condition], column: AnyColumn, row: Row) -> list[str]:
    """Values of a column between which the conditions may tell apart."""
    values = [value for c in conditions if c.column == column.name for value in c.equals or []]
    partners = [c.less_than if c.column == column.name else c.column for c in conditions if c.less_than]
    beside = [row[name] for name in partners if name and row[name]]
    if may_be_empty(column):
        values.append("")
    if isinstance(column, CategoryColumn):
        values += column.levels.values()
    elif isinstance(column, NumberColumn):
        edges = [edge for c in conditions for edge in (c.below, c.at_least) if edge is not None]
        values += [*_FAR, *(str(edge + step) for edge in edges for step in (-1, 0, 1))]
        values += [str(float(text) + step) for text in beside for step in (-1, 1)]
    elif column.type == "date":
        days = [date.fromisoformat(text) for text in [*beside, row[column.name] or "2000-01-01"]]
        values += [(day + timedelta(step)).isoformat() for day in days for step in (-1, 1)]
    else:
        values.append("\N{WHITE MEDIUM STAR}")
    return values
