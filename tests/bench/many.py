"""Two hundred small cohorts in one run: the CPU seconds of each beyond what one study costs.   many.py [STUDIES]

Processes that outlive the run's own (peritrace/warm.py) are waited for, so that their time counts.
"""

import csv
import ctypes
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.workflow.workspace import Workspace, copy_project

CHILD_SUBREAPER = 36  # prctl(2): orphans become children of this process
PATIENTS = 40
STUDY = """\
id: {name}
title: {name}
source: {{patients: resources/{name}.csv, rows: {patients}}}
columns:
  - {{name: subject, source: id, label: Patient, type: identifier}}
  - {{name: simulated, source: simulated, label: Simulated, type: category, levels: {{"yes": "yes"}}}}
  - {{name: age, source: age, label: Age, type: number, unit: years}}
  - {{name: pci, source: pci, label: Peritoneal cancer index, type: number}}
  - {{name: cc_score, source: cc, label: Completeness of cytoreduction, type: number}}
  - {{name: status, source: status, label: Status, type: category, levels: {{"0": alive, "1": dead}}}}
  - {{name: os2_time, source: months, label: Overall survival, type: number, unit: months, decimals: 1}}
groups:
  - name: cc_group
    label: Completeness of cytoreduction
    column: cc_score
    levels: [{{label: CC0/1, values: ["0", "1"]}}, {{label: CC2/3, values: ["2", "3"]}}]
endpoints:
  - code: OS2
    label: Overall survival from surgery
    origin: surgery
    time: {{column: os2_time}}
    events: [{{code: OS2, description: Death from any cause, any: [{{column: status, equals: [dead]}}]}}]
analyses:
  follow_up: OS2
  describe: [age, pci, cc_group, status]
  describe_by: [cc_group]
  tests_by: [cc_group]
  compare: [{{endpoint: OS2, by: cc_group}}]
  factors:
    - {{id: factors, label: Death, endpoint: OS2, univariable: [age, pci, cc_group], multivariable: [pci, cc_group]}}
  restricted_mean: [12]
figures:
  - {{id: os2, kind: survival, title: Overall survival, endpoint: OS2}}
  - {{id: os2-cc, kind: survival, title: Overall survival by cytoreduction, endpoint: OS2, by: cc_group}}
tables:
  - {{id: characteristics, kind: characteristics, title: Characteristics, by: cc_group}}
  - {{id: survival, kind: survival, title: Survival}}
  - {{id: factors, kind: factors, title: Factors of survival, factors: factors}}
  - {{id: proportional-hazards, kind: proportional-hazards, title: Proportional hazards}}
"""


def cohorts(folder: Path, count: int) -> Workspace:
    """A project with so many simulated studies."""
    workspace = copy_project(folder)
    names = [f"cohort-{number:03d}" for number in range(count)]
    for number, name in enumerate(names):
        chance = random.Random(number)
        with (workspace.folder / f"resources/{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["id", "simulated", "age", "pci", "cc", "status", "months"])
            for patient in range(PATIENTS):
                months = round(chance.expovariate(1 / 24) + 0.1, 1)
                row = [f"P{patient}", "yes", chance.randint(30, 80), chance.randint(0, 39), chance.randint(0, 3)]
                writer.writerow([*row, int(chance.random() < 0.7), months])
        text = STUDY.format(name=name, patients=PATIENTS)
        (workspace.folder / f"config/studies/{name}.yaml").write_text(text, encoding="utf-8")
    lines = ["studies:", *(f"  - {name}" for name in names)]
    (workspace.folder / "config/config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return workspace


def cpu_seconds() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(count: int) -> tuple[float, float]:
    """CPU and wall seconds of a run with so many studies."""
    with tempfile.TemporaryDirectory() as name:
        workspace = cohorts(Path(name) / "project", count)
        before, start = cpu_seconds(), time.perf_counter()
        run = workspace.snakemake("--cores", "2", "--quiet", "all", patience=3600)
        wall = time.perf_counter() - start
        if run.code:
            raise SystemExit(run.text)
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return cpu_seconds() - before, wall


def main(count: int) -> None:
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    one, _ = cost(1)
    all_of_them, wall = cost(count)
    each = (all_of_them - one) / (count - 1)
    print(f"{count} cohorts of {PATIENTS} patients in {wall:.0f} s")
    print(f"CPU seconds of each beyond one study's {one:.1f}: {each:.2f} (budget 2)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
