"""Rule intake_tables."""

from peritrace.jobs import Job, study_of
from peritrace.stages.intake_tables import intake_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        intake_tables(study, job.path("params.folder"), job.path("output.counts").parent)
