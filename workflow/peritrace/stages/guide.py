"""guide: what the guidance text says, and what the records of the cohorts say of it."""

import json
from pathlib import Path

from peritrace.files import read_csv
from peritrace.guidance.reading import load_guidance
from peritrace.guidance.thresholds import printed
from peritrace.pages.exhibits import Picture, links
from peritrace.pages.guidance import cohort, steps_in_words
from peritrace.pages.page import write_page
from peritrace.pages.pictures import description
from peritrace.study import Study
from peritrace.words import long_date

ABBREVIATIONS = {
    "AFP": "alpha-fetoprotein",
    "CC": "completeness of cytoreduction",
    "CRS": "cytoreductive surgery",
    "GEMOX": "gemcitabine with oxaliplatin",
    "HCC": "hepatocellular carcinoma",
    "HIPEC": "hyperthermic intraperitoneal chemotherapy",
    "PCI": "peritoneal cancer index",
}
MEDIA = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png", "csv": "text/csv"}


def guide(settings: str, record: str, out: Path, finished_only: bool = False) -> None:
    """Write the page from what the stages `guidance` and `algorithm` left in `results`.

    `settings` are the studies as JSON, `record` the versions of software and the digests of files. With
    `finished_only` studies without results are left out. Raises InputRefused when the guidance file is wrong.
    """
    text, _ = load_guidance()
    results = out.parent.parent / "results"
    studies = [Study.model_validate(item) for item in json.loads(settings)]
    finished = [s for s in studies if not finished_only or (results / s.id / _told_by(s)).is_file()]
    held = [study for study in finished if not study.published]
    drawn = [tumour for tumour in text.tumours if tumour.start]
    pictures = {tumour.id: results / f"guidance/algorithm-{tumour.id}.svg" for tumour in drawn}
    algorithms = [
        {
            "tumour": tumour,
            "image": Picture.of(pictures[tumour.id]),
            "alt": description(pictures[tumour.id].read_text(encoding="utf-8")),
            "steps": steps_in_words(text, tumour.id),
            "downloads": links(
                *(
                    (suffix.upper(), pictures[tumour.id].with_suffix(f".{suffix}"), media)
                    for suffix, media in MEDIA.items()
                )
            ),
        }
        for tumour in drawn
    ]
    cohorts = [cohort(text, study, results / study.id / "guidance", f"{study.id}.html") for study in held]
    warnings = [(c.study, row["sentence"]) for c in cohorts for row in c.warnings]
    for study in finished:
        if study.published:
            counts = read_csv(results / study.id / _told_by(study))
            warnings += [(study, found.sentence(text)) for found in printed(study, text, counts)]
    context = {
        "text": text,
        "dated": long_date(text.dated) if text.dated else "",
        "transcribed": long_date(text.transcribed),
        "algorithms": algorithms,
        "cohorts": cohorts,
        "warnings": warnings,
        "contents": [
            ("found", "What the records say"),
            ("algorithm", "The algorithm"),
            *((f"cohort-{c.study.id}", c.study.short_title or c.study.id) for c in cohorts),
            ("statements", "Statements of the text"),
            ("record", "Abbreviations, software, files"),
        ],
        "abbreviations": list(ABBREVIATIONS.items()),
        "labels": {tumour.id: tumour.label for tumour in text.tumours},
        **json.loads(record),
    }
    write_page(out, "guidance.html.jinja", context)


def _told_by(study: Study) -> str:
    """The file by which a study takes part, within its results."""
    return "intake/counts.csv" if study.published else "guidance/patients.csv"
