"""What is wanted of a study: analyses, figures and tables."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from peritrace.sections import Code, Name, Positive, Section, Slug, Text


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


class Factors(Section):
    """Factors of an endpoint by Cox regression: each alone, and some of them together."""

    id: Slug = Field(description="A name for it.")
    endpoint: Code = Field(description="Its time and event.")
    univariable: list[Name] = Field(min_length=1, description="Columns (as numbers) and groups, each in its own model.")
    multivariable: list[Name] = Field(default=[], description="Those of them that enter one model together.")
    label: Text = Field(description="What the outcome is called.")


class Incidence(Section):
    """Cumulative incidence of the causes of an endpoint, the others competing."""

    endpoint: Code = Field(description="An endpoint whose chosen event has causes.")
    by: Name | None = Field(None, description="The group that it is compared by, with Gray's test.")


class Landmark(Section):
    """A late-starting exposure, compared among those still under observation at fixed times.

    Comparing the ever exposed with the others from the origin on would credit the exposure with the time before it.
    """

    id: Slug = Field(description="A name for it.")
    endpoint: Code = Field(description="Its time and event.")
    exposure: Name = Field(
        description="An exposure of this study, or a number column with the time from the origin to its start."
    )
    at: list[Positive] = Field(min_length=1, description="The landmarks, in the unit of time.")


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
    tests_by: list[Name] = Field(
        default=[],
        description="Groups between which every described variable is compared; the test is chosen by what the "
        "variable is and named.",
    )
    factors: list[Factors] = Field(default=[], description="Univariable and multivariable Cox regression side by side.")
    restricted_mean: list[Positive] = Field(default=[], description="Times up to which the mean survival is stated.")
    incidence: list[Incidence] = Field(default=[], description="Competing risks: cumulative incidence of each cause.")
    landmarks: list[Landmark] = Field(default=[], description="Exposures that begin after the origin.")


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


class IncidenceFigure(Section):
    """Cumulative incidence of the causes of an endpoint."""

    id: Slug = FIGURE_ID
    kind: Literal["cumulative-incidence"]
    title: Text = TITLE
    endpoint: Code = Field(description="Which endpoint.")
    by: Name | None = BY
    printed_as: Text | None = PRINTED_AS


class FactorsFigure(Section):
    """A forest plot of the hazard ratios of a cohort."""

    id: Slug = FIGURE_ID
    kind: Literal["factors"]
    title: Text = TITLE
    factors: Slug = Field(description="The id of the factors under analyses.")
    model: Literal["univariable", "multivariable"] = Field("multivariable", description="Which of its models.")
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


CohortFigure = SurvivalFigure | GroupFigure | SwimmerFigure | IncidenceFigure | FactorsFigure
PublishedFigure = ForestFigure | FlowFigure | CoherenceFigure
AnyFigure = Annotated[CohortFigure | PublishedFigure, Field(discriminator="kind")]


class Table(Section):
    """A table: the rows as printed, a summary of the ARD, or a published table with what it recomputes to."""

    id: Slug = Field(description="Name of its files.")
    kind: Literal[
        "rows",
        "characteristics",
        "missing",
        "survival",
        "follow-up",
        "life-table",
        "comparisons",
        "models",
        "factors",
        "proportional-hazards",
        "restricted-mean",
        "incidence",
        "landmarks",
        "associations",
        "beside",
        "published",
    ]
    title: Text = TITLE
    table: Text | None = Field(None, description="Of a published table: its name in the tidy tables.")
    columns: list[Name] = Field(default=[], description="Of a table of rows.")
    endpoint: Code | None = Field(None, description="Of a life table.")
    by: Name | None = Field(None, description="Of a table of characteristics.")
    variables: list[Name] = Field(
        default=[], description="Of a table of characteristics: which of those described; all without it."
    )
    factors: Slug | None = Field(None, description="Of a table of factors: their id under analyses.")
    other: Slug | None = Field(None, description="Of a table beside another study: its id, also under `compare`.")
    printed_as: Text | None = PRINTED_AS
    notes: list[Text] = Field(default=[], description="Printed below it.")
