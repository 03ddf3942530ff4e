"""Make one figure, table or page again in a fresh folder, from the raw files on, and compare it with what lies here."""

import csv
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peritrace.evidence.files import CITED
from peritrace.fingerprint import PACKAGE
from peritrace.guidance.reading import guidance_files
from peritrace.records import Record, makers
from peritrace.run_facts import git_state

CODE_ROOT = PACKAGE.parents[1]
_COPIED = ("Snakefile", "config", "environment.yml", "profiles", "workflow")
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_ACROSS = ("index", "guidance", "evidence")
MOST = 20


@dataclass(frozen=True)
class Compared:
    """A file made again: whether its bytes are the same, and where not, what differs."""

    path: str
    same: bool
    differences: tuple[str, ...] = ()


class Failed(Exception):
    """The workflow did not make the files again; carries what it said."""


def reproduce(paths: list[str], study: str, records: list[Record], folder: Path) -> list[Compared]:
    """Run the jobs that these files need, in a copy of the project without results, and compare.

    Raw files and code are those of now: `verify` says whether they are those of the records. Raises Failed.
    """
    copy_sources(study, records, folder)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--quiet", "host", "reason", "rules", "--", *paths]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PERITRACE_")}
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed((done.stdout + done.stderr).strip()[-3000:])
    return [compare(path, folder) for path in paths]


def copy_sources(study: str, records: list[Record], folder: Path) -> None:
    """The code, the configuration of the studies that take part, and the raw files that their records name."""
    made = makers(records)
    for name in _COPIED:
        source = Path(name) if Path(name).exists() else CODE_ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    studies = {study} if study not in _ACROSS else {record.study for record in records}
    waiting = list(studies)
    while waiting:  # a study that is set beside others needs them
        name = waiting.pop()
        mine = [record for record in records if record.study == name]
        others = {made[f.path].study for record in mine for f in record.files("inputs") if f.path in made}
        waiting += sorted(others - studies)
        studies |= others
    for record in records:
        if record.study in studies:
            for fact in record.files("inputs"):
                if fact.path not in made and not (folder / fact.path).exists():
                    (folder / fact.path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(fact.path, folder / fact.path)
    for name in (*guidance_files(), CITED.as_posix()):  # read when Snakemake parses the workflow
        if Path(name).is_file() and not (folder / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, folder / name)
    if study not in _ACROSS:  # what studies share is made of all of them, in the order of the configuration
        lines = ["studies:", *(f"  - {name}" for name in sorted(studies.difference(_ACROSS)))]
        (folder / "config/config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def compare(path: str, folder: Path) -> Compared:
    """A file of this project and the one made again."""
    here, again = Path(path), folder / path
    if not here.is_file():
        return Compared(path, False, ("it is missing here",))
    if here.read_bytes() == again.read_bytes():
        return Compared(path, True)
    if here.suffix not in (".csv", ".html", ".svg"):
        return Compared(path, False, (f"{here.stat().st_size} bytes here, {again.stat().st_size} made again",))
    try:
        found = list(_differences(here, again))
    except (UnicodeDecodeError, csv.Error):
        found = ["one of the two is no text"]
    return Compared(path, False, tuple(found) or ("the same numbers in other bytes",))


def _differences(here: Path, again: Path) -> Iterator[str]:
    if here.suffix == ".csv":
        yield from _cells(here, again)
        return
    ours, theirs = (path.read_text(encoding="utf-8").splitlines() for path in (here, again))
    if len(ours) != len(theirs):
        yield f"{len(ours)} lines here, {len(theirs)} made again"
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), start=1):
        if one != other:
            pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=False)
            numbers = [_pair(a, b) for a, b in pairs if a != b]
            yield f"line {number}: " + ("; ".join(numbers[:3]) or "other text")


def _cells(here: Path, again: Path) -> Iterator[str]:
    rows = []
    for path in (here, again):
        with path.open(encoding="utf-8", newline="") as handle:
            rows.append(list(csv.reader(handle, strict=True)))
    ours, theirs = rows
    if len(ours) != len(theirs):
        yield f"{len(ours) - 1} rows here, {len(theirs) - 1} made again"
    header = theirs[0] if theirs else []
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), start=1):
        if len(one) != len(other):
            yield f"line {number}: {len(one)} cells here, {len(other)} made again"
        for place, (a, b) in enumerate(zip(one, other, strict=False)):
            if a != b:
                name = header[place] if place < len(header) else str(place + 1)
                yield f"line {number}, {name}: {_pair(a, b)}"


def _pair(here: str, again: str) -> str:
    """Two cells, and their difference where both are numbers."""
    try:
        difference = float(again) - float(here)
    except ValueError:
        return f"{here or 'empty'} here, {again or 'empty'} made again"
    return f"{here} here, {again} made again" + (f" ({difference:+.3g})" if math.isfinite(difference) else "")


def state_of_code() -> str:
    """How the code that is run now stands to its commit."""
    git = git_state()
    if not git:
        return "code not under version control"
    return f"code at commit {str(git['commit'])[:12]}" + ("" if git["clean"] else ", with local changes")
