"""Workspaces: fresh ones, and one in which the workflow has run."""

import shutil

import pytest

from tests.workflow.workspace import Workspace, copy_project


@pytest.fixture
def fresh(tmp_path) -> Workspace:
    """The project with the study of patients' rows, nothing run yet."""
    return copy_project(tmp_path, "yan-2024")


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Workspace:
    """The project after a whole run on one core; not to be changed."""
    workspace = copy_project(tmp_path_factory.mktemp("finished"))
    run = workspace.snakemake("--cores", "1")
    assert run.code == 0, run.text
    return workspace


@pytest.fixture(scope="session")
def finished_small(tmp_path_factory) -> Workspace:
    """One study of each kind after a run; not to be changed."""
    workspace = copy_project(tmp_path_factory.mktemp("finished-small"), "yan-2024", "dmpm-2022")
    run = workspace.snakemake("--cores", "1")
    assert run.code == 0, run.text
    return workspace


@pytest.fixture
def changeable(finished_small, tmp_path) -> Workspace:
    """A copy of the finished project, time stamps kept."""
    shutil.copytree(finished_small.folder, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


@pytest.fixture(scope="module")
def restorable(finished_small, tmp_path_factory) -> Workspace:
    """Another such copy, for tests that restore what they change."""
    folder = tmp_path_factory.mktemp("restorable") / "copy"
    shutil.copytree(finished_small.folder, folder)
    return Workspace(folder)
