"""crosscheck: the survival estimates of a study once more, by another implementation (lifelines).

The statistics of `estimate` come from our own code, which names its conventions. This stage computes what both know a
second time, on the study's own data, and writes how far they lie apart. Two known differences of lifelines are told as
such or left out: its median where survival is exactly one half (it adds logarithms and may step past the half), and
its limits where survival has reached zero.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from numpy.typing import ArrayLike

from peritrace.analyses.cohort import Cohort, Floats, Slice, TimeToEvent
from peritrace.analyses.regressions import design
from peritrace.ard import Ard, read_ard
from peritrace.files import write_csv
from peritrace.study import Study

COLUMNS = ("estimate", "endpoint", "group", "level", "compared", "apart", "agree", "note")
# Two implementations in double precision, one of them by iteration, agree to about nine digits.
TOLERANCE = 1e-7
_WEIGHTINGS = {"log-rank": None, "breslow": "wilcoxon", "tarone-ware": "tarone-ware"}


@dataclass(frozen=True)
class Agreement:
    """One family of numbers computed twice."""

    estimate: str
    endpoint: str
    group: str
    level: str
    apart: float  # the largest relative difference; nan where there was nothing to compare
    compared: int
    note: str = ""

    @property
    def row(self) -> dict[str, object]:
        """As written: the difference as the power of ten that it stays below, for its digits are noise."""
        agree = not self.apart > TOLERANCE
        apart = "" if math.isnan(self.apart) else "one is missing"
        if math.isfinite(self.apart):
            apart = f"< 1e{max(-10, math.floor(math.log10(max(self.apart, 1e-12))) + 1)}"
        values = (self.estimate, self.endpoint, self.group, self.level, self.compared, apart, int(agree), self.note)
        return dict(zip(COLUMNS, values, strict=True))


def crosscheck(study: Study, adsl: Path, adtte: Path, ard: Path, out: Path) -> None:
    """Compare the statistics of a study with lifelines and write one row per family of numbers."""
    cohort = Cohort.read(study, adsl, adtte)
    statistics = read_ard(ard)
    found = [*_curves(cohort, statistics), *_rank_tests(cohort, statistics), *_cox_models(cohort, statistics)]
    write_csv(out, COLUMNS, (agreement.row for agreement in found))


def _apart(ours: ArrayLike, theirs: ArrayLike, gaps: bool = False) -> tuple[float, int]:
    """The largest relative difference, and how many were compared.

    A number on one side only is an infinite difference, unless `gaps` are known to differ.
    """
    a, b = np.asarray(ours, float), np.asarray(theirs, float)
    both = np.isfinite(a) & np.isfinite(b)
    if not gaps and (np.isfinite(a) != np.isfinite(b)).any():
        return math.inf, int(a.size)
    if not both.any():
        return math.nan, 0
    scale = np.maximum(np.abs(a[both]), 1e-6)
    return float(np.max(np.abs(a[both] - b[both]) / scale)), int(both.sum())


def _curves(cohort: Cohort, ard: Ard) -> Iterator[Agreement]:
    comparisons = cohort.study.analyses.compare
    for endpoint in cohort.study.endpoints:
        times = cohort.time_to_event(endpoint.code)
        groups = dict.fromkeys(c.by for c in comparisons if c.endpoint == endpoint.code)
        for part in (cohort.everyone(), *(s for by in groups for s in cohort.slices(by))):
            chosen = times.of(part.members)
            if chosen.time.size:
                yield from _curve(endpoint.code, chosen, part, ard, cohort.study.analyses.level)


def _curve(code: str, times: TimeToEvent, part: Slice, ard: Ard, level: float) -> Iterator[Agreement]:
    theirs = KaplanMeierFitter(alpha=1 - level).fit(times.time, times.event)
    where = {"variable": code, "method": "kaplan-meier", "convention": "", **part.labels}
    curve = ard.where(context="survival-curve", **where)
    at = _as_kept(theirs, [float(row.variable_level) for row in curve.where(stat_name="estimate")])
    ours = {name: [row.number for row in curve.where(stat_name=name)] for name in ("estimate", "conf_low", "conf_high")}
    place = {"endpoint": code, "group": part.group, "level": part.level}
    apart, compared = _apart(ours["estimate"], theirs.survival_function_at_times(at).to_numpy())
    yield Agreement("Kaplan–Meier curve", **place, apart=apart, compared=compared)
    if _limits_are_log_log(ard, code):
        limits = theirs.confidence_interval_survival_function_.loc[at].to_numpy()
        alive = np.asarray(ours["estimate"]) > 1e-12
        pairs = [
            _apart(np.where(alive, ours[n], np.nan), limits[:, i], gaps=True)
            for i, n in enumerate(("conf_low", "conf_high"))
        ]
        worst = max((a for a, n in pairs if n), default=math.nan)
        yield Agreement("limits of the curve", **place, apart=worst, compared=sum(n for _, n in pairs))
    median = ard.value(context="survival", stat_name="median", **where)
    apart, compared = _apart([median], [theirs.median_survival_time_])
    at_half = any(abs(value - 0.5) < 1e-9 for value in ours["estimate"])
    note = "survival is exactly one half, where lifelines may step past it" if apart > TOLERANCE and at_half else ""
    yield Agreement("median", **place, apart=math.nan if note else apart, compared=compared, note=note)


def _as_kept(curve: KaplanMeierFitter, stated: list[float]) -> Floats:
    """The times of a curve with all their digits, of which the ARD states ten."""
    times = curve.survival_function_.index.to_numpy()
    return np.asarray(times[np.searchsorted(times, np.asarray(stated) * (1 - 1e-9))], float)


def _limits_are_log_log(ard: Ard, code: str) -> bool:
    """Whether the limits of the study are on the log(−log) scale, the only one that lifelines has."""
    return not ard.where(context="survival", variable=code, convention="limits=log-log").statistics


def _rank_tests(cohort: Cohort, ard: Ard) -> Iterator[Agreement]:
    for wanted in cohort.study.analyses.compare:
        times, levels = cohort.time_to_event(wanted.endpoint), cohort.levels(wanted.by)
        known = (levels != "") & times.known
        for weight, weightings in _WEIGHTINGS.items():
            where = {"context": "comparison", "variable": wanted.endpoint, "group1": wanted.by, "method": weight}
            ours = ard.one(stat_name="p_value", **where)
            if not ours.stat:
                continue
            test = multivariate_logrank_test(
                times.time[known], levels[known], times.event[known], weightings=weightings
            )
            apart, compared = _apart([ours.number], [test.p_value])
            yield Agreement(f"{weight} test", wanted.endpoint, wanted.by, "", apart, compared)


def _cox_models(cohort: Cohort, ard: Ard) -> Iterator[Agreement]:
    for model in cohort.study.analyses.models:
        rows = ard.where(context="model", analysis=model.id, method="cox-efron")
        if model.kind != "cox" or any(row.warning for row in rows):
            continue
        x = design(cohort, model.covariates, model.endpoint)
        times = cohort.time_to_event(model.endpoint).of(x.known)
        frame = pd.DataFrame(x.matrix, columns=x.names)
        frame["duration of observation"], frame["event observed"] = times.time, times.event
        fit = CoxPHFitter(alpha=1 - cohort.study.analyses.level)
        fit.fit(frame, "duration of observation", "event observed", fit_options={"precision": 1e-12})
        limits = np.exp(fit.confidence_intervals_.to_numpy())
        theirs = np.column_stack([fit.hazard_ratios_, limits, fit.summary["p"]]).ravel()
        names = ("estimate", "conf_low", "conf_high", "p_value")
        ours = [
            rows.value(group1=name, group1_level=level, stat_name=stat_name)
            for name, level, _ in x.terms
            for stat_name in names
        ]
        apart, compared = _apart(ours, theirs)
        yield Agreement("Cox model (Efron)", model.endpoint, " ".join(model.covariates), "", apart, compared)
