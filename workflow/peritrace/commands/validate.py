"""validate: what intake would say of a study's extract, without running anything."""

import argparse
from pathlib import Path

from peritrace.commands.studies import STUDIES, study_named
from peritrace.extracts.account import flow
from peritrace.extracts.examination import examine
from peritrace.pages.course import flow_steps, grouped
from peritrace.pages.validation import verdict
from peritrace.problems import InputRefused
from peritrace.words import counted

SOUND, UNSOUND = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("studies", nargs="+", metavar="STUDY", help="id of a study: the name of its file")
    parser.add_argument("--extract", type=Path, metavar="FILE", help="another extract than the study file names")


def run(arguments: argparse.Namespace) -> int:
    """Examine each extract; returns 0 when all would be accepted, 2 when one would be refused."""
    worst = SOUND
    for name in arguments.studies:
        try:
            text, sound = _validated(name, arguments.extract)
        except InputRefused as refusal:
            text, sound = str(refusal), False
        print(text)
        worst = worst if sound else UNSOUND
    return worst


def _validated(name: str, extract: Path | None) -> tuple[str, bool]:
    study = study_named(name)
    if study.published or study.source is None:
        return f"{name}: its source is published tables; `check` is the command for them.", True
    if extract:  # what the study file announces is another file
        free = study.source.model_copy(update={"rows": None, "columns": None, "sha256": None})
        study = study.model_copy(update={"source": free})
    path = extract or Path(study.source.patients or "") if study.source else Path()
    found = examine(path, study)
    lines = [f"{name}: {found.file}", verdict(found.problems), ""]
    for kind in grouped(found.problems):
        times = f" ({kind.count} times)" if kind.count > 1 else ""
        where = f"column {kind.column}" if kind.column else "the row or file"
        lines.append(f"  {kind.severity}: {where}, line {kind.lines}: {kind.found}{times}; {kind.rule}. {kind.remedy}")
    if marks := (STUDIES / f"{name}.yaml").read_text(encoding="utf-8").count("# CHECK"):
        lines.insert(2, f"The study file has {counted(marks, 'CHECK mark')} left to settle.")
    lines += ["", "Flow of patients:"] if found.problems else ["Flow of patients:"]
    lines += [f"  {step.count:>7,} {step.text}" for step in flow_steps(flow(found))]
    return "\n".join(lines), not found.errors
