"""Whatever text an extract holds, a YAML reader gets it back as it was."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from peritrace.proposals.yaml_text import WIDTH, entry, listed, scalar

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


@given(TEXT)
def test_a_text_comes_back(text):
    assert yaml.safe_load(scalar(text)) == text
    assert yaml.safe_load(f"{{{scalar(text)}: [{scalar(text)}]}}") == {text: [text]}


@given(st.dictionaries(TEXT, TEXT | st.lists(TEXT, min_size=1) | st.integers() | st.booleans(), min_size=1, max_size=4))
def test_a_map_comes_back_whatever_its_layout(keys):
    assert yaml.safe_load("\n".join(listed(keys, 2))) == [keys]
    assert yaml.safe_load("\n".join(entry("key", keys, 0, dict.fromkeys(keys, "beside")))) == {"key": keys}


def test_what_a_reader_of_yaml_takes_for_something_else_is_quoted():
    for text in (
        "yes",
        "No",
        "on",
        "null",
        "~",
        "1",
        "1e3",
        "0x1F",
        "2021-01-01",
        "12:30",
        "a: b",
        "a # b",
        "- a",
        "*a",
        "",
    ):
        assert scalar(text).startswith('"')


def test_words_need_no_quotes():
    for text in ("male", "Overall survival", "男", "PCI ≥ 20", "kg/m²", "Clavien–Dindo"):
        assert scalar(text) == text


def test_a_long_list_is_broken_into_lines():
    lines = entry("describe", [f"a_long_name_{i}" for i in range(30)], 2)
    assert len(lines) > 2
    assert max(map(len, lines)) <= WIDTH
