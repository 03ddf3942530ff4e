"""reproduce: make a figure, a table or a page again in a fresh folder, and compare bytes, then numbers."""

import argparse
import tempfile
from pathlib import Path

from peritrace.problems import InputRefused
from peritrace.records import record_path
from peritrace.reproduction import MOST, Failed, reproduce, state_of_code
from peritrace.tracing import Tracer
from peritrace.words import counted

SAME, DIFFERENT, REFUSED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "what", metavar="FIGURE", help="STUDY/FIGURE, reports/STUDY.html#FIGURE, or a file under results/ or reports/"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make it there, and leave everything for a look")


def run(arguments: argparse.Namespace) -> int:
    """Make it again; returns 0 when every byte is the same, 1 when not, 2 when it can't be made."""
    tracer = Tracer()
    try:
        target = tracer.target(arguments.what)
        paths = tracer.files(target)
    except InputRefused as refusal:
        print(refusal)
        return REFUSED
    if arguments.keep and arguments.keep.exists() and any(arguments.keep.iterdir()):
        print(f"{arguments.keep} is not empty; name a folder that does not exist.")
        return REFUSED
    print(f"Making {counted(len(paths), 'file')} again from the raw files, {state_of_code()} …", flush=True)
    with tempfile.TemporaryDirectory(prefix="peritrace-") as temporary:
        folder = arguments.keep or Path(temporary) / "project"
        try:
            compared = reproduce(paths, target.study, tracer.records, folder)
        except Failed as failure:
            print(f"It could not be made again:\n{failure}")
            return REFUSED
    for found in compared:
        print(f"  {found.path}: " + ("same bytes" if found.same else "differs"))
        for line in found.differences[:MOST]:
            print(f"    {line}")
        if len(found.differences) > MOST:
            print(f"    … and {len(found.differences) - MOST} more")
    if all(found.same for found in compared):
        print(f"Same bytes in all; how they are made: python -m peritrace trace {arguments.what}")
        return SAME
    print(f"What changed since: python -m peritrace verify (the record is {record_path(target.study, 'STAGE')})")
    return DIFFERENT
