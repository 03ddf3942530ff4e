"""What a file of `resources/guidance` holds: statements, facts, conditions and the steps of an algorithm."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from peritrace.sections import Name, Slug, Text

KINDS = ("criterion", "recommendation", "evidence", "warning", "context")
# YAML reads yes and no as true and false; both may be written.
Truth = Annotated[Literal["yes", "no"], BeforeValidator(lambda v: {True: "yes", False: "no"}.get(v, v))]


class Part(BaseModel):
    """A part of the file; strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Tumour(Part):
    """A primary tumour; `start` is the first step of its algorithm, None where the text has none for it."""

    id: Slug
    label: Text
    start: Slug | None = None


class Statement(Part):
    """What the text says in one place, in own words."""

    id: Slug
    line: int = Field(ge=1, description="Line of the text.")
    kind: Literal["criterion", "recommendation", "evidence", "warning", "context"]
    tumours: list[Slug] = Field(min_length=1)
    references: list[int] = Field(min_length=1, description="Numbers that the text prints behind it.")
    says: Text


class Fact(Part):
    """Something that must be known of a patient."""

    id: Name
    kind: Literal["tumour", "treatments", "number", "yes-no"]
    label: Text
    unit: Text | None = None
    asks: Text = Field(description="What a record would have to hold.")


class Test(Part):
    """One comparison of a fact."""

    fact: Name
    is_: Truth | None = Field(None, alias="is")
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    includes: list[Annotated[str, StringConstraints(min_length=1)]] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _one_comparison(self) -> "Test":
        given = [self.is_, self.below, self.at_least, self.at_most, self.includes]
        if given.count(None) != len(given) - 1:
            raise ValueError("a test needs exactly one of is, below, at_least, at_most, includes")
        return self

    @property
    def kind(self) -> str:
        """The kind of fact that it compares."""
        if self.is_ is not None:
            return "yes-no"
        return "treatments" if self.includes is not None else "number"


class Condition(Part):
    """What must hold: all of the tests, or any of them."""

    id: Slug
    label: Text
    all: list[Test] = []
    any: list[Test] = []

    @model_validator(mode="after")
    def _one_way(self) -> "Condition":
        if bool(self.all) == bool(self.any):
            raise ValueError("a condition needs tests either under all or under any")
        return self

    @property
    def tests(self) -> list[Test]:
        """Its tests."""
        return self.all or self.any


class Next(Part):
    """A step that follows, and on what it depends."""

    to: Slug
    if_: Text | None = Field(None, alias="if")


class Step(Part):
    """A step of the algorithm of one tumour."""

    id: Slug
    tumour: Slug
    title: Text
    action: Text
    when: list[Slug] = Field(default=[], description="Conditions under which the step arises.")
    conditions: list[Slug] = Field(min_length=1, description="What it consists in, or needs.")
    excluded_without: list[Slug] = Field(default=[], description="Conditions without which it is not to be taken.")
    statements: list[Slug] = Field(min_length=1, description="The evidence: what the text says of it.")
    next: list[Next] = []


class Threshold(Part):
    """A limit that the text ties to one tumour."""

    fact: Name
    value: float
    tumour: Slug
    statement: Slug
    warning: Slug


class Guidance(Part):
    """The whole file."""

    title: Text
    file: Text = Field(description="Name of the file that the text came in.")
    dated: date | None = Field(description="The date that the text bears; null where it bears none.")
    transcribed: date = Field(description="When it was put into this form.")
    tumours: list[Tumour] = Field(min_length=1)
    statements: list[Statement] = Field(min_length=1)
    facts: list[Fact] = Field(min_length=1)
    conditions: list[Condition] = Field(min_length=1)
    steps: list[Step] = Field(min_length=1)
    thresholds: list[Threshold] = []

    def tumour(self, name: str) -> Tumour:
        """The tumour of that id; raises KeyError."""
        return {tumour.id: tumour for tumour in self.tumours}[name]

    def fact(self, name: str) -> Fact:
        """The fact of that id; raises KeyError."""
        return {fact.id: fact for fact in self.facts}[name]

    def condition(self, name: str) -> Condition:
        """The condition of that id; raises KeyError."""
        return {condition.id: condition for condition in self.conditions}[name]

    def statement(self, name: str) -> Statement:
        """The statement of that id; raises KeyError."""
        return {statement.id: statement for statement in self.statements}[name]

    def steps_of(self, tumour: str) -> list[Step]:
        """The steps of one tumour's algorithm, in the order of the file."""
        return [step for step in self.steps if step.tumour == tumour]
