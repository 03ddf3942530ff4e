"""How a figure or table was made, as its page tells it: the same on every run and in every folder.

So times, the machine and the commit stay in the records, where `trace` reads them; code is told by its content.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peritrace.records import Record, read_record
from peritrace.words import counted

DOES = {
    "intake": "every cell read and validated",
    "validate": "findings of intake put on a page",
    "derive": "groups and times to events derived",
    "cells": "figures and tables followed back to their cells",
    "estimate": "statistics estimated",
    "crosscheck": "estimates computed a second time",
    "diff": "compared with the extract before",
    "audit": "printed numbers judged",
    "guidance": "patients held against the guidance text",
    "draw": "figures drawn",
    "tabulate": "tables set",
    "report": "report written",
    "algorithm": "algorithms of the guidance text drawn",
    "guide": "page of the guidance text written",
    "evidence": "survival results set side by side",
    "index": "studies listed",
}
"""What each stage does, in the order in which they run."""


@dataclass(frozen=True)
class Step:
    """A job on the way, and by what it was done."""

    name: str
    does: str
    code: str  # its module
    digest: str  # SHA-256 over all its files of code
    more: int  # how many others there are
    software: str


@dataclass(frozen=True)
class Made:
    """The way of one figure or table from the raw cells; files with their SHA-256."""

    rows: str
    excluded: tuple[str, ...]  # by which rule, and how many
    sources: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str, int], ...]  # file, column, how many cells of it
    settings: tuple[tuple[str, str], ...]  # of this figure or table, in the study file
    steps: tuple[Step, ...]
    files: tuple[tuple[str, str], ...]
    trace: str
    reproduce: str


class Provenance:
    """The records and the cells used of a study."""

    def __init__(self, study: str, records: Sequence[Record], uses: Mapping[str, Any]) -> None:
        self.study = study
        self.uses = uses
        self.by_stage = {record.stage.removesuffix("_tables"): record for record in records}

    @classmethod
    def read(cls, study: str, records: Sequence[Path], uses: Path) -> "Provenance":
        """From the files that a job is given."""
        return cls(study, [read_record(path) for path in records], json.loads(uses.read_text(encoding="utf-8")))

    def of(self, exhibit: str) -> Made | None:
        """How an exhibit of the page was made; None where nothing is known of it."""
        used = self.uses["exhibits"].get(exhibit)
        if used is None:
            return None
        is_figure = used["kind"] == "figure"
        last = "draw" if is_figure else "tabulate"
        # a table that shares its id with a figure has another one in the page
        names = {exhibit} if is_figure else {exhibit, exhibit.removeprefix("table-")}
        record = self.by_stage[last]
        way = [stage for stage in ("intake", "derive", "estimate", "audit", last) if self._takes_part(stage, last)]
        raw = {cell["file"] for cell in used["cells"]}
        return Made(
            rows=self._rows(used),
            excluded=self._excluded(used),
            sources=tuple((f.path, f.sha256) for f in self.by_stage["intake"].files("inputs") if f.path in raw),
            cells=tuple((cell["file"], cell["column"], cell["count"]) for cell in used["cells"]),
            settings=_settings(record, "figures" if is_figure else "tables", names),
            steps=tuple(self._step(stage) for stage in way),
            files=tuple((f.path, f.sha256) for f in record.files("outputs") if Path(f.path).stem in names),
            trace=f"python -m peritrace trace reports/{self.study}.html#{exhibit}",
            reproduce=f"python -m peritrace reproduce {self.study}/{exhibit}",
        )

    def of_verdicts(self) -> Made | None:
        """How all verdicts of the page were made; what is particular to one stands in its row."""
        record = self.by_stage.get("audit")
        if record is None:
            return None
        way = [stage for stage in ("intake", "derive", "estimate", "audit") if stage in self.by_stage]
        made = {path for r in self.by_stage.values() for path in r.outputs}
        inputs = [*self.by_stage["intake"].files("inputs"), *record.files("inputs")]
        table = f"results/{self.study}/audit/verdicts.csv"
        read = self.uses["rows"]
        return Made(
            rows=f"{read['used']} of {counted(read['read'], 'row')} of the extract take part." if read else "",
            excluded=self._excluded({"rows": read}),
            sources=tuple(dict.fromkeys((f.path, f.sha256) for f in inputs if f.path not in made)),
            cells=(),
            settings=tuple((key, _text(value)) for key, value in record.content["settings"].get("audit", {}).items()),
            steps=tuple(self._step(stage) for stage in way),
            files=tuple((f.path, f.sha256) for f in record.files("outputs")),
            trace=f"python -m peritrace trace {table}",
            reproduce=f"python -m peritrace reproduce {table}",
        )

    def _takes_part(self, stage: str, last: str) -> bool:
        """Whether a job stands on the way: verdicts do in what is made of published tables."""
        if stage not in self.by_stage:
            return False
        return stage != "audit" or self.by_stage[last].stage.endswith("_tables")

    def _rows(self, used: Mapping[str, Any]) -> str:
        if used["rows"] is None:
            return f"It shows {counted(sum(cell['count'] for cell in used['cells']), 'printed cell')}."
        return f"{used['rows']} of {counted(self.uses['rows']['read'], 'row')} of the extract take part."

    def _excluded(self, used: Mapping[str, Any]) -> tuple[str, ...]:
        if used["rows"] is None:
            return ()
        steps = (step for step in self.by_stage["derive"].rows if step["step"] == "rows excluded")
        return tuple(f"{step['reason']} ({counted(int(step['rows']), 'row')})" for step in steps)

    def _step(self, stage: str) -> Step:
        record = self.by_stage[stage]
        software = record.content["software"]
        packages = " ".join(f"{name} {version}" for name, version in software["packages"].items())
        return Step(
            stage,
            DOES[stage],
            f"workflow/peritrace/stages/{record.stage}.py",
            digest_of_code(record),
            len(record.files("code")) - 1,
            f"Python {software['python']} {packages}".rstrip(),
        )


def digest_of_code(record: Record) -> str:
    """One digest of all files of code that a job used, names and contents."""
    whole = "".join(f"{fact.path}\0{fact.sha256}\n" for fact in record.files("code"))
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()


def _settings(record: Record, kind: str, names: set[str]) -> tuple[tuple[str, str], ...]:
    """The entry of a figure or table in the study file, its title and notes apart, which the page shows anyway."""
    entries = [entry for entry in record.content["settings"].get(kind, []) if entry["id"] in names]
    told = {"title", "printed_as", "notes"}
    return tuple((key, _text(value)) for entry in entries[:1] for key, value in entry.items() if key not in told)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} by {_text(item)}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
