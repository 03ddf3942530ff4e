"""Run one job of the workflow: hand it to a warm process of this run, or do it here.

Starting Python and importing what a stage needs costs more than most jobs. So a run keeps a few processes that have
imported it all, and each job is a fork of one of them (peritrace/warm.py). This file is what Snakemake starts for a
job; it imports next to nothing itself. Without such processes (`PERITRACE_RUN` unset, no sockets, another user's
folder) the job runs right here.

    run_job.py STAGE :log: FILE :input.NAME: FILE … :output.NAME: FILE … :params.NAME: TEXT …
"""

import json
import os
import socket
import stat
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 60  # seconds for a warm process to start


def connect(kind, folder, owner):
    """A connection to the warm process of a kind, which is started if there is none; None when that fails."""
    address = os.path.join(folder, kind)
    deadline = time.monotonic() + PATIENCE
    started = False
    while time.monotonic() < deadline:
        channel = socket.socket(socket.AF_UNIX)
        try:
            channel.connect(address)
            return channel
        except OSError:
            channel.close()
        if not started:
            started = start(kind, folder, owner)
            if not started:
                return None
        time.sleep(0.02)
    return None


def start(kind, folder, owner):
    """Start a warm process, unless another job is just doing so."""
    try:
        os.mkdir(os.path.join(folder, f"{kind}.starting"))
    except FileExistsError:
        return True
    except OSError:
        return False
    with open(os.devnull, "r+b") as nothing:
        subprocess.Popen(
            [sys.executable, "-m", "peritrace.warm", kind, folder, owner],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
    return True


def private(folder):
    """Whether a folder is there and this user's alone."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = os.lstat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def hand_over(channel, arguments):
    """Let the warm process do the job, and return its exit code."""
    request = json.dumps({"arguments": arguments, "folder": os.getcwd()}).encode()
    message = len(request).to_bytes(8, "big")
    socket.send_fds(channel, [message], [1, 2])
    channel.sendall(request)
    answer = channel.recv(1)
    if not answer:
        print("The process that did this job was killed: is there enough memory?", file=sys.stderr)
        return 1
    return answer[0]


def main():
    """Do the job somewhere."""
    arguments = sys.argv[1:]
    run = os.environ.get("PERITRACE_RUN", "")
    kind, folder, owner = (*run.split("|"), "", "", "")[:3] if run else ("", "", "")
    kinds = dict(pair.split("=") for pair in kind.split(",") if pair)
    stage = arguments[0]
    if stage in kinds and folder and private(folder):
        channel = connect(kinds[stage], folder, owner)
        if channel is not None:
            sys.exit(hand_over(channel, arguments))
    os.execv(sys.executable, [sys.executable, "-m", "peritrace.jobs", *arguments])


if __name__ == "__main__":
    main()
