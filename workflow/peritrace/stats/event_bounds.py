"""What the width of a hazard ratio's interval proves, and what it makes likely, about the number of events.

The bound, for a 0/1 covariate of a Cox model with model-based variance: se² >= 1/d1 + 1/d2 >= 4/D, with d1 events among
the patients with the feature, d2 among the others and D = d1 + d2. Proof: the information on the coefficient is the sum
of p(1 - p) over the events, p being the feature's weighted share of those at risk; the score equation makes the p add
up to d1; p(1 - p) is concave, so the sum is at most D (d1/D)(d2/D) = d1·d2/D (Jensen). Other covariates only lower what
is left of the information on this one. Holds for Breslow's and Efron's ties, strata, delayed entry and one level of
several (the others then being all who have another level). Does not hold for robust or bootstrap limits, weights,
frailty and penalties (Firth's, ridge). `likely_*` are no proofs: their constants were measured on published trials.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peritrace.interval import SLACK, Interval

FloatArray = NDArray[np.float64]

# Measured over the 304 two-arm trials of the R package kmdata, whose patients are reconstructed: least of
# (1/se²)/(d1·d2/D), which is .956 at 5 % and .998 in the middle
LEAST_INFORMATION = 0.773
# The same trials: D over its estimate 1/(π(1-π)se²) lay between 1/1.09 and 1/.84 in 98 %; widened on the low side
LIKELY_BAND = (0.85, 1.2)
# By how much the mean follow-up of two arms is taken to differ at most: a judgement, not a measurement
FOLLOW_UP_FACTOR = 2.0
# An arm without events has no finite estimate, yet programs print where they stopped, with a standard error of
# hundreds. Above this one such an arm is not excluded: the log likelihood is then within about .01 of its limit
ENDLESS = 10.0


@dataclass(frozen=True)
class Effect:
    """One row of a table of effects: a hazard ratio of patients with a feature against those without it.

    `std_err` is that of the log hazard ratio; `size` and `other_size` count the patients with and without the feature
    (None: unknown, and then nobody's feature is taken to be missing); `events` and `other_events` are printed counts.
    """

    name: str
    std_err: Interval
    ratio: Interval
    size: int | None = None
    other_size: int | None = None
    events: int | None = None
    other_events: int | None = None


@dataclass(frozen=True)
class RowEvents:
    """What one row of a model allows.

    `fewest`: least total by the width and the sizes alone, None if no total up to the number of patients will do;
    `totals`: the totals it allows, with its printed arm events where those are possible; `arm`: the events allowed with
    the feature, at the printed total, else at the totals that all rows allow.
    """

    name: str
    fewest: int | None
    totals: range
    arm: range
    excludes_total: bool
    excludes_arms: bool


@dataclass(frozen=True)
class AllowedEvents:
    """What all rows of a model allow together; `least` and `greatest` are None if they allow no total.

    `conflict` then names the one row, or the two rows, that suffice for that.
    """

    rows: tuple[RowEvents, ...]
    least: int | None
    greatest: int | None
    conflict: tuple[str, ...]

    @property
    def excluding_total(self) -> tuple[str, ...]:
        """The rows that the printed total contradicts."""
        return tuple(row.name for row in self.rows if row.excludes_total)

    @property
    def excluding_arms(self) -> tuple[str, ...]:
        """The rows that their printed arm events contradict."""
        return tuple(row.name for row in self.rows if row.excludes_arms)


@dataclass(frozen=True)
class LikelyEvents:
    """A likely total and the events with the feature: estimates at the middles, and plausible bands with rounding."""

    total: float
    totals: Interval
    events: float
    share: Interval


@dataclass(frozen=True)
class LikelyTotal:
    """The totals that most rows find plausible (the longest run), how many do, and the rows that find none so."""

    totals: range
    rows: int
    outside: tuple[str, ...]


def fewest_events(std_err: Interval) -> int:
    """The least total of events that the standard error of a log hazard ratio allows, the arms being of any size.

    It is 4/se² rounded up, or one more where that is odd and its nearest halves don't do. Raises ValueError for a
    standard error that is not positive.
    """
    variance = _largest_variance(std_err)
    total = max(1 if std_err.high > ENDLESS else 2, math.ceil(4 / variance))
    half = total // 2
    return total if half == 0 or 1 / half + 1 / (total - half) <= variance else total + 1


def arm_events_allowed(std_err: Interval, total: int, size: int | None, other_size: int | None) -> range:
    """The events d1 with the feature for which 1/d1 + 1/(total - d1) <= se², within the sizes; empty: impossible.

    Raises ValueError for a standard error that is not positive.
    """
    per_variance = total / _largest_variance(std_err)
    square = total * total / 4 - per_variance
    if total < 1 or square < -SLACK * per_variance:
        return range(0)
    fewest = math.ceil(per_variance / (total / 2 + math.sqrt(max(square, 0.0))))  # the lesser root, without cancelling
    fewest = max(fewest, 1) if std_err.high <= ENDLESS else 0
    least = fewest if other_size is None else max(fewest, total - other_size)
    most = total - fewest if size is None else min(total - fewest, size)
    return range(least, most + 1) if least <= most else range(0)


def continuous_fewest_events(std_err: Interval, width: float) -> int:
    """The least total of events for a covariate whose values span `width` units, the hazard ratio being per unit.

    D >= 4/(width² se²): a variance within a span is at most a quarter of its square (Popoviciu). Assumptions as for
    the bound of a 0/1 covariate. Raises ValueError for a width or a standard error that is not positive.
    """
    if not width > 0:
        raise ValueError(f"a covariate can't span {width} units; give the difference of its largest and least value")
    return max(1, math.ceil(4 / (_largest_variance(std_err) * width * width)))


def totals_allowed(effects: Sequence[Effect], patients: int, total: int | None = None) -> AllowedEvents:
    """The totals D of one endpoint that all rows of a model, or of a table of univariable models, allow together.

    `patients` is the number in the model, `total` the printed number of events. Where a row's sizes add up to fewer
    than the patients, the others may have had any events. Raises ValueError for a standard error that is not positive.
    """
    by_width = [_Arms.of(effect, patients) for effect in effects]
    by_print = [arms.printed(effect) for arms, effect in zip(by_width, effects, strict=True)]
    totals = [arms.totals() or wide.totals() for arms, wide in zip(by_print, by_width, strict=True)]
    conflict = _conflict(effects, by_print, totals)
    common = range(0) if conflict else _common(totals, patients)
    rows = []
    for effect, wide, arms, row_totals in zip(effects, by_width, by_print, totals, strict=True):
        at = (common or row_totals) if total is None else range(total, total + 1)
        # a printed total that this row excludes anyway says nothing on its arms
        judged = arms if total is None or total not in wide.totals() else arms.within(at)
        rows.append(
            RowEvents(
                name=effect.name,
                fewest=wide.totals().start if wide.totals() else None,
                totals=row_totals,
                arm=wide.within(at).events_allowed(),
                excludes_total=total is not None and total not in row_totals,
                excludes_arms=bool(wide.totals()) and not judged.totals(),
            )
        )
    least, greatest = (common[0], common[-1]) if common else (None, None)
    return AllowedEvents(tuple(rows), least, greatest, conflict)


def likely_events(
    ratio: Interval, std_err: Interval, size: int, other_size: int, time_ratio: float = 1.0
) -> LikelyEvents:
    """The plausible total of events, D ≈ 1/(π(1-π)se²), of a univariable model; nothing that is proven.

    π = HR·n1·τ/(HR·n1·τ + n0) is the share of the events that is with the feature, `time_ratio` τ the mean follow-up
    with it over that without it. The band is `LIKELY_BAND` about the estimate, over the rounding of ratio and width.
    Raises ValueError for sizes, a ratio or a standard error that are not positive.
    """
    if min(size, other_size) < 1 or ratio.high <= 0 or not time_ratio > 0:
        raise ValueError("both sizes, the ratio and the ratio of follow-up must be positive")
    variance = _largest_variance(std_err)

    def share(hazard_ratio: float) -> float:
        weighted = hazard_ratio * size * time_ratio
        return weighted / (weighted + other_size)

    shares = Interval(share(max(ratio.low, 0.0)), share(ratio.high))
    inverse = [1 / (p * (1 - p)) if 0 < p < 1 else math.inf for p in (shares.low, shares.high)]
    least = 4.0 if shares.holds(0.5) else min(inverse)
    most = max(inverse) / std_err.low**2 if std_err.low > 0 else math.inf
    middle = share(ratio.middle)
    total = 1 / (middle * (1 - middle) * std_err.middle**2)
    band = Interval(LIKELY_BAND[0] * least / variance, LIKELY_BAND[1] * most)
    return LikelyEvents(total, band, middle * total, shares)


def likely_total(effects: Sequence[Effect], patients: int) -> LikelyTotal:
    """The total of events that most rows of univariable models of one endpoint find plausible; nothing that is proven.

    A row finds D plausible if some arm events d1 + d2 = D keep (1/se²)/(d1·d2/D) between `LEAST_INFORMATION` and 1, and
    d1/d2 within HR·n1/n0 times or over `FOLLOW_UP_FACTOR` (where both sizes are known). Adjustment widens intervals, so
    rows of a multivariable model don't belong here. Raises ValueError for a standard error that is not positive.
    """
    if not effects:
        return LikelyTotal(range(0), 0, ())
    plausible = np.array([_Arms.of(effect, patients).likely(effect).marked() for effect in effects])
    support = plausible.sum(axis=0)
    most = int(support.max())
    if most == 0:
        return LikelyTotal(range(0), 0, tuple(effect.name for effect in effects))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], support == most, [False])).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    longest = int(np.argmax(stops - starts))
    totals = range(int(starts[longest]), int(stops[longest]))
    outside = tuple(
        e.name for e, row in zip(effects, plausible, strict=True) if not row[totals.start : totals.stop].any()
    )
    return LikelyTotal(totals, most, outside)


@dataclass(frozen=True)
class _Arms:
    """Pairs of arm events: with each number of `events`, from `fewest` to `most` others (none where they cross).

    `missing` patients have an unknown feature; their events count in the total.
    """

    events: FloatArray
    fewest: FloatArray
    most: FloatArray
    missing: int
    patients: int

    @classmethod
    def of(cls, effect: Effect, patients: int) -> "_Arms":
        size, other = effect.size, effect.other_size
        most_with = patients if size is None else min(size, patients)
        most_without = patients - (size or 0) if other is None else min(other, patients)
        missing = 0 if size is None or other is None else max(0, patients - size - other)
        if size is None and other is not None:
            most_with = max(0, patients - other)
        events = np.arange(most_with + 1, dtype=np.float64)
        return cls(
            events,
            _fewest_others(events, effect.std_err),
            np.minimum(most_without, patients - events),
            missing,
            patients,
        )

    def printed(self, effect: Effect) -> "_Arms":
        """Those with the printed numbers of events."""
        kept = slice(None) if effect.events is None else slice(effect.events, effect.events + 1)
        fewest, most = self.fewest[kept], self.most[kept]
        if effect.other_events is not None:
            fewest, most = np.maximum(fewest, effect.other_events), np.minimum(most, effect.other_events)
        return _Arms(self.events[kept], fewest, most, self.missing, self.patients)

    def within(self, totals: range) -> "_Arms":
        """Those whose total, with the events of the missing, is one of a run of totals."""
        fewest = np.maximum(self.fewest, totals.start - self.missing - self.events)
        most = np.minimum(self.most, totals.stop - 1 - self.events)
        return _Arms(self.events, fewest, most, self.missing, self.patients)

    def likely(self, effect: Effect) -> "_Arms":
        """Those that leave no more information unused than trials do, and fit the hazard ratio."""
        with np.errstate(divide="ignore"):
            needed = LEAST_INFORMATION * max(effect.std_err.low, 0.0) ** 2 * (1 - SLACK) - 1 / self.events
            most = np.minimum(self.most, np.where(needed > 0, np.floor(1 / needed), np.inf))
        fewest = self.fewest
        if effect.size and effect.other_size and effect.ratio.high > 0:
            odds = effect.size / effect.other_size
            highest = effect.ratio.high * odds * FOLLOW_UP_FACTOR
            lowest = max(effect.ratio.low, 0.0) * odds / FOLLOW_UP_FACTOR
            fewest = np.maximum(fewest, np.ceil(self.events / highest * (1 - SLACK)))
            if lowest > 0:
                most = np.minimum(most, np.floor(self.events / lowest * (1 + SLACK)))
        return _Arms(self.events, fewest, most, self.missing, self.patients)

    def totals(self) -> range:
        """From the least to the greatest total; all between them are allowed too."""
        some = self.fewest <= self.most
        if not some.any():
            return range(0)
        least = int((self.events + self.fewest)[some].min())
        greatest = int((self.events + self.most)[some].max()) + self.missing
        return range(least, min(greatest, self.patients) + 1)

    def events_allowed(self) -> range:
        """The numbers of events with the feature that occur in a pair."""
        some = np.flatnonzero(self.fewest <= self.most)
        return range(int(self.events[some[0]]), int(self.events[some[-1]]) + 1) if some.size else range(0)

    def marked(self) -> NDArray[np.bool_]:
        """Of each total 0, 1, … patients, whether some pair has it."""
        some = self.fewest <= self.most
        changes = np.zeros(self.patients + 2, dtype=np.int64)
        least = (self.events + self.fewest)[some].astype(np.int64)
        greatest = np.minimum((self.events + self.most)[some] + self.missing, self.patients).astype(np.int64)
        np.add.at(changes, least, 1)
        np.add.at(changes, greatest + 1, -1)
        return np.asarray(np.cumsum(changes)[:-1] > 0)


def _largest_variance(std_err: Interval) -> float:
    if not std_err.high > 0:
        raise ValueError(f"a standard error of at most {std_err.high} is not positive; check the confidence limits")
    return std_err.high**2 * (1 + 2 * SLACK)


def _fewest_others(events: FloatArray, std_err: Interval) -> FloatArray:
    """For each number of events in one arm the fewest that the other needs; infinite where no number will do."""
    if std_err.high > ENDLESS:  # so wide that one event in either arm will do
        return np.where(events > 0, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        spare = _largest_variance(std_err) - 1 / events
        return np.where(spare > 0, np.maximum(np.ceil(1 / spare), 1.0), np.inf)


def _conflict(effects: Sequence[Effect], by_print: list[_Arms], totals: list[range]) -> tuple[str, ...]:
    """Ranges without a common number hold an empty one, or two that don't overlap (Helly)."""
    for effect, arms in zip(effects, by_print, strict=True):
        if not arms.totals():
            return (effect.name,)
    if not totals:
        return ()
    lowest = max(range(len(totals)), key=lambda i: totals[i].start)
    highest = min(range(len(totals)), key=lambda i: totals[i].stop)
    if totals[lowest].start < totals[highest].stop:
        return ()
    return (effects[lowest].name, effects[highest].name)


def _common(totals: list[range], patients: int) -> range:
    least = max((row.start for row in totals), default=0)
    return range(least, min((row.stop for row in totals), default=patients + 1))
