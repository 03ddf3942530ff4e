"""Extracts of data sets that everyone knows, each with a study file by new-study and at most ten edited lines.

They give full reports, and every number that R knows equals R's: `reference.R` made `reference.csv` with R 4.2.2,
survival 3.5-3 and cmprsk 2.2-11 from the same extracts. README.md says how to renew it.
"""

import math
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from peritrace.ard import Statistic, read_ard
from peritrace.files import read_csv
from peritrace.meaning import NumberColumn
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.cohorts.reference import Key, comparable, reference
from tests.workflow.workspace import ROOT, Workspace, copy_project, made_once

HERE = Path(__file__).parent
EXTRACTS = {name: HERE / f"{name}.csv" for name in ("lung", "colon", "veteran", "pbc", "ovarian")}
EXAMPLE = "resources/example-cohort/patients.csv"
STUDIES = (*EXTRACTS, "example-proposed")
MOST_EDITS = 10
# An ARD keeps ten significant digits; the largest difference seen is 2e-9, of the difference of two restricted means.
TOLERANCE = 1e-8
REFERENCE = reference()


@dataclass(frozen=True)
class Edit:
    """A line of a study file without its indentation, and the one that takes its place."""

    old: str
    new: str
    why: str


@cache
def edits() -> dict[str, list[Edit]]:
    """The edits of each study."""
    content = yaml.safe_load((HERE / "edits.yaml").read_text(encoding="utf-8"))
    return {study: [Edit(**edit) for edit in listed] for study, listed in content.items()}


def edited(text: str, wanted: list[Edit]) -> tuple[str, list[str]]:
    """The text of a study file after the edits, and the lines that they changed, one item for each place."""
    new = {edit.old: edit.new for edit in wanted}
    lines = text.split("\n")
    changed = [line.strip() for line in lines if line.strip() in new]
    unknown = sorted(new.keys() - set(changed))
    assert not unknown, f"new-study writes no such lines; renew tests/cohorts/edits.yaml: {unknown}"
    return "\n".join(line.replace(line.strip(), new.get(line.strip(), line.strip())) for line in lines), changed


def new_study(workspace: Workspace, study: str) -> None:
    """Propose a study file as a user does, and edit it."""
    extract = [str(EXTRACTS[study]), "--copy"] if study in EXTRACTS else [EXAMPLE]
    done = subprocess.run(
        [sys.executable, "-m", "peritrace", "new-study", study, *extract],
        cwd=workspace.folder,
        env=os.environ | {"PYTHONPATH": "workflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    path = workspace.folder / f"config/studies/{study}.yaml"
    proposed = path.read_text(encoding="utf-8")
    path.with_suffix(".proposed").write_text(proposed, encoding="utf-8")
    path.write_text(edited(proposed, edits()[study])[0], encoding="utf-8")


def make(folder: Path) -> Workspace:
    """A project of these studies alone after a whole run."""
    workspace = copy_project(folder, *STUDIES)
    for study in STUDIES:
        new_study(workspace, study)
    run = workspace.snakemake("--cores", "2")
    assert run.code == 0, run.text
    return workspace


@pytest.fixture(scope="session")
def cohorts(tmp_path_factory) -> Workspace:
    """That project; not to be changed."""
    return made_once(tmp_path_factory, "cohorts", make)


@cache
def study_of(folder: Path, study: str) -> Study:
    return load_study(folder / f"config/studies/{study}.yaml")


@cache
def statistics_of(folder: Path, study: str) -> dict[Key, Statistic]:
    """The statistics that R is asked for; what they are tells them apart."""
    pairs = list(comparable(read_ard(folder / "results" / study / "estimate/ard.csv")))
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def in_steps(value: float, key: Key, study: Study) -> float:
    """R's ratio, which is per unit of a number, as the study file states it: per several units."""
    if key.what != "factor" or key.statistic not in ("estimate", "conf_low", "conf_high"):
        return value
    steps = {column.name: column.per for column in study.columns if isinstance(column, NumberColumn)}
    return float(value ** steps.get(key.group, 1))


def equal(ours: str, theirs: float | None) -> bool:
    """Both have no estimate, or the same one."""
    if theirs is None or not ours:
        return theirs is None and not ours
    return math.isclose(float(ours), theirs, rel_tol=TOLERANCE)


@pytest.mark.parametrize("study", STUDIES)
def test_at_most_ten_lines_are_edited_each_for_a_reason(cohorts, study):
    proposed = (cohorts.folder / f"config/studies/{study}.proposed").read_text(encoding="utf-8")
    text, changed = edited(proposed, edits()[study])
    assert 0 < len(changed) <= MOST_EDITS
    assert all(edit.why for edit in edits()[study])
    assert sum(a != b for a, b in zip(text.split("\n"), proposed.split("\n"), strict=True)) == len(changed)


@pytest.mark.parametrize("study", STUDIES)
def test_r_knows_the_same_numbers(cohorts, study):
    ours = statistics_of(cohorts.folder, study)
    assert ours.keys() - REFERENCE[study].keys() == set(), "not in reference.csv"
    assert REFERENCE[study].keys() - ours.keys() == set(), "not among the study's statistics"


@pytest.mark.parametrize(
    ("study", "what"),
    [(study, what) for study in STUDIES for what in dict.fromkeys(key.what for key in REFERENCE[study])],
)
def test_every_number_equals_that_of_r(cohorts, study, what):
    ours, meaning = statistics_of(cohorts.folder, study), study_of(cohorts.folder, study)
    compared = {
        key: (ours[key].stat, None if value is None else in_steps(value, key, meaning))
        for key, value in REFERENCE[study].items()
        if key.what == what
    }
    assert {key: pair for key, pair in compared.items() if not equal(*pair)} == {}


def test_the_deaths_are_those_that_r_prints(cohorts):
    # print(survfit(Surv(time, status) ~ 1, lung)) and so on; the rest comes from files, these stand here to be seen
    known = {"lung": ("OS", 228, 165), "colon": ("OS", 929, 452), "veteran": ("OS", 137, 128)}
    known |= {"pbc": ("EFS", 418, 186), "ovarian": ("OS", 26, 12)}
    for study, (code, *counts) in known.items():
        ours = statistics_of(cohorts.folder, study)
        keys = (Key("survival", name, code, "", "", "", "", "") for name in ("n", "n_event"))
        assert [float(ours[key].stat) for key in keys] == counts


@pytest.mark.parametrize("study", STUDIES)
def test_every_figure_is_drawn(cohorts, study):
    meaning = study_of(cohorts.folder, study)
    assert meaning.figures
    for figure in meaning.figures:
        drawn = cohorts.folder / "results" / study / "draw" / figure.id
        data = read_csv(drawn.with_suffix(".csv"))
        assert data, figure.id
        assert "not_drawn" not in data[0], figure.id
        for ending in ("svg", "pdf", "png"):
            assert drawn.with_suffix(f".{ending}").stat().st_size > 1000, (figure.id, ending)


@pytest.mark.parametrize("study", STUDIES)
def test_every_table_is_there_with_rows(cohorts, study):
    meaning = study_of(cohorts.folder, study)
    is_complete = not any(value for key, value in REFERENCE[study].items() if key.statistic == "missing")
    assert meaning.tables
    for table in meaning.tables:
        made = cohorts.folder / "results" / study / "tabulate" / table.id
        # nothing is missing in veteran and ovarian, so that table has its header alone
        assert bool(read_csv(made.with_suffix(".csv"))) is not (table.kind == "missing" and is_complete), table.id
        for ending in ("html", "docx"):
            assert made.with_suffix(f".{ending}").stat().st_size > 0, (table.id, ending)


@pytest.mark.parametrize("study", STUDIES)
def test_the_report_shows_them_all_and_no_number_that_is_none(cohorts, study):
    meaning = study_of(cohorts.folder, study)
    page = (cohorts.folder / f"reports/{study}.html").read_text(encoding="utf-8")
    read = re.sub(r"<[^>]*>", " ", re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL))
    read = re.sub(r"\s+", " ", read)
    for exhibit in (*meaning.figures, *meaning.tables):
        assert exhibit.title in read, exhibit.id
    assert re.findall(r".{0,40}\b(?:nan|NaN|inf|None)\b.{0,40}", read) == []
    assert "Not drawn" not in read


@pytest.mark.parametrize("study", STUDIES)
def test_lifelines_agrees_as_well(cohorts, study):
    rows = read_csv(cohorts.folder / "results" / study / "crosscheck/agreement.csv")
    assert rows
    assert [row for row in rows if row["agree"] != "1"] == []


def test_the_project_under_test_is_a_copy(cohorts):
    assert not cohorts.folder.is_relative_to(ROOT)
