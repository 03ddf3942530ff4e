"""Two cohorts in one table: the same unit and the same decimals on both sides of a row."""

from pathlib import Path

from peritrace.ard import Ard, Statistic
from peritrace.study import Study
from peritrace.study_file import load_study
from peritrace.tabulations.beside import Other, beside
from peritrace.wanted import Table as Wanted

YAN = load_study(Path("config/studies/yan-2024.yaml"))


def cohort(size: int, median: str, unit: str, women: int) -> Other:
    content = YAN.model_dump(by_alias=True)
    content["analyses"] = {"describe": ["age", "sex"]}
    content |= {"endpoints": [], "figures": [], "tables": [], "audit": {}}
    for column in content["columns"]:
        column.update({"unit": unit} if column["name"] == "age" else {})
    counts = [("female", women), ("male", size - women)]
    statistics = [Statistic("cohort", "N", str(size))]
    statistics += [Statistic("summary", name, median, "age") for name in ("median", "p25", "p75")]
    for level, count in counts:
        statistics += [
            Statistic("counts", "n", str(count), "sex", level),
            Statistic("counts", "N", str(size), "sex", level),
        ]
    return Other(Study.model_validate(content), Ard(statistics))


def cells(one: Other, other: Other) -> dict[str, tuple[str, ...]]:
    wanted = Wanted(id="beside", kind="beside", title="Beside", other="other")
    return {row.cells[0]: row.cells[1:] for row in beside(one.study, one.ard, {"other": other}, wanted).rows}


def test_a_small_cohort_sets_the_decimals_of_both() -> None:
    found = cells(cohort(10, "44.5", "years", 4), cohort(120, "50", "years", 35))
    assert found["Age (years), median (Q1–Q3)"] == ("44.5 (44.5–44.5)", "50.0 (50.0–50.0)")
    assert found["female"] == ("4 (40%)", "35 (29%)")


def test_two_large_cohorts_have_a_decimal() -> None:
    found = cells(cohort(120, "50", "years", 35), cohort(300, "600", "months", 100))
    assert found["female"] == ("35 (29.2%)", "100 (33.3%)")
    assert found["Age (years), median (Q1–Q3)"] == ("50 (50–50)", "600 (600–600) (months)")
