"""The page of records: every node leads to its record, and nothing on it differs between runs."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from peritrace.files import sha256
from peritrace.pages.records import Records
from peritrace.records import read_record, record_paths
from tests.workflow.workspace import Workspace


@pytest.fixture(scope="module")
def page(finished_small: Workspace) -> str:
    return (finished_small.folder / "reports/provenance.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found(finished_small: Workspace) -> Records:
    folder = finished_small.folder
    records = [read_record(path, folder) for path in record_paths(folder)]
    told = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("results/*/cells/uses.json")]
    return Records([r for r in records if r.stage != "provenance"], {item["study"]: item for item in told})


def test_the_graph_is_what_the_records_say(found: Records) -> None:
    rows = {row.title.text: row for row in found.study("yan-2024", "").graph}
    # typed from the rules: what each stage is given
    made_of = {
        "intake": {"resources/yan-2024/patients.csv"},
        "derive": {"intake"},
        "estimate": {"derive"},
        "audit": {"resources/yan-2024/claims.csv", "estimate"},
        "draw": {"derive", "estimate"},
        "cells": {"intake", "derive"},
        "report": {"6 figures", "11 tables"}
        | {"intake", "validate", "derive", "cells", "estimate", "crosscheck", "audit"},
        "reports/yan-2024.html": {"report"},
    }
    assert {name: {link.text for link in rows[name].made_of} for name in made_of} == made_of
    assert [link.text for link in rows["6 figures"].holds][:4] == ["Fig. 2A", "Fig. 2B", "Fig. 2C", "Fig. 2D"]
    assert {link.text for link in rows["estimate"].elsewhere} == {"evidence", "index"}


def test_published_tables_are_one_node(found: Records) -> None:
    first, second, *_ = found.study("dmpm-2022", "").graph
    assert first.title.text == "resources/dmpm-2022/"
    assert {link.text for link in first.holds} >= {"counts.csv", "claims.csv"}
    assert [link.text for link in second.made_of] == ["resources/dmpm-2022/"]


def test_every_link_leads_somewhere(page: str, finished_small: Workspace) -> None:
    ids = [unescape(name) for name in re.findall(r'\bid="([^"]+)"', page)]
    assert len(ids) == len(set(ids))
    links = {unescape(link) for link in re.findall(r'<a href="([^"]+)"', page)}
    assert {unquote(link[1:]) for link in links if link.startswith("#")} <= set(ids)
    reports = finished_small.folder / "reports"
    outside = {link.partition("#") for link in links if not link.startswith("#")}
    assert all((reports / name).is_file() for name, _, _ in outside)
    for name, _, anchor in outside:
        assert not anchor or f'id="{unquote(anchor)}"' in (reports / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("study", ["yan-2024", "dmpm-2022"])
def test_reports_lead_to_its_records(page: str, finished_small: Workspace, study: str) -> None:
    report = (finished_small.folder / f"reports/{study}.html").read_text(encoding="utf-8")
    anchors = {unquote(anchor) for anchor in re.findall(r'href="provenance\.html#([^"]+)"', report)}
    assert len(anchors) >= 5
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_every_file_of_a_study_is_there_with_its_hash(page: str, finished_small: Workspace) -> None:
    folder = finished_small.folder
    files = [p for p in folder.glob("results/yan-2024/*/*") if p.parent.name != "trace"]
    for path in [*files, folder / "resources/yan-2024/patients.csv", folder / "reports/yan-2024.html"]:
        name = path.relative_to(folder).as_posix()
        row = re.search(rf'<th scope="row">{re.escape(name)}</th>.*?<code>([0-9a-f]{{64}})', page)
        assert row, name
        assert row[1] == sha256(path)


def test_every_module_of_a_job_is_among_the_code(page: str) -> None:
    root = Path("workflow/peritrace")
    for name in ("stages/intake.py", "extracts/values.py", "stats/kaplan_meier.py", "pages/provenance.py"):
        assert f">workflow/peritrace/{name}</th>" in page
        assert sha256(root / name) in page


def test_what_differs_between_runs_is_not_there(page: str, finished_small: Workspace) -> None:
    for path in record_paths(finished_small.folder):
        record = read_record(path, finished_small.folder)
        run = record.content["run"]
        assert record.sha256 not in page
        assert run["started"][:16] not in page
        assert run["system"] not in page
    assert str(finished_small.folder) not in page


def test_no_line_of_a_patient_is_there(page: str, finished_small: Workspace) -> None:
    uses = json.loads((finished_small.folder / "results/yan-2024/cells/uses.json").read_text(encoding="utf-8"))
    lines = {cell["lines"] for e in uses["exhibits"].values() for cell in e["cells"]}
    text = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])
    assert lines
    assert not any(re.search(rf"lines? {re.escape(line)}\b", text) for line in lines)


def test_code_that_differed_between_jobs_is_told_apart(found: Records) -> None:
    record = next(r for r in found.records if r.study == "yan-2024" and r.stage == "derive")
    changed = json.loads(json.dumps(record.content))
    path = "workflow/peritrace/files.py"
    next(fact for fact in changed["code"] if fact["path"] == path)["sha256"] = "0" * 64
    others = [r for r in found.records if r is not record]
    code = Records([*others, type(record)(record.path, record.sha256, changed)], {}).code()
    used = {item.fact.sha256: item.used_by for item in code if item.fact.path == path}
    assert len(used) == 2
    assert used["0" * 64] == "yan-2024: derive"
