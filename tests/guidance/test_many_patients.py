"""Three thousand simulated patients against the guidance text: cells stay readable, what is counted stays whole."""

import csv
import re
import runpy
from pathlib import Path

import pytest

from peritrace.files import read_csv
from peritrace.guidance.reading import load_guidance
from peritrace.pages.guidance import cohort
from peritrace.stages.derive import derive
from peritrace.stages.guidance import LISTED_LINES, guidance
from peritrace.stages.intake import intake
from peritrace.study_file import load_study

PATIENTS = 3000
SAME_TEXT = "sorafenib"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stage leaves of a cohort in which half of the patients had the same treatment before."""
    place = tmp_path_factory.mktemp("many")
    extract = place / "patients.csv"
    simulate = runpy.run_path("resources/example-cohort/simulate.py")
    simulate["write_patients"](simulate["simulate"](seed=7, patients=PATIENTS), extract)
    rows = read_csv(extract)
    for row in rows[::2]:
        row["prior_treatment"] = SAME_TEXT
    with extract.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = Path("config/studies/example-cohort.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^  (rows|columns|sha256|claims): .*\n", "", text, flags=re.MULTILINE)
    study_file = place / "example-cohort.yaml"
    study_file.write_text(text, encoding="utf-8")
    study = load_study(study_file)
    intake(extract, study.for_stage("intake"), place / "intake")
    outputs = [place / f"derive/{table}.csv" for table in ("adsl", "adtte", "flow")]
    derive(place / "intake/patients.csv", study.for_stage("derive"), *outputs)
    guidance(study.for_stage("guidance"), outputs[0], place / "guidance")
    return place


def test_a_cell_lists_some_lines_and_counts_the_rest(folder: Path) -> None:
    header, *rows = list(csv.reader((folder / "patients.csv").open(encoding="utf-8", newline="")))
    place = header.index("prior_treatment")
    stayed = {row["line"] for row in read_csv(folder / "derive/adsl.csv")}
    wanted = [str(line) for line, row in enumerate(rows, 2) if row[place] == SAME_TEXT and str(line) in stayed]
    row = next(row for row in read_csv(folder / "guidance/terms.csv") if row["text"] == SAME_TEXT)
    assert int(row["patients"]) == len(wanted) > LISTED_LINES
    assert row["lines"] == " ".join(wanted[:LISTED_LINES]) + f" and {len(wanted) - LISTED_LINES} more"


def test_patients_with_equal_values_keep_their_own_cells(folder: Path) -> None:
    lines = {row["USUBJID"]: row["line"] for row in read_csv(folder / "derive/adsl.csv")}
    rows = [row for row in read_csv(folder / "guidance/patients.csv") if row["line"]]
    assert len({row["USUBJID"] for row in rows}) > 1000
    assert all(row["line"] == lines[row["USUBJID"]] for row in rows)


def test_the_page_counts_all_and_lists_nobody_of_simulated_patients(folder: Path) -> None:
    study = load_study(folder / "example-cohort.yaml")
    found = cohort(load_guidance()[0], study, folder / "guidance", "example-cohort.html")
    assert found.total == len(read_csv(folder / "derive/adsl.csv"))
    assert (found.patients, found.by_patient, found.cells) == ((), (), ())
