"""What can be described, compared and modelled: the columns and groups of a proposal with their values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from peritrace.derivations.patients import Cohort, place_in_group
from peritrace.meaning import CategoryColumn, Group, NumberColumn
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.quantities import LEAST_URGENT
from peritrace.proposals.remarks import Proposed

MOST_GROUPS = 6  # levels by which patients are split
_SMALLEST = 5  # patients of a level, for a comparison of all that is described


@dataclass(frozen=True)
class Variable:
    """A number, category or group; `cells` are canonical strings, empty where missing."""

    name: str
    label: str
    is_number: bool
    phase: str
    priority: int
    cells: Sequence[str]
    by_code: bool = False
    known: bool = True  # whether the lexicon knows it

    @cached_property
    def levels(self) -> Counter[str]:
        """The patients of each level."""
        return Counter(cell for cell in self.cells if cell)

    @property
    def parameters(self) -> int:
        """How many coefficients it has in a model."""
        return 1 if self.is_number else len(self.levels) - 1

    @property
    def missing(self) -> float:
        """The share of patients without a value."""
        return 1 - self.levels.total() / len(self.cells) if self.cells else 1.0

    @property
    def splits(self) -> bool:
        """Whether patients can be split by it."""
        return not self.is_number and 2 <= len(self.levels) <= MOST_GROUPS

    @property
    def splits_well(self) -> bool:
        """Whether each of its levels has a few patients at least."""
        return self.splits and min(self.levels.values()) >= min(_SMALLEST, len(self.cells) // 4)


def variables_of(
    columns: Mapping[str, ColumnProposal], groups: Sequence[Proposed[Group]], cohort: Cohort
) -> list[Variable]:
    """All of them in the order of the extract, each group behind its column."""
    return list(_variables(columns, groups, cohort))


def _variables(
    columns: Mapping[str, ColumnProposal], groups: Sequence[Proposed[Group]], cohort: Cohort
) -> Iterator[Variable]:
    for name, column in columns.items():
        priority = column.quantity.priority if column.quantity else LEAST_URGENT
        kind = column.column
        if isinstance(kind, NumberColumn | CategoryColumn) and column.phase not in ("time",) and name != "simulated":
            is_number = isinstance(kind, NumberColumn)
            known = column.quantity is not None
            yield Variable(name, kind.label, is_number, column.phase, priority, column.cells, column.by_code, known)
        for group in groups:
            if group.part.column == name:
                placed, _ = place_in_group(group.part, cohort)
                yield Variable(group.part.name, group.part.label, False, column.phase, priority, placed)


def main_group(variables: Sequence[Variable]) -> Variable | None:
    """The group by which all is described: treatment, completeness, HIPEC, else the weightiest with two levels."""
    by_name = {variable.name: variable for variable in variables}
    for name in ("treatment", "cc_group", "hipec"):
        if name in by_name and by_name[name].splits:
            return by_name[name]
    binary = [v for v in variables if v.splits_well and len(v.levels) == 2 and v.phase in ("baseline", "operative")]
    known = [v for v in binary if not v.by_code] or binary
    return min(known, key=lambda variable: variable.priority, default=None)
