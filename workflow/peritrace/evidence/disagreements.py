"""Where the sources cite one study with different numbers, or a range that its parts do not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from peritrace.evidence.results import Result
from peritrace.words import listing


@dataclass(frozen=True)
class Disagreement:
    """What does not agree, or meets where it should not, in a sentence; `kind` says which."""

    kind: str
    sentence: str


def disagreements(results: Sequence[Result]) -> Iterator[Disagreement]:
    """The same reference with two numbers; a number outside the range that its reference is part of; a borrowed end."""
    cited = [result for result in results if not result.own]
    for first, second in combinations(cited, 2):
        if _number_of(first) == _number_of(second) and (first.value, first.sign) != (second.value, second.sign):
            text = f"{_called(first)} is cited with {_told(first)} ({first.source}) and with {_told(second)}"
            yield Disagreement("different numbers", f"{text} ({second.source}).")
    for whole in (result for result in cited if result.value_high):
        members = _references(whole)
        for single in (r for r in cited if not r.value_high and _kind(r) == _kind(whole)):
            inside = float(whole.value) <= float(single.value) <= float(whole.value_high)
            if _references(single) <= members and not inside:
                text = (
                    f"{_told(single)} is cited for {_called(single)}, which the range {_told(whole)} is said to cover"
                )
                yield Disagreement("outside its range", f"{text} ({single.source}; {whole.source}).")
            elif not _references(single) & members and single.value in (whole.value, whole.value_high):
                end = "lower" if single.value == whole.value else "upper"
                text = f"The {end} end of {_told(whole)}, cited for reference {listing(whole.reference.split('; '))},"
                yield Disagreement(
                    "an end from elsewhere",
                    f"{text} equals the number cited for reference {single.reference}, which is not among them "
                    f"({whole.source}; {single.source}).",
                )


def _number_of(result: Result) -> tuple[str, ...]:
    """What is the same number of the same patients, by whatever source it is cited."""
    kind = (result.outcome, result.quantity, result.time_months, result.value_high and "range")
    return (result.paper, result.reference, result.tumour, result.treatment, *kind)


def _kind(result: Result) -> tuple[str, ...]:
    return (result.paper, result.tumour, result.quantity)


def _references(result: Result) -> set[str]:
    return set(result.reference.split("; "))


def _called(result: Result) -> str:
    return result.cited_as[:1].upper() + result.cited_as[1:]


def _told(result: Result) -> str:
    unit = result.unit if result.unit == "%" else f" {result.unit}"
    return f"{result.sign}{result.value}{f' to {result.value_high}' if result.value_high else ''}{unit}"
