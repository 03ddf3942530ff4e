"""The right rerun: whatever a result depends on makes it again when it changes, and nothing else does.

What a stage imports is asked of Python itself, by importing the stage in a process of its own; the workflow finds it
out by reading import statements. The two must agree, for every module of the package. Which digests of code an edit
changes is asked of the plan; that another digest reruns the stage and what follows it, of Snakemake.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from peritrace.fingerprint import modules_used
from peritrace.plan import STAGE_PACKAGES
from tests.workflow.workspace import ROOT, copy_project

PACKAGE = ROOT / "workflow" / "peritrace"
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py"))
TEMPLATES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "workflow/templates").rglob("*") if p.is_file())
FONTS = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "workflow/fonts").rglob("*.ttf"))
STAGES = sorted(STAGE_PACKAGES)

# What must run again when a stage does.
AFTER = {
    "intake": {"validate", "derive", "cells", "estimate", "crosscheck", "audit", "draw", "tabulate", "report", "index"}
    | {"guidance", "guide", "evidence"},
    "validate": {"report"},
    "cells": {"report"},
    "derive": {"cells", "estimate", "crosscheck", "audit", "draw", "tabulate", "report", "index"}
    | {"guidance", "guide", "evidence"},
    "estimate": {"crosscheck", "audit", "draw", "tabulate", "report", "index", "evidence"},
    "crosscheck": {"report"},
    "audit": {"report", "index"},
    "draw": {"report"},
    "tabulate": {"report"},
    "report": set(),
    "intake_tables": {"index", "evidence", "guide"}
    | {f"{stage}_tables" for stage in ("cells", "estimate", "audit", "draw", "tabulate", "report")},
    "cells_tables": {"report_tables"},
    "estimate_tables": {"draw_tables", "tabulate_tables", "report_tables", "index", "evidence"},
    "audit_tables": {"draw_tables", "tabulate_tables", "report_tables", "index"},
    "draw_tables": {"report_tables"},
    "tabulate_tables": {"report_tables"},
    "report_tables": set(),
    "guidance": {"guide", "index"},
    "algorithm": {"guide", "index"},
    "guide": {"index"},
    "evidence": {"index"},
    "index": set(),
    "provenance": set(),
}


def with_what_follows(stages):
    """The page of records is made of the record of every job."""
    return {"provenance", *stages}.union(*(AFTER[stage] for stage in stages))


# Printed as JSON: the files of the package that Python loads for a job of each stage. A process for each of them is
# forked from one that has loaded what others wrote, which takes most of the time.
LOADED = """
import json, multiprocessing, sys
import docx, jinja2, lifelines, matplotlib.pyplot, openpyxl, pandas, pandera, pyarrow, pydantic, scipy.stats

def loaded(stage):
    __import__("peritrace.warm"), __import__("peritrace.jobs"), __import__(f"peritrace.stages.{stage}")
    return [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "peritrace"]

assert not any(name.split(".")[0] == "peritrace" for name in sys.modules)
with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
    print(json.dumps(dict(zip(sys.argv[1:], pool.map(loaded, sys.argv[1:], chunksize=1)))))
"""

# Likewise: the stages whose code has another digest after the edit of a file. A process computes each digest once.
REDIGESTED = """
import json, multiprocessing, sys
from pathlib import Path
from peritrace.plan import STAGE_PACKAGES, Plan

def codes(path):
    before = Path(path).read_bytes() if path else b""
    try:
        if path:
            Path(path).write_bytes(before + b"\\n# one more line\\n")
        plan = Plan({"studies": ["yan-2024"]})
        return {stage: plan.code(stage) for stage in STAGE_PACKAGES}
    finally:
        if path:
            Path(path).write_bytes(before)

with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
    now, *edited = pool.map(codes, ["", *sys.argv[1:]], chunksize=1)
changed = [[stage for stage in now if after[stage] != now[stage]] for after in edited]
print(json.dumps(dict(zip(sys.argv[1:], changed))))
"""


def told(script, arguments, root):
    """What a script prints that runs in a project, by its argument."""
    environment = os.environ | {"PYTHONPATH": str(root / "workflow")}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=root)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def loaded():
    """The files of the package that Python loads for each stage."""
    found = told(LOADED, STAGES, ROOT)
    return {stage: {Path(file).relative_to(ROOT).as_posix() for file in files} for stage, files in found.items()}


@pytest.fixture(scope="module")
def redigested(tmp_path_factory):
    """The stages whose code is another one after the edit of a file."""
    project = copy_project(tmp_path_factory.mktemp("edited") / "project").folder
    found = told(REDIGESTED, [*one_of_each_kind(), *TEMPLATES, *FONTS], project)
    return {path: set(stages) for path, stages in found.items()}


def planned_after(workspace, paths, change):
    """The rules that would run after files were changed; the files are restored, time stamps included."""
    files = [workspace.folder / path for path in paths]
    before = [(file, file.read_bytes(), file.stat()) for file in files]
    try:
        for file in files:
            change(file)
        run = workspace.snakemake("-n")
        assert run.code == 0, run.text
        return run.rules
    finally:
        for file, content, times in before:
            file.write_bytes(content)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def edit(file):
    with file.open("ab") as handle:
        handle.write(b"\n# one more line\n")


def replace(old, new):
    def change(file):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def read_of(stage):
    """The files of the package that import statements lead to from a stage."""
    entries = (PACKAGE / "stages" / f"{stage}.py", PACKAGE / "warm.py", PACKAGE / "jobs.py")
    return {path.relative_to(ROOT).as_posix() for entry in entries for path in modules_used(entry)}


def one_of_each_kind():
    """A module for every set of stages that import it."""
    read = {stage: read_of(stage) for stage in STAGES}
    return sorted({tuple(path in read[stage] for stage in STAGES): path for path in MODULES}.values())


@pytest.mark.parametrize("stage", STAGES)
def test_the_modules_of_a_stage_are_those_that_python_loads(loaded, stage):
    assert read_of(stage) == loaded[stage]


@pytest.mark.parametrize("path", one_of_each_kind())
def test_an_edited_module_is_other_code_for_the_stages_that_import_it(redigested, loaded, path):
    # every job runs in a process that warm.py has started
    warm = {file.relative_to(ROOT).as_posix() for file in modules_used(PACKAGE / "warm.py")}
    assert redigested[path] == {stage for stage in STAGES if path in loaded[stage] | warm}


@pytest.mark.parametrize("path", TEMPLATES)
def test_an_edited_template_is_other_code_for_the_pages(redigested, path):
    assert redigested[path] == {"validate", "report", "report_tables", "guide", "index", "provenance"}


@pytest.mark.parametrize("path", FONTS)
def test_another_font_is_other_code_for_what_draws(redigested, path):
    assert redigested[path] == {"draw", "draw_tables", "algorithm", "evidence"}


# A stage of patients' rows and the one of published tables are edited together: each has what follows it to itself.
@pytest.mark.parametrize(
    "edited",
    [
        *(
            [stage, f"{stage}_tables"]
            for stage in ("intake", "cells", "estimate", "audit", "draw", "tabulate", "report")
        ),
        *([stage] for stage in ("validate", "derive", "crosscheck", "index", "provenance")),
    ],
    ids=lambda edited: edited[0],
)
def test_other_code_reruns_its_stages_and_what_follows(restorable, edited):
    paths = [f"workflow/scripts/{stage}.py" for stage in edited]
    assert planned_after(restorable, paths, edit) == with_what_follows(edited)


def test_every_stage_of_the_two_studies_is_among_these():
    scripts = {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}
    assert scripts - AFTER.keys() == {"diff", "refuse"}  # no study has an earlier extract or a wrong file


STUDY = "config/studies/yan-2024.yaml"


@pytest.mark.parametrize(
    ("path", "old", "new", "stages"),
    [
        (STUDY, 'title: "Cytoreductive', 'title: "On cytoreductive', ["validate", "report", "index"]),
        (STUDY, "title: Characteristics of the patients", "title: Patients", ["cells", "tabulate", "report"]),
        (STUDY, "title: Course of the ten", "title: The course of the ten", ["cells", "draw", "report"]),
        (STUDY, "time_points: [12, 36, 60]", "time_points: [12, 24, 60]", ["cells", "estimate"]),
        (STUDY, "software: SPSS", "software: SAS", ["audit", "report"]),
        (STUDY, "below: 20", "below: 19", ["intake"]),
        (STUDY, "{lower: pfs_time, upper: os2_time}", "{lower: pfs_time, upper: os1_time}", ["intake"]),
        ("resources/yan-2024/claims.csv", ",107.8", ",107.9", ["audit"]),
        ("resources/yan-2024/patients.csv", ",82.7,Yes,85.1,82.7", ",82.7,Yes,85.2,82.7", ["intake"]),
        (
            "resources/guidance/treatment-guidance.yaml",
            'says: "It needs',
            'says: "This needs',
            ["guidance", "algorithm"],
        ),
        ("resources/lexicon/names.csv", "Srugery,", "Surgary,", ["guidance", "algorithm"]),
        ("resources/evidence/cited.csv", ",46.7,", ",46.8,", ["evidence"]),
        ("resources/dmpm-2022/claims.csv", ",43.3", ",43.4", ["intake_tables"]),
        ("resources/dmpm-2022/counts.csv", ",110,", ",111,", ["intake_tables"]),
        ("config/studies/dmpm-2022.yaml", "title: Coherence map", "title: The map", ["cells_tables", "draw_tables"]),
        (
            "config/studies/dmpm-2022.yaml",
            "stated: {}",
            "stated: {association: [fisher]}",
            ["estimate_tables", "audit_tables"],
        ),
    ],
)
def test_an_edited_file_of_the_study_reruns_what_depends_on_it(restorable, path, old, new, stages):
    assert planned_after(restorable, [path], replace(old, new)) == with_what_follows(stages)


def test_an_extract_swapped_in_with_an_old_time_stamp_is_noticed(restorable):
    def swap(file):
        replace("85.1", "95.1")(file)
        os.utime(file, (946684800, 946684800))  # 1 January 2000

    assert planned_after(restorable, ["resources/yan-2024/patients.csv"], swap) == with_what_follows(["intake"])


def test_claims_swapped_in_with_an_old_time_stamp_are_noticed(restorable):
    def swap(file):
        replace(",49.9", ",49.8")(file)
        os.utime(file, (946684800, 946684800))

    assert planned_after(restorable, ["resources/yan-2024/claims.csv"], swap) == with_what_follows(["audit"])


def test_touched_files_rerun_nothing(restorable):
    paths = [f"resources/{name}.csv" for name in ("yan-2024/patients", "yan-2024/claims", "dmpm-2022/counts")]
    assert planned_after(restorable, [*paths, STUDY], os.utime) == set()


def test_what_no_result_depends_on_reruns_nothing(restorable):
    def change(file):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("Facts only", "Only facts").replace("rows: 10 ", "rows: 10  "), encoding="utf-8")
        assert file.read_text(encoding="utf-8") != text

    paths = [STUDY, *(f"resources/{study}/README.md" for study in ("yan-2024", "dmpm-2022"))]
    assert planned_after(restorable, paths, change) == set()


def test_another_table_in_the_folder_is_noticed(restorable):
    table = restorable.folder / "resources/dmpm-2022/tests.csv"
    try:
        table.write_text("table,row,column,variable,level,group,p\n", encoding="utf-8")
        assert restorable.snakemake("-n").rules == with_what_follows(["intake_tables"])
    finally:
        table.unlink()


def test_a_changed_result_is_what_the_next_run_gives(changeable):
    extract = changeable.folder / "resources/yan-2024/patients.csv"
    replace(",No,107.8,49.9", ",No,107.8,48.8")(extract)
    replace("44.5,No", "44.5,No")(extract)
    os.utime(extract, (946684800, 946684800))
    assert changeable.snakemake("--cores", "2").code == 0
    ard = (changeable.folder / "results/yan-2024/estimate/ard.csv").read_text(encoding="utf-8")
    assert "OS2,,survival,median,,48.8,months,,kaplan-meier," in ard
