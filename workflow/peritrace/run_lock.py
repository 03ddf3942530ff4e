"""One run at a time in a folder, and no trace of a killed one.

A run holds a lock that the system takes away from it however it ends. So whoever gets the lock knows that any lock file
of Snakemake belongs to a run that is gone. Jobs that outlive their run hold a second lock, which a new run waits for.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peritrace.run_facts import FOLDER

_RUN_LOCK = FOLDER / "run.lock"
_JOBS_LOCK = FOLDER / "jobs.lock"
_SNAKEMAKE_LOCKS = Path(".snakemake/locks")
# Options with which Snakemake makes nothing.
LOOKING = frozenset(
    {"-n", "--dry-run", "--dryrun", "-l", "--list-rules", "--list-target-rules", "-S", "--summary", "-D"}
    | {"--detailed-summary", "--lint", "--dag", "--rulegraph", "--filegraph", "--report", "--unlock", "-h", "--help"}
    | {"--cleanup-metadata", "--list-changes", "--print-compilation", "--version"}
)


class AtWork(Exception):
    """Another run is at work in this folder."""


def only_looks(arguments: list[str]) -> bool:
    """Whether Snakemake was asked to show something rather than to make it."""
    return any(word.partition("=")[0] in LOOKING or word.startswith("-n") for word in arguments)


def begin_run() -> int | None:
    """Take the lock of this folder, and clear away what a killed run left; returns the lock's file.

    Raises AtWork when another run holds it. None where the file system knows no locks: then Snakemake's own must do.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock = os.open(_RUN_LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 20).decode("ascii", "replace")
        os.close(lock)
        raise AtWork(
            f"Another run (process {owner or 'unknown'}) is at work in this folder. Nothing was changed; "
            "wait until it has ended, then start again."
        ) from None
    except OSError:
        os.close(lock)
        return None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    _wait_for_jobs()
    shutil.rmtree(_SNAKEMAKE_LOCKS, ignore_errors=True)
    _SNAKEMAKE_LOCKS.mkdir(parents=True, exist_ok=True)
    for folder in ("results", "reports", "logs"):
        for path in Path(folder).rglob(".tmp-*"):
            path.unlink(missing_ok=True)
    return lock


@contextmanager
def job_at_work() -> Iterator[None]:
    """While it lasts, a new run waits."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _JOBS_LOCK.open("ab") as lock:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _wait_for_jobs() -> None:
    with _JOBS_LOCK.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for a job that a killed run left at work …", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
