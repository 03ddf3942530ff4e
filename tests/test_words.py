"""Small pieces of English."""

from peritrace.words import counted, in_sentence, listing, listing_or


def test_labels_within_a_sentence():
    assert in_sentence("Blood loss") == "blood loss"
    assert in_sentence("HIPEC") == "HIPEC"
    assert in_sentence("PCI < 20") == "PCI < 20"
    assert in_sentence("T stage") == "T stage"


def test_counts_and_lists():
    assert counted(1, "patient") == "1 patient"
    assert counted(0, "patient") == "0 patients"
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing_or(["a", "b"]) == "a or b"
    assert listing([]) == ""
