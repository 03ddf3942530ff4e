"""What the columns of an extract mean: their types and codes, groups made of them, who is left out, endpoints."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from peritrace.sections import Code, Name, Raw, Section, Text


class Column(Section):
    """What every column of the extract has."""

    name: Name = Field(description="Its name in peritrace. Known names (pci, cc_score, kps, age …) carry rules.")
    source: Raw = Field(description="Its header in the extract.")
    label: Text = Field(description="What a table calls it.")
    printed_in: Text | None = Field(None, description="Where the paper prints it.")
    optional: bool = Field(
        False,
        description="A cell may be empty: the value is missing. Text and dates always may. Where the extract lacks the "
        "whole column, what needs it is left out and the report says so.",
    )
    missing: list[Raw] = Field(default=[], description="Codes that stand for a missing value, such as NA or 999.")
    identifying: bool = Field(
        False,
        description="Declares a column that looks as if it told who a patient is; without it such a one is refused.",
    )
    event: Text | None = Field(None, description="REDCap: the event that it is taken from, where several fill it in.")
    instance: Literal["only", "first", "last"] = Field(
        "only", description="REDCap: which instance of a repeating instrument; only: more than one is a problem."
    )


class IdentifierColumn(Column):
    """Tells patients apart; unique."""

    type: Literal["identifier"]
    replace: bool = Field(
        False,
        description="Results number the patients by their place in the extract; the identifier stays in intake.",
    )


class NumberColumn(Column):
    """A measured or counted quantity."""

    type: Literal["number"]
    unit: Text | None = Field(None, description="As a table prints it.")
    decimals: int = Field(0, ge=0, le=6, description="Decimals in tables.")
    minimum: float | None = Field(None, description="The least plausible value; without it nothing below 0.")
    maximum: float | None = Field(None, description="The largest plausible value.")
    decimal_comma: bool = Field(False, description="The extract writes 4,5 for four and a half.")
    multiply_by: float | None = Field(
        None, gt=0, description="Turns the unit of the extract into `unit`; `minimum` and `maximum` are in `unit`."
    )
    per: float = Field(1, gt=0, description="Ratios of regressions are per so many of `unit`.")
    pool_above: float | None = Field(
        None, description="Values above it count as the next whole number. A column named age has 89 by itself."
    )


class CategoryColumn(Column):
    """A coded quantity with a known set of codes."""

    type: Literal["category"]
    levels: dict[Raw, Text] = Field(min_length=1, description="Code in the extract → level in peritrace, in order.")


class TextColumn(Column):
    """Free text; kept as it stands."""

    type: Literal["text"]


class DateColumn(Column):
    """A calendar date."""

    type: Literal["date"]
    format: Text = Field("%Y-%m-%d", description="As Python's strptime reads it.")


AnyColumn = Annotated[
    IdentifierColumn | NumberColumn | CategoryColumn | TextColumn | DateColumn, Field(discriminator="type")
]


class Order(Section):
    """Two columns of which the first may not exceed the second, in the order of nature."""

    lower: Name = Field(description="The column that may not exceed …")
    upper: Name = Field(description="… this one.")


class Level(Section):
    """One level of a group: exactly one of the rules says who belongs to it."""

    label: Text = Field(description="What a table calls it.")
    values: list[Text] | None = Field(None, min_length=1, description="Levels or values of the column.")
    below: float | None = Field(None, description="Numbers less than this …")
    at_least: float | None = Field(None, description="… and/or numbers not less than this.")
    contains: list[Text] | None = Field(None, min_length=1, description="Text that holds one of these, case ignored.")
    otherwise: bool = Field(False, description="Everyone not placed by an earlier level.")

    @model_validator(mode="after")
    def _one_rule(self) -> "Level":
        limits = self.below is not None or self.at_least is not None
        if [self.values is not None, limits, self.contains is not None, self.otherwise].count(True) != 1:
            raise ValueError(
                f"level {self.label!r} needs exactly one rule: values, below/at_least, contains, or otherwise: true"
            )
        return self


class Group(Section):
    """A derived variable: patients placed in levels by one column."""

    name: Name = Field(description="Its name in peritrace; differs from those of the columns.")
    label: Text = Field(description="What a table calls it.")
    column: Name = Field(description="The column that it is derived from.")
    levels: list[Level] = Field(min_length=1, description="In order; the first is the reference of models.")
    why: Text | None = Field(None, description="Why these levels: a source or a reason.")


class Condition(Section):
    """Something that holds of a patient or not: exactly one comparison of a column."""

    column: Name = Field(description="The column compared.")
    equals: list[Text] | None = Field(None, min_length=1, description="The column has one of these levels or values.")
    less_than: Name | None = Field(None, description="The column is less than this other column.")
    present: bool | None = Field(None, description="The column is not empty.")
    below: float | None = Field(None, description="The column is less than this number …")
    at_least: float | None = Field(None, description="… and/or not less than this one.")

    @model_validator(mode="after")
    def _one_comparison(self) -> "Condition":
        limits = None if self.below is None and self.at_least is None else True
        if [self.equals, self.less_than, self.present, limits].count(None) != 3:
            raise ValueError(
                f"a condition on {self.column!r} needs exactly one of equals, less_than, present, below/at_least"
            )
        return self


class Exclusion(Section):
    """Patients who do not belong to the cohort: they are read and judged, counted, and left out."""

    label: Text = Field(description="Who they are, as the flow of patients says it.")
    any: list[Condition] = Field(min_length=1, description="Conditions of which one suffices.")
    why: Text | None = Field(None, description="The reason.")


class Cause(Section):
    """What an event was: the first cause of which a condition holds."""

    label: Text = Field(description="What a table calls it.")
    any: list[Condition] = Field(default=[], description="Conditions of which one suffices.")
    otherwise: bool = Field(False, description="Every event that no earlier cause claims.")

    @model_validator(mode="after")
    def _has_a_rule(self) -> "Cause":
        if bool(self.any) == self.otherwise:
            raise ValueError(f"cause {self.label!r} needs either conditions under any, or otherwise: true")
        return self


class EventDefinition(Section):
    """What counts as the event of an endpoint: any of the conditions, unless one of the exceptions holds."""

    code: Code = Field(description="PARAMCD of this reading in ADTTE.")
    description: Text = Field(description="What counts, as a report says it.")
    any: list[Condition] = Field(default=[], description="Conditions of which one suffices.")
    always: bool = Field(False, description="Every time ends in an event (unless excepted).")
    unless: list[Condition] = Field(default=[], description="Patients for whom it is not an event all the same.")
    causes: list[Cause] = Field(
        default=[], description="Which kinds of event it joins, such as progression and death: for competing risks."
    )
    why: Text | None = Field(None, description="The source or reason of this reading.")

    @model_validator(mode="after")
    def _has_a_rule(self) -> "EventDefinition":
        if bool(self.any) == self.always:
            raise ValueError(f"event definition {self.code} needs either conditions under any, or always: true")
        return self


class Durations(Section):
    """The time is in the extract."""

    column: Name = Field(description="The column with the time from origin to event or last contact.")
    entry: list[Name] | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="Delayed entry: patients are observed from [a, b] = a − b after the origin on.",
    )


class Dates(Section):
    """The time is counted between dates."""

    start: Name = Field(description="The date of origin.")
    event: list[Name] = Field(min_length=1, description="Dates of the event; the earliest counts.")
    censor: Name = Field(description="The date of last contact, for those without the event.")
    entry: Name | None = Field(None, description="Delayed entry: the date from which patients are observed.")


class Endpoint(Section):
    """A time to an event."""

    code: Code = Field(description="PARAMCD in ADTTE: OS1, OS2, PFS …")
    label: Text = Field(description="What a report calls it.")
    origin: Text = Field(description="From what the time counts.")
    end: Text = Field("last contact", description="At what a time without event ends.")
    time: Durations | Dates = Field(description="From the extract, or counted between dates.")
    events: list[EventDefinition] = Field(min_length=1, description="The readings of the event; the chosen one first.")
    if_unknown: Literal["refuse", "leave out"] = Field(
        "refuse", description="Patients without a time: a problem, or left out of this endpoint and counted."
    )
    inferred: bool = Field(
        False, description="The source does not state the event so that it can be applied; chosen by evidence."
    )

    @model_validator(mode="after")
    def _chosen_first(self) -> "Endpoint":
        if self.events[0].code != self.code:
            raise ValueError(f"the first event definition is the chosen one and must have the code {self.code}")
        return self


class Exposure(Section):
    """A treatment that begins after the origin of an endpoint: the time from there to it, empty if it never began."""

    name: Name = Field(description="Its name in peritrace; differs from those of columns and groups.")
    label: Text = Field(description="What a table calls it.")
    column: Name = Field(description="The date on which it began.")
    endpoint: Code = Field(description="The endpoint, counted between dates, from whose origin its time counts.")


class FactSource(Section):
    """Where a fact that the guidance text asks for stands: in a column, or in a sentence about all patients.

    Of published tables only the tumour, which is stated, and the variables in which a limit of the text may stand.
    """

    column: Name | None = Field(None, description="The column that tells it.")
    variable: Raw | None = Field(None, description="Of published tables: the variable of counts.csv.")
    values: dict[Raw, Raw] = Field(default={}, description="Level of the column → value: yes or no, or a tumour.")
    below: float | None = Field(None, description="It holds where the number is less than this …")
    at_least: float | None = Field(None, description="… and/or not less than this.")
    refutes_only: bool = Field(False, description="Where the limits hold, that does not yet show the fact.")
    stated: Raw | None = Field(None, description="Instead of a column: the value for every patient …")
    where: Text | None = Field(None, description="… and the place in the source that says so.")
    why: Text | None = Field(None, description="Why it is read so.")

    @property
    def has_rule(self) -> bool:
        """Whether cells are turned into values."""
        return bool(self.values) or self.below is not None or self.at_least is not None

    @model_validator(mode="after")
    def _one_place(self) -> "FactSource":
        if [self.column, self.stated, self.variable].count(None) != 2:
            raise ValueError("a fact is told by a column, by a variable of published tables, or as stated")
        if (self.stated is None) != (self.where is None):
            raise ValueError("what is stated has its place in the source under where, and nothing else has")
        if self.column is None and (self.has_rule or self.refutes_only):
            raise ValueError("only a column needs a rule")
        if self.values and (self.below is not None or self.at_least is not None):
            raise ValueError("a fact is read either by values or by below/at_least")
        return self


class EvidenceResult(Section):
    """A result of this study as the table of evidence shows it beside those that papers cite."""

    endpoint: Raw = Field(description="The endpoint; of published tables, their variable.")
    tumour: Text = Field(description="In whom.")
    treatment: Text = Field(description="After what.")
    group: Raw | None = Field(None, description="Of published tables: the variable that names the group …")
    level: Raw | None = Field(None, description="… and the level that is meant.")
