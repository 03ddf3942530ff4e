"""Patient-level data to print tables from: R's `survival` data sets, as random cohorts with groups and measures."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parents[1] / "data"
DAYS_PER_MONTH = 30.4375
MISSING = -1


@dataclass(frozen=True)
class Factor:
    """A variable of named levels; `codes` number them from 0, `MISSING` where the value is unknown."""

    name: str
    levels: tuple[str, ...]
    codes: NDArray[np.int64]

    def sizes(self, rows: NDArray[np.bool_] | None = None) -> list[int]:
        codes = self.codes if rows is None else self.codes[rows]
        return [int((codes == code).sum()) for code in range(len(self.levels))]

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.asarray(self.codes != MISSING)


@dataclass(frozen=True)
class Measure:
    """A number per patient, NaN where it is unknown."""

    name: str
    unit: str
    values: NDArray[np.float64]
    whole: bool


@dataclass(frozen=True)
class Cohort:
    """Patients with follow-up in months and death."""

    name: str
    months: NDArray[np.float64]
    died: NDArray[np.bool_]
    factors: Mapping[str, Factor]
    measures: Mapping[str, Measure]

    @property
    def n(self) -> int:
        return len(self.months)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Cohort":
        return Cohort(
            self.name,
            self.months[rows],
            self.died[rows],
            {name: replace(factor, codes=factor.codes[rows]) for name, factor in self.factors.items()},
            {name: replace(measure, values=measure.values[rows]) for name, measure in self.measures.items()},
        )


@dataclass(frozen=True)
class Source:
    """Which columns of a file are what: level names by cell, and measures by (unit, whether whole)."""

    file: str
    factors: dict[str, tuple[str, dict[str, str]]]
    measures: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    per_month: float = DAYS_PER_MONTH
    event: str = "status"


YES_NO = {"1": "Yes", "0": "No"}
AGE = ("age", "years", True)
SOURCES = {
    "colon": Source(
        "colon.csv",
        {
            "Treatment": ("rx", {"Obs": "Observation", "Lev": "Levamisole", "Lev+5FU": "Levamisole + 5-FU"}),
            "Sex": ("sex", {"1": "Male", "0": "Female"}),
            "Obstruction": ("obstruct", YES_NO),
            "Perforation": ("perfor", YES_NO),
            "Adherence": ("adhere", YES_NO),
            "More than 4 nodes": ("node4", YES_NO),
            "Differentiation": ("differ", {"1": "Well", "2": "Moderate", "3": "Poor"}),
            "Extent": ("extent", {"1": "Submucosa", "2": "Muscle", "3": "Serosa", "4": "Contiguous"}),
            "Registration": ("surg", {"0": "Early", "1": "Late"}),
        },
        {"Age": AGE, "Number of positive nodes": ("nodes", "", True)},
    ),
    "flchain": Source(
        "flchain.csv",
        {
            "Sex": ("sex", {"F": "Female", "M": "Male"}),
            "Gammopathy": ("mgus", YES_NO),
            "Light chain group": ("flc_grp", {str(k): ("Low", "Middle", "High")[(k > 4) + (k > 8)] for k in range(11)}),
        },
        {
            "Age": ("entry", "years", True),
            "Kappa": ("kappa", "mg/dl", False),
            "Lambda": ("lambda", "mg/dl", False),
            "Creatinine": ("creatinine", "mg/dl", False),
        },
        per_month=1 / 12,
    ),
    "pbc": Source(
        "pbc.csv",
        {
            "Treatment": ("trt", {"1": "Penicillamine", "2": "Placebo"}),
            "Sex": ("sex", {"f": "Female", "m": "Male"}),
            "Edema": ("edema", {"0": "None", "0.5": "Treated", "1": "Resistant"}),
            "Stage": ("stage", {"1": "I", "2": "II", "3": "III", "4": "IV"}),
            "Cirrhosis": ("stage", {"1": "No", "2": "No", "3": "No", "4": "Yes"}),
        },
        {
            "Age": AGE,
            "Bilirubin": ("bili", "mg/dl", False),
            "Albumin": ("albumin", "g/dl", False),
            "Prothrombin time": ("protime", "s", False),
        },
    ),
    "lung": Source(
        "lung.csv",
        {
            "Sex": ("sex", {"1": "Male", "2": "Female"}),
            "ECOG": ("ph_ecog", {"0": "0", "1": "1", "2": "2 or 3", "3": "2 or 3"}),
            "Ambulatory": ("ph_ecog", {"0": "Yes", "1": "Yes", "2": "No", "3": "No"}),
        },
        {
            "Age": AGE,
            "Karnofsky index": ("ph_karno", "", True),
            "Own Karnofsky index": ("pat_karno", "", True),
            "Calories": ("meal_cal", "kcal", True),
        },
    ),
    "veteran": Source(
        "veteran.csv",
        {
            "Treatment": ("trt", {"1": "Standard", "2": "Test"}),
            "Cell type": (
                "celltype",
                {"squamous": "Squamous", "smallcell": "Small cell", "adeno": "Adeno", "large": "Large"},
            ),
            "Small cell": ("celltype", {"squamous": "No", "smallcell": "Yes", "adeno": "No", "large": "No"}),
            "Prior therapy": ("prior", {"0": "No", "10": "Yes"}),
        },
        {"Age": AGE, "Karnofsky index": ("karno", "", True), "Time from diagnosis": ("diagtime", "months", True)},
    ),
    "ovarian": Source(
        "ovarian.csv",
        {
            "Treatment": ("rx", {"1": "Cyclophosphamide", "2": "Combination"}),
            "Residual disease": ("resid_ds", {"2": "Yes", "1": "No"}),
            "ECOG": ("ecog_ps", {"1": "1", "2": "2"}),
        },
        {"Age": AGE},
    ),
    "heart": Source(
        "heart.csv",
        {"Transplant": ("transplant", YES_NO), "Prior surgery": ("surgery", YES_NO)},
        {"Age": AGE, "Year of acceptance": ("year", "years", False)},
    ),
    "gehan": Source("gehan.csv", {"Treatment": ("treat", {"6-MP": "6-MP", "placebo": "Placebo"})}, per_month=4.348),
    "aml": Source(
        "aml.csv",
        {"Maintenance": ("x", {"Maintained": "Maintained", "Nonmaintained": "Not maintained"})},
        per_month=4.348,
    ),
    "myeloma": Source("regression-myeloma.csv", {}, {"Year of diagnosis": ("year", "", True)}, event="event"),
}
# Large data sets with many factors are drawn more often than those that fill two rows of a table.
WEIGHTS = {"colon": 6, "pbc": 5, "lung": 4, "veteran": 4, "flchain": 4, "ovarian": 2, "heart": 2, "myeloma": 1}
WEIGHTS |= {"gehan": 0.5, "aml": 0.5}


@cache
def read(name: str) -> Cohort:
    """A whole data set; delayed entry is counted from the entry, and a patient's rows are taken together."""
    source = SOURCES[name]
    with (DATA / source.file).open(newline="") as file:
        rows = list(csv.DictReader(file))
    if name == "heart":  # the last row of a patient tells the end, and whether there was a transplantation
        rows = list({row["id"]: row for row in rows}.values())
    entries = [float(row.get("entry", 0) or 0) if name in ("flchain", "myeloma") else 0.0 for row in rows]
    months = np.array([float(row["time"]) - entry for row, entry in zip(rows, entries, strict=True)])
    factors = {}
    for label, (column, levels) in source.factors.items():
        names = tuple(dict.fromkeys(levels.values()))
        codes = [names.index(levels[row[column]]) if row[column] in levels else MISSING for row in rows]
        factors[label] = Factor(label, names, np.array(codes, dtype=np.int64))
    measures = {}
    for label, (column, unit, whole) in source.measures.items():
        values = np.array([float(row[column]) if row[column] else np.nan for row in rows])
        values = values + 48 if (name, column) == ("heart", "age") else values  # given as age less 48
        measures[label] = Measure(label, unit, np.floor(values) if whole else values, whole)
    died = np.array([row[source.event] == "1" for row in rows])
    return Cohort(name, months / source.per_month, died, factors, measures)


def draw_cohort(rng: np.random.Generator) -> Cohort:
    """Random patients of a random data set, from about 30 to all, with measures cut into levels too."""
    names = list(WEIGHTS)
    weights = np.array([WEIGHTS[name] for name in names], dtype=np.float64)
    cohort = read(str(rng.choice(names, p=weights / weights.sum())))
    n = cohort.n if cohort.n < 40 or rng.random() < 0.1 else int(np.exp(rng.uniform(np.log(30), np.log(cohort.n))))
    cohort = cohort.take(np.sort(rng.choice(cohort.n, size=n, replace=False)))
    cuts = {}
    for measure in cohort.measures.values():
        if (factor := cut(measure, rng)) is not None:
            cuts[factor.name] = factor
    return replace(cohort, factors=dict(cohort.factors) | cuts)


def cut(measure: Measure, rng: np.random.Generator) -> Factor | None:
    """A measure in two or three classes at round values; None where that leaves a class empty."""
    present = measure.values[~np.isnan(measure.values)]
    if len(present) < 10:
        return None
    step = 5.0 if measure.whole and np.ptp(present) > 30 else 1.0 if measure.whole or np.ptp(present) > 10 else 0.5
    shares = [rng.uniform(0.3, 0.7)] if rng.random() < 0.7 or not measure.whole else [1 / 3, 2 / 3]
    cuts = sorted({step * round(float(np.quantile(present, share)) / step) for share in shares})
    if len(cuts) < len(shares) or (len(cuts) == 2 and cuts[1] - cuts[0] < 2):
        return None
    codes = np.digitize(measure.values, cuts, right=len(cuts) == 1)
    texts = [f"{value:g}" for value in cuts]
    levels = (f"≤ {texts[0]}", f"> {texts[0]}")
    if len(cuts) == 2:
        levels = (f"< {texts[0]}", f"{texts[0]}–{cuts[1] - 1:g}", f"≥ {texts[1]}")
    codes = np.where(np.isnan(measure.values), MISSING, codes)
    factor = Factor(measure.name, levels, codes)
    return factor if min(factor.sizes()) > 0 else None


def with_gaps(cohort: Cohort, rng: np.random.Generator) -> Cohort:
    """The same patients with 2 to 8 % of the values of a few factors unknown."""
    factors = dict(cohort.factors)
    own = [name for name in factors if name not in cohort.measures]
    for name in rng.permutation(own)[: int(rng.integers(1, 4))].tolist():
        codes = factors[name].codes.copy()
        codes[rng.random(len(codes)) < rng.uniform(0.02, 0.08)] = MISSING
        factors[name] = replace(factors[name], codes=codes)
    return replace(cohort, factors=factors)
