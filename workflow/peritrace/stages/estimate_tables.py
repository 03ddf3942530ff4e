"""estimate_tables: everything that can be recomputed from published tables, as one tidy table (the ARD)."""

from pathlib import Path

from peritrace.analyses.published import recompute
from peritrace.ard import write_ard
from peritrace.published import Published
from peritrace.study import Study


def estimate_tables(study: Study, folder: Path, ard_out: Path) -> None:
    """Recompute percentages, P values, and what the limits of ratios imply, from the tables that intake passed on."""
    write_ard(ard_out, recompute(Published.read(folder), study.audit.stated))
