"""In which unit the times of an extract are: stated in a header, or likely by their size."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from peritrace.meaning import NumberColumn
from peritrace.proposals.endpoints import TIMES
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.remarks import Proposed, Remark, doubt

TimeUnit = Literal["months", "days", "years"]
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
_LONGEST_IN_MONTHS = 400  # a longer time was counted in days


def propose_time_unit(
    columns: Mapping[str, ColumnProposal], dated: bool
) -> tuple[TimeUnit, tuple[Remark, ...], list[ColumnProposal]]:
    """The unit of the study, what is said of it, and the columns of times turned into it.

    Durations keep the unit of the extract; where times are counted between dates (`dated`) the unit is months.
    """
    times = [columns[name] for name in TIMES if name in columns]
    if not times:
        return "months", (), []
    stated = [column.unit for column in times if column.unit in _DAYS]
    remarks: tuple[Remark, ...] = ()
    if stated:
        written = stated[0]
        if silent := [column for column in times if column.unit not in _DAYS]:
            text = f"the header of {silent[0].column.label} states no unit: taken for {written} like the others."
            remarks = (doubt(text, decides=True),)
    else:
        highest = max(float(cell) for column in times for cell in column.cells if cell)
        written = "days" if highest > _LONGEST_IN_MONTHS else "months"
        text = f"no header states the unit of the times; they reach {highest:g}, which looks like {written}."
        remarks = (doubt(text, decides=True),)
    unit: TimeUnit = "months"
    if not dated:
        unit = "years" if written == "years" else "months" if written == "months" else "days"
    return unit, remarks, [_with_unit(column, unit, written) for column in times]


def _with_unit(column: ColumnProposal, unit: TimeUnit, assumed: str) -> ColumnProposal:
    part = column.column
    if not isinstance(part, NumberColumn):
        return column
    written = column.unit if column.unit in _DAYS else assumed
    keys = part.model_dump(exclude_unset=True) | {"unit": unit}
    cells, remarks = column.cells, column.proposed.remarks
    if written != unit:
        factor = round(_DAYS[written] / _DAYS[unit], 10)
        keys |= {"multiply_by": factor}
        cells = [format(float(cell) * factor, ".10g") if cell else "" for cell in cells]
        remarks = (*remarks, Remark(f"In {written} in the extract."))
    proposed = Proposed(NumberColumn.model_validate(keys), remarks, column.proposed.beside)
    return replace(column, proposed=proposed, cells=cells)
