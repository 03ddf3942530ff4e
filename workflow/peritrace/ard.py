"""Analysis Results Data: one tidy table that holds every number of a study.

Tables, figures, verdicts and prose are views of it. Columns follow the `cards` schema of the pharmaverse,
with `analysis`, `method` and `convention` added:

- `method` names the estimator (a key of `peritrace.methods.METHODS`);
- `convention` is empty for the standard reading of that method, else `key=value` pairs joined by "; ", one for
  each departure (`row=starts-at; interval=24`), so that the number of departures can be counted.

`stat` is text: a number with ten significant digits, which is more than any paper prints and fewer than differ
between processors.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from peritrace.files import read_csv, write_csv


@dataclass(frozen=True)
class Statistic:
    """One number of a study, and what it is a number of."""

    context: str  # the kind of analysis: summary, counts, survival-rate, comparison, model, …
    stat_name: str  # n, p, median, estimate, conf_low, p_value, …
    stat: str
    variable: str = ""  # what is described: a column, an endpoint
    variable_level: str = ""  # a level of it, or a time
    group1: str = ""  # by what
    group1_level: str = ""
    stat_label: str = ""
    unit: str = ""
    analysis: str = ""  # the analysis of the study file that asked for it
    method: str = ""
    convention: str = ""
    warning: str = ""

    @property
    def number(self) -> float:
        """The value as a float, nan where the estimate does not exist."""
        return float(self.stat) if self.stat else math.nan

    @property
    def departures(self) -> tuple[str, ...]:
        """The named departures from the standard reading of the method."""
        return tuple(part for part in self.convention.split("; ") if part)


COLUMNS = (
    "group1",
    "group1_level",
    "variable",
    "variable_level",
    "context",
    "stat_name",
    "stat_label",
    "stat",
    "unit",
    "analysis",
    "method",
    "convention",
    "warning",
)
if set(COLUMNS) != {field.name for field in fields(Statistic)}:
    raise ImportError("the columns of the ARD and the fields of Statistic have parted")


def as_stat(value: float | int | str | bool | None) -> str:
    """A value as the ARD keeps it: ten significant digits, empty where there is no estimate."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return ""
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if number == int(number) and abs(number) < 1e10:
        return str(int(number))
    return f"{number:.10g}"


def write_ard(path: str | Path, statistics: Iterable[Statistic]) -> None:
    """Write the statistics in the order given."""
    write_csv(path, COLUMNS, (asdict(statistic) for statistic in statistics))


def read_ard(path: str | Path) -> "Ard":
    """Read a study's statistics."""
    return Ard(Statistic(**row) for row in read_csv(path))


class Ard:
    """The statistics of a study, to be selected from by what they are."""

    def __init__(self, statistics: Iterable[Statistic]) -> None:
        self.statistics = tuple(statistics)

    def __iter__(self) -> Iterator[Statistic]:
        return iter(self.statistics)

    def __len__(self) -> int:
        return len(self.statistics)

    def where(self, **wanted: str) -> "Ard":
        """Those whose fields equal the given text: `ard.where(context="survival", variable="OS1")`."""
        items = tuple(wanted.items())
        return Ard(s for s in self.statistics if all(getattr(s, key) == value for key, value in items))

    def one(self, **wanted: str) -> Statistic:
        """The only one that fits; raises LookupError when there is none or several."""
        found = self.where(**wanted).statistics
        if len(found) != 1:
            raise LookupError(f"{len(found)} statistics fit {wanted}, not one")
        return found[0]

    def value(self, **wanted: str) -> float:
        """The number of the only one that fits, nan where it has no estimate."""
        return self.one(**wanted).number
