"""trace leads from a figure, a number, a verdict and a point of a curve to the raw cells."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from peritrace.problems import InputRefused
from peritrace.records import read_records
from peritrace.reproduction import copy_sources
from peritrace.tracing import Tracer
from tests.workflow.workspace import Workspace


def told(workspace: Workspace, what: str, **at: str) -> str:
    tracer = Tracer(workspace.folder)
    return "\n".join(tracer.tree(tracer.target(what), at).lines())


def test_the_drop_of_a_curve_is_one_patient(finished_small: Workspace) -> None:
    # Fig. 2B of Yan 2024 drops at 36.9 months, which Table 3 of the paper gives to patient 4: line 5 of the file.
    text = told(finished_small, "reports/yan-2024.html#fig-2b", t="36.9")
    assert "5 of 10 patients at risk" in text
    assert "1 event, 0 censored" in text
    assert "yan-2024-4, resources/yan-2024/patients.csv, line 5: Death from any cause" in text
    assert "column os2_months: 36.9" in text


def test_a_group_of_a_curve(finished_small: Workspace) -> None:
    text = told(finished_small, "yan-2024/fig-2d", group="CC0/1", t="36")
    assert "of 4 patients at risk" in text
    with pytest.raises(InputRefused, match="CC2/3"):
        told(finished_small, "yan-2024/fig-2d", group="CC9", t="36")


def test_the_chain_reaches_the_extract_with_code_and_settings(finished_small: Workspace) -> None:
    text = told(finished_small, "results/yan-2024/draw/fig-2b.svg")
    for job in ("draw", "estimate", "derive", "intake"):
        assert text.count(f"job {job} (results/yan-2024/trace/{job}.json") == 1
    assert "read resources/yan-2024/patients.csv, sha256 " in text
    assert "config/studies/yan-2024.yaml, sha256 " in text
    assert "matplotlib " in text


def test_a_claim_and_a_statistic(finished_small: Workspace) -> None:
    verdicts = (finished_small.folder / "results/dmpm-2022/audit/verdicts.csv").read_text(encoding="utf-8")
    claim = verdicts.splitlines()[1].partition(",")[0]
    text = told(finished_small, claim)
    assert "printed in " in text
    assert "verdict: " in text
    assert "job audit_tables" in text
    assert "N = 10" in told(finished_small, "results/yan-2024/estimate/ard.csv#2")


def test_a_verdict_leads_to_the_cells_of_rows_and_paper(finished_small: Workspace) -> None:
    # PCI of the ten patients: column pci_score, lines 2 to 11; their median as the abstract prints it is line 5 of the
    # claims.
    text = told(finished_small, "reports/yan-2024.html#claim-abstract-median-pci")
    assert "printed in Abstract, Results: 25" in text
    assert "typed in resources/yan-2024/claims.csv, line 5, column reported" in text
    assert "median 24.5 (descriptive)" in text
    assert "resources/yan-2024/patients.csv, column pci_score (pci), lines 2-11" in text
    assert text == told(finished_small, "yan-2024/abstract-median-pci") == told(finished_small, "abstract-median-pci")


def test_a_verdict_on_a_printed_table_leads_to_its_cells(finished_small: Workspace) -> None:
    text = told(finished_small, "reports/dmpm-2022.html#claim-abstract-results-pci-below-20-count")
    assert "column count" in text
    assert "resources/dmpm-2022/counts.csv, line " in text
    assert "audit/checks.csv, line " in text


def test_a_claim_of_two_studies_is_asked_for_by_study(finished: Workspace) -> None:
    with pytest.raises(InputRefused, match="yan-2024/abstract-patients or zhang-2024/abstract-patients"):
        told(finished, "abstract-patients")


def test_a_statistic_leads_to_its_cells(finished_small: Workspace) -> None:
    text = told(finished_small, "results/yan-2024/estimate/ard.csv#2")
    assert "resources/yan-2024/patients.csv, every line: it counts patients" in text


@pytest.mark.parametrize("what", ["nothing", "reports/yan-2024.html#fig-9", "results/yan-2024/estimate/ard.csv#zero"])
def test_what_is_not_there(finished_small: Workspace, what: str) -> None:
    with pytest.raises(InputRefused, match="Try "):
        told(finished_small, what)


def test_a_figure_is_made_again(finished_small: Workspace) -> None:
    environment = os.environ | {"PYTHONPATH": "workflow"}
    command = [sys.executable, "-m", "peritrace", "reproduce", "yan-2024/pci-by-cc"]
    done = subprocess.run(
        command, cwd=finished_small.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("same bytes") == 4


def test_before_any_run(tmp_path) -> None:
    with pytest.raises(InputRefused, match="make reports"):
        Tracer(tmp_path).target("yan-2024/fig-2b")


def test_a_study_takes_with_it_what_a_run_reads_first(
    finished_small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished_small.folder)
    records, _ = read_records()
    copy_sources("dmpm-2022", records, tmp_path / "one")
    copy_sources("index", records, tmp_path / "all")
    for name in ("resources/lexicon/terms.csv", "resources/guidance/treatment-guidance.yaml"):
        assert (tmp_path / "one" / name).is_file()
    assert not (tmp_path / "one/resources/yan-2024").exists()
    assert (tmp_path / "one/config/config.yaml").read_text(encoding="utf-8") == "studies:\n  - dmpm-2022\n"
    # pages of all studies show them in the order of the configuration, and name that file
    ours = finished_small.folder / "config/config.yaml"
    assert (tmp_path / "all/config/config.yaml").read_bytes() == ours.read_bytes()
