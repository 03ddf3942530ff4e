"""Killed at any moment, alone or with its jobs: no torn file, and the next run recovers by itself to the same bytes.

Each run is killed after a random time and the next one is started at once, so it must find its way from what the kill
left; the last one is let go to its end. `tests/bench/kills.py` does the same many more times.
"""

import random
import subprocess
import time

from tests.workflow.killing import Tally, kill, recover, start, torn, words
from tests.workflow.workspace import copy_project


def test_ten_kills_leave_nothing_torn_and_the_next_run_recovers(finished_small, tmp_path):
    workspace = copy_project(tmp_path / "killed", "yan-2024", "dmpm-2022")
    tally, chance = Tally(), random.Random(20240805)
    while tally.killed < 10:
        if not kill(workspace, chance, 1.0, 4.0, tally):
            break
    recover(workspace, finished_small.outputs(), tally)
    assert tally.faults == []
    assert tally.killed == 10
    assert tally.recovered == 1


def test_a_second_run_refuses_and_the_first_is_unharmed(finished_small, tmp_path):
    workspace = copy_project(tmp_path / "twice", "yan-2024", "dmpm-2022")
    first = start(workspace)
    try:
        lock = workspace.folder / ".snakemake/peritrace/run.lock"
        deadline = time.monotonic() + 60
        while not (lock.is_file() and lock.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        second = workspace.snakemake("--cores", "1")
        assert second.code != 0
        assert "is at work in this folder. Nothing was changed" in second.text
        assert "Traceback" not in second.text
        assert first.wait(timeout=300) == 0, words(workspace)
    except subprocess.TimeoutExpired:
        first.kill()
        raise
    assert torn(workspace) == []
    assert workspace.outputs() == finished_small.outputs()
