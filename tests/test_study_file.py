"""A study file is read strictly, and everything wrong with it is said at once."""

import shutil
from pathlib import Path

import pytest
import yaml

from peritrace.problems import InputRefused
from peritrace.study import STAGE_SECTIONS, Study
from peritrace.study_file import load_study

YAN = Path("config/studies/yan-2024.yaml")


def refused(tmp_path, change):
    """The message for the study file after `change` was made to its text."""
    path = tmp_path / "yan-2024.yaml"
    path.write_text(change(YAN.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        load_study(path)
    return str(refusal.value)


def line_of(text, start):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


@pytest.mark.parametrize("path", sorted(Path("config/studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_study_file_is_sound(path):
    assert load_study(path).id == path.stem


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_key(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("days_per_month:", "days_per_mont:"))
    line = line_of(YAN.read_text(encoding="utf-8"), "days_per_month:")
    assert f"line {line}, column days_per_mont: found an unknown key" in message
    assert "Did you mean 'days_per_month'?" in message


def test_an_unknown_key_deep_inside_is_named_too(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("decimals: 1, printed_in: Table 1", "decimal: 1"))
    assert "columns.3.number.decimal" in message
    assert "Did you mean 'decimals'?" in message


def test_a_name_that_does_not_exist_is_named_with_the_nearest(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("by: pci_group", "by: pci_grup"))
    assert "'pci_grup'; it must name a variable of this study. Did you mean 'pci_group'?" in message


def test_all_problems_are_listed_at_once(tmp_path):
    def spoil(text):
        return text.replace("days_per_month: 30.4375", "days_per_month: 12").replace("rows: 10", "rows: none")

    message = refused(tmp_path, spoil)
    assert "2 problems" in message
    assert "days_per_month" in message
    assert "source.rows" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no keys"),
        ("id: [unclosed", "YAML"),
        ("- a\n- b\n", "no keys"),
        ("id: yan-2024\n\tsource: x\n", "YAML"),
    ],
)
def test_what_is_no_study_file_is_refused(tmp_path, text, words):
    assert words in refused(tmp_path, lambda _: text)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputRefused, match="found no file"):
        load_study(tmp_path / "none.yaml")


def test_the_id_is_the_name_of_the_file(tmp_path):
    shutil.copy(YAN, tmp_path / "other.yaml")
    with pytest.raises(InputRefused, match="the id must be the file's name, 'other'"):
        load_study(tmp_path / "other.yaml")


@pytest.mark.parametrize("name", ["../x", "A", "a b", "x" * 41, ""])
def test_an_id_can_not_leave_its_folder(name):
    content = yaml.safe_load(YAN.read_text(encoding="utf-8")) | {"id": name}
    with pytest.raises(ValueError, match="String should match pattern"):
        Study.model_validate(content)


@pytest.mark.parametrize("stage", sorted(STAGE_SECTIONS))
def test_a_stage_sees_its_sections_and_no_other(stage):
    study = load_study(YAN)
    seen = study.for_stage(stage)
    assert Study.model_validate_json(seen.as_json()) == seen
    hidden = set(Study.model_fields) - STAGE_SECTIONS[stage]
    assert all(getattr(seen, key) == Study.model_fields[key].get_default() for key in hidden)


def test_an_ambiguous_rule_is_refused(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("below: 20}", "below: 20, otherwise: true}"))
    assert "needs exactly one rule: values, below/at_least, contains, or otherwise: true" in message


def test_an_event_needs_a_rule(tmp_path):
    message = refused(tmp_path, lambda text: text.replace("        always: true\n      - code", "      - code"))
    assert "needs either conditions under any, or always: true" in message


# Studies of published tables

DMPM = Path("config/studies/dmpm-2022.yaml")
SOURCE = "  tables: resources/dmpm-2022\n"


def refused_tables(tmp_path, old, new):
    path = tmp_path / "dmpm-2022.yaml"
    text = DMPM.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        load_study(path)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"{SOURCE}  patients: resources/dmpm-2022/patients.csv\n", "either patients: (a file) or tables: (a folder)"),
        ("  rows: 110\n", "either patients: (a file) or tables: (a folder)"),
        (f"{SOURCE}  claims: resources/dmpm-2022/claims.csv\n", "nothing else is said of a source"),
        (f"{SOURCE}  rows: 110\n", "nothing else is said of a source"),
    ],
    ids=["both", "neither", "claims beside tables", "rows beside tables"],
)
def test_a_source_is_either_rows_or_tables(tmp_path, source, words):
    message = refused_tables(tmp_path, SOURCE, source)
    assert "1 problem " in message
    assert f"line {line_of(DMPM.read_text(encoding='utf-8'), 'source:')}, column source" in message
    assert words in message


def test_a_forest_plot_is_not_made_of_patients_rows(tmp_path):
    figure = "figures:\n  - {id: forest, kind: forest, title: Factors, table: Table 2}\n"
    message = refused(tmp_path, lambda text: text.replace("figures:\n", figure, 1))
    assert "column figures.0.kind: found 'forest'; it can't be made of patients' rows. Choose another kind." in message


@pytest.mark.parametrize(
    ("figure", "kind"),
    [
        ("{id: fig-1, kind: survival, title: Survival, endpoint: OS}", "survival"),
        ("{id: fig-1, kind: points, title: Age, variable: age, by: sex}", "points"),
        ("{id: fig-1, kind: swimmer, title: Courses, total: OS, observed: OS}", "swimmer"),
    ],
)
def test_a_figure_of_patients_is_not_made_of_published_tables(tmp_path, figure, kind):
    message = refused_tables(tmp_path, "figures:\n", f"figures:\n  - {figure}\n")
    assert f"column figures.0.kind: found '{kind}'; it can't be made of published tables" in message


def test_a_table_of_patients_is_not_made_of_published_tables(tmp_path):
    message = refused_tables(
        tmp_path, "tables:\n  - {id: counts, kind: published", "tables:\n  - {id: counts, kind: rows"
    )
    assert "column tables.0.kind: found 'rows'; it can't be made of published tables" in message


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("columns", "columns:\n  - {name: subject, source: id, label: Patient, type: identifier}\n"),
        (
            "endpoints",
            "endpoints:\n  - {code: OS, label: Survival, origin: surgery, time: {column: time}, "
            "events: [{code: OS, description: death, always: true}]}\n",
        ),
    ],
)
def test_published_tables_bring_their_own_names(tmp_path, section, text):
    message = refused_tables(tmp_path, "figures:\n", f"{text}figures:\n")
    assert f"column {section}: found a section; published tables bring their own names. Delete it" in message


def test_a_published_table_is_named(tmp_path):
    message = refused_tables(tmp_path, 'kind: published, table: "Abstract, Results", title', "kind: published, title")
    assert "column tables.0: found no table; a published table is named. Add table: and its name." in message
