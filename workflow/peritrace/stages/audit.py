"""audit: a verdict for every claim of a study, and the readings that explain many claims at once."""

from collections.abc import Iterator
from pathlib import Path

from peritrace.ard import Ard, as_stat, read_ard
from peritrace.claims import COLUMNS, OPTIONAL, Claim, read_claims
from peritrace.files import write_csv
from peritrace.formats import format_number, format_percent
from peritrace.meaning import Endpoint, EventDefinition
from peritrace.study import Study
from peritrace.tidy import read_tidy
from peritrace.verdicts.columns import VERDICT_COLUMNS
from peritrace.verdicts.conventions import describe_bundle, plural
from peritrace.verdicts.judge import Judge


def audit(study: Study, claims: Path, ard: Path, verdicts_out: Path, conventions_out: Path, events_out: Path) -> None:
    """Judge the claims and write verdicts, conventions and the evidence for each reading of an event."""
    judge = Judge(read_claims(claims, study), read_ard(ard), study)
    write_csv(verdicts_out, VERDICT_COLUMNS, _verdict_rows(judge, claims))
    write_csv(
        conventions_out,
        ("convention", "quantity", "explained", "of", "departures", "explained_ids", "unexplained_ids"),
        _convention_rows(judge),
    )
    rates = [f"rate_{as_stat(point)}" for point in study.analyses.time_points]
    columns = ("endpoint", "code", "chosen", "description", "why", "events", "median", *rates)
    write_csv(events_out, (*columns, "explained", "of", "explained_alike"), _event_rows(judge))


def _verdict_rows(judge: Judge, typed: Path) -> Iterator[dict[str, str]]:
    lines = {row["claim_id"]: line for line, row in read_tidy(typed, COLUMNS, OPTIONAL).rows}
    line_of = {id(statistic): line for line, statistic in enumerate(judge.ard, start=2)}
    for claim in judge.claims:
        verdict = judge.verdict(claim)
        finding = verdict.finding
        yield {
            "claim_id": claim.claim_id,
            "location": claim.location,
            "quantity": claim.quantity,
            "statement": verdict.statement,
            "reported": claim.reported,
            "recomputed": finding.recomputed,
            "method": finding.method,
            "verdict": finding.verdict,
            "explanation": finding.explanation,
            "convention": finding.convention,
            "standard": finding.standard,
            "moved": finding.moved,
            "touches": claim.touches,
            "variable": claim.variable,
            "group": claim.group,
            "statistics": " ".join(str(line_of[id(statistic)]) for statistic in judge.statistics(claim)),
            "typed_in": typed.name,
            "typed_line": str(lines[claim.claim_id]),
            "typed_column": "reported",
        }


def _convention_rows(judge: Judge) -> Iterator[dict[str, object]]:
    """The readings that explain at least two distinct numbers."""
    for coverage in judge.coverages:
        if coverage.numbers >= 2:
            yield {
                "convention": describe_bundle(coverage.bundle, judge.study),
                "quantity": plural(coverage.quantity),
                "explained": coverage.numbers,
                "of": coverage.of,
                "departures": coverage.departures,
                "explained_ids": " ".join(coverage.explained),
                "unexplained_ids": " ".join(coverage.unexplained),
            }


def _event_rows(judge: Judge) -> Iterator[dict[str, object]]:
    """For endpoints whose event can be read in several ways: what each reading gives, and what it explains."""
    for endpoint in judge.study.endpoints:
        for event in endpoint.events if len(endpoint.events) > 1 else ():
            row: dict[str, object] = {
                "endpoint": endpoint.code,
                "code": event.code,
                "chosen": "1" if event.code == endpoint.code else "",
                "description": event.description,
                "why": event.why,
            }
            yield row | _estimates(judge.ard, endpoint, event, judge.study) | _evidence(judge, endpoint, event)


def _estimates(ard: Ard, endpoint: Endpoint, event: EventDefinition, study: Study) -> dict[str, object]:
    convention = "" if event.code == endpoint.code else f"event={event.code}"
    where = {"variable": endpoint.code, "group1": "", "method": "kaplan-meier", "convention": convention}
    found: dict[str, object] = {
        "events": ard.one(context="survival", stat_name="n_event", **where).stat,
        "median": format_number(ard.value(context="survival", stat_name="median", **where), 1),
    }
    for point in study.analyses.time_points:
        level = as_stat(point)
        value = ard.value(context="survival-rate", stat_name="estimate", variable_level=level, **where)
        found[f"rate_{level}"] = format_percent(value, 1)
    return found


def _evidence(judge: Judge, endpoint: Endpoint, event: EventDefinition) -> dict[str, object]:
    """Count the endpoint's printed numbers that fit this reading of the event.

    `explained` by any believed reading of the rest, `explained_alike` by the one that explains most rates of the paper.
    """
    claims = [c for c in judge.claims if c.variable == endpoint.code and c.quantity.startswith("survival-")]
    numbers: dict[tuple[str, ...], Claim] = {claim.number: claim for claim in claims}
    rates = [c for c in judge.coverages if c.quantity == "survival-rate"]
    widest = tuple(part for part in rates[0].bundle if not part.startswith("event=")) if rates else ()
    explained = alike = 0
    for claim in numbers.values():
        chosen = [f for f in judge.fits[claim.claim_id] if (f.reading.event or endpoint.code) == event.code]
        believed = [f for f in chosen if len(f.bundle_without_event) <= 2 or f.bundle_without_event == widest]
        explained += bool(believed)
        alike += any(f.bundle_without_event == widest for f in chosen)
    return {"explained": explained, "of": len(numbers), "explained_alike": alike}
