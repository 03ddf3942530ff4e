"""Mean survival up to the horizons of the study file, overall and by group, and its difference between two groups."""

from collections.abc import Iterator
from dataclasses import replace

from peritrace.analyses.cohort import Cohort
from peritrace.ard import Statistic, as_stat
from peritrace.stats.kaplan_meier import KaplanMeier, kaplan_meier
from peritrace.stats.restricted_mean import restricted_mean, restricted_mean_difference


def restricted_means(cohort: Cohort) -> Iterator[Statistic]:
    """Each endpoint, overall and by the groups that it is compared by; differences where a group has two levels."""
    analyses = cohort.study.analyses
    if not analyses.restricted_mean:
        return
    for endpoint in cohort.study.endpoints:
        times = cohort.time_to_event(endpoint.code)
        base = Statistic(
            "restricted-mean", "", "", endpoint.code, unit=cohort.study.time_unit, method="restricted-mean"
        )
        whole = times.of(cohort.everyone().members)
        if not whole.time.size:
            continue
        yield from _means(base, kaplan_meier(whole.time, whole.event), cohort)
        for by in dict.fromkeys(c.by for c in analyses.compare if c.endpoint == endpoint.code):
            curves: dict[str, KaplanMeier] = {}
            for part in cohort.slices(by):
                chosen = times.of(part.members)
                if chosen.time.size:
                    curves[part.level] = kaplan_meier(chosen.time, chosen.event)
                    yield from _means(replace(base, **part.labels), curves[part.level], cohort)
            if len(curves) == 2:
                yield from _differences(replace(base, group1=by), curves, cohort)


def _means(base: Statistic, km: KaplanMeier, cohort: Cohort) -> Iterator[Statistic]:
    analyses = cohort.study.analyses
    for horizon in analyses.restricted_mean:
        found = restricted_mean(km, horizon, analyses.level)
        for stat_name in ("estimate", "std_err", "conf_low", "conf_high"):
            stat = as_stat(getattr(found, stat_name))
            yield replace(base, variable_level=as_stat(horizon), stat_name=stat_name, stat=stat)


def _differences(base: Statistic, curves: dict[str, KaplanMeier], cohort: Cohort) -> Iterator[Statistic]:
    analyses = cohort.study.analyses
    (first, one), (second, other) = curves.items()
    for horizon in analyses.restricted_mean:
        found = restricted_mean_difference(one, other, horizon, analyses.level)
        for stat_name in ("estimate", "std_err", "conf_low", "conf_high", "p_value"):
            yield replace(
                base,
                context="restricted-mean-difference",
                group1_level=f"{first} − {second}",
                variable_level=as_stat(horizon),
                stat_name=stat_name,
                stat=as_stat(getattr(found, stat_name)),
            )
