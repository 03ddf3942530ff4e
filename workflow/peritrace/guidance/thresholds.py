"""Limits that a text ties to one tumour, found in the groups of a study of another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from peritrace.guidance.model import Guidance, Threshold
from peritrace.study import Study


@dataclass(frozen=True)
class Extrapolated:
    """A group of a study that uses a limit of another tumour."""

    study: str
    group: str
    label: str
    threshold: Threshold
    patients: Mapping[str, int]  # of other tumours, by the tumour's id

    def sentence(self, guidance: Guidance) -> str:
        """The warning."""
        limit, rule = guidance.statement(self.threshold.statement), guidance.statement(self.threshold.warning)
        fact, own = guidance.fact(self.threshold.fact).label, guidance.tumour(self.threshold.tumour).label
        who = "; ".join(f"{guidance.tumour(name).label}: {count}" for name, count in self.patients.items())
        return (
            f"The group “{self.label}” parts patients at {self.threshold.value:g}. The text names this limit of the "
            f"{fact[:1].lower() + fact[1:]} for {own[:1].lower() + own[1:]} only (line {limit.line}) and warns against "
            f"extending what holds there (line {rule.line}). Patients with another tumour: {who}."
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
