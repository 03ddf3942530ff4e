"""Claims that can't be recomputed, but are bound to other printed numbers: parts of a whole, and the study period."""

import math
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from peritrace.ard import Ard, Statistic
from peritrace.claims import Claim
from peritrace.formats import format_number
from peritrace.printed import parse_printed
from peritrace.study import MONTH_LENGTHS, Study


@dataclass(frozen=True)
class Finding:
    """Whether a claim agrees with what it is bound to, and why."""

    verdict: str
    method: str
    recomputed: str
    explanation: str
    convention: str = ""
    standard: str = ""  # what the standard reading of the stated methods gives instead
    moved: str = ""  # by how much the printed number lies above it, in its unit


def part_of_whole(claim: Claim, claims: list[Claim]) -> Finding | None:
    """Whether the parts of a whole, all printed, leave room for this one; None when the claim is no part."""
    if not claim.part_of:
        return None
    whole = next(other for other in claims if other.claim_id == claim.part_of)
    parts = [other for other in claims if other.part_of == claim.part_of]
    values = [part.printed.value for part in (whole, *parts)]
    if any(value is None for value in values):
        return None
    total, *numbers = [value for value in values if value is not None]
    summed = sum(numbers, Decimal(0))
    terms = " + ".join(str(number) for number in numbers)
    fits = summed <= total
    explanation = (
        f"No row tells the kinds apart. If all of them are parts of the printed whole ({whole.reported.lower()}; "
        f"{whole.location}), they add up to {terms} = {summed}, {'which it allows' if fits else 'more than the whole'}."
    )
    return Finding("coherent" if fits else "contradicted", "sum of the parts", "", explanation)


def study_period(claim: Claim, claims: list[Claim], ard: Ard, study: Study) -> Finding:
    """Whether the printed dates agree with each other and leave room for the longest printed follow-up."""
    printed = claim.printed
    same_end = [other for other in claims if other.quantity == "window" and other.level == claim.level]
    for other in same_end:
        if printed.earliest is None or printed.latest is None:
            break
        there = other.printed
        if there.latest is None or there.earliest is None:
            continue
        if printed.latest < there.earliest or there.latest < printed.earliest:
            return Finding(
                "contradicted",
                "the same date printed twice",
                there.text,
                f"The paper gives another date for the same thing: {there.text} ({other.location}).",
            )
    return _room_for_follow_up(claim, claims, ard, study)


def longest_follow_up(ard: Ard, study: Study) -> list[Statistic]:
    """The longest time by the endpoint that tells follow-up; empty where the study file names none."""
    found = ard.where(context="survival", variable=study.analyses.follow_up or "", stat_name="time_max", group1="")
    return [row for row in found if not row.convention and row.method == "kaplan-meier"]


def _room_for_follow_up(claim: Claim, claims: list[Claim], ard: Ard, study: Study) -> Finding:
    dates = {
        level: [c.printed for c in claims if c.quantity == "window" and c.level == level] for level in ("start", "end")
    }
    starts = [p.earliest for p in dates["start"] if p.earliest]
    ends = [p.latest for p in dates["end"] if p.latest]
    rows = longest_follow_up(ard, study)
    if not starts or not ends or not rows or study.time_unit != "months":
        return Finding(
            "unverifiable",
            "",
            "",
            "The rows hold durations without dates; the dates of surgery and of last contact would settle it.",
        )
    start, end = max(starts), min(ends)
    if claim.level == "start" and claim.printed.earliest:
        start = claim.printed.earliest
    if claim.level == "end" and claim.printed.latest:
        end = claim.printed.latest
    room = (end - start).days
    longest = parse_printed(rows[0].stat)
    shortest = float(longest.interval()[0])
    own = study.days_per_month
    method = "longest follow-up against the period"

    def implied(length: float) -> str:
        needed = timedelta(days=math.floor(shortest * length))
        return f"{end - needed} or earlier" if claim.level == "start" else f"{start + needed} or later"

    told = f"The longest follow-up, {longest.text} months, "
    limit = f"a month is at most {format_number(math.floor(10 * room / shortest) / 10, 1)} days"
    for length in (own, *(m for m in MONTH_LENGTHS if m != own)):
        if shortest * length > room:
            continue
        explanation = f"{told}fits between {start} and {end} ({room} days)"
        if length != own:
            explanation += (
                f" only if {limit}, as with months of {length:g} days. With {own:g} days that operation was on "
                f"{end - timedelta(days=math.floor(shortest * own))} or earlier, before the period began"
            )
        convention = "" if length == own else f"days_per_month={length:g}"
        return Finding("coherent", method, implied(length), explanation + ".", convention)
    explanation = (
        f"{told}would fit between {start} and {end} ({room} days) only if {limit}; tried were months of "
        f"{', '.join(f'{m:g}' for m in MONTH_LENGTHS)} days."
    )
    return Finding("contradicted", method, implied(own), explanation)
