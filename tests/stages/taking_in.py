"""Intake and the refusal that follows it, as one call."""

from pathlib import Path

from peritrace.stages.derive import refuse_unsound
from peritrace.stages.intake import intake
from peritrace.study import Study


def take_in(extract: Path, study: Study, folder: Path) -> None:
    """Write what intake writes into the folder; raises InputRefused where the extract has errors."""
    intake(extract, study, folder)
    refuse_unsound(study, folder / "problems.csv")
