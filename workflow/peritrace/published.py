"""Published tables as a value: what a source prints, cell for cell, and every number of it as a claim.

Five tidy tables may lie in a study's folder (docs/published-tables.md): counts, numbers (medians, quartiles, means),
tests (P values of associations), effects (ratios with limits and P) and the flow of patients. A cell of theirs and a
number in the text are the same kind of thing, a `Claim`, so that one can be held against the other.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from peritrace.claims import Claim
from peritrace.files import read_csv, write_csv
from peritrace.words import slug

NO_LEVEL = ""
COUNT_PARTS = {"count": "count", "of": "denominator", "percent": "share"}
SUMMARIES = {
    "median": "median",
    "lower_quartile": "lower-quartile",
    "upper_quartile": "upper-quartile",
    "minimum": "minimum",
    "maximum": "maximum",
    "mean": "mean",
    "sd": "standard-deviation",
}
EFFECT_PARTS = {"ratio": "ratio", "low": "ratio-low", "high": "ratio-high", "p": "prediction"}


@dataclass(frozen=True)
class CountCell:
    """How many patients of a group have a level, with the percentage where it is printed.

    Without a variable it is the size of the group, without a group it counts all patients.
    """

    table: str
    row: str
    column: str
    variable: str
    level: str
    group: str
    group_level: str
    count: str
    of: str = ""
    percent: str = ""
    touches: str = ""
    sic: str = ""


@dataclass(frozen=True)
class NumberCell:
    """Summaries of a number in a group; `whole` is "yes" where it takes whole numbers only."""

    table: str
    row: str
    column: str
    variable: str
    unit: str
    whole: str
    group: str
    group_level: str
    n: str
    median: str
    lower_quartile: str
    upper_quartile: str
    minimum: str = ""
    maximum: str = ""
    mean: str = ""
    sd: str = ""
    touches: str = ""
    sic: str = ""


@dataclass(frozen=True)
class TestCell:
    """The P value of a variable (or of one level against the rest) by a group."""

    __test__ = False  # the name looks like a test class to pytest

    table: str
    row: str
    column: str
    variable: str
    level: str
    group: str
    p: str
    touches: str = ""
    sic: str = ""


@dataclass(frozen=True)
class EffectRow:
    """The effect of one covariate (or of one level of it) in a model of an endpoint."""

    table: str
    row: str
    column: str
    variable: str
    level: str
    reference: str
    model: str
    endpoint: str
    measure: str
    ratio: str
    low: str
    high: str
    p: str
    touches: str = ""
    sic: str = ""


@dataclass(frozen=True)
class FlowStep:
    """A box of the flow of patients."""

    place: str
    node: str
    parent: str
    label: str
    variable: str
    level: str
    group: str
    group_level: str
    count: str


AnyRow = CountCell | NumberCell | TestCell | EffectRow | FlowStep
ROWS: dict[str, type[AnyRow]] = {
    "counts": CountCell,
    "numbers": NumberCell,
    "tests": TestCell,
    "effects": EffectRow,
    "flow": FlowStep,
}
# What depends on a cell where its file does not say.
USUALLY_TOUCHES = {"counts": "description", "numbers": "description", "tests": "description", "effects": "result"}
OPTIONAL_COLUMNS = ("of", "percent", "minimum", "maximum", "mean", "sd", "touches", "sic")
T = TypeVar("T", bound=AnyRow)


@dataclass(frozen=True)
class CellPlace:
    """Where a number was typed; intake passes on a row for each line, in their order."""

    file: str
    line: int
    column: str


Typed = tuple[CellPlace, Claim]


def columns_of(kind: str) -> tuple[str, ...]:
    """The columns of one of the tidy tables."""
    return tuple(field.name for field in fields(ROWS[kind]))


@dataclass(frozen=True)
class Published:
    """Everything that a source prints about its patients."""

    counts: tuple[CountCell, ...] = ()
    numbers: tuple[NumberCell, ...] = ()
    tests: tuple[TestCell, ...] = ()
    effects: tuple[EffectRow, ...] = ()
    flow: tuple[FlowStep, ...] = ()
    stated: tuple[Claim, ...] = ()  # in abstract, text, captions and notes

    @classmethod
    def read(cls, folder: Path) -> "Published":
        """Read what intake wrote."""

        def rows(kind: str, row: type[T]) -> tuple[T, ...]:
            return tuple(row(**line) for line in read_csv(folder / f"{kind}.csv"))

        return cls(
            counts=rows("counts", CountCell),
            numbers=rows("numbers", NumberCell),
            tests=rows("tests", TestCell),
            effects=rows("effects", EffectRow),
            flow=rows("flow", FlowStep),
            stated=tuple(Claim(**line) for line in read_csv(folder / "claims.csv")),
        )

    def write(self, folder: Path) -> None:
        """Write one file for each kind, with the columns in a fixed order."""
        for kind in ROWS:
            write_csv(folder / f"{kind}.csv", columns_of(kind), (asdict(row) for row in getattr(self, kind)))
        write_csv(folder / "claims.csv", [f.name for f in fields(Claim)], (asdict(claim) for claim in self.stated))

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every printed number: the cells of the tables, then what is stated elsewhere."""
        return tuple(claim for _, claim in self._typed)

    @cached_property
    def places_of_cells(self) -> dict[str, CellPlace]:
        """Where each number was typed, by its id."""
        return {claim.claim_id: place for place, claim in self._typed}

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by their ids."""
        return {claim.claim_id: claim for claim in self.claims}

    @cached_property
    def _typed(self) -> tuple[Typed, ...]:
        stated = ((CellPlace("claims.csv", line, "reported"), claim) for line, claim in enumerate(self.stated, start=2))
        return (*self._cells(), *stated)

    def _cells(self) -> Iterator[Typed]:
        seen: dict[str, int] = {}
        for place, claim in (*self._cells_as_named(), *self._flow_alone()):
            seen[claim.claim_id] = seen.get(claim.claim_id, 0) + 1
            number = seen[claim.claim_id]
            named = claim if number == 1 else replace(claim, claim_id=f"{claim.claim_id}-{number}")
            yield place, named

    def _cells_as_named(self) -> Iterator[Typed]:
        for line, count in enumerate(self.counts, start=2):
            for name, quantity in COUNT_PARTS.items():
                if text := getattr(count, name):
                    yield CellPlace("counts.csv", line, name), _cell("counts", count, quantity, text)
        for line, number in enumerate(self.numbers, start=2):
            for name, quantity in SUMMARIES.items():
                if text := getattr(number, name):
                    yield CellPlace("numbers.csv", line, name), _cell("numbers", number, quantity, text)
        for line, test in enumerate(self.tests, start=2):
            yield CellPlace("tests.csv", line, "p"), _cell("tests", test, "association", test.p)
        for line, effect in enumerate(self.effects, start=2):
            for name, quantity in EFFECT_PARTS.items():
                if text := getattr(effect, name):
                    yield CellPlace("effects.csv", line, name), _effect_cell(effect, quantity, text)

    def _flow_alone(self) -> Iterator[Typed]:
        """Counts of the flow of patients that are printed nowhere else, or otherwise there."""
        cells = (*(claim for _, claim in self._cells_as_named()), *self.stated)
        known = {(c.subject, c.printed.count) for c in cells if c.quantity == "count"}
        for line, step in enumerate(self.flow, start=2):
            if not step.count:
                continue
            claim = _flow_cell(step)
            if (claim.subject, claim.printed.count) not in known:
                yield CellPlace("flow.csv", line, "count"), claim

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The places where numbers are printed, tables first, then the rest in the order of the claims."""
        return tuple(dict.fromkeys(place_of(claim) for claim in self.claims))


def place_of(claim: Claim) -> str:
    """The part of the source in which a claim stands: "Table 1", "Abstract", "Results"."""
    return claim.location.partition(",")[0]


def _cell(kind: str, cell: CountCell | NumberCell | TestCell, quantity: str, text: str) -> Claim:
    where = ", ".join(filter(None, (cell.table, cell.row, cell.column)))
    name = slug(cell.table, cell.row, getattr(cell, "level", ""), cell.column, quantity)
    return Claim(
        claim_id=name,
        location=where,
        quantity=quantity,
        variable=cell.variable,
        level=getattr(cell, "level", ""),
        group=cell.group,
        group_level=getattr(cell, "group_level", ""),
        time="",
        unit=getattr(cell, "unit", ""),
        part_of="",
        touches=cell.touches or USUALLY_TOUCHES[kind],
        reported=text,
    )


def _flow_cell(step: FlowStep) -> Claim:
    return Claim(
        claim_id=slug("flow", step.node),
        location=", ".join(filter(None, (step.place, step.label))),
        quantity="count",
        variable=step.variable,
        level=step.level,
        group=step.group,
        group_level=step.group_level,
        time="",
        unit="",
        part_of="",
        touches="description",
        reported=step.count,
    )


def _effect_cell(effect: EffectRow, quantity: str, text: str) -> Claim:
    return Claim(
        claim_id=slug(effect.table, effect.row, quantity),
        location=", ".join(filter(None, (effect.table, effect.row))),
        quantity=quantity,
        variable=effect.endpoint,
        level="",
        group=effect.variable,
        group_level=effect.level,
        time="",
        unit="",
        part_of="",
        touches=effect.touches or USUALLY_TOUCHES["effects"],
        reported=text,
        model=effect.model,
    )
