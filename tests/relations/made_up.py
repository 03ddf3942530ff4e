"""Made-up tables in memory: short words for their cells, and the relations of one kind that they give.

The patients are in two arms, A and B, unless a test says otherwise; what stands in the text is a claim.
"""

from collections.abc import Mapping, Sequence
from itertools import count as numbers_from

from peritrace.claims import Claim
from peritrace.published import AnyRow, CountCell, EffectRow, FlowStep, NumberCell, Published, TestCell
from peritrace.relations.network import Checked, Network
from peritrace.relations.relation import Outcome

ARM = "Arm"
_ids = numbers_from(1)


def _by(arm: str) -> dict[str, str]:
    return {"group": ARM, "group_level": arm} if arm else {"group": "", "group_level": ""}


def size(n: int | str, arm: str = "", table: str = "Table 1") -> CountCell:
    """The number of patients of an arm; of all without one."""
    return CountCell(table, "", arm or "All", "", "", **_by(arm), count=str(n))


def arms(a: int | str, b: int | str, table: str = "Table 1") -> list[CountCell]:
    """The sizes of both arms."""
    return [size(a, "A", table), size(b, "B", table)]


def cell(
    variable: str, level: str, n: int | str, arm: str = "", percent: str = "", of: str = "", table: str = "Table 1"
) -> CountCell:
    """How many patients of an arm have a level."""
    row = f"{variable} {level}"
    return CountCell(table, row, arm or "All", variable, level, **_by(arm), count=str(n), of=of, percent=percent)


def events(endpoint: str, n: int | str, arm: str = "", table: str = "Table 2") -> CountCell:
    """How many patients had the event of an endpoint."""
    return cell(endpoint, "event", n, arm, table=table)


def number(
    variable: str, arm: str = "", whole: bool = True, n: str = "", table: str = "Table 1", **summaries: str
) -> NumberCell:
    """Summaries of a number: median, lower_quartile, upper_quartile, minimum, maximum, mean, sd."""
    printed = dict.fromkeys(("median", "lower_quartile", "upper_quartile"), "") | summaries
    kind = "yes" if whole else "no"
    return NumberCell(table, variable, arm or "All", variable, "", kind, **_by(arm), n=n, **printed)


def p_value(variable: str, p: str, level: str = "", table: str = "Table 1") -> TestCell:
    """The P value of a variable by arm."""
    return TestCell(table, variable, "P", variable, level, ARM, p)


def effect(
    variable: str,
    ratio: str = "",
    low: str = "",
    high: str = "",
    p: str = "",
    level: str = "Yes",
    model: str = "univariable",
    measure: str = "OR",
) -> EffectRow:
    """The effect of a covariate on overall survival, headed OR: no program is sure to have printed it."""
    return EffectRow(
        f"Table of {model}", f"{variable} {level}", "", variable, level, "", model, "OS", measure, ratio, low, high, p
    )


def step(node: str, parent: str, variable: str, level: str) -> FlowStep:
    """A box of the flow, whose count is printed elsewhere."""
    return FlowStep("Fig. 1", node, parent, node, variable, level, "", "", "")


def claim(quantity: str, reported: str, variable: str = "", level: str = "", arm: str = "", **more: str) -> Claim:
    """A number or word in the text; an id that is not given is new."""
    texts = dict.fromkeys(("time", "unit", "part_of"), "") | {"touches": "result", "location": "Results"} | _by(arm)
    texts |= {"claim_id": f"claim-{next(_ids)}"} | more
    return Claim(quantity=quantity, variable=variable, level=level, reported=reported, **texts)


KINDS = {
    CountCell: "counts",
    NumberCell: "numbers",
    TestCell: "tests",
    EffectRow: "effects",
    FlowStep: "flow",
    Claim: "stated",
}


def source(*parts: AnyRow | Claim | Sequence[AnyRow | Claim]) -> Published:
    """Cells, rows, boxes and claims, single or in lists, as one source."""
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    found: dict[str, list[object]] = {}
    for one in flat:
        found.setdefault(KINDS[type(one)], []).append(one)
    return Published(**{kind: tuple(rows) for kind, rows in found.items()})


def checked(published: Published, kind: str, stated: Mapping[str, Sequence[str]] | None = None) -> list[Checked]:
    """The relations of one kind with their outcomes."""
    return [found for found in Network(published, stated).checked if found.relation.kind == kind]


def outcome(
    published: Published, kind: str, about: str = "", stated: Mapping[str, Sequence[str]] | None = None
) -> Outcome:
    """What the only relation of a kind found, or the only one whose subject holds some words."""
    (found,) = [found for found in checked(published, kind, stated) if about in found.relation.subject]
    return found.outcome


def printed_by(published: Published, names: Sequence[str]) -> list[str]:
    """The numbers that some claims print."""
    return [published.by_id[name].reported for name in names]
