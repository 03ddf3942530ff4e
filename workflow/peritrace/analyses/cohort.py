"""A derived cohort in memory: the patients' variables and their times to event, as arrays in the order of the rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peritrace.files import read_csv
from peritrace.meaning import Dates, Endpoint, EventDefinition, NumberColumn
from peritrace.study import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Levels = NDArray[np.str_]


@dataclass(frozen=True)
class TimeToEvent:
    """Times in the study's unit, whether each ended in the event, and when observation began (None: at the origin).

    One item per patient of the cohort until `of` chooses; who is left out of the endpoint has the time nan.
    """

    time: Floats
    event: Flags
    entry: Floats | None
    rounding: float = 0.0  # half a unit of the last digit that the source prints; 0 for times from dates
    cause: Levels | None = None  # what each event was, where the study file defines causes

    @property
    def known(self) -> Flags:
        """Who is analysed for this endpoint."""
        return ~np.isnan(self.time)

    def of(self, members: Flags) -> "TimeToEvent":
        """The same for some of the patients, those left out of the endpoint never among them."""
        chosen = members & self.known
        entry = None if self.entry is None else self.entry[chosen]
        cause = None if self.cause is None else self.cause[chosen]
        return TimeToEvent(self.time[chosen], self.event[chosen], entry, self.rounding, cause)


@dataclass(frozen=True)
class Slice:
    """Some of the patients: all of them, or one level of a group."""

    members: Flags
    group: str = ""
    level: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """The two columns of the ARD that say who they are."""
        return {"group1": self.group, "group1_level": self.level}


class Cohort:
    """ADSL and ADTTE of a study."""

    def __init__(self, study: Study, patients: list[dict[str, str]], times: list[dict[str, str]]) -> None:
        self.study = study
        self.patients = patients
        self._times: dict[str, list[dict[str, str]]] = {}
        for row in times:
            self._times.setdefault(row["PARAMCD"], []).append(row)

    @classmethod
    def read(cls, study: Study, adsl: Path, adtte: Path) -> "Cohort":
        """Read what the derive stage wrote."""
        return cls(study, read_csv(adsl), read_csv(adtte))

    def __len__(self) -> int:
        return len(self.patients)

    def numbers(self, name: str) -> Floats:
        """A number column; nan where it is empty."""
        return np.array([float(row[name]) if row[name] else np.nan for row in self.patients])

    def covariate(self, name: str) -> Floats:
        """A number column as a regression takes it: in steps of the size that the study file states."""
        return self.numbers(name) / next(getattr(c, "per", 1.0) for c in self.study.columns if c.name == name)

    def levels(self, name: str) -> Levels:
        """A category or group; the empty string where it is missing."""
        return np.array([row[name] for row in self.patients], dtype=np.str_)

    def is_number(self, name: str) -> bool:
        """Whether the name is a number column (not a group or category)."""
        return any(isinstance(c, NumberColumn) and c.name == name for c in self.study.columns)

    def time_to_event(self, code: str) -> TimeToEvent:
        """The times of an endpoint, or of one reading of its event."""
        rows = self._times.get(code, [])
        endpoint, definition = next(
            (endpoint, event) for endpoint, event, _ in definitions(self.study) if event.code == code
        )
        places = self._places(rows)

        def column(values: Iterable[float | bool | str], fill: float | bool | str) -> NDArray[Any]:
            found = np.array([*values, fill])[:-1]  # the last item fixes the type of an empty column
            if places is None:
                return found
            whole = np.full(len(self), fill, dtype=found.dtype)
            whole[places] = found
            return whole

        time = column((float(row["AVAL"]) for row in rows), np.nan)
        delayed = any(row["ENTRY"] for row in rows)
        return TimeToEvent(
            time,
            column((row["CNSR"] == "0" for row in rows), False),
            column((float(row["ENTRY"] or 0) for row in rows), np.nan) if delayed else None,
            0.0 if isinstance(endpoint.time, Dates) else _half_unit(row["AVAL"] for row in rows),
            column((row["EVNTDESC"] for row in rows), "") if definition.causes else None,
        )

    def _places(self, rows: list[dict[str, str]]) -> list[int] | None:
        """Where the patients of these rows stand in the cohort; None when it is all of them in order."""
        if len(rows) == len(self):
            return None
        place = {patient["USUBJID"]: number for number, patient in enumerate(self.patients)}
        return [place[row["USUBJID"]] for row in rows]

    def everyone(self) -> Slice:
        """All patients."""
        return Slice(np.ones(len(self), dtype=np.bool_))

    def slices(self, group: str) -> list[Slice]:
        """The levels of a group in the order of the study file, those without a patient left out."""
        levels = self.levels(group)
        return [Slice(levels == level, group, level) for level in self.study.levels(group) if np.any(levels == level)]


def _half_unit(texts: Iterable[str]) -> float:
    """Half a unit of the last printed digit: 0.05 where "1.0" may stand for 0.95 to 1.05."""
    return float(0.5 * 10.0 ** -max((len(text.partition(".")[2]) for text in texts), default=0))


def definitions(study: Study) -> Iterator[tuple[Endpoint, EventDefinition, str]]:
    """Every endpoint with each reading of its event, and the convention that names it (none for the chosen one)."""
    for endpoint in study.endpoints:
        for event in endpoint.events:
            yield endpoint, event, "" if event.code == endpoint.code else f"event={event.code}"
