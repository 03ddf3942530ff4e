"""Jobs as forks of warm processes: the same bytes as without, nothing left behind, a killed job is a failed one."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peritrace.run_facts import keep
from tests.workflow.workspace import ROOT, copy_project

RUN_JOB = ROOT / "workflow/run_job.py"


def leftovers() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob(f"peritrace-{os.getuid()}-*")}


def test_the_bytes_are_those_of_jobs_that_start_their_own_python(tmp_path, finished_small):
    cold = copy_project(tmp_path, "yan-2024", "dmpm-2022")
    assert cold.snakemake("--cores", "2", PERITRACE_COLD="yes").code == 0
    assert cold.outputs() == finished_small.outputs()


def test_nothing_is_left_when_a_run_has_ended(fresh):
    # other tests may run side by side: what counts is what this run's process announced
    run = fresh.snakemake("--cores", "2", "results/yan-2024/estimate/ard.csv")
    assert run.code == 0, run.text
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (mine := {name for name in leftovers() if not lives(name)}):
        time.sleep(0.2)
    assert not mine


def lives(name: str) -> bool:
    return Path(f"/proc/{name.rpartition('-')[2]}").exists()


def environment(folder: Path, kind: str = "others") -> dict[str, str]:
    kinds = f"estimate={kind}"
    return os.environ | {
        "PYTHONPATH": str(ROOT / "workflow"),
        "PERITRACE_RUN": f"{kinds}|{folder}|{os.getpid()}",
    }


def test_a_job_whose_process_is_killed_has_failed(tmp_path):
    """The socket is there and someone answers, but the answer never comes."""
    folder = tmp_path / "sockets"
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "others"))
        listening.listen()
        job = subprocess.Popen(
            [sys.executable, "-I", "-S", str(RUN_JOB), "estimate", ":log:", "log"],
            env=environment(folder),
            stderr=subprocess.PIPE,
            text=True,
        )
        channel, _ = listening.accept()
        length, outputs, *_ = socket.recv_fds(channel, 8, 2)
        assert len(outputs) == 2
        request = json.loads(channel.recv(int.from_bytes(length, "big")))
        assert request["arguments"] == ["estimate", ":log:", "log"]
        for output in outputs:
            os.close(output)
        channel.close()
        _, errors = job.communicate(timeout=30)
    assert job.returncode == 1
    assert "was killed" in errors


def test_a_folder_that_others_can_enter_is_not_trusted(tmp_path):
    """The job then runs where it is: here it fails for want of its arguments, and nobody was connected to."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "others"))
        listening.listen()
        listening.settimeout(0.2)
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(RUN_JOB), "estimate"],
            env=environment(folder),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        try:
            listening.accept()
        except TimeoutError:
            return
    raise AssertionError("the job connected to a socket that anybody could have put there")


def test_a_job_ends_when_whoever_asked_for_it_is_killed(tmp_path):
    script = "import sys; from peritrace.warm import serve; from pathlib import Path; "
    folder = tmp_path / "sockets"
    folder.mkdir(mode=0o700)
    serve = subprocess.Popen(
        [sys.executable, "-c", script + f"serve('others', Path({str(folder)!r}), {os.getpid()})"],
        env=environment(folder),
    )
    try:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)  # reading the settings' ARD from it lasts for ever
        with contextlib.chdir(tmp_path):
            study = keep('{"id": "x"}')
        words = [":log:", str(tmp_path / "log"), ":input.adsl:", str(pipe), ":input.adtte:", str(pipe)]
        words += [":output.ard:", str(tmp_path / "ard.csv"), ":params.settings:", study]
        job = subprocess.Popen(
            [sys.executable, "-I", "-S", str(RUN_JOB), "estimate", *words], env=environment(folder), cwd=tmp_path
        )
        fork = wait_for_child(serve.pid)
        job.send_signal(signal.SIGKILL)
        job.wait()
        deadline = time.monotonic() + 20
        while Path(f"/proc/{fork}").exists() and zombie(fork) is False and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not Path(f"/proc/{fork}").exists() or zombie(fork)
    finally:
        serve.kill()
        serve.wait()


def wait_for_child(process: int) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.05)
    raise AssertionError("no job was started")


def zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
