"""estimate: every number of a study, as one tidy table (the ARD)."""

from pathlib import Path

from peritrace.analyses.cohort import Cohort
from peritrace.analyses.everything import statistics
from peritrace.ard import write_ard
from peritrace.study import Study


def estimate(study: Study, adsl: Path, adtte: Path, ard_out: Path) -> None:
    """Compute all that the study file asks for, under the standard reading and every named convention."""
    write_ard(ard_out, statistics(Cohort.read(study, adsl, adtte)))
