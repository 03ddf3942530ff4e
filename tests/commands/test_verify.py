"""verify names every file that is not as its record says, and no other."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from peritrace.records import read_records
from peritrace.verification import Finding, verify
from tests.workflow.workspace import Workspace


@pytest.fixture(scope="module")
def project(finished_small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished project to be damaged; every test restores it."""
    folder = tmp_path_factory.mktemp("verify") / "project"
    shutil.copytree(finished_small.folder, folder)
    assert verify(folder).findings == []
    yield folder
    assert verify(folder).findings == []


def flip(path: Path, chance: random.Random) -> bytes:
    """Change one bit of one byte; returns the content before."""
    before = path.read_bytes()
    place = chance.randrange(len(before))
    path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
    return before


def files(project: Path, kind: str) -> list[str]:
    """Every file that the records list: outputs, inputs that no job made, code."""
    records, damaged = read_records(project)
    assert damaged == []
    made = {path for record in records for path in record.outputs}
    found = {fact.path for record in records for fact in record.files("inputs" if kind == "raw" else kind)}
    return sorted(found - made if kind == "raw" else {path for path in found if (project / path).stat().st_size})


@pytest.mark.parametrize(("kind", "named"), [("outputs", "changed"), ("raw", "stale"), ("code", "stale")])
def test_one_byte_of_every_file(project: Path, kind: str, named: str) -> None:
    chance = random.Random(kind)
    listed = files(project, kind)
    before = {path: flip(project / path, chance) for path in listed}
    found = {finding.file for finding in verify(project).findings if finding.kind == named}
    for path, content in before.items():
        (project / path).write_bytes(content)
    assert found == set(listed)
    assert len(listed) >= (4 if kind == "raw" else 80)


def test_one_byte_of_every_record_and_of_every_study_file(project: Path) -> None:
    chance = random.Random(3)
    for path in [*project.glob("results/*/trace/*.json"), *project.glob("config/studies/*-20*.yaml")]:
        name = path.relative_to(project).as_posix()
        if name.startswith("config/") and not (project / "results" / path.stem).is_dir():
            continue
        before = flip(path, chance)
        assert name in {finding.file for finding in verify(project).findings}
        path.write_bytes(before)


def test_one_changed_file_is_named_alone(project: Path) -> None:
    chance = random.Random(5)
    for path in chance.sample(files(project, "outputs"), 5):
        before = flip(project / path, chance)
        findings = verify(project).findings
        (project / path).write_bytes(before)
        assert [(finding.kind, finding.file) for finding in findings] == [("changed", path)]


def test_missing_unrecorded_stale_and_harmless(project: Path) -> None:
    figure, study = project / "results/yan-2024/draw/fig-2b.svg", project / "config/studies/yan-2024.yaml"
    drawn, written = figure.read_bytes(), study.read_text(encoding="utf-8")
    figure.unlink()
    (project / "reports/by-hand.html").write_text("made up", encoding="utf-8")
    study.write_text(written + "# a remark\n", encoding="utf-8")
    found = {(finding.kind, finding.file) for finding in verify(project).findings}
    assert found == {
        ("missing", "results/yan-2024/draw/fig-2b.svg"),
        ("unrecorded", "reports/by-hand.html"),
        ("note", "config/studies/yan-2024.yaml"),
    }
    study.write_text(written.replace("time_points: [", "time_points: [7, ", 1), encoding="utf-8")
    stale = next(f for f in verify(project).findings if f.file == "config/studies/yan-2024.yaml")
    figure.write_bytes(drawn)
    (project / "reports/by-hand.html").unlink()
    study.write_text(written, encoding="utf-8")
    assert stale.kind == "stale"
    assert "estimate" in stale.explanation
    assert not Finding("note", "x", "").counts


def test_another_version_of_a_package(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peritrace.verification.metadata.version", lambda name: "0.0.1")
    stale = {finding.file for finding in verify(project).findings}
    assert "matplotlib 0.0.1" in stale
    assert "numpy 0.0.1" in stale
