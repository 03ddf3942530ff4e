"""Yan et al. 2024: every claim has its place in the paper, and the verdict that a reader with pencil and paper finds.

The list below was made from the paper, not from claims.csv: place, what is printed there, and the verdict expected from
a hand count of Tables 1 to 3 (the reason stands beside it where it is not plain). R = reproduced, V = reproduced by
convention, C = coherent, X = contradicted, U = unverifiable.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from peritrace.ard import read_ard
from peritrace.claims import read_claims
from peritrace.stages.derive import derive
from peritrace.stages.estimate import estimate
from peritrace.study_file import load_study
from peritrace.verdicts.judge import Judge
from tests.stages.taking_in import take_in

VERDICTS = {
    "R": "reproduced",
    "V": "reproduced-by-convention",
    "C": "coherent",
    "X": "contradicted",
    "U": "unverifiable",
}
# PCI in order: 6 9 10 12 24 | 25 30 30 30 33, so the median is 24.5, printed 25.
# CC scores 2 2 3 2 2 0 0 3 0 0: CC0/1 in four patients, not five.
# OS1, + censored: 2.1 9.0+ 43.0+ 54.2 55.6 58.0+ 85.1+ 107.8 127.7 153.9+
# OS2: 1.0 2.1 5.0+ 5.5 26.1+ 36.9 43.0+ 49.9 62.6+ 82.7+
# PFS: 1.0 2.1 3.0 4.0 5.0 12.7 19.0 22.1 44.5 82.7
# Life table of OS1: 0-12 n 10, withdrawn 1, dead 1, 1 - 1/9.5 = .8947; from 48 n 7, w 1, d 2, × (1 - 2/6.5) = .6194;
# from 60 (open) n 4, w 2, d 2, × (1 - 2/3) = .2065. Kaplan–Meier at 60: 9/10 × 6/7 × 5/6 = .6429.
CLAIMS = [
    ("abstract-window-start", "Abstract, Methods", "March 2017", "C"),
    ("abstract-window-end", "Abstract, Methods", "December 2023", "C"),
    ("abstract-patients", "Abstract, Results", "10", "R"),
    ("abstract-median-pci", "Abstract, Results", "25", "R"),
    ("abstract-cc01-half", "Abstract, Results", "half", "X"),
    ("abstract-sae", "Abstract, Results", "Three", "R"),  # patients 3, 5, 8
    ("abstract-os1-1y", "Abstract, Results", "89.0%", "V"),
    ("abstract-os1-3y", "Abstract, Results", "89.0%", "V"),
    ("abstract-os1-5y", "Abstract, Results", "21.0%", "V"),
    ("abstract-median-os1", "Abstract, Results", "107.8", "R"),
    ("abstract-median-os2", "Abstract, Results", "49.9", "R"),
    ("abstract-median-pfs", "Abstract, Results", "5.0", "V"),  # the event had to be inferred
    ("abstract-benefit", "Abstract, Conclusion", "significant", "U"),  # no other treatment in the rows
    ("methods-window-start", "Methods, paragraph 1", "March 2017", "C"),
    ("methods-window-end", "Methods, paragraph 1", "December 2023", "C"),
    ("methods-consent", "Methods, paragraph 1", "all", "U"),
    ("methods-cisplatin", "Methods, paragraph 3", "120", "U"),
    ("methods-docetaxel", "Methods, paragraph 3", "120", "U"),
    ("methods-temperature-low", "Methods, paragraph 3", "42", "U"),
    ("methods-temperature-high", "Methods, paragraph 3", "43", "U"),
    ("methods-hipec-minutes", "Methods, paragraph 3", "60", "U"),
    ("methods-visits-first-year", "Methods, paragraph 4", "three", "U"),
    ("methods-visits-later", "Methods, paragraph 4", "six", "U"),
    ("methods-last-day", "Methods, paragraph 4", "December 31, 2023", "C"),
    ("results-patients", "Results, paragraph 1", "10", "R"),
    ("results-synchronous", "Results, paragraph 1", "3", "R"),  # patients 1, 5, 10
    ("results-metachronous", "Results, paragraph 1", "7", "R"),
    ("results-metachronous-resected", "Results, paragraph 1", "all", "X"),  # HR only in patients 2, 3, 4
    ("results-metachronous-treated", "Results, paragraph 1", "all", "R"),
    ("results-patients-in-table", "Results, paragraph 1", "10", "R"),
    ("table-1-patients", "Table 1, title", "10", "R"),
    ("results-median-pci", "Results, paragraph 2", "25", "R"),
    ("results-median-age", "Results, paragraph 2", "43.5", "R"),  # 43 and 44 in the middle
    ("results-median-operation-time", "Results, paragraph 2", "509", "R"),  # 500 and 518
    ("results-cc01-half", "Results, paragraph 2", "Half", "X"),
    ("results-pci-cc-direction", "Results, paragraph 2", "lower", "R"),  # medians 9.5 and 30
    ("results-pci-cc-p", "Results, paragraph 2", "P < 0.05", "R"),
    ("results-sae", "Results, paragraph 3", "three", "R"),
    ("results-dehiscence", "Results, paragraph 3", "one", "C"),  # 1 + 1 + 1 of three
    ("results-pleural-effusion", "Results, paragraph 3", "one", "C"),
    ("results-death-30-days", "Results, paragraph 3", "one", "V"),  # 1.0 month is 30.4 days, or 30
    ("results-chemotherapy-after", "Results, paragraph 3", "Some", "R"),
    ("results-targeted-after", "Results, paragraph 3", "Some", "R"),
    ("results-surgery-after", "Results, paragraph 3", "Some", "R"),
    ("results-follow-up", "Results, paragraph 3", "31.5", "R"),  # (26.1 + 36.9) / 2
    ("results-median-os1", "Results, paragraph 3", "107.8", "R"),
    ("results-median-os2", "Results, paragraph 3", "49.9", "R"),
    ("results-median-pfs", "Results, paragraph 3", "5.0", "V"),
    ("results-os1-1y", "Results, paragraph 3", "89.0%", "V"),
    ("results-os1-3y", "Results, paragraph 3", "89.0%", "V"),
    ("results-os1-5y", "Results, paragraph 3", "21.0%", "V"),
    ("results-os2-1y", "Results, paragraph 3", "68.0%", "V"),
    ("results-os2-3y", "Results, paragraph 3", "53.0%", "V"),
    ("results-os2-5y", "Results, paragraph 3", "35.0%", "V"),
    ("results-pfs-1y", "Results, paragraph 3", "50.0%", "V"),
    ("results-pfs-3y", "Results, paragraph 3", "10.0%", "V"),
    ("results-pfs-5y", "Results, paragraph 3", "10.0%", "V"),
    ("results-os-by-cc", "Results, paragraph 3", "P > 0.05", "R"),
    ("results-cc-predictor", "Results, paragraph 3", "P > 0.05", "R"),
    ("fig-1-excised", "Fig. 1, caption", "All", "U"),  # the caption does not say which patient is shown
    ("fig-1-recurrence", "Fig. 1, caption", "No", "U"),
    ("fig-1-follow-up", "Fig. 1, caption", "almost 7", "R"),  # 82.7 / 12 = 6.89
    ("fig-2d-os-by-cc", "Fig. 2, caption", "No significant differences", "R"),
    ("discussion-median-pci", "Discussion, paragraph 4", "25", "R"),
    ("discussion-cc01-half", "Discussion, paragraph 4", "half", "X"),
    ("discussion-treated-after", "Discussion, paragraph 4", "majority", "R"),  # all but 5, 8, 9
    ("discussion-several-treatments", "Discussion, paragraph 4", "several", "R"),
    ("discussion-superior", "Discussion, paragraph 4", "superior", "U"),
    ("conclusion-benefit", "Conclusions", "significant", "U"),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Study, claims and statistics, computed from the extract."""
    folder = tmp_path_factory.mktemp("yan")
    study = load_study(Path("config/studies/yan-2024.yaml"))
    take_in(Path(study.source.patients), study.for_stage("intake"), folder)
    derive(
        folder / "patients.csv",
        study.for_stage("derive"),
        folder / "adsl.csv",
        folder / "adtte.csv",
        folder / "derived-flow.csv",
    )
    estimate(study.for_stage("estimate"), folder / "adsl.csv", folder / "adtte.csv", folder / "ard.csv")
    audited = study.for_stage("audit")
    return audited, read_claims(Path(study.source.claims), audited), read_ard(folder / "ard.csv")


@pytest.fixture(scope="module")
def judge(judged):
    study, claims, ard = judged
    return Judge(claims, ard, study)


def test_the_claims_are_those_of_the_paper(judged):
    _, claims, _ = judged
    assert [(c.claim_id, c.location, c.reported) for c in claims] == [claim[:3] for claim in CLAIMS]


@pytest.mark.parametrize(("claim_id", "expected"), [(claim[0], claim[3]) for claim in CLAIMS])
def test_verdict(judge, claim_id, expected):
    claim = next(claim for claim in judge.claims if claim.claim_id == claim_id)
    finding = judge.verdict(claim).finding
    assert finding.verdict == VERDICTS[expected], finding.explanation
    assert finding.explanation.endswith(".")


def test_one_reading_explains_eight_of_the_nine_survival_rates(judge):
    widest = next(c for c in judge.coverages if c.quantity == "survival-rate")
    assert widest.bundle == ("life-table", "row=starts-at", "printing=two-decimals")
    assert (widest.numbers, widest.of) == (8, 9)
    assert widest.unexplained == ("results-pfs-1y",)


def test_the_five_year_rate_is_explained_by_the_open_interval(judge):
    claim = next(claim for claim in judge.claims if claim.claim_id == "abstract-os1-5y")
    explanation = judge.verdict(claim).finding.explanation
    assert "open last interval (60 months and beyond)" in explanation
    assert "64.3% by Kaplan–Meier; 61.9% by life table" in explanation


def test_the_rates_need_no_more_than_they_need(judge):
    """Six of the nine rates fit the right row when SPSS's two decimals are kept; three need the row one interval on."""
    needed = {
        claim.claim_id: judge.verdict(claim).finding.convention
        for claim in judge.claims
        if claim.quantity == "survival-rate" and claim.claim_id.startswith("results")
    }
    wrong_row = {claim_id for claim_id, convention in needed.items() if "row=starts-at" in convention}
    assert wrong_row == {"results-os1-5y", "results-os2-3y", "results-pfs-3y"}
    assert needed["results-os1-1y"] == "printing=two-decimals"


def test_rounded_times_leave_room_for_the_death_within_thirty_days(judge):
    claim = next(claim for claim in judge.claims if claim.claim_id == "results-death-30-days")
    finding = judge.verdict(claim).finding
    assert finding.convention == "times=as-rounded"  # 1.0 month is 28.9 to 32.0 days
    assert finding.standard == ""


def test_the_study_period_holds_the_longest_follow_up_only_with_short_months(judge):
    # 1 March 2017 to 31 December 2023 is 2496 days; 82.65 × 30.4375 is 2515.7, 82.65 × 30 is 2479.5
    claim = next(claim for claim in judge.claims if claim.claim_id == "methods-window-start")
    finding = judge.verdict(claim).finding
    assert finding.convention == "days_per_month=30"
    assert "2496 days" in finding.explanation


def test_the_contradicted_half_is_explained_by_counts(judge):
    claim = next(claim for claim in judge.claims if claim.claim_id == "abstract-cc01-half")
    finding = judge.verdict(claim).finding
    assert finding.recomputed == "4 of 10 (40%)"
    assert (
        "5 of 10 (1 patient counted otherwise), or if 2 patients had not been counted at all (4 of 8)"
        in finding.explanation
    )


def retyped(text):
    """Wrong retypings: each digit raised by two, number words by one, a sign turned."""
    words = ["one", "two", "three", "four"]
    if text.lower() in words:
        return [words[words.index(text.lower()) + 1]]
    if text.startswith("P"):
        return [text.translate(str.maketrans("<>", "><"))]
    places = [place for place, character in enumerate(text) if character in "123456789"]
    return [text[:place] + str((int(text[place]) + 2) % 10) + text[place + 1 :] for place in places]


# Numbers on which nothing published bears stay unverifiable however they are typed.
NUMERIC = [claim for claim in CLAIMS if retyped(claim[2]) and claim[3] != "U" and claim[2][0] not in "DM"]


@pytest.mark.parametrize("claim_id", [claim[0] for claim in NUMERIC])
def test_a_retyped_number_is_contradicted(judged, claim_id):
    study, claims, ard = judged
    place = next(number for number, claim in enumerate(claims) if claim.claim_id == claim_id)
    wrong = retyped(claims[place].reported)
    assert wrong
    for text in wrong:
        claim = replace(claims[place], reported=text)
        finding = Judge([*claims[:place], claim, *claims[place + 1 :]], ard, study).verdict(claim).finding
        assert finding.verdict == "contradicted", (text, finding.explanation)


@pytest.mark.parametrize(
    ("claim_id", "date"),
    [
        ("methods-window-start", "May 2017"),  # too late for 82.7 months of follow-up
        ("methods-window-start", "March 2016"),  # the abstract says March 2017
        ("methods-last-day", "December 31, 2022"),
        ("abstract-window-end", "December 2022"),
    ],
)
def test_a_retyped_date_is_contradicted(judged, claim_id, date):
    study, claims, ard = judged
    place = next(number for number, claim in enumerate(claims) if claim.claim_id == claim_id)
    claim = replace(claims[place], reported=date)
    finding = Judge([*claims[:place], claim, *claims[place + 1 :]], ard, study).verdict(claim).finding
    assert finding.verdict == "contradicted"


def test_the_chosen_reading_of_progression_is_the_one_with_the_most_evidence(judged, judge):
    from peritrace.stages.audit import _event_rows

    rows = {row["code"]: row for row in _event_rows(judge)}
    evidence = {code: (row["explained"], row["explained_alike"]) for code, row in rows.items()}
    assert evidence == {"PFS": (4, 2), "PFSALL": (4, 1), "PFSDEATH": (0, 0), "PFSPROG": (0, 0)}
    assert max(evidence, key=evidence.__getitem__) == "PFS"
    assert {code: row["events"] for code, row in rows.items()} == {
        "PFS": "9",
        "PFSALL": "10",
        "PFSDEATH": "8",
        "PFSPROG": "6",
    }
