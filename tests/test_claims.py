"""claims.csv is input like any other: read strictly, refused as a whole with every problem."""

from pathlib import Path

import pytest

from peritrace.claims import COLUMNS, QUANTITIES, read_claims
from peritrace.problems import InputRefused
from peritrace.study_file import load_study

CLAIMS = Path("resources/yan-2024/claims.csv")
STUDY = load_study(Path("config/studies/yan-2024.yaml"))


def refused(tmp_path, change, encoding="utf-8"):
    path = tmp_path / "claims.csv"
    path.write_text(change(CLAIMS.read_text(encoding="utf-8")), encoding=encoding)
    with pytest.raises(InputRefused) as refusal:
        read_claims(path, STUDY)
    return str(refusal.value)


def test_every_claim_of_the_study_can_be_told_in_words():
    for claim in read_claims(CLAIMS, STUDY):
        statement = claim.statement(STUDY)
        assert statement[0].isupper()
        assert "{" not in statement
        assert "_" not in statement


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("claim_id,", "claim,", "line 1, column claim_id: found no such column"),
        ("abstract-patients,", "abstract-median-pci,", "found an empty or repeated id"),
        (",median,pci", ",medain,pci", "Did you mean 'median'?"),
        (",median,pci", ",median,pic", "Did you mean 'pci'?"),
        (",conclusion,107.8", ",conclusions,107.8", "it is one of conclusion, result, description"),
        (",results-sae,result", ",results-sea,result", "found no such claim; it names another claim"),
        (",107.8", ",107,8", "a cell too many"),
        (",107.8", ",about 107.8", "understood are numbers"),
        (",107.8", ",March 2017", "found a printed date; a survival-median is printed as number"),
        ("count,onset,synchronous", "count,onset,synchronuos", "The levels are synchronous, metachronous."),
        ("survival-rate,OS1,,,,36", "survival-rate,OS1,,,,30", "it is one of analyses.time_points (12, 36, 60)"),
        ("survival-rate,OS1,,,,36", "survival-rate,OS1,,,,", "found nothing; a survival-rate needs it"),
        ("share,cc_group,CC0/1", "share,,CC0/1", "found nothing; a share needs it"),
        (",results-sae,result,one", ",results-dehiscence,result,one", "it names another claim"),
        ("touches,reported", "touches,reported,reported", "a header a second time"),
        ("window,,start", "window,,begin", "a window has start and end"),
    ],
)
def test_a_problem_is_named_with_its_remedy(tmp_path, old, new, words):
    assert words in refused(tmp_path, lambda text: text.replace(old, new, 1))


def test_all_problems_come_at_once(tmp_path):
    message = refused(tmp_path, lambda text: text.replace(",107.8", ",x").replace(",median,pci", ",median,pic"))
    assert message.startswith("yan-2024: ")
    assert "5 problems" in message  # 107.8 twice, pci three times


def test_another_encoding_is_refused(tmp_path):
    assert "it must be CSV in UTF-8" in refused(tmp_path, lambda text: text.replace("Abstract", "Ä"), "latin-1")


def test_what_the_study_has_no_data_on_is_said_in_words(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("dose of cisplatin", "cisplatin_dose"))
    assert "What the study has no data on is said in words." in message


def test_the_columns_are_those_of_the_contract():
    assert {"claim_id", "location", "quantity", "reported"} <= set(COLUMNS)
    assert all(isinstance(text, str) for pair in QUANTITIES.values() for text in pair)
