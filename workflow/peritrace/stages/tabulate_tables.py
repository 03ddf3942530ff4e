"""tabulate_tables: the published tables, each number beside what the others make of it."""

from pathlib import Path

from peritrace.ard import read_ard
from peritrace.files import read_csv, remove_former
from peritrace.published import Published
from peritrace.study import Study
from peritrace.tabulations.published import published_table
from peritrace.tabulations.word import FORMATS, write_table


def tabulate_tables(study: Study, results: Path) -> None:
    """Write `<table id>.html`, `.csv` and `.docx` for each table of the study file into the study's tabulate folder."""
    published = Published.read(results / "intake")
    ard = read_ard(results / "estimate/ard.csv")
    verdicts = {row["claim_id"]: row for row in read_csv(results / "audit/verdicts.csv")}
    for wanted in study.tables:
        table = published_table(study, published, ard, verdicts, wanted)
        write_table(table, results / "tabulate")
    remove_former(results / "tabulate", FORMATS, (wanted.id for wanted in study.tables))
