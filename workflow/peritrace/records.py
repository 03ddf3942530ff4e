"""Records: what a job was given, what it made, and by what, each file with its SHA-256.

A record is written when its job has written everything else. It names the records of the jobs whose outputs it was
given, with their hashes, so that records form a chain from a page back to the extract. It ends with a hash of itself.
Times and facts of the machine stand in records alone: results stay the same, byte for byte.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peritrace.files import sha256, write_text

FORMAT = "peritrace record 1"
FOLDER = "trace"
_SEAL = re.compile(r',\n "record_sha256": "([0-9a-f]{64})"\n\}\n\Z')
Content = dict[str, Any]


class DamagedRecord(Exception):
    """A file that is no record as a job wrote it."""


@dataclass(frozen=True)
class FileFact:
    """A file as it was: its path in the project, the SHA-256 of its bytes, their number."""

    path: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: str | Path) -> "FileFact":
        """A file as it is now; raises FileNotFoundError."""
        return cls(Path(path).as_posix(), sha256(path), Path(path).stat().st_size)


@dataclass(frozen=True)
class Record:
    """What a job left about itself, and where; `sha256` is the hash of the record's own file."""

    path: str
    sha256: str
    content: Content

    @property
    def study(self) -> str:
        """The study that the job belongs to; "index" for the page across studies."""
        return str(self.content["study"])

    @property
    def stage(self) -> str:
        """The stage."""
        return str(self.content["stage"])

    def files(self, kind: str) -> list[FileFact]:
        """The files of a kind: inputs, outputs, code, records (those of the jobs before)."""
        return [FileFact(item["path"], item["sha256"], item["size"]) for item in self.content[kind]]

    @property
    def outputs(self) -> dict[str, FileFact]:
        """What the job made, by path."""
        return {fact.path: fact for fact in self.files("outputs")}

    @property
    def rows(self) -> list[dict[str, str]]:
        """The flow of patients up to this job, a step each."""
        return list(self.content["rows"])


def record_path(study: str, stage: str) -> Path:
    """Where the record of a stage of a study is."""
    return Path("results") / study / FOLDER / f"{stage.removesuffix('_tables')}.json"


def record_paths(root: Path = Path()) -> list[Path]:
    """The records that lie in a project, relative to it."""
    return sorted(path.relative_to(root) for path in root.glob(f"results/*/{FOLDER}/*.json"))


def write_record(path: Path, content: Mapping[str, object]) -> None:
    """Write a record, sealed with a hash of its content."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    write_text(path, f'{text[:-2]},\n "record_sha256": "{_digest(text)}"\n}}\n')


def read_record(path: Path, root: Path = Path()) -> Record:
    """Read the record at a path of the project `root`.

    Raises DamagedRecord when one byte is not as it was written, FileNotFoundError when there is none.
    """
    return parse_record(path.as_posix(), (root / path).read_bytes())


def parse_record(path: str, data: bytes) -> Record:
    """The record that the bytes of a file are; raises DamagedRecord."""
    try:
        text = data.decode("utf-8")
        seal = _SEAL.search(text)
        sealed = f"{text[: seal.start()]}\n}}" if seal else ""  # the text before it was sealed
        if not seal or _digest(sealed) != seal[1]:
            raise DamagedRecord(path)
        content = json.loads(sealed)
        known = content["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise DamagedRecord(path)
    return Record(path, hashlib.sha256(data).hexdigest(), content)


def read_records(root: Path = Path()) -> tuple[list[Record], list[str]]:
    """The records of a project, and the paths of those that are damaged."""
    found, damaged = [], []
    for path in record_paths(root):
        try:
            found.append(read_record(path, root))
        except DamagedRecord:
            damaged.append(path.as_posix())
    return found, damaged


def makers(records: Iterable[Record]) -> dict[str, Record]:
    """Which record says that it made a file, by the file's path."""
    return {path: record for record in records for path in record.outputs}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
