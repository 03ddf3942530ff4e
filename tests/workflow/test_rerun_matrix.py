"""The rerun matrix: every way in which a file of a study, or what works on it, may change, and whether jobs run again.

What is proven how:

- The table itself is decided in this process: a change must alter the parameters that the rule intake carries if and
  only if it must run again. The parameters are those of the rule, made by the same methods of the plan.
- That Snakemake runs a rule again when its parameters alter, whatever the time stamps, and leaves it alone when a file
  was touched, also one above 1 MB, is shown by Snakemake itself on a small workflow with this project's profile.
- That the real workflow does so, rule by rule, is shown by the dry runs in test_reruns.py.
- That a missing extract is refused with its name is shown in test_refusals.py.
"""

import functools
import os
import shutil
import subprocess
import sys
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest

from peritrace import fingerprint, plan
from tests.workflow.workspace import ROOT

STUDY = "yan-2024"
EXTRACT = f"resources/{STUDY}/patients.csv"
STUDY_FILE = f"config/studies/{STUDY}.yaml"
STAMPS = {"old": -1_000_000, "equal": 0, "new": 1_000_000}
LARGE = 1_200_000
PLACES = ("same path", "other path", "symlink")
MUST_RUN = {"content": True, "touch": False, "delete": True}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The files of the study in a folder of their own that is the working folder."""
    shutil.copytree(ROOT / "resources", tmp_path / "resources")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project_with_code(project, monkeypatch):
    """The code beside them, which the plan then reads instead of ours."""
    shutil.copytree(ROOT / "workflow", project / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    package = project / "workflow/peritrace"
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    monkeypatch.setattr(plan, "PACKAGE", package)
    forget()
    yield project
    forget()


@functools.cache
def read_plan(study_file):
    """The plan of a study file that reads so: loading it takes most of the time of these tests."""
    made = plan.Plan({"studies": [STUDY]})
    assert not made.refused, study_file
    return made


def forget():
    """Read the code anew."""
    read_plan.cache_clear()
    for cached in (fingerprint._content, fingerprint._imports, fingerprint._modules, fingerprint._sha256):
        cached.cache_clear()


def planned():
    """The parameters of the jobs as they are now, by stage; those of intake with the extract's path and content."""
    now = read_plan(Path(STUDY_FILE).read_text(encoding="utf-8"))
    found = {stage: (now.settings(STUDY, stage), now.code(stage)) for stage in ("intake", "estimate", "draw", "report")}
    found["intake"] += (now.extract(STUDY), now.content(*now.raw_files(STUDY)))
    return found


def altered(before):
    return {stage for stage, parameters in planned().items() if parameters != before[stage]}


@pytest.mark.parametrize(
    ("change", "stamp", "size", "place"), list(product(MUST_RUN, STAMPS, ("small", "large"), PLACES))
)
def test_the_extract(project, change, stamp, size, place):
    extract = project / EXTRACT
    if size == "large":
        extract.write_bytes(extract.read_bytes() * (LARGE // extract.stat().st_size + 1))
        assert extract.stat().st_size > LARGE
    time = extract.stat().st_mtime
    other = project / f"resources/{STUDY}/others.csv"
    if place == "symlink":
        extract.rename(other)
        extract.symlink_to(other.name)
    before = planned()
    real = extract.resolve()
    if place == "other path":
        shutil.copy2(extract, other)
        text = (project / STUDY_FILE).read_text(encoding="utf-8")
        (project / STUDY_FILE).write_text(text.replace(EXTRACT, EXTRACT.replace("patients", "others")))
        real = other
    if change == "content":
        real.write_bytes(real.read_bytes().replace(b"85.1", b"95.1"))
    if change == "delete":
        real.unlink()
    else:
        os.utime(real, (time + STAMPS[stamp],) * 2)
    # another file is another input, which the record names, even when its content is the same
    assert ("intake" in altered(before)) == (MUST_RUN[change] or place == "other path")


@pytest.mark.parametrize(
    ("path", "stages"),
    [
        ("workflow/peritrace/extracts/values.py", {"intake"}),
        ("workflow/peritrace/stats/kaplan_meier.py", {"estimate"}),
        ("workflow/peritrace/study.py", {"intake", "estimate", "draw", "report"}),
        ("workflow/rules/report.smk", {"report"}),
        ("workflow/Snakefile", {"intake", "estimate", "draw", "report"}),
        ("workflow/templates/base.html.jinja", {"report"}),
        (STUDY_FILE, set()),
    ],
)
def test_code_template_and_schema(project_with_code, path, stages):
    """A comment more, with an old time stamp; in the study file it means nothing."""
    file = project_with_code / path
    before, time = planned(), file.stat().st_mtime
    with file.open("a", encoding="utf-8") as text:
        text.write("\n# one more line\n")
    os.utime(file, (time + STAMPS["old"],) * 2)
    forget()
    assert stages <= altered(before)
    assert altered(before) <= stages or path.endswith(".py")


def test_a_key_of_the_study_file(project):
    before, file = planned(), project / STUDY_FILE
    text = file.read_text(encoding="utf-8")
    assert "time_points: [12, 36, 60]" in text
    file.write_text(text.replace("time_points: [12, 36, 60]", "time_points: [12, 24, 60]"), encoding="utf-8")
    assert "estimate" in altered(before)
    assert "intake" not in altered(before)


@pytest.mark.parametrize(
    ("package", "stages"),
    [("pandas", {"intake", "report"}), ("matplotlib", {"draw", "report"}), ("scipy", {"estimate", "report"})],
)
def test_the_version_of_a_package(project, monkeypatch, package, stages):
    before, true = planned(), metadata.version
    monkeypatch.setattr(plan.metadata, "version", lambda name: "0.0.0" if name == package else true(name))
    read_plan.cache_clear()
    assert altered(before) == stages
    read_plan.cache_clear()


TOY = """
import hashlib
digest = hashlib.sha256(open("data.csv", "rb").read()).hexdigest()
rule all:
    input: "data.csv"
    output: "out.txt"
    params: content=lambda wildcards: digest
    shell: "cp {input} {output}"
"""


@pytest.mark.parametrize("size", [100, LARGE])
def test_snakemake_goes_by_the_parameters_and_not_by_time_stamps(tmp_path, size):
    (tmp_path / "Snakefile").write_text(TOY)
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    data = tmp_path / "data.csv"
    data.write_bytes(b"a" * size)

    def snakemake(*arguments):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return "Nothing to be done" not in done.stdout + done.stderr

    assert snakemake()
    made = (tmp_path / "out.txt").stat().st_mtime
    os.utime(data, (made + 100,) * 2)
    assert not snakemake("-n")
    data.write_bytes(b"b" * size)
    os.utime(data, (made - 1_000_000,) * 2)
    assert snakemake("-n")
