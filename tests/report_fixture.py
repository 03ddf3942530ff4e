"""A small study as the stages before tabulate and report hand it on, with hostile text wherever text can stand.

The patients are those of R's `survival::aml`, the numbers those of R 4.2.2 with survival 3.5-3:

    survfit(Surv(time, status) ~ 1, aml, conf.type = "log-log"), the same ~ x, summary(…, times = c(12, 24, 36)),
    survdiff(Surv(time, status) ~ x, aml), coxph(Surv(time, status) ~ x, aml, ties = "efron" and "breslow"),
    quantile(aml$time, c(.25, .5, .75), type = 6), also by x

What no R call is named for (verdicts, conventions, delayed entry, the model without an estimate) is made up to fill
every part of a page.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from peritrace.ard import Statistic, as_stat, write_ard
from peritrace.files import read_csv, write_csv, write_text
from peritrace.stages.index import Entry, index
from peritrace.stages.report import Results, report
from peritrace.stages.tabulate import tabulate
from peritrace.study import Study

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
COMMENT = "--> <!-- </title></style> {{ 7*7 }} $x$"
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4
AML = Path(__file__).parent / "data" / "aml.csv"
VERSIONS = {"peritrace": "0.1.0", "Python": "3.11.2"}
VERDICTS = ("reproduced", "reproduced-by-convention", "coherent", "contradicted", "unverifiable")

STUDY: dict[str, Any] = {
    "id": "aml",
    "title": f"Maintenance chemotherapy in leukaemia {SCRIPT}",
    "short_title": "Aml fixture",
    "citation": {"authors": f"A & B {IMAGE}", "journal": "No Journal", "year": 1999},
    "about": [f"A page for tests. {COMMENT}"],
    "limits": [f"Not a study. {LONG_WORD}"],
    "columns": [
        {"name": "subject", "source": "id", "label": "Patient", "type": "identifier"},
        {"name": "weeks", "source": "time", "label": "Time", "type": "number", "unit": "months", "decimals": 0},
        {"name": "status", "source": "status", "label": f"Status {IMAGE}", "type": "category", "levels": {"1": "dead"}},
        {"name": "note", "source": "note", "label": "Note", "type": "text"},
    ],
    "groups": [
        {
            "name": "arm",
            "label": "Chemotherapy",
            "column": "note",
            "levels": [{"label": "Maintained", "contains": ["m"]}, {"label": "Nonmaintained", "otherwise": True}],
            "why": SCRIPT,
        }
    ],
    "endpoints": [
        {
            "code": "OS",
            "label": "Overall survival",
            "origin": "complete remission",
            "time": {"column": "weeks", "entry": ["weeks", "weeks"]},
            "inferred": True,
            "events": [{"code": "OS", "description": f"Relapse {SCRIPT}", "always": True}],
        }
    ],
    "analyses": {
        "time_points": [12, 24, 36],
        "follow_up": "OS",
        "describe": ["weeks", "arm"],
        "compare": [{"endpoint": "OS", "by": "arm"}],
        "models": [
            {"id": "cox-arm", "kind": "cox", "endpoint": "OS", "covariates": ["arm"], "label": "Relapse"},
            {"id": "cox-none", "kind": "cox", "endpoint": "OS", "covariates": ["arm"], "label": "Rare event"},
        ],
    },
    "audit": {"software": "SPSS", "stated": {"survival-rate": ["kaplan-meier", "life-table"]}},
    "figures": [
        {"id": "fig-1", "kind": "survival", "title": "Survival", "endpoint": "OS", "printed_as": "Fig. 1"},
        {"id": "fig-2", "kind": "survival", "title": f"By arm {SCRIPT}", "endpoint": "OS", "by": "arm"},
        {"id": "fig-3", "kind": "points", "title": "Points", "variable": "weeks", "by": "arm"},
        {"id": "fig-4", "kind": "swimmer", "title": "Courses", "total": "OS", "observed": "OS"},
    ],
    "tables": [
        {
            "id": "table-1",
            "kind": "rows",
            "title": f"Patients {COMMENT}",
            "columns": ["subject", "weeks", "status", "note"],
            "printed_as": "Table 1",
            "notes": [f"A note {SCRIPT}"],
        },
        {"id": "characteristics", "kind": "characteristics", "title": "Characteristics", "by": "arm"},
        {"id": "survival", "kind": "survival", "title": "Estimates"},
        {"id": "life-table", "kind": "life-table", "title": "Life table", "endpoint": "OS"},
        {"id": "comparisons", "kind": "comparisons", "title": "Comparisons"},
        {"id": "models", "kind": "models", "title": "Models"},
        {"id": "associations", "kind": "associations", "title": "Associations"},
    ],
}


def audited_study() -> Study:
    """The study with everything in it."""
    return Study.model_validate(STUDY)


def plain_study() -> Study:
    """A cohort of its own: no paper, no claims, no group."""
    kept = {key: STUDY[key] for key in ("columns", "endpoints")}
    tables = [table for table in STUDY["tables"] if table["id"] == "survival"]
    return Study.model_validate({"id": "plain", **kept, "tables": tables, "figures": []})


def patients() -> list[dict[str, str]]:
    """The rows of aml with notes that must stay text."""
    notes = [SCRIPT, IMAGE, COMMENT, LONG_WORD, "=1+1", "-2", ""]
    rows = []
    for number, row in enumerate(read_csv(AML)):
        dead = "dead" if row["status"] == "1" else "alive"
        note = notes[number] if number < len(notes) else "none"
        cells = {"subject": str(number + 1), "weeks": f"{row['time']}.0", "status": dead, "note": note}
        rows.append({"USUBJID": f"aml-{number + 1}", **cells, "arm": row["x"]})
    return rows


def statistics() -> Iterator[Statistic]:
    """The ARD."""
    all_patients = {"n": 23, "n_event": 18, "median": 27, "median_conf_low": 13, "median_conf_high": 34}
    yield from _rows("survival", "kaplan-meier", all_patients | {"time_min": 5, "time_max": 161})
    rates = {12: (0.739130, 0.509209, 0.873376, 18), 24: (0.546584, 0.319250, 0.726449, 11)}
    yield from _rates(rates | {36: (0.276052, 0.104441, 0.480285, 5)})
    maintained = {"n": 11, "n_event": 7, "median": 31, "median_conf_low": 13, "median_conf_high": None}
    yield from _rows("survival", "kaplan-meier", maintained, group1="arm", group1_level="Maintained")
    others = {"n": 12, "n_event": 11, "median": 23, "median_conf_low": 5, "median_conf_high": 33}
    yield from _rows("survival", "kaplan-meier", others, group1="arm", group1_level="Nonmaintained")
    for at in (12, 24, 36):
        beyond = {"estimate": 0.5, "beyond_follow_up": 1}
        labels = {"variable_level": str(at), "group1": "arm", "group1_level": "Nonmaintained"}
        yield from _rows("survival-rate", "kaplan-meier", beyond, **labels)
    yield from _rows("survival", "kaplan-meier", {"median": 99}, convention="median=r")
    yield from _rows("survival", "life-table", {"median": None})
    late = {"n": 23, "n_event": 18, "median": 16, "median_conf_low": 5, "median_conf_high": None}
    yield from _rows("survival", "kaplan-meier-delayed-entry", late)
    for time, n_risk, events, estimate in (("0", 2, 0, 1.0), ("2.1", 2, 1, 0.5), ("16", 9, 1, 4 / 9)):
        step = {"n_risk": n_risk, "n_event": events, "estimate": estimate}
        yield from _rows("survival-curve", "kaplan-meier-delayed-entry", step, variable_level=time)
    yield from _rows("follow-up", "observed-follow-up", {"median": 23})
    first = {"end": 12, "n_entering": 23, "n_exposed": 23, "cumulative_survival": 0.7826, "hazard": 0.0203}
    yield from _rows("life-table", "life-table", first, variable_level="0")
    yield from _rows("life-table", "life-table", {"end": None, "n_entering": 18}, variable_level="12")
    yield from _comparisons_and_models()
    yield from _descriptive()


def _rows(context: str, method: str, found: Mapping[str, float | None], **labels: str) -> Iterator[Statistic]:
    labels = {"variable": "OS", **labels}
    for stat_name, value in found.items():
        yield Statistic(context, stat_name, as_stat(value), method=method, **labels)


def _rates(rates: dict[int, tuple[float, float, float, int]]) -> Iterator[Statistic]:
    for time, (estimate, low, high, n_risk) in rates.items():
        found = {"estimate": estimate, "conf_low": low, "conf_high": high, "n_risk": n_risk, "beyond_follow_up": 0}
        yield from _rows("survival-rate", "kaplan-meier", found, variable_level=str(time))


def _comparisons_and_models() -> Iterator[Statistic]:
    by_arm = {"group1": "arm"}
    test = {"statistic": 3.396388699, "df": 1, "p_value": 0.06533932204}
    yield from _rows("comparison", "log-rank", test, **by_arm)
    for level, counts in (("Maintained", (7, 10.68933599)), ("Nonmaintained", (11, 7.310664008))):
        found = dict(zip(("observed", "expected"), counts, strict=True))
        yield from _rows("comparison", "log-rank", found, **by_arm, group1_level=level)
    term = {"group1": "arm", "group1_level": "Nonmaintained", "variable_level": "Maintained"}
    efron = (2.498105326, 0.9159072574, 6.813495766, 0.07371486064, 23, 18, 0.06581424016)
    breslow = (2.470003885, 0.9050476128, 6.740992526, 0.07753025121, 23, 18, 0.06944800055)
    names = ("estimate", "conf_low", "conf_high", "p_value", "n", "n_event", "lr_p_value")
    for method, values in (("cox-efron", efron), ("cox-breslow", breslow)):
        yield from _rows("model", method, dict(zip(names, values, strict=True)), analysis="cox-arm", **term)
    endless = {"estimate": float("inf"), "conf_low": None, "conf_high": None, "p_value": None, "lr_p_value": 0.0007}
    reason = f"no events in one arm {SCRIPT}"
    yield from _rows("model", "cox-efron", endless, analysis="cox-none", warning=reason, **term)


def _descriptive() -> Iterator[Statistic]:
    quartiles = {"": (23, 12, 23, 34), "Maintained": (11, 13, 28, 45), "Nonmaintained": (12, 8, 19.5, 32.25)}
    for level, (n, p25, median, p75) in quartiles.items():
        labels = {"group1": "arm", "group1_level": level} if level else {}
        found = {"N": n, "missing": 0, "p25": p25, "median": median, "p75": p75, "min": 5, "max": 161}
        yield from _rows("summary", "descriptive", found, variable="weeks", **labels)
    for level, count in (("Maintained", 11), ("Nonmaintained", 12)):
        counts = {"n": count, "N": 23, "p": count / 23}
        yield from _rows("counts", "descriptive", counts, variable="arm", variable_level=level)
    found = {"statistic": 45.5, "p_value": 0.2}
    yield from _rows("association", "mann-whitney", found, variable="weeks", group1="arm")


def verdicts() -> Iterator[dict[str, str]]:
    """Claims with each verdict, one of them printed twice; `time` claims bear on Fig. 1, `arm` claims on Fig. 2."""
    for number, verdict in enumerate(VERDICTS):
        yield {
            "claim_id": f"claim-{number}",
            "location": "Abstract",
            "quantity": "survival-rate",
            "statement": f"Overall survival at {12 * (number + 1)} months {SCRIPT}",
            "reported": ("73.9%", "54.7%", "three", "27.6%", LONG_WORD)[number],
            "recomputed": ("73.9%", "54.7%", "3 of 3", "26.7%", "")[number],
            "method": "Kaplan–Meier" if number < 2 else "",
            "verdict": verdict,
            "explanation": f"Because {verdict} {COMMENT}",
            "convention": "row=starts-at" if number == 1 else "",
            "touches": ("conclusion", "result", "description", "conclusion", "description")[number],
            "variable": "OS",
            "group": "arm" if number == 0 else "",
        }
        if verdict == "contradicted":
            yield {
                "claim_id": "claim-again",
                "location": "Results",
                "quantity": "survival-rate",
                "statement": "Overall survival at 48 months <script>alert(1)</script>",
                "reported": "27.6%",
                "recomputed": "26.7%",
                "method": "",
                "verdict": verdict,
                "explanation": f"Because {verdict} {COMMENT}",
                "touches": "conclusion",
                "variable": "OS",
            }


def write_results(folder: Path) -> Results:
    """Write what the stages before the report would have left."""
    write_ard(folder / "estimate/ard.csv", statistics())
    write_csv(folder / "derive/adsl.csv", list(patients()[0]), patients())
    rows = list(verdicts())
    write_csv(folder / "audit/verdicts.csv", list(rows[0]), rows)
    convention = {"quantity": "survival rates", "explained": 2, "of": 5, "departures": 1}
    names = {"explained_ids": "claim-0 claim-1", "unexplained_ids": "claim-3 claim-again"}
    convention |= {"convention": f"Life table {SCRIPT}", **names}
    write_csv(folder / "audit/conventions.csv", list(convention), [convention])
    shared = {"endpoint": "OS", "median": "27.0", "rate_12": "73.9%", "rate_24": "54.7%", "of": 5}
    events = [
        {**shared, "code": "OS", "chosen": "1", "description": SCRIPT, "why": IMAGE, "events": 18, "explained": 3},
        {**shared, "code": "OSB", "chosen": "", "description": COMMENT, "why": "", "events": 9, "explained": 1},
    ]
    write_csv(folder / "audit/event_definitions.csv", [*events[0], "explained_alike"], events)
    for figure in audited_study().figures:
        picture = '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="100pt" viewBox="0 0 20 10">'
        write_text(
            folder / f"draw/{figure.id}.svg", f"{picture}<script>alert(1)</script><path d='M0 0h20v10z'/></svg>\n"
        )
        write_text(folder / f"draw/{figure.id}.csv", "time,survival\n0,1\n")
    tabulate(audited_study(), folder / "estimate/ard.csv", folder / "derive/adsl.csv", folder / "tabulate")
    return Results(folder / "estimate/ard.csv", folder / "draw", folder / "tabulate", folder / "audit")


def build_site(folder: Path) -> Path:
    """Write the results and the pages of two studies and the index; returns the folder of the pages."""
    results, pages = write_results(folder / "results/aml"), folder / "reports"
    report(audited_study(), results, {"resources/aml/patients.csv": "0" * 64}, VERSIONS, pages / "aml.html")
    plain = Results(results.ard, folder / "none", folder / "results/plain/tabulate")
    tabulate(plain_study(), results.ard, folder / "results/aml/derive/adsl.csv", plain.tabulate)
    report(plain_study(), plain, {}, VERSIONS, pages / "plain.html")
    entries = [
        Entry(audited_study(), "aml.html", results.audit / "verdicts.csv" if results.audit else None),
        Entry(plain_study(), "plain.html"),
    ]
    index(entries, pages / "index.html")
    return pages
