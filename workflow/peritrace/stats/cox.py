"""Cox proportional-hazards regression: maximum partial likelihood and Firth's penalised estimate.

Why an own kernel: lifelines has only Efron's ties, statsmodels needs half a minute for a million rows, firthmodels has
only Breslow's ties, none of them has all three with delayed entry, and each costs a second to import. The tests hold
this one against R's `coxph`, lifelines, statsmodels and firthmodels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from peritrace.stats.design import (
    NOT_CONVERGED,
    Design,
    Flags,
    binary,
    refuse_uninformative,
    separation_warning,
)
from peritrace.stats.inference import Inference, as_ratio, as_tuple, likelihood_ratio_p, profile, wald
from peritrace.stats.maximise import Array, Derivatives, Maximum, firth, maximise
from peritrace.stats.partial_likelihood import PartialLikelihood, Ties


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model; the tuples hold one value per covariate, in the order of `names`.

    `coefficient` and `std_err` are on the log scale; `hazard_ratio` and its limits are per unit of the covariate.
    `p_value` and the limits are the pair to print: Wald's for `cox`, profile penalised likelihood for `cox_firth`;
    `wald_p` is Wald's in both. `likelihood_ratio_p` and `score_p` test all coefficients at once; the score test is that
    of the plain partial likelihood in both. A coefficient that grows without limit is ±inf, its hazard ratio inf or 0,
    its standard error, limits and P NaN; `converged` is then False and `warning`, otherwise empty, says why.
    """

    names: tuple[str, ...]
    coefficient: tuple[float, ...]
    std_err: tuple[float, ...]
    hazard_ratio: tuple[float, ...]
    conf_low: tuple[float, ...]
    conf_high: tuple[float, ...]
    wald_p: tuple[float, ...]
    p_value: tuple[float, ...]
    log_likelihood: float
    log_likelihood_null: float
    likelihood_ratio_p: float
    score_p: float
    n: int
    n_event: int
    ties: Ties
    method: str
    level: float
    converged: bool
    warning: str


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    ties: Ties = "efron",
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Hazard ratios by maximum partial likelihood, with Wald limits and P.

    time, event (0/1), entry: (n,), times in one unit; covariates: (n, k) or (n,). With `entry` a row is at risk for
    entry < t <= time. R: coxph(Surv(entry, time, event) ~ …, ties = …); SPSS's COXREG uses Breslow's ties.
    Raises ValueError for no event, missing values, a covariate without information, linearly dependent covariates.
    """
    model = _Model.of(time, event, covariates, names, ties, entry)
    best = maximise(model.likelihood.at, np.zeros(len(model.design.names)))
    warning = "" if best.converged else NOT_CONVERGED
    if best.endless.any():
        warning = separation_warning(model.design, best.endless != 0, {"no events": model.event})
    inference = wald(best.estimate, best.std_err, level)
    return model.fit(best, model.null, inference, level, "maximum partial likelihood", warning)


def cox_firth(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    ties: Ties = "breslow",
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Hazard ratios by Firth's penalised partial likelihood: finite also when an arm has no events.

    Arguments and refusals as for `cox`. Limits and P come from the profile penalised likelihood, the penalty being that
    of the full model throughout. Source: Heinze & Schemper, Biometrics 2001;57:114-119 (R: coxphf, Breslow's ties).
    """
    model = _Model.of(time, event, covariates, names, ties, entry)
    penalised = firth(model.likelihood, model.design.scale)
    start = np.zeros(len(model.design.names))
    best = maximise(penalised, start, penalised=True)
    warning = "" if best.converged else NOT_CONVERGED
    inference = profile(penalised, best, level)
    return model.fit(best, penalised(start), inference, level, "Firth's penalised partial likelihood", warning)


@dataclass(frozen=True)
class _Model:
    """Checked data, and the plain partial likelihood at no effect."""

    design: Design
    event: Flags
    ties: Ties
    likelihood: PartialLikelihood
    null: Derivatives

    @classmethod
    def of(
        cls,
        time: ArrayLike,
        event: ArrayLike,
        covariates: ArrayLike,
        names: Sequence[str],
        ties: Ties,
        entry: ArrayLike | None,
    ) -> "_Model":
        if ties not in ("efron", "breslow"):
            raise ValueError(f"ties are handled by 'efron' or 'breslow', not {ties!r}")
        died = binary(event, "the event")
        times = _times(time, "the time", len(died))
        entries = None if entry is None else _times(entry, "the entry time", len(died))
        if entries is not None and not np.all(entries < times):
            raise ValueError("a patient enters at or after the end of follow-up; mend the entry time or leave it out")
        if not died.any():
            raise ValueError(f"no event among {len(died)} patients: a hazard ratio can't be estimated")
        design = Design.of(covariates, names, len(died))
        likelihood = PartialLikelihood.of(times, died, design.scaled, ties, entries)
        null = likelihood.at(np.zeros(len(names)))
        refuse_uninformative(null.information, names, "every patient at risk when an event happens")
        return cls(design, died, ties, likelihood, null)

    def fit(
        self, best: Maximum, none: Derivatives, inference: Inference, level: float, method: str, warning: str
    ) -> CoxFit:
        """Back to the covariates' own units; `none` holds the (penalised) likelihood of no effect."""
        scale = self.design.scale
        k = len(scale)
        score = self.null.gradient @ np.linalg.solve(self.null.information, self.null.gradient)
        return CoxFit(
            names=self.design.names,
            coefficient=as_tuple(best.estimate / scale),
            std_err=as_tuple(best.std_err / scale),
            hazard_ratio=as_ratio(best.estimate / scale),
            conf_low=as_ratio(inference.conf_low / scale),
            conf_high=as_ratio(inference.conf_high / scale),
            wald_p=as_tuple(wald(best.estimate, best.std_err, level).p_value),
            p_value=as_tuple(inference.p_value),
            log_likelihood=best.at.value,
            log_likelihood_null=none.value,
            likelihood_ratio_p=likelihood_ratio_p(best.at.value, none.value, k),
            score_p=float(chdtrc(k, score)),
            n=len(self.event),
            n_event=int(self.event.sum()),
            ties=self.ties,
            method=method,
            level=level,
            converged=best.converged,
            warning=warning,
        )


def _times(values: ArrayLike, what: str, n: int) -> Array:
    times = np.asarray(values, dtype=np.float64)
    if times.shape != (n,) or not np.all(np.isfinite(times)) or np.any(times < 0):
        raise ValueError(
            f"{what} must be a number of at least 0 for each of the {n} patients; mend or leave out the others"
        )
    return times
