"""Rule algorithm."""

from peritrace.files import write_text
from peritrace.jobs import Job
from peritrace.stages.algorithm import algorithm


def main(job: Job) -> None:
    """Run the stage."""
    algorithm(job.path("output.diagrams").parent)
    write_text(job.log, "done\n")
