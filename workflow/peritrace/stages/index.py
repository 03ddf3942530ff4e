"""index: the list of the studies that have a report."""

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
