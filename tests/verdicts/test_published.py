"""Verdicts on made-up published tables: each of the five, what the explanation says, and what a number touches."""

import pytest

from peritrace.relations import corrections
from peritrace.study import Audit, Study
from peritrace.verdicts.coherence import Finding
from peritrace.verdicts.published import PublishedJudge
from tests.relations.made_up import arms, cell, claim, effect, events, number, p_value, size, source


def judge(*parts, stated=()) -> PublishedJudge:
    audit = Audit(stated={"association": list(stated)} if stated else {})
    return PublishedJudge(source(*parts), Study(id="made-up", audit=audit))


def verdict_on(reported, judged: PublishedJudge, place: int = 0) -> Finding:
    return judged.finding([c for c in judged.published.claims if c.reported == reported][place])


MEN = [size(110), cell("Sex", "Male", 34, percent="30.9%"), cell("Sex", "Female", 76, percent="69.1%")]


# The five verdicts


def test_a_percentage_of_its_count_is_reproduced():
    found = verdict_on("30.9%", judge(MEN))
    assert (found.verdict, found.recomputed, found.method) == ("reproduced", "30.9%", "34 of 110")


def test_a_total_that_its_parts_give_is_reproduced():
    found = verdict_on("150", judge(size(150), arms(26, 124)))
    assert (found.verdict, found.recomputed) == ("reproduced", "150")


# R: fisher.test(matrix(c(31, 9, 30, 20), 2))$p.value is .1118
@pytest.mark.parametrize(("stated", "verdict"), [(["fisher"], "reproduced"), ([], "reproduced-by-convention")])
def test_a_p_value_of_counts_is_reproduced_by_its_test(stated, verdict):
    counts = [cell("Pain", "Yes", 31, "A"), cell("Pain", "Yes", 30, "B"), p_value("Pain", "0.112", "Yes")]
    found = verdict_on("0.112", judge(arms(40, 50), counts, stated=stated))
    assert (found.verdict, found.recomputed, found.method) == (verdict, "0.112", "Fisher's exact test")
    assert bool(found.convention) == (verdict == "reproduced-by-convention")


def test_a_percentage_cut_off_is_reproduced_by_convention():
    found = verdict_on("37.2%", judge(size(110), cell("Ascites", "Yes", 41, percent="37.2%")))  # 37.27
    assert (found.verdict, found.recomputed) == ("reproduced-by-convention", "37.3%")
    assert found.convention == "cut off after the last digit"


def test_a_percentage_of_the_known_names_them():
    stages = [cell("Stage", "I", 20, percent="35.1%"), cell("Stage", "II", 37)]
    found = verdict_on("35.1%", judge(size(60), stages))
    assert found.verdict == "reproduced-by-convention"
    assert found.convention == "3 without a value left out"


def test_a_count_that_leaves_room_for_the_others_is_coherent():
    found = verdict_on("34", judge(MEN))
    assert (found.verdict, found.recomputed) == ("coherent", "")
    assert "30.9%" in found.explanation


def test_a_word_that_fits_is_coherent_and_not_recomputed():
    assert verdict_on("half", judge(size(10), cell("R0", "Yes", 5), claim("share", "half", "R0", "Yes"))).verdict == (
        "coherent"
    )


def test_an_unusual_relation_contradicts_nothing_and_is_told():
    found = verdict_on("35.1%", judge(size(60), cell("Ascites", "Yes", 20, percent="35.1%")))  # of 57
    assert found.verdict == "coherent"
    assert "Unusual: 20 of 60 is 33.3%" in found.explanation


def test_a_number_that_nothing_binds_is_unverifiable():
    found = verdict_on("120", judge(MEN, claim("value", "120", "dose of cisplatin", unit="mg")))
    assert found.verdict == "unverifiable"
    assert found.explanation == (
        "The source prints nothing else that bears on it; a record of it would."
    )  # fmt: skip
    found = verdict_on("P = 0.03", judge(MEN, claim("association", "P = 0.03", "Ascites", group="Arm")))
    assert "patients’ rows, or counts and times by group, would." in found.explanation


def test_the_innocent_members_of_a_broken_relation_are_not_contradicted():
    men = [cell("Sex", "Male", 43, percent="30.9%"), cell("Sex", "Female", 76, percent="69.1%")]
    judged = judge(size(110), men)
    verdicts = {text: verdict_on(text, judged).verdict for text in ("110", "43", "30.9%", "76", "69.1%")}
    assert verdicts["43"] == "contradicted"
    assert "contradicted" not in {verdict for text, verdict in verdicts.items() if text != "43"}
    assert verdicts["69.1%"] == "reproduced"


def test_what_only_a_broken_relation_binds_is_unverifiable():
    judged = judge(effect("HBV", "1.720", "1.104", "2.919", "0.044"))
    assert verdict_on("1.104", judged).verdict == "contradicted"
    found = verdict_on("2.919", judged)
    assert found.verdict == "unverifiable"
    assert "a relation that another number breaks" in found.explanation


# Contradicted: what is said


def test_the_explanation_names_the_grade_and_the_correction():
    found = verdict_on("43", judge(size(110), cell("Sex", "Male", 43, percent="30.9%"), cell("Sex", "Female", 76)))
    assert found.verdict == "contradicted"
    assert "Impossible: " in found.explanation
    assert "Not reproducible: 43 of 110 is 39.1%, not 30.9%" in found.explanation
    assert "The smallest correction is 34 (neighbouring digits swapped)" in found.explanation
    assert found.recomputed == "34"
    assert found.explanation.endswith(".")


def test_equal_corrections_are_told_side_by_side():
    # of 25 patients 20, 21, 22 … are all as likely
    found = verdict_on("27", judge(size(65), arms(25, 40), cell("Ascites", "Yes", 27, "A")))
    assert found.verdict == "contradicted"
    assert "Several numbers one slip away would fit, so none is named." in found.explanation


def test_a_number_without_a_correction_says_so():
    found = verdict_on(
        "77.7%", judge(size(110), cell("Ascites", "Yes", 34, percent="77.7%"), cell("Ascites", "No", 76))
    )
    assert found.verdict == "contradicted"
    assert found.recomputed == "30.9%"
    assert "No single slip of the pen explains it." in found.explanation


def test_either_of_two_is_wrong():
    twice = [
        claim("survival-median", text, "OS", location=place)
        for text, place in (("16.5", "Abstract"), ("21", "Results"))
    ]
    judged = judge(twice)
    assert "Either it or 21 (Results) is wrong." in verdict_on("16.5", judged).explanation
    assert "Either it or 16.5 (Abstract) is wrong." in verdict_on("21", judged).explanation


def test_a_search_that_stopped_is_told(monkeypatch):
    monkeypatch.setattr(corrections, "MOST_TRIED", 3)
    judged = judge(size(110), cell("Sex", "Male", 43, percent="30.9%"), cell("Sex", "Female", 76))
    told = [judged.finding(c) for c in judged.published.claims]
    wrong = [found for found in told if found.verdict == "contradicted"]
    assert wrong
    assert all("The search for a correction stopped at its bound." in found.explanation for found in wrong)


def test_a_number_printed_alike_elsewhere_is_contradicted_there_too():
    # 1.720 (1.014 to 2.919) has P = .044; the other rows tell that P is Wald's
    numbers = {
        "Age": ("1.649", "1.114", "2.440", "0.012"),
        "Sex": ("0.741", "0.454", "1.209", "0.230"),
        "Stage": ("2.460", "1.366", "4.428", "0.003"),
        "HBV": ("1.720", "1.014", "2.919", "0.440"),
    }
    rows = [effect(name, *printed, model="multivariable") for name, printed in numbers.items()]
    subject = {"group": "HBV", "group_level": "Yes", "model": "multivariable"}
    judged = judge(rows, claim("prediction", "0.440", "OS", **subject))
    assert [verdict_on("0.440", judged, place).verdict for place in range(2)] == ["contradicted"] * 2
    assert verdict_on("0.012", judged).verdict == "coherent"


def test_another_number_of_the_same_size_is_left_alone():
    other = [cell("Ascites", "Yes", 43), cell("Ascites", "No", 67)]
    judged = judge(size(110), cell("Sex", "Male", 43, percent="30.9%"), cell("Sex", "Female", 76), other)
    assert verdict_on("43", judged, 1).verdict == "coherent"


def test_a_median_of_so_few_events_is_contradicted():
    judged = judge(size(20), events("OS", 0), claim("survival-median", "16.5", "OS"))
    assert {judged.finding(c).verdict for c in judged.published.claims if c.reported in ("0", "16.5")} >= {
        "contradicted"
    }


# What a number touches


def row(**more):
    return effect("HBV", "1.720", "1.104", "2.919", "0.044", model="multivariable", **more)


CONCLUSION = claim(
    "prediction",
    "independent",
    "OS",
    group="HBV",
    group_level="Yes",
    model="multivariable",
    touches="conclusion",
    location="Conclusions",
)


def test_what_an_effect_touches_is_carried_to_all_its_numbers():
    judged = judge(row(), effect("Age", "1.649", "1.114", "2.440", "0.012", model="multivariable"), CONCLUSION)
    touched = {c.reported: judged.touches(c) for c in judged.published.claims}
    assert {touched[text] for text in ("1.720", "1.104", "2.919", "0.044")} == {"conclusion"}
    assert touched["1.649"] == "result"


def test_an_effect_in_another_model_carries_no_conclusion():
    judged = judge(row(), effect("HBV", "2.101", "1.213", "3.639", "0.008", model="univariable"), CONCLUSION)
    touched = {c.reported: judged.touches(c) for c in judged.published.claims}
    assert (touched["1.720"], touched["2.101"]) == ("conclusion", "result")


def test_a_limit_corrected_on_the_same_side_of_one_leaves_what_is_significant():
    found = verdict_on("1.104", judge(row()))
    assert "The smallest correction is 1.014" in found.explanation
    assert "Correcting it changes no significance." in found.explanation


def test_a_limit_corrected_to_the_other_side_of_one_changes_what_is_significant():
    # 1.600 (0.911 to 2.811): se = .2874, P = .102; printed with a lower limit of 1.911 it lies above the ratio
    found = verdict_on("1.911", judge(effect("HBV", "1.600", "1.911", "2.811", "0.102", measure="HR")))
    assert found.verdict == "contradicted"
    assert "The smallest correction is 0.911 (one digit changed)" in found.explanation
    assert "Correcting it changes what is significant." in found.explanation


def test_a_verdict_is_computed_for_every_number_and_always_explained():
    ages = number("Age", median="55", lower_quartile="48", upper_quartile="61")
    judged = judge(MEN, ages, row(), CONCLUSION)
    for one in judged.published.claims:
        found = judged.finding(one)
        assert found.explanation.endswith(".")
        assert "nan" not in found.explanation
