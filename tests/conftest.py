"""Workspaces: fresh ones, and one in which the workflow has run; and the one browser of a test process."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.workflow.workspace import Workspace, copy_project, made_by_a_run, made_once, narrowed

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def fresh(tmp_path) -> Workspace:
    """The project with the study of patients' rows, nothing run yet."""
    return copy_project(tmp_path, "yan-2024")


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Workspace:
    """The project after a whole run on one core; not to be changed."""
    return made_once(tmp_path_factory, "finished", made_by_a_run)


@pytest.fixture(scope="session")
def finished_small(finished, tmp_path_factory) -> Workspace:
    """One study of each kind after a run; not to be changed."""
    studies = ("yan-2024", "dmpm-2022")
    return made_once(tmp_path_factory, "finished-small", lambda folder: narrowed(finished, folder, *studies))


@pytest.fixture(scope="session")
def one_figure(tmp_path_factory) -> Workspace:
    """The project with nothing but one figure made, and what that needs."""

    def make(folder: Path) -> Workspace:
        workspace = copy_project(folder, "yan-2024")
        run = workspace.snakemake("--cores", "2", "results/yan-2024/draw/fig-2b.svg")
        assert run.code == 0, run.text
        return workspace

    return made_once(tmp_path_factory, "one-figure", make)


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's browser; without one the tests can't run, which is an error where they must."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(f"no browser found; install one of {', '.join(BROWSERS)}")
        # the one test set that needs a program beyond the Python packages
        pytest.skip(f"no browser found: none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--headless=new", "--disable-gpu"]
        opened = playwright.chromium.launch(executable_path=executable, args=options)
        yield opened
        opened.close()
