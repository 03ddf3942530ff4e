"""What a printed number may have been meant to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peritrace.published import CountCell, EffectRow, Published
from peritrace.relations.index import Index
from peritrace.relations.slips import SLIPS, Slips, candidates
from tests.bench.misprints import SLIP_MAKERS


def usual(text: str) -> bool:
    digits = text.lstrip("<P= ")
    return digits[:1].isdigit() and digits[-1].isdigit() and not (digits[0] == "0" and digits[1:2].isdigit())


@given(st.decimals(min_value=0, max_value=999, places=3).map(str) | st.integers(0, 2000).map(str))
def test_every_usual_slip_is_undone(text):
    """The slips are made by a generator of their own, that of the planted misprints."""
    for slip in SLIPS:
        for printed in SLIP_MAKERS[slip](text):
            if usual(printed) and usual(text) and printed != text:
                assert text in {misprint.text for misprint in candidates(printed)}, (printed, slip)


@pytest.mark.parametrize(
    ("printed", "meant", "slip"),
    [
        ("12", "124", "a digit lost"),  # the last one
        ("1.6", "10.6", "a digit lost"),  # the one before the point
        ("341", "34.1", "the decimal point moved"),
        ("4.6", "0.46", "the decimal point moved"),
        ("0.114", "1.14", "the decimal point moved"),
        ("1.104", "1.014", "neighbouring digits swapped"),
        ("<0.01", "<0.001", "a digit lost"),
    ],
)
def test_slips_that_hide_at_an_end_are_thought_of(printed, meant, slip):
    assert {misprint.text: misprint.slip for misprint in candidates(printed)}[meant] == slip


def test_nothing_is_meant_that_one_would_not_print():
    assert not [m.text for m in candidates("10.6") if m.text.startswith("0") and not m.text.startswith("0.")]


def effect(row: str, *numbers: str) -> EffectRow:
    return EffectRow("Table 2", row, "HR", row, "Yes", "No", "univariable", "OS", "HR", *numbers)


def test_a_column_with_three_decimals_is_no_home_of_four():
    rows = (
        effect("Age", "1.017", "0.574", "1.803", "0.953"),
        effect("Sex", "2.123", "0.6663", "6.799", "0.205"),  # .663 in truth
    )
    slips = Slips(Index(Published(effects=rows)))
    likely = {misprint.text: likelihood for misprint, _, likelihood in slips.of("table-2-sex-ratio-low")}
    assert likely["0.663"] > 10 * max(value for text, value in likely.items() if len(text) == 6)


def test_a_number_of_patients_stays_whole():
    counts = (CountCell("Table 1", "n", "All", "", "", "", "", "341"),)
    slips = Slips(Index(Published(counts=counts)))
    assert all(printed.count is not None for _, printed, _ in slips.of("table-1-n-all-count"))
