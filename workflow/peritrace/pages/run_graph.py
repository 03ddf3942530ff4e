"""The graph of a run, from its records: raw files, jobs, their outputs, figures and tables, pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peritrace.pages.lanes import Node, Rail, in_order, rails
from peritrace.pages.provenance import DOES
from peritrace.records import FileFact, Record, makers
from peritrace.words import counted

Uses = Mapping[str, Any]
_EXHIBITS = {"draw": "figure", "tabulate": "table"}
SHARED_FOLDERS = ("guidance", "evidence", "index")
_PAGES = ("validate", "report", "guide", "index")


@dataclass(frozen=True)
class Link:
    """A piece of text that leads to a place of the page, or to another page."""

    text: str
    address: str


@dataclass(frozen=True)
class Row:
    """A node of the graph with its lines, what it is made of, and what it holds."""

    rail: Rail
    title: Link
    does: str
    made_of: tuple[Link, ...]
    holds: tuple[Link, ...]
    elsewhere: tuple[Link, ...]  # jobs beyond this graph that take something of it


@dataclass(frozen=True)
class _Told:
    title: Link
    does: str
    holds: tuple[Link, ...] = ()
    elsewhere: tuple[Link, ...] = ()


def stage_of(record: Record) -> str:
    """The stage, the same for patients' rows and for published tables."""
    return record.stage.removesuffix("_tables")


def record_anchor(record: Record) -> str:
    """Where a record stands in the page."""
    return f"job-{record.study}-{stage_of(record)}"


def name_beyond(record: Record) -> str:
    """What a job is called outside of its study."""
    return stage_of(record) if record.study in SHARED_FOLDERS else f"{record.study}: {stage_of(record)}"


def raw_anchor(section: str, path: str) -> str:
    """Where a raw file stands in the page; several studies may read it."""
    return f"raw-{section}-{path}"


def entries(uses: Uses, record: Record) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The figures or tables that a job made: the id in its page, and what the study file says of it."""
    kind = _EXHIBITS.get(stage_of(record), "")
    for entry in record.content["settings"].get(f"{kind}s", []) if kind else []:
        for key in (entry["id"], f"table-{entry['id']}"):
            used = uses.get("exhibits", {}).get(key)
            if used and used["kind"] == kind:
                yield key, entry
                break


class RunGraph:
    """All records of a run as a graph, to be shown by study."""

    def __init__(self, records: Sequence[Record], uses: Mapping[str, Uses]) -> None:
        self.made = makers(records)
        self.uses = uses
        self._takers: dict[str, dict[str, Record]] = {}  # by the path of a maker's record and of a taker's
        for taker in records:
            for fact in taker.files("inputs"):
                if maker := self.made.get(fact.path):
                    self._takers.setdefault(maker.path, {})[taker.path] = taker

    def rows(self, section: str, mine: Sequence[Record]) -> list[Row]:
        """The graph of these records; what they were given by others is shown as one node for each study."""
        told: dict[str, _Told] = {}
        nodes: dict[str, Node] = {}
        groups = self._groups(mine)
        for record in mine:
            for name, files in groups[record.path].items():
                if name not in nodes and not name.startswith("job-"):
                    nodes[name] = Node(name, name.partition(":")[0])
                    told[name] = _source(section, name, files)
            for node, text in self._of_job(record, tuple(groups[record.path])):
                nodes[node.id], told[node.id] = node, text
        ordered = in_order([_after_exhibits(node, nodes) for node in nodes.values()])
        return [
            Row(rail, text.title, text.does, tuple(told[n].title for n in node.made_of), text.holds, text.elsewhere)
            for node, rail in zip(ordered, rails(ordered), strict=True)
            for text in [told[node.id]]
        ]

    def _of_job(self, record: Record, made_of: tuple[str, ...]) -> Iterator[tuple[Node, _Told]]:
        """A job; below it the figures or tables that it made, or its page."""
        stage, key = stage_of(record), record_anchor(record)
        exhibits = tuple(
            Link(entry.get("printed_as") or entry["id"], f"#exhibit-{record.study}-{quote(name)}")
            for name, entry in entries(self.uses.get(record.study, {}), record)
        )
        pages = [path for path in record.outputs if path.endswith(".html")] if stage in _PAGES else []
        shown = [] if exhibits else [path for path in record.outputs if path not in pages]
        outputs = tuple(Link(Path(path).name, f"#{quote(path)}") for path in shown)
        told = _Told(Link(stage, f"#{quote(key)}"), DOES[stage], outputs, self._beyond(record))
        yield Node(key, "job", made_of), told
        if exhibits:
            title = Link(counted(len(exhibits), _EXHIBITS[stage]), f"#exhibits-{record.study}")
            yield Node(f"{key}-exhibits", "exhibits", (key,)), _Told(title, "", exhibits)
        for path in pages:
            yield Node(path, "page", (key,)), _Told(Link(path, Path(path).name), "page")

    def _beyond(self, record: Record) -> tuple[Link, ...]:
        """The jobs of other studies, and those that studies share, which take something that a job made."""
        if record.study in SHARED_FOLDERS:
            return ()
        others = [taker for taker in self._takers.get(record.path, {}).values() if taker.study != record.study]
        return tuple(Link(name_beyond(taker), f"#{quote(record_anchor(taker))}") for taker in others)

    def _groups(self, mine: Sequence[Record]) -> dict[str, dict[str, list[FileFact]]]:
        """For each record what it was given: by node, the files. Raw files that the same jobs read are one node."""
        here = {record.path for record in mine}
        readers: dict[str, list[str]] = {}
        for record in mine:
            for fact in record.files("inputs"):
                readers.setdefault(fact.path, []).append(record.path)
        found: dict[str, dict[str, list[FileFact]]] = {}
        for record in mine:
            groups = found.setdefault(record.path, {})
            for fact in record.files("inputs"):
                maker = self.made.get(fact.path)
                if maker is None:
                    alike = (p for p, who in readers.items() if p not in self.made and who == readers[fact.path])
                    name = f"raw:{next(alike)}"
                else:
                    name = record_anchor(maker) if maker.path in here else f"study:{maker.study}"
                groups.setdefault(name, []).append(fact)
        return found


def _source(section: str, name: str, files: Sequence[FileFact]) -> _Told:
    """A node that no job of the section made: another study, a raw file, or several."""
    kind, _, rest = name.partition(":")
    if kind == "study":
        return _Told(Link(rest, f"#{quote(rest)}"), "results of this study")
    links = tuple(Link(Path(fact.path).name, f"#{quote(raw_anchor(section, fact.path))}") for fact in files)
    if len(files) == 1:
        return _Told(Link(files[0].path, links[0].address), "raw file")
    folders = {Path(fact.path).parent.as_posix() for fact in files}
    title = f"{folders.pop()}/" if len(folders) == 1 else "resources/"
    return _Told(Link(title, f"#raw-{section}"), counted(len(files), "raw file"), links)


def _after_exhibits(node: Node, nodes: Mapping[str, Node]) -> Node:
    """What takes the figures of a job is made of the figures."""
    if node.kind == "exhibits":
        return node
    made_of = (f"{name}-exhibits" if f"{name}-exhibits" in nodes else name for name in node.made_of)
    return replace(node, made_of=tuple(made_of))
