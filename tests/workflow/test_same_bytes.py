"""Two runs give the same bytes, whatever the folder, the number of cores and the user's environment."""

import hashlib

from tests.workflow.workspace import copy_project

HOSTILE_MATPLOTLIBRC = "axes.facecolor: pink\nfont.size: 30\nsavefig.dpi: 30\nsvg.fonttype: none\ntext.usetex: False\n"


def test_another_folder_more_cores_and_a_hostile_environment_change_nothing(finished, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "matplotlibrc").write_text(HOSTILE_MATPLOTLIBRC)
    (tmp_path / "a folder with spaces é").mkdir()
    other = copy_project(tmp_path / "a folder with spaces é")
    run = other.snakemake(
        "--cores",
        "4",
        HOME=str(tmp_path / "home"),
        MATPLOTLIBRC=str(tmp_path / "home" / "matplotlibrc"),
        TZ="Asia/Shanghai",
        LANG="C",
        LC_ALL="C",
        PYTHONHASHSEED="12345",
        OMP_NUM_THREADS="1",
    )
    assert run.code == 0, run.text
    ours, theirs = finished.outputs(), other.outputs()
    assert set(ours) == set(theirs)
    differing = [path for path in ours if hashlib.sha256(ours[path]).digest() != hashlib.sha256(theirs[path]).digest()]
    assert differing == []
    assert len(ours) > 50
