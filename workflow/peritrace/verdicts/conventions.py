"""Readings under which several printed numbers fit at once.

With enough conventions to choose from, some number will fit by chance. So a reading that departs from the stated
method in more than one way counts only when the same reading explains many numbers of the paper.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from peritrace.claims import QUANTITIES, Claim
from peritrace.formats import rounded
from peritrace.methods import method_label
from peritrace.printed import Printed
from peritrace.study import Study
from peritrace.verdicts.readings import Reading
from peritrace.words import in_sentence

# A reading with two or more departures must explain at least so many distinct numbers, at least this share of them,
# and at least so many that the stated method leaves unexplained.
LEAST_NUMBERS = 3
LEAST_SHARE = 0.5
LEAST_NEEDED = 2


@dataclass(frozen=True)
class Fit:
    """A reading that agrees with the printed number, and the printing habit that it takes."""

    reading: Reading
    printing: str = ""
    needless: bool = False  # the printing habit makes no difference to this number

    @property
    def departures(self) -> tuple[str, ...]:
        """All that must be assumed beyond the stated method; choosing a subset of the patients counts twice."""
        return self.reading.departures + ((f"printing={self.printing}",) if self.printing else ())

    @property
    def cost(self) -> int:
        """How many departures. A free choice (of patients, widths, events) and cutting digits off count twice."""
        doubled = ("subset=", "interval=", "event=", "printing=truncated", "method=kaplan-meier-delayed-entry")
        count = len(self.departures) + sum(part.startswith(doubled) for part in self.departures)
        return count - self.needless

    @property
    def bundle(self) -> tuple[str, ...]:
        """What this reading has in common with those of other numbers."""
        return (self.reading.method, *(part for part in self.departures if not part.startswith("method=")))

    @property
    def bundle_without_event(self) -> tuple[str, ...]:
        """The same whatever the event."""
        return tuple(part for part in self.bundle if not part.startswith("event="))


def fits(claim: Claim, printed: Printed, found: Iterable[Reading]) -> Iterator[Fit]:
    """Every reading that prints as the claim does, by rounding or by a named printing habit."""
    for reading in found:
        plainly = printed.agrees(reading.value)
        if plainly:
            yield Fit(reading)
        # SPSS prints the cumulative proportion of a life table with two decimals. Told also where plain rounding
        # agrees, so that the numbers explained by this habit are counted together.
        two_decimals = reading.method == "life-table" and printed.kind == "percent"
        if two_decimals and printed.agrees(float(rounded(reading.value, 2))):
            yield Fit(reading, "two-decimals", needless=plainly)
        if (
            printed.kind in ("number", "percent")
            and claim.quantity not in ("count", "deaths-within")
            and printed.agrees(reading.value, "truncation")
        ):
            yield Fit(reading, "truncated")


@dataclass(frozen=True)
class Coverage:
    """How many distinct printed numbers of a quantity one reading explains."""

    bundle: tuple[str, ...]
    quantity: str
    explained: tuple[str, ...]  # claim ids
    unexplained: tuple[str, ...]
    numbers: int
    of: int
    needed: int  # of the explained numbers, those that the stated method does not give
    departures: int  # from the stated method

    @property
    def supported(self) -> bool:
        """Whether it explains enough to be believed in spite of several departures."""
        return self.numbers >= LEAST_NUMBERS and self.numbers >= LEAST_SHARE * self.of and self.needed >= LEAST_NEEDED


def coverages(claims: Iterable[Claim], all_fits: dict[str, list[Fit]]) -> list[Coverage]:
    """For each quantity, what each reading explains, the widest first and the simplest first among equals."""
    by_quantity: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_quantity[claim.quantity].append(claim)
    found = []
    for quantity, members in by_quantity.items():
        plain = {c.claim_id for c in members if any(fit.cost == 0 for fit in all_fits.get(c.claim_id, ()))}
        bundles = {fit.bundle for claim in members for fit in all_fits.get(claim.claim_id, ())}
        for bundle in bundles:
            ids = {c.claim_id for c in members if any(f.bundle == bundle for f in all_fits.get(c.claim_id, ()))}
            found.append(
                Coverage(
                    bundle,
                    quantity,
                    tuple(c.claim_id for c in members if c.claim_id in ids),
                    tuple(c.claim_id for c in members if c.claim_id not in ids),
                    len({c.number for c in members if c.claim_id in ids}),
                    len({c.number for c in members}),
                    len({c.number for c in members if c.claim_id in ids and c.claim_id not in plain}),
                    min(len(f.departures) for c in members for f in all_fits.get(c.claim_id, ()) if f.bundle == bundle),
                )
            )
    return sorted(found, key=lambda c: (-c.numbers, len(c.bundle), c.quantity, c.bundle))


def describe_departure(part: str, study: Study) -> str:
    """One departure as a reader understands it."""
    key, _, value = part.partition("=")
    events = {event.code: event.description for endpoint in study.endpoints for event in endpoint.events}
    unit = study.time_unit.removesuffix("s")
    texts = {
        "row=starts-at": "read in the row that starts at the time asked, which holds the survival one interval later",
        "through=last": "without an open last interval",
        "median=r": "the median taken as the middle of a plateau at 50%, as R prints it",
        "median=sas": "the median taken as the middle of a plateau at 50% that ends, as SAS prints it",
        "printing=two-decimals": "the proportion rounded to two decimals first, as SPSS prints it",
        "printing=truncated": "further digits cut off instead of rounded",
        "statistic=mean": "by means instead of medians",
        "times=as-rounded": "with each printed time standing for any time that rounds to it",
    }
    if part in texts:
        return texts[part]
    if key == "event":
        return f"the event being: {in_sentence(events[value])}"
    if key == "variable":
        return f"for {in_sentence(study.label(value))}"
    if key == "subset":
        name, _, level = value.partition("=")
        return f"only in patients with {in_sentence(study.label(name))}: {level}"
    if key == "interval":
        return f"with intervals of {value} {unit}{'s' if value != '1' else ''}"
    if key == "days_per_month":
        return f"with months of {value} days"
    if key == "method":
        return f"by {method_label(value)}, which the source does not name"
    raise KeyError(f"no description of the convention {part!r}")


def describe_bundle(coverage_bundle: tuple[str, ...], study: Study) -> str:
    """A reading as a reader understands it."""
    method, *parts = coverage_bundle
    return ", ".join([_upper_first(method_label(method)), *(describe_departure(part, study) for part in parts)])


def plural(quantity: str) -> str:
    """What several numbers of this quantity are called."""
    return QUANTITIES[quantity][1]


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
