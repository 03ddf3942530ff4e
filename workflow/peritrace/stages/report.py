"""report: one page for a study, from its statistics, figures, tables and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.ard import Ard, as_stat, read_ard
from peritrace.files import read_csv
from peritrace.meaning import Endpoint
from peritrace.pages import prose
from peritrace.pages.course import changes, flow_steps, notices
from peritrace.pages.exhibits import Exhibit, figures, printed_first, tables, with_way, within_reason
from peritrace.pages.findings import (
    VERDICT_KINDS,
    Finding,
    by_what_they_touch,
    conventions,
    read_findings,
    read_otherwise,
    readings,
    summary,
    verdict_counts,
)
from peritrace.pages.judged import judged
from peritrace.pages.page import download, write_page
from peritrace.pages.provenance import Provenance
from peritrace.study import Study
from peritrace.tabulations.lookup import level_text, median_text, rate_text, shown
from peritrace.words import in_sentence


@dataclass(frozen=True)
class Results:
    """Where the stages left what a report shows.

    `audit` is None for a study without claims, `diff` for one without an earlier extract; `crosscheck` is the table of
    agreement with another implementation, `problems` what intake found, `flow` who is analysed.
    """

    ard: Path
    draw: Path
    tabulate: Path
    audit: Path | None = None
    crosscheck: Path | None = None
    problems: Path | None = None
    flow: Path | None = None
    diff: Path | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True)
class EventReadings:
    """An endpoint whose event the source leaves open, and what each reading of it gives."""

    endpoint: Endpoint
    sentence: str
    times: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class LateEntry:
    """An endpoint that counts from before observation: estimates without and with delayed entry."""

    endpoint: Endpoint
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report(
    study: Study, results: Results, fingerprints: Mapping[str, str], versions: Mapping[str, str], out: Path
) -> None:
    """Write the page of a study.

    `fingerprints` maps the study's files to their SHA-256, `versions` names of software to versions.
    """
    statistics = read_ard(results.ard)
    ard = shown(statistics)
    findings = read_findings(results.audit / "verdicts.csv") if results.audit else []
    tried = conventions(read_csv(results.audit / "conventions.csv"), findings) if results.audit else []
    departing, standard_suffices = readings(tried)
    drawn, tabulated = figures(study, ard, results.draw, findings), tables(study, results.tabulate, findings)
    shortened, lighter = within_reason(with_way([*drawn, *tabulated], results.provenance))
    printed_figures, further_figures = printed_first(shortened[: len(drawn)])
    printed_tables, further_tables = printed_first(shortened[len(drawn) :])
    exhibits = [*printed_figures, *printed_tables, *further_figures, *further_tables]
    context: dict[str, object] = {
        "study": study,
        "kinds": VERDICT_KINDS,
        "audited": bool(findings),
        "simulated": any(column.name == "simulated" for column in study.columns),
        "findings": findings,
        "judged": judged(study, findings, statistics.statistics),
        "verdicts_made": results.provenance.of_verdicts() if results.provenance else None,
        "counts": verdict_counts(findings),
        "summary": summary(findings) if findings else [],
        "touched": by_what_they_touch(findings),
        "read_otherwise": read_otherwise(findings),
        "readings": departing,
        "standard_suffices": standard_suffices,
        "in_brief": prose.in_brief(study, ard),
        "printed_figures": printed_figures,
        "printed_tables": printed_tables,
        "further": [*further_figures, *further_tables],
        "flow": flow_steps(read_csv(results.flow)) if results.flow else [],
        "notices": notices(read_csv(results.problems)) if results.problems else [],
        "lighter": lighter,
        "not_drawn": [e for e in exhibits if e.absent],
        "changes": changes(results.diff) if results.diff else None,
        "event_readings": _event_readings(study, results.audit),
        "late_entries": _late_entries(study, ard),
        "interval": level_text(study.analyses.level),
        "time_points": [as_stat(time) for time in study.analyses.time_points],
        "methods": prose.methods(study, ard),
        "limits": prose.limits(study, ard),
        "abbreviations": prose.abbreviations(study, _texts(study, exhibits, findings)),
        "verdicts_csv": download(results.audit / "verdicts.csv", "text/csv") if results.audit else "",
        "agreement": prose.agreement(study, read_csv(results.crosscheck)) if results.crosscheck else [],
        "stated": prose.stated_methods(study),
        "versions": versions,
        "fingerprints": fingerprints,
    }
    context["contents"] = _contents(context)
    write_page(out, "study.html.jinja", context)


def _contents(context: Mapping[str, object]) -> list[tuple[str, str]]:
    """The sections that the page has, by id and title."""
    printed = context["printed_figures"] or context["printed_tables"]
    sections = [
        ("found", "What was found" if context["audited"] else "What the data give", True),
        ("patients", "Patients", context["flow"] or context["notices"]),
        ("changes", "What changed since the extract before", context["changes"]),
        ("figures", "Figures of the paper", context["printed_figures"]),
        ("tables", "Tables of the paper", context["printed_tables"]),
        ("events", "What counts as the event", context["event_readings"]),
        ("entry", "Time before observation", context["late_entries"]),
        ("further", "Further figures and tables" if printed else "Figures and tables", context["further"]),
        ("numbers", "Every printed number", context["audited"]),
        ("methods", "Methods as they ran", True),
        ("limits", "Limits", context["limits"]),
        ("record", "Abbreviations, software, files", True),
    ]
    return [(name, title) for name, title, present in sections if present]


def _event_readings(study: Study, audit: Path | None) -> list[EventReadings]:
    rows = read_csv(audit / "event_definitions.csv") if audit else []
    found = []
    for endpoint in study.endpoints:
        of_endpoint = [row for row in rows if row["endpoint"] == endpoint.code]
        if endpoint.inferred and of_endpoint:
            times = [name.removeprefix("rate_") for name in of_endpoint[0] if name.startswith("rate_")]
            label = in_sentence(endpoint.label)
            sentence = (
                f"The source does not state the event of {label} so that it can be applied to the rows. Each reading "
                f"was computed. {_why_chosen(of_endpoint)}"
            )
            found.append(EventReadings(endpoint, sentence, tuple(times), tuple(of_endpoint)))
    return found


def _why_chosen(rows: Sequence[Mapping[str, str]]) -> str:
    """How many printed numbers the chosen reading explains, next to the others."""
    chosen = next((row for row in rows if row["chosen"]), rows[0])
    others = [row for row in rows if row is not chosen]
    mine, best = int(chosen["explained"]), max((int(row["explained"]) for row in others), default=0)
    share = f"all {chosen['of']}" if chosen["explained"] == chosen["of"] else f"{mine} of the {chosen['of']}"
    text = f"The reading that is used explains {share} printed numbers of this endpoint"
    if not others:
        return text + "."
    if mine > best:
        return f"{text}; no other explains more than {best}."
    as_many = f"another explains {'as many' if mine == best else best}"
    alike = [int(row.get("explained_alike") or 0) for row in (chosen, *others)]
    if mine == best and alike[0] > max(alike[1:]):
        return (
            f"{text}; {as_many} if each number may be read by a convention of its own. Under the one reading that "
            f"explains most survival rates of the paper it explains {alike[0]}, every other fewer."
        )
    return f"{text}; {as_many}, so the choice rests on the reason given with it."


def _late_entries(study: Study, ard: Ard) -> list[LateEntry]:
    found = []
    for endpoint in study.endpoints:
        rows = []
        for method, name in (
            ("kaplan-meier", f"from {endpoint.origin}, everyone at risk from the start"),
            ("kaplan-meier-delayed-entry", f"at risk from {prose.later_origin(study, endpoint)} on"),
        ):
            estimates = prose.estimates(ard, endpoint.code, method)
            at = prose.rates(ard, endpoint.code, method)
            if estimates:
                cells = [rate_text(at.get(as_stat(time), {})) for time in study.analyses.time_points]
                rows.append((name, median_text(estimates), *cells))
        if len(rows) == 2:
            found.append(LateEntry(endpoint, tuple(prose.delayed_entry(study, ard, endpoint)), tuple(rows)))
    return found


def _texts(study: Study, exhibits: Sequence[Exhibit], findings: Sequence[Finding]) -> list[str]:
    """Everything in which an abbreviation may stand."""
    texts = [study.title, *study.about, *study.limits, "CI"]
    texts += [item.label for item in (*study.columns, *study.groups, *study.endpoints)]
    texts += [text for e in exhibits for text in (e.title, e.alt, e.html)]
    return texts + [text for f in findings for text in (f.statement, f.explanation)]
