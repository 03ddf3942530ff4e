"""The verdict on each claim, computed from the readings that fit it, and its explanation in plain words."""

from dataclasses import dataclass

from peritrace.ard import Ard, Statistic
from peritrace.claims import Claim
from peritrace.formats import format_number, rounded
from peritrace.printed import SHARE_WORDS, Printed, UnreadableNumber, one_slip_away, parse_printed
from peritrace.study import Study
from peritrace.verdicts.coherence import Finding, longest_follow_up, part_of_whole, study_period
from peritrace.verdicts.conventions import (
    Coverage,
    Fit,
    coverages,
    describe_bundle,
    describe_departure,
    fits,
    plural,
)
from peritrace.verdicts.readings import P_VALUES, Reading, missing_names, readings
from peritrace.words import in_sentence

VERDICTS = ("reproduced", "reproduced-by-convention", "coherent", "contradicted", "unverifiable")


@dataclass(frozen=True)
class Verdict:
    """One line of verdicts.csv."""

    claim: Claim
    statement: str
    finding: Finding


class Judge:
    """Holds all claims of a study against all its statistics at once, since readings support each other."""

    def __init__(self, claims: list[Claim], ard: Ard, study: Study) -> None:
        self.claims = claims
        self.ard = ard
        self.study = study
        self.readings = {c.claim_id: readings(c, ard, study) for c in claims if self._is_bound(c)}
        self.fits = {
            c.claim_id: list(fits(c, c.printed, self.readings[c.claim_id])) for c in claims if self._is_bound(c)
        }
        self.coverages = coverages((c for c in claims if self._is_bound(c)), self.fits)
        self._coverage = {(c.quantity, c.bundle): c for c in self.coverages}

    def _is_bound(self, claim: Claim) -> bool:
        return claim.quantity not in ("window", "value") and not missing_names(claim, self.study)

    def coverage(self, claim: Claim, fit: Fit) -> Coverage:
        """What else the reading of this fit explains."""
        return self._coverage[claim.quantity, fit.bundle]

    def believed(self, claim: Claim) -> list[Fit]:
        """The fits that count: one departure at most, or a reading that explains many numbers; best first."""
        found = [fit for fit in self.fits[claim.claim_id] if fit.cost <= 1 or self.coverage(claim, fit).supported]

        def rank(fit: Fit) -> tuple[int, bool, int]:
            return fit.cost, fit.cost == 0 and bool(fit.printing), -self.coverage(claim, fit).numbers

        return sorted(found, key=rank)

    def verdict(self, claim: Claim) -> Verdict:
        """The verdict on one claim."""
        return Verdict(claim, claim.statement(self.study), self._finding(claim))

    def statistics(self, claim: Claim) -> list[Statistic]:
        """What the verdict rests on: the reading that fits best, else those by the stated methods."""
        if claim.quantity == "window":
            return longest_follow_up(self.ard, self.study)
        tried = self.readings.get(claim.claim_id, [])
        believed = self.believed(claim) if tried else []
        chosen = [believed[0].reading] if believed else self._stated(claim) or tried[:1] if tried else []
        return list({id(row): row for reading in chosen for row in reading.rows}.values())

    def _finding(self, claim: Claim) -> Finding:
        if claim.quantity == "window":
            return study_period(claim, self.claims, self.ard, self.study)
        if not self._is_bound(claim) or not self.readings[claim.claim_id]:
            return part_of_whole(claim, self.claims) or self._unverifiable(claim)
        believed = self.believed(claim)
        if not believed:
            return self._contradicted(claim)
        split = self._only_for_some(claim)
        best = believed[0]
        if best.cost == 0 and not best.reading.event and not split:
            return self._reproduced(claim, best)
        return self._by_convention(claim, best, split)

    def _stated(self, claim: Claim) -> list[Reading]:
        return [reading for reading in self.readings[claim.claim_id] if not reading.departures]

    def _only_for_some(self, claim: Claim) -> list[str]:
        """Where claim or source leave open what is meant: the readings as good as the best that do not agree."""
        unnamed = claim.quantity in P_VALUES and claim.quantity not in self.study.audit.stated
        if len(claim.variables) + len(claim.groups) <= 2 and not unnamed:
            return []
        agreeing = {id(fit.reading) for fit in self.fits[claim.claim_id]}
        stated = self._stated(claim)
        if not any(id(reading) in agreeing for reading in stated):
            return []
        return [f"{r.shown}{_by(r)}" for r in stated if id(r) not in agreeing]

    def _reproduced(self, claim: Claim, best: Fit) -> Finding:
        reading = best.reading
        finer = claim.printed.kind == "number" and claim.printed.as_printed(reading.value) != reading.shown
        tail = f", printed {claim.reported}" if finer else ""
        explanation = f"Recomputed from the rows: {self._all_stated(claim)}{tail}."
        return Finding("reproduced", reading.method_label, reading.shown, explanation)

    def _by_convention(self, claim: Claim, best: Fit, split: list[str]) -> Finding:
        reading, printed = best.reading, claim.printed
        parts = list(best.departures)
        if reading.event and f"event={reading.event}" not in parts:
            parts.append(f"event={reading.event}")
        told = [describe_departure(part, self.study) for part in parts]
        if split:
            told.append("but other readings of the same words do not agree (" + "; ".join(split) + ")")
        # what the rounding of the source leaves open is no other standard
        standard = self._all_stated(claim) if best.cost and "times=as-rounded" not in best.departures else ""
        sentences = [f"The standard reading gives {standard}."] if standard else []
        method_told = any(part.startswith("method=") for part in parts)
        how = ", ".join(filter(None, ["" if method_told else _by(reading).strip(), *told]))
        sentences.append(f"The printed {printed.text} comes out {how}.")
        if reading.event:
            sentences.append("The paper does not state the event so that it can be applied; it was inferred.")
        if (opened := self._open_interval(claim, best)) is not None:
            sentences.append(opened)
        if best.cost:
            sentences.append(self._support(claim, best))
        moved = ""
        if standard and printed.value is not None and printed.kind in ("number", "percent"):
            gaps = [float(printed.value) - printed.printed_scale(r.value) for r in self._stated(claim)]
            moved = format_number(min(gaps, key=abs), printed.decimals)
        method = describe_bundle(best.bundle, self.study)
        recomputed = printed.as_printed(self._printed_value(best))
        convention = "; ".join(parts)
        explanation = " ".join(sentences)
        return Finding("reproduced-by-convention", method, recomputed, explanation, convention, standard, moved)

    def _support(self, claim: Claim, best: Fit) -> str:
        """How much else the reading explains, and how freely it was chosen."""
        tried = self.readings[claim.claim_id]
        agreeing = {id(fit.reading) for fit in self.fits[claim.claim_id]}
        chosen = f"of {len(tried)} readings tried, {len(agreeing)} print{'s' if len(agreeing) == 1 else ''} so"
        coverage = self.coverage(claim, best)
        if coverage.numbers < 2:
            return f"{chosen[:1].upper()}{chosen[1:]}."
        return f"The same reading explains {coverage.numbers} of the {coverage.of} {plural(claim.quantity)}; {chosen}."

    def _printed_value(self, fit: Fit) -> float:
        return float(rounded(fit.reading.value, 2)) if fit.printing == "two-decimals" else fit.reading.value

    def _open_interval(self, claim: Claim, fit: Fit) -> str | None:
        """What a row that starts where the last, open interval starts really holds."""
        through = self.study.analyses.life_table.through
        if "row=starts-at" not in fit.departures or "through=last" in fit.departures or through is None:
            return None
        if float(claim.time) != through or self._same_at_end(claim, fit):
            return None
        return (
            f"That row is the open last interval ({through:g} {self.study.time_unit} and beyond): it counts every "
            f"later event and is not the survival at {through:g} {self.study.time_unit}."
        )

    def _same_at_end(self, claim: Claim, fit: Fit) -> bool:
        """Whether the row that ends at the time asked holds the same value: then it does not matter which was read."""
        rest = tuple(part for part in fit.reading.departures if part != "row=starts-at")
        alike = [r for r in self.readings[claim.claim_id] if (r.method, r.departures) == (fit.reading.method, rest)]
        return any(abs(r.value - fit.reading.value) < 1e-9 for r in alike)

    def _all_stated(self, claim: Claim) -> str:
        """The values by the stated methods, each method once."""
        told = []
        for reading in self._stated(claim):
            about = f" for {self._called(reading.variable)}" if len(claim.variables) > 1 else ""
            told.append(f"{reading.shown}{_by(reading)}{about}")
        return "; ".join(dict.fromkeys(told))

    def _called(self, name: str) -> str:
        """An endpoint by its code, anything else by its label."""
        codes = {endpoint.code for endpoint in self.study.endpoints}
        return name if name in codes else in_sentence(self.study.label(name))

    def _contradicted(self, claim: Claim) -> Finding:
        tried = self.readings[claim.claim_id]
        printed = claim.printed
        stated = self._stated(claim) or tried[:1]
        nearest = min(tried, key=lambda reading: _distance(printed, reading.value))
        sentences = [f"The rows give {self._all_stated(claim) or stated[0].shown}."]
        if len(tried) > len(stated) and printed.kind != "share":
            nearer = f"the nearest gives {nearest.shown} ({self._named(nearest)})"
            sentences.append(
                f"{len(tried)} readings were tried; {'none comes nearer' if nearest in stated else nearer}."
            )
        if rejected := {id(fit.reading) for fit in self.fits[claim.claim_id]}:
            sentences.append(
                f"{len(rejected)} would print so, but only with several assumptions at once that explain too few other "
                "numbers of the paper to be believed."
            )
        sentences.append(self._smallest_correction(claim, stated))
        return Finding("contradicted", stated[0].method_label, stated[0].shown, " ".join(sentences))

    def _named(self, reading: Reading) -> str:
        told = [describe_departure(part, self.study) for part in reading.departures]
        return ", ".join([reading.method_label, *told] if _by(reading) else told) or "as stated"

    def _smallest_correction(self, claim: Claim, stated: list[Reading]) -> str:
        """The least change that would make it agree: a slip in the printed number, or patients counted otherwise."""
        printed = claim.printed
        if printed.kind in ("share", "amount"):
            return self._other_count(claim)
        if printed.kind in ("significance", "direction", "date"):
            return "The opposite statement would agree."
        if printed.kind == "p-value" and printed.relation != "=":
            turned = printed.text.translate(str.maketrans("<>", "><"))
            if any(parse_printed(turned).agrees(reading.value) for reading in stated):
                return f"With the sign turned ({turned}) it would agree."
        for misprint in one_slip_away(printed.text):
            try:
                candidate = parse_printed(misprint.text)
            except UnreadableNumber:
                continue
            if any(candidate.agrees(reading.value) for reading in stated):
                return f"The smallest correction is {misprint.text} ({misprint.slip})."
        return "No single slip of the pen leads from the computed value to the printed one."

    def _other_count(self, claim: Claim) -> str:
        rows = self.ard.where(context="counts", variable=claim.variables[0], variable_level=claim.level)
        where = {"group1": claim.group, "group1_level": claim.group_level}
        count, total = (int(rows.value(stat_name=name, **where)) for name in ("n", "N"))
        printed = claim.printed
        if not total:
            return "No patient has a value of it."
        wanted = [k for k in range(total + 1) if printed.agrees(k / total if printed.kind == "share" else k)]
        if not wanted:
            return "No count of these patients would agree."
        nearest = min(wanted, key=lambda k: abs(k - count))
        away = abs(nearest - count)
        text = f"It would agree with {nearest} of {total} ({away} patient{'s' if away != 1 else ''} counted otherwise)"
        denominators = [n for n in range(max(count, 1), total) if printed.agrees(count / n)]
        if printed.kind == "share" and denominators:
            left_out = total - denominators[-1]
            text += f", or if {left_out} patient{'s' if left_out != 1 else ''} had not been counted at all ({count} of "
            text += f"{denominators[-1]})"
        return text + "."

    def _unverifiable(self, claim: Claim) -> Finding:
        needed = " or ".join(missing_names(claim, self.study))
        if not needed and claim.quantity != "value":
            explanation = (
                "The study file asks for no estimate of it; added under analyses (describe, describe_by, compare, "
                "associate, models or follow_up), it would be computed."
            )
        elif claim.groups and set(claim.groups) & set(missing_names(claim, self.study)):
            explanation = (
                f"These rows belong to one side of the comparison ({needed}), so it can't be tested with them; the "
                "rows of the other side, or their counts and times, would allow it."
            )
        else:
            explanation = (
                f"No column of the rows and no other printed number tells the {needed}; a record of it for each "
                "patient would."
            )
        return Finding("unverifiable", "", "", explanation)


def _by(reading: Reading) -> str:
    """How a value was come by; counts, medians and extremes need no name for that."""
    return "" if reading.method == "descriptive" else f" by {reading.method_label}"


def _distance(printed: Printed, value: float) -> float:
    if printed.kind == "share":
        low, high, _ = SHARE_WORDS[printed.text.lower()]
        return max(low - value, value - high, 0.0)
    if printed.value is None:
        return 0.0
    return abs(printed.printed_scale(value) - float(printed.value))
