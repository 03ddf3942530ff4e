"""Whether the analyses, figures and tables of a study file can be computed from what it declares."""

from collections.abc import Iterator

from peritrace.column_uses import Misuse
from peritrace.methods import METHODS
from peritrace.study import GroupFigure, Study, SurvivalFigure

_IN_TABLES_OF_ROWS = "a table of rows shows columns of the extract"


def analysis_misuses(study: Study) -> Iterator[Misuse]:
    """Yield every analysis, figure or table that asks for what can't be; unknown names are left to others to report."""
    numbers = {column.name for column in study.columns if column.type == "number"}
    levels = {group.name for group in study.groups} | {c.name for c in study.columns if c.type == "category"}
    declared = {column.name for column in study.columns} | levels
    analyses = study.analyses

    def has_levels(at: tuple[int | str, ...], name: str) -> Iterator[Misuse]:
        if name in declared and name not in levels:
            yield at, f"{name!r}, which has no levels", "patients are split by a group or category", "Define a group."

    def can_be_modelled(at: tuple[int | str, ...], name: str) -> Iterator[Misuse]:
        if name in declared and name not in levels | numbers:
            rule = "numbers, groups and categories can be analysed"
            yield at, f"{name!r}, which is neither number nor group", rule, "Define a group of it."

    for i, name in enumerate(analyses.describe):
        yield from can_be_modelled(("analyses", "describe", i), name)
    for i, name in enumerate(analyses.describe_by):
        yield from has_levels(("analyses", "describe_by", i), name)
    compared = [(comparison.endpoint, comparison.by) for comparison in analyses.compare]
    for i, comparison in enumerate(analyses.compare):
        yield from has_levels(("analyses", "compare", i, "by"), comparison.by)
        if compared.index(compared[i]) < i:
            yield ("analyses", "compare", i), "a comparison a second time", "each stands once", "Delete one of them."
    for i, association in enumerate(analyses.associate):
        for key, name in (("variable", association.variable), ("with", association.with_)):
            yield from can_be_modelled(("analyses", "associate", i, key), name)
    yield from _models(study)
    for i, model in enumerate(analyses.models):
        for name in model.covariates:
            yield from can_be_modelled(("analyses", "models", i, "covariates"), name)
    for quantity, methods in study.audit.stated.items():
        for method in methods:
            if method not in METHODS:
                remedy = f"Known: {', '.join(METHODS)}."
                yield ("audit", "stated", quantity), f"{method!r}", "it must name a method", remedy
    for i, figure in enumerate(study.figures):
        if isinstance(figure, SurvivalFigure) and figure.by and (figure.endpoint, figure.by) not in compared:
            rule = "curves by a group are drawn for comparisons"
            remedy = f"Add {{endpoint: {figure.endpoint}, by: {figure.by}}} under analyses.compare."
            yield ("figures", i, "by"), "no such comparison", rule, remedy
        if isinstance(figure, GroupFigure):
            if figure.variable in declared - numbers:
                yield ("figures", i, "variable"), "no number", "points show a number", "Name a number column."
            yield from has_levels(("figures", i, "by"), figure.by)
    columns = {column.name for column in study.columns}
    for i, table in enumerate(study.tables):
        if table.kind == "rows" and not table.columns:
            yield ("tables", i), "no columns", _IN_TABLES_OF_ROWS, "List them under columns."
        for name in table.columns:
            if name in declared - columns:
                yield ("tables", i, "columns"), f"{name!r}, a group", _IN_TABLES_OF_ROWS, "Name its column."
        if table.kind == "life-table" and table.endpoint is None:
            yield ("tables", i), "no endpoint", "a life table is of an endpoint", "Add endpoint: and its code."


def _models(study: Study) -> Iterator[Misuse]:
    ids = [model.id for model in study.analyses.models]
    for i, model in enumerate(study.analyses.models):
        if ids.index(model.id) < i:
            yield ("analyses", "models", i, "id"), f"{model.id!r} a second time", "ids differ", "Rename one of them."
        if len(set(model.covariates)) < len(model.covariates):
            found = "a covariate a second time"
            yield ("analyses", "models", i, "covariates"), found, "each stands once", "Delete one of them."
