"""How one source prints its numbers: decimals, rounding, tests; drawn at random, the same throughout a table set."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np

from peritrace.stats.association import chi_square, expected_counts, fisher_exact, mann_whitney, t_test

LARGEST_FISHER = 20_000  # alternatives of a table of more than 2×2, for which programs give up sooner or later
Table = list[list[int]]


def written(value: float | Fraction, decimals: int, rounding: str = "half-up") -> str:
    """A number with so many decimals, rounded from its exact value."""
    exact = Fraction(value)
    number = Decimal(exact.numerator) / Decimal(exact.denominator)  # 28 digits
    rule = ROUND_HALF_UP if rounding == "half-up" else ROUND_HALF_EVEN
    return f"{number.quantize(Decimal(1).scaleb(-decimals), rounding=rule):f}"


def written_p(p: float, rounding: str = "half-up") -> str:
    return "<0.001" if p < 0.001 else written(min(p, 1.0), 3, rounding)


@dataclass(frozen=True)
class Habits:
    """What a source does throughout."""

    rounding: str
    percent_decimals: int
    percent_sign: bool
    tests: str  # of counts: fisher, chi-square, chi-square-or-fisher, yates
    means: bool  # mean ± SD with a t test, or else median and quartiles with Mann–Whitney
    equal_variance: bool
    exact_ranks: bool
    quantiles: str  # R type 7 or SPSS type 6
    decimals: int  # of medians and means
    overall: bool  # a column of all patients
    ratio_decimals: int
    ties: str
    effect_p: str  # wald, log-rank, likelihood-ratio: of univariable models
    median_limits: str
    time_decimals: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Habits":
        def one(*options: str, p: list[float] | None = None) -> str:
            return str(rng.choice(options, p=p))

        return cls(
            rounding=one("half-up", "half-even"),
            percent_decimals=int(rng.choice([0, 1, 2], p=[0.25, 0.6, 0.15])),
            percent_sign=bool(rng.random() < 0.5),
            tests=one("fisher", "chi-square", "chi-square-or-fisher", "yates"),
            means=bool(rng.random() < 0.4),
            equal_variance=bool(rng.random() < 0.6),
            exact_ranks=bool(rng.random() < 0.2),
            quantiles=one("r", "spss"),
            decimals=int(rng.choice([0, 1, 2], p=[0.2, 0.6, 0.2])),
            overall=bool(rng.random() < 0.5),
            ratio_decimals=int(rng.choice([2, 3])),
            ties=one("efron", "breslow"),
            effect_p=one("wald", "log-rank", "likelihood-ratio", p=[0.8, 0.1, 0.1]),
            median_limits=one("log-log", "log", "plain"),
            time_decimals=int(rng.choice([1, 2], p=[0.8, 0.2])),
        )

    @property
    def stated(self) -> list[str]:
        """The tests that its methods section names, by the package's names."""
        counts = {
            "fisher": ["fisher"],
            "chi-square": ["chi-square"],
            "chi-square-or-fisher": ["chi-square", "fisher"],
            "yates": ["chi-square-yates", "chi-square"],
        }[self.tests]
        numbers = ("t-test" if self.equal_variance else "welch") if self.means else "mann-whitney"
        return [*counts, numbers]

    def percent(self, count: int, of: int) -> str:
        sign = "%" if self.percent_sign else ""
        return written(Fraction(100 * count, of), self.percent_decimals, self.rounding) + sign

    def p(self, value: float) -> str:
        return written_p(value, self.rounding)

    def ratio(self, value: float) -> str:
        return written(value, self.ratio_decimals, self.rounding)

    def number(self, value: float | Fraction) -> str:
        return written(value, self.decimals, self.rounding)

    def time(self, value: float) -> str:
        return written(value, self.time_decimals, self.rounding)

    def test_of(self, table: Table) -> str:
        """Which test this source makes of a table of counts."""
        small = bool((expected_counts(table) < 5).any())
        larger = len(table) > 2 or len(table[0]) > 2
        sizes = np.minimum.outer(sorted(map(sum, table))[:-1], sorted(map(sum, zip(*table, strict=True)))[:-1])
        fisher = "chi-square" if larger and np.prod(sizes + 1.0) > LARGEST_FISHER else "fisher"
        if self.tests == "chi-square-or-fisher":
            return fisher if small else "chi-square"
        if self.tests == "yates":
            return "chi-square" if larger else "chi-square-yates"
        return fisher if self.tests == "fisher" else "chi-square"


def p_of_counts(table: Table, test: str) -> float:
    """Raises ValueError for an empty row or column."""
    if test == "fisher":
        return fisher_exact(table).p_value
    return chi_square(table, correction=test == "chi-square-yates").p_value


def p_of_numbers(arms: list[np.ndarray], habits: Habits) -> float:
    """Of two groups; raises ValueError where there is nothing to test."""
    if habits.means:
        return t_test(arms[0], arms[1], equal_variance=habits.equal_variance).p_value
    exact = habits.exact_ranks and sum(map(len, arms)) <= 60
    return mann_whitney(arms[0], arms[1], "exact" if exact else "asymptotic").p_value
