"""index: the list of the studies that have a report."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.pages.findings import VERDICT_KINDS, read_findings, verdict_counts
from peritrace.pages.page import write_page
from peritrace.study import Study


@dataclass(frozen=True)
class Entry:
    """A study, its page relative to the index, and its verdicts; None where nothing was audited."""

    study: Study
    page: str
    verdicts: Path | None = None


def index(entries: Sequence[Entry], out: Path) -> None:
    """Write the page that leads to every report."""
    listed = []
    for entry in entries:
        findings = read_findings(entry.verdicts) if entry.verdicts else []
        listed.append(
            {"study": entry.study, "page": entry.page, "total": len(findings), "counts": verdict_counts(findings)}
        )
    write_page(out, "index.html.jinja", {"entries": listed, "kinds": VERDICT_KINDS})


def index_of_studies(settings: str, out: Path, finished_only: bool = False) -> None:
    """List the studies of a run, given as JSON by the plan; `finished_only` those that have a page, if there is one."""
    entries = []
    for item in json.loads(settings):
        study = Study.model_validate(item["study"])
        verdicts = Path("results") / study.id / "audit" / "verdicts.csv"
        page = out.parent / f"{study.id}.html"
        if finished_only and not page.is_file():
            continue
        entries.append(Entry(study, page.name, verdicts if item["audited"] and verdicts.is_file() else None))
    if entries:
        index(entries, out)
