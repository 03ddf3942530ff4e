"""The JSON schema and the reference page of the study file, generated from its models.

`make schema` writes both; a test fails when they have fallen behind the models.
"""

import json
import types
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from peritrace.files import write_text
from peritrace.sections import Section
from peritrace.study import Study

SCHEMA = Path("config/schema/study.schema.json")
PAGE = Path("docs/study-file.md")

_INTRODUCTION = """\
# The study file

One YAML file in `config/studies/` is one study. It says where the data is, what its columns mean and what is wanted
of it. Unknown keys are errors. Editors that know JSON schema complete and check it when its first line is

    # yaml-language-server: $schema=../schema/study.schema.json

This page is generated from the models in `workflow/peritrace/` (`study`, `meaning`, `wanted`) by `make schema`.
"""


def schema() -> str:
    """The JSON schema of a study file, as text."""
    return json.dumps(Study.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """The reference page, as Markdown: one section per model, in the order in which a reader meets them."""
    parts = [_INTRODUCTION]
    parts += [_section(model) for model in _models(Study)]
    return "\n".join(parts)


def _models(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[type[BaseModel]]:
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in _inner_models(field.annotation):
            yield from _models(inner, seen)


def _inner_models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _inner_models(part)


def _section(model: type[BaseModel]) -> str:
    lines = [f"## {model.__name__}", "", (model.__doc__ or "").strip(), "", "| key | what | type | default |"]
    lines.append("|---|---|---|---|")
    for name, field in model.model_fields.items():
        description = (field.description or "").replace("|", "\\|")
        cells = [f"`{field.alias or name}`", description, _type_name(field.annotation), _default(field)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None or value in ([], {}, ""):
        return "none"
    return "see its section" if isinstance(value, BaseModel) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _type_name(annotation: object) -> str:
    """A type as a reader of the page says it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type_name(arguments[0])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type_name(part) for part in arguments if part is not type(None))
    if origin is list:
        return f"list of {_type_name(arguments[0])}"
    if origin is dict:
        return f"map of {_type_name(arguments[0])} to {_type_name(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    names: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date"}
    return names[annotation]


if __name__ == "__main__":
    write_text(SCHEMA, schema())
    write_text(PAGE, page())
