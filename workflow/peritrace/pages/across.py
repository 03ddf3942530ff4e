"""What all studies of a run show together: what matters most of each, and the claims by kind of error."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.claims import QUANTITIES
from peritrace.files import guarded, whole_file
from peritrace.pages.findings import Finding, PrintedNumber, printed_numbers, read_otherwise
from peritrace.words import in_sentence

MOST_FINDINGS = 3
FITS = ("reproduced", "reproduced-by-convention", "coherent")
_TOUCHES = ("conclusion", "result", "description")
_P_VALUES = ("difference", "association", "prediction", "every-association", "every-prediction")
_DEPARTURES = {
    "row": "read in another row of the life table",
    "event": "with the event taken otherwise",
    "printing": "rounded in another way",
    "times": "with times taken as rounded",
    "subset": "in some of the patients only",
    "method": "by a method that the source does not name",
}
_OTHER_DEPARTURE = "under another convention"


def sentences(findings: Sequence[Finding]) -> list[str]:
    """What matters most of a study, in a sentence each: contradictions that touch a conclusion, then results.

    The number that lies farthest from its standard reading takes the place before contradictions that touch no more
    than a description.
    """
    wrong = printed_numbers(finding for finding in findings if finding.verdict == "contradicted")
    wrong.sort(key=lambda number: _TOUCHES.index(number.first.touches))
    apart: dict[str, PrintedNumber] = {}  # two numbers of one contradiction are one finding
    for number in wrong:
        apart.setdefault(_first_sentence(number.first), number)
    told = [(_TOUCHES.index(number.first.touches), _contradicted(number)) for number in apart.values()]
    told += [(1, _read_otherwise(number)) for number in read_otherwise(findings)[:1]]
    chosen = sorted(told, key=lambda item: item[0])[:MOST_FINDINGS]
    return [text for _, text in chosen]


def _contradicted(number: PrintedNumber) -> str:
    f = number.first
    word = "printed" if f.quoted == f.reported else "stated as"
    if f.recomputed:
        return f"{f.statement}: {word} {f.quoted}, where the data give {f.recomputed}."
    return f"{f.statement}: {word} {f.quoted}. {_first_sentence(f)}."


def _first_sentence(finding: Finding) -> str:
    return finding.explanation.split(". ")[0].rstrip(".")


def _read_otherwise(number: PrintedNumber) -> str:
    f = number.first
    return f"{f.statement}: printed {f.quoted}, but {in_sentence(f.standard).rstrip('.')}."


def how_many_fit(counts: Mapping[str, int]) -> str:
    """How many printed numbers fit, how many don't and how many can't be checked, in a sentence."""
    total, fit = sum(counts.values()), sum(counts[verdict] for verdict in FITS)
    wrong, open_ = counts["contradicted"], counts["unverifiable"]
    if fit == total:
        return f"All {total} printed numbers and statements fit."
    does = "none is contradicted" if not wrong else "1 does not" if wrong == 1 else f"{wrong} do not"
    checked = f", and {open_} can’t be checked" if open_ else ""
    return f"Of {total} printed numbers and statements {fit} fit{',' if checked else ' and'} {does}{checked}."


@dataclass(frozen=True)
class KindOfError:
    """Claims that do not fit as they stand, of one kind: how many in each study, in the order of the studies."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


def by_kind_of_error(studies: Sequence[Sequence[Finding]]) -> list[KindOfError]:
    """The contradicted claims by what they are, then those that fit only under another reading by which."""
    counted = [Counter(filter(None, map(_kind, findings))) for findings in studies]
    labels = sorted({label for counts in counted for label in counts})
    return [KindOfError(label[1], tuple(counts[label] for counts in counted)) for label in labels]


def _kind(finding: Finding) -> tuple[int, str] | None:
    """A label with its place: contradictions stand first."""
    if finding.verdict == "contradicted":
        if not any(character.isdigit() for character in finding.reported):
            return 0, "Contradicted: a word that the numbers do not bear out"
        if finding.quantity in _P_VALUES:
            return 0, "Contradicted: P values"
        return 0, f"Contradicted: {QUANTITIES[finding.quantity][1]}"
    if finding.verdict == "reproduced-by-convention":
        keys = [part.partition("=")[0] for part in finding.convention.split("; ")]
        return 1, f"Fits only {next((text for key, text in _DEPARTURES.items() if key in keys), _OTHER_DEPARTURE)}"
    return None


def pool(files: Mapping[str, Path], out: Path) -> None:
    """Write the tables of several studies as one, each row with its study; their columns may differ.

    Cells that a spreadsheet would run as a formula get an apostrophe. Rows pass one by one: a large cohort has many.
    """
    present = {study: path for study, path in files.items() if path.is_file()}
    columns: dict[str, None] = {}
    for path in present.values():
        with path.open(encoding="utf-8", newline="") as handle:
            columns.update(dict.fromkeys(next(csv.reader(handle), [])))
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, ["STUDYID", *columns], restval="", lineterminator="\n")
        writer.writeheader()
        for study, path in present.items():
            writer.writerows({"STUDYID": study, **row} for row in _rows(path))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, strict=True):
            yield {name: guarded(cell) for name, cell in row.items()}
