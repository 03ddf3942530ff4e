"""Files that are generated agree with what they are generated from."""

import difflib
from pathlib import Path

import pytest

from peritrace import environment, study_reference
from peritrace.sections import Section


def text(path):
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "fresh", "command"),
    [
        (study_reference.SCHEMA, study_reference.schema, "make schema"),
        (study_reference.PAGE, study_reference.page, "make schema"),
        (
            "environment.yml",
            lambda: environment.environment(text("pyproject.toml"), text("requirements.lock")),
            "make lock",
        ),
    ],
    ids=["schema", "reference-page", "environment"],
)
def test_a_generated_file_is_up_to_date(path, fresh, command):
    old, new = text(path), fresh()
    difference = "\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), "as it should be", n=1))
    assert old == new, f"run `{command}`:\n{difference}"


def test_every_dependency_is_locked_with_hashes():
    lock = text("requirements.lock")
    for name in environment.direct_dependencies(text("pyproject.toml")):
        assert f"\n{name}==" in f"\n{lock}"
    assert lock.count("--hash=sha256:") > lock.count("==")


def test_every_key_of_the_study_file_is_explained():
    unexplained = [
        f"{model.__name__}.{name}"
        for model in study_reference._models(study_reference.Study)
        for name, field in model.model_fields.items()
        if not field.description and name not in ("type", "kind")
    ]
    assert unexplained == []
    assert all(model.__doc__ for model in Section.__subclasses__())
