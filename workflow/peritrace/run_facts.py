"""What a run leaves for its jobs: who started it, the state of the code, and texts too long for a command line.

The files lie in Snakemake's own folder. Those of `keep` are named by their content, so that a job that is given the
name has the text or nothing.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from peritrace.files import write_text

FOLDER = Path(".snakemake/peritrace")
RUN = FOLDER / "run.json"
_DIGITS = 32


class Lost(Exception):
    """A text of the run that is missing or was changed; a new run makes it again."""


def keep(text: str) -> str:
    """Keep a text for the jobs of this run; returns the name to ask for it by, a digest of it."""
    name = _digest(text)
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        write_text(path, text)
    return name


def kept(name: str) -> str:
    """The text of that name; raises Lost."""
    try:
        text = (FOLDER / f"{Path(name).name}.json").read_text(encoding="utf-8")
    except OSError:
        text = ""
    if _digest(text) != name:
        raise Lost(name)
    return text


def note_run(command: list[str]) -> None:
    """Write down what started the run and which code it runs."""
    write_text(RUN, json.dumps({"command": command, "git": git_state()}, indent=1))


def run_noted() -> dict[str, Any]:
    """What `note_run` wrote; nothing is known of a job that was started without a run."""
    try:
        found: dict[str, Any] = json.loads(RUN.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"command": [], "git": {}}
    return found


def git_state(root: Path = Path()) -> dict[str, object]:
    """The commit that is checked out and whether files under version control differ from it; empty outside of one."""
    if not _git(root, "ls-files", "--", "Snakefile"):  # a folder inside another project's repository
        return {}
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return {"commit": commit, "clean": changed == ""} if commit and changed is not None else {}


def _git(root: Path, *arguments: str) -> str | None:
    quiet = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}  # a look at the state changes nothing
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=quiet, capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
