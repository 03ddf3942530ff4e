"""Lists the printed numbers of a paper and the claims that cover them.

    python tests/papers/printed_numbers.py zhang-2024

`<study>-numbers.csv` beside this file was made from the paper by someone who had not seen the study's resources: a line
for every number that the paper prints about its own patients, in reading order. A number is covered by a claim of the
same place (abstract, a table, the results …) that prints the same; each claim covers one number.
"""

import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peritrace.extracts.tables import read_published
from peritrace.printed import WORD_NUMBERS, UnreadableNumber, parse_printed

FOLDER = Path(__file__).parent
RESOURCES = Path(__file__).parents[2] / "resources"


@dataclass(frozen=True)
class PrintedNumber:
    """A number as the paper prints it, and the claim that covers it; none where it is missing from the resources."""

    location: str
    printed: str
    about: str
    claim_id: str


def place(location: str) -> str:
    """The part of a paper that a location names: "Table 1", "Results"."""
    return location.partition(",")[0]


def normal(text: str) -> str:
    """A number without what does not change it: the letter P, the percent sign, number words, the form of a date."""
    stripped = re.sub(r"^[Pp]\s*=?\s*", "", text.strip()).replace(" ", "").removesuffix("%")
    if stripped.lower() in WORD_NUMBERS:
        return str(WORD_NUMBERS[stripped.lower()])
    try:
        printed = parse_printed(text)
    except UnreadableNumber:
        return stripped
    return f"{printed.earliest}–{printed.latest}" if printed.kind == "date" else stripped


def numbers_of(study: str) -> Iterator[PrintedNumber]:
    """Every number of the independent list with the claim that covers it."""
    waiting: dict[tuple[str, str], list[str]] = defaultdict(list)
    for claim in read_published(RESOURCES / study, study).claims:
        waiting[place(claim.location), normal(claim.reported)].append(claim.claim_id)
    with (FOLDER / f"{study}-numbers.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["about"].startswith("(words)"):
                continue
            covering = waiting[place(row["location"]), normal(row["printed"])]
            yield PrintedNumber(row["location"], row["printed"], row["about"], covering.pop(0) if covering else "")


def words_of(study: str) -> list[tuple[str, str]]:
    """The checkable words of the independent list, with their places."""
    with (FOLDER / f"{study}-numbers.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["about"].startswith("(words)")]
    return [(place(row["location"]), row["printed"]) for row in rows]


def unlisted(study: str) -> list[str]:
    """Claims that print a number which the independent list does not have at that place."""
    listed = Counter((place(n.location), normal(n.printed)) for n in numbers_of(study))
    found = []
    for claim in read_published(RESOURCES / study, study).claims:
        if claim.printed.kind not in ("number", "percent", "p-value", "date"):
            continue
        key = (place(claim.location), normal(claim.reported))
        listed[key] -= 1
        if listed[key] < 0:
            found.append(f"{claim.claim_id}: {claim.reported} ({claim.location})")
    return found


def main(study: str) -> int:
    """Print the numbers and what covers them; 1 if one is not covered."""
    missing = 0
    for number in numbers_of(study):
        missing += not number.claim_id
        print(f"{number.location:45} {number.printed:>20}  {number.claim_id or '— NOT COVERED: ' + number.about}")
    print(f"{missing} not covered")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
