"""The printed numbers of a source by what they are numbers of."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from peritrace.claims import Claim
from peritrace.printed import Printed
from peritrace.published import Published, place_of
from peritrace.words import in_sentence


class Index:
    """Finds claims by quantity and subject, the first printed one standing for all that repeat it."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self.claims = {claim.claim_id: claim for claim in published.claims}
        self.values: dict[str, Printed] = {name: claim.printed for name, claim in self.claims.items()}
        self._of: dict[str, list[Claim]] = defaultdict(list)
        self._by_subject: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for claim in published.claims:
            self._by_subject[claim.subject].append(claim.claim_id)
            self._of[claim.quantity].append(claim)

    def all(
        self,
        quantity: str,
        variable: str = "",
        level: str = "",
        group: str = "",
        group_level: str = "",
        model: str = "",
    ) -> list[str]:
        """The ids of every claim of this subject, in the order of the tables and then of the text."""
        return self._by_subject.get((quantity, variable, level, group, group_level, model, ""), [])

    def repeated(self, claim: Claim) -> list[str]:
        """The ids of every claim with the subject of this one, itself among them."""
        return self._by_subject[claim.subject]

    def first(self, quantity: str, variable: str = "", level: str = "", group: str = "", group_level: str = "") -> str:
        """The id that stands for the subject: the first that prints a number rather than a word; empty for none."""
        found = self.all(quantity, variable, level, group, group_level)
        return next((name for name in found if self.values[name].value is not None), "")

    def size(self, group: str = "", group_level: str = "") -> str:
        """The id of the number of patients of a group, of all patients without one; empty where it is not printed.

        The patients who have a level of a variable may be a group too ("Recurrence: Yes").
        """
        if found := self.first("count", group=group, group_level=group_level):
            return found
        whole = self.first("count", group, group_level) if group else ""
        if whole or not group:
            return whole
        counted = [c for c in self.of("count") if (c.variable, c.level) == (group, group_level) and c.group]
        within = {(claim.group, claim.group_level) for claim in counted}
        return counted[0].claim_id if len(within) == 1 else ""

    def of(self, *quantities: str) -> list[Claim]:
        """The claims of these quantities."""
        if len(quantities) == 1:
            return self._of.get(quantities[0], [])
        return [claim for claim in self.claims.values() if claim.quantity in quantities]

    def count(self, name: str, values: dict[str, Printed] | None = None) -> int | None:
        """The whole number that a claim prints; None for an empty id or another kind of number."""
        return (values or self.values)[name].count if name else None

    def count_of(self, claim: Claim) -> str:
        """The id of the count of a claim's level in its group; empty where none is printed."""
        return self.first("count", claim.variable, claim.level, claim.group, claim.group_level)

    def share_of(self, claim: Claim) -> str:
        """The id of the percentage of a claim's level in its group; empty where none is printed."""
        return self.first("share", claim.variable, claim.level, claim.group, claim.group_level)

    def siblings(self, count: str) -> list[str]:
        """The ids of the counts of all levels of a variable in a group and a place, where there are several."""
        claim = self.claims[count]
        found: dict[str, str] = {}
        for c in self.of("count"):
            alike = (c.variable, c.group, c.group_level, place_of(c))
            if c.level and alike == (claim.variable, claim.group, claim.group_level, place_of(claim)):
                found.setdefault(c.level, c.claim_id)
        return list(found.values()) if len(found) >= 2 else []

    def group_levels(self, group: str) -> list[str]:
        """The levels of a group whose sizes are printed."""
        found = [c.group_level for c in self.of("count") if c.group == group and not c.variable and c.group_level]
        return list(dict.fromkeys(found))

    @property
    def groups(self) -> list[str]:
        """The groups that patients are divided into, by the sizes of their levels."""
        return list(dict.fromkeys(c.group for c in self.of("count") if c.group and not c.variable))


def told(claims: Iterable[Claim]) -> str:
    """Claims in words with their places: "26 (Table 1, Operation)"."""
    return "; ".join(f"{claim.reported} ({claim.location})" for claim in claims)


def who(variable: str, level: str, group: str = "", group_level: str = "") -> str:
    """A subject in words: "Gender: Male among Operation"."""
    what = ": ".join(part for part in (variable, level) if part) or "patients"
    return f"{what} among {group_level or group}" if group else what


def named(words: Sequence[str]) -> str:
    """The first of several names of one thing, inside a sentence."""
    return in_sentence(words[0]) if words else ""
