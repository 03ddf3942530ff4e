"""Rule guide."""

from peritrace.files import write_text
from peritrace.jobs import Job
from peritrace.stages.guide import guide


def main(job: Job) -> None:
    """Run the stage."""
    finished = bool(job.texts("params.finished"))
    guide(job.kept("params.settings"), job.text("params.record"), job.path("output.page"), finished)
    write_text(job.log, "done\n")
