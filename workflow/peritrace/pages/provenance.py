"""How a figure or table was made, as its page tells it: the same on every run, so without times."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peritrace.records import Record, read_record
from peritrace.words import counted

SHOWN = 16  # digits of a hash
DOES = {
    "intake": "every cell read and validated",
    "derive": "groups and times to events derived",
    "estimate": "statistics estimated",
    "audit": "printed numbers judged",
    "draw": "figure drawn",
    "tabulate": "table set",
}


@dataclass(frozen=True)
class Step:
    """A job on the way, and by what it was done."""

    name: str
    does: str
    code: str
    software: str


@dataclass(frozen=True)
class Made:
    """The way of one figure or table from the raw cells."""

    rows: str
    sources: tuple[tuple[str, str], ...]  # raw files, with the beginning of their SHA-256
    cells: tuple[tuple[str, str, int], ...]  # file, column, how many cells of it
    steps: tuple[Step, ...]
    files: tuple[tuple[str, str], ...]
    state: str
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

    def of(self, exhibit: str, file: str) -> Made | None:
        """How an exhibit was made whose files are called so; None where nothing is known of it."""
        used = self.uses["exhibits"].get(exhibit)
        if used is None:
            return None
        last = "draw" if used["kind"] == "figure" else "tabulate"
        way = [stage for stage in ("intake", "derive", "estimate", "audit", last) if self._takes_part(stage, last)]
        record = self.by_stage[last]
        sources = {f.path: f.sha256 for f in self.by_stage["intake"].files("inputs")}
        shown = {cell["file"] for cell in used["cells"]}
        return Made(
            rows=self._rows(used),
            sources=tuple((path, digest[:SHOWN]) for path, digest in sources.items() if path in shown or not shown),
            cells=tuple((cell["file"], cell["column"], cell["count"]) for cell in used["cells"]),
            steps=tuple(self._step(stage) for stage in way),
            files=tuple((f.path, f.sha256[:SHOWN]) for f in record.files("outputs") if Path(f.path).stem == file),
            state=_state(record),
            trace=f"python -m peritrace trace reports/{self.study}.html#{exhibit}",
            reproduce=f"python -m peritrace reproduce {self.study}/{exhibit}",
        )

    def _takes_part(self, stage: str, last: str) -> bool:
        """Whether a job stands on the way: verdicts do in what is made of published tables."""
        if stage not in self.by_stage:
            return False
        return stage != "audit" or self.by_stage[last].stage.endswith("_tables")

    def _rows(self, used: Mapping[str, Any]) -> str:
        if used["rows"] is None:
            cells = sum(cell["count"] for cell in used["cells"])
            return f"It shows {counted(cells, 'printed cell')}."
        whole = self.uses["rows"]
        text = f"{used['rows']} of {counted(whole['read'], 'row')} of the extract take part"
        left_out = whole["read"] - whole["used"]
        return f"{text}; {left_out} were excluded by the rules of the study file." if left_out else f"{text}."

    def _step(self, stage: str) -> Step:
        record = self.by_stage[stage]
        software = record.content["software"]
        packages = " ".join(f"{name} {version}" for name, version in software["packages"].items())
        code = record.files("code")
        main = f"workflow/peritrace/stages/{record.stage}.py"
        digest = next(fact.sha256[:SHOWN] for fact in code if fact.path == main)
        return Step(
            stage,
            DOES[stage],
            f"{main} ({digest}) and {len(code) - 1} more files",
            f"Python {software['python']} {packages}".rstrip(),
        )


def _state(record: Record) -> str:
    git = record.content["git"]
    if not git:
        return "The code was not under version control."
    return f"Code at commit {git['commit'][:12]}" + ("." if git["clean"] else ", with local changes.")
