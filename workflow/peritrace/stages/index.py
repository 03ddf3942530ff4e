"""index: the front page: the studies, what matters most of each, where their results stand, all numbers as files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from peritrace.files import read_csv
from peritrace.pages.across import by_kind_of_error, how_many_fit, pool, sentences
from peritrace.pages.exhibits import Link, Picture, links
from peritrace.pages.findings import VERDICT_KINDS, read_findings, verdict_counts
from peritrace.pages.page import write_page
from peritrace.pages.pictures import description
from peritrace.study import Study

MEDIA = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png", "csv": "text/csv"}


@dataclass(frozen=True)
class Entry:
    """A study, its page relative to the index, and its verdicts; None where nothing was audited."""

    study: Study
    page: str
    verdicts: Path | None = None


@dataclass(frozen=True)
class Shared:
    """What the front page shows beside the studies: each is left out where it is missing.

    `evidence` is the folder of that stage, `guidance` the page of the guidance text, `provenance` that of the records,
    `downloads` files beside the page.
    """

    evidence: Path | None = None
    guidance: str = ""
    provenance: str = ""
    downloads: Sequence[tuple[str, str]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


def index(entries: Sequence[Entry], out: Path, shared: Shared | None = None) -> None:
    """Write the front page."""
    shared = shared or Shared()
    listed, all_findings = [], []
    for entry in entries:
        findings = read_findings(entry.verdicts) if entry.verdicts else []
        counts = verdict_counts(findings)
        all_findings.append(findings)
        listed.append(
            {
                "study": entry.study,
                "page": entry.page,
                "total": len(findings),
                "counts": counts,
                "fit": how_many_fit(counts),
                "sentences": sentences(findings),
            }
        )
    context = {
        "entries": listed,
        "kinds": VERDICT_KINDS,
        "errors": by_kind_of_error([findings for findings in all_findings if findings]),
        "evidence": _evidence(shared.evidence) if shared.evidence else None,
        "guidance": shared.guidance,
        "provenance": shared.provenance,
        "downloads": shared.downloads,
        "versions": shared.versions,
    }
    write_page(out, "index.html.jinja", context)


def _evidence(folder: Path) -> dict[str, object]:
    """The figure of evidence with its table and what does not agree in it."""
    picture = folder / "figure.svg"
    table = Link("Every number with its source (CSV)", "evidence.csv", "")
    files = links(
        *((kind.upper(), picture.with_suffix(f".{kind}"), media) for kind, media in MEDIA.items()),
        (table.text, folder / table.name, "text/csv"),
    )
    return {
        "image": Picture.of(picture),
        "alt": description(picture.read_text(encoding="utf-8")),
        "rows": read_csv(folder / "evidence.csv"),
        "disagreements": read_csv(folder / "disagreements.csv"),
        "downloads": files,
    }


def index_of_studies(settings: str, out: Path, finished_only: bool = False) -> None:
    """Write the front page of a run, given as JSON by the plan, and the numbers of all studies beside it.

    With `finished_only` studies without a page are left out, and nothing is written where there is none.
    """
    given = json.loads(settings)
    results, entries = Path("results"), []
    for item in given["studies"]:
        study = Study.model_validate(item["study"])
        verdicts = results / study.id / "audit" / "verdicts.csv"
        page = out.parent / f"{study.id}.html"
        if finished_only and not page.is_file():
            continue
        entries.append(Entry(study, page.name, verdicts if item["audited"] and verdicts.is_file() else None))
    if not entries:
        return
    ids = [entry.study.id for entry in entries]
    pool({name: results / name / "estimate/ard.csv" for name in ids}, out.parent / "all-ard.csv")
    pool({name: results / name / "audit/verdicts.csv" for name in ids}, out.parent / "all-verdicts.csv")
    downloads = (
        ("All statistics of all studies (CSV)", "all-ard.csv"),
        ("All verdicts of all studies (CSV)", "all-verdicts.csv"),
    )
    evidence = results / "evidence"
    guidance = out.parent / "guidance.html"
    shared = Shared(
        evidence if (evidence / "figure.svg").is_file() and given["evidence"] else None,
        guidance.name if guidance.is_file() and given["guidance"] else "",
        "provenance.html",
        downloads,
        given["versions"],
    )
    index(entries, out, shared)
