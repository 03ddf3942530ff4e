"""The cells of single statistics, held against the rows of Yan 2024 as the paper prints them."""

import csv
from pathlib import Path

import pytest

from peritrace.ard import Statistic
from peritrace.lineage.statistics import cells_of, columns_of
from peritrace.lineage.uses import Cells
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.workflow.workspace import Workspace

FILE = Path("resources/yan-2024/patients.csv")


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(Path("config/studies/yan-2024.yaml"))


@pytest.fixture(scope="module")
def cells(finished_small: Workspace) -> Cells:
    folder = finished_small.folder / "results/yan-2024"
    return Cells.read(folder / "intake/patients.csv", folder / "derive/adsl.csv")


def lines(text: str) -> list[int]:
    """Ranges of lines, each line."""
    parts = [part.partition("-") for part in text.split(",")]
    return [line for low, _, high in parts for line in range(int(low), int(high or low) + 1)]


def test_of_a_group_the_times_of_its_members_and_the_group_of_everyone(study: Study, cells: Cells) -> None:
    with FILE.open(encoding="utf-8", newline="") as handle:
        members = [n for n, row in enumerate(csv.DictReader(handle), start=2) if row["cc_score"] in ("0", "1")]
    assert len(members) == 4  # Table 2 of the paper: CC 0 or 1 in patients of these lines
    median = Statistic("survival", "median", "", variable="OS2", group1="cc_group", group1_level="CC0/1")
    found = cells_of(study, [median], cells)
    assert lines(found["os2_time"]) == members
    assert lines(found["cc_score"]) == list(range(2, 12))
    assert set(found) == {"cc_score", "status", "os2_time"}


def test_a_comparison_takes_everyone(study: Study, cells: Cells) -> None:
    test = Statistic("comparison", "p_value", "", variable="OS2", group1="cc_group", method="log-rank")
    found = cells_of(study, [test], cells)
    assert set(found) == {"cc_score", "status", "os2_time"}
    assert all(lines(text) == list(range(2, 12)) for text in found.values())


def test_a_count_of_the_cohort_has_no_cell_of_its_own(study: Study, cells: Cells) -> None:
    assert cells_of(study, [Statistic("cohort", "N", "10")], cells) == {}


def test_delayed_entry_reads_when_observation_began(study: Study, cells: Cells) -> None:
    late = Statistic("survival", "median", "", variable="OS1", method="kaplan-meier-delayed-entry")
    plain = Statistic("survival", "median", "", variable="OS1", method="kaplan-meier")
    # the study file: entry is OS1 minus OS2
    assert set(cells_of(study, [late], cells)) - set(cells_of(study, [plain], cells)) == {"os2_time"}


def test_columns_are_known_without_rows(study: Study, cells: Cells) -> None:
    for name in ("OS1", "OS2", "PFS", "pci", "cc_group"):
        statistic = Statistic("summary", "median", "", variable=name)
        assert set(cells_of(study, [statistic], cells)) <= set(columns_of(study, [statistic]))
