"""The guidance text as data: every statement of the text is there, with its line and its reference numbers.

The text is not part of the project. Lines and references below were copied from it by hand: a line for each line of
the text that states something (titles and headings state nothing), and the numbers printed behind it.
"""

import pytest

from peritrace.guidance.reading import load_guidance

# line of the text → (reference numbers as printed there, the statements of the file)
STATEMENTS = {
    2: ([1, 2, 3], {"hcc-systemic-standard", "hcc-crs-reserved"}),
    3: ([4], {"lung-systemic-standard", "lung-stage-iv"}),
    6: ([1, 3], {"hcc-sorafenib-first", "hcc-sorafenib-gain"}),
    7: ([2], {"hcc-immunotherapy-first"}),
    8: ([5, 2], {"hcc-gemox-salvage"}),
    10: ([2], {"hcc-crs-selected"}),
    11: ([2], {"hcc-crs-multidisciplinary", "hcc-crs-centre"}),
    12: ([2], {"hcc-crs-complete"}),
    14: ([2, 3], {"hcc-step-frontline"}),
    15: ([1], {"hcc-step-monitor"}),
    16: ([5, 2], {"hcc-step-second"}),
    17: ([5, 2], {"hcc-step-third"}),
    18: ([2], {"hcc-step-evaluate"}),
    19: ([2], {"hcc-step-after"}),
    22: ([4], {"lung-rare"}),
    23: ([4], {"lung-adenosquamous"}),
    25: ([4], {"lung-systemic"}),
    26: ([4], {"lung-ascites"}),
    27: ([4], {"lung-molecular", "lung-kras"}),
    30: ([1, 6], {"colorectal-evidence"}),
    31: ([1], {"colorectal-consider"}),
    32: ([6], {"colorectal-prodige", "colorectal-prodige-limits"}),
    34: ([1, 2, 4], {"no-extrapolation"}),
    35: ([2], {"no-surgery-first"}),
    36: ([2, 3, 4], {"no-delay"}),
    37: ([4], {"lung-palliation"}),
}
HEADINGS = {1, 4, 5, 9, 13, 20, 21, 24, 28, 29, 33}


@pytest.fixture(scope="module")
def text():
    return load_guidance()[0]


def test_every_line_of_the_text_is_a_heading_or_is_in_the_file():
    assert set(STATEMENTS) | HEADINGS == set(range(1, 38))


def test_every_statement_stands_with_its_line_and_references(text):
    found = {}
    for statement in text.statements:
        references, names = found.setdefault(statement.line, (statement.references, set()))
        assert statement.references == references
        names.add(statement.id)
    assert found == STATEMENTS


def test_every_statement_bears_on_a_step(text):
    assert {name for step in text.steps for name in step.statements} == {s.id for s in text.statements}


def test_the_steps_of_liver_cancer_come_in_the_order_of_the_text(text):
    lines = [text.statement(step.statements[0]).line for step in text.steps_of("hcc")]
    # evaluation (18) leads to surgery, whose first statement is of an earlier section
    assert lines == [14, 15, 16, 17, 18, 11, 19]


@pytest.mark.parametrize(
    ("tumour", "kind", "lines"),
    [
        ("lung", "criterion", {25, 26, 27}),
        ("lung", "warning", {27, 32, 34, 36, 37}),
        ("colorectal", "criterion", {30, 31}),
        ("hcc", "warning", {32, 34, 35, 36}),
    ],
)
def test_criteria_and_warnings_are_told_apart(text, tumour, kind, lines):
    assert {s.line for s in text.statements if s.kind == kind and tumour in s.tumours} == lines


def test_the_text_bears_no_date_and_the_file_says_when_it_was_made(text):
    assert text.dated is None
    assert text.transcribed
