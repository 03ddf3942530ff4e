"""Read a study file, and say all that is wrong with it at once: file, line, key, rule and remedy."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from peritrace.analysis_uses import analysis_misuses
from peritrace.column_uses import misuses
from peritrace.meaning import Condition, Dates, Durations
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.wanted import FactorsFigure, GroupFigure, IncidenceFigure, SurvivalFigure, SwimmerFigure, Table
from peritrace.yaml_file import Location, key_of, line_of, problem_of_model, read_yaml_map


def load_study(path: str | Path) -> Study:
    """Read and check one study file; raises InputRefused with every problem found."""
    path = Path(path)
    tree, content = read_yaml_map(path, "study file", "Start with id: and source:.")
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        problems = [problem_of_model(path, tree, dict(item), Study, "docs/study-file.md") for item in error.errors()]
        raise InputRefused(f"study file {path}", problems) from None
    found = [
        Problem(str(path), line_of(tree, at), key_of(at), found, rule, remedy)
        for at, found, rule, remedy in _cross_check(study, path)
    ]
    if found:
        raise InputRefused(f"study file {path}", found)
    return _set_beside(study)


_TAKEN = {
    "index": "reports/index.html lists the studies",
    "guidance": "reports/guidance.html is the page of the guidance text",
    "provenance": "reports/provenance.html shows where results come from",
    "evidence": "results/evidence holds the table of evidence",
}


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


def _cross_check(study: Study, path: Path) -> Iterator[tuple[Location, str, str, str]]:
    """What the types can't express: names that must exist, names that must not repeat."""
    if study.id != path.stem:
        yield ("id",), "another name", f"the id must be the file's name, {path.stem!r}", "Rename one of them."
    for taken, why in _TAKEN.items():
        if study.id == taken:
            yield ("id",), repr(taken), why, "Give the study another id."
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
    for name, fact in study.facts.items():
        wrong = "column" if study.published else "variable"
        if getattr(fact, wrong):
            rule = f"a fact of {'published tables' if study.published else 'patients'} has no {wrong}"
            remedy = f"Name a {'variable' if study.published else 'column'} instead."
            yield ("facts", name, wrong), f"a {wrong}", rule, remedy
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
    for name, source in study.facts.items():
        if source.column:
            yield ("facts", name, "column"), "column", source.column
    for i, result in enumerate([] if study.published else study.evidence):
        yield ("evidence", i, "endpoint"), "endpoint", result.endpoint
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
