"""Cells that a study does not use are nowhere after a run, and those that it uses only where they belong.

Every cell of a column that the study file does not declare, and of its surroundings in a workbook, holds a token of
its own. The project's folder, what was printed and the folder for temporary files are then searched for them byte by
byte, also inside zip archives, compressed streams and data addresses.
"""

import base64
import binascii
import csv
import io
import itertools
import re
import secrets
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from openpyxl.comments import Comment

from peritrace.__main__ import main
from peritrace.files import read_csv
from tests.workflow.workspace import Run, Workspace, copy_project

PATIENTS = 20
OLD_AGE = "97.25"  # years, in months 1167
CONSONANTS = "bcdfghjklmnpqrstvwxz"
CANARY, NOTE = "CANARY", "QZNOTE"
DAY = re.compile(rb"(?<!\d)19\d\d-?\d\d-?\d\d(?!\d)")
# Headers that tell who a patient is, free text, codes, and what a proposal would like to use.
UNDECLARED = ("Name", "Phone", "Address", "Remarks", "Surgeon", "Ward code", "Histology", "PCI comment", "=formula")
KINDS = ("csv", "xlsx", "parquet", "redcap")

Table = list[dict[str, str]]


@dataclass
class Secrets:
    """Tokens, each given out once; `dates` are those of patients."""

    tokens: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)

    def token(self, kind: str, row: object, column: object) -> str:
        """A new token, as in CANARY-3-Name-kwtzbqpdvxgl; digits at its end might look like a telephone number."""
        column = re.sub(r"[^a-zA-Z0-9]", "", str(column))
        unique = "".join(secrets.choice(CONSONANTS) for _ in range(12))
        self.tokens.append(f"{kind}-{row}-{column}-{unique}")
        return self.tokens[-1]

    def day(self, day: date) -> str:
        """A date of a patient."""
        self.dates.append(day.isoformat())
        return self.dates[-1]


def declared(known: Secrets, shift: int = 0) -> Table:
    """The columns that the study uses, each note a token and each date one of its own."""
    rows = []
    for number in range(PATIENTS):
        diagnosed = date(1951, 1, 3) + timedelta(days=151 * number + shift)
        operated, last = diagnosed + timedelta(days=31), diagnosed + timedelta(days=75)
        dead = number % 3 != 0
        rows.append(
            {
                "patient": f"P{number + 1}",
                "age": OLD_AGE if number == 4 else str(50 + number),
                "sex": "mf"[number % 2],
                "pci": str((5 * number + shift) % 31),
                "note": known.token(NOTE, number, "note"),
                "diagnosed": known.day(diagnosed),
                "operated": known.day(operated),
                "died": known.day(last) if dead else "",
                "last_seen": known.day(last + timedelta(days=0 if dead else 1)),
                "status": "1" if dead else "0",
            }
        )
    return rows


def with_canaries(rows: Table, known: Secrets) -> Table:
    """The same rows, with columns between and behind that no study file names; two of them repeat their tokens."""
    repeated = {name: [known.token(CANARY, place, name) for place in range(4)] for name in UNDECLARED[:2]}
    mixed = []
    for number, row in enumerate(rows):
        strangers = iter(UNDECLARED)
        cells: dict[str, str] = {}
        for name, cell in row.items():
            cells[name] = cell
            for stranger in itertools.islice(strangers, 1):
                again = repeated.get(stranger)
                cells[stranger] = again[number % 4] if again else known.token(CANARY, number, stranger)
        mixed.append(cells)
    return mixed


def study_file(study_id: str, extract: str, **source: object) -> dict[str, Any]:
    """A study of the declared columns that shows each of them somewhere."""
    columns: list[dict[str, object]] = [
        {"name": "subject", "source": "patient", "label": "Patient", "type": "identifier"},
        {"name": "age", "source": "age", "label": "Age", "type": "number", "unit": "years"},
        {"name": "sex", "source": "sex", "label": "Sex", "type": "category", "levels": {"m": "male", "f": "female"}},
        {"name": "pci", "source": "pci", "label": "Index", "type": "number", "optional": True},
        {"name": "note", "source": "note", "label": "Note", "type": "text"},
        *({"name": d, "source": d, "label": d, "type": "date"} for d in ("diagnosed", "operated", "died", "last_seen")),
        {"name": "status", "source": "status", "label": "Status", "type": "category", "levels": LEVELS},
    ]
    event = {"any": [{"column": "status", "equals": ["dead"]}], "description": "Death"}
    old = {"name": "old", "label": "Old", "column": "age", "levels": [{"label": "95", "at_least": 95}, OTHERS]}
    return {
        "id": study_id,
        "title": "A cohort with secrets",
        "source": {"patients": extract, **source},
        "columns": columns,
        "groups": [old, {"name": "noted", "label": "Noted", "column": "note", "levels": [HELD, OTHERS]}],
        "endpoints": [
            {
                "code": code,
                "label": code,
                "origin": start,
                "time": {"start": start, "event": ["died"], "censor": "last_seen"},
                "events": [{"code": code, **event}],
            }
            for code, start in (("OSD", "diagnosed"), ("OS", "operated"))
        ],
        "analyses": {"describe": ["age", "sex", "pci", "old"], "follow_up": "OS", "describe_by": ["sex"]},
        "figures": [
            {"id": "curve", "kind": "survival", "title": "Survival", "endpoint": "OS"},
            {"id": "ages", "kind": "points", "title": "Ages", "variable": "age", "by": "sex"},
            {"id": "courses", "kind": "swimmer", "title": "Courses", "total": "OSD", "observed": "OS"},
        ],
        "tables": [
            {"id": "rows", "kind": "rows", "title": "Rows", "columns": ["subject", "age", "sex", "note", "status"]},
            {"id": "characteristics", "kind": "characteristics", "title": "Characteristics", "by": "sex"},
            {"id": "survival", "kind": "survival", "title": "Survival"},
        ],
    }


LEVELS = {"0": "alive", "1": "dead"}
HELD = {"label": "held", "contains": ["-1"]}
OTHERS = {"label": "others", "otherwise": True}


# The kinds of files


def write_csv(path: Path, rows: Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_workbook(path: Path, rows: Table, known: Secrets) -> None:
    """With tokens in comments, properties, names, the foot of the page, a second sheet and a hidden one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "patients"
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([cell or None for cell in row.values()])
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, also where it begins like a formula
    for place in ("A1", "B2", "C3"):
        sheet[place].comment = Comment(known.token(CANARY, place, "comment"), known.token(CANARY, place, "author"))
    sheet.oddFooter.left.text = known.token(CANARY, 0, "foot")
    for name in ("creator", "title", "description", "keywords", "lastModifiedBy", "subject", "category"):
        setattr(book.properties, name, known.token(CANARY, 0, name))
    for title, state in (("second", "visible"), ("hidden", "veryHidden")):
        other = book.create_sheet(title)
        other.append([known.token(CANARY, title, column) for column in range(5)])
        other.sheet_state = state
    book.save(path)


def write_parquet(path: Path, rows: Table, known: Secrets) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    pq.write_table(table.replace_schema_metadata({"pandas": known.token(CANARY, 0, "metadata")}), path)


def write_redcap(path: Path, rows: Table, known: Secrets) -> None:
    """A row of the record, and two instances of an instrument that the study does not use."""
    keys = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
    found = []
    for number, row in enumerate(rows):
        first, *others = row
        head = {first: row[first]}
        found.append({**head, keys[0]: "baseline_arm_1", keys[1]: "", keys[2]: "", **{k: row[k] for k in others}})
        for instance in ("1", "2"):
            repeated = {**dict.fromkeys(row, ""), "Remarks": known.token(CANARY, number, f"visit{instance}")}
            repeated |= {**head, keys[0]: "baseline_arm_1", keys[1]: "visits", keys[2]: instance}
            found.append({name: repeated[name] for name in found[-1]})
    write_csv(path, found)


def write_extract(path: Path, kind: str, rows: Table, known: Secrets) -> None:
    if kind == "csv":
        write_csv(path, rows)
    else:
        {"xlsx": write_workbook, "parquet": write_parquet, "redcap": write_redcap}[kind](path, rows, known)


def add(project: Workspace, study_id: str, kind: str, rows: Table, known: Secrets, **source: object) -> str:
    """Write an extract outside of the folders that are searched, and its study file; returns the extract's path."""
    extract = f"../extracts/{study_id}.{'csv' if kind == 'redcap' else kind}"
    write_extract(project.folder / extract, kind, rows, known)
    source |= {"redcap": {}} if kind == "redcap" else {"sheet": "patients"} if kind == "xlsx" else {}
    path = project.folder / f"config/studies/{study_id}.yaml"
    path.write_text(yaml.safe_dump(study_file(study_id, extract, **source), sort_keys=False), encoding="utf-8")
    return extract


def spoiled(rows: Table) -> Table:
    """Errors in the declared columns of rows, some that tell of a second cell or line."""
    bad = [dict(row) for row in rows]
    bad[0]["age"] = "forty"
    bad[1]["sex"] = "F"
    bad[2]["pci"] = "40"
    bad[3]["patient"] = bad[2]["patient"]
    bad[4]["diagnosed"] = "31.02.1951"
    bad[5]["note"] += " call 13812345678"
    bad[6]["died"] = ""
    bad[7]["status"] = ""
    bad[8]["last_seen"] = bad[8]["diagnosed"]
    return bad


# Where tokens could be


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file and its name, and what they hold in packed form."""
    raw = path.read_bytes()
    yield path.name.encode()
    yield from unpacked(raw)
    yield raw.decode("utf-16-le", errors="ignore").encode()
    for address in BASE64.finditer(raw):
        yield from unpacked(base64.b64decode(address[1]))
    try:  # Snakemake names the records of its runs so
        yield base64.b64decode(path.name, validate=True)
    except binascii.Error:
        return


def unpacked(raw: bytes) -> Iterator[bytes]:
    """The bytes, what is in them if they are an archive, and the streams of a PDF or PNG."""
    yield raw
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if raw.startswith((b"%PDF", b"\x89PNG")):
        for start in re.finditer(rb"stream\r?\n|[zi]TXt[^\0]*\0+", raw):
            try:
                yield zlib.decompressobj().decompress(raw[start.end() :])
            except zlib.error:
                continue


# Whole groups of four: compiled Python holds the word "base64," too, with anything after it.
BASE64 = re.compile(rb"base64,((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)")


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def holding(word: str, files: Iterable[Path]) -> set[str]:
    """The files that hold a word, whatever its capitals."""
    pattern = re.compile(re.escape(word.encode()), re.IGNORECASE)
    return {str(path) for path in files if any(map(pattern.search, contents(path)))}


def with_dates(known: Secrets, files: Iterable[Path]) -> set[str]:
    """The files that hold a date of a patient, with hyphens or without."""
    days = {form for day in known.dates for form in (day.encode(), day.replace("-", "").encode())}
    return {str(path) for path in files if any(days & set(DAY.findall(content)) for content in contents(path))}


# Runs


@dataclass
class Site:
    """A project with a study of each kind of file, in a folder that holds all that a run may write to."""

    project: Workspace
    known: Secrets
    run: Run

    @property
    def everything(self) -> list[Path]:
        """All that is left behind, the project's own files and the study files included."""
        return files_below(self.project.folder, self.project.folder.parent / "home", self.project.folder.parent / "tmp")

    @property
    def beside_results(self) -> list[Path]:
        """All but results and reports."""
        kept = tuple(self.project.folder / name for name in ("results", "reports"))
        return [path for path in self.everything if not path.is_relative_to(kept[0]) and kept[1] not in path.parents]


def set_up(folder: Path) -> tuple[Workspace, Secrets]:
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True)
    return copy_project(folder / "project", *KINDS), Secrets()


def environment(project: Workspace) -> dict[str, str]:
    return {"HOME": str(project.folder.parent / "home"), "TMPDIR": str(project.folder.parent / "tmp")}


TARGETS = ("results/{}/estimate/ard.csv", "reports/{}-validation.html")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A run that is accepted: the whole report of a CSV file with the extract before it, the tables of the others."""
    project, known = set_up(tmp_path_factory.mktemp("sound"))
    rows = declared(known)
    write_csv(project.folder / "../extracts/before.csv", with_canaries(declared(known, 1)[:-1], known))
    for kind in KINDS:
        source: dict[str, object] = {"previous": "../extracts/before.csv"} if kind == "csv" else {}
        add(project, kind, kind, with_canaries(rows, known), known, **source)
    targets = [target.format(kind) for kind in KINDS for target in TARGETS]
    run = project.snakemake("--cores", "2", "reports/csv.html", *targets, **environment(project))
    assert run.code == 0, run.text
    return Site(project, known, run)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A run in which each extract is refused, for cells next to those that are not used."""
    project, known = set_up(tmp_path_factory.mktemp("refused"))
    rows = spoiled(with_canaries(declared(known), known))
    for kind in KINDS:
        add(project, kind, kind, rows, known)
    targets = [target.format(kind) for kind in KINDS for target in TARGETS]
    run = project.snakemake("--cores", "2", *targets, **environment(project))
    assert run.code != 0
    for kind in KINDS:
        assert f"{kind}: ../extracts/" in run.text
        problems = read_csv(project.folder / f"reports/{kind}-validation.csv")
        assert len(problems) > 8, kind
    return Site(project, known, run)


def test_a_cell_that_is_not_used_is_nowhere(sound: Site) -> None:
    assert CANARY not in sound.run.text.upper()
    assert holding(CANARY, sound.everything) == set()


def test_a_cell_that_is_not_used_is_nowhere_after_a_refusal(refused: Site) -> None:
    assert CANARY not in refused.run.text.upper()
    assert holding(CANARY, refused.everything) == set()


def test_a_refusal_names_no_value_at_all(refused: Site) -> None:
    assert "Traceback" not in refused.run.text
    for word in (NOTE, "13812345678", "forty", "31.02.1951"):
        assert word not in refused.run.text
        assert holding(word, refused.everything) == set()
    assert with_dates(refused.known, refused.everything) == set()


def test_a_cell_that_is_used_is_in_results_and_reports_only(sound: Site) -> None:
    assert NOTE not in sound.run.text
    assert holding(NOTE, sound.beside_results) == set()
    found = {Path(path).relative_to(sound.project.folder).as_posix() for path in holding(NOTE, sound.everything)}
    assert {"results/xlsx/intake/patients.csv", "results/csv/tabulate/rows.docx", "reports/csv.html"} <= found


def test_dates_stay_in_intake(sound: Site) -> None:
    assert with_dates(sound.known, sound.everything) == {
        str(sound.project.folder / f"results/{kind}/intake/patients.csv") for kind in KINDS
    }
    assert not any(day in sound.run.text for day in sound.known.dates)


def test_nobody_is_older_than_ninety(sound: Site) -> None:
    assert holding(OLD_AGE, sound.everything) == set()
    results = sound.project.folder / "results/csv"
    for path, column in (("intake/patients", "age"), ("derive/adsl", "age"), ("draw/ages", "value")):
        assert max(float(row[column]) for row in read_csv(results / f"{path}.csv")) == 90, path
    ard = [row for row in read_csv(results / "estimate/ard.csv") if row["variable"] == "age"]
    assert max(float(row["stat"]) for row in ard if row["stat_name"] in ("max", "p75", "median", "min")) == 90
    assert {row["old"] for row in read_csv(results / "derive/adsl.csv")} == {"others"}


# The commands


@pytest.mark.parametrize("kind", KINDS)
def test_commands_name_no_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    project, known = set_up(tmp_path)
    for name, folder in environment(project).items():
        monkeypatch.setenv(name, folder)
    monkeypatch.setattr(tempfile, "tempdir", None)  # so that TMPDIR is looked at again
    monkeypatch.chdir(project.folder)
    good = with_canaries(declared(known), known)
    extract = add(project, "mine", kind, good, known)
    changed = [row | {"pci": "7", "note": known.token(NOTE, 0, "changed")} for row in good[1:]]
    for study_id, rows in (("new", changed), ("bad", spoiled(good))):
        add(project, study_id, kind, rows, known)
    new, bad = (extract.replace("mine.", f"{study_id}.") for study_id in ("new", "bad"))
    shape = {"redcap": ["--redcap"], "xlsx": ["--sheet", "patients"]}.get(kind, [])
    own = Path("resources/own", Path(extract).name)
    own.parent.mkdir()
    own.write_bytes(Path(extract).read_bytes())
    codes = {
        ("validate", "mine"): 0,
        ("validate", "mine", "--extract", bad): 2,
        ("diff", "mine", new, "--out", "changes"): 1,
        ("diff", "mine", bad): 2,
        ("new-study", "own", str(own), *shape, "--add"): 0,
    }
    for arguments, code in codes.items():
        assert main(list(arguments)) == code, arguments
        said = "".join(capfd.readouterr())
        assert said, arguments
        assert not any(word in said for word in (CANARY, NOTE, *known.dates)), arguments
    own.unlink()
    left = files_below(tmp_path / "project", tmp_path / "home", tmp_path / "tmp")
    assert holding(CANARY, left) == holding(NOTE, left) == set()
    assert read_csv("changes/rows.csv")[0]["change"] == "removed"
    proposed = Path("config/studies/own.yaml").read_text(encoding="utf-8")
    assert all(f"# - {header}" in proposed for header in UNDECLARED)  # named, and left out


def test_a_proposal_names_no_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, known = set_up(tmp_path)
    monkeypatch.chdir(project.folder)
    write_csv(Path("resources/own/extract.csv"), declared(known))
    assert main(["new-study", "own", "resources/own/extract.csv"]) == 0
    assert with_dates(known, [Path("config/studies/own.yaml")]) == set()
