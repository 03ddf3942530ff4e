"""Stage draw on the ten patients of Yan et al.: files, numbers, same bytes, refusals."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from peritrace.ard import Ard, write_ard
from peritrace.figures.output import Drawing
from peritrace.files import read_csv, write_csv
from peritrace.problems import InputRefused
from peritrace.stages import draw as stage
from peritrace.stages.draw import FORMATS, SIMULATED, draw, draw_all
from peritrace.study import Study
from tests.figures.cohorts import ROOT, yan_adsl, yan_adtte, yan_ard, yan_rows, yan_study

STUDY = yan_study().for_stage("draw")
# R: survfit(Surv(os2_months, survival == "No") ~ 1, conf.type = "log-log"), patients.csv of the study
OS2 = {
    "1": ("0.900000", "0.4730093", "0.985281"),
    "2.1": ("0.800000", "0.4086908", "0.945873"),
    "5.5": ("0.685714", "0.3045851", "0.887148"),
    "36.9": ("0.548571", "0.1872560", "0.806377"),
    "49.9": ("0.365714", "0.0642417", "0.691703"),
}
HOSTILE_RC = """
backend: svg
svg.fonttype: none
font.size: 30
font.family: serif
axes.facecolor: red
axes.unicode_minus: False
lines.linewidth: 9
path.simplify: False
savefig.bbox: tight
savefig.dpi: 50
savefig.transparent: True
pdf.compression: 0
text.usetex: True
timezone: Asia/Shanghai
"""
DRAW = """
import sys
import matplotlib
from peritrace.stages.draw import draw_all
if matplotlib.rcParams["font.size"] != 30:
    sys.exit("the hostile settings were not read")
from peritrace.study_file import load_study
study = load_study(sys.argv[1]).for_stage("draw")
study = study.model_copy(update={"figures": study.figures[3:]})
draw_all(study, "ard.csv", "adsl.csv", "adtte.csv", sys.argv[2])
"""


def write_inputs(folder: Path) -> None:
    write_ard(folder / "ard.csv", yan_ard())
    for name, rows in (("adsl.csv", yan_adsl()), ("adtte.csv", yan_adtte())):
        write_csv(folder / name, list(rows[0]), rows)


def with_figures(*ids: str) -> Study:
    return STUDY.model_copy(update={"figures": [figure for figure in STUDY.figures if figure.id in ids]})


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yan")
    write_inputs(folder)
    draw_all(STUDY, folder / "ard.csv", folder / "adsl.csv", folder / "adtte.csv", folder / "draw")
    return folder / "draw"


def test_every_figure_comes_in_every_format_and_nothing_else(drawn: Path) -> None:
    expected = {f"{figure.id}.{kind}" for figure in STUDY.figures for kind in FORMATS}
    assert {path.name for path in drawn.iterdir()} == expected


def test_the_curve_behind_the_figure_is_that_of_r(drawn: Path) -> None:
    rows = [row for row in read_csv(drawn / "fig-2b.csv") if row["part"] == "curve" and row["n_event"] == "1"]
    assert [row["time"] for row in rows] == list(OS2)
    for row in rows:
        expected = [float(number) for number in OS2[row["time"]]]
        found = [float(row[name]) for name in ("survival", "conf_low", "conf_high")]
        assert found == pytest.approx(expected, abs=1e-6)


def test_the_numbers_at_risk_behind_the_figure_are_counted_in_the_table(drawn: Path) -> None:
    for figure, column in (("fig-2a", "os1_months"), ("fig-2b", "os2_months"), ("fig-2c", "pfs")):
        times = [float(row[column]) for row in yan_rows()]
        table = [row for row in read_csv(drawn / f"{figure}.csv") if row["part"] == "at risk"]
        assert len(table) == 7
        for row in table:
            assert int(row["n_risk"]) == sum(time >= float(row["time"]) for time in times)
            assert sum(int(row[name]) for name in ("n_risk", "events_before", "censored_before")) == 10


def test_the_points_behind_the_figure_are_those_of_table_2(drawn: Path) -> None:
    rows = read_csv(drawn / "pci-by-cc.csv")
    printed = {row["patient"]: row["pci_score"] for row in yan_rows()}
    assert {row["patient"]: row["value"] for row in rows} == printed
    # CC0/1: 6, 9, 10, 25; CC2/3: 12, 24, 30, 30, 30, 33.
    assert {(row["series"], row["median"]) for row in rows} == {("CC0/1", "9.5"), ("CC2/3", "30")}


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_bytes_do_not_depend_on_settings_hash_seed_time_zone_or_language(drawn: Path, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(HOSTILE_RC, encoding="utf-8")
    write_inputs(tmp_path)
    hostile = {"MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "4711", "TZ": "Asia/Shanghai", "LC_ALL": "C"}
    environment = os.environ | hostile | {"PYTHONPATH": str(ROOT / "workflow")}
    study = str(ROOT / "config/studies/yan-2024.yaml")
    command = [sys.executable, "-c", DRAW, study, "again"]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True)
    again = digest(tmp_path / "again")
    assert len(again) == 12
    assert again == {name: value for name, value in digest(drawn).items() if name in again}


def texts(drawing: Drawing) -> list[str]:
    return [text.get_text() for text in drawing.page.figure.texts]


@pytest.mark.parametrize("figure", ["fig-2d", "pci-by-cc", "swimmer"])
def test_simulated_patients_are_marked_on_the_figure_itself(
    figure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Drawing] = []
    monkeypatch.setattr(stage, "write_drawing", lambda drawing, out, salt: kept.append(drawing))
    patients = yan_adsl()
    simulated = [row | {"simulated": "yes"} for row in patients]
    (chosen,) = with_figures(figure).figures
    draw(chosen, yan_ard(), patients, yan_adtte(), STUDY, {})
    draw(chosen, yan_ard(), simulated, yan_adtte(), STUDY, {})
    draw(chosen, yan_ard(), patients, yan_adtte(), STUDY, {}, mark="RECONSTRUCTED")
    real, marked, named = kept
    assert SIMULATED not in texts(real)
    assert SIMULATED in texts(marked)
    assert marked.description.startswith(SIMULATED)
    assert "RECONSTRUCTED" in texts(named)
    assert {row["mark"] for row in marked.rows} == {SIMULATED}
    assert "mark" not in real.columns


def test_a_note_that_says_why_stands_in_the_place_of_a_figure_without_data(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    write_ard(tmp_path / "ard.csv", Ard(s for s in yan_ard() if not (s.variable == "OS2" and s.group1)))
    rows = [row | {"pci": ""} for row in yan_adsl()]
    write_csv(tmp_path / "adsl.csv", list(rows[0]), rows)
    draw_all(STUDY, tmp_path / "ard.csv", tmp_path / "adsl.csv", tmp_path / "adtte.csv", tmp_path / "draw")
    assert {path.stem for path in (tmp_path / "draw").iterdir()} == {figure.id for figure in STUDY.figures}
    notes = {path.stem: read_csv(path) for path in (tmp_path / "draw").glob("*.csv")}
    absent = {name: rows[0] for name, rows in notes.items() if "not_drawn" in rows[0]}
    assert set(absent) == {"fig-2d", "pci-by-cc"}
    assert "analyses.compare" in absent["fig-2d"]["because"]
    assert "Not drawn" in (tmp_path / "draw" / "pci-by-cc.svg").read_text(encoding="utf-8")


def test_more_levels_than_can_be_told_apart_are_refused(tmp_path: Path) -> None:
    patients = [row | {"cc_group": f"level {place}"} for place, row in enumerate(2 * yan_adsl())]
    (figure,) = with_figures("pci-by-cc").figures
    with pytest.raises(InputRefused, match="at most 12 levels"):
        draw(figure, yan_ard(), patients, yan_adtte(), STUDY, {})


def test_drawing_does_not_import_what_only_estimating_needs() -> None:
    unwanted = "{'pandas', 'lifelines', 'scipy', 'matplotlib.pyplot'}"
    code = f"import sys, peritrace.stages.draw; print({unwanted} & set(sys.modules))"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
