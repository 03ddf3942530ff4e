"""A study: one YAML file that says where its data is, what its columns mean and what is wanted of it.

The models below are the only definition. The JSON schema (`config/schema/study.schema.json`) and the reference page
(`docs/study-file.md`) are generated from them by `make schema`. Unknown keys are errors.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
# What a month may have been taken for when days became months: the Julian mean, its rounding, a round number.
MONTH_LENGTHS = (30.4375, 30.44, 30.0)

Positive = Annotated[float, Field(ge=0.01, le=100_000, description="A time, not too fine for a table.")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]


class Section(BaseModel):
    """A part of the study file; strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Citation(Section):
    """The publication, as far as it is known; nothing is added to it."""

    authors: Text | None = Field(None, description="As the publication names them, where it does.")
    journal: Text = Field(description="Its full name.")
    year: int = Field(ge=1900, le=2100, description="Of publication.")
    volume: Text | None = Field(None, description="Volume.")
    pages: Text | None = Field(None, description="Pages or article number.")
    doi: Text | None = Field(None, description="Only if the source prints it.")


class Source(Section):
    """Where the data lies, relative to the root of the project: patients' rows, or what a source prints of them."""

    patients: Text | None = Field(None, description="The extract: one row per patient, CSV in UTF-8.")
    tables: Text | None = Field(
        None, description="Instead of patients: the folder of published tables (docs/published-tables.md)."
    )
    claims: Text | None = Field(None, description="The numbers that the paper prints; without it nothing is audited.")
    rows: int | None = Field(None, ge=1, description="How many patients there must be: guards against a cut-off file.")

    @model_validator(mode="after")
    def _one_source(self) -> "Source":
        if (self.patients is None) == (self.tables is None):
            raise ValueError("a source is either patients: (a file) or tables: (a folder)")
        if self.tables is not None and (self.claims is not None or self.rows is not None):
            raise ValueError("claims: and rows: belong to patients; published tables have claims.csv in their folder")
        return self


class Column(Section):
    """What every column of the extract has."""

    name: Name = Field(description="Its name in peritrace. Known names (pci, cc_score, kps, age …) carry rules.")
    source: Text = Field(description="Its header in the extract.")
    label: Text = Field(description="What a table calls it.")
    printed_in: Text | None = Field(None, description="Where the paper prints it.")
    optional: bool = Field(False, description="A cell may be empty: the value is missing. Text and dates always may.")


class IdentifierColumn(Column):
    """Tells patients apart; unique."""

    type: Literal["identifier"]


class NumberColumn(Column):
    """A measured or counted quantity."""

    type: Literal["number"]
    unit: Text | None = Field(None, description="As a table prints it.")
    decimals: int = Field(0, ge=0, le=6, description="Decimals in tables.")
    minimum: float | None = Field(None, description="The least plausible value; without it nothing below 0.")
    maximum: float | None = Field(None, description="The largest plausible value.")


class CategoryColumn(Column):
    """A coded quantity with a known set of codes."""

    type: Literal["category"]
    levels: dict[Text, Text] = Field(min_length=1, description="Code in the extract → level in peritrace, in order.")


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

    @model_validator(mode="after")
    def _one_comparison(self) -> "Condition":
        if [self.equals, self.less_than, self.present].count(None) != 2:
            raise ValueError(f"a condition on {self.column!r} needs exactly one of equals, less_than, present")
        return self


class EventDefinition(Section):
    """What counts as the event of an endpoint: any of the conditions, unless one of the exceptions holds."""

    code: Code = Field(description="PARAMCD of this reading in ADTTE.")
    description: Text = Field(description="What counts, as a report says it.")
    any: list[Condition] = Field(default=[], description="Conditions of which one suffices.")
    always: bool = Field(False, description="Every time ends in an event (unless excepted).")
    unless: list[Condition] = Field(default=[], description="Patients for whom it is not an event all the same.")
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
    inferred: bool = Field(
        False, description="The source does not state the event so that it can be applied; chosen by evidence."
    )

    @model_validator(mode="after")
    def _chosen_first(self) -> "Endpoint":
        if self.events[0].code != self.code:
            raise ValueError(f"the first event definition is the chosen one and must have the code {self.code}")
        return self


class LifeTableSettings(Section):
    """The actuarial life table as SPSS computes it: `SURVIVAL TABLE … /INTERVALS = THRU x BY w`."""

    interval: Positive = Field(12, description="Width of the intervals, in the unit of time.")
    through: Positive | None = Field(60, description="The last interval is open and starts here; null for none.")
    also: list[Positive] = Field(default=[], description="Interval widths that an audit tries as well.")


class Comparison(Section):
    """An endpoint compared between the levels of a group."""

    endpoint: Code = Field(description="Which endpoint.")
    by: Name = Field(description="Which group or category.")


class Association(Section):
    """A variable set against another: correlation of numbers, comparison of groups, cross-table."""

    variable: Name = Field(description="A column or group.")
    with_: Name = Field(alias="with", description="Another column or group.")
    model_config = ConfigDict(populate_by_name=True)


class Model(Section):
    """A regression."""

    id: Slug = Field(description="A name for it.")
    kind: Literal["cox", "logistic"]
    endpoint: Code = Field(description="Its time and event (cox) or its event alone (logistic).")
    covariates: list[Name] = Field(
        min_length=1, description="Columns (as numbers) and groups (against the first level)."
    )
    label: Text = Field(description="What the outcome is called.")


class Analyses(Section):
    """What is estimated."""

    level: float = Field(0.95, gt=0.5, lt=1, description="Of confidence intervals.")
    limits: Literal["log-log", "log", "plain"] = Field(
        "log-log", description="Scale on which confidence limits of survival are symmetric."
    )
    time_points: list[Positive] = Field(
        default=[12, 36, 60], min_length=1, description="Times at which survival is stated."
    )
    days_by: list[Positive] = Field(
        default=[30, 90], description="Deaths within so many days of the origin are counted."
    )
    life_table: LifeTableSettings = Field(LifeTableSettings(), description="Intervals of the life table.")
    follow_up: Code | None = Field(None, description="The endpoint whose times are the follow-up.")
    describe: list[Name] = Field(default=[], description="Columns and groups for the descriptive table.")
    describe_by: list[Name] = Field(default=[], description="Groups by which they are described as well.")
    compare: list[Comparison] = Field(default=[], description="Endpoints compared between groups.")
    associate: list[Association] = Field(default=[], description="Variables set against each other.")
    models: list[Model] = Field(default=[], description="Regressions.")


class Audit(Section):
    """What the source says of its methods: the first thing a claim is held against."""

    software: Text | None = Field(None, description="As stated; its printing habits are tried.")
    stated: dict[str, list[str]] = Field(default={}, description="Quantity → methods that the source names.")


FIGURE_ID = Field(description="Name of its files.")
TITLE = Field(description="What a report prints over it.")
PRINTED_AS = Field(None, description="Which figure or table of the paper it rebuilds.")
BY = Field(None, description="The group that it is split by.")


class SurvivalFigure(Section):
    """Kaplan–Meier curves with numbers at risk."""

    id: Slug = FIGURE_ID
    kind: Literal["survival"]
    title: Text = TITLE
    endpoint: Code = Field(description="Which endpoint.")
    by: Name | None = BY
    printed_as: Text | None = PRINTED_AS


class GroupFigure(Section):
    """A number by group: every patient as a point, with the median."""

    id: Slug = FIGURE_ID
    kind: Literal["points"]
    title: Text = TITLE
    variable: Name = Field(description="The number shown.")
    by: Name = Field(description="The group on the axis.")
    printed_as: Text | None = PRINTED_AS


class SwimmerFigure(Section):
    """One bar per patient from diagnosis or surgery to last contact."""

    id: Slug = FIGURE_ID
    kind: Literal["swimmer"]
    title: Text = TITLE
    total: Code = Field(description="Endpoint from the earliest origin.")
    observed: Code = Field(description="Endpoint from surgery.")
    progression: Code | None = Field(None, description="Endpoint whose events are marked on the bars.")
    by: Name | None = BY
    printed_as: Text | None = PRINTED_AS


class ForestFigure(Section):
    """A forest plot of the ratios of a published table, with the limits as printed and as implied."""

    id: Slug = FIGURE_ID
    kind: Literal["forest"]
    title: Text = TITLE
    table: Text = Field(description="The table of the source, as effects.csv calls it.")
    axis: Text = Field("Ratio (log scale)", description="What the ratio is.")
    printed_as: Text | None = PRINTED_AS


class FlowFigure(Section):
    """The flow of patients of a published study."""

    id: Slug = FIGURE_ID
    kind: Literal["flow"]
    title: Text = TITLE
    printed_as: Text | None = PRINTED_AS


class CoherenceFigure(Section):
    """Which printed numbers bind which, and where the chain breaks."""

    id: Slug = FIGURE_ID
    kind: Literal["coherence"]
    title: Text = TITLE
    printed_as: Text | None = PRINTED_AS


CohortFigure = SurvivalFigure | GroupFigure | SwimmerFigure
PublishedFigure = ForestFigure | FlowFigure | CoherenceFigure
AnyFigure = Annotated[CohortFigure | PublishedFigure, Field(discriminator="kind")]


class Table(Section):
    """A table: the rows as printed, a summary of the ARD, or a published table with what it recomputes to."""

    id: Slug = Field(description="Name of its files.")
    kind: Literal[
        "rows", "characteristics", "survival", "life-table", "comparisons", "models", "associations", "published"
    ]
    title: Text = TITLE
    table: Text | None = Field(None, description="Of a published table: its name in the tidy tables.")
    columns: list[Name] = Field(default=[], description="Of a table of rows.")
    endpoint: Code | None = Field(None, description="Of a life table.")
    by: Name | None = Field(None, description="Of a table of characteristics.")
    printed_as: Text | None = PRINTED_AS
    notes: list[Text] = Field(default=[], description="Printed below it.")


class Study(Section):
    """A study file."""

    id: Slug = Field(description="The name of the file, without its ending.")
    title: str = Field("", max_length=300, description="Title of the report.")
    short_title: str = Field("", max_length=300, description="How other pages call it.")
    citation: Citation | None = Field(None, description="The publication.")
    about: list[Text] = Field(default=[], description="What a reader must know first, in sentences.")
    limits: list[Text] = Field(default=[], description="What these data can't show, in sentences.")
    source: Source | None = Field(None, description="Where the data lies; required.")
    time_unit: Literal["months", "days", "years"] = Field("months", description="Of every time in the results.")
    days_per_month: float = Field(30.4375, ge=28, le=31, description="The divisor where months come from days.")
    columns: list[AnyColumn] = Field(default=[], description="The columns used; others never leave intake.")
    orders: list[Order] = Field(default=[], description="Which times may not exceed which.")
    groups: list[Group] = Field(default=[], description="Derived variables.")
    endpoints: list[Endpoint] = Field(default=[], description="Times to events.")
    analyses: Analyses = Field(Analyses(), description="What is estimated.")
    audit: Audit = Field(Audit(), description="What the source says of its methods.")
    labels: dict[Text, Text] = Field(default={}, description="What a report calls names of published tables.")
    figures: list[AnyFigure] = Field(default=[], description="Figures, in the order of the report.")
    tables: list[Table] = Field(default=[], description="Tables, in the order of the report.")

    def column(self, name: str) -> AnyColumn:
        """The column of that name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    def group(self, name: str) -> Group | None:
        """The derived group of that name, None when the name is not a group."""
        return next((group for group in self.groups if group.name == name), None)

    def endpoint(self, code: str) -> Endpoint:
        """The endpoint of that code; raises KeyError."""
        return {endpoint.code: endpoint for endpoint in self.endpoints}[code]

    @property
    def cohort_figures(self) -> list[CohortFigure]:
        """The figures that are drawn from patients' rows."""
        return [figure for figure in self.figures if isinstance(figure, CohortFigure)]

    @property
    def published_figures(self) -> list[PublishedFigure]:
        """The figures that are drawn from published tables."""
        return [figure for figure in self.figures if isinstance(figure, PublishedFigure)]

    @property
    def days_per_unit(self) -> float:
        """The length in days of the unit of time."""
        return {"days": 1.0, "months": self.days_per_month, "years": 365.25}[self.time_unit]

    @property
    def names(self) -> set[str]:
        """Every column, group and endpoint."""
        return {item.name for item in (*self.columns, *self.groups)} | {e.code for e in self.endpoints}

    def label(self, name: str) -> str:
        """What a reader calls a column, group or endpoint; the name itself when it is none of them."""
        labels = {item.name: item.label for item in (*self.columns, *self.groups)}
        labels |= {endpoint.code: endpoint.label for endpoint in self.endpoints}
        return (self.labels | labels).get(name, name)

    @property
    def published(self) -> bool:
        """Whether its source is published tables rather than patients' rows."""
        return self.source is not None and self.source.tables is not None

    def levels(self, name: str) -> list[str]:
        """The levels of a group or category column in their order; empty for other columns."""
        if group := self.group(name):
            return [level.label for level in group.levels]
        column = next((column for column in self.columns if column.name == name), None)
        return list(dict.fromkeys(column.levels.values())) if isinstance(column, CategoryColumn) else []

    def for_stage(self, stage: str) -> "Study":
        """The sections that a stage may read, so that a change of the others doesn't rerun it."""
        return Study.model_validate(self.model_dump(include=STAGE_SECTIONS[stage], by_alias=True))

    def as_json(self) -> str:
        """One line of JSON that `Study.model_validate_json` reads back."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


_MEANING = {"id", "columns", "groups", "endpoints", "time_unit", "days_per_month"}
STAGE_SECTIONS: dict[str, set[str]] = {
    "intake": {"id", "source", "columns", "orders"},
    "derive": _MEANING,
    "estimate": _MEANING | {"analyses"},
    "crosscheck": _MEANING | {"analyses"},
    "audit": _MEANING | {"analyses", "audit"},
    "draw": _MEANING | {"figures", "analyses"},
    "tabulate": _MEANING | {"tables", "analyses"},
    "report": set(Study.model_fields),
    # of studies whose source is published tables
    "intake_tables": {"id", "source"},
    "estimate_tables": {"id", "audit"},
    "audit_tables": {"id", "audit", "labels"},
    "draw_tables": {"id", "figures", "labels"},
    "tabulate_tables": {"id", "tables", "labels"},
    "report_tables": set(Study.model_fields),
}
