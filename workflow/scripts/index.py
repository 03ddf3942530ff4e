"""Rule index."""

from peritrace.files import write_text
from peritrace.jobs import Job
from peritrace.stages.index import index_of_studies


def main(job: Job) -> None:
    """Run the stage."""
    index_of_studies(job.kept("params.settings"), job.path("output.page"), bool(job.texts("params.finished")))
    write_text(job.log, "done\n")
