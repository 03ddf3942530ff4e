"""The mesothelioma study of 2022, an abstract: every number has a verdict, and all that can be checked fit."""

from pathlib import Path

import pytest

from peritrace.extracts.tables import read_published
from peritrace.study_file import load_study
from peritrace.verdicts.published import PublishedJudge
from tests.papers.printed_numbers import numbers_of, unlisted


@pytest.fixture(scope="module")
def judge() -> PublishedJudge:
    published = read_published(Path("resources/dmpm-2022"), "dmpm-2022")
    return PublishedJudge(published, load_study(Path("config/studies/dmpm-2022.yaml")))


def test_every_printed_number_is_covered_by_a_claim_and_none_is_invented():
    assert [number for number in numbers_of("dmpm-2022") if not number.claim_id] == []
    # "all p < 0.05" is printed once and stands for each of the nine factors
    assert all(": p < 0.05 (" in claim for claim in unlisted("dmpm-2022"))
    assert len(unlisted("dmpm-2022")) == 9


def test_every_number_has_a_verdict_and_none_is_contradicted(judge):
    verdicts = {claim.claim_id: judge.finding(claim).verdict for claim in judge.published.claims}
    assert len(verdicts) >= 40
    assert {name for name, verdict in verdicts.items() if verdict == "unverifiable"} == {"conclusions-os-longer"}
    assert "contradicted" not in verdicts.values()


# by hand, of 110: 34 → 30.909, 76 → 69.091, 59 → 53.636, 51 → 46.364, 48 → 43.636, 62 → 56.364, 41 → 37.273
@pytest.mark.parametrize("percent", ["30.9%", "69.1%", "53.6%", "46.4%", "43.6%", "56.4%", "37.3%"])
def test_the_percentages_are_recomputed(judge, percent):
    (claim,) = [c for c in judge.published.claims if c.quantity == "share" and c.reported == percent]
    finding = judge.finding(claim)
    assert (finding.verdict, finding.recomputed) == ("reproduced", percent)


def test_a_rate_without_a_count_has_one(judge):
    # 2.7 % of 110: 3 is 2.727
    finding = judge.finding(judge.published.by_id["results-perioperative-death"])
    assert finding.verdict == "coherent"
    assert "2.7% of 110 is 3 patients" in finding.explanation


def test_the_limits_of_the_follow_up_are_symmetric_as_spss_prints_them(judge):
    # (37.3 + 49.4) / 2 = 43.35, printed 43.3
    finding = judge.finding(judge.published.by_id["results-follow-up"])
    assert "symmetric about it on the plain scale" in finding.explanation
