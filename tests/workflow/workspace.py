"""A copy of the project in a folder of its own, and what Snakemake says in it."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ("Snakefile", "config", "environment.yml", "profiles", "resources", "workflow")


@dataclass(frozen=True)
class Run:
    """How a command ended and what it printed."""

    code: int
    text: str

    @property
    def rules(self) -> set[str]:
        """The stages that a dry run would execute, the targets left out; a study's own rules by their stage."""
        table = re.search(r"Job stats:\n(.*?)\ntotal", self.text, flags=re.DOTALL)
        names = re.findall(r"^(\w+)\s+\d+$", table[1], flags=re.MULTILINE) if table else []
        return {stage_of(name) for name in names} - {"all", "everything"}


def stage_of(rule: str) -> str:
    """The stage that a rule belongs to: "draw" of draw_yan_2024, "draw_tables" of draw_tables_zhang_2024."""
    first, *rest = rule.split("_")
    return f"{first}_tables" if rest[:1] == ["tables"] else first


@dataclass(frozen=True)
class Workspace:
    """A copy of the project."""

    folder: Path

    def snakemake(self, *arguments: str, patience: float = 300, **environment: str) -> Run:
        """Run Snakemake in it, for so many seconds at most."""
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        command = [sys.executable, "-m", "snakemake", *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    def outputs(self) -> dict[str, bytes]:
        """Every result and report by its path; records, which hold times, apart."""
        files = [path for top in ("results", "reports") for path in (self.folder / top).rglob("*") if path.is_file()]
        files = [path for path in files if path.parent.name != "trace"]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in sorted(files)}


def copy_project(folder: Path, *studies: str) -> Workspace:
    """The files that a user has, without results; with studies named, a run makes these only."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    workspace = Workspace(folder)
    if studies:
        choose(workspace, *studies)
    return workspace


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Workspace]) -> Workspace:
    """A workspace that `make` makes in a folder; of several test processes the first to come makes it for all."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(factory.mktemp(name) / "made")
    shared = factory.getbasetemp().parent  # what the processes of one pytest have in common
    folder, is_made = shared / name, shared / f"{name}-made"
    with (shared / f"{name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make(folder)
            is_made.touch()
    assert is_made.exists(), f"another process could not make {name}: see its failure"
    return Workspace(folder)


def made_by_a_run(folder: Path, *studies: str) -> Workspace:
    """A copy of the project after a whole run on one core."""
    workspace = copy_project(folder, *studies)
    run = workspace.snakemake("--cores", "1")
    assert run.code == 0, run.text
    return workspace


def narrowed(whole: Workspace, folder: Path, *studies: str) -> Workspace:
    """A copy of a project that has run, with these studies alone: time stamps are kept, the index is made again."""
    others = {path.stem for path in (whole.folder / "config/studies").iterdir()} - set(studies)
    foreign = shutil.ignore_patterns(*(name for study in others for name in (study, f"{study}.html", f"{study}-*")))

    def left_out(here: str, names: list[str]) -> set[str]:
        top = Path(here).relative_to(whole.folder).parts[:1]
        return foreign(here, names) if top in (("results",), ("reports",), ("logs",)) else set()

    shutil.copytree(whole.folder, folder, ignore=left_out)
    workspace = Workspace(folder)
    choose(workspace, *studies)
    run = workspace.snakemake("--cores", "1")
    assert run.code == 0, run.text
    return workspace


def choose(workspace: Workspace, *studies: str) -> None:
    """Let runs make these studies only."""
    lines = ["studies:", *(f"  - {study}" for study in studies)]
    (workspace.folder / "config/config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
