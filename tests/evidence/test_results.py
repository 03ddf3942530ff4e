"""The table of evidence: numbers as the sources cite them, our own from the statistics, nothing simulated."""

import json
from pathlib import Path

import pytest

from peritrace.ard import Statistic, write_ard
from peritrace.evidence.disagreements import disagreements
from peritrace.evidence.results import Result, cited_results, own_results
from peritrace.files import read_csv
from peritrace.meaning import EvidenceResult
from peritrace.problems import InputRefused
from peritrace.stages.evidence import evidence
from peritrace.study_file import load_study

# Copied by hand from the text files of the sources: line of the first number, reference, what is printed.
CITED = [
    ("35-39", "4; 5", "6.0", "14.0"),
    ("256-261", "24", "10.7", ""),
    ("261-264", "12", "6.5", ""),
    ("264-270", "25", "10.6", ""),
    ("273-274", "24; 25; 26; 27; 28", "6.5", "16.4"),
    ("345-349", "11", "62.5", ""),
    ("345-349", "11", "34.1", ""),
    ("345-349", "11", "30.1", ""),
    ("349-372", "13", "12.5", ""),
    ("349-372", "13", "2.1", ""),
    ("372-374", "37", "33.0", ""),
    ("372-374", "37", "14.0", ""),
    ("375-380", "14", "35.6", ""),
    ("380-387", "16", "46.7", ""),
    ("380-387", "16", "37.0", ""),
    ("387-393", "17", "15.7", ""),
    ("387-393", "17", "66.7", ""),
    ("387-393", "17", "33.3", ""),
    ("387-393", "17", "33.3", ""),
    ("392-393", "17", "100", ""),
    ("6", "1; 3", "3", ""),
    ("23", "4", "2", ""),
]


def test_every_cited_number_stands_as_printed():
    rows = read_csv("resources/evidence/cited.csv")
    assert sorted((r["lines"], r["reference"], r["value"], r["value_high"]) for r in rows) == sorted(CITED)


def test_every_cited_number_says_where_it_stands():
    assert all(result.source and result.cited_as and result.paper for result in cited_results())


def test_a_wrong_table_ends_in_all_its_problems(tmp_path):
    text = Path("resources/evidence/cited.csv").read_text(encoding="utf-8")
    path = tmp_path / "cited.csv"
    path.write_text(text.replace(",46.7,", ",4G.7,").replace("survival-median", "median", 1), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        cited_results(path)
    assert len(refused.value.problems) == 2


def made_up(path):
    """An ARD with a median and two rates, of which one lies beyond follow-up."""
    labels = {"variable": "OS2", "method": "kaplan-meier"}
    rows = [Statistic("survival", name, text, **labels) for name, text in (("n", "10"), ("median", "49.9"))]
    for time, beyond in (("12", "0"), ("60", "1")):
        told = {"estimate": "0.6857142857", "beyond_follow_up": beyond}
        rows += [Statistic("survival-rate", name, s, variable_level=time, **labels) for name, s in told.items()]
    write_ard(path, rows)
    return path


def test_own_results_come_from_the_statistics(tmp_path):
    study = load_study("config/studies/yan-2024.yaml")
    found = own_results(study, made_up(tmp_path / "ard.csv"))
    told = [(r.result, r.quantity, r.time_months, r.value) for r in found if r.result == "yan-2024-os2"]
    # what lies beyond follow-up is not stated
    assert told == [
        ("yan-2024-os2", "survival-median", "", "49.9"),
        ("yan-2024-os2", "survival-rate", "12", "68.57142857"),
    ]
    assert {r.basis for r in found} == {"recomputed"}


def test_nothing_simulated_reaches_table_or_figure(tmp_path):
    """The example cohort asks to be shown, and its statistics are there: still nothing of it is."""
    study = load_study("config/studies/example-cohort.yaml")
    asking = EvidenceResult(endpoint="OS2", tumour="HCC", treatment="CRS")
    study = study.model_copy(update={"evidence": [asking]})
    (tmp_path / "example-cohort/estimate").mkdir(parents=True)
    made_up(tmp_path / "example-cohort/estimate/ard.csv")
    yan = load_study("config/studies/yan-2024.yaml")
    (tmp_path / "yan-2024/estimate").mkdir(parents=True)
    made_up(tmp_path / "yan-2024/estimate/ard.csv")
    given = [json.loads(s.for_stage("evidence").as_json()) for s in (study, yan)]
    evidence(json.dumps({"studies": given, "names": {"yan-2024": "Yan 2024"}}), tmp_path / "evidence")
    for name in ("evidence", "figure"):
        rows = read_csv(tmp_path / f"evidence/{name}.csv")
        assert {row["paper"] for row in rows if row["own"]} == {"yan-2024"}
        assert not any("example-cohort" in cell for row in rows for cell in row.values())
        assert all(row["source"] for row in rows)
    assert "example" not in (tmp_path / "evidence/figure.svg").read_text(encoding="utf-8").lower()


def test_the_front_page_takes_no_simulated_study_into_the_evidence():
    from peritrace.plan import Plan

    plan = Plan({"studies": ["yan-2024", "example-cohort"]})
    assert plan.across.evidenced == ["yan-2024"]


def result(**told):
    empty = dict.fromkeys(Result.__dataclass_fields__, "")
    shared = {"paper": "p", "outcome": "overall survival", "quantity": "survival-median", "unit": "months"}
    shared |= {"tumour": "HCC", "treatment": "surgery", "cited_as": "a study", "source": "page 1"}
    return Result(**empty | shared | told)


def test_one_study_with_two_numbers_is_shown():
    pair = [result(reference="7", value="12.5", source="page 2"), result(reference="7", value="15.2", source="page 5")]
    [found] = disagreements(pair)
    assert found.kind == "different numbers"
    assert "12.5 months (page 2) and with 15.2 months (page 5)" in found.sentence


def test_a_number_outside_the_range_that_covers_it_is_shown():
    whole = result(reference="1; 2", value="6.0", value_high="14.0", treatment="any")
    [found] = disagreements([whole, result(reference="2", value="16.4")])
    assert found.kind == "outside its range"
    assert not list(disagreements([whole, result(reference="2", value="12.0")]))


def test_what_the_paper_cites_twice_agrees_but_for_the_ends_of_its_ranges():
    # 6.5 is cited for reference 12, yet it begins the range of references 24 to 28; 14.0 likewise
    assert [found.kind for found in disagreements(cited_results())] == ["an end from elsewhere"] * 2
