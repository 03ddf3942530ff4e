"""What a proposal says of its parts: evidence, and doubts that a person must settle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from peritrace.sections import Section

Part = TypeVar("Part", bound=Section, covariant=True)


@dataclass(frozen=True)
class Remark:
    """A sentence beside a part of the study file; a doubt is marked CHECK."""

    text: str
    is_doubt: bool = False
    decides: bool = False  # whether results hang on it, and not only words


def doubt(text: str, *, decides: bool = False) -> Remark:
    """Something that a person must check; `decides` when results hang on it."""
    return Remark(text, is_doubt=True, decides=decides)


@dataclass(frozen=True)
class Proposed(Generic[Part]):
    """A part of the study file with what is said of it; `beside` stands on the line of a code under levels."""

    part: Part
    remarks: tuple[Remark, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """A column of the extract that the study file does not use, and why."""

    header: str
    reason: str
    remarks: tuple[Remark, ...] = ()
