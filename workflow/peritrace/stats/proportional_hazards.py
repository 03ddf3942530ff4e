"""The score test of proportional hazards in a Cox model: does a coefficient change with time?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from peritrace.stats.cox import cox
from peritrace.stats.design import DEPENDENT, Design
from peritrace.stats.kaplan_meier import Observations, checked_observations, kaplan_meier
from peritrace.stats.maximise import Array
from peritrace.stats.partial_likelihood import PartialLikelihood, Ties

TimeTransform = Literal["km", "identity", "rank"]


@dataclass(frozen=True)
class TermTest:
    """The test of the covariates in `names` together; `statistic` is chi-square on `df` degrees of freedom.

    Statistic and P are NaN where the events are too few to tell a change with time from the effect itself.
    """

    names: tuple[str, ...]
    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class ProportionalHazardsTest:
    """One test for each term of the model, in the order given, and one of all covariates at once."""

    terms: tuple[TermTest, ...]
    overall: TermTest
    transform: TimeTransform
    ties: Ties
    n: int
    n_event: int


def proportional_hazards_test(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    terms: Sequence[Sequence[int]],
    ties: Ties = "efron",
    transform: TimeTransform = "km",
    entry: ArrayLike | None = None,
) -> ProportionalHazardsTest:
    """Score test of covariate × g(time) in the Cox model of all covariates, g being the transform of time.

    time, event (0/1), entry: (n,); covariates: (n, k) with k names. Each term lists the columns of one covariate, as
    the indicators of a factor. g: 1 - S just before the time (`km`), the time, or its rank among all follow-up times.
    Raises ValueError as `cox` does, for an infinite coefficient, terms that don't cover each column once, and events
    at one time only. Source: R survival >= 3.0, cox.zph(coxph(…), transform = …), tests by term; not the
    approximation of Grambsch and Therneau (Biometrika 1994;81:515-526) that earlier versions of it computed.
    """
    if transform not in get_args(TimeTransform):
        raise ValueError(f"transform is {transform!r}; choose one of {', '.join(get_args(TimeTransform))}")
    fit = cox(time, event, covariates, names, ties, entry)
    _refuse_wrong_terms(terms, len(fit.names))
    if not fit.converged:
        raise ValueError("the Cox model has no finite estimate; leave out the covariate that its warning names")
    observed = checked_observations(time, event, entry)
    design = Design.of(covariates, names, fit.n)
    likelihood = PartialLikelihood.of(observed.time, observed.event, design.scaled, ties, observed.entry)
    course = _centred_at_one(_transformed(observed, transform), observed)
    score, information = _score_and_information(likelihood, np.array(fit.coefficient) * design.scale, course)
    return ProportionalHazardsTest(
        terms=tuple(_test(list(term), fit.names, score, information) for term in terms),
        overall=_test(list(range(len(fit.names))), fit.names, score, information),
        transform=transform,
        ties=ties,
        n=fit.n,
        n_event=fit.n_event,
    )


def _refuse_wrong_terms(terms: Sequence[Sequence[int]], k: int) -> None:
    if not all(len(term) for term in terms) or sorted(column for term in terms for column in term) != list(range(k)):
        raise ValueError(f"the terms must name each of the {k} columns once, counted from 0; mend the list of columns")


def _transformed(observed: Observations, transform: TimeTransform) -> Array:
    """g at each distinct event time, before it is centred."""
    event_time = np.unique(observed.time[observed.event])
    if transform == "identity":
        return event_time
    if transform == "rank":
        ordered = np.sort(observed.time)
        before, through = (np.searchsorted(ordered, event_time, side=side) for side in ("left", "right"))
        return np.asarray((before + through + 1) / 2)
    curve = kaplan_meier(*observed)
    survival = np.concatenate(([1.0], curve.survival))
    return 1.0 - survival[np.searchsorted(curve.time, event_time, side="left")]


def _centred_at_one(values: Array, observed: Observations) -> Array:
    """Values of event times (m,) moved and stretched to mean 1 over the events, between ½ and 1½.

    The test doesn't depend on origin and unit; positive values near 1 keep the sums below well conditioned.
    """
    _, deaths = np.unique(observed.time[observed.event], return_counts=True)
    distance = values - deaths @ values / deaths.sum()
    if np.ptp(values) == 0:
        raise ValueError("all events happened at one time; a change with time needs events at two times or more")
    return np.asarray(1.0 + distance / (2.0 * np.abs(distance).max()))


def _score_and_information(likelihood: PartialLikelihood, estimate: Array, course: Array) -> tuple[Array, Array]:
    """Score (k,) of covariates × g at the estimate, g the course (m,) less 1, and their information (k, k) left when
    the covariates themselves are estimated.
    """
    change = course - 1.0
    died = likelihood.died
    own = change[likelihood.last[died] - 1] @ likelihood.covariates[died]
    expected = (likelihood.weight * change[likelihood.set_time]) @ likelihood.comparison_means(estimate)
    by_set = course[likelihood.set_time]
    constant, linear, square = (
        replace(likelihood, weight=likelihood.weight * by_set**power).at(estimate).information for power in range(3)
    )
    crossed = linear - constant
    squared = square - 2 * linear + constant
    return own - expected, squared - crossed.T @ np.linalg.solve(constant, crossed)


def _test(columns: list[int], names: Sequence[str], score: Array, information: Array) -> TermTest:
    u, inner = score[columns], information[np.ix_(columns, columns)]
    spread = np.sqrt(np.maximum(np.diag(inner), 0.0))
    statistic = np.nan
    if np.all(spread**2 > DEPENDENT):
        correlation = inner / np.outer(spread, spread)
        if np.linalg.eigvalsh(correlation)[0] > DEPENDENT:
            statistic = float(u / spread @ np.linalg.solve(correlation, u / spread))
    df = len(columns)
    return TermTest(tuple(names[column] for column in columns), statistic, df, float(chdtrc(df, statistic)))
