"""The values that a printed number stands for: a closed interval of real numbers.

"12.3" stands for 12.25 to 12.35, "P < .001" for 0 to .001. A formula applied to printed numbers gives the interval of
all results that the unprinted digits allow, so a check never takes a rounding for an error.
"""

from dataclasses import dataclass

SLACK = 1e-9  # relative to the larger end: what binary arithmetic may add to a decimal end


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, both ends included; raises ValueError where low exceeds high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval from {self.low} to {self.high} holds nothing")

    @classmethod
    def exactly(cls, value: float) -> "Interval":
        """One number."""
        return cls(value, value)

    @property
    def _slack(self) -> float:
        largest = max(abs(self.low), abs(self.high))
        return SLACK * largest if largest < float("inf") else SLACK * min(abs(self.low), abs(self.high))

    @property
    def middle(self) -> float:
        """The number half-way between the ends."""
        return (self.low + self.high) / 2

    def holds(self, value: float) -> bool:
        """Whether a number lies in it, up to the error of binary arithmetic."""
        return self.low - self._slack <= value <= self.high + self._slack

    def meets(self, other: "Interval") -> bool:
        """Whether the two have a number in common, up to the error of binary arithmetic."""
        slack = max(self._slack, other._slack)
        return self.low <= other.high + slack and other.low <= self.high + slack
