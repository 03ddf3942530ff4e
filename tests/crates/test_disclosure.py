"""What leaves the project in a crate, and what does not."""

import csv
import hashlib
import re
from pathlib import Path

import pytest

from peritrace.crates import writing
from peritrace.crates.disclosure import disclosed, is_public, may_be_shared, names_a_place
from peritrace.crates.entities import NAME, PRIVATE
from peritrace.crates.verification import problems_of
from peritrace.records import Record, read_record
from peritrace.study import Study
from peritrace.study_file import load_study
from tests.crates.test_crate import Files, Graph, crate_of, damaged, graph_of, held
from tests.workflow.workspace import ROOT


@pytest.fixture
def yan(monkeypatch) -> Study:
    monkeypatch.chdir(ROOT)
    return load_study(Path("config/studies/yan-2024.yaml"))


@pytest.mark.parametrize("name", ["yan-2024", "zhang-2024", "dmpm-2022"])
def test_printed_data_are_public(monkeypatch, name):
    monkeypatch.chdir(ROOT)
    assert is_public(load_study(Path(f"config/studies/{name}.yaml")))


def test_what_is_not_said_to_be_printed_is_private(yan):
    source, columns = yan.source, yan.columns
    assert source is not None
    unprinted = [columns[0].model_copy(update={"printed_in": None}), *columns[1:]]
    for update in (
        {"citation": None},
        {"columns": unprinted},
        {"columns": columns[1:]},  # a column of the extract of which the study file says nothing
        {"columns": []},
        {"compare": ["other"]},
        {"source": None},
        *(
            {"source": source.model_copy(update=changed)}
            for changed in (
                {"patients": str(ROOT / "resources/yan-2024/patients.csv")},
                {"patients": "resources/yan-2024/../yan-2024/patients.csv"},
                {"patients": "resources/yan-2024/patients.xlsx"},
                {"claims": "../claims.csv"},
                {"previous": "resources/yan-2024/patients.csv"},
                {"delimiter": ";"},
            )
        ),
    ):
        assert not is_public(yan.model_copy(update=update)), update


def test_files_are_let_out_by_a_list():
    inside = ("results/a/draw/f.svg", "reports/a.html", "reports/a-validation.csv", "resources/a/x.csv")
    for path in (*inside, "config/studies/a.yaml", "resources/lexicon/names.csv"):
        assert disclosed(path, "a", public=True)
        assert not disclosed(path, "a", public=False)
    for path in ("workflow/Snakefile", "LICENSE"):
        assert disclosed(path, "a", public=False)
    for path in (
        *("results/b/draw/f.svg", "reports/a-b.html", "reports/index.html", "resources/b/x.csv", "config/config.yaml"),
        *("/workflow/x", "workflow/../x", "resources/a/../b/x.csv", "workflow\\..\\x", "extract.csv", ".env"),
    ):
        assert not disclosed(path, "a", public=True), path


def test_records_with_unusual_words_stay(finished_small):
    record = read_record(Path("results/yan-2024/trace/derive.json"), finished_small.folder)

    def shared(**content: object) -> bool:
        return may_be_shared([Record(record.path, record.sha256, {**record.content, **content})])

    assert may_be_shared([record])
    usual = ["snakemake", "--cores", "4", "--quiet", "host", "reason", "results/yan-2024/draw/fig-2a.svg"]
    assert shared(command=usual)
    for word in ("/home/ada/x", "--directory", "token=abc", "~/x", "results/other/draw/x.svg", "results/yan-2024/../x"):
        assert not shared(command=[*usual, word]), word
    assert not shared(inputs=[{"path": "/home/ada/extract.csv", "sha256": "0" * 64, "size": 1}])


def test_paths_of_the_machine_are_told_apart_from_parts_of_a_path():
    home = [Path("/home/ada")]
    assert names_a_place(b'open("/home/ada/x.csv")', home)
    assert not names_a_place(b"https://example.org/home/ada/x and ./home/ada/x and /home/adam/x", home)
    assert not names_a_place(b"/usr/bin", [Path("/")])


def test_a_path_of_the_machine_stops_the_crate(changeable, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(changeable.folder)
    monkeypatch.setattr(writing.Path, "home", lambda: Path("/home/ada"))
    monkeypatch.setattr(writing.Crate, "metadata", lambda crate: {"@graph": [], "x": "/home/ada/y"})
    monkeypatch.setattr(writing, "crate_problems", lambda folder: [])
    with pytest.raises(writing.InputRefused, match="the path of a folder of this machine"):
        writing.write_crate(load_study(Path("config/studies/yan-2024.yaml")), tmp_path / "out/crate")
    assert [*(tmp_path / "out").iterdir()] == []


def _let_out(files: Files, graph: Graph) -> None:
    files["results/x.csv"] = b"x"
    entity = {"@id": "results/x.csv", "@type": "File", "name": "x", "encodingFormat": "text/csv", "contentSize": "1"}
    graph["results/x.csv"] = entity | {"sha256": hashlib.sha256(b"x").hexdigest()}
    graph["./"]["hasPart"].append({"@id": "results/x.csv"})


def test_private_cohort_leaves_out_every_file_of_its_patients(finished, tmp_path):
    files = held(crate_of(finished.folder, "example-cohort", tmp_path / "crate"))
    graph = graph_of(files)
    assert PRIVATE in graph["./"]["description"]
    assert {path.split("/")[0] for path in files} <= {NAME, "workflow", "LICENSE", "CITATION.cff"}
    with (finished.folder / "resources/example-cohort/patients.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    cells = {cell for row in rows for cell in row.values()}
    tokens = {cell.encode() for cell in cells if re.fullmatch(r"E\d{3}|\d{4}-\d\d-\d\d", cell)}  # ids and dates
    assert len(tokens) > 400
    everything = b"\n".join(data for path, data in files.items() if not path.endswith(".ttf"))  # bytes by chance
    assert tokens.isdisjoint(re.findall(rb"\bE\d{3}\b|\b\d{4}-\d\d-\d\d\b", everything))
    metadata = files[NAME]
    assert [row for row in ("example-cohort/", "patients.csv", str(finished.folder)) if row.encode() in metadata] == []
    assert load_study(finished.folder / "config/studies/example-cohort.yaml").title.encode() not in metadata

    hidden = {name for name in graph if name.startswith(("#undisclosed-", "#record-"))}
    made = {item["@id"] for item in graph["#run"]["result"]}
    assert all(("sha256" in graph[name]) == (name not in made) for name in hidden)
    assert all("contentSize" not in graph[name] for name in hidden)
    a_result = sorted(made)[0]
    assert damaged(files, lambda f, g: f.__setitem__("workflow/x.csv", b"x")) == [
        "workflow/x.csv: a file that the metadata does not name"
    ]
    for change, said in (
        (lambda f, g: g[a_result].__setitem__("sha256", "0" * 64), "says more or less"),
        (lambda f, g: g[a_result].__setitem__("description", "extract"), "says more or less"),
        (lambda f, g: g["#record-derive"].__setitem__("sha256", "short"), "its sha256 is none"),
        (lambda f, g: g.__setitem__("#v", {"@id": "#v", "@type": "PropertyValue"}), "a setting of a private study"),
        (_let_out, "results/x.csv: a file of a private study"),
    ):
        assert [problem for problem in damaged(files, change) if said in problem], said
    assert problems_of(files) == []
