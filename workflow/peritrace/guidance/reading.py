"""Read a guidance file and its lexicon, and say all that is wrong with them at once."""

import difflib
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from peritrace.guidance.lexicon import Lexicon, load_lexicon
from peritrace.guidance.model import Guidance
from peritrace.problems import InputRefused, Problem
from peritrace.yaml_file import Location, key_of, line_of, problem_of_model, read_yaml_map

FILE = Path("resources/guidance/treatment-guidance.yaml")
LEXICON = Path("resources/lexicon")
README = "resources/guidance/README.md"
Fault = tuple[Location, str, str, str]  # where, what was found, the rule, the remedy


def guidance_files() -> list[str]:
    """The files that an evaluation rests on."""
    return [FILE.as_posix(), *(f"{LEXICON.as_posix()}/{name}.csv" for name in ("terms", "names"))]


def load_guidance(path: Path = FILE, lexicon: Path = LEXICON) -> tuple[Guidance, Lexicon]:
    """Read and check both; raises InputRefused with every problem found."""
    terms = load_lexicon(lexicon)
    tree, content = read_yaml_map(path, "guidance file", "Start with title: and file:.")
    try:
        guidance = Guidance.model_validate(content)
    except ValidationError as error:
        problems = [problem_of_model(path, tree, dict(item), Guidance, README) for item in error.errors()]
        raise InputRefused(f"guidance file {path}", problems) from None
    found = [
        Problem(str(path), line_of(tree, at), key_of(at), found, rule, remedy)
        for at, found, rule, remedy in _faults(guidance, terms)
    ]
    if found:
        raise InputRefused(f"guidance file {path}", found)
    return guidance, terms


def _faults(guidance: Guidance, lexicon: Lexicon) -> Iterator[Fault]:
    yield from _repeated(guidance)
    yield from _unknown_names(guidance)
    yield from _tests(guidance, lexicon)
    yield from _course(guidance)


def _repeated(guidance: Guidance) -> Iterator[Fault]:
    for section in ("tumours", "statements", "facts", "conditions", "steps"):
        names = [item.id for item in getattr(guidance, section)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield (section,), f"{name!r} twice", "ids must differ", "Rename one of them."


def _unknown_names(guidance: Guidance) -> Iterator[Fault]:
    """Names that nothing in the file has."""
    kinds = {
        "tumour": {tumour.id for tumour in guidance.tumours},
        "statement": {statement.id for statement in guidance.statements},
        "fact": {fact.id for fact in guidance.facts},
        "condition": {condition.id for condition in guidance.conditions},
        "step": {step.id for step in guidance.steps},
    }
    for at, kind, name in chain(_names_in_steps(guidance), _names_elsewhere(guidance)):
        if name not in kinds[kind]:
            yield at, repr(name), f"it must name a {kind} of this file", _nearest(name, kinds[kind])


def _names_in_steps(guidance: Guidance) -> Iterator[tuple[Location, str, str]]:
    for i, step in enumerate(guidance.steps):
        yield ("steps", i, "tumour"), "tumour", step.tumour
        for section, kind in (
            ("when", "condition"),
            ("conditions", "condition"),
            ("excluded_without", "condition"),
            ("statements", "statement"),
        ):
            for name in getattr(step, section):
                yield ("steps", i, section), kind, name
        for following in step.next:
            yield ("steps", i, "next"), "step", following.to


def _names_elsewhere(guidance: Guidance) -> Iterator[tuple[Location, str, str]]:
    for i, tumour in enumerate(guidance.tumours):
        if tumour.start:
            yield ("tumours", i, "start"), "step", tumour.start
    for i, statement in enumerate(guidance.statements):
        for name in statement.tumours:
            yield ("statements", i, "tumours"), "tumour", name
    for i, condition in enumerate(guidance.conditions):
        for test in condition.tests:
            yield ("conditions", i), "fact", test.fact
    for i, threshold in enumerate(guidance.thresholds):
        yield ("thresholds", i, "fact"), "fact", threshold.fact
        yield ("thresholds", i, "tumour"), "tumour", threshold.tumour
        yield ("thresholds", i, "statement"), "statement", threshold.statement
        yield ("thresholds", i, "warning"), "statement", threshold.warning


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."


def _tests(guidance: Guidance, lexicon: Lexicon) -> Iterator[Fault]:
    """Tests that do not fit their fact, and treatments that the lexicon lacks."""
    kinds = {fact.id: fact.kind for fact in guidance.facts}
    if list(kinds.values()).count("tumour") != 1:
        yield ("facts",), "not one fact of kind tumour", "the algorithm is chosen by it", "Keep exactly one."
    for i, condition in enumerate(guidance.conditions):
        for test in condition.tests:
            if kinds.get(test.fact, test.kind) != test.kind:
                rule = f"{test.fact} is a fact of kind {kinds[test.fact]}"
                yield ("conditions", i), f"a test of a {test.kind} fact", rule, "Choose another test or fact."
            for term in test.includes or []:
                if term not in lexicon.terms:
                    remedy = _nearest(term, lexicon.terms)
                    yield ("conditions", i), repr(term), "it must be a term of resources/lexicon/terms.csv", remedy


def _course(guidance: Guidance) -> Iterator[Fault]:
    """Steps that nothing leads to, steps in a circle, steps of another tumour, exclusions that are no condition."""
    steps = {step.id: step for step in guidance.steps}
    after = {name: [n.to for n in step.next if n.to in steps] for name, step in steps.items()}
    reached = _reached([t.start for t in guidance.tumours if t.start in steps], lambda name: after[name])
    for i, step in enumerate(guidance.steps):
        if step.id not in reached:
            remedy = "Let a step or a tumour's start: lead to it, or delete it."
            yield ("steps", i), f"{step.id!r}, a step that nothing leads to", "every step must be reachable", remedy
        if step.id in _reached(after[step.id], lambda name: after[name]):
            yield ("steps", i, "next"), "a cycle", f"{step.id!r} must not lead back to itself", "Take out one arrow."
        for name in after[step.id]:
            if steps[name].tumour != step.tumour:
                rule = "an algorithm stays with its tumour"
                yield ("steps", i, "next"), f"{name!r}, a step of another tumour", rule, "Name a step of the same."
        for name in step.excluded_without:
            if name not in step.conditions:
                rule = "it must be one of the step's conditions"
                yield ("steps", i, "excluded_without"), repr(name), rule, "Add it to conditions:."


def _reached(starts: list[str | None] | list[str], after: Callable[[str], list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name for name in starts if name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after(name)
    return found
