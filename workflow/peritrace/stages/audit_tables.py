"""audit_tables: a verdict on every printed number of published tables, every check, correction and inference."""

from collections.abc import Iterator
from pathlib import Path

from peritrace.ard import as_stat
from peritrace.files import write_csv
from peritrace.published import Published, place_of
from peritrace.relations.inferences import event_rows, inferences
from peritrace.study import Study
from peritrace.verdicts.columns import VERDICT_COLUMNS
from peritrace.verdicts.published import PublishedJudge

CHECK_COLUMNS = ("kind", "subject", "grade", "explanation", "convention", "assumption", "places", "members", "suspects")
CORRECTION_COLUMNS = ("claim_id", "location", "reported", "correction", "slip", "rank", "mends", "chance")
EVENT_COLUMNS = (
    "endpoint",
    "model",
    "covariate",
    "with",
    "without",
    "fewest_events",
    "events_with",
    "printed_total",
    "excludes_print",
)
INFERENCE_COLUMNS = ("topic", "subject", "grade", "explanation", "assumption", "members")


def audit_tables(study: Study, folder: Path, out: Path) -> None:
    """Judge the tables that intake passed on; writes verdicts, checks, corrections, inferences, events into `out`."""
    write_audit(PublishedJudge(Published.read(folder), study), out)


def write_audit(judge: PublishedJudge, out: Path) -> None:
    """Write the tables of an audit."""
    write_csv(out / "verdicts.csv", VERDICT_COLUMNS, verdict_rows(judge))
    write_csv(out / "checks.csv", CHECK_COLUMNS, _check_rows(judge))
    write_csv(out / "corrections.csv", CORRECTION_COLUMNS, _correction_rows(judge))
    rows = (vars(found) | {"members": " ".join(found.members)} for found in inferences(judge.network))
    write_csv(out / "inferences.csv", INFERENCE_COLUMNS, rows)
    write_csv(out / "events.csv", EVENT_COLUMNS, event_rows(judge.network))


def verdict_rows(judge: PublishedJudge) -> Iterator[dict[str, str]]:
    """One row for every printed number, in the order of the tables and then of the claims."""
    for claim in judge.published.claims:
        finding, place = judge.finding(claim), judge.published.places_of_cells[claim.claim_id]
        yield {
            "claim_id": claim.claim_id,
            "location": claim.location,
            "quantity": claim.quantity,
            "statement": claim.statement(judge.study),
            "reported": claim.reported,
            "recomputed": finding.recomputed,
            "method": finding.method,
            "verdict": finding.verdict,
            "explanation": finding.explanation,
            "convention": finding.convention,
            "touches": judge.touches(claim),
            "variable": claim.variable,
            "group": claim.group,
            "typed_in": place.file,
            "typed_line": str(place.line),
            "typed_column": place.column,
        }


def _check_rows(judge: PublishedJudge) -> Iterator[dict[str, str]]:
    suspects = {id(r): conflict.suspects for conflict in judge.conflicts for r in conflict.relations}
    for checked in judge.network.checked:
        relation, outcome = checked.relation, checked.outcome
        places = dict.fromkeys(place_of(judge.published.by_id[name]) for name in relation.members)
        yield {
            "kind": relation.kind,
            "subject": relation.subject,
            "grade": outcome.grade,
            "explanation": outcome.explanation,
            "convention": outcome.convention,
            "assumption": outcome.assumption,
            "places": "; ".join(places),
            "members": " ".join(dict.fromkeys(relation.members)),
            "suspects": " ".join(suspects.get(id(relation), ())),
        }


def _correction_rows(judge: PublishedJudge) -> Iterator[dict[str, object]]:
    for conflict in judge.conflicts:
        for rank, correction in enumerate(conflict.corrections, start=1):
            claim = judge.published.by_id[correction.claim_id]
            yield {
                "claim_id": claim.claim_id,
                "location": claim.location,
                "reported": claim.reported,
                "correction": correction.text,
                "slip": correction.slip,
                "rank": rank,
                "mends": len(correction.mends),
                "chance": as_stat(correction.chance),
            }
