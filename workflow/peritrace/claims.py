"""Claims: the numbers that a source prints, each with its place and with what it is a number of."""

import csv
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from peritrace.ard import as_stat
from peritrace.printed import Printed, UnreadableNumber, parse_printed
from peritrace.problems import InputRefused, Problem
from peritrace.study import Study
from peritrace.words import in_sentence

# What a claim can state: how a report says it ({…} are filled from the claim), and its plural for counting.
QUANTITIES = {
    "count": ("number of patients{who}", "patient counts"),
    "share": ("share of patients{who}", "shares of patients"),
    "amount": ("number of patients, in a word{who}", "amounts in words"),
    "median": ("median of {what}{who}", "medians"),
    "mean": ("mean of {what}{who}", "means"),
    "minimum": ("least {what}{who}", "extremes"),
    "maximum": ("longest or largest {what}{who}", "extremes"),
    "survival-median": ("median, {what}{who}", "median survival times"),
    "survival-rate": ("{what} at {time} {time_unit}{who}", "survival rates"),
    "follow-up": ("median follow-up", "follow-up times"),
    "deaths-within": ("deaths within {time} {unit} of {origin}", "early deaths"),
    "difference": ("difference of {what} by {group}", "comparisons of survival"),
    "association": ("association of {what} with {group}", "associations"),
    "prediction": ("{group} as a predictor of {what}", "predictions"),
    "direction": ("{what} in {group_level} against the others", "directions"),
    "window": ("{level} of the study period", "dates"),
    "value": ("{what}", "other values"),
}
# What a claim of each quantity must give, and which kinds of printed number it can be.
_NUMBERS = ("number", "percent", "approximate")
_TESTED = ("p-value", "significance", "direction")
NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "count": ((), ("number",)),
    "share": (("variable", "level"), ("share", "percent")),
    "amount": (("variable", "level"), ("amount",)),
    "median": (("variable",), _NUMBERS),
    "mean": (("variable",), _NUMBERS),
    "minimum": (("variable",), _NUMBERS),
    "maximum": (("variable",), _NUMBERS),
    "survival-median": (("variable",), _NUMBERS),
    "survival-rate": (("variable", "time"), _NUMBERS),
    "follow-up": (("variable",), _NUMBERS),
    "deaths-within": (("variable", "time"), ("number",)),
    "difference": (("variable", "group"), _TESTED),
    "association": (("variable", "group"), _TESTED),
    "prediction": (("variable", "group"), _TESTED),
    "direction": (("variable", "group", "group_level"), ("direction",)),
    "window": (("level",), ("date",)),
    "value": (("variable",), _NUMBERS),
}
TOUCHES = ("conclusion", "result", "description")


@dataclass(frozen=True)
class Claim:
    """One printed number.

    `variable` and `group` name columns, groups or endpoints of the study ("A|B" leaves open which), or say in words
    what the study has no data on ("dose of cisplatin").
    """

    claim_id: str
    location: str
    quantity: str
    variable: str
    level: str
    group: str
    group_level: str
    time: str
    unit: str
    part_of: str  # the claim of which this is a part: 1 of the "three"
    touches: str
    reported: str

    @property
    def printed(self) -> Printed:
        """The number as printed, read."""
        return parse_printed(self.reported)

    @property
    def variables(self) -> list[str]:
        """The names that the variable leaves open."""
        return self.variable.split("|") if self.variable else []

    @property
    def groups(self) -> list[str]:
        """The names that the group leaves open."""
        return self.group.split("|") if self.group else []

    @property
    def number(self) -> tuple[str, ...]:
        """What the claim is a number of: the same in abstract and text."""
        return (
            self.quantity,
            self.variable,
            self.level,
            self.group,
            self.group_level,
            self.time,
            self.reported.lower(),
        )

    def statement(self, study: Study) -> str:
        """What is stated, in our words."""

        def named(names: list[str]) -> str:
            return " or ".join(dict.fromkeys(in_sentence(study.label(name)) for name in names))

        who = ""
        if self.level and self.quantity != "window":
            who = f": {named(self.variables)}" + ("" if self.level == "yes" else f" {self.level}")
        if self.group and self.group_level:
            who += f" (among {named(self.groups)} {self.group_level})"
        origins = {endpoint.code: endpoint.origin for endpoint in study.endpoints}
        text = QUANTITIES[self.quantity][0].format(
            who=who,
            what=named(self.variables),
            origin=" or ".join(origins.get(name, name) for name in self.variables),
            group=named(self.groups),
            group_level=self.group_level,
            level=self.level,
            time=self.time,
            time_unit=study.time_unit,
            unit=self.unit,
        )
        return text[:1].upper() + text[1:]


def _unfit(claim: Claim, printed: Printed, study: Study) -> Iterator[tuple[str, str, str, str]]:
    """What a claim lacks for its quantity, and names of levels and times that nothing is estimated for."""
    if claim.quantity not in NEEDS:
        return
    needed, kinds = NEEDS[claim.quantity]
    for column in needed:
        if not getattr(claim, column):
            yield column, "nothing", f"a {claim.quantity} needs it", "Fill it in."
    if printed.kind not in kinds:
        rule = f"a {claim.quantity} is printed as {' or '.join(kinds)}"
        yield "reported", f"a printed {printed.kind}", rule, "Type it exactly as printed, or choose another quantity."
    if claim.quantity == "window" and claim.level not in ("start", "end"):
        yield "level", "another word", "a window has start and end", "Choose one."
    for column, names, level in (
        ("level", claim.variables, claim.level),
        ("group_level", claim.groups, claim.group_level),
    ):
        for name in names if level and claim.quantity != "window" else []:
            known = study.levels(name)
            if known and level not in known:
                yield column, "no such level", f"it is a level of {name}", f"The levels are {', '.join(known)}."
    analyses = study.analyses
    points = {"survival-rate": analyses.time_points, "deaths-within": analyses.days_by}.get(claim.quantity)
    if points is not None and claim.time and claim.time not in (told := [as_stat(point) for point in points]):
        where = "time_points" if claim.quantity == "survival-rate" else "days_by"
        yield "time", "no such time", f"it is one of analyses.{where} ({', '.join(told)})", "Add it there."


COLUMNS = tuple(field.name for field in fields(Claim))


def read_claims(path: Path, study: Study) -> list[Claim]:
    """Read a study's claims; raises InputRefused with every problem found."""
    problems: list[Problem] = []
    subject = f"{study.id}: {path}"

    def problem(line: int | None, column: str, found: str, rule: str, remedy: str) -> None:
        problems.append(Problem(str(path), line, column, found, rule, remedy))

    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            header = list(reader.fieldnames or [])
    except FileNotFoundError:
        problem(None, "", "no file", "the study file names it", "Put it there, or mend the path.")
        raise InputRefused(subject, problems) from None
    except (UnicodeDecodeError, csv.Error) as error:
        problem(None, "", "unreadable text", "claims are CSV in UTF-8", f"Save it as such ({error}).")
        raise InputRefused(subject, problems) from None
    for column in COLUMNS:
        if column not in header:
            near = difflib.get_close_matches(column, header, n=1)
            problem(1, column, "no such column", "every claim needs it", f"Rename {near[0]!r}." if near else "Add it.")
    for column in header:
        if header.count(column) > 1:
            problem(1, column, "a header a second time", "headers differ", "Delete one of the columns.")
        if column not in COLUMNS:
            problem(1, column, "an unknown column", f"known are {', '.join(COLUMNS)}", "Remove or rename it.")
    for line, row in rows:
        if None in row or None in row.values():
            found = "a cell too many" if None in row else "a cell too few"
            problem(line, "", found, "every line has a cell for every column", "Put text with commas in quotes.")
    if problems:
        raise InputRefused(subject, problems)
    claims = [(line, Claim(**{key: value or "" for key, value in row.items() if key in COLUMNS})) for line, row in rows]
    ids = [claim.claim_id for _, claim in claims]
    known = sorted(study.names)
    for line, claim in claims:
        if not claim.claim_id or ids.count(claim.claim_id) > 1:
            problem(line, "claim_id", "an empty or repeated id", "ids are unique", "Give it a name of its own.")
        if claim.quantity not in QUANTITIES:
            near = difflib.get_close_matches(claim.quantity, QUANTITIES, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(QUANTITIES)}."
            problem(line, "quantity", "an unknown quantity", "a claim states a known quantity", remedy)
        if claim.touches not in TOUCHES:
            problem(line, "touches", "another word", f"it is one of {', '.join(TOUCHES)}", "Choose one.")
        if claim.part_of and (claim.part_of not in ids or claim.part_of == claim.claim_id):
            problem(line, "part_of", "no such claim", "it names another claim", "Give the claim_id of the whole.")
        for column in ("variable", "group"):
            for name in getattr(claim, column).split("|"):
                if re.fullmatch(r"\w+", name) and name not in known:
                    near = difflib.get_close_matches(name, known, n=1)
                    remedy = f"Did you mean {near[0]!r}?" if near else "What the study has no data on is said in words."
                    problem(line, column, "an unknown name", "a name is one of the study's", remedy)
        if not claim.location:
            problem(line, "location", "nothing", "every claim says where it is printed", "Add its place.")
        try:
            printed = parse_printed(claim.reported)
        except UnreadableNumber as error:
            problem(line, "reported", "something unreadable", str(error), "Type it exactly as printed.")
            continue
        for column, *what in _unfit(claim, printed, study):
            problem(line, column, *what)
    if problems:
        raise InputRefused(subject, problems)
    return [claim for _, claim in claims]
