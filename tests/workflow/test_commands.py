"""The commands of the README do what it says."""

from pathlib import Path

import pytest
import yaml

from tests.workflow.workspace import copy_project

STUDIES = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))["studies"]


def test_a_finished_run_has_nothing_left_to_do(finished):
    run = finished.snakemake("--cores", "2")
    assert run.code == 0
    assert "Nothing to be done" in run.text


def test_a_dry_run_of_a_fresh_copy_plans_every_stage(fresh):
    run = fresh.snakemake("-n")
    assert run.code == 0
    stages = ("intake", "validate", "derive", "estimate", "crosscheck", "audit", "draw", "tabulate", "report")
    assert run.rules == {"index", *stages, "cells", "guidance", "algorithm", "guide", "evidence", "provenance"}


def test_a_dry_run_of_published_tables_plans_their_stages(tmp_path):
    run = copy_project(tmp_path, "dmpm-2022").snakemake("-n")
    assert run.code == 0
    stages = ("intake", "estimate", "audit", "draw", "tabulate", "report")
    shared = {"algorithm", "guide", "evidence", "index", "provenance"}
    assert run.rules == {*shared, "cells_tables", *(f"{stage}_tables" for stage in stages)}


def test_the_workflow_passes_the_linter(fresh):
    run = fresh.snakemake("--lint")
    assert run.code == 0, run.text


def test_one_figure_can_be_asked_for(one_figure):
    assert (one_figure.folder / "results/yan-2024/draw/fig-2b.svg").is_file()
    assert not (one_figure.folder / "reports").exists()


def test_snakemake_can_report_on_the_run(finished, tmp_path):
    run = finished.snakemake("--report", str(tmp_path / "report.html"))
    assert run.code == 0, run.text
    assert "fig-2b" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", STUDIES)
def test_every_contracted_file_of_a_study_is_there(finished, study):
    outputs = finished.outputs()
    wanted = {"estimate/ard.csv", "audit/verdicts.csv"}
    if Path(f"resources/{study}/patients.csv").is_file():
        wanted |= {"derive/adsl.csv", "derive/adtte.csv"}
    assert {f"results/{study}/{name}" for name in wanted} <= set(outputs)
    figures = [path.removesuffix(".svg") for path in outputs if path.startswith(f"results/{study}/draw/")]
    figures = [path for path in figures if not path.endswith((".png", ".pdf", ".csv"))]
    assert figures
    assert all(f"{figure}.{suffix}" in outputs for figure in figures for suffix in ("svg", "png", "pdf", "csv"))
    assert f"reports/{study}.html" in outputs
    assert "reports/index.html" in outputs


def test_no_half_written_file_is_left(finished):
    assert list(finished.folder.rglob(".tmp-*")) == []
