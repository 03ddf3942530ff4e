"""Rule evidence."""

from peritrace.files import write_text
from peritrace.jobs import Job
from peritrace.stages.evidence import evidence


def main(job: Job) -> None:
    """Run the stage."""
    folder = job.path("output.table").parent
    evidence(job.kept("params.settings"), folder, bool(job.texts("params.finished")))
    write_text(job.log, "done\n")
