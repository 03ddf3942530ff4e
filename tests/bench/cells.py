"""`make bench`: cells of the raw files, drawn at random, changed one at a time: does what the records say happen?

    python tests/bench/cells.py [CELLS]

Runs the built-in studies first, for the verdicts of the published ones. Prints the cells judged, the pairs of cell and
exhibit, and the disagreements, of which there may be none.
"""

import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from peritrace.study_file import load_study
from tests.lineage.perturbing import Disagreement, Rows, Tables, sample
from tests.workflow.workspace import copy_project

SHARES = {"yan-2024": 0.8, "example-cohort": 0.06, "zhang-2024": 0.11, "dmpm-2022": 0.03}


def main() -> int:
    """Run it; exit code 1 where something disagrees."""
    whole = int(sys.argv[1]) if len(sys.argv) > 1 else 2010
    wrong: list[Disagreement] = []
    total = pairs = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_project(Path(folder) / "project")
        assert workspace.snakemake("--cores", "all", "--quiet", "all").code == 0
        for name, share in SHARES.items():
            study = load_study(Path(f"config/studies/{name}.yaml"))
            wanted = max(1, round(whole * share))
            place = Path(folder) / name
            if study.published:
                tables = Tables(study, workspace.folder / "results" / name, place)
                cells = random.Random(1).choices(tables.cells(), k=wanted)
                outcomes = [tables.disagreements(*cell) for cell in cells]
                judged = sum(outcome is not None for outcome in outcomes)
                found = [d for outcome in outcomes for d in outcome or []]
                exhibits = len(tables.base)
            else:
                cohort = Rows(study, place, trials=2)
                judged, found = sample(study, cohort, wanted, seed=1)
                exhibits = len(cohort.base)
            total, pairs, wrong = total + judged, pairs + judged * exhibits, wrong + found
            print(f"{name}: {judged} cells, {judged * exhibits} pairs, {len(found)} disagreements", flush=True)
            print(*found, sep="\n", end="\n" if found else "")
    print(f"cells: {total} changed one at a time, {pairs} pairs of cell and exhibit, {len(wrong)} disagreements")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
