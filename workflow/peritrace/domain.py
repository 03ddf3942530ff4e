"""What is known of the quantities of cytoreductive and liver surgery, whatever the cohort.

A column with one of these names is held to its rule in every study. What can't be true is refused; what is unlikely is
reported and stays. Where no source is named, a limit is our own and only marks what somebody should look at.
"""

import difflib
import re
from dataclasses import dataclass

_SUGARBAKER = "Jacquet and Sugarbaker, Cancer Treat Res 1996;82:359"
_HIPEC = "our own limits around the variety of regimens in Yurttas et al., J Clin Med 2018;7:567"


@dataclass(frozen=True)
class NumberRule:
    """The range of a quantity; `step` is the grid of a score, whose whole range a figure shows.

    Outside `minimum` to `maximum` a value can't be true, outside `likely` it is worth a look.
    """

    minimum: float
    maximum: float
    step: float | None = None
    reason: str = ""
    unit: str = ""
    likely: tuple[float, float] = (-float("inf"), float("inf"))
    whole: bool = False  # a count
    source: str = ""


_INF = float("inf")
_REGION = NumberRule(0, 3, 1, "the lesion size of a region is scored 0, 1, 2 or 3", source=_SUGARBAKER)
_COUNT = NumberRule(0, _INF, None, "a count is a whole number, not below 0", likely=(0, 100), whole=True)

NUMBER_RULES = {
    "pci": NumberRule(
        0, 39, 1, "the peritoneal cancer index is a sum of 13 regions scored 0 to 3", whole=True, source=_SUGARBAKER
    ),
    **{f"pci_{region}": _REGION for region in range(13)},
    "cc_score": NumberRule(
        0, 3, 1, "the completeness-of-cytoreduction score is 0, 1, 2 or 3", whole=True, source=_SUGARBAKER
    ),
    "residual_mm": NumberRule(0, 500, None, "the largest tumour left behind is in mm", "mm", likely=(0, 200)),
    "kps": NumberRule(
        0,
        100,
        10,
        "the Karnofsky performance status goes in tens from 0 to 100",
        likely=(10, 100),  # 0 is dead
        source="Karnofsky and Burchenal 1949",
    ),
    "ecog": NumberRule(
        0,
        5,
        1,
        "the ECOG performance status goes from 0 to 5, which is dead",
        likely=(0, 4),
        source="Oken et al., Am J Clin Oncol 1982;5:649",
    ),
    "asa": NumberRule(
        1,
        6,
        1,
        "the ASA class goes from 1 to 6, which is an organ donor",
        likely=(1, 5),
        source="American Society of Anesthesiologists, Physical Status Classification System",
    ),
    "age": NumberRule(0, 120, None, "age is in years", "years", likely=(0, 100)),
    "bmi": NumberRule(8, 90, None, "the body mass index is in kg/m²", "kg/m²", likely=(12, 60)),
    # a dose in grams mostly shows as a number below 1
    "hipec_dose_mg": NumberRule(
        0, _INF, None, "the dose is the whole dose in mg, not per m² or litre", "mg", likely=(1, 3000)
    ),
    "hipec_temperature": NumberRule(
        30, 47, None, "the temperature in the abdomen is in °C", "°C", likely=(40, 44), source=_HIPEC
    ),
    "hipec_minutes": NumberRule(
        0, 300, None, "the duration of HIPEC is in minutes", "min", likely=(20, 120), source=_HIPEC
    ),
    "operation_minutes": NumberRule(
        0, 2880, None, "the operation time is in minutes, at most two days", "min", likely=(20, 1200)
    ),
    "blood_loss_ml": NumberRule(0, 100_000, None, "the blood loss is in mL", "mL", likely=(0, 15_000)),
    "hospital_days": NumberRule(0, 3650, None, "the stay in hospital is in days", "days", likely=(1, 365)),
    "afp": NumberRule(0, _INF, None, "alpha-fetoprotein is in ng/mL (µg/L)", "ng/mL", likely=(0, 5_000_000)),
    "tumour_count": _COUNT,
    "tumor_count": _COUNT,
    "metastasis_count": _COUNT,
    "node_count": _COUNT,
    "positive_node_count": _COUNT,
}
# Durations and amounts can't be negative; a study may set narrower limits.
NOT_NEGATIVE = "a duration, count or amount can't be negative"

PCI_REGIONS = tuple(f"pci_{region}" for region in range(13))
HIPEC_DETAILS = ("hipec_drug", "hipec_dose_mg", "hipec_temperature", "hipec_minutes")

# In the order of nature. Adjuvant treatment follows the operation; its place among the later ones is free.
COURSE = ("date_diagnosis", "date_surgery", "date_progression", "date_death")
DATES = (*COURSE, "date_adjuvant", "date_last_contact")

# Largest tumour left behind, in mm: CC1 is less than the first, CC2 from there up to the second.
CC1_BELOW_MM, CC2_UP_TO_MM = 2.5, 25.0

# Dindo, Demartines and Clavien, Ann Surg 2004;240:205. The suffix d marks a lasting disability; V is death.
CLAVIEN_DINDO = "none (or 0), I, II, III, IIIa, IIIb, IV, IVa, IVb and V, with the suffix d where disability lasts"
DEATH_GRADE = 5
POSTOPERATIVE_DAYS = 90  # within which complications are counted after cytoreductive surgery
_GRADE = re.compile(
    r"(?:(?:grade|cd|clavien[-–]dindo) ?)?(?:none|no|0|(?P<grade>iii[ab]?|iv[ab]?|ii?)(?:-?d)?|(?P<death>v))",
    re.IGNORECASE,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


_ALIVE = _words(
    "alive|living|survived|survivor|survives|ned|awd|alive with disease|alive without disease|no evidence of disease|"
    "lebend|lebt|vivant|vivo|viva|vivo|存活|生存|生"
)
_DEAD = _words(
    "dead|died|deceased|death|dod|doc|dead of disease|died of disease|dead of other causes|died of other causes|exitus|"
    "verstorben|gestorben|tot|tod|décédé|décédée|mort|fallecido|fallecida|muerto|muerta|deceduto|死亡|已故"
)
_NONE = _words(
    "no|none|n|0|false|nil|never|not given|not done|not performed|not applicable|no hipec|without|without hipec|"
    "crs alone|crs only|surgery alone|surgery only|nein|kein|keine|ohne|non|sans|sin|否|无|無|未|未行"
)
_GIVEN = _words("yes|y|1|true|given|done|performed|hipec|with hipec|crs + hipec|crs+hipec|ja|oui|sí|si|是|有")


def is_alive(level: str) -> bool | None:
    """Whether a status says alive; None when it says neither alive nor dead."""
    word = level.strip().casefold()
    if word in _ALIVE:
        return True
    return False if word in _DEAD else None


def is_given(level: str) -> bool | None:
    """Whether an answer says that something was given; None when it says neither."""
    word = level.strip().casefold()
    if word in _GIVEN:
        return True
    return False if word in _NONE else None


def clavien_dindo_grade(level: str) -> int | None:
    """Return 0 (no complication) to 5 (death); None for what is no grade of Clavien and Dindo."""
    match = _GRADE.fullmatch(level.strip())
    if match is None:
        return None
    if match["death"]:
        return DEATH_GRADE
    return _ROMAN[match["grade"].casefold().rstrip("ab")] if match["grade"] else 0


def score(level: str) -> float | None:
    """Return the number of a score that a study keeps as levels: 2 of "2", "CC-2", "ECOG 2", "III"; else None."""
    match = _SCORE.fullmatch(level.strip())
    if match is None:
        return None
    return float(match["digits"]) if match["digits"] else float(_ROMAN[match["roman"].casefold()])


_SCORE = re.compile(
    r"(?:(?:cc|ecog|asa|ps|pci|kps|ls|score|grade|class)[ -]?)*(?:(?P<digits>[0-9]{1,3})|(?P<roman>iii|ii|iv|vi|i|v))",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}

# Drugs of intraperitoneal chemotherapy with the short names in use.
DRUGS = {
    "cisplatin": "cisplatinum|cddp|ddp|cis|platinol|顺铂",
    "oxaliplatin": "oxaliplatinum|oxa|ox|lohp|eloxatin|奥沙利铂",
    "carboplatin": "carboplatinum|cbp|cbdca|卡铂",
    "lobaplatin": "lbp|洛铂",
    "nedaplatin": "ndp|奈达铂",
    "mitomycin C": "mitomycin|mmc|丝裂霉素|丝裂霉素c",
    "doxorubicin": "adriamycin|adm|dox|pld|caelyx|doxil|阿霉素|多柔比星",
    "epirubicin": "epi|表阿霉素|表柔比星",
    "paclitaxel": "taxol|ptx|nab-paclitaxel|紫杉醇",
    "docetaxel": "taxotere|dtx|txt|多西他赛|多西紫杉醇",
    "irinotecan": "cpt-11|iri|伊立替康",
    "topotecan": "拓扑替康",
    "gemcitabine": "gemcitabin|gem|吉西他滨",
    "5-fluorouracil": "fluorouracil|5-fu|fu|氟尿嘧啶|5-氟尿嘧啶",
    "floxuridine": "fudr|氟尿苷",
    "raltitrexed": "rtx|tomudex|雷替曲塞",
    "pemetrexed": "pem|培美曲塞",
    "melphalan": "美法仑",
    "mitoxantrone": "米托蒽醌",
    "etoposide": "vp-16|依托泊苷",
    "hydroxycamptothecin": "hcpt|羟基喜树碱",
    "ifosfamide": "异环磷酰胺",
    "thiotepa": "塞替派",
    "bleomycin": "博来霉素",
    "cytarabine": "阿糖胞苷",
    "leucovorin": "folinic acid|lv|亚叶酸钙",
    "bevacizumab": "贝伐珠单抗",
}
_BARE = re.compile(r"[\s_.\-–]+")
_BETWEEN_DRUGS = re.compile(r"[+,;/&()，、；＋（）]|\b(?:and|und|et|y|e|with|mit|plus|then|followed by)\b")
_DOSE = re.compile(r"[0-9][0-9.,×x*]*(?:mg|g|µg|ml|l|min|h|%|°c)?(?:/?m[2²]|/?kg|/?l)?")
_BESIDE_DRUGS = _words(
    "mg|g|ml|l|m2|m²|kg|min|h|°c|hydrochloride|hcl|chloride|mesylate|liposomal|pegylated|ip|iv|hipec|in|"
    "saline|glucose|dextrose|solution|perfusion|bidirectional|for|at|of|dose"
)
_KNOWN_DRUGS = {
    _BARE.sub("", word.casefold()): drug for drug, others in DRUGS.items() for word in (drug, *others.split("|"))
}


def unknown_drug(text: str) -> str | None:
    """Return the first part of a text that names no known drug; None where all do, or where no drug is named."""
    if is_given(text) is not None:
        return None
    for part in _BETWEEN_DRUGS.split(text.casefold()):
        if _BARE.sub("", part) in _KNOWN_DRUGS:
            continue
        words = [word for word in part.split() if not _DOSE.fullmatch(word) and word.strip(".") not in _BESIDE_DRUGS]
        if words and _BARE.sub("", "".join(words)) not in _KNOWN_DRUGS:
            return " ".join(words)
    return None


def near_drug(text: str) -> str | None:
    """Return the known drug whose name looks most like a text, if one does."""
    near = difflib.get_close_matches(_BARE.sub("", text.casefold()), _KNOWN_DRUGS, n=1, cutoff=0.7)
    return _KNOWN_DRUGS[near[0]] if near else None
