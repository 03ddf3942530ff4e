"""A proposed column and its name: what the proposals of all types of columns share."""

from dataclasses import dataclass

from peritrace.meaning import AnyColumn
from peritrace.proposals.matching import Reading
from peritrace.proposals.quantities import Quantity
from peritrace.proposals.remarks import Proposed, Remark, doubt
from peritrace.words import counted


@dataclass(frozen=True)
class ColumnProposal:
    """A proposed column with the canonical strings of all rows."""

    proposed: Proposed[AnyColumn]
    cells: list[str]
    reading: Reading
    quantity: Quantity | None
    unit: str | None = None  # that the header states
    by_code: bool = False
    role: str = ""  # the phase of a quantity that the header names but the column is not taken for

    @property
    def column(self) -> AnyColumn:
        """The column itself."""
        return self.proposed.part

    @property
    def name(self) -> str:
        """Its name in peritrace."""
        return self.proposed.part.name

    @property
    def phase(self) -> str:
        """When the quantity is known or what it serves for; baseline where that is not known."""
        return self.quantity.phase if self.quantity else self.role or "baseline"


@dataclass(frozen=True)
class Naming:
    """What a column of the study file is called, and what is said of that."""

    name: str
    label: str
    remarks: tuple[Remark, ...]


def spaced(reading: Reading) -> tuple[Remark, ...]:
    """The doubt about cells with outer spaces, if there are any."""
    if not reading.profile.spaced:
        return ()
    cells = counted(reading.profile.spaced, "cell")
    return (doubt(f"{cells} with a space around the value: intake refuses them, delete the spaces.", decides=True),)


def gaps(reading: Reading) -> str:
    """How many values are missing, as the end of a sentence."""
    empty = reading.profile.empty + sum(reading.profile.counts[word] for word in reading.words)
    return f", {empty} missing" if empty else ""
