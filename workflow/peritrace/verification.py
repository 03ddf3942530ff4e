"""Whether what lies in a project is what its records say: every hash recomputed, from the raw file to the page."""

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from peritrace.fingerprint import PACKAGE
from peritrace.problems import InputRefused
from peritrace.records import FileFact, Record, makers, read_records
from peritrace.study_file import load_study

CODE_ROOT = PACKAGE.parents[1]
MADE = ("results", "reports")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not as the records say."""

    kind: str  # changed, missing, stale, unrecorded, damaged, broken chain; note: without effect on any result
    file: str
    explanation: str

    @property
    def counts(self) -> bool:
        """Whether a result may not be what it seems; a note says that none is touched."""
        return self.kind != "note"


@dataclass(frozen=True)
class Verification:
    """What was looked at and what was found."""

    records: list[Record]
    files: int
    findings: list[Finding]


def verify(root: Path = Path(), study: str | None = None) -> Verification:
    """Hold every record of a project against its files, its code, its study files and the software in use.

    The project's own code is meant: `root` is the folder that this package lies in, or a copy of it. With a `study`
    its records alone are held, and files without a record are left alone.
    """
    known, damaged = read_records(root)
    records = [record for record in known if study in (None, record.study)]
    if study is not None:
        damaged = [path for path in damaged if Path(path).parts[1] == study]
    look = _Look(root)
    found = {
        Finding("damaged", path, "the record is not as a job wrote it; run again after deleting it") for path in damaged
    }
    for record in records:
        found.update(_outputs(record, look))
        found.update(_inputs(record, known, look))
        found.update(_chain(record, known, look))
        found.update(_code(record, look))
        found.update(_software(record))
    found.update(_study_files(records, look))
    if study is None:
        found.update(_unrecorded(records, damaged, root))
    return Verification(records, look.count, sorted(found))


class _Look:
    """Files as they are now, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._seen: dict[tuple[Path, str], FileFact | None] = {}

    @property
    def count(self) -> int:
        """How many files were read."""
        return sum(fact is not None for fact in self._seen.values())

    def now(self, path: str, root: Path | None = None) -> FileFact | None:
        """A file as it is; None when there is none."""
        key = (root or self.root, path)
        if key not in self._seen:
            file = key[0] / path
            self._seen[key] = FileFact(path, FileFact.of(file).sha256, file.stat().st_size) if file.is_file() else None
        return self._seen[key]


def code_root(root: Path) -> Path:
    """Where the code of a project is: in it, or where this package lies."""
    return root if (root / "workflow/peritrace").is_dir() else CODE_ROOT


def _outputs(record: Record, look: _Look) -> Iterator[Finding]:
    for fact in record.files("outputs"):
        now = look.now(fact.path)
        if now is None:
            yield Finding("missing", fact.path, f"the job {_name(record)} made it; a new run makes it again")
        elif now != fact:
            yield Finding(
                "changed",
                fact.path,
                f"it is not what the job {_name(record)} wrote; delete it, and a new run makes it again",
            )


def _inputs(record: Record, records: list[Record], look: _Look) -> Iterator[Finding]:
    made = makers(records)
    for fact in record.files("inputs"):
        maker = made.get(fact.path)
        if maker is not None:
            if maker.outputs[fact.path] != fact:
                yield Finding(
                    "stale",
                    record.path,
                    f"the job {_name(record)} was given another {fact.path} than the job {_name(maker)} wrote last",
                )
            continue
        now = look.now(fact.path)
        if now is None:
            yield Finding("missing", fact.path, f"the job {_name(record)} read it")
        elif now != fact:
            yield Finding(
                "stale", fact.path, f"it has changed since the job {_name(record)} read it; a new run takes it in"
            )


def _chain(record: Record, records: list[Record], look: _Look) -> Iterator[Finding]:
    known = {r.path: r.sha256 for r in records}
    for fact in record.files("records"):
        if fact.path not in known:
            if look.now(fact.path) is None:
                yield Finding("missing", fact.path, f"the record of a job before {_name(record)}")
        elif known[fact.path] != fact.sha256:
            yield Finding(
                "broken chain", fact.path, f"it is not the record that the job {_name(record)} was given; run again"
            )


def _code(record: Record, look: _Look) -> Iterator[Finding]:
    root = code_root(look.root)
    for fact in record.files("code"):
        now = look.now(fact.path, root)
        if now is None or now != fact:
            found = "is gone" if now is None else "has changed"
            yield Finding("stale", fact.path, f"this code {found} since results were made by it; a new run makes them")


def _software(record: Record) -> Iterator[Finding]:
    software = record.content["software"]
    versions = {"Python": software["python"], **software["packages"]}
    for name, then in versions.items():
        try:
            now = platform.python_version() if name == "Python" else metadata.version(name)
        except metadata.PackageNotFoundError:
            now = "not installed"
        if now != then:
            yield Finding("stale", f"{name} {now}", f"results were made with {name} {then}; a new run makes them again")


def _study_files(records: list[Record], look: _Look) -> Iterator[Finding]:
    """A study file that changed is stale where a job's settings changed, else a note."""
    studies = {record.study: record.content["study_file"] for record in records if record.content["study_file"]}
    for study_id, then in studies.items():
        now = look.now(then["path"])
        mine = [record for record in records if record.study == study_id]
        facts = {(r.content["study_file"]["path"], r.content["study_file"]["sha256"]) for r in mine}
        if now is None:
            yield Finding("missing", then["path"], f"the study file of {study_id}")
        elif facts != {(now.path, now.sha256)}:
            yield from _settings(study_id, then["path"], mine, look.root)


def _settings(study_id: str, path: str, records: list[Record], root: Path) -> Iterator[Finding]:
    try:
        study = load_study(root / path)
    except InputRefused:
        yield Finding("stale", path, "it has changed since the last run and is no longer valid; see `validate`")
        return
    changed = [
        record.stage
        for record in records
        if record.content["settings"] != json.loads(study.for_stage(record.stage).as_json())
    ]
    if changed:
        yield Finding("stale", path, f"settings have changed since the last run, of: {', '.join(changed)}; run again")
    else:
        yield Finding("note", path, "it has changed since the last run, but no setting of any job did")


def _unrecorded(records: list[Record], damaged: list[str], root: Path) -> Iterator[Finding]:
    known = set(makers(records)) | {record.path for record in records} | set(damaged)
    for top in MADE:
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if (path.is_file() or path.is_symlink()) and name not in known:
                yield Finding("unrecorded", name, "no recorded job made it")


def _name(record: Record) -> str:
    return f"{record.stage} of {record.study}" if record.study != record.stage else record.stage
