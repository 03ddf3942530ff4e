"""The cells of patients' rows that a single statistic is made of."""

from collections.abc import Iterable, Iterator, Sequence
from operator import or_

from peritrace.ard import Statistic
from peritrace.derivations.patients import Cohort, place_in_group
from peritrace.lineage.exhibits import Need
from peritrace.lineage.quantities import Flags, Quantities, excluding
from peritrace.lineage.uses import Cells, ranges, spread
from peritrace.study import Study


def cells_of(study: Study, statistics: Iterable[Statistic], cells: Cells) -> dict[str, str]:
    """The lines of the extract by column of the study; every cell by which a patient belongs to the cohort counts."""
    stay = [row for row, keep in zip(cells.rows, cells.kept, strict=True) if keep]
    whole: dict[str, Flags] = excluding(study, list(cells.rows))
    for statistic in statistics:
        for need in _needs(statistic, Quantities(_read_so(study, statistic), stay)):
            for name, flags in need.used().items():
                mine = spread(flags, cells.kept)
                whole[name] = list(map(or_, whole[name], mine)) if name in whole else mine
    found = {
        name: [line for line, flag in zip(cells.lines, flags, strict=True) if flag] for name, flags in whole.items()
    }
    return {column.name: ranges(found[column.name]) for column in study.columns if found.get(column.name)}


def columns_of(study: Study, statistics: Iterable[Statistic]) -> list[str]:
    """The columns of the study that a statistic can depend on, whatever the rows hold."""
    names = set(excluding(study, []))
    for statistic in statistics:
        for need in _needs(statistic, Quantities(_read_so(study, statistic), [])):
            names |= need.used().keys()
    return [column.name for column in study.columns if column.name in names]


def _needs(statistic: Statistic, cohort: Quantities) -> Iterator[Need]:
    """Quantities that count together; of a group the values of its members, and everyone's group."""
    study = cohort.study
    endpoints = {endpoint.code for endpoint in study.endpoints}
    entry = statistic.method == "kaplan-meier-delayed-entry"
    names = dict.fromkeys((statistic.variable, statistic.group1, *_covariates(statistic.analysis, study)))
    parts = {
        name: cohort.endpoint(name, entry=entry) if name in endpoints else cohort.of(name)
        for name in names
        if name in study.names
    }
    by = parts.get(statistic.group1)
    if by and statistic.group1_level and statistic.context not in _OF_ALL_GROUPS:
        members = _members(study, statistic, cohort)
        yield Need((by,))
        yield Need(tuple(part for name, part in parts.items() if name != statistic.group1), members)
    elif parts:
        yield Need(tuple(parts.values()))


# Statistics of a level that patients of the other levels enter as well.
_OF_ALL_GROUPS = ("comparison", "model", "factor", "factor-model", "association", "landmark", "proportional-hazards")


def _members(study: Study, statistic: Statistic, cohort: Quantities) -> Flags:
    """Who has the level of the statistic's group."""
    group = study.group(statistic.group1)
    column = group.column if group else statistic.group1
    levels = [row[column] for row in cohort.rows]
    if group:
        lines = [""] * len(levels)
        levels, _ = place_in_group(group, Cohort(study, lines, {column: levels}))
    return [level == statistic.group1_level for level in levels]


def _covariates(analysis: str, study: Study) -> Sequence[str]:
    """What stands in a model together."""
    for model in study.analyses.models:
        if model.id == analysis:
            return model.covariates
    name, _, kind = analysis.partition(":")
    for factors in study.analyses.factors:
        if factors.id == name and kind == "multivariable":
            return factors.multivariable or ()
    return ()


def _read_so(study: Study, statistic: Statistic) -> Study:
    """The study with the event of an endpoint read as the statistic does."""
    codes = [part.removeprefix("event=") for part in statistic.departures if part.startswith("event=")]
    if not codes:
        return study
    endpoints = []
    for endpoint in study.endpoints:
        chosen = [event for event in endpoint.events if endpoint.code == statistic.variable and event.code in codes]
        others = [event for event in endpoint.events if event not in chosen]
        endpoints.append(endpoint.model_copy(update={"events": [*chosen, *others]}))
    return study.model_copy(update={"endpoints": endpoints})
