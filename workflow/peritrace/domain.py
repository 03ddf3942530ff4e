"""What is known of the quantities of cytoreductive and liver surgery, whatever the cohort.

A column with one of these names is held to its rule in every study.
Sources: peritoneal cancer index and completeness of cytoreduction after Jacquet and Sugarbaker 1996; Karnofsky
performance status in steps of ten.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NumberRule:
    """The range of a quantity; `step` is the grid on which its values lie."""

    minimum: float
    maximum: float
    step: float | None = None
    reason: str = ""


NUMBER_RULES = {
    "pci": NumberRule(0, 39, 1, "the peritoneal cancer index is a sum of 13 regions scored 0 to 3"),
    "cc_score": NumberRule(0, 3, 1, "the completeness-of-cytoreduction score is 0, 1, 2 or 3"),
    "kps": NumberRule(0, 100, 10, "the Karnofsky performance status goes in tens from 0 to 100"),
    "age": NumberRule(0, 120, None, "age is in years"),
    "bmi": NumberRule(8, 90, None, "the body mass index is in kg/m²"),
}
# Durations and amounts can't be negative; a study may set narrower limits.
NOT_NEGATIVE = "a duration, count or amount can't be negative"
