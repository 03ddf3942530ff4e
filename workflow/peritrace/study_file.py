"""Read a study file, and say all that is wrong with it at once: file, line, key, rule and remedy."""

import difflib
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from peritrace.analysis_uses import analysis_misuses
from peritrace.column_uses import misuses
from peritrace.meaning import Condition, Dates, Durations
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.wanted import FactorsFigure, GroupFigure, IncidenceFigure, SurvivalFigure, SwimmerFigure, Table

Location = tuple[int | str, ...]


def load_study(path: str | Path) -> Study:
    """Read and check one study file; raises InputRefused with every problem found."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        tree, content = _read_yaml(text)
    except FileNotFoundError:
        raise _refused(path, None, "", "no file", "a study needs its file", "Write it, or mend the name.") from None
    except UnicodeDecodeError:
        raise _refused(path, None, "", "another encoding", "a study file is UTF-8", "Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        rule = f"it must be YAML ({getattr(error, 'problem', None) or 'unreadable'})"
        raise _refused(path, line, "", "text that is not YAML", rule, "Check the indentation and quotes.") from None
    if not isinstance(content, dict):
        raise _refused(path, 1, "", "no keys", "a study file is a map of keys", "Start with id: and source:.")
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        problems = [_from_pydantic(path, tree, dict(item)) for item in error.errors()]
        raise InputRefused(f"study file {path}", problems) from None
    found = [
        Problem(str(path), _line(tree, at), _key(at), found, rule, remedy)
        for at, found, rule, remedy in _cross_check(study, path)
    ]
    if found:
        raise InputRefused(f"study file {path}", found)
    return _set_beside(study)


def _set_beside(study: Study) -> Study:
    """Give every cohort under `compare` a table, where the study file doesn't place one."""
    placed = {table.other for table in study.tables}
    title = "This cohort beside {}"
    added = [
        Table(id=f"beside-{other}"[:40].rstrip("-"), kind="beside", title=title.format(other), other=other)
        for other in study.compare
        if other not in placed
    ]
    return study.model_copy(update={"tables": [*study.tables, *added]}) if added else study


# libyaml's loader is many times faster than the one in Python; it is in every wheel of PyYAML
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read_yaml(text: str) -> tuple[yaml.Node | None, object]:
    """The tree of nodes, which knows lines, and what it says."""
    loader = _LOADER(text)
    try:
        tree = loader.get_single_node()
        return tree, loader.construct_document(tree) if tree is not None else None
    finally:
        loader.dispose()


def _refused(path: Path, line: int | None, key: str, found: str, rule: str, remedy: str) -> InputRefused:
    return InputRefused(f"study file {path}", [Problem(str(path), line, key, found, rule, remedy)])


def _from_pydantic(path: Path, tree: yaml.Node | None, error: dict[str, typing.Any]) -> Problem:
    location: Location = tuple(error["loc"])
    line, key = _line(tree, location), _key(location)
    if error["type"] == "extra_forbidden":
        known = sorted(_known_keys(location))
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
        return Problem(str(path), line, key, "an unknown key", "only keys of the reference page may stand here", remedy)
    message = str(error["msg"]).removeprefix("Value error, ")
    found = "no value" if error["type"] == "missing" else "a value that does not fit"
    return Problem(str(path), line, key, found, message[:1].lower() + message[1:], "See docs/study-file.md.")


def _key(location: Location) -> str:
    return ".".join(str(part) for part in location)


def _line(tree: yaml.Node | None, location: Location) -> int | None:
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


def _known_keys(location: Location) -> set[str]:
    """The keys that may stand where an unknown one stands."""
    models: list[type[BaseModel]] = [Study]
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


def _cross_check(study: Study, path: Path) -> Iterator[tuple[Location, str, str, str]]:
    """What the types can't express: names that must exist, names that must not repeat."""
    if study.id != path.stem:
        yield ("id",), "another name", f"the id must be the file's name, {path.stem!r}", "Rename one of them."
    if study.id == "index":
        yield ("id",), "'index'", "reports/index.html lists the studies", "Give the study another id."
    if study.id.endswith("-validation"):
        found = "an id that ends in -validation"
        yield ("id",), found, "pages of extracts are called so", "Give the study another id."
    if study.source is None:
        yield ("source",), "no value", "a study needs its source", "Add source: with patients: and a path."
    columns = [column.name for column in study.columns]
    groups = [*(group.name for group in study.groups), *(exposure.name for exposure in study.exposures)]
    codes = [code for e in study.endpoints for code in {e.code, *(d.code for d in e.events[1:])}]
    for section, names in (
        ("columns", columns + groups),
        ("endpoints", codes),
        ("figures", [figure.id for figure in study.figures]),
        ("tables", [table.id for table in study.tables]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield (section,), f"{name!r} twice", "names must differ", "Rename one of them."
    yield from _fit_for_source(study)
    identifiers = [c.name for c in study.columns if c.type == "identifier"]
    if len(identifiers) != 1 and not study.published:
        found = "no identifier column" if not identifiers else "several identifier columns"
        yield ("columns",), found, "exactly one column has type: identifier", "Set the type of the patient's number."
    known = {
        "column": set(columns),
        "variable": {*columns, *groups},
        "endpoint": {e.code for e in study.endpoints},
        "factor analysis": {factors.id for factors in study.analyses.factors},
        "study under compare": set(study.compare),
    }
    for location, kind, name in _references(study):
        if name not in known[kind]:
            near = difflib.get_close_matches(name, sorted(known[kind]), n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known[kind])) or 'none'}."
            yield location, f"{name!r}", f"it must name a {kind} of this study", remedy
    yield from misuses(study)
    yield from analysis_misuses(study)


def _fit_for_source(study: Study) -> Iterator[tuple[Location, str, str, str]]:
    """Sections, figures and tables that belong to the other kind of source."""
    published = ("forest", "flow", "coherence", "published")
    if study.published:
        for section in ("columns", "orders", "groups", "endpoints"):
            if getattr(study, section):
                rule = "published tables bring their own names"
                yield (section,), "a section", rule, "Delete it, or name an extract under source: patients."
    for section, items in (("figures", study.figures), ("tables", study.tables)):
        for i, item in enumerate(items):
            if (item.kind in published) != study.published:
                source = "published tables" if study.published else "patients' rows"
                yield (section, i, "kind"), f"{item.kind!r}", f"it can't be made of {source}", "Choose another kind."
            elif item.kind == "published" and not getattr(item, "table", None):
                yield (section, i), "no table", "a published table is named", "Add table: and its name."


def _references(study: Study) -> Iterator[tuple[Location, str, str]]:
    for i, order in enumerate(study.orders):
        yield ("orders", i, "lower"), "column", order.lower
        yield ("orders", i, "upper"), "column", order.upper
    for i, group in enumerate(study.groups):
        yield ("groups", i, "column"), "column", group.column
    for i, endpoint in enumerate(study.endpoints):
        time = endpoint.time
        if isinstance(time, Durations):
            names = [time.column, *(time.entry or [])]
        elif isinstance(time, Dates):
            names = [time.start, *time.event, time.censor, *([time.entry] if time.entry else [])]
        for name in names:
            yield ("endpoints", i, "time"), "column", name
        for j, event in enumerate(endpoint.events):
            caused = (condition for cause in event.causes for condition in cause.any)
            for condition in (*event.any, *event.unless, *caused):
                yield from _columns_of(("endpoints", i, "events", j), condition)
    for i, exclusion in enumerate(study.exclude):
        for condition in exclusion.any:
            yield from _columns_of(("exclude", i), condition)
    for i, exposure in enumerate(study.exposures):
        yield ("exposures", i, "column"), "column", exposure.column
        yield ("exposures", i, "endpoint"), "endpoint", exposure.endpoint
    yield from _analysis_references(study)


def _columns_of(at: Location, condition: Condition) -> Iterator[tuple[Location, str, str]]:
    yield at, "column", condition.column
    if condition.less_than:
        yield at, "column", condition.less_than


def _analysis_references(study: Study) -> Iterator[tuple[Location, str, str]]:
    analyses = study.analyses
    for key in ("describe", "describe_by", "tests_by"):
        for name in getattr(analyses, key):
            yield ("analyses", key), "variable", name
    if analyses.follow_up:
        yield ("analyses", "follow_up"), "endpoint", analyses.follow_up
    for i, comparison in enumerate(analyses.compare):
        yield ("analyses", "compare", i, "endpoint"), "endpoint", comparison.endpoint
        yield ("analyses", "compare", i, "by"), "variable", comparison.by
    for i, association in enumerate(analyses.associate):
        yield ("analyses", "associate", i, "variable"), "variable", association.variable
        yield ("analyses", "associate", i, "with"), "variable", association.with_
    for i, model in enumerate(analyses.models):
        yield ("analyses", "models", i, "endpoint"), "endpoint", model.endpoint
        for name in model.covariates:
            yield ("analyses", "models", i, "covariates"), "variable", name
    for i, factors in enumerate(analyses.factors):
        yield ("analyses", "factors", i, "endpoint"), "endpoint", factors.endpoint
        for name in (*factors.univariable, *factors.multivariable):
            yield ("analyses", "factors", i), "variable", name
    for i, incidence in enumerate(analyses.incidence):
        yield ("analyses", "incidence", i, "endpoint"), "endpoint", incidence.endpoint
        if incidence.by:
            yield ("analyses", "incidence", i, "by"), "variable", incidence.by
    for i, landmark in enumerate(analyses.landmarks):
        yield ("analyses", "landmarks", i, "endpoint"), "endpoint", landmark.endpoint
        yield ("analyses", "landmarks", i, "exposure"), "variable", landmark.exposure
    for i, figure in enumerate(study.figures):
        if isinstance(figure, SurvivalFigure | IncidenceFigure):
            yield ("figures", i, "endpoint"), "endpoint", figure.endpoint
        elif isinstance(figure, SwimmerFigure):
            for code in (figure.total, figure.observed, figure.progression):
                if code:
                    yield ("figures", i), "endpoint", code
        elif isinstance(figure, GroupFigure):
            yield ("figures", i, "variable"), "variable", figure.variable
        elif isinstance(figure, FactorsFigure):
            yield ("figures", i, "factors"), "factor analysis", figure.factors
        if by := getattr(figure, "by", None):
            yield ("figures", i, "by"), "variable", by
    for i, table in enumerate(study.tables):
        for name in (*table.columns, *table.variables, *([table.by] if table.by else [])):
            yield ("tables", i), "variable", name
        if table.factors:
            yield ("tables", i, "factors"), "factor analysis", table.factors
        if table.other:
            yield ("tables", i, "other"), "study under compare", table.other
        if table.endpoint:
            yield ("tables", i, "endpoint"), "endpoint", table.endpoint
