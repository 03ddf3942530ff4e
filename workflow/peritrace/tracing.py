"""From a figure, table, number, verdict or file back to the raw cells, along the records."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from peritrace.ard import Statistic, read_ard
from peritrace.files import read_csv
from peritrace.lineage.uses import Cells, within
from peritrace.problems import InputRefused, Problem
from peritrace.records import FileFact, Record, makers, read_records
from peritrace.study import Study
from peritrace.study_file import load_study
from peritrace.tracing_verdicts import cells_of_statistic, held_against, typed_in

MOST_ROWS = 20


@dataclass
class Node:
    """A line of the tree and what it rests on."""

    text: str
    below: list["Node"] = field(default_factory=list)

    def lines(self, indent: str = "") -> Iterator[str]:
        """The tree as text."""
        yield indent + self.text
        for node in self.below:
            yield from node.lines(indent + "  ")


@dataclass(frozen=True)
class Target:
    """What is to be traced, within a study."""

    study: str
    kind: str  # exhibit, claim, statistic, file
    name: str


class Tracer:
    """The records of a project, and what they lead to."""

    def __init__(self, root: Path = Path()) -> None:
        self.root = root
        self.records, self.damaged = read_records(root)
        self.made = makers(self.records)
        self._studies: dict[str, Study] = {}

    def study(self, name: str) -> Study:
        """The study by its file."""
        if name not in self._studies:
            self._studies[name] = load_study(self.root / "config/studies" / f"{name}.yaml")
        return self._studies[name]

    def uses(self, study: str) -> dict[str, Any]:
        """The cells that the exhibits of a study use; empty before a run."""
        path = self.root / "results" / study / "cells/uses.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"exhibits": {}}
        return found

    def target(self, text: str) -> Target:
        """What a user means: a page's figure, a result file, a claim's id, a row of the ARD.

        Raises InputRefused with what could have been meant.
        """
        if not self.records:
            rule, remedy = "a run records what it makes", "Run `make reports` first."
            raise InputRefused("trace", [Problem("results", None, "", "no record", rule, remedy)])
        page, _, anchor = text.partition("#")
        name = Path(page).as_posix().removeprefix("./")
        if anchor and name.startswith("reports/"):
            study = Path(name).stem
            exhibits = self.uses(study)["exhibits"]
            wanted = anchor.removeprefix("exhibit-")
            if wanted in exhibits:
                return Target(study, "exhibit", wanted)
            for claim_id in (unquote(anchor), unquote(anchor).removeprefix("claim-")):
                if self._claim(study, claim_id):
                    return Target(study, "claim", claim_id)
            raise _unknown(text, f"{name} has " + ", ".join([*exhibits, "claim-ID for each printed number"]))
        if anchor and name.endswith("estimate/ard.csv"):
            return Target(Path(name).parts[1], "statistic", anchor)
        if name in self.made:
            record = self.made[name]
            if record.stage.split("_")[0] in ("draw", "tabulate"):
                stem = Path(name).stem
                exhibits = self.uses(record.study)["exhibits"]
                kind = "figure" if record.stage.startswith("draw") else "table"
                for key in (stem, f"table-{stem}"):
                    if key in exhibits and exhibits[key]["kind"] == kind:
                        return Target(record.study, "exhibit", key)
            return Target(record.study, "file", name)
        known = dict.fromkeys(record.study for record in self.records)
        for study in known:
            mine = text.removeprefix(f"{study}/")
            if mine != text and mine in self.uses(study)["exhibits"]:
                return Target(study, "exhibit", mine)
            if mine != text and self._claim(study, mine):
                return Target(study, "claim", mine)
        holders = [study for study in known if self._claim(study, text)]
        if len(holders) > 1:
            raise _unknown(text, " or ".join(f"{study}/{text}" for study in holders), "claims of several studies")
        if holders:
            return Target(holders[0], "claim", text)
        studies = ", ".join(dict.fromkeys(r.study for r in self.records if r.study != "index"))
        raise _unknown(text, f"a page with #figure, a file under results/ or a claim's id; studies here: {studies}")

    def _claim(self, study: str, claim_id: str) -> Mapping[str, str] | None:
        path = self.root / "results" / study / "audit/verdicts.csv"
        if not path.is_file():
            return None
        return next((row for row in read_csv(path) if row["claim_id"] == claim_id), None)

    def files(self, target: Target) -> list[str]:
        """The files in which a target lies."""
        if target.kind == "exhibit":
            used = self.uses(target.study)["exhibits"][target.name]
            stage = "draw" if used["kind"] == "figure" else "tabulate"
            names = {target.name} | ({target.name.removeprefix("table-")} if stage == "tabulate" else set())
            mine = [r for r in self.records if r.study == target.study and r.stage.split("_")[0] == stage]
            return [path for record in mine for path in record.outputs if Path(path).stem in names]
        if target.kind == "claim":
            return [f"results/{target.study}/audit/verdicts.csv"]
        if target.kind == "statistic":
            return [f"results/{target.study}/estimate/ard.csv"]
        return [target.name]

    def tree(self, target: Target, at: Mapping[str, str] | None = None, most: int = MOST_ROWS) -> Node:
        """The chain of a target as a tree; `at` asks for a point of a survival curve (group, t)."""
        if target.kind == "exhibit":
            return self._exhibit(target, at or {}, most)
        if target.kind == "claim":
            return self._verdict(target, most)
        if target.kind == "statistic":
            return self._statistic(target)
        return Node(target.name, [self._job(self.made[target.name], target.name)])

    # one kind of target each

    def _exhibit(self, target: Target, at: Mapping[str, str], most: int) -> Node:
        study = self.study(target.study)
        used = self.uses(target.study)["exhibits"][target.name]
        wanted = next(
            item
            for item in (*study.figures, *study.tables)
            if item.id in (target.name, target.name.removeprefix("table-"))
            and (item in study.figures) == (used["kind"] == "figure")
        )
        stage = "draw" if used["kind"] == "figure" else "tabulate"
        record = next(r for r in self.records if r.study == target.study and r.stage.split("_")[0] == stage)
        files = [path for path in record.outputs if Path(path).stem == wanted.id]
        printed = f"{wanted.printed_as}: " if wanted.printed_as else ""
        root = Node(f"{used['kind']} {target.name} of {target.study}: {printed}{wanted.title}")
        root.below.append(Node("files: " + ", ".join(files)))
        settings = wanted.model_dump(exclude_defaults=True, exclude={"title", "printed_as", "notes"})
        root.below.append(Node("settings: " + ", ".join(f"{key}: {value}" for key, value in settings.items())))
        if at:
            root.below.append(self._point(target.study, wanted, at))
        root.below.append(self._cells(target.study, used, most))
        root.below.append(self._job(record, files[0]))
        return root

    def _cells(self, study: str, used: Mapping[str, Any], most: int) -> Node:
        rows = f", {used['rows']} patients" if used["rows"] is not None else ""
        node = Node(f"made of {sum(cell['count'] for cell in used['cells'])} cells{rows}:")
        for cell in used["cells"]:
            name = f" ({cell['name']})" if cell["name"] != cell["column"] else ""
            node.below.append(
                Node(f"{cell['file']}, column {cell['column']}{name}, line{_s(cell['count'])} {cell['lines']}")
            )
        return node

    def _point(self, study_id: str, figure: Any, at: Mapping[str, str]) -> Node:
        """Who makes the curve drop at a time: the patients, their lines, their cells."""
        endpoint = getattr(figure, "endpoint", None)
        if endpoint is None or "t" not in at:
            raise _unknown(figure.id, "a point is asked of a survival curve: --at t=36.9 or --at group=LEVEL,t=36.9")
        study = self.study(study_id)
        time = float(at["t"])
        group = at.get("group")
        if group and not figure.by:
            raise _unknown(group, f"{figure.id} has one curve for all patients")
        folder = self.root / "results" / study_id / "derive"
        levels = {row["USUBJID"]: row[figure.by] for row in read_csv(folder / "adsl.csv")} if figure.by else {}
        times = [row for row in read_csv(folder / "adtte.csv") if row["PARAMCD"] == endpoint]
        mine = [row for row in times if not group or levels[row["USUBJID"]] == group]
        if group and not mine:
            raise _unknown(group, "levels: " + ", ".join(dict.fromkeys(levels.values())))
        values = sorted({float(row["AVAL"]) for row in mine})
        step = max((value for value in values if value <= time + 1e-9), default=None)
        label = f"{endpoint}{f', {group}' if group else ''} at {at['t']} {study.time_unit}"
        risk = sum(float(row["AVAL"]) >= time - 1e-9 for row in mine)
        node = Node(f"{label}: {risk} of {len(mine)} patients at risk")
        if step is None:
            node.below.append(Node("before the first event or last contact"))
            return node
        when = "at this time" if abs(step - time) < 1e-6 else f"at {step:g}, the last time before it"
        here = [row for row in mine if float(row["AVAL"]) == step]
        events = [row for row in here if row["CNSR"] == "0"]
        change = f"{len(events)} event{_s(len(events))}" if events else "no event, so the curve does not drop"
        node.below.append(Node(f"{when}: {change}, {len(here) - len(events)} censored"))
        uses = self.uses(study_id)
        file = study.source.patients if study.source and study.source.patients else ""
        for row in here:
            what = row["EVNTDESC"] or "censored"
            patient = Node(f"{row['USUBJID']}, {file}, line {row['LINE']}: {what}")
            patient.below += [Node(text) for text in self._raw(study, uses, figure.id, int(row["LINE"]))]
            node.below.append(patient)
        return node

    def _raw(self, study: Study, uses: Mapping[str, Any], exhibit: str, line: int) -> list[str]:
        """The raw cells of one line that an exhibit uses; of text files, whose lines are rows."""
        found = []
        for cell in uses["exhibits"][exhibit]["cells"]:
            if not within(cell["lines"], line):
                continue
            raw = _raw_cell(self.root / cell["file"], cell["column"], line)
            found.append(f"column {cell['column']}" + (f": {raw}" if raw is not None else ""))
        return found

    def _verdict(self, target: Target, most: int) -> Node:
        row = self._claim(target.study, target.name) or {}
        study, results = self.study(target.study), self.root / "results" / target.study
        root = Node(f"{target.name} of {target.study}: {row['statement'] if 'statement' in row else row['quantity']}")
        root.below.append(Node(f"printed in {row['location']}: {row['reported']}"))
        root.below.append(Node(f"typed in {typed_in(study, row)}"))
        root.below.append(Node(f"recomputed: {row['recomputed'] or 'not possible'} ({row['method'] or 'no method'})"))
        root.below.append(Node(f"verdict: {row['verdict']}. {row['explanation']}"))
        for line in held_against(study, row, results, most):
            root.below.append(Node(line.text, [Node(below.text) for below in line.below]))
        path = f"results/{target.study}/audit/verdicts.csv"
        root.below.append(self._job(self.made[path], path))
        return root

    def _statistic(self, target: Target) -> Node:
        path = f"results/{target.study}/estimate/ard.csv"
        try:
            statistic: Statistic = list(read_ard(self.root / path))[int(target.name.removeprefix("row-")) - 2]
        except (ValueError, IndexError):
            raise _unknown(target.name, f"a line of {path}: 2 is its first statistic") from None
        what = [part for part in vars(statistic).items() if part[1] and part[0] not in ("stat", "stat_name", "warning")]
        root = Node(f"{path}, line {target.name.removeprefix('row-')}: {statistic.stat_name} = {statistic.stat}")
        root.below.append(Node(", ".join(f"{key}: {value}" for key, value in what)))
        results = self.root / "results" / target.study
        if (results / "derive/adsl.csv").is_file():
            cells = Cells.read(results / "intake/patients.csv", results / "derive/adsl.csv")
            told = cells_of_statistic(self.study(target.study), statistic, cells)
            root.below.append(Node("made of these cells:", [Node(text) for text in told]))
        root.below.append(self._job(self.made[path], path))
        return root

    # the chain of jobs

    def _job(self, record: Record, path: str, seen: set[str] | None = None) -> Node:
        """The job that made a file, and below it the jobs that it was given files of."""
        seen = set() if seen is None else seen
        seen.add(record.path)
        git = record.content["git"]
        state = ", with local changes" if git and not git["clean"] else ""
        commit = f"commit {git['commit'][:12]}{state}" if git else "not under version control"
        fact = record.outputs.get(path)
        hashed = f", sha256 {fact.sha256[:16]}" if fact else ""
        node = Node(f"job {record.stage} ({record.path}{hashed})")
        code = record.files("code")
        main = next((c.path for c in code if c.path.endswith(f"stages/{record.stage}.py")), "")
        node.below.append(Node(f"code: {main} and {len(code) - 1} more files; {commit}"))
        packages = " ".join(f"{name} {version}" for name, version in record.content["software"]["packages"].items())
        node.below.append(Node(f"software: Python {record.content['software']['python']} {packages}".rstrip()))
        study_file = record.content["study_file"]
        if study_file:
            node.below.append(Node(f"settings: {study_file['path']}, sha256 {study_file['sha256'][:16]}"))
        makers_before: dict[str, list[FileFact]] = {}
        for given in record.files("inputs"):
            maker = self.made.get(given.path)
            if maker is None:
                node.below.append(Node(f"read {given.path}, sha256 {given.sha256[:16]}, {given.size} bytes"))
            else:
                makers_before.setdefault(maker.path, []).append(given)
        for files in makers_before.values():
            maker = self.made[files[0].path]
            if maker.path in seen:
                node.below.append(Node(f"given {_names(files)} of job {maker.stage} (above)"))
                continue
            node.below.append(Node(f"given {_names(files)}", [self._job(maker, files[0].path, seen)]))
        return node


def _names(files: list[FileFact]) -> str:
    shown = ", ".join(fact.path for fact in files[:3])
    return shown + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _raw_cell(path: Path, column: str, line: int) -> str | None:
    """The text of a cell of a text file in UTF-8 with commas; None for other files."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in (reader := csv.DictReader(handle)):
                if reader.line_num == line:
                    return row.get(column)
    except (UnicodeDecodeError, csv.Error):
        return None
    return None


def _unknown(text: str, remedy: str, found: str = "nothing of this name") -> InputRefused:
    return InputRefused("trace", [Problem(text, None, "", found, "it names one result", f"Try {remedy}.")])
