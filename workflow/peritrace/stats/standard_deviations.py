"""Standard deviations: which of them can stand behind what was printed, given mean, number, range or median.

The sum of squared deviations of n whole numbers is q - s²/n with whole s (their sum) and q (their sum of squares), and
q is even exactly when s is. "Population" is the standard deviation with divisor n; without it the divisor is n - 1.
Comparisons are exact, in rational arithmetic, and the ends of an interval belong to it.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from peritrace.interval import Interval
from peritrace.stats.granularity import admissible_sums, exact

MOST_STEPS = 100_000  # of a search, each about a microsecond


@dataclass(frozen=True)
class Spread:
    """The sum of squared deviations of n values, between two ends (of nothing where low exceeds high)."""

    n: int
    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, sd: Interval, n: int, population: bool) -> "Spread":
        """From a printed standard deviation; no value below 0 counts."""
        divisor = n if population else n - 1
        low, high = exact(max(sd.low, 0.0)), exact(sd.high)
        return cls(n, divisor * low**2, divisor * high**2 if high >= 0 else Fraction(-1))

    def sums_of_squares(self, total: int) -> range:
        """Of n whole numbers with this sum: of its parity, and no smaller than when they are as equal as can be."""
        each, larger = divmod(total, self.n)
        balanced = (self.n - larger) * each**2 + larger * (each + 1) ** 2
        below = self.low.denominator * self.n
        least = -(-(self.n * self.low.numerator + self.low.denominator * total**2) // below)
        above = self.high.denominator * self.n
        most = (self.n * self.high.numerator + self.high.denominator * total**2) // above
        least = max(least, balanced)
        return range(least + (least - total) % 2, most + 1, 2)


def grimmer(
    mean: Interval,
    sd: Interval,
    n: int,
    items: int = 1,
    bounds: tuple[int, int] | None = None,
    population: bool = False,
) -> bool:
    """Whether n whole numbers (or n means of `items` whole numbers) can have this mean and this standard deviation.

    Every sum s that the mean admits is tried with every sum of squares q that the deviation admits. Without `bounds`
    the answer is exact for any n: for n ≥ 5 every q ≡ s (mod 2) from that of the balanced split upwards occurs; for
    2, 3, 4 whether q occurs is solved. `bounds` are the least and greatest value of one item; the answer is then exact
    where n²·width² is small (width = items × range; up to n = 99 on a scale of five), and otherwise holds q to
    parity, least and greatest value, which is necessary only. It is True, untried, where the search would take more
    than 100 000 steps: where more than 20 000 sums fit the mean, or for n = 3 and SDs beyond some 10 000 units. Source:
    Anaya, PeerJ Preprints 2016;4:e2400 (GRIMMER), made exact with Gauss's theorem on three squares. Raises ValueError
    unless n ≥ 2, items ≥ 1 and the bounds are in order.
    """
    _at_least_two(n)
    sums = admissible_sums(mean, n, items)
    spread = Spread.of(Interval(sd.low * items, sd.high * items), n, population)
    if bounds is not None:
        least, width = items * bounds[0], items * (bounds[1] - bounds[0])
        if width < 0:
            raise ValueError(f"the bounds of a scale are given from the least value up, not {bounds}")
        # deviations do not change when every value is counted from the least one
        sums = range(max(sums.start - n * least, 0), min(sums.stop - n * least, n * width + 1))
    if len(sums) * _steps(n, spread) > MOST_STEPS:
        return True
    for total in sums:
        squares = spread.sums_of_squares(total)
        if squares and (_occurs(n, total, squares) if bounds is None else _occurs_within(n, width, total, squares)):
            return True
    return False


def _steps(n: int, spread: Spread) -> int:
    """What it takes to try one sum."""
    return 5 if n != 3 else 5 + 2 * math.isqrt(max(math.floor(spread.high), 0))


def _occurs(n: int, total: int, squares: range) -> bool:
    """Whether n whole numbers have this sum and one of these sums of squares (of its parity, none below the least).

    n ≥ 5: with s - x odd, 4(q - x²) - (s - x)² is 3 modulo 8, hence a sum of three squares and the other four values
    exist; such an x fits as soon as the squared deviations reach 5/4, and below that stands only the balanced split.
    Beyond 5, take values off the balanced split.
    """
    if n == 2:
        return _pair_occurs(total, squares[0], squares[-1])
    if n == 3:
        return _triple_occurs(total, squares[0], squares[-1])
    return n > 4 or any(_is_sum_of_three_squares(4 * square - total**2) for square in squares)


def _pair_occurs(total: int, least: int, most: int) -> bool:
    """Whether two whole numbers have this sum and squares that sum to `least` … `most`: by their difference."""
    high = 2 * most - total**2
    if high < 0:
        return False
    difference = math.isqrt(high)
    difference -= (difference - total) % 2
    return difference >= 0 and difference**2 >= 2 * least - total**2


def _triple_occurs(total: int, least: int, most: int) -> bool:
    """The same for three, by the first of them, which is at most √(2/3·squared deviations) from the mean."""
    reach = math.isqrt(max(2 * (3 * most - total**2), 0)) // 3 + 1
    middle = total // 3
    return any(
        _pair_occurs(total - first, least - first**2, most - first**2)
        for first in range(middle - reach, middle + reach + 2)
    )


def _is_sum_of_three_squares(number: int) -> bool:
    """Legendre and Gauss: every number from 0 up except 4^a(8b + 7)."""
    while number and number % 4 == 0:
        number //= 4
    return number >= 0 and number % 8 != 7


def _occurs_within(n: int, width: int, total: int, squares: range) -> bool:
    """Whether n whole numbers from 0 to `width` have this sum and one of these sums of squares."""
    if n**2 * width * (width + 1) <= 2 * MOST_STEPS:
        most = min(squares[-1], n * width**2)  # a printed deviation may exceed any scale; a mask must not
        return most >= squares[0] and bool(
            _reached_squares(n, width)[total] >> squares[0] & ((1 << (most - squares[0] + 1)) - 1)
        )
    at_top, rest = divmod(total, width)
    most = at_top * width**2 + rest**2
    squares = range(squares.start, min(squares.stop, most + 1), 2)
    return bool(squares) and _occurs(n, total, squares)


@lru_cache(maxsize=16)
def _reached_squares(n: int, width: int) -> list[int]:
    """For each sum of n whole numbers from 0 to `width`: the sums of squares that occur, as bits of a number."""
    reached = [1]
    for _ in range(n):
        longer = [0] * (len(reached) + width)
        for total, bits in enumerate(reached):
            for value in range(width + 1):
                longer[total + value] |= bits << value**2
        reached = longer
    return reached


def debit(mean: Interval, sd: Interval, n: int, population: bool = False) -> list[int]:
    """Every count k of n yes-or-no values (1 and 0) with mean k/n and a standard deviation in the intervals.

    The deviation of k ones is √(k(n - k)/(n(n - 1))), with divisor n √(k(n - k))/n. Empty: impossible for binary data.
    Source: Heathers & Brown 2019 (DEBIT), for whole k. Raises ValueError unless n ≥ 2.
    """
    _at_least_two(n)
    spread = Spread.of(sd, n, population)
    ones = admissible_sums(Interval(max(mean.low, 0.0), min(mean.high, 1.0)), n) if _meets_unit(mean) else range(0)
    return [k for k in ones if spread.low <= Fraction(k * (n - k), n) <= spread.high]


def _meets_unit(mean: Interval) -> bool:
    return mean.low <= 1 and mean.high >= 0


def largest_sd(mean: Interval, n: int, low: float, high: float) -> float:
    """The largest standard deviation (divisor n - 1) of n values between `low` and `high` with a mean in the interval.

    √((m - low)(high - m)·n/(n - 1)) at the admissible mean nearest to the middle of the range (Bhatia & Davis, Am Math
    Mon 2000;107:353-357). Raises ValueError unless n ≥ 2 and the mean meets the range.
    """
    _at_least_two(n)
    least, most = max(mean.low, low), min(mean.high, high)
    if least > most:
        raise ValueError(f"the mean ({mean.low} to {mean.high}) lies outside the range {low} to {high}: check it first")
    nearest = min(max((low + high) / 2, least), most)
    return math.sqrt((nearest - low) * (high - nearest) * n / (n - 1))


def sd_fits_range(sd: Interval, n: int, minimum: Interval, maximum: Interval) -> bool:
    """Whether n values that reach from minimum to maximum can have this standard deviation (divisor n - 1).

    Most: half the values (of an odd number, all but one of them halved) at either end, range²·⌊n²/4⌋/(n(n - 1)); least:
    one at either end and the rest midway, range²/(2(n - 1)) (von Szokefalvi Nagy 1918, Popoviciu 1935). Raises
    ValueError unless n ≥ 2.
    """
    _at_least_two(n)
    widest = max(exact(maximum.high) - exact(minimum.low), Fraction(0))
    narrowest = max(exact(maximum.low) - exact(minimum.high), Fraction(0))
    spread = Spread.of(sd, n, population=False)
    return spread.low <= widest**2 * (n**2 // 4) / n and narrowest**2 / 2 <= spread.high


def median_fits_mean(mean: Interval, median: Interval, sd: Interval, n: int) -> bool:
    """Whether n values can have this mean, median and standard deviation (divisor n - 1).

    |mean - median| ≤ √((n - 1)/n)·sd, for any number that halves the values (Hotelling & Solomons, Ann Math Stat
    1932;3:141-142). Raises ValueError unless n ≥ 2.
    """
    _at_least_two(n)
    apart = max(exact(mean.low) - exact(median.high), exact(median.low) - exact(mean.high), Fraction(0))
    return n * apart**2 <= Spread.of(sd, n, population=False).high


def standard_error(sd: Interval, n: int) -> Interval:
    """The standard error of the mean, sd/√n: to tell whether one was printed as the other.

    Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"a standard error needs at least one value, not {n}")
    return Interval(sd.low / math.sqrt(n), sd.high / math.sqrt(n))


def _at_least_two(n: int) -> None:
    if n < 2:
        raise ValueError(f"a standard deviation needs at least two values, not {n}")
