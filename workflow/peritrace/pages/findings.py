"""Verdicts as a reader meets them: in words, counted, grouped by what they touch, and as sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.files import read_csv
from peritrace.formats import MINUS
from peritrace.words import counted, in_sentence, listing, listing_or


@dataclass(frozen=True)
class VerdictKind:
    """A verdict: its key in files, its name for readers, and what it means."""

    key: str
    label: str
    legend: str


VERDICT_KINDS = (
    VerdictKind(
        "reproduced",
        "reproduced",
        "Recomputed from the patients’ rows or the printed counts by the method that the source states; equal at the "
        "printed precision.",
    ),
    VerdictKind(
        "reproduced-by-convention",
        "reproduced by convention",
        "Equal only under another reading, which is named: another test, row or way of rounding.",
    ),
    VerdictKind(
        "coherent",
        "coherent",
        "Can’t be recomputed from what is published, but agrees with the other printed numbers that it is bound to.",
    ),
    VerdictKind(
        "contradicted",
        "contradicted",
        "None of the readings tried gives it; the nearest value and the smallest correction are stated.",
    ),
    VerdictKind(
        "unverifiable",
        "unverifiable",
        "Nothing published bears on it; the explanation says what data would.",
    ),
)
KIND = {kind.key: kind for kind in VERDICT_KINDS}
TOUCHES = {
    "conclusion": "Numbers on which a conclusion rests",
    "result": "Other results",
    "description": "Description of patients and methods",
}


@dataclass(frozen=True)
class Finding:
    """The verdict on one claim: a row of verdicts.csv."""

    claim_id: str
    location: str
    quantity: str
    statement: str
    reported: str
    recomputed: str
    method: str
    verdict: str
    explanation: str
    convention: str = ""
    standard: str = ""
    moved: str = ""
    touches: str = "result"
    variable: str = ""
    group: str = ""
    statistics: str = ""  # lines of the ARD that it was held against
    typed_in: str = ""  # the file in which the printed number was typed
    typed_line: str = ""
    typed_column: str = ""

    @property
    def kind(self) -> VerdictKind:
        """What the verdict means."""
        return KIND[self.verdict]

    @property
    def quoted(self) -> str:
        """What is printed; words in quotation marks."""
        return self.reported if any(c.isdigit() for c in self.reported) else f"“{self.reported}”"

    @property
    def moved_by(self) -> float:
        """By how much the printed number lies above the standard reading; 0 where that says nothing."""
        return float(self.moved.replace(MINUS, "-")) if self.moved else 0.0

    @property
    def untold_method(self) -> str:
        """The method, where the explanation does not name it."""
        return "" if self.method.lower() in self.explanation.lower() else self.method

    @property
    def variables(self) -> list[str]:
        """The columns, groups or endpoints that it may be a number of."""
        return self.variable.split("|") if self.variable else []

    @property
    def groups(self) -> list[str]:
        """The groups between or within which it is a number."""
        return self.group.split("|") if self.group else []


@dataclass(frozen=True)
class PrintedNumber:
    """A number with every place where it is printed: abstract and text often repeat it."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding at the first place."""
        return self.findings[0]

    @property
    def locations(self) -> str:
        """All the places."""
        return "; ".join(dict.fromkeys(finding.location for finding in self.findings))


def read_findings(path: Path) -> list[Finding]:
    """The verdicts on a study's claims, in the order of the claims."""
    names = Finding.__dataclass_fields__
    return [Finding(**{key: value for key, value in row.items() if key in names}) for row in read_csv(path)]


def printed_numbers(findings: Iterable[Finding]) -> list[PrintedNumber]:
    """The findings with repetitions of one number put together, in the order of first appearance."""
    found: dict[tuple[str, ...], list[Finding]] = {}
    for f in findings:
        number = (f.quantity, f.reported.lower(), f.statement, f.variable, f.group, f.verdict, f.recomputed)
        found.setdefault(number, []).append(f)
    return [PrintedNumber(tuple(group)) for group in found.values()]


def verdict_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings have each verdict, in the order of VERDICT_KINDS, zeros included."""
    counts = Counter(finding.verdict for finding in findings)
    return {kind.key: counts[kind.key] for kind in VERDICT_KINDS}


def summary(findings: Sequence[Finding]) -> list[str]:
    """What an audit found, in a few sentences."""
    counts = verdict_counts(findings)
    total, distinct = len(findings), len(printed_numbers(findings))
    statements = counted(total, "printed number or statement was", "printed numbers and statements were")
    opening = f"{statements} held against the data"
    repeated = f" ({distinct} different ones: some are printed more than once)" if distinct < total else ""
    bound = "agrees with the numbers bound to it", "agree with the numbers bound to them"
    fitting = (
        ("reproduced", "is reproduced by the stated method", "are reproduced by the stated method"),
        ("reproduced-by-convention", "only under another, named reading", "only under another, named reading"),
        ("coherent", *(f"can’t be recomputed but {text}" for text in bound)),
    )
    told = [counted(counts[key], one, many) for key, one, many in fitting if counts[key]]
    sentences = [f"{opening}{repeated}.", f"{listing(told)}." if told else "None is reproduced."]
    if wrong := counts["contradicted"]:
        different = len(printed_numbers(finding for finding in findings if finding.verdict == "contradicted"))
        places = ""
        if different < wrong:
            places = f" ({different} different ones)" if different > 1 else " (one number, printed more than once)"
        sentences.append(f"{counted(wrong, 'is', 'are')} contradicted{places}: none of the readings tried fits.")
    else:
        sentences.append("None is contradicted.")
    if farthest := read_otherwise(findings)[:1]:
        f = farthest[0].first
        place = in_sentence(f.statement)
        sentences.append(f"Farthest from the standard reading is {place}: printed {f.quoted}, but {f.standard}.")
    if counts["unverifiable"]:
        sentences.append(f"{counts['unverifiable']} can’t be verified from what is published.")
    return sentences


@dataclass(frozen=True)
class Touched:
    """The numbers that touch one part of a paper's argument, counted by verdict."""

    title: str
    counts: dict[str, int]
    contradicted: tuple[PrintedNumber, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def by_what_they_touch(findings: Sequence[Finding]) -> list[Touched]:
    """Findings that touch a conclusion, a result, a description; parts without a finding are left out."""
    parts = []
    for touches, title in TOUCHES.items():
        chosen = [finding for finding in findings if finding.touches == touches]
        wrong = printed_numbers(finding for finding in chosen if finding.verdict == "contradicted")
        if chosen:
            parts.append(Touched(title, verdict_counts(chosen), tuple(wrong)))
    return parts


@dataclass(frozen=True)
class Convention:
    """A reading under which several printed numbers of one kind fit at once."""

    name: str
    quantity: str
    explained: int
    of: int
    departures: int  # from the stated method; 0 for the method itself
    unexplained: tuple[PrintedNumber, ...]


@dataclass(frozen=True)
class Reading:
    """A kind of number that another reading than the stated method explains best, and the readings that were tried."""

    widest: tuple[Convention, ...]
    tried: int
    stated: int  # numbers that the stated method explains; 0 also for one, which is not counted

    @property
    def quantity(self) -> str:
        """The kind of number."""
        return self.widest[0].quantity

    @property
    def sentence(self) -> str:
        """What the best reading explains, and what it does not."""
        best = self.widest[0]
        share = f"all {best.of}" if best.explained == best.of else f"{best.explained} of the {best.of}"
        text = f"One reading explains {share} {best.quantity}: {in_sentence(best.name)}."
        if best.unexplained:
            rest = [f"{in_sentence(n.first.statement)} (printed {n.first.reported})" for n in best.unexplained]
            text += f" It does not explain {listing(rest)}."
        stated = self.stated or "fewer than two"
        return f"{text} The stated methods alone explain {stated}."


def conventions(rows: Sequence[Mapping[str, str]], findings: Sequence[Finding]) -> list[Convention]:
    """The readings as they stand in conventions.csv."""
    by_id = {finding.claim_id: finding for finding in findings}
    return [
        Convention(
            row["convention"],
            row["quantity"].replace("-", " "),
            int(row["explained"]),
            int(row["of"]),
            int(row["departures"]),
            tuple(printed_numbers(by_id[name] for name in row["unexplained_ids"].split() if name in by_id)),
        )
        for row in rows
    ]


READINGS_SHOWN = 8


def readings(found: Sequence[Convention]) -> tuple[list[Reading], str]:
    """The kinds of number that a departure from the stated method explains best, and a sentence on the others.

    Of readings that explain as many, the one with fewer departures counts as the better.
    """
    by_kind: dict[str, list[Convention]] = {}
    for convention in sorted(found, key=lambda c: (-c.explained, c.departures)):
        by_kind.setdefault(convention.quantity, []).append(convention)
    departing = []
    for kind in by_kind.values():
        stated = max((c.explained for c in kind if not c.departures), default=0)
        if kind[0].departures:
            departing.append(Reading(tuple(kind[:READINGS_SHOWN]), len(kind), stated))
    others = [quantity for quantity, kind in by_kind.items() if not kind[0].departures]
    text = f"No other reading explains more {listing_or(others)} than the stated method." if others else ""
    return departing, text


def read_otherwise(findings: Sequence[Finding]) -> list[PrintedNumber]:
    """Numbers that the standard reading of the stated methods does not give, the farthest from it first."""
    moved = [number for number in printed_numbers(findings) if number.first.standard]
    return sorted(moved, key=lambda number: -abs(number.first.moved_by))
