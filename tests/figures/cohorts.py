"""Small cohorts as the stages before `draw` hand them on: ARD, ADSL and ADTTE, computed by plain arithmetic.

Greenwood's variance, limits on the log(−log) scale, and the median as the earliest time with survival of 50% or less.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.files import read_csv
from peritrace.study import Study
from peritrace.study_file import load_study

ROOT = Path(__file__).parents[2]
NORMAL_975 = 1.959963984540054
LOG_RANK_OS2, MANN_WHITNEY_PCI = 0.3570717129, 0.0380952381
PFS_WITHOUT_EVENT = {"1"}  # the chosen reading of the study file: an event for all but patient 1


@dataclass(frozen=True)
class Patient:
    """A patient's time and whether it ended in the event."""

    time: str
    event: bool
    level: str = ""


def yan_study() -> Study:
    return load_study(ROOT / "config/studies/yan-2024.yaml")


def yan_rows() -> list[dict[str, str]]:
    return read_csv(ROOT / "resources/yan-2024/patients.csv")


def yan_patients(endpoint: str, by: str = "") -> list[Patient]:
    column = {"OS1": "os1_months", "OS2": "os2_months", "PFS": "pfs"}[endpoint]
    return [
        Patient(
            row[column],
            row["patient"] not in PFS_WITHOUT_EVENT if endpoint == "PFS" else row["survival"] == "No",
            cc_group(row) if by else "",
        )
        for row in yan_rows()
    ]


def cc_group(row: dict[str, str]) -> str:
    return "CC0/1" if row["cc_score"] in ("0", "1") else "CC2/3"


def kaplan_meier(patients: Sequence[Patient], endpoint: str, by: str = "", level: str = "") -> list[Statistic]:
    """The statistics of one curve."""
    place = {"variable": endpoint, "group1": by, "group1_level": level, "method": "kaplan-meier", "unit": "months"}
    out: list[Statistic] = []
    survival, greenwood, at_risk = 1.0, 0.0, len(patients)
    median = low_median = high_median = math.nan

    def row(time: str, numbers: dict[str, float]) -> None:
        out.extend(
            Statistic("survival-curve", name, as_stat(number), variable_level=time, **place)
            for name, number in numbers.items()
        )

    endings: dict[str, list[bool]] = {}
    for patient in sorted(patients, key=lambda patient: float(patient.time)):
        endings.setdefault(as_stat(float(patient.time)), []).append(patient.event)
    if "0" not in endings:
        start = {"n_risk": len(patients), "n_event": 0, "n_censor": 0, "estimate": 1}
        row("0", {**start, "conf_low": 1, "conf_high": 1})
    for time, ended in endings.items():
        events = sum(ended)
        survival *= 1 - events / at_risk
        greenwood += events / (at_risk * (at_risk - events)) if events < at_risk else 0
        low, high = limits(survival, greenwood)
        counts = {"n_risk": at_risk, "n_event": events, "n_censor": len(ended) - events}
        row(time, {**counts, "estimate": survival, "conf_low": low, "conf_high": high})
        half = 0.5 + 1e-12
        median = float(time) if survival <= half and math.isnan(median) else median
        low_median = float(time) if low <= half and math.isnan(low_median) else low_median
        high_median = float(time) if high <= half and math.isnan(high_median) else high_median
        at_risk -= len(ended)
    events = sum(patient.event for patient in patients)
    summary = {"n": len(patients), "n_event": events, "n_censor": len(patients) - events, "median": median}
    summary |= {"median_conf_low": low_median, "median_conf_high": high_median}
    out += [Statistic("survival", name, as_stat(number), **place) for name, number in summary.items()]
    return out


def limits(survival: float, greenwood: float) -> tuple[float, float]:
    if not 0 < survival < 1:
        return math.nan, math.nan
    width = NORMAL_975 * math.sqrt(greenwood) / -math.log(survival)
    return survival ** math.exp(width), survival ** math.exp(-width)


def by_level(patients: Sequence[Patient], endpoint: str, by: str, p_value: float | None = None) -> list[Statistic]:
    out: list[Statistic] = []
    for level in dict.fromkeys(patient.level for patient in patients):
        out += kaplan_meier([patient for patient in patients if patient.level == level], endpoint, by, level)
    if p_value is not None:
        test = Statistic("comparison", "p_value", as_stat(p_value), variable=endpoint, group1=by, method="log-rank")
        out.append(test)
    return out


def yan_ard() -> Ard:
    """What the figures of the study need of its ARD.

    The P values are R's: `survdiff(Surv(os2, dead) ~ cc)`, and the exact Mann–Whitney test by enumeration of
    `combn(10, 4)` on `rank(pci)`.
    """
    out: list[Statistic] = []
    for endpoint in ("OS1", "OS2", "PFS"):
        out += kaplan_meier(yan_patients(endpoint), endpoint)
        out += by_level(
            yan_patients(endpoint, "cc_group"), endpoint, "cc_group", LOG_RANK_OS2 if endpoint == "OS2" else None
        )
    out.append(
        Statistic(
            "association",
            "p_value",
            as_stat(MANN_WHITNEY_PCI),
            variable="pci",
            group1="cc_group",
            method="mann-whitney",
        )
    )
    return Ard(out)


def yan_adsl() -> list[dict[str, str]]:
    return [
        {
            "STUDYID": "yan-2024",
            "USUBJID": f"yan-2024-{row['patient']}",
            "line": str(number),
            "subject": row["patient"],
            "pci": row["pci_score"],
            "cc_score": row["cc_score"],
            "cc_group": cc_group(row),
        }
        for number, row in enumerate(yan_rows(), start=2)
    ]


def yan_adtte() -> list[dict[str, str]]:
    rows = yan_rows()
    return [
        {
            "USUBJID": f"yan-2024-{row['patient']}",
            "PARAMCD": endpoint,
            "AVAL": patient.time,
            "CNSR": "0" if patient.event else "1",
        }
        for endpoint in ("OS1", "OS2", "PFS")
        for row, patient in zip(rows, yan_patients(endpoint), strict=True)
    ]


def study_with(levels: Sequence[str], **changes: str) -> Study:
    """The study file with other levels of cc_group, and other words for OS2."""
    content = yan_study().model_dump(by_alias=True)
    content["time_unit"] = changes.pop("time_unit", "months")
    group = next(group for group in content["groups"] if group["name"] == "cc_group")
    group["levels"] = [{"label": level, "values": ["0"]} for level in levels]
    next(endpoint for endpoint in content["endpoints"] if endpoint["code"] == "OS2").update(changes)
    return Study.model_validate(content)


def spread(count: int, longest: float, level: str = "") -> list[Patient]:
    """Patients at even distances up to `longest`, two of three with the event."""
    return [Patient(f"{longest * (i + 1) / count:.4g}", i % 3 != 0, level) for i in range(count)]
