"""Landmark analysis of late-starting exposures: who is still observed at a time, by whether it has begun by then."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from peritrace.analyses.cohort import Cohort, Flags, TimeToEvent
from peritrace.ard import Statistic, as_stat
from peritrace.methods import EXPOSED, NOT_EXPOSED
from peritrace.stats import cox, kaplan_meier, rank_tests
from peritrace.wanted import Landmark


def landmarks(cohort: Cohort) -> Iterator[Statistic]:
    """Each landmark of the study file: survival counted from the landmark on, log-rank test and hazard ratio."""
    for wanted in cohort.study.analyses.landmarks:
        times = cohort.time_to_event(wanted.endpoint)
        begun = cohort.numbers(wanted.exposure)
        for at in wanted.at:
            base = Statistic(
                "landmark",
                "",
                "",
                wanted.endpoint,
                as_stat(at),
                wanted.exposure,
                unit=cohort.study.time_unit,
                analysis=wanted.id,
                method="landmark",
            )
            yield from _at(cohort, wanted, base, times, begun <= at, at)


def _at(
    cohort: Cohort, wanted: Landmark, base: Statistic, times: TimeToEvent, exposed: Flags, at: float
) -> Iterator[Statistic]:
    """One landmark. Who had the event or left by then takes no part; nan, for never, is not begun."""
    with np.errstate(invalid="ignore"):
        observed = times.known & (times.time > at)
    left_out = int(np.count_nonzero(times.known & ~observed))
    yield replace(base, stat_name="n_left_out", stat=as_stat(left_out))
    chosen = times.of(observed)
    time, event, group = chosen.time - at, chosen.event, exposed[observed]
    analyses = cohort.study.analyses
    for level, members in ((EXPOSED, group), (NOT_EXPOSED, ~group)):
        part = replace(base, group1_level=level)
        yield replace(part, stat_name="n", stat=as_stat(int(np.count_nonzero(members))))
        yield replace(part, stat_name="n_event", stat=as_stat(int(np.count_nonzero(event & members))))
        if members.any():
            km = kaplan_meier.kaplan_meier(time[members], event[members])
            low, high = kaplan_meier.median_limits(km, analyses.limits, analyses.level)
            found = {"median": kaplan_meier.median_survival(km), "median_conf_low": low, "median_conf_high": high}
            for stat_name, value in found.items():
                yield replace(part, stat_name=stat_name, stat=as_stat(value))
    try:
        test = rank_tests.rank_test(time, event, group)
        fit = cox.cox(time, event, group.astype(np.float64), [wanted.exposure], level=analyses.level)
    except ValueError as error:
        yield replace(base, stat_name="p_value", warning=str(error))
        return
    found = {
        "p_value": test.p_value,
        "estimate": fit.hazard_ratio[0],
        "conf_low": fit.conf_low[0],
        "conf_high": fit.conf_high[0],
    }
    for stat_name, value in found.items():
        yield replace(base, stat_name=stat_name, stat=as_stat(value), warning=fit.warning)
