"""Every number that a study file asks for, family by family."""

from collections.abc import Iterator
from itertools import chain

from peritrace.analyses.cohort import Cohort
from peritrace.analyses.descriptive import associate, compare_groups, describe
from peritrace.analyses.factors import factors
from peritrace.analyses.incidence import incidence
from peritrace.analyses.landmarks import landmarks
from peritrace.analyses.regressions import compare, regress
from peritrace.analyses.restricted_means import restricted_means
from peritrace.analyses.survival import survival
from peritrace.ard import Statistic


def statistics(cohort: Cohort) -> Iterator[Statistic]:
    """All statistics of a cohort, under the standard reading and every named convention."""
    families = (
        describe,
        compare_groups,
        associate,
        survival,
        restricted_means,
        compare,
        incidence,
        regress,
        factors,
        landmarks,
    )
    return chain.from_iterable(family(cohort) for family in families)
