"""What records and hashing add to a full run: CPU time of the same jobs with and without them, in one process.

Jobs are done warm one after the other, without the start of Python and the work of Snakemake, so that the share of
a real run is smaller than the one printed.

    python tests/bench/records.py
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from tests.bench.stages import do, jobs_of
from tests.workflow.workspace import copy_project

REPEATS = 5


def main() -> None:
    """Print the seconds and the share."""
    with tempfile.TemporaryDirectory() as place:
        workspace = copy_project(Path(place) / "project")
        assert workspace.snakemake("--cores", "all", "--quiet", "all").code == 0
        jobs = jobs_of(workspace)
        do(workspace.folder, jobs)
        with_records, without = [], []
        for _ in range(REPEATS):
            with_records.append(seconds(workspace.folder, jobs))
            with patch("peritrace.jobs.recorded", lambda job: nullcontext()):
                without.append(seconds(workspace.folder, jobs))
        whole, bare = statistics.median(with_records), statistics.median(without)
        share = f"{whole / bare - 1:+.1%} (budget 5 %)"
        print(f"records and hashing: {whole:.2f} s of CPU with, {bare:.2f} s without: {share}")


def seconds(folder: Path, jobs: list[list[str]]) -> float:
    """CPU time of all jobs, that of programs which they start included."""
    before = os.times()
    started = time.process_time()
    do(folder, jobs)
    after = os.times()
    children = after.children_user + after.children_system - before.children_user - before.children_system
    return time.process_time() - started + children


if __name__ == "__main__":
    main()
