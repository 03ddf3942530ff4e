"""The smallest correction: which slip of the pen in which number would make everything agree.

For every violated relation each member is taken for misprinted in turn, and every text that one typical slip turns into
it is tried. A correction counts only if all relations of that number then hold. Corrections are ranked by how many
violated relations they mend, then by how likely the slip is: the chance of its kind, shared among all places where it
could have happened, so that a swap of two neighbours outweighs one of many possible changes of a digit. Words, and
numbers that nothing violates, are never corrected.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from peritrace.printed import Misprint, Printed, UnreadableNumber, one_slip_away
from peritrace.relations.network import Network
from peritrace.relations.relation import Relation

# How often a misprint is of each kind: in round numbers, for nobody has counted them in medical tables. Only the
# order that they give to corrections depends on them.
SLIPS = {
    "one digit changed": 0.45,
    "neighbouring digits swapped": 0.25,
    "a digit lost": 0.12,
    "a digit doubled": 0.08,
    "the decimal point moved": 0.1,
}
TELLING = 0.1  # a number is cleared by the correction of another only where that was no likely accident
CLEARLY = 4.0  # times as likely: a correction that leads the others by less is not told as the only one
MOST_TRIED = 20_000  # checks of relations in one search, which then stops and says so
MOST_SHOWN = 6


@dataclass(frozen=True)
class Correction:
    """A number as it may have been meant: the slip, the violated relations that it mends, and what speaks for it.

    `chance` is how probable it is that a wrong number of this form has such a correction by accident.
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
        self.tried = 0
        self._outcomes: dict[tuple[int, str, str], bool] = {}

    def conflicts(self) -> list[Conflict]:
        """The violated relations, each with what would mend it; those that one correction mends stand together."""
        waiting = [checked.relation for checked in self.network.violated]
        found = {relation.members: list(self._of_relation(relation)) for relation in waiting}
        conflicts = []
        while waiting:
            candidates = {
                (c.claim_id, c.text): c
                for relation in waiting
                for c in found[relation.members]
                if self._still(c, waiting)
            }
            ranked = sorted(candidates.values(), key=lambda c: (-len(self._mended(c, waiting)), -c.likelihood))
            relations = [r for r in waiting if ranked and id(r) in ranked[0].mends] or waiting[:1]
            mine = [c for c in ranked if {id(r) for r in relations} <= c.mends]
            conflicts.append(self._conflict(relations, mine))
            waiting = [relation for relation in waiting if relation not in relations]
        return conflicts

    def _still(self, correction: Correction, waiting: list[Relation]) -> bool:
        return bool(self._mended(correction, waiting))

    def _mended(self, correction: Correction, waiting: list[Relation]) -> set[int]:
        return correction.mends & {id(relation) for relation in waiting}

    def _conflict(self, relations: list[Relation], corrections: list[Correction]) -> Conflict:
        likely = [c for c in corrections if c.likelihood * CLEARLY >= corrections[0].likelihood]
        suspects = tuple(dict.fromkeys(c.claim_id for c in likely))
        blamed = tuple(dict.fromkeys(name for relation in relations for name in self._blamed(relation)))
        narrowed = tuple(name for name in suspects if name in blamed) or suspects or blamed
        if corrections and min(c.chance for c in likely) > TELLING:
            narrowed = blamed  # something among so many texts was bound to fit
        return Conflict(tuple(relations), tuple(corrections[:MOST_SHOWN]), narrowed, self.tried < MOST_TRIED)

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
        """Whether another relation binds the number and holds."""
        broken = self.network.broken
        return any(id(r) not in broken for r in self.network.of[name] if r is not apart_from and r.kind != "order")

    def _of_relation(self, relation: Relation) -> Iterator[Correction]:
        for name in dict.fromkeys(relation.members):
            if self.network.values[name].is_numeric:
                yield from self._of_number(name)

    def _of_number(self, name: str) -> Iterator[Correction]:
        """The corrections of one number with which all its relations hold."""
        text = self.network.index.claims[name].reported
        slips = list(self._readable(name, one_slip_away(text)))
        relations = sorted(self.network.of[name], key=_cost)
        mending = [m for m, printed in slips if all(self._holds(r, name, m.text, printed) for r in relations)]
        mends = frozenset(id(r) for r in relations if id(r) in self.network.broken)
        ways = _ways_to_slip(text)
        for misprint in mending:
            likelihood = SLIPS[misprint.slip] / ways[misprint.slip]
            yield Correction(name, misprint.text, misprint.slip, mends, likelihood, len(mending) / len(slips))

    def _readable(self, name: str, misprints: list[Misprint]) -> Iterator[tuple[Misprint, Printed]]:
        claim = self.network.index.claims[name]
        for misprint in misprints:
            if not _usual_form(misprint.text, claim.reported):
                continue
            try:
                yield misprint, claim.read(misprint.text)
            except UnreadableNumber:
                continue

    def _holds(self, relation: Relation, name: str, text: str, printed: Printed) -> bool:
        """Whether a relation holds with another number in the place of one of its members; False beyond the bound."""
        key = (id(relation), name, text)
        if key not in self._outcomes:
            if self.tried >= MOST_TRIED:
                return False
            self.tried += 1
            values = {member: self.network.values[member] for member in relation.members} | {name: printed}
            self._outcomes[key] = not relation.check(values).violated
        return self._outcomes[key]


def _cost(relation: Relation) -> int:
    """The order in which relations are asked: quick ones that fail early first, tests last."""
    return {"test": 2, "sum": 0, "percentage": 0, "same": 0}.get(relation.kind, 1)


def _usual_form(text: str, printed: str) -> bool:
    """Whether a number is written as one prints it: "07" and "1.04" for a limit printed "104" are not both likely."""
    digits = text.lstrip("<>= P")
    return not (digits.startswith("0") and len(digits) > 1 and digits[1].isdigit()) and len(printed) > 0


def _ways_to_slip(text: str) -> Mapping[str, int]:
    """In how many ways each kind of slip could have happened in a number of this form."""
    digits = sum(character.isdigit() for character in text)
    ways: dict[str, int] = defaultdict(int)
    ways["one digit changed"] = 9 * digits
    ways["neighbouring digits swapped"] = max(1, digits - 1)
    ways["a digit lost"] = digits + 1
    ways["a digit doubled"] = digits
    ways["the decimal point moved"] = 2
    return ways
