"""crate: a study's last run as a Workflow Run RO-Crate, without private files."""

import argparse
from pathlib import Path

from peritrace.commands.studies import study_named
from peritrace.crates.entities import PRIVATE, PUBLIC
from peritrace.crates.writing import write_crate
from peritrace.problems import InputRefused
from peritrace.words import counted

WRITTEN, REFUSED = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("study", metavar="STUDY", help="the id of a study that has been run")
    parser.add_argument("--out", type=Path, metavar="FOLDER_OR_ZIP", help="where to; STUDY-crate.zip if not given")


def run(arguments: argparse.Namespace) -> int:
    """Write the crate; returns 0, or 2 when the study or its records are refused."""
    out = arguments.out or Path(f"{arguments.study}-crate.zip")
    try:
        crate = write_crate(study_named(arguments.study), out)
    except InputRefused as refusal:
        print(refusal)
        return REFUSED
    hidden = len(crate.facts) - len(crate.files)
    print(f"{out}: {counted(len(crate.files), 'file')} included, {hidden} not included.")
    print(PUBLIC if crate.public else PRIVATE)
    return WRITTEN
