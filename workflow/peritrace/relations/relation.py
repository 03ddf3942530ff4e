"""A relation between printed numbers, and what checking it can say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peritrace.printed import Printed

Values = Mapping[str, Printed]  # the numbers as printed, by claim id

FITS, UNUSUAL, NOT_REPRODUCIBLE, IMPOSSIBLE = "fits", "unusual", "not reproducible", "impossible"
GRADES = {
    FITS: "The numbers agree within their rounding.",
    UNUSUAL: "Possible, but rarely so: a reason to look, not an error.",
    NOT_REPRODUCIBLE: "None of the methods that were tried gives the printed number from the others.",
    IMPOSSIBLE: "No data whatever give all of these numbers, on the assumption stated.",
}


@dataclass(frozen=True)
class Kind:
    """A kind of check: what a report calls it, and what it asks."""

    label: str
    asks: str


KINDS = {
    "same": Kind("one number in several places", "Is the same quantity printed alike wherever it stands?"),
    "sum": Kind("sums", "Do levels add up to their group, and groups to the whole?"),
    "percentage": Kind("percentages", "Is the percentage that of the count, and of which denominator?"),
    "part": Kind("parts of a whole", "Is a part no larger than its whole?"),
    "order": Kind("order of quantiles", "Do minimum, quartiles, median and maximum rise?"),
    "granularity": Kind("whole-number summaries", "Can whole numbers of so many patients have this summary?"),
    "range": Kind("counts against medians", "Can so many patients lie in a range, given the median?"),
    "pooled": Kind("groups against the whole", "Does the summary of the whole lie between those of its groups?"),
    "test": Kind("tests", "Which test gives the printed P value from the printed counts or summaries?"),
    "limits": Kind("ratio, limits and P", "Does one estimate print as ratio, limits and P value?"),
    "events": Kind("events against limits", "Are there enough events for limits so narrow?"),
    "median": Kind("medians against events", "Can so few events bring the curve to one half?"),
    "ratio": Kind("medians against the ratio", "Do the medians differ as the ratio says?"),
    "period": Kind("dates and follow-up", "Does the follow-up fit between the dates?"),
    "words": Kind("words against numbers", "Do the numbers say what the words say?"),
}


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    `convention` names the alternative under which alone the numbers fit. `suspects` are those members of a violated
    relation that its other members speak against; none means that all are suspect alike. `shown` is the value that the
    other members give for the one that the relation computes, as it would be printed.
    """

    grade: str
    explanation: str
    convention: str = ""
    method: str = ""
    shown: str = ""
    assumption: str = ""
    suspects: tuple[str, ...] = ()

    @property
    def violated(self) -> bool:
        """Whether the numbers can't, or can't by any method tried, stand together."""
        return self.grade in (NOT_REPRODUCIBLE, IMPOSSIBLE)


@dataclass(frozen=True)
class Relation:
    """A tie between printed numbers: `members` are claim ids, `computes` the one that the others give, if there is one.

    `check` looks at nothing but the values of the members, so that it can be asked again with one of them changed.
    `weigh` tells of numbers that agree how readily they print so, in any unit: to compare corrections by. `holds` is
    whether they agree, for checks whose explanation takes long; what only a costly method would explain may fail it.
    """

    kind: str
    subject: str  # what it is about, in words
    members: tuple[str, ...]
    check: Callable[[Values], Outcome]
    computes: str = ""
    weigh: Callable[[Values], float] | None = None
    holds: Callable[[Values], bool] | None = None


NOT_CHECKED = "not checked"


def unchecked() -> Outcome:
    """What a relation finds whose members are no numbers that it could ask about: it is left out of an audit."""
    return Outcome(NOT_CHECKED, "")


def fits(explanation: str, method: str = "", shown: str = "", convention: str = "") -> Outcome:
    """The numbers agree."""
    return Outcome(FITS, explanation, convention, method, shown)
