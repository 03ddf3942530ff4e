"""Published tables through all their stages: the files of the contract, nothing raw, nothing that runs, same bytes."""

import csv
import re
from pathlib import Path

import pytest

from peritrace import ard
from peritrace.files import read_csv
from peritrace.problems import InputRefused
from peritrace.stages.audit_tables import (
    CHECK_COLUMNS,
    CORRECTION_COLUMNS,
    EVENT_COLUMNS,
    INFERENCE_COLUMNS,
    audit_tables,
)
from peritrace.stages.draw_tables import draw_tables
from peritrace.stages.estimate_tables import estimate_tables
from peritrace.stages.intake_tables import intake_tables
from peritrace.stages.report_tables import report_tables
from peritrace.stages.tabulate_tables import tabulate_tables
from peritrace.study import Study
from peritrace.verdicts.columns import VERDICT_COLUMNS
from tests.stages.test_report import Page

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"

# 31 of 40 and 30 of 50: R: fisher.test(matrix(c(31, 9, 30, 20), 2))$p.value is .1118. The limit 1.104 is a slip for
# 1.014. Sizes 40 + 50 = 90; 61 of 90 is 67.8 %, printed 76.8 %.
TABLES = {
    "counts": f"""table,row,column,variable,level,group,group_level,count,of,percent
Table 1,,All,,,,,90,,
Table 1,,A,,,Arm,A,40,,
Table 1,,B,,,Arm,B,50,,
Table 1,{IMAGE},A,Pain {SCRIPT},Yes {SCRIPT},Arm,A,31,,77.5%
Table 1,{IMAGE},B,Pain {SCRIPT},Yes {SCRIPT},Arm,B,30,,60.0%
Table 1,{IMAGE},All,Pain {SCRIPT},Yes {SCRIPT},,,61,,76.8%
Table 2,,All,OS,event,,,60,,
""",
    "numbers": """table,row,column,variable,unit,whole,group,group_level,n,median,lower_quartile,upper_quartile
Table 1,Age,A,Age,years,yes,Arm,A,,55,48,61
Table 1,Age,B,Age,years,yes,Arm,B,,56,47,63
""",
    "tests": f"""table,row,column,variable,level,group,p
Table 1,{IMAGE},P,Pain {SCRIPT},Yes {SCRIPT},Arm,0.112
""",
    "effects": f"""table,row,column,variable,level,reference,model,endpoint,measure,ratio,low,high,p
Table 2,{IMAGE} invasion,,Invasion {SCRIPT},Yes,No,univariable,OS,HR,1.720,1.104,2.919,0.044
Table 2,Age,,Age,> 60,≤ 60,univariable,OS,HR,0.934,0.552,1.581,0.800
Table 2,Arm,,Arm,A,B,univariable,OS,HR,0.600,0.359,1.002,0.051
""",
    "flow": """place,node,parent,label,variable,level,group,group_level,count
Fig. 1,all,,Enrolled,,,,,90
Fig. 1,a,all,Arm A,,,Arm,A,40
Fig. 1,b,all,Arm B,,,Arm,B,50
""",
    "claims": f"""claim_id,location,quantity,variable,level,group,group_level,time,unit,part_of,touches,reported,model
abstract-patients,"Abstract, {IMAGE}",count,,,,,,,,description,ninety,
stage-title,"Table 2, title {IMAGE}",term,stage,,,,,,,description,IIIb {SCRIPT},
stage-text,Results,term,stage,,,,,,,description,IIb {SCRIPT},
conclusion,Conclusions,prediction,OS,,Invasion {SCRIPT},Yes,,,,conclusion,independent,univariable
""".replace("ninety", "90"),
}
STUDY = Study.model_validate(
    {
        "id": "made-up",
        "title": f"A made-up study {SCRIPT}",
        "short_title": "Made up",
        "about": [f"No study. {IMAGE}"],
        "limits": ["Made up for tests."],
        "source": {"tables": "resources/made-up"},
        "labels": {"OS": f"Overall survival {SCRIPT}"},
        "audit": {"stated": {"association": ["fisher"]}},
        "figures": [
            {"id": "coherence", "kind": "coherence", "title": "Coherence map"},
            {"id": "fig-1", "kind": "flow", "title": f"Flow {SCRIPT}", "printed_as": "Fig. 1"},
            {"id": "forest", "kind": "forest", "title": "Factors", "table": "Table 2"},
        ],
        "tables": [
            {"id": "table-1", "kind": "published", "table": "Table 1", "title": f"Patients {SCRIPT}"},
            {"id": "table-2", "kind": "published", "table": "Table 2", "title": "Factors", "printed_as": "Table 2"},
        ],
    }
)


def write_tables(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for kind, text in TABLES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    return folder


def run(root: Path) -> Path:
    """Every stage in turn; the folder of results, with the page in it."""
    source, results = write_tables(root / "source"), root / "results"
    intake_tables(STUDY.for_stage("intake_tables"), source, results / "intake")
    estimate_tables(STUDY.for_stage("estimate_tables"), results / "intake", results / "estimate/ard.csv")
    audit_tables(STUDY.for_stage("audit_tables"), results / "intake", results / "audit")
    draw_tables(STUDY.for_stage("draw_tables"), results)
    tabulate_tables(STUDY.for_stage("tabulate_tables"), results)
    fingerprints = {f"resources/made-up/{kind}.csv": "0" * 64 for kind in TABLES}
    versions = {"peritrace": "0.1.0", "Python": "3.11.2"}
    report_tables(STUDY.for_stage("report_tables"), results, fingerprints, versions, results / "made-up.html")
    return results


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def page(results: Path) -> Page:
    return Page(results / "made-up.html")


def header(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


def test_every_file_of_the_contract_is_there(results):
    found = {path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()}
    assert found == {
        *(f"intake/{kind}.csv" for kind in TABLES),
        "estimate/ard.csv",
        *(f"audit/{name}.csv" for name in ("verdicts", "checks", "corrections", "inferences", "events")),
        *(f"draw/{name}.{kind}" for name in ("coherence", "fig-1", "forest") for kind in ("svg", "pdf", "png", "csv")),
        *(f"tabulate/{table}.{kind}" for table in ("table-1", "table-2") for kind in ("html", "csv", "docx")),
        "made-up.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("estimate/ard.csv", ard.COLUMNS),
        ("audit/verdicts.csv", VERDICT_COLUMNS),
        ("audit/checks.csv", CHECK_COLUMNS),
        ("audit/corrections.csv", CORRECTION_COLUMNS),
        ("audit/inferences.csv", INFERENCE_COLUMNS),
        ("audit/events.csv", EVENT_COLUMNS),
    ],
)
def test_the_columns_are_those_of_the_contract(results, path, columns):
    assert header(results / path) == list(columns)
    assert read_csv(results / path)


def test_intake_passes_on_every_cell_as_typed(results):
    passed = read_csv(results / "intake/counts.csv")
    assert passed[3]["variable"] == f"Pain {SCRIPT}"
    assert passed[3]["percent"] == "77.5%"
    assert passed[3]["touches"] == ""  # a column that was left out


def test_the_statistics_are_those_of_a_hand_computation(results):
    rows = ard.read_ard(results / "estimate/ard.csv")
    share = rows.where(stat_name="p", group1_level="A").statistics
    assert [s.number for s in share] == [31 / 40]
    fisher = rows.where(stat_name="p_value", method="fisher").statistics
    assert [round(s.number, 4) for s in fisher] == [0.1118]
    assert fisher[0].convention == ""
    # √(.552 × 1.581) = .934; 4/(ln(1.581/.552)/3.92)² = 55.5
    age = rows.where(context="model", group1="Age")
    assert age.where(method="wald-limits", stat_name="estimate").statistics[0].number == pytest.approx(0.934, abs=1e-3)
    assert age.where(stat_name="n_event_min").statistics[0].stat == "56"


def test_every_printed_number_has_one_verdict(results):
    rows = read_csv(results / "audit/verdicts.csv")
    # 7 counts, 3 percentages, 6 quantiles, 1 test, 12 of effects, 4 claims
    assert len(rows) == len({row["claim_id"] for row in rows}) == 33
    verdicts = {row["reported"]: row["verdict"] for row in rows}
    assert (verdicts["77.5%"], verdicts["0.112"], verdicts["90"]) == ("reproduced",) * 2 + (verdicts["90"],)
    wrong = {row["reported"] for row in rows if row["verdict"] == "contradicted"}
    assert wrong == {"76.8%", "1.104", f"IIIb {SCRIPT}", f"IIb {SCRIPT}"}


def test_corrections_are_ranked(results):
    first = {
        row["reported"]: row["correction"] for row in read_csv(results / "audit/corrections.csv") if row["rank"] == "1"
    }
    assert first == {"76.8%": "67.8%", "1.104": "1.014"}


def test_suspects_stand_with_the_checks_that_they_break(results):
    broken = [
        row for row in read_csv(results / "audit/checks.csv") if row["grade"] in ("impossible", "not reproducible")
    ]
    assert len(broken) == 4  # the limit breaks two
    assert all(set(row["suspects"].split()) <= set(row["members"].split()) for row in broken)
    assert all(row["suspects"] for row in broken)


@pytest.mark.parametrize("suffix", ["html", "svg", "csv"])
def test_no_raw_missing_number_is_written(results, suffix):
    for path in results.rglob(f"*.{suffix}"):
        text = re.sub(r"<style.*?</style>|data:[^\"]+", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"(?<![\w.-])(nan|NaN|inf|None(?! of ))(?![\w-])", text), path.name


@pytest.mark.parametrize("suffix", ["html", "svg"])
def test_hostile_text_is_text(results, suffix):
    for path in results.rglob(f"*.{suffix}"):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text, path.name
        assert "<img src=x" not in text, path.name


def test_the_page_shows_hostile_text_as_it_stands(page):
    for text in (f"Pain {SCRIPT}", f"IIb {SCRIPT}", f"A made-up study {SCRIPT}", f"Abstract, {IMAGE}"):
        assert text in page.words
    assert [tag for tag, _ in page.elements].count("script") == 1


def test_the_page_is_sound(page):
    ids = page.having("id")
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for tag, a in page.elements if tag == "a" and a["href"].startswith("#")}
    assert targets <= set(ids)
    assert "For research. Not for treating a patient." in page.words
    assert not {a for _, attrs in page.elements for a in attrs if a == "style" or a.startswith("on")}


def test_the_page_says_what_was_found(page):
    assert "33 printed numbers and statements" in page.words
    assert "The smallest correction is 1.014" in page.words


def test_the_tables_hold_printed_and_recomputed_numbers(results):
    characteristics, effects = (_lines(results / f"tabulate/{table}.csv") for table in ("table-1", "table-2"))
    pain = next(line for line in characteristics if line[0].startswith("Pain"))
    assert pain[1:7] == ["31 (77.5%)", "77.5%", "30 (60.0%)", "60.0%", "0.112", "0.112"]
    assert "67.8%" in pain[-1]  # the note on the total
    age = next(line for line in effects if line[0].startswith("Age"))
    assert age[:2] == ["Age: > 60", "0.934 (0.552–1.581)"]
    assert "56" in age


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_a_second_run_gives_the_same_bytes(results, tmp_path):
    again = run(tmp_path / "another folder é")
    ours = {path.relative_to(results): path.read_bytes() for path in results.rglob("*") if path.is_file()}
    theirs = {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()}
    assert [path.as_posix() for path in ours if ours[path] != theirs[path]] == []


def test_a_refused_table_passes_nothing_on(tmp_path):
    source = write_tables(tmp_path / "source")
    (source / "effects.csv").write_text(TABLES["effects"].replace("1.104", "-1.104"), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"made-up: .*1 problem"):
        intake_tables(STUDY, source, tmp_path / "intake")
    assert not (tmp_path / "intake").exists()


def test_a_figure_of_a_table_that_is_not_there_is_refused(results, tmp_path):
    figures = [{"id": "forest", "kind": "forest", "title": "Factors", "table": "Table 9"}]
    study = Study.model_validate(STUDY.model_dump() | {"figures": figures})
    with pytest.raises(InputRefused, match=r"figures, forest: found nothing to draw.*Name another table"):
        draw_tables(study, results)


def test_an_empty_study_has_a_page(tmp_path):
    """A single count: nothing binds it, nothing can be drawn."""
    source = tmp_path / "source"
    source.mkdir()
    line = "table,row,column,variable,level,group,group_level,count\nTable 1,,All,,,,,90\n"
    (source / "counts.csv").write_text(line, encoding="utf-8")
    study = Study.model_validate({"id": "made-up", "title": "One number", "source": {"tables": "resources/made-up"}})
    results = tmp_path / "results"
    intake_tables(study, source, results / "intake")
    estimate_tables(study, results / "intake", results / "estimate/ard.csv")
    audit_tables(study, results / "intake", results / "audit")
    draw_tables(study, results)
    tabulate_tables(study, results)
    report_tables(study, results, {}, {}, results / "made-up.html")
    assert [row["verdict"] for row in read_csv(results / "audit/verdicts.csv")] == ["unverifiable"]
    assert "1 printed number" in Page(results / "made-up.html").words
