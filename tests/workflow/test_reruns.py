"""The right rerun: whatever a result depends on makes it again when it changes, and nothing else does.

What a stage imports is asked of Python itself, by importing the stage in a process of its own; the workflow finds it
out by reading import statements. The two must agree, for every module of the package.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from peritrace.fingerprint import modules_used
from tests.workflow.workspace import ROOT

PACKAGE = ROOT / "workflow" / "peritrace"
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py"))
TEMPLATES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "workflow/templates").rglob("*") if p.is_file())
FONTS = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "workflow/fonts").rglob("*.ttf"))
# diff and refuse have no job here: no study has an earlier extract or a wrong file.
SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "workflow/scripts").glob("*.py")
    if path.stem not in ("diff", "refuse")
)

# What must run again when a stage does.
AFTER = {
    "intake": {"validate", "derive", "estimate", "crosscheck", "audit", "draw", "tabulate", "report", "index"}
    | {"guidance", "guide", "evidence"},
    "validate": {"report"},
    "derive": {"estimate", "crosscheck", "audit", "draw", "tabulate", "report", "index"}
    | {"guidance", "guide", "evidence"},
    "estimate": {"crosscheck", "audit", "draw", "tabulate", "report", "index", "evidence"},
    "crosscheck": {"report"},
    "audit": {"report", "index"},
    "draw": {"report"},
    "tabulate": {"report"},
    "report": set(),
    "intake_tables": {f"{stage}_tables" for stage in ("estimate", "audit", "draw", "tabulate", "report")}
    | {"index", "evidence"},
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
}


def with_what_follows(stages):
    return set(stages).union(*(AFTER[stage] for stage in stages))


@functools.cache
def imported_by(stage):
    """The files of the package that Python loads for a job of the stage."""
    code = (
        f"import sys, peritrace.warm, peritrace.jobs, peritrace.stages.{stage}\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'peritrace'), sep='\\n')"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return {Path(line).relative_to(ROOT).as_posix() for line in done.stdout.split()}


def planned_after(workspace, path, change):
    """The rules that would run after a file was changed; the file is restored, time stamps included."""
    file = workspace.folder / path
    before, times = file.read_bytes(), file.stat()
    try:
        change(file)
        run = workspace.snakemake("-n")
        assert run.code == 0, run.text
        return run.rules
    finally:
        file.write_bytes(before)
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


def stages_importing(path):
    return frozenset(stage for stage in AFTER if path in imported_by(stage))


def one_of_each_kind():
    """A module for every set of stages that import it: a dry run for each of all modules would take minutes."""
    return sorted({stages_importing(path): path for path in MODULES}.values())


@pytest.mark.parametrize("stage", AFTER)
def test_the_modules_of_a_stage_are_those_that_python_loads(stage):
    entry = PACKAGE / "stages" / f"{stage}.py"
    read = {path.relative_to(ROOT).as_posix() for path in (*modules_used(entry), *modules_used(PACKAGE / "warm.py"))}
    assert read == imported_by(stage)


@pytest.mark.parametrize("path", one_of_each_kind())
def test_an_edited_module_reruns_the_stages_that_import_it(restorable, path):
    assert planned_after(restorable, path, edit) == with_what_follows(stages_importing(path))


@pytest.mark.parametrize("path", TEMPLATES)
def test_an_edited_template_reruns_the_pages(restorable, path):
    assert planned_after(restorable, path, edit) == {"validate", "report", "report_tables", "guide", "index"}


@pytest.mark.parametrize("path", FONTS)
def test_another_font_redraws(restorable, path):
    expected = with_what_follows(["draw", "draw_tables", "algorithm", "evidence"])
    assert planned_after(restorable, path, edit) == expected


@pytest.mark.parametrize("path", SCRIPTS)
def test_an_edited_script_reruns_its_stage(restorable, path):
    assert planned_after(restorable, path, edit) == with_what_follows([Path(path).stem])


STUDY = "config/studies/yan-2024.yaml"


@pytest.mark.parametrize(
    ("path", "old", "new", "stages"),
    [
        (STUDY, 'title: "Cytoreductive', 'title: "On cytoreductive', ["validate", "report", "index"]),
        (STUDY, "rows: 10 ", "rows: 10  ", []),
        (STUDY, "title: Characteristics of the patients", "title: Patients", ["tabulate", "report"]),
        (STUDY, "title: Course of the ten", "title: The course of the ten", ["draw", "report"]),
        (STUDY, "time_points: [12, 36, 60]", "time_points: [12, 24, 60]", ["estimate"]),
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
        ("resources/yan-2024/README.md", "Facts only", "Only facts", []),
        ("resources/dmpm-2022/claims.csv", ",43.3", ",43.4", ["intake_tables"]),
        ("resources/dmpm-2022/counts.csv", ",110,", ",111,", ["intake_tables"]),
        ("config/studies/dmpm-2022.yaml", "title: Coherence map", "title: The map", ["draw_tables"]),
        (
            "config/studies/dmpm-2022.yaml",
            "stated: {}",
            "stated: {association: [fisher]}",
            ["estimate_tables", "audit_tables"],
        ),
        ("resources/dmpm-2022/README.md", "Facts only", "Only facts", []),
    ],
)
def test_an_edited_file_of_the_study_reruns_what_depends_on_it(restorable, path, old, new, stages):
    assert planned_after(restorable, path, replace(old, new)) == with_what_follows(stages)


def test_an_extract_swapped_in_with_an_old_time_stamp_is_noticed(restorable):
    def swap(file):
        replace("85.1", "95.1")(file)
        os.utime(file, (946684800, 946684800))  # 1 January 2000

    assert planned_after(restorable, "resources/yan-2024/patients.csv", swap) == with_what_follows(["intake"])


def test_claims_swapped_in_with_an_old_time_stamp_are_noticed(restorable):
    def swap(file):
        replace(",49.9", ",49.8")(file)
        os.utime(file, (946684800, 946684800))

    assert planned_after(restorable, "resources/yan-2024/claims.csv", swap) == with_what_follows(["audit"])


@pytest.mark.parametrize(
    "path",
    ["resources/yan-2024/patients.csv", "resources/yan-2024/claims.csv", "resources/dmpm-2022/counts.csv", STUDY],
)
def test_a_touched_file_reruns_nothing(restorable, path):
    assert planned_after(restorable, path, lambda file: os.utime(file)) == set()


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
