"""A patient's record held against an algorithm: every condition met, not met or not reported, with the cells.

Three values as in Kleene's logic: what is not reported leaves a condition open unless the rest decides it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from peritrace.guidance.facts import Known
from peritrace.guidance.lexicon import Lexicon
from peritrace.guidance.lexicon import Mapping as Written
from peritrace.guidance.model import Condition, Guidance, Step, Test

MET, NOT_MET, NOT_REPORTED = "met", "not met", "not reported"
NOT_ARISEN = "did not arise"


@dataclass(frozen=True)
class Judged:
    """A test of one patient: its state and why."""

    test: Test
    state: str
    why: str


@dataclass(frozen=True)
class Answer:
    """A condition of one patient."""

    condition: Condition
    state: str
    tests: tuple[Judged, ...]


@dataclass(frozen=True)
class StepAnswer:
    """A step of one patient: whether it arose, and then whether all of its conditions are met."""

    step: Step
    when: tuple[Answer, ...]
    answers: tuple[Answer, ...]

    @property
    def state(self) -> str:
        """Met, not met, not reported, or did not arise."""
        arose = all_of(answer.state for answer in self.when)
        if arose == MET:
            return all_of(answer.state for answer in self.answers)
        return NOT_ARISEN if arose == NOT_MET else NOT_REPORTED


def all_of(states: Iterable[str]) -> str:
    """The state of what needs all of these."""
    found = set(states)
    return NOT_MET if NOT_MET in found else NOT_REPORTED if NOT_REPORTED in found else MET


def any_of(states: Iterable[str]) -> str:
    """The state of what needs one of these."""
    found = set(states)
    return MET if MET in found else NOT_REPORTED if NOT_REPORTED in found else NOT_MET


Found = dict[tuple[str, ...], Answer]  # by condition, and value and reason of each fact that it looks at


def answers(guidance: Guidance, lexicon: Lexicon, known: Mapping[str, Known], found: Found) -> list[StepAnswer]:
    """All steps of the algorithm for the patient's tumour; none where the tumour is unknown or has none.

    What was `found` for patients with the same values is not worked out again.
    """
    tumour = known[next(fact.id for fact in guidance.facts if fact.kind == "tumour")].value
    return list(_steps(guidance, lexicon, known, guidance.steps_of(tumour), found))


def _steps(
    guidance: Guidance, lexicon: Lexicon, known: Mapping[str, Known], steps: Sequence[Step], found: Found
) -> Iterator[StepAnswer]:
    for step in steps:
        when, needs = (
            tuple(_answer(guidance.condition(name), lexicon, known, found) for name in names)
            for names in (step.when, step.conditions)
        )
        yield StepAnswer(step, when, needs)


def _answer(condition: Condition, lexicon: Lexicon, known: Mapping[str, Known], found: Found) -> Answer:
    looked_at = (known[test.fact] for test in condition.tests)
    key = (condition.id, *(text for fact in looked_at for text in (fact.value, fact.why)))
    if key not in found:
        found[key] = _worked_out(condition, lexicon, known)
    return found[key]


def _worked_out(condition: Condition, lexicon: Lexicon, known: Mapping[str, Known]) -> Answer:
    tests = tuple(judged(test, lexicon, known[test.fact]) for test in condition.tests)
    together = all_of if condition.all else any_of
    return Answer(condition, together(test.state for test in tests), tests)


def judged(test: Test, lexicon: Lexicon, known: Known) -> Judged:
    """One test of one patient."""
    if not known.value:
        return Judged(test, NOT_REPORTED, known.why)
    if test.includes is not None:
        return _treated(test, lexicon, known)
    if test.is_ is not None:
        return Judged(test, MET if known.value == test.is_ else NOT_MET, known.why)
    number = float(known.value)
    fits = (
        (test.below is None or number < test.below)
        and (test.at_least is None or number >= test.at_least)
        and (test.at_most is None or number <= test.at_most)
    )
    return Judged(test, MET if fits else NOT_MET, known.why)


def _treated(test: Test, lexicon: Lexicon, known: Known) -> Judged:
    """Whether one course of treatment holds every wanted term."""
    courses: dict[int, list[Written]] = {}
    for written in lexicon.read(known.value):
        courses.setdefault(written.course, []).append(written)
    found: dict[str, str] = {}
    for names in courses.values():
        state = all_of(_given(term, names, lexicon) for term in test.includes or [])
        found.setdefault(state, " + ".join(name.written for name in names))
    state = any_of(found)
    told = f"“{found[state]}”" if state in (MET, NOT_REPORTED) and found else "no such treatment is listed"
    return Judged(test, state, told if state != NOT_REPORTED else f"{told} may be such a treatment")


def _given(wanted: str, names: Sequence[Written], lexicon: Lexicon) -> str:
    if any(wanted in lexicon.members(name) for name in names):
        return MET
    return NOT_REPORTED if any(lexicon.leaves_open(name, wanted) for name in names) else NOT_MET
