"""All relations of a source together, and what each of them found."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from peritrace.printed import Printed
from peritrace.published import Published
from peritrace.relations.associations import association_relations
from peritrace.relations.counts import count_relations
from peritrace.relations.discrete import discrete_relations
from peritrace.relations.effects import effect_relations
from peritrace.relations.index import Index
from peritrace.relations.numbers import number_relations
from peritrace.relations.percentages import percentage_relations
from peritrace.relations.places import place_relations
from peritrace.relations.relation import NOT_CHECKED, Outcome, Relation
from peritrace.relations.survival import survival_relations


@dataclass(frozen=True)
class Checked:
    """A relation and its outcome."""

    relation: Relation
    outcome: Outcome


class Network:
    """The printed numbers of a source, and every relation that binds some of them."""

    def __init__(self, published: Published, stated: Mapping[str, Sequence[str]] | None = None) -> None:
        self.index = Index(published)
        self.relations = tuple(self._relations(stated or {}))
        self.of: dict[str, list[Relation]] = defaultdict(list)  # those of each claim
        for relation in self.relations:
            for name in relation.members:
                self.of[name].append(relation)

    def _relations(self, stated: Mapping[str, Sequence[str]]) -> Iterator[Relation]:
        index = self.index
        yield from count_relations(index)
        yield from percentage_relations(index)
        yield from place_relations(index)
        yield from number_relations(index, stated.get("association", ()))
        yield from discrete_relations(index)
        yield from effect_relations(index)
        yield from survival_relations(index)
        yield from association_relations(index, stated)

    @property
    def values(self) -> Mapping[str, Printed]:
        """The numbers as printed, by claim id."""
        return self.index.values

    @cached_property
    def checked(self) -> tuple[Checked, ...]:
        """Every relation with what it found, in the order in which they were made."""
        found = (Checked(relation, relation.check(self.values)) for relation in self.relations)
        return tuple(checked for checked in found if checked.outcome.grade != NOT_CHECKED)

    @cached_property
    def violated(self) -> tuple[Checked, ...]:
        """Those whose numbers can't stand together."""
        return tuple(checked for checked in self.checked if checked.outcome.violated)

    @cached_property
    def broken(self) -> frozenset[int]:
        """The identities of the violated relations."""
        return frozenset(id(checked.relation) for checked in self.violated)
