"""The jobs of a full run, as the workflow prints them, done in this process one after the other."""

import importlib
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peritrace import jobs
from peritrace.plan import STAGE_PACKAGES
from tests.workflow.workspace import Workspace

COMMAND = '"$PERITRACE_JOB" '
# No built-in study has an extract before its own.
ELSEWHERE = {"diff"}


def jobs_of(workspace: Workspace) -> list[list[str]]:
    """The words of every job, the stage first, each job after those that it needs.

    Raises SystemExit when a stage has no job: then the built-in studies don't show what a full run costs.
    """
    shown = workspace.snakemake("--dry-run", "--forceall", "--printshellcmds").text
    found = [shlex.split(line.partition(COMMAND)[2]) for line in shown.splitlines() if COMMAND in line]
    if missing := STAGE_PACKAGES.keys() - {words[0] for words in found} - ELSEWHERE:
        raise SystemExit(f"no job of {', '.join(sorted(missing))} in a full run:\n{shown[-1500:]}")
    return found


def load(stage: str) -> None:
    """Import what the stage needs."""
    importlib.import_module(f"peritrace.stages.{stage}")


def do(folder: Path, todo: list[list[str]]) -> None:
    """Do jobs of a project in which they have been done before; raises SystemExit when one fails."""
    with inside(folder):
        for words in todo:
            if jobs.run(words) != 0:
                raise SystemExit(f"{words[0]} failed: see {folder}/logs")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
