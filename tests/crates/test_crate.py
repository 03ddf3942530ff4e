"""A study's run as a crate: the profile's required checks, seeded defects, what is refused.

The terms of the two contexts are those of https://w3id.org/ro/crate/1.1/context and of
https://w3id.org/ro/terms/workflow-run/context, inlined, so that the validator needs no network.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rocrate_validator import models, services

from peritrace.__main__ import main
from peritrace.crates.entities import NAME
from peritrace.crates.verification import crate_problems, problems_of
from peritrace.records import parse_record, write_record

SCHEMA = "http://schema.org/"
TERMS = {
    "File": SCHEMA + "MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
    "sha256": "https://w3id.org/ro/terms/workflow-run#sha256",
}
ADSL, ADTTE = "results/yan-2024/derive/adsl.csv", "results/yan-2024/derive/adtte.csv"
DERIVE = "results/yan-2024/trace/derive.json"
Files = dict[str, bytes]
Graph = dict[str, Any]


def crate_of(project: Path, study: str, out: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert main(["crate", study, "--out", str(out)]) == 0
    return out


def held(crate: Path) -> Files:
    return {path.relative_to(crate).as_posix(): path.read_bytes() for path in crate.rglob("*") if path.is_file()}


def graph_of(files: Files) -> Graph:
    return {entity["@id"]: entity for entity in json.loads(files[NAME])["@graph"]}


def valid(crate: Path, folder: Path) -> bool:
    """Whether the profile's required checks pass; the crate's metadata is changed to need no network."""
    document = json.loads((crate / NAME).read_text(encoding="utf-8"))
    terms = {key for entity in document["@graph"] for key in entity if not key.startswith("@")}
    for entity in document["@graph"]:
        terms |= {entity["@type"]} if isinstance(entity["@type"], str) else set(entity["@type"])
    document["@context"] = {term: TERMS.get(term, SCHEMA + term) for term in sorted(terms)}
    (crate / NAME).write_text(json.dumps(document), encoding="utf-8")
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=str(folder / "cache"),
    )
    return bool(services.validate(settings).passed())


@pytest.fixture(scope="module")
def made(finished_small, tmp_path_factory) -> Path:
    return crate_of(finished_small.folder, "yan-2024", tmp_path_factory.mktemp("crate") / "crate")


@pytest.fixture(scope="module")
def sound(made) -> Files:
    """The files of a crate that nobody changed; not to be changed."""
    files = held(made)
    assert problems_of(files) == []
    return files


@pytest.mark.parametrize("study", ["dmpm-2022", "example-cohort"])
def test_published_tables_and_a_private_cohort_pass_the_required_checks(finished, tmp_path, study):
    crate = crate_of(finished.folder, study, tmp_path / "crate")
    assert crate_problems(crate) == []
    assert valid(crate, tmp_path)


def test_required_checks_pass_and_a_missing_instrument_fails_them(finished_small, tmp_path):
    crate = crate_of(finished_small.folder, "yan-2024", tmp_path / "crate")
    assert valid(crate, tmp_path)
    document = json.loads((crate / NAME).read_text(encoding="utf-8"))
    next(entity for entity in document["@graph"] if entity["@id"] == "#job-derive").pop("instrument")
    (crate / NAME).write_text(json.dumps(document), encoding="utf-8")
    assert not valid(crate, tmp_path)


def test_same_bytes_and_a_zip(finished_small, tmp_path):
    first, second = (crate_of(finished_small.folder, "yan-2024", tmp_path / f"{n}.zip") for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    assert crate_problems(first) == []


def test_a_newcomer_finds_report_figures_settings_and_versions(sound):
    graph = graph_of(sound)
    parts = [part["@id"] for part in graph["./"]["hasPart"]]
    assert parts[0] == "reports/yan-2024.html"
    assert graph["results/yan-2024/draw/fig-2b.svg"]["name"].startswith("Fig. 2B: Overall survival from CRS + HIPEC")
    assert graph["#publication"]["name"] == "Yan et al. World Journal of Surgical Oncology 2024;22:144"
    given = [entity["@id"] for entity in graph["#job-draw"]["object"]]
    assert "#setting-figures" in given
    assert "results/yan-2024/estimate/ard.csv" in given
    assert json.loads(graph["#setting-figures"]["value"])[1]["printed_as"] == "Fig. 2B"
    record = json.loads(sound["results/yan-2024/trace/draw.json"])
    versions = {f"#{name}-{version}" for name, version in record["software"]["packages"].items()}
    assert versions <= {entity["@id"] for entity in graph["workflow/scripts/draw.py"]["softwareRequirements"]}
    assert graph["#job-draw"]["startTime"] == record["run"]["started"]


Defect = Callable[[Files, Graph], object]


def _set(name: str, key: str, value: object) -> Defect:
    return lambda files, graph: graph[name].__setitem__(key, value)


def _drop(name: str, key: str) -> Defect:
    return lambda files, graph: graph[name].pop(key)


def _without(name: str) -> Defect:
    return lambda files, graph: graph.pop(name)


def _append(name: str) -> Defect:
    return lambda files, graph: files.__setitem__(name, files[name] + b" ")


def _swap(first: str, second: str, key: str) -> Defect:
    def change(files: Files, graph: Graph) -> None:
        graph[first][key], graph[second][key] = graph[second][key], graph[first][key]

    return change


def _consistent(name: str, data: bytes, files: Files, graph: Graph) -> None:
    """Let the metadata say what another content is."""
    files[name] = data
    graph[name] |= {"sha256": hashlib.sha256(data).hexdigest(), "contentSize": str(len(data))}


def _version_of_nothing(files: Files, graph: Graph) -> None:
    next(e for e in graph.values() if e["@type"] == "SoftwareApplication").pop("softwareVersion")


def _another_version(files: Files, graph: Graph) -> None:
    next(e for e in graph.values() if e.get("name") == "numpy")["softwareVersion"] = "1.0"


def _disclosed_twice(files: Files, graph: Graph) -> None:
    graph["./"]["description"] += (
        " Patients' data are private: no file that holds them or was made from them is included."
    )


# What was done to the crate, and what the verifier says of it.
DEFECTS: dict[str, tuple[Defect, str]] = {
    "an edited result": (_append(ADSL), "adsl.csv: other bytes"),
    "an edited script": (_append("workflow/scripts/derive.py"), "derive.py: other bytes"),
    "an edited extract": (_append("resources/yan-2024/patients.csv"), "patients.csv: other bytes"),
    "an edited figure": (_append("results/yan-2024/draw/fig-2a.svg"), "fig-2a.svg: other bytes"),
    "an edited record": (_append(DERIVE), "derive.json: not as a job wrote it"),
    "an edited result, and its hash": (lambda f, g: _consistent(ADSL, b"x", f, g), f"another hash of {ADSL}"),
    "a missing figure": (lambda f, g: f.pop("results/yan-2024/draw/fig-2a.png"), "fig-2a.png: missing"),
    "a file too many": (
        lambda f, g: f.__setitem__("doe.csv", b"Doe\n"),
        "doe.csv: a file that the metadata does not name",
    ),
    "a wrong hash": (_set(ADSL, "sha256", "0" * 64), "adsl.csv: other bytes"),
    "a wrong size": (_set(ADSL, "contentSize", "1"), "adsl.csv: another size"),
    "no hash": (_drop(ADSL, "sha256"), "sha256 is missing"),
    "no format": (_drop(ADSL, "encodingFormat"), "encodingFormat is missing"),
    "hashes swapped": (_swap(ADSL, ADTTE, "sha256"), "adtte.csv: other bytes"),
    "results swapped": (_swap("#job-derive", "#job-estimate", "result"), "derive.json: other outputs"),
    "inputs swapped": (_swap("#job-derive", "#job-estimate", "object"), "derive.json: other inputs"),
    "an input left out": (_set("#job-derive", "object", []), "derive.json: other inputs"),
    "instruments swapped": (_swap("#job-derive", "#job-estimate", "instrument"), "#job-derive: its instrument"),
    "another setting": (_set("#setting-groups", "value", "[]"), "another value of #setting-groups"),
    "a setting withheld": (_without("#setting-groups"), "#setting-groups, which is not there"),
    "an end before the start": (
        _set("#job-derive", "endTime", "2001-01-01T00:00:00.000+00:00"),
        "#job-derive: ended before",
    ),
    "another start": (_set("#job-derive", "startTime", "2001-01-01T00:00:00.000+00:00"), "derive.json: other times"),
    "another time of the run": (_set("#run", "startTime", "2001-01-01T00:00:00.000+00:00"), "#run: its times"),
    "a failed job": (
        _set("#job-derive", "actionStatus", SCHEMA + "FailedActionStatus"),
        "#job-derive: did not complete",
    ),
    "no version": (_version_of_nothing, "without a version"),
    "another version": (_another_version, "another version than #numpy"),
    "no requirements": (_drop("workflow/scripts/derive.py", "softwareRequirements"), "without its software"),
    "no instrument": (_drop("#job-derive", "instrument"), "instrument is missing"),
    "a dangling instrument": (_set("#job-derive", "instrument", {"@id": "#nothing"}), "leads to #nothing"),
    "a dangling input": (_set("#job-derive", "object", [{"@id": "#nothing"}]), "leads to #nothing"),
    "a missing job": (_without("#job-derive"), "leads to #job-derive"),
    "a missing step": (_without("#step-derive"), "leads to #step-derive"),
    "a missing control": (_without("#control-derive"), "leads to #control-derive"),
    "a control of another job": (
        _swap("#control-derive", "#control-estimate", "object"),
        "#control-derive: controls another",
    ),
    "a step of another script": (
        _swap("#step-derive", "#step-estimate", "workExample"),
        "#step-derive: shows another script",
    ),
    "a run without its figures": (_set("#run", "result", []), "#run: without a result"),
    "no profile": (_set("./", "conformsTo", []), "the profiles are not"),
    "another workflow": (_set("./", "mainEntity", {"@id": ADSL}), "the main entity is not"),
    "a licence": (_set("./", "license", {"@id": "https://spdx.org/licenses/MIT"}), "states a licence"),
    "an author": (_set("./", "author", "A. Nother"), "./: names persons"),
    "another date": (_set("./", "datePublished", "2001-01-01"), "datePublished is not"),
    "another context": (lambda f, g: g.__setitem__("@context", "https://example.org"), "another @context"),
    "public and private": (_disclosed_twice, "says not, or says both"),
    "no name": (_set(ADSL, "name", ""), "adsl.csv: no encodingFormat or no name"),
}


def damaged(files: Files, defect: Defect) -> list[str]:
    """What the verifier says when a copy of the files has the defect."""
    changed, document = dict(files), json.loads(files[NAME])
    graph = {entity["@id"]: entity for entity in document["@graph"]}
    defect(changed, graph)
    context = graph.pop("@context", document["@context"])
    changed[NAME] = json.dumps({"@context": context, "@graph": list(graph.values())}).encode()
    return problems_of(changed)


@pytest.mark.parametrize("defect", DEFECTS)
def test_seeded_defect_is_caught(sound, defect):
    change, said = DEFECTS[defect]
    assert [problem for problem in damaged(sound, change) if said in problem], damaged(sound, change)


def test_metadata_that_cannot_be_read(sound, tmp_path):
    assert problems_of({**sound, NAME: sound[NAME][:1000]}) == [f"{NAME}: not readable (JSONDecodeError)"]
    assert problems_of({name: data for name, data in sound.items() if name != NAME}) == [f"{NAME}: {NAME} is missing"]
    (tmp_path / "no.zip").write_text("no zip", encoding="utf-8")
    assert crate_problems(tmp_path / "no.zip") == [f"{tmp_path / 'no.zip'}: not a readable crate (BadZipFile)"]


def test_a_record_rewritten_with_its_seal_breaks_the_chain(sound, tmp_path):
    content = parse_record(DERIVE, sound[DERIVE]).content
    write_record(tmp_path / "derive.json", {**content, "rows": []})
    data = (tmp_path / "derive.json").read_bytes()
    found = damaged(sound, lambda files, graph: _consistent(DERIVE, data, files, graph))
    assert f"results/yan-2024/trace/estimate.json: was given another {DERIVE}" in found


def test_what_is_no_longer_as_recorded_is_refused(changeable, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(changeable.folder)

    def refused(*words: str) -> None:
        assert main(["crate", "yan-2024", "--out", str(tmp_path / "out/crate")]) == 2
        said = capsys.readouterr().out
        assert [word for word in words if word not in said] == []
        assert not (tmp_path / "out").exists() or [*(tmp_path / "out").iterdir()] == []

    study = Path("config/studies/yan-2024.yaml")
    for path, words in (
        (Path(ADSL), (ADSL, "changed")),
        (Path("resources/yan-2024/patients.csv"), ("patients.csv", "stale")),
        (Path("workflow/scripts/derive.py"), ("workflow/scripts/derive.py", "stale")),
        (Path(DERIVE), (DERIVE, "damaged")),
    ):
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        refused(*words)
        path.write_bytes(before)
    written = study.read_text(encoding="utf-8")
    study.write_text(written.replace("time_points: [", "time_points: [7, ", 1), encoding="utf-8")
    refused("config/studies/yan-2024.yaml", "stale", "estimate")
    study.write_text(written + "# a remark\n", encoding="utf-8")  # no setting changed: the remark stays here
    assert "config/studies/yan-2024.yaml" not in held(crate_of(Path(), "yan-2024", tmp_path / "remark"))
    study.write_text(written, encoding="utf-8")
    Path("results/yan-2024/trace/report.json").unlink()
    refused("no record of its report", "make reports")


def test_unknown_studies_and_names_that_are_taken(finished_small, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(finished_small.folder)
    assert main(["crate", "yan-2042"]) == 2
    assert "Did you mean 'yan-2024'?" in capsys.readouterr().out
    assert main(["crate", "zhang-2024", "--out", str(tmp_path / "crate")]) == 2  # not run here
    assert "no record of its report" in capsys.readouterr().out
    for taken in (tmp_path / "taken", tmp_path / "taken.zip"):
        taken.mkdir() if taken.suffix == "" else taken.write_text("mine", encoding="utf-8")
        assert main(["crate", "yan-2024", "--out", str(taken)]) == 2
        assert re.search(r"something of this name.*--out", capsys.readouterr().out)
    assert (tmp_path / "taken.zip").read_text(encoding="utf-8") == "mine"
