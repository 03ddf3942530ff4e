"""estimate: every number of a study, as one tidy table (the ARD)."""

from itertools import chain
from pathlib import Path

from peritrace.analyses.cohort import Cohort
from peritrace.analyses.descriptive import associate, describe
from peritrace.analyses.regressions import compare, regress
from peritrace.analyses.survival import survival
from peritrace.ard import write_ard
from peritrace.study import Study


def estimate(study: Study, adsl: Path, adtte: Path, ard_out: Path) -> None:
    """Compute all that the study file asks for, under the standard reading and every named convention."""
    cohort = Cohort.read(study, adsl, adtte)
    families = (describe, associate, survival, compare, regress)
    write_ard(ard_out, chain.from_iterable(family(cohort) for family in families))
