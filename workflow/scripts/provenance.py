"""Rule provenance."""

from peritrace.files import write_text
from peritrace.jobs import Job
from peritrace.stages.provenance import provenance


def main(job: Job) -> None:
    """Run the stage."""
    files = job.paths("inputs")
    uses = [path for path in files if path.name == "uses.json"]
    records = [path for path in files if path not in uses]
    provenance(job.kept("params.settings"), records, uses, job.path("output.page"))
    write_text(job.log, "done\n")
