"""Cox's partial likelihood and its derivatives: Breslow or Efron ties, delayed entry, one pass over the rows.

The risk sets are never listed. A row is at risk at a run of consecutive event times, so a sum over a risk set is a
difference of two cumulative sums, and the information needs two matrix products. Cost: O(n log n) once, then O(n k²)
for each evaluation (n rows, k covariates).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peritrace.stats.maximise import Array, Derivatives

Counts = NDArray[np.intp]
Ties = Literal["efron", "breslow"]

# A sum over a risk set is trusted unless it is a small difference of large sums (delayed entry) or so small
# that terms were lost to underflow (a likelihood that rises for ever); then the event times are halved.
SMALLEST_SHARE = 1e-4
SMALLEST_SUM = 1e-200


@dataclass(frozen=True)
class PartialLikelihood:
    """The log partial likelihood of one data set, a function of the coefficients.

    Row i is at risk at the event times numbered first[i], …, last[i] - 1; a row that died did so at the last of them.
    Every death (Efron) or event time (Breslow) has a comparison set: the risk set of event time `set_time`, less the
    `fraction` of those who died then, counted `weight` times.
    """

    covariates: Array
    died: NDArray[np.bool_]
    first: Counts
    last: Counts
    set_time: Counts
    fraction: Array
    weight: Array
    n_times: int

    @classmethod
    def of(
        cls, time: Array, event: NDArray[np.bool_], covariates: Array, ties: Ties, entry: Array | None = None
    ) -> "PartialLikelihood":
        """Arrange the rows; a row is at risk at event time t when entry < t <= time.

        Deaths tie only when their times are equal as floating-point numbers (R's `coxph` also ties times that
        differ by less than 1.5e-8).
        """
        event_time, deaths = np.unique(time[event], return_counts=True)
        last = np.searchsorted(event_time, time, side="right")
        first = np.zeros_like(last) if entry is None else np.searchsorted(event_time, entry, side="right")
        kept = first < last  # the other rows are in no risk set and bear on nothing
        n_times = len(event_time)
        if ties == "efron":
            set_time = np.repeat(np.arange(n_times), deaths)
            rank = np.arange(len(set_time)) - (np.cumsum(deaths) - deaths)[set_time]
            fraction, weight = rank / deaths[set_time], np.ones(len(set_time))
        else:
            set_time, fraction, weight = np.arange(n_times), np.zeros(n_times), deaths.astype(np.float64)
        return cls(
            np.asfortranarray(covariates[kept]),
            event[kept],
            first[kept],
            last[kept],
            set_time,
            fraction,
            weight,
            n_times,
        )

    @cached_property
    def halves(self) -> tuple["PartialLikelihood", "PartialLikelihood"]:
        """The earlier and the later half of the event times; the log-likelihood is the sum over both."""
        middle = self.n_times // 2
        early, late = self.first < middle, self.last > middle
        early_sets = self.set_time < middle
        return (
            PartialLikelihood(
                self.covariates[early],
                (self.died & ~late)[early],
                self.first[early],
                np.minimum(self.last[early], middle),
                self.set_time[early_sets],
                self.fraction[early_sets],
                self.weight[early_sets],
                middle,
            ),
            PartialLikelihood(
                self.covariates[late],
                self.died[late],
                np.maximum(self.first[late] - middle, 0),
                self.last[late] - middle,
                self.set_time[~early_sets] - middle,
                self.fraction[~early_sets],
                self.weight[~early_sets],
                self.n_times - middle,
            ),
        )

    def at(self, coefficient: Array, slope: bool = False) -> Derivatives:
        """Evaluate at the coefficients (k,); `slope` asks for the derivative of the information too."""
        predictor = self.covariates @ coefficient
        top = float(predictor.max())
        risk = np.exp(predictor - top)
        sums = self._risk_set_sums(risk)
        if self.n_times > 1 and not self._trusted(sums, risk):
            early, late = self.halves
            return early.at(coefficient, slope) + late.at(coefficient, slope)
        total = self._set_sums(sums, risk)
        hazard = self._expected_events(risk, total)
        # Centred at the mean of the comparison sets, the information is no small difference of large numbers.
        centred = self.covariates - hazard @ self.covariates / hazard.sum()
        mean = np.empty((len(total), centred.shape[1]))
        for j, column in enumerate(centred.T):
            mean[:, j] = self._set_moment(risk * column) / total
        weighted = centred * hazard[:, None]
        weighted_mean = mean * self.weight[:, None]
        return Derivatives(
            value=float(predictor[self.died].sum() - self.weight @ (np.log(total) + top)),
            gradient=centred[self.died].sum(axis=0) - weighted_mean.sum(axis=0),
            information=weighted.T @ centred - weighted_mean.T @ mean,
            slope=self._slope(risk, total, centred, weighted, mean) if slope else None,
        )

    def comparison_means(self, coefficient: Array) -> Array:
        """Mean of the covariates in each comparison set, weighted by risk at the coefficients (k,): (sets, k)."""
        predictor = self.covariates @ coefficient
        risk = np.exp(predictor - float(predictor.max()))
        sums = self._risk_set_sums(risk)
        if self.n_times > 1 and not self._trusted(sums, risk):
            return np.concatenate([half.comparison_means(coefficient) for half in self.halves])
        total = self._set_sums(sums, risk)
        return np.column_stack([self._set_moment(risk * column) / total for column in self.covariates.T])

    def _tail_sums(self, position: Counts, values: Array) -> Array:
        """For each event time j: the sum of the values of the rows whose position is above j."""
        by_position = np.bincount(position, values, self.n_times + 1)
        return np.asarray(np.cumsum(by_position[:0:-1])[::-1], dtype=np.float64)

    @cached_property
    def _delayed(self) -> bool:
        return bool(self.first.any())

    def _risk_set_sums(self, values: Array) -> Array:
        sums = self._tail_sums(self.last, values)
        return sums - self._tail_sums(self.first, values) if self._delayed else sums

    def _trusted(self, sums: Array, risk: Array) -> bool:
        if self._delayed and not np.all(sums >= SMALLEST_SHARE * self._tail_sums(self.last, risk)):
            return False
        return bool(np.all(sums >= SMALLEST_SUM))

    def _set_sums(self, risk_set_sums: Array, values: Array) -> Array:
        tied = np.bincount(self.last[self.died] - 1, values[self.died], self.n_times)
        return risk_set_sums[self.set_time] - self.fraction * tied[self.set_time]

    def _set_moment(self, values: Array) -> Array:
        return self._set_sums(self._risk_set_sums(values), values)

    def _expected_events(self, risk: Array, total: Array) -> Array:
        """Each row's expected number of events: its share of all comparison sets that it belongs to."""
        each = np.bincount(self.set_time, self.weight / total, self.n_times)
        cumulative = np.concatenate([[0.0], np.cumsum(each)])
        expected: Array = cumulative[self.last] - cumulative[self.first]
        tied_part = np.bincount(self.set_time, self.weight * self.fraction / total, self.n_times)
        expected[self.died] -= tied_part[self.last[self.died] - 1]
        expected *= risk
        return expected

    def _slope(self, risk: Array, total: Array, centred: Array, weighted: Array, mean: Array) -> Array:
        """Third central moments of the covariates, summed over the comparison sets: (k, k, k)."""
        k = centred.shape[1]
        second = np.empty((len(total), k, k))
        for a in range(k):
            for b in range(a, k):
                second[:, a, b] = second[:, b, a] = self._set_moment(risk * centred[:, a] * centred[:, b]) / total
        third = np.einsum("ia,ib,ic->abc", weighted, centred, centred, optimize=True)
        crossed = np.einsum("s,sa,sbc->abc", self.weight, mean, second, optimize=True)
        cubed = np.einsum("s,sa,sb,sc->abc", self.weight, mean, mean, mean, optimize=True)
        slope: Array = third - crossed - crossed.transpose(1, 0, 2) - crossed.transpose(1, 2, 0) + 2 * cubed
        return slope
