"""report_tables: one page for a study of published tables, from its verdicts, checks, figures and tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from peritrace.ard import read_ard
from peritrace.files import read_csv
from peritrace.pages import prose, published
from peritrace.pages.exhibits import Exhibit, printed_first, with_way
from peritrace.pages.findings import VERDICT_KINDS, Finding, by_what_they_touch, read_findings, verdict_counts
from peritrace.pages.judged import judged
from peritrace.pages.page import download, write_page
from peritrace.pages.provenance import Provenance
from peritrace.relations.relation import GRADES
from peritrace.study import Study


def report_tables(
    study: Study,
    results: Path,
    fingerprints: Mapping[str, str],
    versions: Mapping[str, str],
    out: Path,
    provenance: Provenance | None = None,
) -> None:
    """Write the page of a study.

    `fingerprints` maps the study's files to their SHA-256, `versions` names of software to versions.
    """
    findings = read_findings(results / "audit/verdicts.csv")
    checks, inferences = read_csv(results / "audit/checks.csv"), read_csv(results / "audit/inferences.csv")
    exhibits = with_way(published.figures(study, results / "draw", findings), provenance)
    coherence = [e for e, figure in zip(exhibits, study.published_figures, strict=True) if figure.kind == "coherence"]
    printed_figures, further = printed_first(e for e in exhibits if e not in coherence)
    printed_tables, further_tables = printed_first(
        with_way(published.tables(study, results / "tabulate", findings), provenance)
    )
    shown = [*exhibits, *printed_tables, *further_tables]
    context: dict[str, object] = {
        "study": study,
        "kinds": VERDICT_KINDS,
        "findings": findings,
        "judged": judged(study, findings, (), checks),
        "verdicts_made": provenance.of_verdicts() if provenance else None,
        "counts": verdict_counts(findings),
        "summary": published.summary(findings, checks),
        "touched": by_what_they_touch(findings),
        "in_brief": published.in_brief(study, read_ard(results / "estimate/ard.csv")),
        "coherence": coherence,
        "grades": GRADES,
        "checks": published.kinds_of_checks(checks),
        "unusual": published.unusual(checks),
        "inferences": inferences,
        "events": published.events_by_model(study, read_csv(results / "audit/events.csv")),
        "printed_figures": printed_figures,
        "printed_tables": printed_tables,
        "further": [*further, *further_tables],
        "methods": published.methods(study, checks),
        "stated": prose.stated_methods(study),
        "abbreviations": prose.abbreviations(study, _texts(study, shown, findings)),
        "verdicts_csv": download(results / "audit/verdicts.csv", "text/csv"),
        "checks_csv": download(results / "audit/checks.csv", "text/csv"),
        "versions": versions,
        "fingerprints": fingerprints,
    }
    context["contents"] = _contents(context)
    write_page(out, "published.html.jinja", context)


def _contents(context: Mapping[str, object]) -> list[tuple[str, str]]:
    """The sections that the page has, by id and title."""
    sections = [
        ("found", "What was found", True),
        ("map", "Which numbers bind which", context["coherence"]),
        ("checks", "What was checked", True),
        ("implied", "What the numbers imply", context["inferences"]),
        ("figures", "Figures", context["printed_figures"]),
        ("tables", "Tables", context["printed_tables"]),
        ("further", "Further figures and tables", context["further"]),
        ("numbers", "Every printed number", True),
        ("methods", "Methods as they ran", True),
        ("limits", "Limits", True),
        ("record", "Abbreviations, software, files", True),
    ]
    return [(name, title) for name, title, present in sections if present]


def _texts(study: Study, exhibits: Sequence[Exhibit], findings: Sequence[Finding]) -> list[str]:
    """Everything in which an abbreviation may stand."""
    texts = [study.title, *study.about, *study.limits, *study.labels, "CI"]
    texts += [text for e in exhibits for text in (e.title, e.html)]
    return texts + [text for f in findings for text in (f.statement, f.explanation)]
