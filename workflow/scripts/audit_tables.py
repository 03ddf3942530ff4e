"""Rule audit_tables."""

from peritrace.jobs import Job, study_of
from peritrace.stages.audit_tables import audit_tables


def main(job: Job) -> None:
    """Run the stage."""
    with study_of(job) as study:
        audit_tables(study, job.path("input.counts").parent, job.path("output.verdicts").parent)
