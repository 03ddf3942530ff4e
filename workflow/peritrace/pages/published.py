"""A report on published tables: what was checked, what the numbers imply, methods and limits, as a page shows them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.ard import Ard
from peritrace.pages.exhibits import Exhibit, Picture, links
from peritrace.pages.findings import Finding, PrintedNumber, printed_numbers
from peritrace.relations.relation import GRADES, KINDS, UNUSUAL
from peritrace.study import Study
from peritrace.wanted import PublishedFigure, Table
from peritrace.words import counted, listing

Rows = Sequence[Mapping[str, str]]
_DESCRIPTION = re.compile(r"<(?:svg:)?desc\b[^>]*>(.*?)</(?:svg:)?desc>", re.DOTALL)
CAPTIONS = {
    "forest": "Points and solid lines: ratios with their limits as printed. Brackets below: the limits that the "
    "printed ratio and P value imply. Where the two part, the numbers do not fit one another.",
    "flow": "Drawn from the counts that the text prints; the source’s own figure was not used.",
    "coherence": "Each mark is a printed number, in the order of the source; each arc a relation that ties numbers "
    "together. Broken ones carry letters.",
}


@dataclass(frozen=True)
class KindOfCheck:
    """A kind of check: what it asks, and how many of its relations have each grade."""

    label: str
    asks: str
    total: int
    grades: Mapping[str, int]


@dataclass(frozen=True)
class RemarkableCheck:
    """A relation that a reader should look at, in words."""

    kind: str
    subject: str
    explanation: str
    assumption: str


def kinds_of_checks(checks: Rows) -> list[KindOfCheck]:
    """How many relations of each kind there are, by grade; kinds without one are left out."""
    found = []
    for key, kind in KINDS.items():
        mine = [row["grade"] for row in checks if row["kind"] == key]
        if mine:
            found.append(KindOfCheck(kind.label, kind.asks, len(mine), {grade: mine.count(grade) for grade in GRADES}))
    return found


def unusual(checks: Rows) -> list[RemarkableCheck]:
    """The relations that hold, but rarely would."""
    return [
        RemarkableCheck(KINDS[row["kind"]].label, row["subject"], row["explanation"], row["assumption"])
        for row in checks
        if row["grade"] == UNUSUAL
    ]


def summary(findings: Sequence[Finding], checks: Rows) -> list[str]:
    """What an audit of printed numbers against one another found, in a few sentences."""
    total, distinct = len(findings), len(printed_numbers(findings))
    repeated = f" ({distinct} different ones)" if distinct < total else ""
    opening = f"{counted(total, 'printed number or statement', 'printed numbers and statements')}{repeated}"
    sentences = [f"{opening} were held against one another in {counted(len(checks), 'relation')}."]
    by = {verdict: sum(f.verdict == verdict for f in findings) for verdict in {f.verdict for f in findings}}
    parts = [
        (by.get("reproduced", 0), "can be recomputed from printed counts and agree"),
        (by.get("reproduced-by-convention", 0), "agree under another, named reading"),
        (by.get("coherent", 0), "agree with every number that they are bound to"),
    ]
    told = [f"{number} {text}" for number, text in parts if number]
    sentences.append(f"{'; '.join(told)}." if told else "None agrees.")
    wrong = [finding for finding in findings if finding.verdict == "contradicted"]
    if wrong:
        different = len(printed_numbers(wrong))
        same = f" ({counted(different, 'different one')})" if different < len(wrong) else ""
        text = "does not fit the others" if len(wrong) == 1 else "do not fit the others"
        sentences.append(f"{len(wrong)}{same} {text}.")
        sentences.append(_what_it_touches(wrong))
    if rare := sum(row["grade"] == UNUSUAL for row in checks):
        sentences.append(f"{counted(rare, 'relation is', 'relations are')} unusual.")
    if not wrong:
        sentences.append("None is contradicted.")
    if unverifiable := by.get("unverifiable", 0):
        verb = "is" if unverifiable == 1 else "are"
        sentences.append(f"{unverifiable} {verb} bound to nothing else that is printed.")
    return sentences


def _what_it_touches(wrong: Sequence[Finding]) -> str:
    """Whether what does not fit bears on a conclusion, and whether a correction would change what is significant."""
    conclusion = [finding for finding in wrong if finding.touches == "conclusion"]
    if not conclusion:
        return "None of these carries a conclusion."
    kept = [finding for finding in conclusion if "changes no significance" in finding.explanation]
    verb = "belongs" if len(conclusion) == 1 else "belong"
    text = f"{counted(len(conclusion), 'number')} among them {verb} to a conclusion"
    if len(kept) == len(conclusion):
        return f"{text}; correcting it changes no significance."
    return f"{text}."


def events_by_model(study: Study, rows: Rows) -> list[tuple[str, Rows]]:
    """The rows of events.csv by endpoint and model, each with a caption."""
    models = dict.fromkeys((row["endpoint"], row["model"]) for row in rows)
    found: list[tuple[str, Rows]] = []
    for endpoint, model in models:
        mine = [row for row in rows if (row["endpoint"], row["model"]) == (endpoint, model)]
        total = mine[0]["printed_total"]
        given = f"given the {total} printed events" if total else "given any total that all rows allow"
        found.append((f"Events that the limits of each row allow: {study.label(endpoint)}, {model}, {given}", mine))
    return found


def in_brief(study: Study, ard: Ard) -> list[tuple[str, str]]:
    """Patients and medians as printed: a heading and a sentence for each."""
    told = []
    sizes = [s for s in ard.where(context="counts", variable="", stat_name="n") if s.group1_level]
    total = ard.where(context="counts", variable="", group1="", stat_name="n").statistics
    if total or sizes:
        groups = listing([f"{s.group1_level} {s.stat}" for s in sizes])
        whole = f"{total[0].stat} patients" if total else "Patients"
        told.append(("Patients", f"{whole}{': ' + groups if groups else ''}."))
    for endpoint in dict.fromkeys(s.variable for s in ard.where(stat_name="survival_median")):
        medians = ard.where(stat_name="survival_median", variable=endpoint)
        texts = [f"{s.stat} {study.time_unit}{f' ({s.group1_level})' if s.group1_level else ''}" for s in medians]
        told.append((study.label(endpoint), f"Median as printed {listing(list(dict.fromkeys(texts)))}."))
    for s in ard.where(stat_name="follow_up"):
        told.append(("Follow-up", f"Median as printed {s.stat} {study.time_unit}."))
    return told


def methods(study: Study, checks: Rows) -> list[str]:
    """The methods section: how printed numbers are read, what was checked, and how a correction is found."""
    kinds = [KINDS[key].label for key in KINDS if any(row["kind"] == key for row in checks)]
    tests = (
        " P values of counts are looked for among Pearson’s chi-square (plain, Yates, N − 1), the likelihood ratio, "
        "Fisher’s exact test by table probability and by twice the smaller tail, their mid-P values, Wald’s z, and, "
        "where none of these fits, Barnard’s and Boschloo’s tests; the test that gives most of a table is its test."
    )
    return [
        "Every printed number was read as the interval of values that print so. A relation between numbers holds when "
        "some values within these intervals fulfil it, so that rounding is never taken for an error. "
        f"These were checked: {'; '.join(kinds)}.",
        "Ratios are compared with limits and P on the log scale under Wald’s approximation; the way that most rows of "
        "a table follow (level, sidedness, the kind of test) is taken for the table’s." + tests * ("tests" in kinds),
        "A hazard ratio’s limits prove a least number of events (se² ≥ 1/d₁ + 1/d₂ ≥ 4/D, for the variance of the "
        "model); a Kaplan–Meier median needs as many events before it as patients at risk after it.",
        "For a relation that does not hold, every text that one slip of the pen makes of each number in it was tried: "
        "digits changed, swapped, lost or doubled, the decimal point moved. A correction must make all relations of "
        "the number hold. Corrections are ranked by the relations that they mend and by how likely the slip is.",
        "Impossible means that no data give these numbers, on the assumption stated; not reproducible that none of the "
        "methods tried does; unusual that it is possible but rare.",
        "Sources: Altman and Bland 2011; Brown and Heathers 2017 (GRIM); Parmar and others 1998; Tierney and others "
        "2007.",
    ]


def figures(study: Study, folder: Path, findings: Sequence[Finding]) -> list[Exhibit]:
    """The figures in the order of the study file; the description that is read out stands in the drawing itself."""
    exhibits = []
    for figure in study.published_figures:
        svg, data = folder / f"{figure.id}.svg", folder / f"{figure.id}.csv"
        found = _DESCRIPTION.search(svg.read_text(encoding="utf-8"))
        files = (("Data behind it (CSV)", data, "text/csv"), ("Figure (SVG)", svg, "image/svg+xml"))
        exhibits.append(
            Exhibit(
                id=figure.id,
                title=figure.title,
                printed_as=figure.printed_as or "",
                numbers=(),
                downloads=links(*files),
                image=Picture.of(svg),
                alt=_plain(found[1]) if found else figure.title,
                caption=_caption(figure),
            )
        )
    return exhibits


def _plain(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _caption(figure: PublishedFigure) -> str:
    return CAPTIONS[figure.kind]


def tables(study: Study, folder: Path, findings: Sequence[Finding]) -> list[Exhibit]:
    """The rebuilt tables, each with its contradicted numbers."""
    exhibits = []
    for table in study.tables:
        path, data = folder / f"{table.id}.html", folder / f"{table.id}.csv"
        exhibits.append(
            Exhibit(
                id=table.id,
                title=table.title,
                printed_as=table.printed_as or "",
                numbers=_numbers_of(table, findings),
                downloads=links(("Table (CSV)", data, "text/csv")),
                html=path.read_text(encoding="utf-8"),
            )
        )
    return exhibits


def _numbers_of(table: Table, findings: Sequence[Finding]) -> tuple[PrintedNumber, ...]:
    """The contradicted numbers that stand in a table; the others stand beside their recomputed values in it."""
    here = [f for f in findings if f.location.startswith(f"{table.table},") and f.verdict == "contradicted"]
    return tuple(printed_numbers(here))
