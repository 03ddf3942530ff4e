"""An extract of 100 000 rows with dates through the whole pipeline, against R reading it and computing the same.

R draws nothing and writes no page; the pipeline's time holds all of it.   large.py [ROWS]
"""

import re
import resource
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.workflow.workspace import ROOT, Workspace, copy_project

HERE = Path(__file__).parent


def large_cohort(folder: Path, rows: int) -> Workspace:
    """A project with one study: the example cohort, simulated with more patients."""
    workspace = copy_project(folder)
    simulate = runpy.run_path(str(ROOT / "resources/example-cohort/simulate.py"))
    extract = workspace.folder / "resources/large/patients.csv"
    extract.parent.mkdir()
    simulate["write_patients"](simulate["simulate"](seed=7, patients=rows), extract)
    study = (workspace.folder / "config/studies/example-cohort.yaml").read_text(encoding="utf-8")
    study = study.replace("id: example-cohort", "id: large").replace("resources/example-cohort/", "resources/large/")
    study = re.sub(r"^  (rows|columns|sha256|claims): .*\n", "", study, flags=re.MULTILINE)
    (workspace.folder / "config/studies/large.yaml").write_text(study, encoding="utf-8")
    (workspace.folder / "config/config.yaml").write_text("studies: [large]\n", encoding="utf-8")
    return workspace


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = large_cohort(Path(name) / "project", rows)
        start = time.perf_counter()
        run = workspace.snakemake("--cores", "2")
        ours = time.perf_counter() - start
        if run.code:
            raise SystemExit(run.text)
        largest = max((workspace.folder / "results/large/draw").glob("*.svg"), key=lambda path: path.stat().st_size)
        print(f"{rows:,} rows, {largest.stat().st_size / 1000:.0f} kB in the largest figure (budget 500)")
        rscript = shutil.which("Rscript")
        if rscript is None:
            print(f"the whole pipeline {ours:.1f} s; R is not installed, so there is nothing to compare with")
            return
        start = time.perf_counter()
        extract = workspace.folder / "resources/large/patients.csv"
        subprocess.run([rscript, str(HERE / "large.R"), str(extract)], check=True, capture_output=True)
        theirs = time.perf_counter() - start
        print(
            f"{'the whole pipeline / R computing the same':<66} {ours:7.1f} s / {theirs:5.1f} s = {ours / theirs:.2f}"
        )
        print(f"peak memory {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
