"""What a page says of how its figures and tables were made, held against the files themselves."""

import json
import subprocess
from pathlib import Path

import pytest

from peritrace.files import sha256
from peritrace.pages.provenance import Made, Provenance
from peritrace.records import read_record
from tests.workflow.workspace import Workspace


def way(workspace: Workspace, study: str) -> Provenance:
    """The provenance of a study of a finished project."""
    folder = workspace.folder / "results" / study
    records = [
        read_record(path.relative_to(workspace.folder), workspace.folder) for path in folder.glob("trace/*.json")
    ]
    uses = json.loads((folder / "cells/uses.json").read_text(encoding="utf-8"))
    return Provenance(study, records, uses)


def made(workspace: Workspace, study: str, exhibit: str) -> Made:
    """How an exhibit was made."""
    found = way(workspace, study).of(exhibit)
    assert found is not None
    return found


def test_a_figure_of_patients(finished_small: Workspace) -> None:
    found = made(finished_small, "yan-2024", "fig-2b")
    assert found.rows == "10 of 10 rows of the extract take part."
    extract = "resources/yan-2024/patients.csv"
    assert found.sources == ((extract, sha256(finished_small.folder / extract)),)
    assert found.cells == ((extract, "survival", 10), (extract, "os2_months", 10))
    assert found.settings == (("id", "fig-2b"), ("kind", "survival"), ("endpoint", "OS2"))
    assert [step.name for step in found.steps] == ["intake", "derive", "estimate", "draw"]
    assert len({step.digest for step in found.steps}) == 4
    assert {Path(path).suffix for path, _ in found.files} == {".svg", ".pdf", ".png", ".csv"}
    assert all(digest == sha256(finished_small.folder / path) for path, digest in found.files)


def test_a_table_of_published_cells_rests_on_the_audit(finished_small: Workspace) -> None:
    found = made(finished_small, "dmpm-2022", "counts")
    assert [step.name for step in found.steps] == ["intake", "estimate", "audit", "tabulate"]
    assert found.rows.startswith("It shows ")
    assert {path for path, _ in found.sources} == {"resources/dmpm-2022/counts.csv"}
    assert {Path(path).suffix for path, _ in found.files} == {".html", ".csv", ".docx"}


def test_who_was_excluded_is_told_by_rule(finished_small: Workspace) -> None:
    provenance = way(finished_small, "yan-2024")
    provenance.by_stage["derive"].content["rows"].append(
        {"step": "rows excluded", "rows": "2", "reason": "aged under 18"}
    )
    found = provenance.of("fig-2a")
    assert found is not None
    assert found.excluded == ("aged under 18 (2 rows)",)


def test_what_is_unknown_has_no_way(finished_small: Workspace) -> None:
    assert way(finished_small, "yan-2024").of("fig-9") is None


@pytest.mark.parametrize("study", ["yan-2024", "dmpm-2022"])
def test_every_figure_and_table_of_a_page_says_how_it_was_made(finished_small: Workspace, study: str) -> None:
    page = (finished_small.folder / f"reports/{study}.html").read_text(encoding="utf-8")
    exhibits = way(finished_small, study).uses["exhibits"]
    assert page.count('<details class="made">') == len(exhibits) == page.count('<article class="exhibit"')
    assert all(
        f"reproduce {study}/{exhibit}\n" in page or f"reproduce {study}/{exhibit}<" in page for exhibit in exhibits
    )


def test_a_page_is_the_same_in_a_folder_under_version_control(changeable: Workspace) -> None:
    page = changeable.folder / "reports/dmpm-2022.html"
    before = page.read_bytes()
    author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for words in (["init", "-q"], ["add", "Snakefile"], [*author, "commit", "-q", "-m", "start"]):
        subprocess.run(["git", *words], cwd=changeable.folder, check=True)
    page.unlink()
    run = changeable.snakemake("--cores", "1")
    assert run.code == 0, run.text
    record = read_record(Path("results/dmpm-2022/trace/report.json"), changeable.folder)
    assert len(record.content["git"]["commit"]) == 40
    assert record.content["git"]["clean"] is True
    assert page.read_bytes() == before
