"""Rule report."""

import json

from peritrace.jobs import Job, study_of
from peritrace.pages.provenance import Provenance
from peritrace.stages.report import Results, report


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        results = job.path("input.ard").parents[1]
        found = Results(
            job.path("input.ard"),
            results / "draw",
            results / "tabulate",
            results / "audit" if job.paths("input.audit") else None,
            job.path("input.crosscheck"),
            job.path("input.problems"),
            job.path("input.flow"),
            results / "diff" if job.paths("input.diff") else None,
            Provenance.read(study.id, job.paths("input.records"), job.path("input.uses")),
        )
        fingerprints, versions = (json.loads(job.text(f"params.{name}")) for name in ("fingerprints", "versions"))
        report(study, found, fingerprints, versions, job.path("output.page"))
