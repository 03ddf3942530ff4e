"""draw_tables: forest plots, the flow of patients and the coherence map of published tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from peritrace.ard import Ard, read_ard
from peritrace.figures.coherence import Bond, Mark, coherence_drawing
from peritrace.figures.flow import FlowNode, flow_drawing
from peritrace.figures.forest import ForestRow, forest_drawing
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.style import journal_style
from peritrace.files import read_csv, remove_former
from peritrace.problems import InputRefused, Problem
from peritrace.published import EffectRow, Published, place_of
from peritrace.relations.relation import FITS, UNUSUAL
from peritrace.study import Study
from peritrace.wanted import CoherenceFigure, ForestFigure, PublishedFigure

FORMATS = ("svg", "pdf", "png", "csv")
Rows = Sequence[Mapping[str, str]]


def draw_tables(study: Study, results: Path) -> None:
    """Draw every figure of the study file; raises InputRefused for one that has nothing to draw."""
    published = Published.read(results / "intake")
    ard = read_ard(results / "estimate/ard.csv")
    verdicts, checks = read_csv(results / "audit/verdicts.csv"), read_csv(results / "audit/checks.csv")
    drawings: list[tuple[PublishedFigure, Drawing]] = []
    problems: list[Problem] = []
    with journal_style():
        for figure in study.published_figures:
            drawing = _drawing(figure, study, published, ard, (verdicts, checks))
            if drawing is None:
                file = f"config/studies/{study.id}.yaml"
                rule, remedy = "a figure shows numbers of the tables", "Name another table, or drop the figure."
                problems.append(Problem(file, None, f"figures, {figure.id}", "nothing to draw", rule, remedy))
            else:
                drawings.append((figure, drawing))
    if problems:
        raise InputRefused(f"the figures of {study.id}", problems)
    for figure, drawing in drawings:
        out = {kind: results / f"draw/{figure.id}.{kind}" for kind in FORMATS}
        write_drawing(drawing, out, f"{study.id}/{figure.id}")
    remove_former(results / "draw", [f".{kind}" for kind in FORMATS], (figure.id for figure in study.published_figures))


def _drawing(
    figure: PublishedFigure, study: Study, published: Published, ard: Ard, audit: tuple[Rows, Rows]
) -> Drawing | None:
    verdicts, checks = audit
    printed_as = figure.printed_as or ""
    if isinstance(figure, ForestFigure):
        by_id = {row["claim_id"]: row for row in verdicts}
        effects = [row for row in published.effects if row.table == figure.table]
        rows = [found for row in effects if (found := _forest_row(study, published, ard, by_id, row))]
        return forest_drawing(figure.title, rows, figure.axis, printed_as) if rows else None
    if isinstance(figure, CoherenceFigure):
        marks = [
            Mark(c.claim_id, place_of(c), row["verdict"]) for c, row in zip(published.claims, verdicts, strict=True)
        ]
        bonds = [_bond(row) for row in checks]
        return coherence_drawing(figure.title, _by_place(marks), bonds, printed_as) if marks else None
    nodes = [_flow_node(published, step.node, verdicts) for step in published.flow]
    return flow_drawing(figure.title, nodes, printed_as) if nodes else None


def _forest_row(
    study: Study, published: Published, ard: Ard, verdicts: Mapping[str, Mapping[str, str]], row: EffectRow
) -> ForestRow | None:
    where = {"context": "model", "variable": row.endpoint, "group1": row.variable, "group1_level": row.level}
    found = ard.where(analysis=row.model, **where)
    printed = {s.stat_name: s.number for s in found.where(method="as-printed")}
    if (
        not {"estimate", "conf_low", "conf_high"} <= printed.keys()
        or min(printed["estimate"], printed["conf_low"]) <= 0
    ):
        return None
    implied = {s.stat_name: s.number for s in found.where(method="wald-limits")}
    claims = [c for c in published.claims if c.location == f"{row.table}, {row.row}" and c.model == row.model]
    wrong = [verdicts[c.claim_id] for c in claims if verdicts[c.claim_id]["verdict"] == "contradicted"]
    label = study.label(row.variable) + (f" ({row.level})" if row.level not in ("", "Yes") else "")
    return ForestRow(
        label=label,
        ratio=printed["estimate"],
        low=printed["conf_low"],
        high=printed["conf_high"],
        printed=f"{row.ratio} ({row.low}–{row.high})",
        p=row.p,
        implied_low=implied.get("conf_low"),
        implied_high=implied.get("conf_high"),
        status="broken" if wrong else "fits",
        note=_first_sentences(wrong[0]) if wrong else "",
    )


def _first_sentences(verdict: Mapping[str, str]) -> str:
    """What stands against a number and its correction, short enough for a footnote."""
    sentences = verdict["explanation"].split(". ")
    correction = [s for s in sentences if s.startswith("The smallest correction")]
    told = [f"Printed {verdict['reported']}", sentences[0].partition(": ")[2] or sentences[0]]
    return ". ".join([*told, *(c.partition(", with")[0] for c in correction[:1])]) + "."


STATUSES = {FITS: "fits", UNUSUAL: "unusual"}


def _bond(row: Mapping[str, str]) -> Bond:
    status = STATUSES.get(row["grade"], "broken")
    label = f"{row['subject']}: {row['explanation']}" if status != "fits" else row["subject"]
    return Bond(tuple(row["members"].split()), status, label)  # type: ignore[arg-type]  # one of three statuses


def _by_place(marks: Sequence[Mark]) -> list[Mark]:
    """The marks of one place side by side, places in the order of the source as far as claims tell it."""
    places = list(dict.fromkeys(mark.place for mark in marks))
    order = ["Title", "Abstract", "Introduction", "Methods", "Results"]
    ranked = sorted(
        places, key=lambda place: (order.index(place) if place in order else len(order), places.index(place))
    )
    return [mark for place in ranked for mark in marks if mark.place == place]


def _flow_node(published: Published, node: str, verdicts: Rows) -> FlowNode:
    step = next(step for step in published.flow if step.node == node)
    subject = ("count", step.variable, step.level, step.group, step.group_level, "", "")
    mine = {claim.claim_id for claim in published.claims if claim.subject == subject}
    wrong = [row for row in verdicts if row["claim_id"] in mine and row["verdict"] == "contradicted"]
    note = _first_sentences(wrong[0]) if wrong else ""
    return FlowNode(node, step.parent, step.label, step.count, "broken" if wrong else "fits", note)
