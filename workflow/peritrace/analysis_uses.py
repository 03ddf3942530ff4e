"""Whether the analyses, figures and tables of a study file can be computed from what it declares."""

from collections.abc import Iterator

from peritrace.column_uses import Misuse
from peritrace.meaning import Dates
from peritrace.methods import METHODS
from peritrace.study import Study
from peritrace.wanted import FactorsFigure, GroupFigure, IncidenceFigure, SurvivalFigure

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
    for i, name in enumerate(analyses.tests_by):
        yield from has_levels(("analyses", "tests_by", i), name)
    for i, factors in enumerate(analyses.factors):
        for name in (*factors.univariable, *factors.multivariable):
            yield from can_be_modelled(("analyses", "factors", i), name)
    for i, incidence in enumerate(analyses.incidence):
        if incidence.by:
            yield from has_levels(("analyses", "incidence", i, "by"), incidence.by)
    yield from _late_analyses(study, numbers)
    compared = [(comparison.endpoint, comparison.by) for comparison in analyses.compare]
    for i, comparison in enumerate(analyses.compare):
        yield from has_levels(("analyses", "compare", i, "by"), comparison.by)
        if compared.index(compared[i]) < i:
            yield ("analyses", "compare", i), "a comparison a second time", "each stands once", "Delete one of them."
    for i, association in enumerate(analyses.associate):
        for key, name in (("variable", association.variable), ("with", association.with_)):
            yield from can_be_modelled(("analyses", "associate", i, key), name)
    yield from _ids(study)
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
        incidences = {(wanted.endpoint, wanted.by) for wanted in analyses.incidence}
        if isinstance(figure, IncidenceFigure) and (figure.endpoint, figure.by) not in incidences:
            rule = "incidence is drawn where it is computed"
            key = f"endpoint: {figure.endpoint}" + (f", by: {figure.by}" if figure.by else "")
            remedy = f"Add {{{key}}} under analyses.incidence."
            yield ("figures", i), "no such incidence", rule, remedy
        if isinstance(figure, FactorsFigure) and figure.model == "multivariable":
            wanted = [f for f in analyses.factors if f.id == figure.factors]
            if wanted and not wanted[0].multivariable:
                rule, remedy = "these factors have none", "Write model: univariable, or add multivariable: to them."
                yield ("figures", i, "model"), "a multivariable model", rule, remedy
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
        for kind, key, what in (("factors", "factors", "factor analysis"), ("beside", "other", "other study")):
            if table.kind == kind and getattr(table, key) is None:
                yield ("tables", i), f"no {what}", f"a table of this kind is of one {what}", f"Add {key}: and its id."
        for name in table.variables:
            if name in declared and name not in analyses.describe:
                remedy = "Add it there, or leave it out here."
                yield ("tables", i, "variables"), f"{name!r}", "a table shows what analyses.describe lists", remedy


def _late_analyses(study: Study, numbers: set[str]) -> Iterator[Misuse]:
    """Competing risks need causes, landmarks a time to the exposure, exposures an endpoint between dates."""
    endpoints = {endpoint.code: endpoint for endpoint in study.endpoints}
    exposures = {exposure.name: exposure for exposure in study.exposures}
    for i, incidence in enumerate(study.analyses.incidence):
        endpoint = endpoints.get(incidence.endpoint)
        if endpoint and len(endpoint.events[0].causes) < 2:
            rule = "competing risks are two causes or more of one endpoint"
            yield ("analyses", "incidence", i, "endpoint"), "too few causes", rule, "Add causes: to its event."
    for i, exposure in enumerate(study.exposures):
        endpoint = endpoints.get(exposure.endpoint)
        column = next((c for c in study.columns if c.name == exposure.column), None)
        if endpoint and not isinstance(endpoint.time, Dates):
            rule = "the time to an exposure counts between dates"
            yield ("exposures", i, "endpoint"), "an endpoint with durations", rule, "Use a number column instead."
        if column and column.type != "date":
            found = f"{column.name!r}, which has type: {column.type}"
            yield ("exposures", i, "column"), found, "an exposure begins on a date", "Name another column."
    for i, landmark in enumerate(study.analyses.landmarks):
        known = exposures.get(landmark.exposure)
        if known and known.endpoint != landmark.endpoint:
            rule = f"the time to {known.name} counts from the origin of {known.endpoint}"
            yield ("analyses", "landmarks", i, "endpoint"), f"{landmark.endpoint!r}", rule, f"Write {known.endpoint}."
        if landmark.exposure in study.names and landmark.exposure not in {*exposures, *numbers}:
            rule = "a landmark analysis needs the time at which the exposure began"
            remedy = "Name one of the exposures, or a number column."
            yield ("analyses", "landmarks", i, "exposure"), f"{landmark.exposure!r}", rule, remedy


def _ids(study: Study) -> Iterator[Misuse]:
    for key in ("models", "factors", "landmarks"):
        ids = [item.id for item in getattr(study.analyses, key)]
        for i, name in enumerate(ids):
            if ids.index(name) < i:
                yield ("analyses", key, i, "id"), f"{name!r} a second time", "ids differ", "Rename one of them."
    for i, model in enumerate(study.analyses.models):
        if len(set(model.covariates)) < len(model.covariates):
            found = "a covariate a second time"
            yield ("analyses", "models", i, "covariates"), found, "each stands once", "Delete one of them."
