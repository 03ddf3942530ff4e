"""The study that a command is about."""

import difflib
from pathlib import Path

from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.study_file import load_study

STUDIES = Path("config/studies")


def study_named(name: str) -> Study:
    """The study of that id in this project; raises InputRefused when there is none or its file is wrong."""
    known = sorted(path.stem for path in STUDIES.glob("*.yaml"))
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known) or 'none'}."
        rule = f"a study is a file in {STUDIES}, and the command runs in the project's folder"
        raise InputRefused("the command", [Problem(str(STUDIES), None, "", f"no study {name!r}", rule, remedy)])
    return load_study(STUDIES / f"{name}.yaml")
