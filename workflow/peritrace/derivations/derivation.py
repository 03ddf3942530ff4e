"""All that is derived of a cohort at once: who is left out, groups, times to events, and the flow of patients."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from peritrace.derivations.patients import Cohort, causes, excluded, place_in_group
from peritrace.derivations.times import Outcomes, exposure_times, outcomes, used_columns
from peritrace.meaning import Dates, Endpoint, EventDefinition, IdentifierColumn
from peritrace.problems import Problem
from peritrace.study import Study
from peritrace.words import in_sentence

FLOW_COLUMNS = ("step", "endpoint", "rows", "events", "reason")


@dataclass(frozen=True)
class Reading:
    """An endpoint by one reading of its event: times, and what each event was."""

    endpoint: Endpoint
    definition: EventDefinition
    outcomes: Outcomes
    causes: list[str]


@dataclass(frozen=True)
class Derivation:
    """What was derived of the patients who stay; `kept` says for each row of the extract whether it does."""

    cohort: Cohort
    kept: list[bool]
    exclusions: list[str]
    variables: dict[str, list[str]]  # groups, and times to exposures
    readings: list[Reading]
    problems: list[Problem]

    def flow(self) -> Iterator[dict[str, object]]:
        """The steps from the rows of the extract to those analysed for each endpoint."""
        yield {"step": "rows read", "rows": len(self.kept), "reason": "lines of the extract after its header"}
        for exclusion in self.cohort.study.exclude:
            count = self.exclusions.count(exclusion.label)
            why = f" ({in_sentence(exclusion.why.rstrip('.'))})" if exclusion.why else ""
            yield {"step": "rows excluded", "rows": count, "reason": f"{exclusion.label}{why}"}
        yield {"step": "rows used", "rows": sum(self.kept), "reason": "patients of the cohort"}
        for reading in self.readings:
            endpoint, found = reading.endpoint, reading.outcomes
            if reading.definition.code != endpoint.code:
                continue
            unknown = sum(found.unknown)
            if unknown:
                reason = f"no time or date for {endpoint.label}"
                yield {"step": "left out", "endpoint": endpoint.code, "rows": unknown, "reason": reason}
            events = sum(event and not gap for event, gap in zip(found.is_event, found.unknown, strict=True))
            yield {
                "step": "analysed",
                "endpoint": endpoint.code,
                "rows": len(found.is_event) - unknown,
                "events": events,
                "reason": endpoint.label,
            }


def derivation(cohort: Cohort) -> Derivation:
    """Derive all that the study file defines; what can't be is listed under `problems`."""
    study = cohort.study
    exclusions = excluded(study.exclude, cohort)
    kept = [not label for label in exclusions]
    stay = cohort if all(kept) else _of(cohort, kept)
    problems: list[Problem] = []
    variables = {}
    for group in study.groups:
        variables[group.name], unplaced = place_in_group(group, stay)
        problems += unplaced
    for exposure in study.exposures:
        time = study.endpoint(exposure.endpoint).time
        if isinstance(time, Dates):
            variables[exposure.name], early = exposure_times(exposure, time, stay)
            problems += early
    readings = []
    for endpoint in study.endpoints:
        for definition in endpoint.events:
            found = outcomes(endpoint, definition, stay)
            named = causes(definition, found.is_event, stay)
            problems += [*found.problems, *_unclaimed(definition, named, found, stay)]
            readings.append(Reading(endpoint, definition, found, named))
    return Derivation(stay, kept, exclusions, variables, readings, problems)


def _unclaimed(definition: EventDefinition, named: Sequence[str], found: Outcomes, cohort: Cohort) -> Iterator[Problem]:
    """Events that no cause claims."""
    for row, (label, gap) in enumerate(zip(named, found.unknown, strict=True)):
        if label == "?" and not gap:
            column = definition.causes[0].any[0].column
            rule = f"every event of {definition.code} has one of its causes"
            remedy = "Widen a cause in the study file, or add one with otherwise: true."
            yield cohort.problem(row, column, "an event that no cause claims", rule, remedy)


def _of(cohort: Cohort, kept: Sequence[bool]) -> Cohort:
    columns = {name: list(compress(cells, kept)) for name, cells in cohort.columns.items()}
    return Cohort(cohort.study, list(compress(cohort.lines, kept)), columns)


def identifier(study: Study) -> IdentifierColumn:
    """The column that tells patients apart."""
    return next(column for column in study.columns if isinstance(column, IdentifierColumn))


def columns_needed(study: Study) -> list[str]:
    """The columns that something is derived from, each once."""
    names = [identifier(study).name, *(group.column for group in study.groups)]
    names += [exposure.column for exposure in study.exposures]
    names += [name for endpoint in study.endpoints for name in used_columns(endpoint)]
    for exclusion in study.exclude:
        for condition in exclusion.any:
            names += [condition.column, *([condition.less_than] if condition.less_than else [])]
    return list(dict.fromkeys(names))
