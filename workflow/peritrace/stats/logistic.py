"""Logistic regression: maximum likelihood and Firth's penalised estimate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, expit

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


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic model; the tuples hold one value per covariate, in the order of `names`.

    `coefficient`, `std_err` and `intercept` are on the log-odds scale; `odds_ratio` and its limits are per unit of the
    covariate. `p_value` and the limits are the pair to print: Wald's for `logistic`, profile penalised likelihood for
    `logistic_firth`; `wald_p` is Wald's in both. `likelihood_ratio_p` and `score_p` test all covariates at once; the
    score test is that of the plain likelihood in both. A coefficient that grows without limit is ±inf, its odds ratio
    inf or 0, its standard error, limits and P NaN; `converged` is then False and `warning`, otherwise empty, says why.
    """

    names: tuple[str, ...]
    coefficient: tuple[float, ...]
    std_err: tuple[float, ...]
    odds_ratio: tuple[float, ...]
    conf_low: tuple[float, ...]
    conf_high: tuple[float, ...]
    wald_p: tuple[float, ...]
    p_value: tuple[float, ...]
    intercept: float
    log_likelihood: float
    log_likelihood_null: float
    likelihood_ratio_p: float
    score_p: float
    n: int
    n_event: int
    method: str
    level: float
    converged: bool
    warning: str


def logistic(y: ArrayLike, covariates: ArrayLike, names: Sequence[str], level: float = 0.95) -> LogisticFit:
    """Odds ratios of y = 1 by maximum likelihood, with Wald limits and P; an intercept is added.

    y (0/1): (n,); covariates: (n, k) or (n,). R: glm(y ~ …, family = binomial).
    Raises ValueError when y has one value, for missing values, and for constant or linearly dependent covariates.
    """
    model = _Model.of(y, covariates, names)
    best = maximise(model.likelihood.at, model.start)
    warning = "" if best.converged else NOT_CONVERGED
    if best.endless.any():
        absent = {"no events": model.event, "only events": ~model.event}
        warning = separation_warning(model.design, best.endless[1:] != 0, absent)
    inference = wald(best.estimate, best.std_err, level)
    return model.fit(best, model.null.value, inference, level, "maximum likelihood", warning)


def logistic_firth(y: ArrayLike, covariates: ArrayLike, names: Sequence[str], level: float = 0.95) -> LogisticFit:
    """Odds ratios by Firth's penalised likelihood: finite also when a covariate separates events from non-events.

    Arguments and refusals as for `logistic`. Limits and P come from the profile penalised likelihood, the penalty being
    that of the full model throughout. Source: Heinze & Schemper, Stat Med 2002;21:2409-2419 (R: logistf).
    """
    model = _Model.of(y, covariates, names)
    penalised = firth(model.likelihood, model.design.scale)
    best = maximise(penalised, model.start, penalised=True)
    only_intercept = np.arange(len(model.start)) == 0
    null = maximise(penalised, model.start, only_intercept, penalised=True)
    warning = "" if best.converged and null.converged else NOT_CONVERGED
    inference = profile(penalised, best, level)
    return model.fit(best, null.at.value, inference, level, "Firth's penalised likelihood", warning)


@dataclass(frozen=True)
class _Likelihood:
    """The binomial log-likelihood as a function of the intercept and the coefficients."""

    columns: Array  # (n, 1 + k), the first all ones
    event: Flags

    def at(self, coefficient: Array, slope: bool = False) -> Derivatives:
        predictor = self.columns @ coefficient
        chance, against = expit(predictor), expit(-predictor)
        variance = chance * against
        weighted = self.columns * variance[:, None]
        third = None
        if slope:
            skew = against - chance
            third = np.einsum("ia,ib,ic->abc", weighted * skew[:, None], self.columns, self.columns)
        return Derivatives(
            value=-float(np.logaddexp(0.0, np.where(self.event, -predictor, predictor)).sum()),
            gradient=np.where(self.event, against, -chance) @ self.columns,
            information=weighted.T @ self.columns,
            slope=third,
        )


@dataclass(frozen=True)
class _Model:
    """Checked data, and the plain likelihood of the intercept alone."""

    design: Design
    event: Flags
    likelihood: _Likelihood
    start: Array
    null: Derivatives

    @classmethod
    def of(cls, y: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> "_Model":
        event = binary(y, "the outcome")
        n, n_event = len(event), int(event.sum())
        if n_event in (0, n):
            raise ValueError(f"{n_event} events among {n} patients: an odds ratio needs both outcomes")
        design = Design.of(covariates, names, n)
        likelihood = _Likelihood(np.column_stack([np.ones(n), design.scaled]), event)
        start = np.zeros(1 + len(names))
        start[0] = np.log(n_event / (n - n_event))
        null = likelihood.at(start)
        refuse_uninformative(null.information[1:, 1:], names, "every patient")
        return cls(design, event, likelihood, start, null)

    def fit(
        self, best: Maximum, null: float, inference: Inference, level: float, method: str, warning: str
    ) -> LogisticFit:
        """Back to the covariates' own units; `null` is the (penalised) log-likelihood of the intercept alone."""
        scale = self.design.scale
        k = len(scale)
        coefficient = best.estimate[1:] / scale
        score = self.null.gradient @ np.linalg.solve(self.null.information, self.null.gradient)
        return LogisticFit(
            names=self.design.names,
            coefficient=as_tuple(coefficient),
            std_err=as_tuple(best.std_err[1:] / scale),
            odds_ratio=as_ratio(coefficient),
            conf_low=as_ratio(inference.conf_low[1:] / scale),
            conf_high=as_ratio(inference.conf_high[1:] / scale),
            wald_p=as_tuple(wald(best.estimate, best.std_err, level).p_value[1:]),
            p_value=as_tuple(inference.p_value[1:]),
            intercept=self._intercept(best),
            log_likelihood=best.at.value,
            log_likelihood_null=null,
            likelihood_ratio_p=likelihood_ratio_p(best.at.value, null, k),
            score_p=float(chdtrc(k, score)),
            n=len(self.event),
            n_event=int(self.event.sum()),
            method=method,
            level=level,
            converged=best.converged,
            warning=warning,
        )

    def _intercept(self, best: Maximum) -> float:
        """The log-odds where every covariate is zero; NaN when a coefficient has no limit."""
        if best.endless.any():
            return float("nan")
        return float(best.coefficient[0] - best.coefficient[1:] @ (self.design.values.mean(axis=0) / self.design.scale))
