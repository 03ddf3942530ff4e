"""Sentences made from a study and its statistics: results in brief, methods as they ran, limits, pictures in words."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.claims import QUANTITIES
from peritrace.formats import format_interval, format_number, format_percent
from peritrace.meaning import Dates, Endpoint
from peritrace.methods import METHODS
from peritrace.study import Study
from peritrace.tabulations.lookup import NOT_REACHED, level_text, numbers, standard
from peritrace.words import counted, in_sentence, listing

EVENTS_PER_COVARIATE = 10
SMALL_RISK_SET = 10


def estimates(ard: Ard, code: str, method: str = "kaplan-meier", group: str = "", level: str = "") -> dict[str, float]:
    """Patients, events and median of an endpoint under the standard reading, by the names of the ARD."""
    chosen = _of_part(standard(ard, "survival"), code, method, group, level)
    return numbers(chosen, "stat_name")


def rates(
    ard: Ard, code: str, method: str = "kaplan-meier", group: str = "", level: str = ""
) -> dict[str, dict[str, float]]:
    """Survival rates by time point: estimate, limits and number at risk."""
    chosen = _of_part(standard(ard, "survival-rate"), code, method, group, level)
    times = dict.fromkeys(s.variable_level for s in chosen)
    return {time: numbers([s for s in chosen if s.variable_level == time], "stat_name") for time in times}


def _of_part(statistics: Iterable[Statistic], code: str, method: str, group: str, level: str) -> list[Statistic]:
    part = (code, method, group, level)
    return [s for s in statistics if (s.variable, s.method, s.group1, s.group1_level) == part]


def in_brief(study: Study, ard: Ard) -> list[tuple[str, str]]:
    """What the data give, for someone who reads nothing else: a heading and a sentence for each."""
    told = []
    for endpoint in study.endpoints:
        if found := estimates(ard, endpoint.code):
            at = rates(ard, endpoint.code)
            sentence = f"{events_in_patients(found)}. {median_in_words(study, found, limits=True)}."
            if survival := rates_in_words(study, at):
                sentence += f" {survival}."
            told.append((endpoint.label, sentence))
    if follow_up := _follow_up(study, ard):
        told.append(("Follow-up", follow_up))
    if early := _early_deaths(study, ard):
        told.append(("Early deaths", early))
    return told


def events_in_patients(found: Mapping[str, float]) -> str:
    """ "5 events in 10 patients"."""
    events = counted(int(found.get("n_event", 0)), "event")
    return f"{events} in {counted(int(found.get('n', 0)), 'patient')}"


def median_in_words(study: Study, found: Mapping[str, float], *, limits: bool = False) -> str:
    """A median survival time, with its limits when asked for."""
    median = found.get("median", math.nan)
    if math.isnan(median):
        return f"Median {NOT_REACHED}"
    text = f"Median {format_number(median)} {study.time_unit}"
    low, high = (found.get(name, math.nan) for name in ("median_conf_low", "median_conf_high"))
    if not limits or (math.isnan(low) and math.isnan(high)):
        return text
    if math.isnan(high):
        return f"{text} ({level_text(study.analyses.level)} from {format_number(low)}, upper limit not reached)"
    return f"{text} ({level_text(study.analyses.level)} {format_interval(low, high)})"


def rates_in_words(study: Study, at: Mapping[str, Mapping[str, float]]) -> str:
    """Survival at each time point that the follow-up reaches."""
    reached = [
        f"{format_percent(found['estimate'], 1)} at {time}"
        for time, found in at.items()
        if math.isfinite(found.get("estimate", math.nan)) and found.get("beyond_follow_up") != 1
    ]
    beyond = [time for time, found in at.items() if found.get("beyond_follow_up") == 1]
    parts = [f"{listing(reached)} {study.time_unit}"] if reached else []
    if beyond:
        parts.append(f"nobody was followed to {listing(beyond)} {study.time_unit}")
    return "; ".join(parts)


def _early_deaths(study: Study, ard: Ard) -> str:
    """Deaths soon after the origin of follow-up, with the range that rounded times leave open."""
    code = study.analyses.follow_up or ""
    told = []
    for days in study.analyses.days_by:
        rows = ard.where(context="deaths-within", variable=code, variable_level=as_stat(days))
        by_convention = {s.convention: int(s.number) for s in rows}
        least, most = by_convention.get(""), by_convention.get("times=as-rounded", by_convention.get(""))
        if least is not None:
            range_ = f"{least}" if most in (least, None) else f"{least} to {most} (times are rounded)"
            told.append(f"{range_} within {days:g} days")
    return f"{listing(told)} of {study.endpoint(code).origin}." if told else ""


def _follow_up(study: Study, ard: Ard) -> str:
    told = []
    for method, name in (
        ("observed-follow-up", "of the observed times"),
        ("reverse-kaplan-meier", "by reverse Kaplan–Meier"),
    ):
        chosen = [s for s in standard(ard, "follow-up") if s.method == method]
        found = numbers(chosen, "stat_name")
        if math.isfinite(found.get("median", math.nan)):
            told.append(f"{format_number(found['median'])} {study.time_unit} {name}")
    if not told:
        return ""
    origin = study.endpoint(study.analyses.follow_up).origin if study.analyses.follow_up else ""
    return f"Median {listing(told)}{f', from {origin} on' if origin else ''}."


SCALES = {"log-log": "log(−log)", "log": "log", "plain": "plain"}


CHOICE_OF_TESTS = (
    "Each characteristic was compared between groups by one test, chosen by its kind: numbers by the Mann–Whitney test "
    "(exact up to 50 patients) or, with more than two groups, the Kruskal–Wallis test; categories by the chi-square "
    "test, or by Fisher's exact test where a count of less than five is expected."
)


def methods(study: Study, ard: Ard) -> list[str]:
    """The methods section: a sentence for each method that gave a number of the standard reading."""
    analyses = study.analyses
    used = {s.method for s in ard if s.stat and not s.convention}
    sentences = [method.sentence for key, method in METHODS.items() if key in used]
    if any(s.context == "group-test" for s in ard):
        sentences.append(CHOICE_OF_TESTS)
    estimation = " ".join(sentences)
    days = f", a month being {study.days_per_month:g} days" if study.time_unit == "months" else ""
    dated = any(isinstance(endpoint.time, Dates) for endpoint in study.endpoints)
    times = f"Times are in {study.time_unit}{days if dated else ''}"
    points = [as_stat(time) for time in analyses.time_points]
    settings = [
        f"{times}; survival is given at {listing(points)} {study.time_unit}, "
        "and not beyond the time to which a patient was followed.",
        f"Confidence intervals (CI) are at the {level_text(analyses.level).removesuffix(' CI')} level, those of "
        f"survival symmetric on the {SCALES[analyses.limits]} scale. P values are "
        "two-sided and not adjusted for the number of comparisons. Numbers are rounded half-up.",
    ]
    if "life-table" in used:
        table = analyses.life_table
        last = f", the last one open from {as_stat(table.through)} on" if table.through else ""
        settings.insert(1, f"Life tables have intervals of {as_stat(table.interval)} {study.time_unit}{last}.")
    sources = [source for key in METHODS if key in used for source in METHODS[key].source.split("; ") if source]
    cited = f"Sources: {'; '.join(dict.fromkeys(sources))}." if sources else ""
    return [text for text in (estimation, " ".join(settings), cited) if text]


def stated_methods(study: Study) -> str:
    """What the source says of its methods, as the study file holds it."""
    told = [
        f"{listing([METHODS[name].label if name in METHODS else name for name in names])} for {QUANTITIES[quantity][1]}"
        for quantity, names in study.audit.stated.items()
        if quantity in QUANTITIES
    ]
    software = f"The source names {study.audit.software} as its software. " if study.audit.software else ""
    return software + (f"It states {'; '.join(told)}." if told else "")


def agreement(study: Study, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """How far the estimates agree with those of lifelines, and which were left out of the comparison or differ."""
    compared = [row for row in rows if row["apart"]]
    if not compared:
        return []
    number = sum(int(row["compared"]) for row in compared)
    largest = max((row["apart"].removeprefix("< ") for row in compared), key=float)
    differing = [row for row in rows if row["agree"] != "1"]
    text = (
        f"{counted(number, 'number')} of {counted(len(compared), 'analysis', 'analyses')} were computed a second time"
    )
    told = [f"{text} with lifelines; the largest relative difference is below {largest}."]
    if differing:
        where = [
            ", ".join(filter(None, (row["estimate"], in_sentence(study.label(row["endpoint"])), row["level"])))
            for row in differing
        ]
        told.append(f"The implementations differ in {listing(where)}.")
    for note in dict.fromkeys(row["note"] for row in rows if row["note"]):
        left = [row["estimate"] for row in rows if row["note"] == note]
        told.append(f"Left out: {counted(len(left), left[0])} ({note}).")
    return told


def limits(study: Study, ard: Ard) -> list[str]:
    """What these data can't show: as the study file says, and as the numbers themselves say."""
    told = list(study.limits)
    few = [
        f"{in_sentence(endpoint.label)} ({events_in_patients(found)})"
        for endpoint in study.endpoints
        if 0 < (found := estimates(ard, endpoint.code)).get("n_event", 0) < EVENTS_PER_COVARIATE
    ]
    if few:
        rule = "; regression is usually asked for ten events per covariate" * bool(study.analyses.models)
        told.append(f"Few events: {listing(few)}{rule}.")
    if late := _late_risk_sets(study, ard):
        told.append(late)
    unsure = {s.analysis for s in standard(ard, "model") if s.warning}
    models = [model.label for model in study.analyses.models if model.id in unsure]
    if models:
        names = listing([in_sentence(label) for label in dict.fromkeys(models)])
        told.append(f"Maximum likelihood gives no ratio for {names}; the reason stands below the table of models.")
    return told


def _late_risk_sets(study: Study, ard: Ard) -> str:
    """How few remain at risk at the last time point that is reached."""
    told = []
    for endpoint in study.endpoints:
        at = {time: found for time, found in rates(ard, endpoint.code).items() if "n_risk" in found}
        reached = [(time, int(found["n_risk"])) for time, found in at.items() if found.get("beyond_follow_up") != 1]
        if reached and 0 < reached[-1][1] < SMALL_RISK_SET:
            told.append(f"{reached[-1][1]} at {reached[-1][0]} {study.time_unit} ({in_sentence(endpoint.label)})")
    return f"Few patients remain at risk late: {listing(told)}." if told else ""


def later_origin(study: Study, endpoint: Endpoint) -> str:
    """From what on patients of a delayed-entry endpoint are observed, in words."""
    entry = getattr(endpoint.time, "entry", None)
    if isinstance(entry, list):  # observed from a − b on: the origin of the endpoint whose time is b
        for other in study.endpoints:
            if getattr(other.time, "column", None) == entry[1]:
                return other.origin
        return in_sentence(study.label(entry[1]))
    return in_sentence(study.label(entry)) if entry else "a later time"


def delayed_entry(study: Study, ard: Ard, endpoint: Endpoint) -> list[str]:
    """Why time from an origin before observation needs delayed entry, and how thin its early risk sets are."""
    later = later_origin(study, endpoint)
    told = [
        f"{endpoint.label} counts from {endpoint.origin}, but a patient is observed only from {later} on: whoever died "
        "in between could not become one of these patients. The plain estimate counts that wait as survived, so it "
        f"tends to be too high. With delayed entry a patient is at risk only from {later} on, which assumes that "
        "the time of entry says nothing about the outlook."
    ]
    steps: dict[str, dict[str, float]] = {}
    for s in standard(ard, "survival-curve"):
        if s.variable == endpoint.code and s.method == "kaplan-meier-delayed-entry" and not s.group1:
            steps.setdefault(s.variable_level, {})[s.stat_name] = s.number
    told += _smallest_risk_set(study, steps)
    others = [
        e.label
        for e in study.endpoints
        if e.origin == later and e.events[0].description == endpoint.events[0].description
    ]
    if others:
        told.append(f"{others[0]} is not affected.")
    return told


def _smallest_risk_set(study: Study, steps: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The step of a curve that rests on the fewest patients, where they are few."""
    previous, thinnest = 1.0, None
    for time, found in steps.items():
        step = (int(found.get("n_risk", 0)), time, previous, found.get("estimate", math.nan))
        if found.get("n_event", 0) > 0 and (thinnest is None or step[0] < thinnest[0]):
            thinnest = step
        previous = found.get("estimate", previous)
    if thinnest is None or thinnest[0] >= SMALL_RISK_SET:
        return []
    n_risk, time, before, after = thinnest
    return [
        f"Its risk sets are small: at {format_number(float(time))} {study.time_unit} {counted(n_risk, 'patient')} "
        f"{'was' if n_risk == 1 else 'were'} at risk, and the event of that time takes the estimate from "
        f"{format_percent(before)} to {format_percent(after)}."
    ]


# The field's abbreviations, explained in a report that uses them.
ABBREVIATIONS = {
    "AFP": "alpha-fetoprotein",
    "BCLC": "Barcelona Clinic Liver Cancer stage",
    "BMI": "body mass index",
    "CNLC": "China Liver Cancer stage",
    "CR": "complete response",
    "HAIC": "hepatic artery infusion chemotherapy",
    "HBV": "hepatitis B virus",
    "OR": "odds ratio",
    "PD": "progressive disease",
    "PR": "partial response",
    "PVTT": "portal vein tumour thrombus",
    "SD": "stable disease, or standard deviation",
    "df": "degrees of freedom",
    "PD-1": "programmed cell death protein 1",
    "SPSS": "the statistics program of IBM",
    "CC": "completeness of cytoreduction (0 no residual nodule, 1 below 2.5 mm, 2 up to 2.5 cm, 3 larger)",
    "CI": "confidence interval",
    "CRS": "cytoreductive surgery",
    "HCC": "hepatocellular carcinoma",
    "HIPEC": "hyperthermic intraperitoneal chemotherapy",
    "KPS": "Karnofsky performance status",
    "OS": "overall survival",
    "PCI": "peritoneal cancer index, 0 to 39",
    "PFS": "progression-free survival",
    "SAE": "severe (serious) adverse event",
    "SE": "standard error",
    "TACE": "transcatheter arterial chemoembolization",
}


def abbreviations(study: Study, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Those abbreviations that occur in the texts as words, with their meaning; CC0/1 counts as CC."""
    words = {word for text in texts for word in re.findall(r"\b(?:PD-1|df|[A-Z][A-Za-z]*\d?)", text)}
    words |= {word.rstrip("0123456789") for word in words}
    known = ABBREVIATIONS | {endpoint.code: in_sentence(endpoint.label) for endpoint in study.endpoints}
    return [(short, known[short]) for short in sorted(known) if short in words]
