"""Runs killed at random moments, 200 of them unless told another number: what is torn, what recovers.

Chains of killed runs in a fresh folder, each started from what the last kill left, until a run comes to its end; then
the bytes are compared with those of an undisturbed run.

    python tests/bench/kills.py [KILLS] [SEED]
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from tests.workflow.killing import Tally, kill, recover, start, words
from tests.workflow.workspace import copy_project

STUDY = "dmpm-2022"
LONGEST_CHAIN = 8


def main(wanted: int = 200, seed: int = 1) -> int:
    """Print the tally; 1 when anything was torn or did not recover."""
    chance, tally, chains = random.Random(seed), Tally(), 0
    with tempfile.TemporaryDirectory() as place:
        calm = copy_project(Path(place) / "calm", STUDY)
        began = time.monotonic()
        if start(calm).wait() != 0:
            print(words(calm))
            return 1
        whole, expected = time.monotonic() - began, calm.outputs()
        print(f"an undisturbed run takes {whole:.0f} s and makes {len(expected)} files", flush=True)
        while tally.killed < wanted:
            chains += 1
            workspace = copy_project(Path(place) / f"chain-{chains}", STUDY)
            length = 0
            while length < LONGEST_CHAIN and tally.killed < wanted and kill(workspace, chance, 0.3, whole / 2, tally):
                length += 1
            recover(workspace, expected, tally)
            report(tally, chains)
    return 1 if tally.faults or tally.recovered != chains else 0


def report(tally: Tally, chains: int) -> None:
    """How it stands, and every kind of fault with its number."""
    by_kind = ", ".join(f"{number} of the {kind}" for kind, number in tally.kills.items())
    print(f"kills: {tally.killed} ({by_kind}); chains that recovered to the same bytes: {tally.recovered} of {chains}")
    kinds = [f"{number} × {fault}" for fault, number in Counter(tally.faults).items()]
    print(f"faults: {len(tally.faults)}", *kinds, sep="\n  ", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
