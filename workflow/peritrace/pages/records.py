"""The records of a run as a page shows them: the graph of each study, and what each job was given, made and used.

The page is the same on every run and in every folder, so times, memory, the machine, the commit and the command are
not on it: they stand in the records.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from peritrace.pages.provenance import DOES, Made, Provenance, digest_of_code
from peritrace.pages.run_graph import Link, Row, RunGraph, Uses, entries, name_beyond, record_anchor, stage_of
from peritrace.records import FileFact, Record
from peritrace.words import counted

SHARED = "shared"


@dataclass(frozen=True)
class Given:
    """Files that a job was given by another one; without one they were found in the project."""

    maker: Link | None
    files: tuple[FileFact, ...]


@dataclass(frozen=True)
class Shown:
    """A record for readers."""

    id: str
    study: str
    stage: str
    does: str
    path: str
    module: str
    digest: str  # over all files of code
    files_of_code: int
    rows: tuple[str, ...]
    settings: str
    settings_digest: str
    study_file: str
    software: str
    given: tuple[Given, ...]
    outputs: tuple[FileFact, ...]


@dataclass(frozen=True)
class ShownExhibit:
    """A figure or table with the way that it was made."""

    id: str
    title: str
    page: str
    made: Made


@dataclass(frozen=True)
class Section:
    """A study, or what the studies share."""

    id: str
    title: str
    graph: tuple[Row, ...]
    exhibits: tuple[ShownExhibit, ...]
    raw: tuple[FileFact, ...]
    records: tuple[Shown, ...]
    has_report: bool


@dataclass(frozen=True)
class Code:
    """A file of code and the jobs that used it."""

    fact: FileFact
    used_by: str


class Records:
    """All records of a run, and which cells the figures and tables of each study use."""

    def __init__(self, records: Sequence[Record], uses: Mapping[str, Uses]) -> None:
        order = list(DOES)
        self.records = sorted(records, key=lambda record: (order.index(stage_of(record)), record.study))
        self.uses = uses
        self.graph = RunGraph(self.records, uses)

    def study(self, name: str, title: str) -> Section:
        """One study."""
        mine = [record for record in self.records if record.study == name]
        exhibits = tuple(self._exhibits(name, mine))
        return self._section(name, title, mine, exhibits, any(stage_of(record) == "report" for record in mine))

    def shared(self, studies: Sequence[str]) -> Section:
        """The jobs that work for all studies."""
        mine = [record for record in self.records if record.study not in studies]
        return self._section(SHARED, "What the studies share", mine, (), True)

    def code(self) -> list[Code]:
        """Every file of code once; one that differed between jobs as often as it differed."""
        users: dict[FileFact, list[Record]] = {}
        for record in self.records:
            for fact in record.files("code"):
                users.setdefault(fact, []).append(record)
        paths = [fact.path for fact in users]
        found = []
        for fact, mine in sorted(users.items(), key=lambda item: (item[0].path, item[0].sha256)):
            alone = paths.count(fact.path) == 1
            names = dict.fromkeys(stage_of(r) if alone else f"{r.study}: {stage_of(r)}" for r in mine)
            found.append(Code(fact, "all jobs" if len(mine) == len(self.records) else ", ".join(names)))
        return found

    def _section(
        self, name: str, title: str, mine: Sequence[Record], exhibits: tuple[ShownExhibit, ...], has_report: bool
    ) -> Section:
        raw = {fact: None for r in mine for fact in r.files("inputs") if fact.path not in self.graph.made}
        return Section(
            name,
            title,
            tuple(self.graph.rows(name, mine)),
            exhibits,
            tuple(sorted(raw, key=lambda fact: fact.path)),
            tuple(self._shown(record) for record in mine),
            has_report,
        )

    def _exhibits(self, study: str, mine: Sequence[Record]) -> Iterator[ShownExhibit]:
        stages = {stage_of(record) for record in mine}
        uses = self.uses.get(study)
        if not uses or "intake" not in stages or ("derive" not in stages and uses["rows"]):
            return
        provenance = Provenance(study, mine, uses)
        for record in mine:
            for key, entry in entries(uses, record):
                if made := provenance.of(key):
                    printed = f"{entry['printed_as']}. " if entry.get("printed_as") else ""
                    title = f"{printed}{entry.get('title') or key}"
                    yield ShownExhibit(f"exhibit-{study}-{key}", title, f"{study}.html#exhibit-{key}", made)

    def _shown(self, record: Record) -> Shown:
        stage, content, code = stage_of(record), record.content, record.files("code")
        modules = [fact.path for fact in code if fact.path.endswith(f"/stages/{record.stage}.py")]
        software = content["software"]
        packages = [f"{name} {version}" for name, version in software["packages"].items()]
        settings = json.dumps(content["settings"], ensure_ascii=False)
        return Shown(
            id=record_anchor(record),
            study=record.study,
            stage=stage,
            does=DOES[stage],
            path=record.path,
            module=modules[0] if modules else "",
            digest=digest_of_code(record),
            files_of_code=len(code),
            rows=tuple(_flow(record)) if content["study_file"] else (),
            settings=_settings(content["settings"]),
            settings_digest=hashlib.sha256(settings.encode("utf-8", "surrogatepass")).hexdigest(),
            study_file=content["study_file"].get("path", ""),
            software=", ".join([f"Python {software['python']}", *packages]),
            given=tuple(self._given(record)),
            outputs=tuple(record.files("outputs")),
        )

    def _given(self, record: Record) -> Iterator[Given]:
        by_maker: dict[str, list[FileFact]] = {}
        for fact in record.files("inputs"):
            maker = self.graph.made.get(fact.path)
            by_maker.setdefault(maker.path if maker else "", []).append(fact)
        for path, facts in by_maker.items():
            maker = self.graph.made.get(facts[0].path) if path else None
            yield Given(_to(maker, record) if maker else None, tuple(facts))


def _to(maker: Record, record: Record) -> Link:
    """A link to the job that made something for another."""
    name = stage_of(maker) if maker.study == record.study else name_beyond(maker)
    return Link(name, f"#{record_anchor(maker)}")


def _flow(record: Record) -> Iterator[str]:
    """Rows read, left out by which rule, used, analysed."""
    for step in record.rows:
        rows = counted(int(step["rows"]), "row")
        if step["step"] == "rows excluded":
            yield f"{rows} excluded: {step['reason']}"
        elif step["step"] == "analysed":
            yield f"{step['endpoint']}: {step['rows']} analysed, {counted(int(step['events']), 'event')}"
        else:
            yield f"{rows} {step['step'].removeprefix('rows ')}"


def _settings(settings: Mapping[str, object]) -> str:
    """Which parts of the study file a job could read, and how much each holds."""
    if not isinstance(settings, Mapping):
        return counted(len(settings), "study", "studies")
    told = []
    for key, value in settings.items():
        told.append(f"{key} ({len(value)})" if isinstance(value, list | dict) else key)
    return ", ".join(told)
