"""Simulate a cohort with CRS + HIPEC. Its patients stand for no person.

    python simulate.py                write patients.csv, 120 patients
    python simulate.py --extract-zh   write extract-zh.xlsx too: the first 60 as a Chinese hospital might export them

README.md gives the model and the columns. Only uniform numbers are drawn and all else is computed from them, since
NumPy keeps the stream of PCG64 over its releases, but not the methods that turn it into other distributions.
"""

import argparse
import csv
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from math import exp, log
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

Patient = dict[str, Any]

SEED = 2026
PATIENTS, EXPORTED = 120, 60
FIRST_SURGERY, LAST_SURGERY, CUT_OFF = date(2015, 1, 5), date(2024, 6, 28), date(2024, 12, 31)

# Weibull times from surgery in days with proportional hazards; the effects are log hazard ratios for one point, one
# grade, one year more than the values of REFERENCE. Nobody dies of the disease within the first 30 days.
DEATH = {"shape": 1.3, "scale": 810.0, "from": 30.0}
PROGRESSION = {"shape": 1.2, "scale": 400.0, "from": 20.0}
EFFECTS = {"pci": 0.05, "cc_score": 0.40, "age": 0.015}
REFERENCE = {"pci": 12.0, "cc_score": 1.0, "age": 54.0}
CORRELATION = 0.6  # of the normal scores of the two times

HCC, ICC, COLORECTAL = "HCC", "intrahepatic cholangiocarcinoma", "colorectal liver + peritoneal"
PRIOR_TREATMENTS = {
    HCC: ("hepatic resection", "hepatic resection; TACE", "TACE; sorafenib", "TACE", "TACE; lenvatinib"),
    ICC: ("hepatic resection", "hepatic resection; gemcitabine + cisplatin", "gemcitabine + cisplatin"),
    COLORECTAL: ("colectomy; mFOLFOX6", "colectomy; FOLFIRI + bevacizumab", "colectomy; hepatic resection"),
}
HIPEC_DRUGS = ("cisplatin", "oxaliplatin", "mitomycin C", "lobaplatin")
DOSES_MG = {"cisplatin": (100, 150), "oxaliplatin": (300, 400), "mitomycin C": (20, 40), "lobaplatin": (50, 80)}
MINUTES = {"cisplatin": (60, 90), "oxaliplatin": (30, 30), "mitomycin C": (60, 90), "lobaplatin": (60, 60)}
RESIDUAL_MM = ((0.0, 0.0), (0.5, 2.4), (3.0, 25.0), (26.0, 60.0))  # smallest and largest nodule left, by CC score
CLAVIEN_DINDO = ("none", "I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")
CLAVIEN_DINDO_CUTS = (-0.45, -0.05, 0.67, 1.03, 1.33, 1.56, 1.79)  # of a normal score, between neighbouring grades
COLUMNS = (
    *("patient_id", "simulated", "sex", "age", "bmi", "ecog"),
    *("date_diagnosis", "date_surgery", "date_progression", "date_death", "date_last_contact", "status"),
    *("tumour", "afp", "child_pugh", "cirrhosis", "synchronous", "prior_treatment"),
    *(f"pci_{region}" for region in range(13)),
    *("pci", "cc_score", "residual_mm"),
    *("hipec", "hipec_drug", "hipec_dose_mg", "hipec_temperature", "hipec_minutes"),
    *("operation_minutes", "blood_loss_ml", "transfusion_units", "anastomoses", "clavien_dindo", "hospital_days"),
    "date_adjuvant",
)
EXTRACT_ZH = (
    ("病案号", "patient_id"),
    ("是否模拟", "simulated"),
    ("性别", "sex"),
    ("年龄", "age"),
    ("体重指数", "bmi"),
    ("ECOG评分", "ecog"),
    ("诊断日期", "date_diagnosis"),
    ("手术日期", "date_surgery"),
    ("复发日期", "date_progression"),
    ("死亡日期", "date_death"),
    ("末次随访日期", "date_last_contact"),
    ("生存状态", "status"),
    ("肿瘤类型", "tumour"),
    ("甲胎蛋白(ng/ml)", "afp"),
    ("Child-Pugh分级", "child_pugh"),
    ("肝硬化", "cirrhosis"),
    ("转移时间", "synchronous"),
    ("术前治疗", "prior_treatment"),
    ("PCI评分", "pci"),
    ("CC评分", "cc_score"),
    ("是否HIPEC", "hipec"),
    ("HIPEC药物", "hipec_drug"),
    ("HIPEC剂量(mg)", "hipec_dose_mg"),
    ("HIPEC温度(℃)", "hipec_temperature"),
    ("HIPEC时间(分钟)", "hipec_minutes"),
    ("手术时间(分钟)", "operation_minutes"),
    ("出血量(ml)", "blood_loss_ml"),
    ("输血量(U)", "transfusion_units"),
    ("吻合口数", "anastomoses"),
    ("并发症Clavien-Dindo分级", "clavien_dindo"),
    ("住院天数", "hospital_days"),
    ("术后辅助治疗开始日期", "date_adjuvant"),
)
WORDS_ZH = {
    "yes": "是",
    "no": "否",
    "none": "无",
    "M": "男",
    "F": "女",
    "alive": "存活",
    "dead": "死亡",
    HCC: "肝细胞癌",
    ICC: "肝内胆管癌",
    COLORECTAL: "结直肠癌肝转移伴腹膜转移",
    "synchronous": "同时性",
    "metachronous": "异时性",
    "cisplatin": "顺铂",
    "oxaliplatin": "奥沙利铂",
    "mitomycin C": "丝裂霉素C",
    "lobaplatin": "洛铂",
    "hepatic resection": "肝切除术",
    "colectomy": "结肠切除术",
    "sorafenib": "索拉非尼",
    "lenvatinib": "仑伐替尼",
    "gemcitabine": "吉西他滨",
    "bevacizumab": "贝伐珠单抗",
}


class Draws:
    """Random values of one stream, each computed from one uniform number."""

    def __init__(self, seed: int) -> None:
        self._stream = np.random.Generator(np.random.PCG64(seed))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number from low up to high."""
        return low + (high - low) * float(self._stream.random())

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.uniform(low, high + 1))

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        """A normal number."""
        return mean + sd * NormalDist().inv_cdf(max(self.uniform(), 1e-12))

    def happens(self, probability: float) -> bool:
        """Yes, with this probability."""
        return self.uniform() < probability

    def choice(self, options: Sequence[str], weights: Sequence[float] = ()) -> str:
        """One of the options by weights that add up to 1; equal ones unless given."""
        cuts = accumulate(weights or [1 / len(options)] * len(options))
        return options[min(_grade(self.uniform(), list(cuts)), len(options) - 1)]


def simulate(seed: int = SEED, patients: int = PATIENTS) -> list[Patient]:
    """The patients in the order of their numbers, with the columns that README.md explains."""
    draws = Draws(seed)
    return [_patient(draws, number) for number in range(1, patients + 1)]


def _patient(draws: Draws, number: int) -> Patient:
    patient: Patient = {"patient_id": f"E{number:03}", "simulated": "yes"}
    patient |= _person(draws)
    patient |= _disease(draws, patient["tumour"])
    patient |= _operation(draws, patient)
    patient |= _hipec(draws, patient["cc_score"])
    patient |= _course(draws, patient)
    # values that the hospital lost, after all that depends on them
    patient |= {column: "" for column, missing in (("bmi", 0.04), ("afp", 0.07)) if draws.happens(missing)}
    return {column: patient[column] for column in COLUMNS}


def _person(draws: Draws) -> Patient:
    tumour = draws.choice((HCC, ICC, COLORECTAL), (0.5, 0.2, 0.3))
    cirrhosis = draws.happens(0.6 if tumour == HCC else 0.08)
    synchronous = draws.happens(0.4)
    untreated = draws.happens(0.65 if synchronous else 0.1)
    afp = exp(draws.normal(log(120), 2.2) if tumour == HCC else draws.normal(log(3.5), 0.6))
    return {
        "tumour": tumour,
        "sex": "M" if draws.happens(0.82 if tumour == HCC else 0.6) else "F",
        "age": round(_limited(draws.normal(54, 10), 25, 78)),
        "bmi": round(_limited(draws.normal(23, 3), 16, 34), 1),
        "ecog": _grade(draws.uniform(), (0.45, 0.88)),
        "afp": round(_limited(afp, 0.6, 60500), 1),
        "child_pugh": "B" if cirrhosis and draws.happens(0.18) else "A",
        "cirrhosis": "yes" if cirrhosis else "no",
        "synchronous": "synchronous" if synchronous else "metachronous",
        "prior_treatment": "none" if untreated else draws.choice(PRIOR_TREATMENTS[tumour]),
    }


def _disease(draws: Draws, tumour: str) -> Patient:
    """Region scores around a spread that the patient's regions share; what can't be removed grows with their sum."""
    spread = draws.normal(0.25 if tumour == COLORECTAL else 0.15, 0.6)
    regions = [_grade(spread + draws.normal(0, 0.8), (0.2, 0.8, 1.4)) for _ in range(13)]
    regions[6] = regions[6] or int(not any(regions))  # the pelvis
    pci = sum(regions)
    cc_score = _grade((pci - 12) / 9 + draws.normal(), (0.1, 0.9, 1.6))
    low, high = RESIDUAL_MM[cc_score]
    return {
        **{f"pci_{region}": score for region, score in enumerate(regions)},
        "pci": pci,
        "cc_score": cc_score,
        "residual_mm": round(draws.uniform(low, high), 1),
    }


def _operation(draws: Draws, patient: Patient) -> Patient:
    pci = patient["pci"]
    minutes = 5 * round(_limited(draws.normal(210 + 13 * pci, 60), 120, 900) / 5)
    blood_loss = 50 * round(_limited(exp(draws.normal(log(280) + 0.05 * pci, 0.6)), 50, 8000) / 50)
    risk = 0.03 * (pci - 12) + 0.25 * (patient["ecog"] - 0.6) + draws.normal(0, 0.9)
    grade = _grade(risk, CLAVIEN_DINDO_CUTS)
    return {
        "operation_minutes": minutes,
        "blood_loss_ml": blood_loss,
        "transfusion_units": round(max(blood_loss - 400, 0) / 300 * draws.uniform(0.5, 1.2)),
        "anastomoses": _grade(pci / 20 + draws.normal(0, 0.7), (0.8, 1.6, 2.4)),
        "clavien_dindo": CLAVIEN_DINDO[grade],
        "hospital_days": round(_limited(draws.normal(14 + 3.5 * grade, 3), 8, 60)),
    }


def _hipec(draws: Draws, cc_score: int) -> Patient:
    if not draws.happens(0.5 if cc_score == 3 else 0.92):
        return {"hipec": "no", "hipec_drug": "", "hipec_dose_mg": "", "hipec_temperature": "", "hipec_minutes": ""}
    drug = draws.choice(HIPEC_DRUGS, (0.45, 0.2, 0.15, 0.2))
    low, high = DOSES_MG[drug]
    return {
        "hipec": "yes",
        "hipec_drug": drug,
        "hipec_dose_mg": 10 * draws.whole(low // 10, high // 10),
        "hipec_temperature": 41 + 0.5 * draws.whole(0, 4),
        "hipec_minutes": MINUTES[drug][draws.whole(0, 1)],
    }


def _course(draws: Draws, patient: Patient) -> Patient:
    """Dates, all of them counted from surgery; the start of adjuvant therapy changes no hazard."""
    surgery = FIRST_SURGERY + timedelta(draws.whole(0, (LAST_SURGERY - FIRST_SURGERY).days))
    surgery -= timedelta(max(surgery.weekday() - 4, 0))  # no weekends
    synchronous = patient["synchronous"] == "synchronous"
    before = draws.whole(14, 120) if synchronous else round(_limited(exp(draws.normal(log(500), 0.6)), 150, 2500))

    score = draws.normal()
    hazard = exp(sum(effect * (patient[name] - REFERENCE[name]) for name, effect in EFFECTS.items()))
    death = _weibull(DEATH, hazard, score)
    progression = _weibull(PROGRESSION, hazard, CORRELATION * score + (1 - CORRELATION**2) ** 0.5 * draws.normal())
    of_complication = draws.whole(4, 88)
    if patient["clavien_dindo"] == "V":
        death = of_complication
    last_visit = (CUT_OFF - surgery).days - draws.whole(0, 75)
    lost = draws.whole(120, 1500)
    seen = min(last_visit, lost) if draws.happens(0.12) else last_visit
    adjuvant = max(round(_limited(exp(draws.normal(log(65), 0.5)), 25, 240)), patient["hospital_days"] + 7)
    treated = draws.happens(0.65) and adjuvant < min(death, progression, seen)

    def dated(days: int, happened: bool = True) -> str:
        return (surgery + timedelta(days)).isoformat() if happened else ""

    return {
        "date_diagnosis": dated(-before),
        "date_surgery": dated(0),
        "date_progression": dated(progression, progression <= min(death, seen)),
        "date_death": dated(death, death <= seen),
        "date_last_contact": dated(min(death, seen)),
        "status": "dead" if death <= seen else "alive",
        "date_adjuvant": dated(adjuvant, treated),
        "hospital_days": min(patient["hospital_days"], death),
    }


def _weibull(curve: dict[str, float], hazard: float, score: float) -> int:
    """The day on which survival falls to the tail of a normal score: from + scale * (-ln S / hazard)^(1 / shape)."""
    survival = NormalDist().cdf(-score)
    return round(curve["from"] + curve["scale"] * (-log(survival) / hazard) ** (1 / curve["shape"]))


def _grade(value: float, cuts: Sequence[float]) -> int:
    """The number of cuts that the value reaches."""
    return sum(value >= cut for cut in cuts)


def _limited(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def write_patients(patients: Sequence[Patient], path: Path) -> None:
    """UTF-8, commas, Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(patients)


def write_extract_zh(patients: Sequence[Patient], path: Path) -> None:
    """A workbook with Chinese headers and words, and dates as text without leading zeros (2021/3/7)."""
    from openpyxl import Workbook

    from peritrace.archives import normalise_zip

    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "患者资料"
    sheet.append([header for header, _ in EXTRACT_ZH])
    for patient in patients:
        sheet.append([_in_chinese(column, patient[column]) for _, column in EXTRACT_ZH])
    workbook.save(path)
    normalise_zip(path)


def _in_chinese(column: str, value: Any) -> Any:
    if value == "":
        return None
    if column.startswith("date_"):
        day = date.fromisoformat(value)
        return f"{day.year}/{day.month}/{day.day}"
    if column == "prior_treatment":
        return "；".join(
            " + ".join(WORDS_ZH.get(drug, drug) for drug in part.split(" + ")) for part in value.split("; ")
        )
    return WORDS_ZH.get(value, value) if isinstance(value, str) else value


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files beside this script, or into another folder."""
    parser = argparse.ArgumentParser(description="Simulate the example cohort.")
    parser.add_argument("--extract-zh", action="store_true", help="write the workbook in Chinese too")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, help="folder (that of this script)")
    options = parser.parse_args(arguments)
    patients = simulate()
    write_patients(patients, options.into / "patients.csv")
    if options.extract_zh:
        write_extract_zh(patients[:EXPORTED], options.into / "extract-zh.xlsx")


if __name__ == "__main__":
    main()
