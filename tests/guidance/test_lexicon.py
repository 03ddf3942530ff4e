"""Treatments in free text: every name of Yan's tables is known, what is not listed is reported as unknown."""

import csv
from pathlib import Path

import pytest

from peritrace.guidance.evaluation import MET, NOT_MET, NOT_REPORTED, judged
from peritrace.guidance.facts import Known
from peritrace.guidance.lexicon import load_lexicon
from peritrace.guidance.model import Test as Asked
from peritrace.guidance.reading import LEXICON

with Path("resources/yan-2024/patients.csv").open(encoding="utf-8", newline="") as handle:
    STRINGS = [row[name] for row in csv.DictReader(handle) for name in ("treatment_before", "treatment_after")]


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon(LEXICON)


@pytest.mark.parametrize("text", sorted(set(STRINGS)))
def test_every_string_of_the_paper_is_read_whole(lexicon, text):
    found = lexicon.read(text)
    assert all(name.term and name.source for name in found)
    # nothing is lost: the written names and what stands between them make up the text
    rest = text
    for name in found:
        assert name.written in rest
        rest = rest.replace(name.written, "", 1)
    assert set(rest.replace("followed by", "")) <= set("; +")


@pytest.mark.parametrize(
    ("written", "term"),
    # the footnotes of Tables 1 and 3 of the paper
    [("HR", "hepatic-resection"), ("TACE", "tace"), ("LBP", "lobaplatin"), ("LV", "levofolinate"),
     ("OLT", "liver-transplantation"), ("LOHP", "oxaliplatin"), ("CAP", "capecitabine"), ("DTX", "docetaxel"),
     ("DDP", "cisplatin"), ("CBP", "carboplatin"), ("PTX", "paclitaxel"), ("Levatinib", "lenvatinib"),
     ("Srugery", "surgery"), ("FOLFORI", "folfiri"), ("levatinib", "lenvatinib")],
)  # fmt: skip
def test_abbreviations_and_misspellings(lexicon, written, term):
    assert lexicon.read(written)[0].term == term


def test_what_is_not_listed_stays_unknown(lexicon):
    found = lexicon.read("TACE; Apatinib; sorafenib")
    assert [(name.written, name.how) for name in found] == [
        ("TACE", "abbreviation"),
        ("Apatinib", "unknown"),
        ("sorafenib", "name"),
    ]


def test_a_route_holds_for_its_course(lexicon):
    found = lexicon.read("DTX + DDP IP followed by DTX + CBP Ivgtt")
    assert [(name.course, name.route) for name in found] == [
        (1, "intraperitoneal"),
        (1, "intraperitoneal"),
        (2, "intravenous"),
        (2, "intravenous"),
    ]
    assert "systemic" not in lexicon.members(found[1])
    assert {"cisplatin", "intraperitoneal"} <= lexicon.members(found[1])
    assert "systemic" in lexicon.members(found[3])


@pytest.mark.parametrize(
    ("text", "wanted", "state"),
    [
        ("GEMOX", ["gemcitabine", "oxaliplatin"], MET),
        ("gemcitabine + oxaliplatin", ["gemcitabine", "oxaliplatin"], MET),
        ("gemcitabine; oxaliplatin", ["gemcitabine", "oxaliplatin"], NOT_MET),  # one after the other
        ("mFOLFOX6", ["oxaliplatin"], MET),
        ("mFOLFOX6", ["gemcitabine", "oxaliplatin"], NOT_MET),
        ("Chemotherapy", ["gemcitabine", "oxaliplatin"], NOT_REPORTED),  # may have been that
        ("Apatinib", ["sorafenib"], NOT_REPORTED),  # an unknown name may be anything
        ("Apatinib; sorafenib", ["sorafenib"], MET),
        ("PD-1 blockade", ["atezolizumab", "bevacizumab"], NOT_MET),  # atezolizumab is no PD-1 blockade
        ("immunotherapy + bevacizumab", ["atezolizumab", "bevacizumab"], NOT_REPORTED),
        ("TACE", ["systemic"], NOT_MET),
        ("cisplatin IP", ["systemic"], NOT_MET),
        ("No", ["systemic"], NOT_MET),
        ("", ["systemic"], NOT_REPORTED),
    ],
)
def test_whether_a_treatment_was_given(lexicon, text, wanted, state):
    test = Asked(fact="treatments_before", includes=wanted)
    assert judged(test, lexicon, Known(text)).state == state
