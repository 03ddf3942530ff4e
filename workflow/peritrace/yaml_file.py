"""YAML files that a user writes: read with the line of every key, their faults told by file, line, key and remedy."""

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel

from peritrace.problems import InputRefused, Problem

Location = tuple[int | str, ...]

# libyaml's loader is many times faster than the one in Python; it is in every wheel of PyYAML
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml_map(path: Path, kind: str, start: str) -> tuple[yaml.Node | None, dict[str, typing.Any]]:
    """The tree of nodes of a file, which knows lines, and the map that it holds.

    `kind` is what the file is called ("study file"), `start` how a first line of it looks. Raises InputRefused.
    """
    try:
        tree, content = _read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refused(kind, path, None, "no file", f"a {kind} is needed", "Write it, or mend the name.") from None
    except UnicodeDecodeError:
        raise _refused(kind, path, None, "another encoding", f"a {kind} is UTF-8", "Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        rule = f"it must be YAML ({getattr(error, 'problem', None) or 'unreadable'})"
        remedy = "Check the indentation and quotes."
        raise _refused(kind, path, line, "text that is not YAML", rule, remedy) from None
    if not isinstance(content, dict):
        raise _refused(kind, path, 1, "no keys", f"a {kind} is a map of keys", start)
    return tree, content


def _read(text: str) -> tuple[yaml.Node | None, object]:
    loader = _LOADER(text)
    try:
        tree = loader.get_single_node()
        return tree, loader.construct_document(tree) if tree is not None else None
    finally:
        loader.dispose()


def _refused(kind: str, path: Path, line: int | None, found: str, rule: str, remedy: str) -> InputRefused:
    return InputRefused(f"{kind} {path}", [Problem(str(path), line, "", found, rule, remedy)])


def problem_of_model(
    path: Path, tree: yaml.Node | None, error: Mapping[str, typing.Any], root: type[BaseModel], page: str
) -> Problem:
    """What pydantic found, as a problem; `root` is the model of the file, `page` where its keys are explained."""
    location: Location = tuple(error["loc"])
    line, key = line_of(tree, location), key_of(location)
    if error["type"] == "extra_forbidden":
        known = sorted(_known_keys(root, location))
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
        return Problem(str(path), line, key, "an unknown key", "only keys of the reference page may stand here", remedy)
    message = str(error["msg"]).removeprefix("Value error, ")
    found = "no value" if error["type"] == "missing" else "a value that does not fit"
    return Problem(str(path), line, key, found, message[:1].lower() + message[1:], f"See {page}.")


def key_of(location: Location) -> str:
    """The path of a key as text."""
    return ".".join(str(part) for part in location)


def line_of(tree: yaml.Node | None, location: Location) -> int | None:
    """The line of a key; of the nearest part above it when pydantic's path holds names that are not in the file."""
    node, line = tree, tree.start_mark.line + 1 if tree else None
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                continue
            line, node = pairs[part][0].start_mark.line + 1, pairs[part][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _known_keys(root: type[BaseModel], location: Location) -> set[str]:
    """The keys that may stand where an unknown one stands."""
    models: list[type[BaseModel]] = [root]
    for part in location[:-1]:
        found = [
            model for current in models if part in current.model_fields for model in _models_in(current, str(part))
        ]
        tagged = [model for model in models if _tag(model) == part]
        models = found or tagged or [m for m in models if m.__name__ == part] or models
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models_in(model: type[BaseModel], field: str) -> Iterator[type[BaseModel]]:
    def walk(annotation: object) -> Iterator[type[BaseModel]]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation):
            for part in typing.get_args(annotation):
                yield from walk(part)

    yield from walk(model.model_fields[field].annotation)


def _tag(model: type[BaseModel]) -> str | None:
    """The word that chooses a model among its kind: `type: number`, `kind: survival`."""
    for name in ("type", "kind"):
        field = model.model_fields.get(name)
        values = typing.get_args(field.annotation) if field else ()
        if len(values) == 1:
            return str(values[0])
    return None
