"""A study: one YAML file that says where its data is, what its columns mean and what is wanted of it.

The models here, in `meaning` and in `wanted` are the only definition. The JSON schema
(`config/schema/study.schema.json`) and the reference page (`docs/study-file.md`) are generated from them by
`make schema`. Unknown keys are errors.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from peritrace.meaning import (
    AnyColumn,
    CategoryColumn,
    Endpoint,
    EvidenceResult,
    Exclusion,
    Exposure,
    FactSource,
    Group,
    NumberColumn,
    Order,
)
from peritrace.sections import Name, OneLine, Raw, Section, Slug, Text
from peritrace.wanted import (
    Analyses,
    AnyFigure,
    CohortFigure,
    PublishedFigure,
    Table,
)

# What a month may have been taken for when days became months: the Julian mean, its rounding, a round number.
MONTH_LENGTHS = (30.4375, 30.44, 30.0)

Encoding = Literal[
    "utf-8", "utf-16", "gb18030", "big5", "shift-jis", "euc-kr", "windows-1250", "windows-1251", "windows-1252"
]


class Citation(Section):
    """The publication, as far as it is known; nothing is added to it."""

    authors: Text | None = Field(None, description="As the publication names them, where it does.")
    journal: Text = Field(description="Its full name.")
    year: int = Field(ge=1900, le=2100, description="Of publication.")
    volume: Text | None = Field(None, description="Volume.")
    pages: Text | None = Field(None, description="Pages or article number.")
    doi: Text | None = Field(None, description="Only if the source prints it.")


class Redcap(Section):
    """An export of REDCap: rows of events and of repeating instruments are joined into one per record."""

    dictionary: Raw | None = Field(
        None, description="The data dictionary (CSV); a column that it flags as identifier is refused."
    )
    labels: bool = Field(False, description="The export holds labels instead of raw codes.")


class Source(Section):
    """Where the data lies, relative to the root of the project: patients' rows, or what a source prints of them."""

    patients: Raw | None = Field(
        None, description="The extract, one row per patient: .csv (also .tsv, .txt), .xlsx or .parquet."
    )
    tables: Raw | None = Field(
        None, description="Instead of patients: the folder of published tables (docs/published-tables.md)."
    )
    claims: Raw | None = Field(None, description="The numbers that the paper prints; without it nothing is audited.")
    rows: int | None = Field(None, ge=1, description="How many rows there must be: guards against a cut-off file.")
    columns: int | None = Field(None, ge=1, description="How many columns there must be.")
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = Field(
        None, description="The digest of the file: any other is refused."
    )
    encoding: Encoding = Field("utf-8", description="Of a text file.")
    delimiter: Literal[",", ";", "\t", "|"] = Field(",", description="Between the cells of a text file.")
    sheet: Raw | None = Field(None, description="Of a workbook with several sheets.")
    redcap: Redcap | None = Field(None, description="The extract is an export of REDCap.")
    cutoff: date | None = Field(None, description="The last day of data: a later date is a problem.")
    previous: Raw | None = Field(
        None, description="The extract before this one, in the same form: the report says what has changed."
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Source":
        if (self.patients is None) == (self.tables is None):
            raise ValueError("a source is either patients: (a file) or tables: (a folder)")
        fields = type(self).model_fields
        if self.tables is not None and any(getattr(self, n) != f.default for n, f in fields.items() if n != "tables"):
            raise ValueError(
                "beside tables: nothing else is said of a source; published tables have claims.csv in their folder"
            )
        return self


class Audit(Section):
    """What the source says of its methods: the first thing a claim is held against."""

    software: Text | None = Field(None, description="As stated; its printing habits are tried.")
    stated: dict[str, list[str]] = Field(default={}, description="Quantity → methods that the source names.")


class Study(Section):
    """A study file."""

    id: Slug = Field(description="The name of the file, without its ending.")
    title: Annotated[str, OneLine] = Field("", max_length=300, description="Title of the report.")
    short_title: Annotated[str, OneLine] = Field("", max_length=300, description="How other pages call it.")
    citation: Citation | None = Field(None, description="The publication.")
    about: list[Text] = Field(default=[], description="What a reader must know first, in sentences.")
    limits: list[Text] = Field(default=[], description="What these data can't show, in sentences.")
    source: Source | None = Field(None, description="Where the data lies; required.")
    time_unit: Literal["months", "days", "years"] = Field("months", description="Of every time in the results.")
    days_per_month: float = Field(30.4375, ge=28, le=31, description="The divisor where months come from days.")
    columns: list[AnyColumn] = Field(default=[], description="The columns used; others never leave intake.")
    orders: list[Order] = Field(default=[], description="Which times may not exceed which.")
    exclude: list[Exclusion] = Field(default=[], description="Who does not belong to the cohort.")
    keep_dates: bool = Field(
        False, description="Results keep calendar dates (STARTDT and ADT of ADTTE); else they hold durations only."
    )
    groups: list[Group] = Field(default=[], description="Derived variables.")
    endpoints: list[Endpoint] = Field(default=[], description="Times to events.")
    exposures: list[Exposure] = Field(default=[], description="Treatments that begin after the origin.")
    analyses: Analyses = Field(Analyses(), description="What is estimated.")
    compare: list[Slug] = Field(default=[], description="Other cohorts of this project to be set beside this one.")
    facts: dict[Name, FactSource] = Field(
        default={}, description="Fact of the guidance text (resources/guidance) → where it stands."
    )
    evidence: list[EvidenceResult] = Field(
        default=[], description="Results for the table of evidence; those of simulated patients never enter it."
    )
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
        """Every column, group, exposure and endpoint."""
        named = (*self.columns, *self.groups, *self.exposures)
        return {item.name for item in named} | {e.code for e in self.endpoints}

    def label(self, name: str) -> str:
        """What a reader calls a column, group, exposure or endpoint; the name itself when it is none of them."""
        labels = {item.name: item.label for item in (*self.columns, *self.groups, *self.exposures)}
        labels |= {endpoint.code: endpoint.label for endpoint in self.endpoints}
        return (self.labels | labels).get(name, name)

    def per(self, name: str) -> str:
        """The step of a number in a regression as a table says it: "per 100 mL", "per unit"."""
        column = next((column for column in self.columns if column.name == name), None)
        if not isinstance(column, NumberColumn):
            return ""
        if column.per != 1:
            return f"per {column.per:g} {column.unit or 'units'}"
        singular = {"years": "year", "months": "month", "weeks": "week", "days": "day", "hours": "hour"}
        return f"per {singular.get(column.unit or '', column.unit or 'unit')}"

    @property
    def simulated(self) -> bool:
        """Whether its patients are, or may be, simulated: the extract has a column that says so."""
        return any(column.name == "simulated" for column in self.columns)

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

    @property
    def typed_folder(self) -> str:
        """The folder with the numbers that were typed from the source."""
        source = self.source
        if source and source.tables:
            return source.tables.rstrip("/")
        return Path(source.claims).parent.as_posix() if source and source.claims else "."

    def for_stage(self, stage: str) -> "Study":
        """The sections that a stage may read, so that a change of the others doesn't rerun it."""
        return Study.model_validate(self.model_dump(include=STAGE_SECTIONS[stage], by_alias=True))

    def as_json(self) -> str:
        """One line of JSON that `Study.model_validate_json` reads back."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


_MEANING = {"id", "columns", "exclude", "keep_dates", "groups", "endpoints", "exposures", "time_unit", "days_per_month"}
STAGE_SECTIONS: dict[str, set[str]] = {
    "intake": _MEANING | {"source", "orders"},
    "validate": {"id", "title", "short_title"},
    "derive": _MEANING,
    "cells": _MEANING | {"source", "orders", "analyses", "figures", "tables"},
    "estimate": _MEANING | {"analyses"},
    "crosscheck": _MEANING | {"analyses"},
    "guidance": _MEANING | {"source", "facts"},
    "guide": {"id", "short_title", "source", "columns", "facts", "labels"},
    "evidence": {"id", "short_title", "source", "time_unit", "columns", "endpoints", "labels", "evidence"},
    "diff": _MEANING | {"source", "orders", "analyses"},
    "audit": _MEANING | {"analyses", "audit"},
    "draw": _MEANING | {"figures", "analyses"},
    "tabulate": _MEANING | {"tables", "analyses", "short_title"},
    "report": set(Study.model_fields),
    # of studies whose source is published tables
    "intake_tables": {"id", "source"},
    "cells_tables": {"id", "figures", "tables"},
    "estimate_tables": {"id", "audit"},
    "audit_tables": {"id", "audit", "labels"},
    "draw_tables": {"id", "figures", "labels"},
    "tabulate_tables": {"id", "tables", "labels"},
    "report_tables": set(Study.model_fields),
}
