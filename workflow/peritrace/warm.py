"""A process that has imported what jobs need and forks for each of them; it ends when its run has ended.

`run_job.py` starts one per kind of job and talks to it through a socket in a folder that only this user can enter.
"""

import importlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from pathlib import Path

# Which jobs share a process: what they import is much the same. Those that import most have one of their own.
KINDS = {
    "intake": ("intake", "diff"),
    "crosscheck": ("crosscheck",),
    "draw": ("draw", "draw_tables", "algorithm", "evidence"),
    "others": (
        "derive",
        "cells",
        "estimate",
        "tabulate",
        "audit",
        "validate",
        "report",
        "index",
        "guidance",
        "guide",
        "intake_tables",
        "cells_tables",
        "estimate_tables",
        "audit_tables",
        "tabulate_tables",
        "report_tables",
    ),
}
BEAT = 1.0  # seconds between looks at whether the run goes on


RUN_JOB = Path(__file__).resolve().parents[1] / "run_job.py"


def announce() -> None:
    """Say how a job is run, and let jobs find warm processes: which kind each needs, where, and whose run it is.

    With PERITRACE_COLD set, every job starts a Python of its own.
    """
    os.environ["PERITRACE_PYTHON"], os.environ["PERITRACE_JOB"] = sys.executable, str(RUN_JOB)
    os.environ.pop("PERITRACE_RUN", None)
    if sys.platform != "linux" or os.environ.get(
        "PERITRACE_COLD"
    ):  # elsewhere system libraries don't bear a fork; jobs then start Python themselves
        return
    kinds = ",".join(f"{stage}={kind}" for kind, stages in KINDS.items() for stage in stages)
    folder = Path(tempfile.gettempdir()) / f"peritrace-{os.getuid()}-{os.getpid()}"
    os.environ["PERITRACE_RUN"] = f"{kinds}|{folder}|{os.getpid()}"


def serve(kind: str, folder: Path, owner: int) -> None:
    """Accept jobs until the process `owner` is gone."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / kind))
        listening.listen(256)
        listening.settimeout(BEAT)
        for stage in KINDS[kind]:
            importlib.import_module(f"peritrace.stages.{stage}")
        while _lives(owner):
            _bury()
            try:
                channel, _ = listening.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                listening.close()
                _work(channel)
            channel.close()
    _bury()
    shutil.rmtree(folder, ignore_errors=True)


def _bury() -> None:
    """Take note of the forks that have ended, so that their time is counted as this process's."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _work(channel: socket.socket) -> None:
    """Do one job in a fork, with the output of whoever asked for it, and end."""
    code = 1
    try:
        channel.settimeout(None)
        length, outputs, *_ = socket.recv_fds(channel, 8, 2)
        for place, output in enumerate(outputs, start=1):
            os.dup2(output, place)
        request = json.loads(_read(channel, int.from_bytes(length, "big")))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        threading.Thread(target=_end_with, args=[channel], daemon=True).start()
        os.chdir(request["folder"])
        from peritrace.jobs import run

        code = run(request["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  the last stop before the process ends
        traceback.print_exc()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        channel.sendall(bytes([code & 0xFF]))
    finally:
        os._exit(code)


def _read(channel: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        part = channel.recv(min(1 << 16, length - len(parts)))
        if not part:
            raise EOFError
        parts += part
    return parts


def _end_with(channel: socket.socket) -> None:
    """End the job, tidily, when whoever asked for it is gone."""
    try:
        channel.recv(1)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
