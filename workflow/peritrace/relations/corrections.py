"""The smallest correction: which slip of the pen in which number would make everything agree.

For every violated relation each member is taken for misprinted in turn, and every text that one typical slip turns into
it is tried. A correction counts only if all relations of that number then hold. Corrections are ranked by how many
violated relations they mend, then by how likely the slip is (the chance of its kind, shared among all places where it
could have happened, so that a swap of two neighbours outweighs one of many possible changes of a digit; less where the
place prints such numbers otherwise), and by how readily the numbers then print as they do. Words, and numbers that
nothing violates, are never corrected.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from peritrace.printed import Printed
from peritrace.relations.network import Network
from peritrace.relations.relation import UNUSUAL, Outcome, Relation
from peritrace.relations.slips import Slips

TELLING = 0.1  # a number is cleared by the correction of another only where that was no likely accident
CLEARLY = 4.0  # times as likely: a correction that leads the others by less is not told as the only one
MOST_TRIED = 20_000  # checks of relations in one search, which then stops and says so
MOST_SHOWN = 6
# How likely numbers are that agree only under another convention, or unusually, against those that plainly agree
BY_CONVENTION, UNUSUALLY = 0.3, 0.1
BEARING_OUT = 0.7  # of the slips in a number that a relation would notice, to bear the number out by holding
ENOUGH_SLIPS = 24  # to tell that share


@dataclass(frozen=True)
class Correction:
    """A number as it may have been meant: the slip, the violated relations that it mends, and what speaks for it.

    `likelihood` is its share among all corrections of a conflict; `chance` is how probable it is that a wrong number of
    this form has such a correction by accident.
    """

    claim_id: str
    text: str
    slip: str
    mends: frozenset[int]
    likelihood: float
    chance: float


@dataclass(frozen=True)
class Conflict:
    """Violated relations that one number could explain, the corrections that would, and the numbers under suspicion."""

    relations: tuple[Relation, ...]
    corrections: tuple[Correction, ...]
    suspects: tuple[str, ...]
    complete: bool  # the search came to its end


class Corrector:
    """Searches the corrections of a network's violated relations, within a bound on the work."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.slips = Slips(network.index)
        self.tried = 0
        self._weights: dict[tuple[int, str, str], float] = {}
        self._found: dict[str, list[Correction]] = {}

    def conflicts(self) -> list[Conflict]:
        """The violated relations, each with what would mend it; those that one correction mends stand together."""
        waiting = [checked.relation for checked in self.network.violated]
        conflicts = []
        while waiting:
            open_ids = {id(relation) for relation in waiting}
            names = dict.fromkeys(name for relation in waiting for name in relation.members)
            candidates = [c for name in names for c in self._corrections(name) if c.mends & open_ids]
            ranked = sorted(candidates, key=lambda c: (-len(c.mends & open_ids), -c.likelihood))
            relations = [r for r in waiting if ranked and id(r) in ranked[0].mends] or waiting[:1]
            mine = [c for c in ranked if {id(r) for r in relations} <= c.mends]
            conflicts.append(self._conflict(relations, mine))
            waiting = [relation for relation in waiting if relation not in relations]
        return conflicts

    def _conflict(self, relations: list[Relation], corrections: list[Correction]) -> Conflict:
        likely = [c for c in corrections if c.likelihood * CLEARLY >= corrections[0].likelihood]
        suspects = tuple(dict.fromkeys(c.claim_id for c in likely))
        if not corrections or min(c.chance for c in likely) > TELLING:  # among so many texts something was bound to fit
            blamed = [name for relation in relations for name in self._blamed(relation)]
            suspects = tuple(dict.fromkeys((*blamed, *suspects)))
        total = sum(c.likelihood for c in corrections)
        of_claim: dict[str, int] = {}
        shown = []
        for correction in corrections:  # the likeliest of each number
            of_claim[correction.claim_id] = of_claim.get(correction.claim_id, 0) + 1
            if of_claim[correction.claim_id] <= MOST_SHOWN:
                shown.append(replace(correction, likelihood=correction.likelihood / total))
        return Conflict(tuple(relations), tuple(shown), suspects, self.tried < MOST_TRIED)

    def _blamed(self, relation: Relation) -> list[str]:
        """Whom the relation itself speaks against; else the number that it computes, if the others are borne out
        elsewhere; else the members that nothing else bears out.
        """
        outcome = next(checked.outcome for checked in self.network.violated if checked.relation is relation)
        if outcome.suspects:
            return list(outcome.suspects)
        alone = [name for name in relation.members if not self._borne_out(name, relation)]
        if relation.computes and (relation.computes in alone or not alone):
            return [relation.computes, *[name for name in alone if name != relation.computes]]
        return alone or list(relation.members)

    def _borne_out(self, name: str, apart_from: Relation) -> bool:
        """Whether another relation holds that most slips in the number would have broken."""
        broken = self.network.broken
        holding = [r for r in self._bound(name) if r is not apart_from and id(r) not in broken]
        if not self.network.values[name].is_numeric:
            return bool(holding)
        slips = list(self.slips.of(name))
        slips = slips[:: max(1, len(slips) // ENOUGH_SLIPS)]
        for relation in sorted(holding, key=_cost):
            noticed = sum(self._weight(relation, name, m.text, printed) == 0 for m, printed, _ in slips)
            if noticed >= BEARING_OUT * len(slips):
                return True
        return False

    def _corrections(self, name: str) -> list[Correction]:
        if name not in self._found:
            numeric = self.network.values[name].is_numeric
            self._found[name] = list(self._of_number(name)) if numeric else []
        return self._found[name]

    def _of_number(self, name: str) -> Iterator[Correction]:
        """The corrections of one number with which all its relations hold."""
        slips = list(self.slips.of(name))
        relations = sorted(self._bound(name), key=_cost)
        mends = frozenset(id(r) for r in relations if id(r) in self.network.broken)
        mending = []
        for misprint, printed, likelihood in slips:
            for relation in relations:
                likelihood *= self._weight(relation, name, misprint.text, printed)
                if not likelihood:
                    break
            else:
                mending.append((misprint, likelihood))
        for misprint, likelihood in mending:
            yield Correction(name, misprint.text, misprint.slip, mends, likelihood, len(mending) / len(slips))

    def _copies(self, name: str) -> tuple[str, ...]:
        """The number and its repetitions elsewhere: a misprint that was copied is mended in every place."""
        claim = self.network.index.claims[name]
        if any(r.kind == "same" and id(r) in self.network.broken for r in self.network.of[name]):
            return (name,)  # its places differ: one of them is misprinted, not all
        alike = self.network.index.repeated(claim)
        return tuple(other for other in alike if self.network.values[other].value == claim.printed.value)

    def _bound(self, name: str) -> list[Relation]:
        """The relations of a number and of its repetitions."""
        return list({id(r): r for copy in self._copies(name) for r in self.network.of[copy]}.values())

    def _weight(self, relation: Relation, name: str, text: str, printed: Printed) -> float:
        """How likely the numbers of a relation are with another one in the place of a member; 0 where it is violated.

        Of a relation that holds as printed: against its likelihood as printed. 0 beyond the bound on the work.
        """
        key = (id(relation), name, text)
        if key not in self._weights:
            if self.tried >= MOST_TRIED:
                return 0.0
            values = {member: self.network.values[member] for member in relation.members}
            if id(relation) not in self.network.broken and (id(relation), "", "") not in self._weights:
                self._weights[id(relation), "", ""] = _likelihood(relation, values)
            self.tried += 1
            changed = {copy: printed for copy in self._copies(name) if copy in values}
            likelihood = _likelihood(relation, values | changed)
            # as printed it may hold by a method only that corrections are not tried with
            self._weights[key] = likelihood / (self._weights.get((id(relation), "", "")) or 1.0)
        return self._weights[key]


def _likelihood(relation: Relation, values: dict[str, Printed]) -> float:
    if relation.holds and not relation.holds(values):
        return 0.0
    outcome = relation.check(values)
    if outcome.violated:
        return 0.0
    return _agreement(outcome) * (relation.weigh(values) if relation.weigh else 1.0)


def _agreement(outcome: Outcome) -> float:
    if outcome.grade == UNUSUAL:
        return UNUSUALLY
    return BY_CONVENTION if outcome.convention else 1.0


def _cost(relation: Relation) -> int:
    """The order in which relations are asked: quick ones that fail early first, tests last."""
    return {"test": 2, "sum": 0, "percentage": 0, "same": 0}.get(relation.kind, 1)
