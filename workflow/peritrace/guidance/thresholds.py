"""Limits that a text ties to one tumour, found in the groups or the printed levels of a study of another."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from peritrace.guidance.model import Guidance, Threshold
from peritrace.study import Study


@dataclass(frozen=True)
class Extrapolated:
    """A group of a study, or a variable of its published tables, that uses a limit of another tumour."""

    study: str
    group: str
    label: str
    threshold: Threshold
    patients: Mapping[str, int]  # of other tumours, by the tumour's id
    kind: str = "group"

    def sentence(self, guidance: Guidance) -> str:
        """The warning."""
        limit, rule = guidance.statement(self.threshold.statement), guidance.statement(self.threshold.warning)
        fact, own = guidance.fact(self.threshold.fact).label, guidance.tumour(self.threshold.tumour).label
        who = "; ".join(f"{guidance.tumour(name).label}: {count}" for name, count in self.patients.items())
        return (
            f"The {self.kind} “{self.label}” parts patients at {self.threshold.value:g}. The text names this limit of "
            f"the {fact[:1].lower() + fact[1:]} for {own[:1].lower() + own[1:]} only (line {limit.line}) and warns "
            f"against extending what holds there (line {rule.line}). Patients with another tumour: {who}."
        )


def extrapolated(study: Study, guidance: Guidance, tumours: Mapping[str, int]) -> Iterator[Extrapolated]:
    """The groups that use a limit of the text in patients with another tumour; `tumours` counts patients by tumour."""
    for threshold in guidance.thresholds:
        source = study.facts.get(threshold.fact)
        others = {name: count for name, count in tumours.items() if name != threshold.tumour and count}
        for group in study.groups if source and source.column and others else []:
            cuts = {cut for level in group.levels for cut in (level.below, level.at_least) if cut is not None}
            if source and group.column == source.column and threshold.value in cuts:
                yield Extrapolated(study.id, group.name, group.label, threshold, others)


_LIMIT = re.compile(r"(?:[<>≤≥]|below|above|under|over|at least|up to)\s*(\d+(?:\.\d+)?)")


def printed(study: Study, guidance: Guidance, counts: Iterable[Mapping[str, str]]) -> Iterator[Extrapolated]:
    """The same of published tables, whose `counts` name levels such as "< 20"; the tumour is that stated of all."""
    fact = next(fact.id for fact in guidance.facts if fact.kind == "tumour")
    tumour = study.facts[fact].stated if fact in study.facts else None
    rows = list(counts)
    for threshold in guidance.thresholds:
        source = study.facts.get(threshold.fact)
        if not source or not source.variable or tumour in (None, threshold.tumour):
            continue
        mine = [row for row in rows if row["variable"] == source.variable]
        cut = [row for row in mine if threshold.value in map(float, _LIMIT.findall(row["level"]))]
        if cut:
            label = study.labels.get(source.variable, source.variable)
            patients = sum(int(row["count"]) for row in cut)
            yield Extrapolated(study.id, source.variable, label, threshold, {str(tumour): patients}, "variable")
