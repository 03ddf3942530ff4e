"""Verdicts on printed numbers that can be held against other printed numbers only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from peritrace.claims import P_QUANTITIES, Claim
from peritrace.formats import format_percent
from peritrace.methods import METHODS
from peritrace.printed import one_slip_away
from peritrace.published import Published
from peritrace.relations.corrections import TELLING, Conflict, Correction, Corrector
from peritrace.relations.network import Checked, Network
from peritrace.relations.relation import FITS, KINDS, UNUSUAL, Outcome, Relation
from peritrace.study import Study
from peritrace.verdicts.coherence import Finding
from peritrace.words import listing, listing_or

# Kinds whose outcome is the printed number itself, recomputed; the others only leave room for it.
RECOMPUTING = ("percentage", "sum", "test")
# What is told first of a number that several relations bind.
TOLD_FIRST = ("percentage", "test", "limits", "sum", "words", "range", "same", "events", "ratio", "median")
MOST_TOLD = 3
STRENGTH = {"description": 0, "result": 1, "conclusion": 2}


@dataclass(frozen=True)
class Doubt:
    """A violated relation that speaks against a number, with the corrections of that number, the likeliest first."""

    outcome: Outcome
    relation: Relation
    conflict: Conflict
    corrections: tuple[Correction, ...]


class PublishedJudge:
    """Holds all printed numbers of a source against one another at once."""

    def __init__(self, published: Published, study: Study) -> None:
        self.published = published
        self.study = study
        self.network = Network(published, study.audit.stated)
        self._of: dict[str, list[Checked]] = {}
        for checked in self.network.checked:
            for name in dict.fromkeys(checked.relation.members):
                self._of.setdefault(name, []).append(checked)

    @cached_property
    def conflicts(self) -> list[Conflict]:
        """The violated relations, with what would mend them."""
        return Corrector(self.network).conflicts()

    @cached_property
    def doubts(self) -> Mapping[str, list[Doubt]]:
        """What speaks against each suspected number; a number printed alike elsewhere is suspected there too."""
        outcomes = {id(checked.relation): checked.outcome for checked in self.network.violated}
        alike: dict[tuple[str, ...], list[str]] = {}
        for claim in self.published.claims:
            alike.setdefault(_same_number(claim), []).append(claim.claim_id)
        found: dict[str, list[Doubt]] = {}
        for conflict in self.conflicts:
            for suspect in conflict.suspects:
                mine = tuple(c for c in conflict.corrections if c.claim_id == suspect)
                for name in alike[_same_number(self.published.by_id[suspect])]:
                    found.setdefault(name, []).extend(
                        Doubt(outcomes[id(relation)], relation, conflict, mine) for relation in conflict.relations
                    )
        return found

    def finding(self, claim: Claim) -> Finding:
        """The verdict on one number and the reason for it."""
        if doubts := self.doubts.get(claim.claim_id):
            return self._contradicted(claim, doubts)
        checked = [c for c in self._of.get(claim.claim_id, []) if not c.outcome.violated]
        if not checked and (majority := self._majority(claim)):
            return majority
        if not checked:
            return self._unverifiable(claim)
        ordered = sorted(checked, key=_told_first)
        recomputed = [c for c in ordered if self._recomputes(c, claim)]
        if recomputed:
            return self._reproduced(recomputed[0].outcome, ordered)
        return Finding("coherent", self._methods(ordered), "", _tell(ordered))

    def _majority(self, claim: Claim) -> Finding | None:
        """A number that most places print alike, and one or few do not."""
        for checked in self._of.get(claim.claim_id, []):
            if checked.relation.kind == "same" and claim.claim_id not in checked.outcome.suspects:
                return Finding("coherent", _label(checked), "", f"Most places print so. {checked.outcome.explanation}")
        return None

    def _recomputes(self, checked: Checked, claim: Claim) -> bool:
        relation, outcome = checked.relation, checked.outcome
        mine = relation.computes == claim.claim_id and relation.kind in RECOMPUTING and outcome.grade == FITS
        return mine and bool(outcome.shown and outcome.method) and claim.printed.value is not None

    def _reproduced(self, outcome: Outcome, ordered: Sequence[Checked]) -> Finding:
        verdict = "reproduced-by-convention" if outcome.convention else "reproduced"
        told = outcome.convention if "=" not in outcome.convention else _convention(outcome.convention)
        return Finding(verdict, outcome.method, outcome.shown, _tell(ordered), told)

    def _methods(self, ordered: Sequence[Checked]) -> str:
        return listing(list(dict.fromkeys(_label(c) for c in ordered))[:2])

    def _contradicted(self, claim: Claim, doubts: list[Doubt]) -> Finding:
        sentences = list(dict.fromkeys(self._against(claim, doubt) for doubt in doubts))
        first = doubts[0]
        computed = [d.outcome for d in doubts if d.relation.computes in ("", claim.claim_id) and d.outcome.shown]
        shown, method = (computed[0].shown, computed[0].method) if computed else ("", first.outcome.method)
        suspected = [self.published.by_id[name] for name in first.conflict.suspects]
        others = [other for other in suspected if _same_number(other) != _same_number(claim)]
        corrections = first.corrections
        if corrections and corrections[0].chance <= TELLING:
            sentences.append(_in_words(corrections, claim))
            if _leads(corrections) and not others:
                shown = corrections[0].text
        elif corrections:
            sentences.append("Several numbers one slip away would fit, so none is named.")
        elif claim.printed.is_numeric and first.conflict.complete:
            sentences.append(self._half_mended(claim, first))
        if others:
            told = [f"{other.reported} ({other.location})" for other in others[:3]]
            or_else = "" if first.relation.kind == "same" else ", or they do not count the same"
            sentences.append(f"Either it or {listing_or(told)} is wrong{or_else}.")
        if not first.conflict.complete:
            sentences.append("The search for a correction stopped at its bound.")
        if side := self._decision(claim, corrections):
            sentences.append(side)
        return Finding("contradicted", method or _label_of(first.relation), shown, " ".join(sentences))

    def _half_mended(self, claim: Claim, doubt: Doubt) -> str:
        """Whether the computed number is one slip away, and what it would break instead."""
        for slip in one_slip_away(claim.reported):
            if slip.text != doubt.outcome.shown:
                continue
            values = dict(self.network.values) | {claim.claim_id: claim.read(slip.text)}
            broken = [o for r in self.network.of[claim.claim_id] if (o := r.check(values)).violated]
            if broken and not doubt.relation.check(values).violated:
                told = broken[0].explanation.rstrip(".")
                return f"{slip.text} ({slip.slip}) would mend this, but break another relation ({told})."
        return "No single slip of the pen explains it."

    def _against(self, claim: Claim, doubt: Doubt) -> str:
        graded = doubt.relation.kind not in ("words", "same")  # there the explanation says it all
        text = f"{doubt.outcome.grade.capitalize()}: " * graded + doubt.outcome.explanation
        return f"{text} Assumed: {doubt.outcome.assumption}." if doubt.outcome.assumption else text

    def _decision(self, claim: Claim, corrections: Sequence[Correction]) -> str:
        """Whether the correction of a limit or a P value would change what is significant."""
        if not corrections or not _leads(corrections):
            return ""
        mended = claim.read(corrections[0].text)
        if mended.value is None or claim.printed.value is None:
            return ""
        border = {"ratio-low": 1.0, "ratio-high": 1.0, "prediction": 0.05, "association": 0.05}.get(claim.quantity)
        if border is None:
            return ""
        same = (float(mended.value) < border) == (float(claim.printed.value) < border)
        return "Correcting it changes no significance." if same else "Correcting it changes what is significant."

    def _unverifiable(self, claim: Claim) -> Finding:
        bound = self._of.get(claim.claim_id)
        if bound:  # members of a broken relation that others explain, and nothing else bears on them
            told = " ".join(c.outcome.explanation for c in bound[:1])
            text = f"It stands in a relation that another number breaks ({told.rstrip('.')}); nothing else bears on it."
            return Finding("unverifiable", "", "", text)
        words = "The source prints nothing else that bears on it"
        needed = "patients’ rows with a record of it" if claim.quantity not in ("value", "term") else "a record of it"
        if claim.quantity in P_QUANTITIES or claim.quantity.endswith("median"):
            needed = "patients’ rows, or counts and times by group,"
        return Finding("unverifiable", "", "", f"{words}; {needed} would.")

    def touches(self, claim: Claim) -> str:
        """What depends on a number: as typed with it, or more where the same number, or its effect, carries more."""
        return max((claim.touches, self._carried.get(_carrier(claim), "description")), key=STRENGTH.__getitem__)

    @cached_property
    def _carried(self) -> Mapping[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for claim in self.published.claims:
            key = _carrier(claim)
            if STRENGTH[claim.touches] > STRENGTH[found.get(key, "description")]:
                found[key] = claim.touches
        return found


def _carrier(claim: Claim) -> tuple[str, ...]:
    """What a number is a part of: an effect in a model; other numbers stand for themselves."""
    if claim.model and claim.group:
        return (claim.variable, claim.group, claim.group_level, claim.model)
    return ("", *claim.subject)


def _same_number(claim: Claim) -> tuple[str, ...]:
    """What is the same for a number wherever it is printed: "P = 0.440" and "0.44", "three" and "3"."""
    value = claim.printed.value
    if value is None:
        return claim.number
    return (*claim.subject, claim.unit, claim.printed.relation, str(float(value)))


def _leads(corrections: Sequence[Correction]) -> bool:
    """Whether one correction is clearly the likeliest and hardly an accident."""
    second = corrections[1].likelihood if len(corrections) > 1 else 0.0
    return corrections[0].chance <= 0.1 and corrections[0].likelihood > 1.5 * second


def _in_words(corrections: Sequence[Correction], claim: Claim) -> str:
    first, *rest = corrections
    chance = format_percent(first.chance, 0 if first.chance >= 0.1 else 1)
    if _leads(corrections):
        text = f"The smallest correction is {first.text} ({first.slip}), with which all of its relations hold"
    else:
        others = [c.text for c in rest[:3]]
        text = f"{listing([first.text, *others])} would agree, each one slip away"
    return f"{text}; of all single slips in {claim.reported}, {chance} fit so."


def _convention(text: str) -> str:
    """A convention as a report says it."""
    key, _, value = text.partition("=")
    if key == "method" and value in METHODS:
        return METHODS[value].label
    return {"missing": f"{value} without a value left out", "level": f"limits of the {value} level"}.get(key, text)


def _told_first(checked: Checked) -> tuple[bool, int]:
    kind = checked.relation.kind
    place = TOLD_FIRST.index(kind) if kind in TOLD_FIRST else len(TOLD_FIRST)
    return checked.outcome.grade != UNUSUAL, place


def _tell(ordered: Sequence[Checked]) -> str:
    """The explanations of the first relations; an unusual one says so."""
    told = []
    for checked in ordered:
        text = checked.outcome.explanation
        told.append(f"Unusual: {text}" if checked.outcome.grade == UNUSUAL else text)
    return " ".join(list(dict.fromkeys(told))[:MOST_TOLD])


def _label(checked: Checked) -> str:
    return checked.outcome.method or _label_of(checked.relation)


def _label_of(relation: Relation) -> str:
    return KINDS[relation.kind].label
