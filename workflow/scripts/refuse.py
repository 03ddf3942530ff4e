"""Rule refuse."""

from peritrace.jobs import Job, refuse_study


def main(job: Job) -> None:
    """End the study whose file is wrong."""
    refuse_study(job.text("params.study"), job.text("params.message"), job.log)
