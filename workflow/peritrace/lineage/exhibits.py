"""What each kind of figure and table of a cohort is made of: quantities needed together, patient by patient."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from peritrace.derivations.derivation import identifier
from peritrace.extracts.cells import may_be_empty
from peritrace.lineage.quantities import Flags, Quantities, Quantity
from peritrace.study import Study
from peritrace.wanted import (
    CohortFigure,
    Factors,
    FactorsFigure,
    GroupFigure,
    IncidenceFigure,
    Landmark,
    SurvivalFigure,
    Table,
)


@dataclass(frozen=True)
class Need:
    """Quantities that count only together: a patient who lacks one of them takes no part."""

    parts: tuple[Quantity, ...]
    members: Flags | None = None  # among whom; None is everyone

    def used(self) -> dict[str, Flags]:
        """The cells that this need uses: of each part, where all other parts are known."""
        found: dict[str, Flags] = {}
        for part in self.parts:
            others = [other.known for other in self.parts if other is not part]
            others += [self.members] if self.members else []
            for name, flags in part.decided_by.items():
                mine = reduce(lambda a, b: list(map(and_, a, b)), others, flags)
                found[name] = list(map(or_, found[name], mine)) if name in found else mine
        return found

    def complete(self) -> Flags:
        """Who takes part."""
        known = [part.known for part in self.parts] + ([self.members] if self.members else [])
        return reduce(lambda a, b: list(map(and_, a, b)), known)


def needs_of_figure(figure: CohortFigure, cohort: Quantities) -> Iterator[Need]:
    """What a figure is made of."""
    study = cohort.study
    if isinstance(figure, SurvivalFigure):
        yield Need((cohort.endpoint(figure.endpoint), *_by(figure.by, cohort)))
    elif isinstance(figure, GroupFigure):
        shown = (cohort.of(figure.variable), cohort.of(figure.by))
        yield Need(shown)
        yield from _named(study, cohort, shown)
    elif isinstance(figure, IncidenceFigure):
        yield Need((cohort.endpoint(figure.endpoint, cause=True), *_by(figure.by, cohort)))
    elif isinstance(figure, FactorsFigure):
        wanted = next(f for f in study.analyses.factors if f.id == figure.factors)
        yield from _factors(wanted, cohort, figure.model)
    else:
        for code in (figure.total, figure.observed):
            yield Need((cohort.endpoint(code),))
        if figure.progression:
            yield Need((cohort.endpoint(figure.progression, events_only=True),))
        if figure.by:
            yield Need((cohort.of(figure.by),))
        yield from _named(study, cohort, ())


def needs_of_table(table: Table, cohort: Quantities) -> Iterator[Need]:
    """What a table is made of."""
    study, analyses = cohort.study, cohort.study.analyses
    endpoints = [endpoint.code for endpoint in study.endpoints]
    if table.kind == "rows":
        for name in table.columns:
            yield Need((cohort.of(name),))
    elif table.kind in ("characteristics", "missing", "beside"):
        yield from _described(table, cohort)
    if table.kind in ("survival", "restricted-mean", "beside"):
        for code in endpoints:
            yield Need((cohort.endpoint(code, entry=table.kind == "survival"),))
    if table.kind in ("survival", "restricted-mean", "comparisons"):
        for wanted in analyses.compare:
            yield Need((cohort.endpoint(wanted.endpoint), cohort.of(wanted.by)))
    elif table.kind == "follow-up" and analyses.follow_up:
        yield Need((cohort.endpoint(analyses.follow_up),))
    elif table.kind == "life-table" and table.endpoint:
        yield Need((cohort.endpoint(table.endpoint),))
    elif table.kind == "models":
        for model in analyses.models:
            yield Need((cohort.endpoint(model.endpoint), *map(cohort.of, model.covariates)))
    elif table.kind in ("factors", "proportional-hazards"):
        for factors in analyses.factors:
            if table.factors in (None, factors.id):
                yield from _factors(factors, cohort, "univariable")
                yield from _factors(factors, cohort, "multivariable")
    elif table.kind == "incidence":
        for incidence in analyses.incidence:
            yield Need((cohort.endpoint(incidence.endpoint, cause=True), *_by(incidence.by, cohort)))
    elif table.kind == "landmarks":
        for landmark in analyses.landmarks:
            yield from _landmark(landmark, cohort)
    elif table.kind == "associations":
        for association in analyses.associate:
            yield Need((cohort.of(association.variable), cohort.of(association.with_)))


def _described(table: Table, cohort: Quantities) -> Iterator[Need]:
    by = cohort.of(table.by) if table.by and table.kind == "characteristics" else None
    if by:
        yield Need((by,))
    optional = {column.name for column in cohort.study.columns if may_be_empty(column)}
    for name in table.variables or cohort.study.analyses.describe:
        group = cohort.study.group(name)
        if table.kind == "missing" and (group.column if group else name) not in optional:
            continue  # never empty, so that no value of it shows
        yield Need((cohort.of(name),))
        if by:
            yield Need((cohort.of(name), by))


def _factors(wanted: Factors, cohort: Quantities, model: str) -> Iterator[Need]:
    endpoint = cohort.endpoint(wanted.endpoint)
    if model == "univariable":
        for name in wanted.univariable:
            yield Need((endpoint, cohort.of(name)))
    elif wanted.multivariable:
        yield Need((endpoint, *map(cohort.of, wanted.multivariable)))


def _landmark(landmark: Landmark, cohort: Quantities) -> Iterator[Need]:
    endpoint, observed = cohort.landmark(landmark.endpoint, min(landmark.at))
    yield Need((endpoint,))
    yield Need((cohort.of(landmark.exposure),), observed)


def _by(name: str | None, cohort: Quantities) -> tuple[Quantity, ...]:
    return (cohort.of(name),) if name else ()


def _named(study: Study, cohort: Quantities, shown: tuple[Quantity, ...]) -> Iterator[Need]:
    """The patients' identifiers, where the results keep them."""
    column = identifier(study)
    if not column.replace:
        yield Need((cohort.of(column.name), *shown))
