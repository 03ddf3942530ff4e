"""The second opinion: it agrees on Yan's rows, and says so when an estimate is spoilt."""

from dataclasses import replace
from pathlib import Path

import pytest

from peritrace.ard import Ard, Statistic, read_ard, write_ard
from peritrace.files import read_csv
from peritrace.stages.crosscheck import crosscheck
from peritrace.stages.derive import derive
from peritrace.stages.estimate import estimate
from peritrace.study_file import load_study
from tests.stages.taking_in import take_in

STUDY = load_study(Path("config/studies/yan-2024.yaml"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Everything that crosscheck reads, for Yan's ten patients."""
    folder = tmp_path_factory.mktemp("crosscheck")
    take_in(Path(STUDY.source.patients), STUDY, folder)
    derive(folder / "patients.csv", STUDY, folder / "adsl.csv", folder / "adtte.csv", folder / "derived-flow.csv")
    estimate(STUDY, folder / "adsl.csv", folder / "adtte.csv", folder / "ard.csv")
    return folder


def agreement(folder, ard, out):
    write_ard(out / "ard.csv", ard)
    crosscheck(STUDY, folder / "adsl.csv", folder / "adtte.csv", out / "ard.csv", out / "agreement.csv")
    return read_csv(out / "agreement.csv")


def test_two_implementations_agree(folder, tmp_path):
    rows = agreement(folder, read_ard(folder / "ard.csv"), tmp_path)
    assert {row["agree"] for row in rows} == {"1"}
    assert {row["estimate"] for row in rows} >= {"Kaplan–Meier curve", "median", "log-rank test", "Cox model (Efron)"}


def test_a_median_at_exactly_one_half_is_told_and_not_held_against_us(folder, tmp_path):
    # OS2 of CC2/3: 1.0 2.1 5.5 36.9 dead of six, 62.6 and 82.7 alive; S is 1/2 from 5.5 on, the next event is at 36.9
    rows = agreement(folder, read_ard(folder / "ard.csv"), tmp_path)
    told = [row for row in rows if row["estimate"] == "median" and row["endpoint"] == "OS2" and row["level"] == "CC2/3"]
    assert [row["note"] for row in told] == ["survival is exactly one half, where lifelines may step past it"]


@pytest.mark.parametrize(
    ("context", "stat_name", "estimate_name"),
    [
        ("survival-curve", "estimate", "Kaplan–Meier curve"),
        ("survival-curve", "conf_low", "limits of the curve"),
        ("comparison", "p_value", "log-rank test"),
        ("model", "conf_high", "Cox model (Efron)"),
    ],
)
def test_a_spoilt_estimate_is_found(folder, tmp_path, context, stat_name, estimate_name):
    def spoilt(row: Statistic) -> Statistic:
        hit = row.context == context and row.stat_name == stat_name and row.stat not in ("", "0", "1")
        return replace(row, stat=f"{row.number * 1.0001:.10g}") if hit else row

    rows = agreement(folder, Ard(spoilt(row) for row in read_ard(folder / "ard.csv")), tmp_path)
    assert "0" in {row["agree"] for row in rows if row["estimate"] == estimate_name}
