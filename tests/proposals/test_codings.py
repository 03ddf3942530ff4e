"""Codes of categories: words are translated, numbers doubted, nothing is guessed in silence."""

import pytest

from peritrace.proposals.codings import Hints, propose_levels
from peritrace.proposals.quantities import quantities


def levels(codes, name="", yes="", explained=None):
    quantity = quantities()[name] if name else None
    return propose_levels(codes, Hints(quantity, yes, explained or {}))


def is_doubted(found):
    return any(remark.is_doubt for remark in found.remarks)


@pytest.mark.parametrize(
    ("codes", "name", "meaning"),
    [
        (["男", "女"], "sex", {"男": "male", "女": "female"}),
        (["M", "F"], "sex", {"M": "male", "F": "female"}),
        (["w", "m"], "sex", {"m": "male", "w": "female"}),
        (["H", "M"], "sex", {"H": "male", "M": "female"}),  # hombre, mujer
        (["ja", "nein"], "cirrhosis", {"nein": "no", "ja": "yes"}),
        (["sí", "no"], "cirrhosis", {"no": "no", "sí": "yes"}),
        (["有", "无"], "cirrhosis", {"无": "no", "有": "yes"}),
        (["死亡", "存活"], "status", {"存活": "alive", "死亡": "dead"}),
        (["verstorben", "lebt"], "status", {"lebt": "alive", "verstorben": "dead"}),
        (["décédé", "vivant"], "status", {"vivant": "alive", "décédé": "dead"}),
        (["Male", "male", "female"], "sex", {"Male": "male", "male": "male", "female": "female"}),
        (["3a", "0", "II", "无"], "clavien_dindo", {"0": "none", "无": "none", "II": "II", "3a": "IIIa"}),
        (["CC-0", "CC-2"], "cc_score", {"CC-0": "0", "CC-2": "2"}),
        (["T2", "T10", "T1"], "t_stage", {"T1": "T1", "T2": "T2", "T10": "T10"}),
    ],
)
def test_words_are_known(codes, name, meaning):
    found = levels(codes, name)
    assert found.levels == meaning
    assert not is_doubted(found)


@pytest.mark.parametrize(
    ("codes", "name", "yes", "meaning"),
    [
        (["0", "1"], "status", "", {"0": "alive", "1": "dead"}),
        (["1", "2"], "status", "", {"1": "alive", "2": "dead"}),
        (["0", "1"], "status", "alive", {"1": "alive", "0": "dead"}),
        (["0", "1"], "status", "censored", {"0": "dead", "1": "censored"}),
        (["1", "2"], "sex", "", {"1": "male", "2": "female"}),
        (["0", "1"], "sex", "", {"1": "male", "0": "female"}),
        (["0", "1"], "cirrhosis", "", {"0": "no", "1": "yes"}),
        (["1", "2"], "treatment", "", {"1": "1", "2": "2"}),
        (["0", "1", "2"], "", "", {"0": "0", "1": "1", "2": "2"}),
    ],
)
def test_numbers_are_doubted(codes, name, yes, meaning):
    found = levels(codes, name, yes)
    assert found.levels == meaning
    assert is_doubted(found)


def test_codes_explained_in_the_header_are_certain():
    found = levels(["1", "2"], "sex", explained={"1": "男", "2": "女"})
    assert found.levels == {"1": "male", "2": "female"}
    assert not is_doubted(found)


def test_yes_under_a_header_of_death_is_dead():
    assert levels(["ja", "nein"], "status", "dead").levels == {"nein": "alive", "ja": "dead"}


def test_nine_beside_a_few_codes_is_a_missing_value_and_doubted():
    found = levels(["0", "1", "9"], "cirrhosis")
    assert found.missing == ("9",)
    assert "9 taken for a code of a missing value." in {remark.text for remark in found.remarks if remark.is_doubt}


def test_a_status_that_says_neither_is_no_event_and_doubted():
    found = levels(["alive", "dead", "moved abroad"], "status")
    assert found.levels["moved abroad"] == "moved abroad"
    assert is_doubted(found)
