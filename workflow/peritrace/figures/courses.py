"""The courses of patients before and after surgery, from their times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peritrace.study import Study
from peritrace.wanted import SwimmerFigure

COLUMNS = ("patient", "series", "before", "after", "progression", "died")
UNKNOWN = "not known"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Course:
    """What is known of a patient's course; times in the study's unit, from surgery."""

    patient: str
    level: str
    before: float  # from diagnosis to surgery
    after: float  # from surgery to death or last contact
    died: bool
    progression: float | None  # None where it was not seen, or not before death

    def as_row(self) -> dict[str, object]:
        """The patient in the CSV."""
        return {
            "patient": self.patient,
            "series": self.level,
            "before": f"{self.before:.10g}",
            "after": f"{self.after:.10g}",
            "progression": "" if self.progression is None else f"{self.progression:.10g}",
            "died": "yes" if self.died else "no",
        }


def courses(figure: SwimmerFigure, patients: Sequence[Row], times: Sequence[Row], study: Study) -> list[Course]:
    """The courses by level, the longest after surgery first; patients without a time after surgery are left out."""
    identifier = next((column.name for column in study.columns if column.type == "identifier"), "USUBJID")
    by_code: dict[str, dict[str, Row]] = {
        code: {} for code in (figure.total, figure.observed, figure.progression or "")
    }
    for row in times:
        if row["PARAMCD"] in by_code and row["AVAL"]:
            by_code[row["PARAMCD"]][row["USUBJID"]] = row
    found = []
    for patient in patients:
        key = patient["USUBJID"]
        observed, total = by_code[figure.observed].get(key), by_code[figure.total].get(key)
        if observed is None:
            continue
        after, died = float(observed["AVAL"]), observed["CNSR"] == "0"
        # Rounded to ten digits so that 85.1 − 82.7 is 2.4.
        before = float(f"{max(float(total['AVAL']) - after, 0.0):.10g}") if total else 0.0
        seen = by_code[figure.progression].get(key) if figure.progression else None
        progression = float(seen["AVAL"]) if seen and seen["CNSR"] == "0" else None
        if died and progression is not None and progression >= after:
            progression = None  # the event was the death
        level = (patient.get(figure.by, "") or UNKNOWN) if figure.by else ""
        found.append(Course(patient.get(identifier) or key, level, before, after, died, progression))
    order = {level: place for place, level in enumerate(levels_of(figure, study, found))}
    return sorted(found, key=lambda course: (order[course.level], -course.after, -course.before))


def levels_of(figure: SwimmerFigure, study: Study, found: Sequence[Course]) -> list[str]:
    """The levels that have patients, in the order of the study file, those without a level last."""
    known = study.levels(figure.by) if figure.by else []
    levels = list(dict.fromkeys([*known, *(course.level for course in found if course.level != UNKNOWN), UNKNOWN]))
    present = {course.level for course in found}
    return [level for level in levels if level in present]
