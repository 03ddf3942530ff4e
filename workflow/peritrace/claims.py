"""Claims: the numbers that a source prints, each with its place and with what it is a number of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from peritrace.ard import as_stat
from peritrace.printed import Printed, UnreadableNumber, parse_p_value, parse_printed
from peritrace.study import Study
from peritrace.tidy import TidyTable, near_match, read_tidy, refuse
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
    "denominator": ("denominator{who}", "denominators"),
    "lower-quartile": ("lower quartile of {what}{who}", "quartiles"),
    "upper-quartile": ("upper quartile of {what}{who}", "quartiles"),
    "standard-deviation": ("standard deviation of {what}{who}", "standard deviations"),
    "survival-median-low": ("lower confidence limit of the median, {what}{who}", "limits of medians"),
    "survival-median-high": ("upper confidence limit of the median, {what}{who}", "limits of medians"),
    "follow-up-low": ("lower confidence limit of the median follow-up", "limits of follow-up"),
    "follow-up-high": ("upper confidence limit of the median follow-up", "limits of follow-up"),
    "ratio": ("ratio of {covariate} for {what}{in_model}", "ratios"),
    "ratio-low": ("lower confidence limit of the ratio of {covariate} for {what}{in_model}", "confidence limits"),
    "ratio-high": ("upper confidence limit of the ratio of {covariate} for {what}{in_model}", "confidence limits"),
    "effect-direction": ("effect of {covariate} on {what}{in_model}", "directions"),
    "every-association": ("every characteristic by {group}", "summaries of tests"),
    "every-prediction": ("every factor for {what}{in_model}", "summaries of models"),
    "factors": ("number of significant factors for {what}{in_model}", "summaries of models"),
    "term": ("{what}", "terms"),
}
# Quantities that are held against other printed numbers, not against rows.
PUBLISHED_ONLY = frozenset(list(QUANTITIES)[list(QUANTITIES).index("denominator") :])
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
    "denominator": ((), ("number",)),
    **dict.fromkeys(("lower-quartile", "upper-quartile", "standard-deviation"), (("variable",), _NUMBERS)),
    **{
        f"{name}-{end}": (("variable",), _NUMBERS)
        for name in ("survival-median", "follow-up")
        for end in ("low", "high")
    },
    **dict.fromkeys(("ratio", "ratio-low", "ratio-high"), (("variable", "group", "model"), ("number",))),
    "effect-direction": (("variable", "group", "model"), ("direction",)),
    "every-association": (("group",), ("significance",)),
    "every-prediction": (("variable", "model"), ("significance",)),
    "factors": (("variable", "model"), ("number",)),
    "term": (("variable",), ("term",)),
}
P_QUANTITIES = ("difference", "association", "prediction", "every-association", "every-prediction")
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
    model: str = ""  # of an effect: univariable, multivariable, …

    @cached_property
    def printed(self) -> Printed:
        """The number as printed, read; raises UnreadableNumber."""
        return self.read(self.reported)

    def read(self, text: str) -> Printed:
        """A text as a number of this quantity: a bare 0.519 is a P value where one stands, 19.2 a percentage."""
        if self.quantity == "term":
            return Printed(text, "term")
        if self.quantity in P_QUANTITIES:
            return parse_p_value(text)
        printed = parse_printed(text)
        if self.quantity == "share" and printed.kind == "number":
            return replace(printed, kind="percent")
        return printed

    @property
    def variables(self) -> list[str]:
        """The names that the variable leaves open."""
        return self.variable.split("|") if self.variable else []

    @property
    def groups(self) -> list[str]:
        """The names that the group leaves open."""
        return self.group.split("|") if self.group else []

    @property
    def subject(self) -> tuple[str, ...]:
        """What the claim is a number of, whatever number is printed."""
        return (self.quantity, self.variable, self.level, self.group, self.group_level, self.model, self.time)

    @property
    def number(self) -> tuple[str, ...]:
        """The same in abstract and text: what it is a number of, and the number."""
        return (*self.subject, self.reported.lower())

    def statement(self, study: Study) -> str:
        """What is stated, in our words."""

        def named(names: list[str]) -> str:
            return " or ".join(dict.fromkeys(in_sentence(study.label(name)) for name in names))

        who = ""
        if self.level and self.quantity != "window":
            who = f": {_with_level(named(self.variables), self.level)}"
        if self.group and self.group_level:
            who += f" (among {_with_level(named(self.groups), self.group_level)})"
        origins = {endpoint.code: endpoint.origin for endpoint in study.endpoints}
        covariate = named(self.groups) + (f" ({self.group_level})" if self.group_level not in ("", "Yes") else "")
        text = QUANTITIES[self.quantity][0].format(
            who=who,
            covariate=covariate,
            in_model=f" ({self.model})" if self.model else "",
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


def _with_level(name: str, level: str) -> str:
    """ "CC0/1" after its group; "yes" goes without saying, and a word that ends the name is not said twice."""
    first, _, rest = level.partition(" ")
    if level.casefold() == "yes":
        return name
    return f"{name} {rest if rest and name.casefold().endswith(first.casefold()) else level}"


def _unfit_for_quantity(claim: Claim, printed: Printed) -> Iterator[tuple[str, str, str, str]]:
    """What a claim lacks for its quantity."""
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


def _unfit(claim: Claim, study: Study) -> Iterator[tuple[str, str, str, str]]:
    """Names of levels and times that nothing is estimated for."""
    if claim.quantity not in NEEDS:
        return
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


OPTIONAL = ("model",)
COLUMNS = tuple(field.name for field in fields(Claim) if field.name not in OPTIONAL)


def read_claims(path: Path, study: Study) -> list[Claim]:
    """Read the claims of a study with patients' rows; raises InputRefused with every problem found."""
    table = read_tidy(path, COLUMNS, OPTIONAL)
    subject = f"{study.id}: {path}"
    refuse(subject, table)
    claims = [(line, Claim(**row)) for line, row in table.rows]
    known = sorted(study.names)
    for line, claim in claims:
        for column in ("variable", "group"):
            for name in getattr(claim, column).split("|"):
                if re.fullmatch(r"\w+", name) and name not in known:
                    remedy = near_match(name, known, "What the study has no data on is said in words.")
                    table.problem(line, column, "an unknown name", "a name is one of the study's", remedy)
        if claim.quantity in PUBLISHED_ONLY:
            rule = "patients' rows are held against what can be estimated from them"
            table.problem(line, "quantity", "a quantity of published tables", rule, "Choose another quantity.")
    for line, claim in check_claims(table, claims):
        for column, *what in _unfit(claim, study):
            table.problem(line, column, *what)
    refuse(subject, table)
    return [claim for _, claim in claims]


def check_claims(table: TidyTable, claims: list[tuple[int, Claim]]) -> list[tuple[int, Claim]]:
    """Note what is wrong with claims whatever their study, and give those whose number can be read."""
    ids = [claim.claim_id for _, claim in claims]
    readable = []
    for line, claim in claims:
        if not claim.claim_id or ids.count(claim.claim_id) > 1:
            table.problem(line, "claim_id", "an empty or repeated id", "ids are unique", "Give it a name of its own.")
        elif not re.fullmatch(r"[\w.-]+", claim.claim_id):
            rule = "an id is letters, digits, hyphens, dots and underscores"
            table.problem(line, "claim_id", "other characters", rule, "Leave out spaces and signs.")
        if claim.quantity not in QUANTITIES:
            remedy = near_match(claim.quantity, list(QUANTITIES), f"Known: {', '.join(QUANTITIES)}.")
            table.problem(line, "quantity", "an unknown quantity", "a claim states a known quantity", remedy)
        if claim.touches not in TOUCHES:
            table.problem(line, "touches", "another word", f"it is one of {', '.join(TOUCHES)}", "Choose one.")
        if claim.part_of and (claim.part_of not in ids or claim.part_of == claim.claim_id):
            rule = "it names another claim"
            table.problem(line, "part_of", "no such claim", rule, "Give the claim_id of the whole.")
        if not claim.location:
            table.problem(line, "location", "nothing", "every claim says where it is printed", "Add its place.")
        try:
            printed = claim.printed
        except UnreadableNumber as error:
            table.problem(line, "reported", "something unreadable", str(error), "Type it exactly as printed.")
            continue
        readable.append((line, claim))
        for column, *what in _unfit_for_quantity(claim, printed):
            table.problem(line, column, *what)
    return readable
