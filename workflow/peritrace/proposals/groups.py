"""Groups that the field uses: completeness of cytoreduction, a cut of the PCI, major complications.

No cut point is made from the data.
"""

import re
from collections.abc import Mapping

from peritrace.domain import clavien_dindo_grade
from peritrace.meaning import CategoryColumn, Group, Level, NumberColumn
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.remarks import Proposed, Remark, doubt

_CC = re.compile(r"[0-3](?:\.0*)?")
_PCI_CUT = 20
_MAJOR = 3  # the grade of Clavien and Dindo from which a complication is called major


def propose_groups(columns: Mapping[str, ColumnProposal]) -> list[Proposed[Group]]:
    """The groups whose levels both occur."""
    found = [_cc_group(columns.get("cc_score")), _pci_group(columns.get("pci")), _major(columns.get("clavien_dindo"))]
    return [group for group in found if group]


def _cc_group(cc_score: ColumnProposal | None) -> Proposed[Group] | None:
    if cc_score is None or not all(_CC.fullmatch(cell) for cell in cc_score.cells if cell):
        return None
    present = {format(float(cell), "g") for cell in cc_score.cells if cell}
    is_category = isinstance(cc_score.column, CategoryColumn)

    def level(label: str, scores: list[str]) -> Level:
        return Level(label=label, values=[s for s in scores if s in present or not is_category])

    if not present & {"0", "1"} or not present & {"2", "3"}:
        return None
    levels = [level("CC0/1", ["0", "1"]), level("CC2/3", ["2", "3"])]
    group = Group(name="cc_group", label="Completeness of cytoreduction", column="cc_score", levels=levels)
    return Proposed(group, (Remark("CC0/1 is what most groups call complete; some call only CC0 so."),))


def _pci_group(pci: ColumnProposal | None) -> Proposed[Group] | None:
    if pci is None or not isinstance(pci.column, NumberColumn):
        return None
    high = [float(cell) >= _PCI_CUT for cell in pci.cells if cell]
    if not any(high) or all(high):
        return None
    levels = [Level(label=f"PCI < {_PCI_CUT}", below=_PCI_CUT), Level(label=f"PCI ≥ {_PCI_CUT}", at_least=_PCI_CUT)]
    group = Group(name="pci_group", label="Peritoneal cancer index", column="pci", levels=levels)
    text = "20 is a choice, not a fact: take the cut of your protocol or of the literature on your tumour, never one "
    return Proposed(group, (doubt(text + "that the outcome suggests.", decides=True),))


def _major(grade: ColumnProposal | None) -> Proposed[Group] | None:
    if grade is None or not isinstance(grade.column, CategoryColumn):
        return None
    levels = list(dict.fromkeys(grade.column.levels.values()))
    grades = {level: number for level in levels if (number := clavien_dindo_grade(level)) is not None}
    minor = [level for level in levels if grades.get(level, _MAJOR) < _MAJOR]
    major = [level for level in levels if grades.get(level, 0) >= _MAJOR]
    if not minor or not major or len(grades) < len(levels):
        return None
    parts = [Level(label="none to II", values=minor), Level(label="III to V", values=major)]
    label = "Major complication (Clavien–Dindo ≥ III)"
    group = Group(name="major_complications", label=label, column="clavien_dindo", levels=parts)
    return Proposed(group)
