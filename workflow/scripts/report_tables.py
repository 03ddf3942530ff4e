"""Rule report_tables."""

import json
from pathlib import Path

from peritrace.jobs import Job, study_of
from peritrace.pages.provenance import Provenance
from peritrace.stages.report_tables import report_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        fingerprints, versions = (json.loads(job.text(f"params.{name}")) for name in ("fingerprints", "versions"))
        way = Provenance.read(study.id, job.paths("input.records"), job.path("input.uses"))
        report_tables(study, Path("results") / study.id, fingerprints, versions, job.path("output.page"), way)
