"""Runs that are killed at random moments, and what must hold of the files after each kill."""

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from peritrace.files import sha256
from peritrace.records import DamagedRecord, read_record
from tests.workflow.workspace import Workspace

ENDS = {".svg": b"</svg>\n", ".html": b">\n", ".csv": b"\n"}
PATIENCE = 300


@dataclass
class Tally:
    """What was seen: kills by kind, faults in words."""

    kills: dict[str, int] = field(default_factory=lambda: {"group": 0, "parent": 0})
    faults: list[str] = field(default_factory=list)
    recovered: int = 0

    @property
    def killed(self) -> int:
        """Runs that were killed before they had ended."""
        return sum(self.kills.values())


def start(workspace: Workspace) -> subprocess.Popen[bytes]:
    """What `make reports` runs, in a process group of its own; its words go to a file beside the project."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "host", "reason"]
    with (workspace.folder / "run.txt").open("wb") as words:
        return subprocess.Popen(command, cwd=workspace.folder, env=kept, stdout=words, stderr=words, process_group=0)


def kill(workspace: Workspace, chance: random.Random, shortest: float, longest: float, tally: Tally) -> bool:
    """Start a run and kill it, alone or with its jobs, after so many seconds; False when it ended before by itself."""
    run = start(workspace)
    kind = chance.choice(["group", "parent"])
    try:
        code = run.wait(timeout=chance.uniform(shortest, longest))
    except subprocess.TimeoutExpired:
        (os.killpg if kind == "group" else os.kill)(run.pid, signal.SIGKILL)
        run.wait()
        tally.kills[kind] += 1
        tally.faults += torn(workspace)
        return True
    if code != 0:
        tally.faults.append(f"a run after a kill ended with {code}: {words(workspace)}")
    return False


def words(workspace: Workspace) -> str:
    """What the last run said, its end."""
    return (workspace.folder / "run.txt").read_text(encoding="utf-8", errors="replace")[-1500:]


def torn(workspace: Workspace) -> list[str]:
    """Files that aren't whole: by their record, or by how such a file ends. What isn't there is no fault here."""
    faults = []
    for top in ("results", "reports"):
        for path in (workspace.folder / top).rglob("*"):
            if path.suffix in ENDS and not path.name.startswith(".tmp-"):
                try:
                    # a table's page in the results is a part of a page
                    end = b"</html>\n" if top == "reports" and path.suffix == ".html" else ENDS[path.suffix]
                    if not path.read_bytes().endswith(end):
                        faults.append(f"{path.relative_to(workspace.folder)} has no end")
                except FileNotFoundError:
                    continue
    for path in (workspace.folder / "results").glob("*/trace/*.json"):
        try:
            record = read_record(path)
            listed = {name: sha256(workspace.folder / name) for name in record.outputs if exists(workspace, name)}
        except FileNotFoundError:  # a job that outlived its run is about to make it anew
            continue
        except DamagedRecord:
            faults.append(f"{path} is damaged")
            continue
        faults += [
            f"{name} is not as recorded" for name, found in listed.items() if found != record.outputs[name].sha256
        ]
    return faults


def exists(workspace: Workspace, name: str) -> bool:
    """Whether the file is there."""
    return (workspace.folder / name).is_file()


def recover(workspace: Workspace, expected: dict[str, bytes], tally: Tally) -> None:
    """One run more must do, without any other command, and give the bytes of an undisturbed one."""
    run = start(workspace)
    if (code := run.wait(timeout=PATIENCE)) != 0:
        tally.faults.append(f"the run after the kills ended with {code}: {words(workspace)}")
        return
    found = workspace.outputs()
    different = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    tally.faults += [f"{name} differs from that of an undisturbed run" for name in different]
    tally.recovered += not different
