"""The page of an extract: whether it was accepted, what must be mended and where, and who is analysed."""

from collections.abc import Sequence
from pathlib import Path

from peritrace.files import guarded, read_csv, write_csv
from peritrace.pages.course import flow_steps, grouped
from peritrace.pages.page import write_page
from peritrace.problems import PROBLEM_COLUMNS, Problem, from_rows
from peritrace.study import Study
from peritrace.words import counted


def write_validation(study: Study, folder: Path, out: Path) -> None:
    """Write the page of an extract from what intake recorded in `folder`."""
    problems = from_rows(read_csv(folder / "problems.csv"))
    facts = [(row["fact"], row["value"]) for row in read_csv(folder / "file.csv")]
    kinds = list(grouped(problems))
    errors = [kind for kind in kinds if kind.severity == "error"]
    context = {
        "study": study,
        "file": Path(dict(facts)["File"]).name,
        "facts": facts,
        "errors": errors,
        "warnings": [kind for kind in kinds if kind.severity == "warning"],
        "verdict": verdict(problems),
        "refused": bool(errors),
        "flow": flow_steps(read_csv(folder / "flow.csv")),
        "columns": read_csv(folder / "columns.csv") if not errors else [],
        "csv": f"{out.stem}.csv",
    }
    write_page(out, "validation.html.jinja", context)


def write_problems(problems: Path, out: Path) -> None:
    """Write every problem as a list that a spreadsheet can open: no header or label in it is run as a formula."""
    rows = ({name: guarded(cell) for name, cell in row.items()} for row in read_csv(problems))
    write_csv(out, PROBLEM_COLUMNS, rows)


def verdict(problems: Sequence[Problem]) -> str:
    """The outcome in a sentence."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if errors:
        text = f"Refused: {counted(errors, 'problem')} to mend before the study can run"
        return f"{text}, and {counted(warnings, 'warning')}." if warnings else f"{text}."
    if warnings:
        return f"Accepted, with {counted(warnings, 'warning')} to look at."
    return "Accepted: nothing to mend."
