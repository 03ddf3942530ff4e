"""No room to write: a run does not end well with something missing, and with room again one run more is enough.

The system itself refuses the writing, by a limit on the size of a file, which works everywhere. `tests/bench/full.py`
fills a small disk up to 20 sizes, where file systems may be mounted.
"""

import errno
import os
import resource
import subprocess
import sys
from functools import partial

from tests.workflow.killing import PATIENCE, torn
from tests.workflow.workspace import Workspace, copy_project

STUDY = "dmpm-2022"
LARGEST = 90_000  # bytes; a figure is larger


def of_the_study(workspace: Workspace) -> dict[str, bytes]:
    """The files of the study."""
    return {path: data for path, data in workspace.outputs().items() if path.split("/")[1].startswith(STUDY)}


def test_files_that_cannot_grow(finished_small, tmp_path):
    workspace = copy_project(tmp_path / "project", STUDY)
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "host", "reason"],
        cwd=workspace.folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (LARGEST, LARGEST)),  # no threads
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert run.returncode != 0
    assert f"{os.strerror(errno.EFBIG)}. Nothing was left half written; make room" in run.stderr
    assert "Traceback" not in run.stderr
    assert torn(workspace) == []
    expected = of_the_study(finished_small)
    assert of_the_study(workspace).items() < expected.items()

    again = workspace.snakemake("--cores", "2")
    assert again.code == 0, again.text
    assert of_the_study(workspace) == expected
