"""What all parts of a study file share: strictness about keys, and the forms of ids, names, codes and texts."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Positive = Annotated[float, Field(ge=0.01, le=100_000, description="A time, not too fine for a table.")]
# Controls, marks of direction and of zero width, line and paragraph separators, lone surrogates.
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_JOINERS = "\u200c\u200d"  # Persian, Hindi and emoji are written with them


def one_line(text: str) -> str:
    """The text itself; raises ValueError for characters that can't be seen, such as marks of direction."""
    if not text.isprintable() and any(
        unicodedata.category(character) in _INVISIBLE for character in text if character not in _JOINERS
    ):
        raise ValueError("a text is one line of visible characters")
    return text


OneLine = AfterValidator(one_line)
# A header, code or path as a file has it; what it holds is judged with the file.
Raw = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True), OneLine]


class Section(BaseModel):
    """A part of the study file; strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
