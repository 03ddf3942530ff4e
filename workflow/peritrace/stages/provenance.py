"""provenance: the graph of a run with what every job recorded, as a page that is the same on every run."""

import json
from collections.abc import Sequence
from pathlib import Path

from peritrace.pages.page import write_page
from peritrace.pages.records import SHARED, Records
from peritrace.records import read_record


def provenance(settings: str, records: Sequence[Path], uses: Sequence[Path], out: Path) -> None:
    """Write the page from the records of all jobs; `uses` are the files that tell which cells exhibits use.

    `settings` are the studies as JSON: id, title, whether patients are simulated.
    """
    studies = json.loads(settings)
    told = [json.loads(path.read_text(encoding="utf-8")) for path in uses]
    found = Records([read_record(path) for path in records], {item["study"]: item for item in told})
    known = {record.study for record in found.records}
    ids = [study["id"] for study in studies]
    listed = [study for study in studies if study["id"] in known]
    sections = [(study, found.study(study["id"], study["short_title"] or study["id"])) for study in listed]
    shared = found.shared(ids)
    context = {
        "sections": sections,
        "shared": shared,
        "code": found.code(),
        "contents": [
            *((section.id, section.title) for _, section in sections),
            (SHARED, shared.title),
            ("code", "Code"),
            ("words", "What is not on this page"),
        ],
    }
    write_page(out, "provenance.html.jinja", context)
