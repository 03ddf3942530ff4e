"""The rows of the data sets of analysis: a patient each (ADSL), and times to events (ADTTE).

Calendar dates end here: the rows hold durations, unless the study file asks for dates.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, repeat

from peritrace.derivations.derivation import Derivation, identifier
from peritrace.meaning import DateColumn

DATASET = "patients"
ADTTE_COLUMNS = (
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "PARAM",
    "AVAL",
    "AVALU",
    "CNSR",
    "EVNTDESC",
    "CNSDTDSC",
    "STARTDT",
    "ADT",
    "SRCDOM",
    "SRCVAR",
    "ENTRY",
    "DEFINITION",
    "LINE",
)


def subjects(found: Derivation) -> list[str]:
    """The patients' names in the results: their identifiers, or their places in the extract instead."""
    study = found.cohort.study
    column = identifier(study)
    if column.replace:
        return [f"{study.id}-{place}" for place in compress(count(1), found.kept)]
    return [f"{study.id}-{subject}" for subject in found.cohort.columns[column.name]]


def adsl_rows(found: Derivation, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The header, then the patients who stay: their columns without dates, then groups and times to exposures.

    `header` and `rows` are the patients as intake wrote them.
    """
    study = found.cohort.study
    dates = {column.name for column in study.columns if isinstance(column, DateColumn) and not study.keep_dates}
    shown = [name not in dates for name in header]
    column = identifier(study)
    replaced = header.index(column.name) if column.replace else None
    names = subjects(found)
    levels = zip(*found.variables.values(), strict=True) if found.variables else repeat((), len(names))
    yield ["STUDYID", "USUBJID", *compress(header, shown), *found.variables]
    for subject, row, level in zip(names, compress(rows, found.kept), levels, strict=True):
        cells = list(row)
        if replaced is not None:
            cells[replaced] = subject.removeprefix(f"{study.id}-")
        yield [study.id, subject, *compress(cells, shown), *level]


def adtte_rows(found: Derivation) -> Iterator[tuple[object, ...]]:
    """A block of rows for each reading of each endpoint, in the order of `ADTTE_COLUMNS`."""
    cohort = found.cohort
    study = cohort.study
    no_dates, names = repeat(""), subjects(found)
    for reading in found.readings:
        endpoint, definition, times = reading.endpoint, reading.definition, reading.outcomes
        label = endpoint.label
        if definition.code != endpoint.code:
            label += f" ({definition.description})"
        rows = zip(
            repeat(study.id),
            names,
            repeat(definition.code),
            repeat(label),
            times.times,
            repeat(study.time_unit.upper()),
            (0 if event else 1 for event in times.is_event),
            reading.causes,
            ("" if event else endpoint.end for event in times.is_event),
            times.starts if study.keep_dates else no_dates,
            times.ends if study.keep_dates else no_dates,
            repeat(DATASET),
            times.sources,
            times.entries,
            repeat(definition.code),
            cohort.lines,
            strict=False,  # the repeated values have no end
        )
        yield from compress(rows, (not gap for gap in times.unknown))
