"""`make bench`: speed and memory of whole runs, as ratios within one run on one machine.

Prints, for the built-in studies,
- a full regeneration by Snakemake against the same jobs done in one warm Python process,
- a run with nothing to do against an empty workflow,
- peak memory, and the CPU seconds of every stage: starting Python, importing, working.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from tests.bench.stages import jobs_of
from tests.workflow.workspace import ROOT, Workspace, copy_project

REPEATS = 5
# One process runs this: every job of every study, warmed up once, then timed. Prints seconds per whole round.
WARM = """
import json, sys, time
from pathlib import Path
from tests.bench.stages import do
jobs = json.loads(sys.argv[3])
do(Path(sys.argv[1]), jobs)
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    do(Path(sys.argv[1]), jobs)
    print(time.perf_counter() - start, flush=True)
"""
# One process runs this for one stage: prints CPU seconds when Python has started, has imported, has worked.
ONE_STAGE = """
import json, sys, time
started = time.process_time()
from pathlib import Path
from tests.bench.stages import do, load
load(sys.argv[2])
imported = time.process_time()
do(Path(sys.argv[1]), json.loads(sys.argv[3]))
print(started, imported - started, time.process_time() - imported)
"""


def seconds(command: Callable[[], object]) -> float:
    start = time.perf_counter()
    command()
    return time.perf_counter() - start


def python(code: str, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "workflow"), str(ROOT)])}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def regenerate(workspace: Workspace) -> None:
    run = workspace.snakemake("--cores", "2", "--forceall")
    if run.code:
        raise SystemExit(run.text)


def report(title: str, ours: list[float], theirs: list[float], unit: str = "s") -> None:
    """Medians of both and of the ratios pair by pair."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"{title:<66} {statistics.median(ours):7.2f} {unit} / {statistics.median(theirs):5.2f} {unit} = {ratio:.2f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = copy_project(Path(name) / "project")
        empty = Workspace(Path(name) / "empty")
        empty.folder.mkdir()
        (empty.folder / "Snakefile").write_text("rule all:\n    default_target: True\n")
        regenerate(workspace)
        jobs = jobs_of(workspace)
        whole = [seconds(lambda: regenerate(workspace)) for _ in range(REPEATS)]
        warm = [float(line) for line in python(WARM, str(workspace.folder), str(REPEATS), json.dumps(jobs)).split()]
        report("full regeneration / the same jobs in one warm process", whole, warm)
        idle, nothing = [], []
        for _ in range(REPEATS):
            idle.append(seconds(lambda: workspace.snakemake("-n")))
            nothing.append(seconds(lambda: empty.snakemake("-n")))
        report("nothing to do / an empty workflow", idle, nothing)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{'peak memory of the largest process':<66} {peak:7.0f} MB")
        print("\nCPU seconds per stage              start   import     work")
        for stage in dict.fromkeys(job[0] for job in jobs):
            its = json.dumps([job for job in jobs if job[0] == stage])
            start, load, work = map(float, python(ONE_STAGE, str(workspace.folder), stage, its).split())
            print(f"{stage:<32} {start:8.2f} {load:8.2f} {work:8.2f}")


if __name__ == "__main__":
    main()
