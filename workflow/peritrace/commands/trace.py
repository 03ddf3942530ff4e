"""trace: follow a figure, table, number or verdict back to the raw cells, with code and settings on the way."""

import argparse

from peritrace.problems import InputRefused
from peritrace.tracing import MOST_ROWS, Tracer

FOUND, REFUSED = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "what",
        metavar="WHAT",
        help="reports/STUDY.html#FIGURE, STUDY/FIGURE, a file under results/, a claim's id, "
        "or results/STUDY/estimate/ard.csv#LINE",
    )
    parser.add_argument(
        "--at", metavar="POINT", help="a point of a survival curve: t=36.9, or group=CC0/1,t=36 for one of several"
    )
    parser.add_argument("--most", type=int, default=MOST_ROWS, metavar="N", help="list so many checks at most")


def run(arguments: argparse.Namespace) -> int:
    """Print the chain as a tree; returns 0, or 2 when nothing has that name."""
    tracer = Tracer()
    try:
        at = dict(_pair(part) for part in arguments.at.split(",")) if arguments.at else {}
        target = tracer.target(arguments.what)
        print("\n".join(tracer.tree(target, at, arguments.most).lines()))
    except InputRefused as refusal:
        print(refusal)
        return REFUSED
    return FOUND


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value.strip()
