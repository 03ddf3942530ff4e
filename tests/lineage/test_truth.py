"""An exhibit's data change if and only if its record says that the cell was used; `make bench` tries 2 000 cells."""

import random
from pathlib import Path

from peritrace.study_file import load_study
from tests.lineage.perturbing import Rows, Tables, sample


def test_cells_of_patients(tmp_path: Path) -> None:
    study = load_study(Path("config/studies/yan-2024.yaml"))
    judged, disagreements = sample(study, Rows(study, tmp_path), 50, seed=20240501)
    assert (judged, disagreements) == (50, [])


def test_cells_of_published_tables(tmp_path: Path, finished) -> None:
    judged = 0
    for name, count in (("zhang-2024", 36), ("dmpm-2022", 14)):
        study = load_study(Path(f"config/studies/{name}.yaml"))
        tables = Tables(study, finished.folder / "results" / name, tmp_path / name)
        for cell in random.Random(7).sample(tables.cells(), count):
            found = tables.disagreements(*cell)
            judged += found is not None
            assert not found, cell
    assert judged > 45  # some printed numbers leave no other that the file's own rules allow
