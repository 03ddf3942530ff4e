"""Zhang et al. 2024: no printed number is missing, and the verdicts are those of a reader with pencil, paper and R."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from peritrace.extracts.tables import read_published
from peritrace.published import Published
from peritrace.relations.corrections import Corrector
from peritrace.relations.inferences import inferences
from peritrace.relations.network import Network
from peritrace.study_file import load_study
from peritrace.verdicts.published import PublishedJudge
from tests.papers.printed_numbers import numbers_of, unlisted, words_of

# What does not fit, and the hand computation that shows it.
CONTRADICTED = {
    # √(1.104 × 2.919) = 1.795, not 1.720; √(1.014 × 2.919) = 1.720, and then se = .2697, z = 2.011, P = .0443
    "table-4-with-portal-vein-invasion-ratio-low",
    # R: fisher.test(matrix(c(6, 20, 15, 109), 2))$p.value is .2085, chisq.test(…, correct = FALSE) .142
    "table-1-hepatic-vein-invasion-p-value-association",
    # 11 of 27, but 26 were operated on; 11 / 26 is 42.3 %
    "results-progression-operation-of",
    # 22 recurrences after an operation, of 11 progressions in the operated: either may be wrong
    "table-5-recurrence-yes-patients-count",
    "results-recurrence",
    "results-progression-operation",
    "results-progression-operation-again",
    # the median of 26 is the mean of the 13th and 14th value: 2 leaves at least 13 with up to 3, printed 12
    "results-oligometastases-operation",
    "results-median-lesions-operation",
    "table-2-stage",  # IIb in the title of Table 2, IIIb elsewhere
    "methods-bclc-stage-c",  # all stage C by the criteria, 24 + 120 of 150 in Table 1
    "discussion-lung-metastasis-direction",  # said to shorten PFS; the ratio in Table 3 is 0.427
}
# R 4.2.2: fisher.test(matrix(c(a, b, c, d), 2))$p.value on the counts of Table 1; all but one print as the table does.
FISHER = {
    "Gender": 0.5188,
    "HBV infection": 0.5300,
    "AFP": 0.3462,
    "Lymph node metastasis": 0.8294,
    "Lung metastasis": 0.2421,
    "Bone metastasis": 0.1294,
    "Adrenal gland metastasis": 0.4052,
    "Abdominal cavity metastasis": 0.4175,
    "BCLC stage": 0.2782,
    "Portal vein invasion": 0.5186,
    "First-line treatment": 0.7909,
    "TACE or HAIC": 0.6478,
    "Number of primary tumors": 0.4678,
}


@pytest.fixture(scope="module")
def published() -> Published:
    return read_published(Path("resources/zhang-2024"), "zhang-2024")


@pytest.fixture(scope="module")
def judge(published: Published) -> PublishedJudge:
    return PublishedJudge(published, load_study(Path("config/studies/zhang-2024.yaml")))


def test_every_printed_number_is_covered_by_a_claim_and_none_is_invented():
    numbers = list(numbers_of("zhang-2024"))
    assert len(numbers) >= 300
    assert [number for number in numbers if not number.claim_id] == []
    assert unlisted("zhang-2024") == []


def test_the_words_that_can_be_checked_are_claims(published):
    verbal = [claim for claim in published.stated if claim.printed.value is None]
    assert len(words_of("zhang-2024")) >= 60
    assert len(verbal) >= 60


def test_at_least_180_printed_numbers_have_a_verdict(judge):
    found = [judge.finding(claim) for claim in judge.published.claims if claim.printed.value is not None]
    assert len(found) >= 300
    assert sum(finding.verdict != "unverifiable" for finding in found) >= 280
    assert all(finding.explanation for finding in found)


def test_exactly_these_numbers_do_not_fit(judge):
    found = {c.claim_id for c in judge.published.claims if judge.finding(c).verdict == "contradicted"}
    assert found == CONTRADICTED


def test_the_misprinted_limit_has_one_correction(published):
    conflicts = Corrector(Network(published)).conflicts()
    of_limit = [c for c in conflicts if "table-4-with-portal-vein-invasion-ratio-low" in c.suspects]
    assert [(x.claim_id, x.text, x.slip) for c in of_limit for x in c.corrections] == [
        ("table-4-with-portal-vein-invasion-ratio-low", "1.014", "neighbouring digits swapped")
    ]


def test_the_correction_leaves_what_is_significant(judge):
    claim = judge.published.by_id["table-4-with-portal-vein-invasion-ratio-low"]
    assert judge.touches(claim) == "conclusion"
    assert "Correcting it changes no significance." in judge.finding(claim).explanation


@pytest.mark.parametrize(("variable", "p"), FISHER.items(), ids=FISHER)
def test_the_p_values_of_table_1_are_fishers(judge, variable, p):
    (claim,) = [c for c in judge.published.claims if c.quantity == "association" and c.variable == variable]
    finding = judge.finding(claim)
    assert (finding.verdict, finding.method) == ("reproduced", "Fisher's exact test")
    assert float(finding.recomputed) == pytest.approx(p, abs=5.1e-4)


def test_the_limits_need_the_events_that_a_hand_computation_gives(published):
    told = {i.subject: i.explanation for i in inferences(Network(published)) if i.topic == "events"}
    # Table 2, lymph nodes: se = ln(1.581/.552)/3.92 = .2684, 4/se² = 55.5; Table 3: ln(2.479/.744)/3.92 = .3070, 42.4
    assert "need at least 56 events" in told["OS, univariable"]
    assert "need at least 43 events" in told["PFS, univariable"]
    assert "Printed are 43: just enough." in told["PFS, univariable"]


def test_the_medians_behave_like_those_of_observed_times(published):
    told = {i.subject: i for i in inferences(Network(published)) if i.topic == "medians"}
    # 11.3/16.5 = .68 against .188 (.059 to .602); (11/(26 × 14.2)) / (32/(124 × 9.5)) = 1.10 against 9.5/14.2 = .67
    os = told["median OS by Surgical treatment"]
    assert (
        "go with a ratio of 0.68 to 0.69; the model prints 0.188, and its limits (0.059 to 0.602) exclude it"
        in os.explanation
    )
    assert "about 3 events among the 26" in os.explanation  # 1 / (.5925² − 1/53)
    assert "only if at least 20 of them left" in os.explanation
    # 9.5/14.2 = .67 lies within .503 to 2.030: nothing to explain
    assert (os.grade, told["median PFS by Surgical treatment"].grade) == ("unusual", "fits")


def test_deaths_that_os_needs_exceed_the_printed_progressions(published):
    (found,) = [i for i in inferences(Network(published)) if i.subject == "deaths against progressions"]
    assert "at least 56 deaths, while 43 events of PFS are printed" in found.explanation
    assert "a death is an event of PFS" in found.assumption


RETYPED = [
    ("counts", "Portal vein invasion", "count", "58", "53"),
    ("counts", "HBV infection", "count", "107", "170"),
    ("counts", "Lung metastasis", "percent", "32.3%", "23.3%"),
    ("tests", "Gender", "p", "0.519", "0.591"),
    ("tests", "BCLC stage", "p", "0.278", "0.728"),
    ("effects", "Gender", "ratio", "2.123", "2.213"),
    ("effects", "Lymph node metastasis", "low", "0.552", "0.525"),
    ("effects", "Surgical treatment", "high", "0.602", "0.620"),
    ("effects", "First-line treatment", "p", "0.039", "0.093"),
]


@pytest.mark.parametrize(("kind", "variable", "column", "old", "new"), RETYPED)
def test_a_misprint_of_any_kind_is_caught(published, kind, variable, column, old, new):
    rows = list(getattr(published, kind))
    place = next(i for i, row in enumerate(rows) if row.variable == variable and getattr(row, column) == old)
    rows[place] = replace(rows[place], **{column: new})
    network = Network(replace(published, **{kind: tuple(rows)}))
    altered = next(c for c in network.index.published.claims if c.reported == new and c.claim_id not in CONTRADICTED)
    suspects = {name for conflict in Corrector(network).conflicts() for name in conflict.suspects}
    assert any(network.index.claims[name].reported == new for name in suspects), altered.claim_id


def first_digit_changed(text: str) -> list[str]:
    """A number with each other first digit (leading noughts left out)."""
    first = re.search("[1-9]", text)
    return [text[: first.start()] + d + text[first.end() :] for d in "123456789" if d != first[0]] if first else []


def test_a_first_digit_changed_is_noticed_wherever_others_bind_it(published):
    network = Network(published, {"association": ["chi-square", "fisher"]})
    noticed: dict[str, list[bool]] = {}
    for claim in published.claims:
        relations = network.of[claim.claim_id]
        # loosely bound: medians of what is no whole number, their P values, quartiles, and the parts of Table 5
        loose = claim.variable in ("Age", "Diameter of primary tumor") or "quartile" in claim.quantity
        loose |= claim.location.startswith("Table 5")
        if claim in published.stated or loose or any(id(relation) in network.broken for relation in relations):
            continue
        for text in first_digit_changed(claim.reported):
            values = dict(network.values) | {claim.claim_id: claim.read(text)}
            caught = any(relation.check(values).violated for relation in relations)
            noticed.setdefault(claim.quantity, []).append(caught)
    assert {quantity: all(found) for quantity, found in noticed.items()} == dict.fromkeys(noticed, True)
    assert sum(map(len, noticed.values())) >= 1500
    assert noticed.keys() >= {"count", "share", "association", "ratio", "ratio-low", "ratio-high", "prediction"}
