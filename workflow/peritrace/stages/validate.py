"""validate: what intake found, as a page and as a list for those who mend the extract."""

from pathlib import Path

from peritrace.pages.validation import write_problems, write_validation
from peritrace.study import Study


def validate(study: Study, intake: Path, page_out: Path, list_out: Path) -> None:
    """Write the page, and every problem as CSV, from what intake recorded in its folder."""
    write_validation(study, intake, page_out)
    write_problems(intake / "problems.csv", list_out)
