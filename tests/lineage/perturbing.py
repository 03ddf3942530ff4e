"""Change one cell of the raw files, compute everything again, and see which figures and tables change.

The data of an exhibit are the rows behind a figure, the cells of a table of rows, and for a table of statistics the
statistics that it shows before they are rounded.
"""

import csv
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from peritrace.analyses.cohort import Cohort
from peritrace.analyses.everything import statistics
from peritrace.ard import Ard, Statistic, read_ard
from peritrace.figures.style import journal_style
from peritrace.files import read_csv
from peritrace.lineage.printed import PRINTED, uses_of_tables
from peritrace.lineage.uses import within
from peritrace.meaning import AnyColumn, CategoryColumn, DateColumn, NumberColumn
from peritrace.problems import InputRefused
from peritrace.published import Published
from peritrace.stages.cells import cells
from peritrace.stages.derive import derive
from peritrace.stages.draw import _drawing
from peritrace.stages.draw_tables import _drawing as _drawing_of_tables
from peritrace.stages.estimate_tables import estimate_tables
from peritrace.stages.intake_tables import intake_tables
from peritrace.study import Study
from peritrace.tabulations.descriptive import patients_rows
from peritrace.tabulations.published import published_table
from peritrace.wanted import FactorsFigure, IncidenceFigure, SurvivalFigure, Table
from tests.stages.taking_in import take_in

Data = dict[str, object]  # of each exhibit
Order = frozenset[tuple[int, frozenset[int]]]  # of an endpoint
RANKED = ("comparisons", "models", "factors", "proportional-hazards")


@dataclass(frozen=True)
class Disagreement:
    """An exhibit whose data changed though its record says that the cell is not used, or the other way round."""

    exhibit: str
    line: int
    column: str
    claimed: bool


class Rows:
    """A cohort whose extract can be changed cell by cell."""

    def __init__(self, study: Study, folder: Path, trials: int = 1) -> None:
        """`trials` other values at least are tried in a cell, and more until all changes that are claimed were seen."""
        assert study.source
        assert study.source.patients
        self.trials = trials
        self.study = study.model_copy(update={"source": study.source.model_copy(update={"sha256": None})})
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with Path(study.source.patients).open(encoding="utf-8-sig", newline="") as handle:
            self.header, *self.rows = list(csv.reader(handle))
        # Tests of ranks and Cox models see the order of the times alone; where every valid value leaves it as it is,
        # they can't tell whether the cell was used.
        self.order: dict[str, Order] = {}
        self.base = self.outcome(self.rows)
        self.base_order = self.order
        ranked = [t.id for t in study.tables if t.kind in RANKED]
        self.ranked = {name: {s.variable for s in cast("list[Statistic]", self.base[name])} for name in ranked}
        derived = folder / "adsl.csv"
        cells(self.study, folder / "patients.csv", derived, folder / "uses.json")
        self.uses = json.loads((folder / "uses.json").read_text(encoding="utf-8"))["exhibits"]

    def outcome(self, rows: list[list[str]]) -> Data:
        """The data of every exhibit; raises InputRefused."""
        extract = self.folder / "extract.csv"
        with extract.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([self.header, *rows])
        # what may stand together (CC and residual tumour) is not the question here
        with patch("peritrace.extracts.examination.domain_problems", return_value=[]):
            take_in(extract, self.study, self.folder)
        adsl, adtte = self.folder / "adsl.csv", self.folder / "adtte.csv"
        derive(self.folder / "patients.csv", self.study, adsl, adtte, self.folder / "derived-flow.csv")
        ard = Ard(list(statistics(Cohort.read(self.study, adsl, adtte))))
        patients, times = read_csv(adsl), read_csv(adtte)
        self.order = {code: _order(code, times) for code in {row["PARAMCD"] for row in times}}
        found: Data = {}
        for figure in self.study.cohort_figures:
            if isinstance(figure, SurvivalFigure | IncidenceFigure | FactorsFigure):
                found[figure.id] = [s for s in ard if _behind_figure(figure, s)]
                continue
            with journal_style():
                found[figure.id] = _drawing(figure, ard, patients, times, self.study, None).rows
        for table in self.study.tables:
            key = f"table-{table.id}" if table.id in found else table.id
            if table.kind == "rows":
                found[key] = patients_rows(self.study, patients, table).rows
            else:
                shown = _behind_table(table, self.study)
                found[key] = [s for s in ard if not s.convention and shown(s)]
        return found

    def disagreements(self, row: int, column: AnyColumn, chance: random.Random) -> list[Disagreement] | None:
        """What the record of each exhibit says against what happens; None where no other value is valid."""
        place = self.header.index(column.source)
        changed: set[str] = set()
        valid = 0
        reordered: set[str] = set()  # endpoints
        values = list(_values(column, self.rows[row][place], [r[place] for r in self.rows], chance))
        if isinstance(column, DateColumn):  # just after the patient's other dates
            values += _near(self.study, self.header, self.rows[row], column)
        for value in values:
            if value == self.rows[row][place]:
                continue
            rows = [list(r) for r in self.rows]
            rows[row][place] = value
            try:
                now = self.outcome(rows)
            except InputRefused:
                continue
            valid += 1
            reordered |= {code for code, order in self.order.items() if order != self.base_order[code]}
            changed |= {name for name in self.base if now[name] != self.base[name]}
            shown = all(name in changed for name in self.base if self._claimed(name, row + 2, column.name))
            if shown and valid >= self.trials:
                break
        if not valid:
            return None
        return [
            Disagreement(name, row + 2, column.name, self._claimed(name, row + 2, column.name))
            for name in self.base
            if self._claimed(name, row + 2, column.name) != (name in changed)
            and (name in changed or name not in self.ranked or reordered & self.ranked[name])
        ]

    def _claimed(self, exhibit: str, line: int, name: str) -> bool:
        return any(cell["name"] == name and within(cell["lines"], line) for cell in self.uses[exhibit]["cells"])


def _order(code: str, times: list[dict[str, str]]) -> Order:
    """Each event of an endpoint with who was at risk."""
    rows = [row for row in times if row["PARAMCD"] == code]
    values = [float(row["AVAL"]) for row in rows]
    events = [place for place, row in enumerate(rows) if row["CNSR"] == "0"]
    return frozenset((e, frozenset(i for i, value in enumerate(values) if value >= values[e])) for e in events)


def _behind_figure(figure: SurvivalFigure | IncidenceFigure | FactorsFigure, s: Statistic) -> bool:
    if isinstance(figure, FactorsFigure):
        return s.analysis == f"{figure.factors}:{figure.model}" and s.context == "factor" and not s.convention
    context = "survival-curve" if isinstance(figure, SurvivalFigure) else "cumulative-incidence-curve"
    same = s.context == context and s.variable == figure.endpoint and s.group1 == (figure.by or "")
    return same and s.method != "kaplan-meier-delayed-entry"


CONTEXTS = {
    "follow-up": {"follow-up"},
    "comparisons": {"comparison"},
    "models": {"model"},
    "factors": {"factor", "factor-model"},
    "restricted-mean": {"restricted-mean", "restricted-mean-difference"},
    "incidence": {"cumulative-incidence", "comparison-of-incidence"},
    "landmarks": {"landmark"},
    "associations": {"association"},
}


def _behind_table(table: Table, study: Study) -> Callable[[Statistic], bool]:
    """Which statistics a table shows. Survival is shown by what rounds least: the whole curve."""
    described = set(table.variables or study.analyses.describe)
    endpoints = {table.endpoint} if table.endpoint else {e.code for e in study.endpoints}

    def shown(s: Statistic) -> bool:
        if table.kind == "characteristics":
            groups = {"", table.by}
            tests = s.context == "group-test" and s.variable in described and s.group1 == table.by
            return (s.context in ("summary", "counts") and s.variable in described and s.group1 in groups) or tests
        if table.kind == "missing":
            return s.stat_name in ("missing", "N") and s.variable in described and not s.group1
        if table.kind == "beside":
            curve = s.context == "survival-curve" and not s.group1 and s.method == "kaplan-meier"
            return curve or (s.context in ("summary", "counts") and s.variable in described and not s.group1)
        if table.kind in ("survival", "life-table"):
            overall = table.kind == "life-table"
            return (
                s.context == "survival-curve"
                and s.variable in endpoints
                and not (overall and s.group1)
                and not (overall and s.method != "kaplan-meier")
            )
        if table.kind in ("factors", "proportional-hazards"):
            mine = table.factors is None or s.analysis.startswith(f"{table.factors}:")
            return mine and s.context in ("factor", "factor-model", "proportional-hazards")
        if table.kind == "restricted-mean":
            return s.context in ("survival-curve", *CONTEXTS[table.kind]) and s.method != "kaplan-meier-delayed-entry"
        if table.kind == "follow-up":
            follow_up = s.variable == study.analyses.follow_up and not s.group1 and s.method == "kaplan-meier"
            return s.context == "follow-up" or (s.context == "survival-curve" and follow_up)
        return s.context in CONTEXTS[table.kind]

    return shown


def _values(column: AnyColumn, now: str, seen: list[str], chance: random.Random) -> Iterator[str]:
    """Other values that the cell might hold: such as other patients have, far ones, none."""
    others = sorted({value for value in seen if value and value != now})
    chance.shuffle(others)
    if isinstance(column, CategoryColumn):
        yield from (code for code in column.levels if code != now)
    elif isinstance(column, NumberColumn):
        numbers = sorted((value for value in others), key=_size)
        yield from dict.fromkeys([*numbers[:1], *numbers[-1:], *others[:3]])
        if column.minimum is not None:
            yield f"{column.minimum:g}"
        yield "0.3" if column.decimals else "1"
        yield from others[3:]
    elif isinstance(column, DateColumn):
        for days in (3, -3, 40, -40, 200, -200, 900):
            if now:
                yield (datetime.strptime(now, column.format) + timedelta(days)).strftime(column.format)
        yield from others[:6]
    elif column.type == "identifier":
        yield "999"
    else:
        yield from others[:4]
        yield "\N{BLACK STAR}"
    if now:
        yield ""


def _near(study: Study, header: list[str], row: list[str], column: DateColumn) -> Iterator[str]:
    for other in study.columns:
        if isinstance(other, DateColumn) and (cell := row[header.index(other.source)]):
            for days in (1, -1):
                yield (datetime.strptime(cell, other.format) + timedelta(days)).strftime(column.format)


def _size(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


class Tables:
    """A study of published tables whose cells can be changed."""

    def __init__(self, study: Study, audited: Path, folder: Path) -> None:
        assert study.source
        assert study.source.tables
        self.study, self.folder = study, folder
        self.source = Path(study.source.tables)
        self.verdicts = read_csv(audited / "audit/verdicts.csv")
        self.checks = read_csv(audited / "audit/checks.csv")
        shutil.copytree(self.source, folder / "tables")
        self.uses = uses_of_tables(study, folder / "tables")["exhibits"]
        self.base = self.outcome()

    def outcome(self) -> Data:
        """What every exhibit shows, verdicts as they were; raises InputRefused."""
        intake_tables(self.study, self.folder / "tables", self.folder / "intake")
        estimate_tables(self.study, self.folder / "intake", self.folder / "ard.csv")
        published, ard = Published.read(self.folder / "intake"), read_ard(self.folder / "ard.csv")
        by_id = {row["claim_id"]: row for row in self.verdicts}
        found: Data = {}
        for table in self.study.tables:
            key = f"table-{table.id}" if any(f.id == table.id for f in self.study.figures) else table.id
            rows = published_table(self.study, published, ard, by_id, table).rows
            # the last column of a table of effects is inferred from cells of other tables too
            inferred = any(effect.table == table.table for effect in published.effects)
            found[key] = [row.cells[:-1] if inferred else row.cells for row in rows]
        for figure in self.study.published_figures:
            if figure.kind == "coherence":
                found[figure.id] = [(c.claim_id, c.reported) for c in published.claims]
                continue
            with journal_style():
                drawing = _drawing_of_tables(figure, self.study, published, ard, (self.verdicts, self.checks))
            found[figure.id] = drawing.rows if drawing else None
        return found

    def cells(self) -> list[tuple[str, int, str]]:
        """Every printed cell: file, row, column."""
        found = []
        for kind, columns in PRINTED.items():
            path = self.folder / f"tables/{kind}.csv"
            for number, row in enumerate(read_csv(path) if path.is_file() else []):
                found += [(kind, number, column) for column in columns if row.get(column)]
        return found

    def disagreements(self, kind: str, row: int, column: str) -> list[Disagreement] | None:
        """As of rows."""
        path = self.folder / f"tables/{kind}.csv"
        whole = path.read_bytes()
        changed: set[str] = set()
        valid = False
        with path.open(encoding="utf-8", newline="") as handle:
            header, *rows = list(csv.reader(handle))
        now = rows[row][header.index(column)]
        try:
            for value in _slips(now):
                rows[row][header.index(column)] = value
                with path.open("w", encoding="utf-8", newline="") as handle:
                    csv.writer(handle).writerows([header, *rows])
                try:
                    outcome = self.outcome()
                except InputRefused:
                    continue
                valid = True
                changed |= {name for name in self.base if outcome[name] != self.base[name]}
        finally:
            path.write_bytes(whole)
        if not valid:
            return None
        return [
            Disagreement(name, row + 2, column, self._claimed(name, kind, row + 2, column))
            for name in self.base
            if self._claimed(name, kind, row + 2, column) != (name in changed)
        ]

    def _claimed(self, exhibit: str, kind: str, line: int, column: str) -> bool:
        return any(
            Path(cell["file"]).stem == kind and cell["column"] == column and within(cell["lines"], line)
            for cell in self.uses[exhibit]["cells"]
        )


def _slips(printed: str) -> Iterator[str]:
    """Other numbers of the same form."""
    digits = [place for place, character in enumerate(printed) if character.isdigit()]
    for place in digits[-1:] + digits[:1]:
        for digit in "123456789":
            if digit != printed[place]:
                yield printed[:place] + digit + printed[place + 1 :]
                break


def sample(study: Any, cohort: Rows, count: int, seed: int) -> tuple[int, list[Disagreement]]:
    """So many cells at random, those without another valid value left out; how many were judged, and what disagreed."""
    chance = random.Random(seed)
    columns = list(study.columns)
    judged, found = 0, []
    while judged < count:
        column, row = chance.choice(columns), chance.randrange(len(cohort.rows))
        outcome = cohort.disagreements(row, column, chance)
        if outcome is not None:
            judged += 1
            found += outcome
    return judged, found
