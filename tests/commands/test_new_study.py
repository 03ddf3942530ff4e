"""The command writes a study file that runs, touches nothing else unasked, and says what to do."""

import pytest
import yaml

from peritrace.__main__ import main
from peritrace.study_file import load_study
from tests.proposals.extracts import of_r, write_csv

CONFIG = "# Which studies a run makes.\nstudies:\n  - yan-2024 # the model\n\nother: 1\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with an extract within it and one outside."""
    root = tmp_path / "project"
    (root / "config/studies").mkdir(parents=True)
    (root / "resources/my-cohort").mkdir(parents=True)
    (root / "config/config.yaml").write_text(CONFIG, encoding="utf-8")
    for path in (root / "resources/my-cohort/extract.csv", tmp_path / "outside.csv"):
        write_csv(path, *of_r("lung", {}, ("1", "2")))
    monkeypatch.chdir(root)
    return root


INSIDE = "resources/my-cohort/extract.csv"


def test_it_writes_a_study_file_that_loads(project, capsys):
    assert main(["new-study", "my-cohort", INSIDE]) == 0
    study = load_study(project / "config/studies/my-cohort.yaml")
    assert study.source.patients == INSIDE
    assert study.source.rows == 228
    said = capsys.readouterr().out
    assert "To check" in said
    assert "1. line " in said
    assert "  - my-cohort" in said
    assert (project / "config/config.yaml").read_text(encoding="utf-8") == CONFIG


def test_it_runs_a_second_time_only_by_force(project, capsys):
    main(["new-study", "my-cohort", INSIDE])
    path = project / "config/studies/my-cohort.yaml"
    path.write_text("mine", encoding="utf-8")
    assert main(["new-study", "my-cohort", INSIDE]) == 2
    assert "--force" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == "mine"
    assert main(["new-study", "my-cohort", INSIDE, "--force"]) == 0


def test_the_same_extract_gives_the_same_bytes(project):
    main(["new-study", "my-cohort", INSIDE])
    first = (project / "config/studies/my-cohort.yaml").read_bytes()
    main(["new-study", "my-cohort", INSIDE, "--force"])
    assert (project / "config/studies/my-cohort.yaml").read_bytes() == first


def test_a_file_from_elsewhere_is_copied_only_where_that_is_asked_for(project, capsys):
    outside = str(project.parent / "outside.csv")
    assert main(["new-study", "my-cohort", outside]) == 2
    assert "Copy it to resources/my-cohort/, or add --copy" in capsys.readouterr().out
    assert not (project / "resources/my-cohort/outside.csv").exists()
    assert main(["new-study", "my-cohort", outside, "--copy"]) == 0
    assert (project / "resources/my-cohort/outside.csv").exists()
    study = load_study(project / "config/studies/my-cohort.yaml")
    assert study.source.patients == "resources/my-cohort/outside.csv"


def test_the_study_is_added_to_the_configuration_with_its_comments_kept(project):
    assert main(["new-study", "my-cohort", INSIDE, "--add"]) == 0
    text = (project / "config/config.yaml").read_text(encoding="utf-8")
    assert text == CONFIG.replace("# the model\n", "# the model\n  - my-cohort\n")


def test_a_configuration_of_another_form_is_left_alone(project, capsys):
    text = "studies: [yan-2024]\n"
    (project / "config/config.yaml").write_text(text, encoding="utf-8")
    assert main(["new-study", "my-cohort", INSIDE, "--add"]) == 0
    assert "by hand" in capsys.readouterr().out
    assert (project / "config/config.yaml").read_text(encoding="utf-8") == text


def test_an_extract_that_a_run_would_refuse_is_told(project, capsys):
    path = project / INSIDE
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    assert main(["new-study", "my-cohort", INSIDE]) == 1
    said = capsys.readouterr().out
    assert "A run will refuse the extract as it is" in said
    assert (project / "config/studies/my-cohort.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["My Cohort", INSIDE], "small letters"),
        (["index", INSIDE], "small letters"),
        (["my-cohort", "resources/none.csv"], "found no file"),
        (["my-cohort", "config/config.yaml"], "an extract is text"),
        (["my-cohort", INSIDE, "--dictionary", INSIDE], "data dictionary"),
    ],
)
def test_what_can_not_be_done_is_refused_and_nothing_written(project, capsys, arguments, words):
    assert main(["new-study", *arguments]) == 2
    assert words in capsys.readouterr().out
    assert list((project / "config/studies").iterdir()) == []


def test_outside_of_a_project_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new-study", "my-cohort", "x.csv"]) == 2
    assert "Change to the folder of the project" in capsys.readouterr().out


def test_every_study_of_the_configuration_is_kept(project):
    main(["new-study", "my-cohort", INSIDE, "--add"])
    content = yaml.safe_load((project / "config/config.yaml").read_text(encoding="utf-8"))
    assert content == {"studies": ["yan-2024", "my-cohort"], "other": 1}
