"""The smallest correction: planted slips are found and come first, and nothing is mended by breaking something else."""

import pytest

from peritrace.relations import corrections
from peritrace.relations.corrections import Conflict, Corrector
from peritrace.relations.network import Network
from tests.relations.made_up import arms, cell, claim, effect, number, p_value, printed_by, size, source


def conflicts(published, stated=None) -> list[Conflict]:
    return Corrector(Network(published, stated)).conflicts()


def offered(published) -> list[tuple[str, str, str]]:
    """What is printed, what it would be corrected to, and by which slip, the likeliest first."""
    by_id = published.by_id
    return [(by_id[c.claim_id].reported, c.text, c.slip) for one in conflicts(published) for c in one.corrections]


def of_110(male, percent="30.9%", female=76):
    return source(size(110), cell("Sex", "Male", male, percent=percent), cell("Sex", "Female", female, percent="69.1%"))


def test_numbers_that_fit_have_no_conflict():
    assert conflicts(of_110(34)) == []


# 34 of 110 is 30.9 %, and 34 + 76 = 110
def test_swapped_neighbours_are_found_and_ranked_first():
    assert offered(of_110(43))[0] == ("43", "34", "neighbouring digits swapped")
    table = source(size(110), cell("Sex", "Female", 76, percent="96.1%"), cell("Sex", "Male", 34, percent="30.9%"))
    assert offered(table)[0] == ("96.1%", "69.1%", "neighbouring digits swapped")


@pytest.mark.parametrize(
    ("printed", "meant", "slip"),
    [("35", "34", "one digit changed"), ("344", "34", "a digit doubled"), ("4", "34", "a digit lost")],
)
def test_the_other_slips_in_a_count(printed, meant, slip):
    assert offered(of_110(printed))[0] == (printed, meant, slip)


@pytest.mark.parametrize("printed", ["3.09%", "309%"])
def test_a_moved_point(printed):
    assert offered(of_110(34, printed))[0] == (printed, "30.9%", "the decimal point moved")


# √(1.014 × 2.919) = 1.720, z = 2.011, P = .044
def test_swapped_digits_of_a_limit_are_ranked_first():
    row = source(effect("Portal vein invasion", "1.720", "1.104", "2.919", "0.044"))
    assert offered(row)[0] == ("1.104", "1.014", "neighbouring digits swapped")
    (found,) = conflicts(row)
    assert printed_by(row, found.suspects) == ["1.104"]


def test_one_number_that_breaks_several_relations_is_one_conflict():
    found = conflicts(of_110(43))
    assert len(found) == 1
    assert {relation.kind for relation in found[0].relations} == {"sum", "percentage"}
    assert len(found[0].corrections[0].mends) >= 2
    assert printed_by(of_110(43), found[0].suspects) == ["43"]


def test_two_misprints_far_apart_are_two_conflicts():
    rows = [effect("HBV", "1.720", "1.104", "2.919", "0.044")]
    table = source(size(110), cell("Sex", "Male", 43, percent="30.9%"), rows)
    found = conflicts(table)
    assert {text for one in found for text in printed_by(table, one.suspects)} >= {"1.104"}
    assert len(found) == 2


def test_a_correction_that_would_break_another_relation_is_not_offered():
    # 73 of 124 is 58.9 %; 74 would be the printed 59.7 %, but then 15 + 74 is not 88
    men = [cell("Sex", "Male", 88), cell("Sex", "Male", 15, "A"), cell("Sex", "Male", 73, "B", "59.7%")]
    assert ("73", "74", "one digit changed") not in offered(source(size(150), arms(26, 124), men))
    assert ("73", "74", "one digit changed") in offered(source(size(150), arms(26, 124), men[1:]))


def test_only_members_of_violated_relations_are_corrected():
    table = source(of_110(43).counts[0], *of_110(43).counts[1:], cell("Ascites", "Yes", 55, percent="50.0%"))
    violated = {name for checked in Network(table).violated for name in checked.relation.members}
    found = {c.claim_id for one in conflicts(table) for c in one.corrections}
    assert found
    assert found <= violated


def test_words_are_never_corrected():
    table = source(size(10), cell("R0", "Yes", 4), claim("share", "half", "R0", "Yes", claim_id="word"))
    found = conflicts(table)
    assert len(found) == 1
    assert {c.claim_id for c in found[0].corrections} <= set(table.by_id) - {"word"}
    said = claim("effect-direction", "risk factor", "OS", group="Age", group_level="Yes", model="univariable")
    # .427 (.251 to .726) can hardly be otherwise
    found = conflicts(source(effect("Age", "0.427", "0.251", "0.726"), said))
    assert [(one.corrections, one.suspects) for one in found] == [((), (said.claim_id,))]


def test_what_is_printed_thrice_is_not_corrected_to_what_is_printed_once():
    texts = [claim("survival-median", text, "OS", arm="A") for text in ("16.5", "61.5", "16.5")]
    assert offered(source(texts)) == [("61.5", "16.5", "neighbouring digits swapped")]


def test_likelihoods_are_shares_and_chances_are_too():
    for one in conflicts(of_110(35)):
        assert sum(c.likelihood for c in one.corrections) == pytest.approx(1)
        assert all(0 < c.chance <= 1 for c in one.corrections)
        likelihoods = [c.likelihood for c in one.corrections]
        assert likelihoods == sorted(likelihoods, reverse=True)


def test_a_number_that_others_bear_out_is_not_suspected():
    # arms and the whole fit; the P value of no test is the only one that nothing else bears out
    both = [
        cell("Pain", "Yes", 31, "A", "77.5%"),
        cell("Pain", "Yes", 30, "B", "60.0%"),
        cell("Pain", "Yes", 61, percent="67.8%"),
    ]
    table = source(size(90), arms(40, 50), both, p_value("Pain", "0.6", "Yes"))
    (found,) = conflicts(table, {"association": ["fisher"]})
    assert printed_by(table, found.suspects) == ["0.6"]


def test_impossible_quartiles_speak_against_both():
    table = source(number("Age", median="55", lower_quartile="81", upper_quartile="90"))
    (found,) = conflicts(table)
    assert {table.by_id[c.claim_id].reported for c in found.corrections} <= {"55", "81", "90"}
    assert set(printed_by(table, found.suspects)) & {"55", "81"}


# The bound on the work


def test_a_search_that_stops_at_its_bound_says_so(monkeypatch):
    monkeypatch.setattr(corrections, "MOST_TRIED", 5)
    corrector = Corrector(Network(of_110(43)))
    found = corrector.conflicts()
    assert corrector.tried <= 5
    assert [one.complete for one in found] == [False] * len(found)
    assert found


def test_every_violation_is_told_even_without_a_search(monkeypatch):
    monkeypatch.setattr(corrections, "MOST_TRIED", 0)
    network = Network(of_110(43))
    told = [relation for one in Corrector(network).conflicts() for relation in one.relations]
    assert len(told) == len(network.violated)


def test_a_whole_source_of_errors_ends_within_the_bound():
    rows = [effect(f"Factor {k}", f"{1 + k / 10:.3f}", "0.411", "9.119", "0.0001") for k in range(12)]
    wrong = [cell(f"Trait {k}", "Yes", 10 + k, percent=f"{81 - k}.3%") for k in range(40)]
    network = Network(source(size(110), arms(26, 84), wrong, rows))
    corrector = Corrector(network)
    found = corrector.conflicts()
    assert corrector.tried <= corrections.MOST_TRIED
    assert sum(len(one.relations) for one in found) == len(network.violated) >= 30


def test_a_misprint_that_was_copied_is_corrected_in_every_place():
    # 34 + 76 = 110 and 34 of 110 is 30.9 %; 43 in the table was copied into the abstract
    rows = [cell("Sex", "Male", 43, percent="30.9%"), cell("Sex", "Female", 76), claim("count", "43", "Sex", "Male")]
    (conflict,) = conflicts(source(size(110), rows))
    assert {c.text for c in conflict.corrections} == {"34"}
