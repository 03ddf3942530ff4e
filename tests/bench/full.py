"""A disk that is full, at 20 sizes: no run may end well with something missing, and space given back must be enough.

The project lies in a small file system in memory, which needs a mount namespace of one's own (Linux, unshare). Room is
left for so many kilobytes of results; then the file system is enlarged and the same command must do.

    python tests/bench/full.py [SIZES]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from tests.workflow.killing import Tally, recover, start, torn, words
from tests.workflow.workspace import Workspace, copy_project

STUDY = "dmpm-2022"
INSIDE = "--inside"
NEEDED = ["unshare", "-rm"]


def main(arguments: list[str]) -> int:
    """Print what happened at each size; 1 when anything was wrong."""
    if arguments[:1] != [INSIDE]:
        if subprocess.run([*NEEDED, "true"], check=False, capture_output=True).returncode != 0:
            print("full.py: this system lets nobody mount a file system of their own (unshare -rm); nothing was tried.")
            return 0
        return subprocess.run([*NEEDED, sys.executable, __file__, INSIDE, *arguments], check=False).returncode
    sizes = int(arguments[1]) if arguments[1:] else 20
    with tempfile.TemporaryDirectory() as place:
        calm = copy_project(Path(place) / "calm", STUDY)
        if start(calm).wait() != 0:
            print(words(calm))
            return 1
        expected = calm.outputs()
        used = sum(used_by(path) for path in calm.folder.rglob("*") if path.is_file())
        bare = sum(used_by(path) for path in copy_project(Path(place) / "bare", STUDY).folder.rglob("*"))
        tally = Tally()
        for number in range(sizes):
            room = bare + (used - bare) * (number + 0.5) / sizes
            try_size(Path(place) / f"disk-{number}", int(room), expected, tally)
        print(f"sizes: {sizes}; recovered to the same bytes: {tally.recovered}; faults: {len(tally.faults)}")
        print(*tally.faults, sep="\n")
    return 1 if tally.faults or tally.recovered != sizes else 0


def used_by(path: Path) -> int:
    """Bytes that a file takes of a file system, in whole pages."""
    return -(-path.stat().st_size // 4096) * 4096


def try_size(disk: Path, room: int, expected: dict[str, bytes], tally: Tally) -> None:
    """One size: a run on the full disk, then one with space."""
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "none", str(disk)], check=True)
    try:
        workspace = copy_project(disk / "project", STUDY)
        code = start(workspace).wait()
        found = workspace.outputs()
        missing = sorted(expected.keys() - found.keys())
        if code == 0 and found != expected:
            tally.faults.append(f"{room} bytes: ended well, but {len(missing)} files are missing or differ")
        tally.faults += [f"{room} bytes: {fault}" for fault in torn(Workspace(workspace.folder))]
        print(f"{room >> 10} kB: exit code {code}, {len(found)} of {len(expected)} files", flush=True)
        subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
        recover(workspace, expected, tally)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
