"""A study's run as a crate: the profile's required checks, seeded defects, and no private file.

The terms of the two contexts are those of https://w3id.org/ro/crate/1.1/context and of
https://w3id.org/ro/terms/workflow-run/context, inlined, so that the validator needs no network.
"""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rocrate_validator import models, services

from peritrace.__main__ import main
from peritrace.crates.metadata import NAME
from peritrace.crates.verification import crate_problems

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
Graph = dict[str, Any]


@pytest.fixture(scope="module")
def made(finished_small, tmp_path_factory) -> Path:
    return _crate(finished_small.folder, "yan-2024", tmp_path_factory.mktemp("crate") / "crate")


def _crate(project: Path, study: str, out: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert main(["crate", study, "--out", str(out)]) == 0
    return out


def _valid(crate: Path, folder: Path) -> bool:
    copy = folder / "inlined"
    shutil.copytree(crate, copy)
    document = json.loads((copy / NAME).read_text(encoding="utf-8"))
    terms = {key for entity in document["@graph"] for key in entity if not key.startswith("@")}
    for entity in document["@graph"]:
        terms |= {entity["@type"]} if isinstance(entity["@type"], str) else set(entity["@type"])
    document["@context"] = {term: TERMS.get(term, SCHEMA + term) for term in sorted(terms)}
    (copy / NAME).write_text(json.dumps(document), encoding="utf-8")
    settings = services.ValidationSettings(
        rocrate_uri=str(copy),
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=str(folder / "cache"),
    )
    return bool(services.validate(settings).passed())


def test_required_checks_pass_offline(made, tmp_path):
    assert _valid(made, tmp_path)
    assert crate_problems(made) == []


def test_same_bytes_and_a_zip(made, finished_small, tmp_path):
    first, second = (_crate(finished_small.folder, "yan-2024", tmp_path / f"{n}.zip") for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    assert crate_problems(first) == []


def _set(name: str, key: str, value: object) -> Callable[[Path, Graph], None]:
    return lambda crate, graph: graph[name].__setitem__(key, value)


def _drop(name: str, key: str) -> Callable[[Path, Graph], None]:
    return lambda crate, graph: graph[name].pop(key)


def _without(name: str) -> Callable[[Path, Graph], None]:
    return lambda crate, graph: graph.pop(name)


def _append(name: str) -> Callable[[Path, Graph], None]:
    return lambda crate, graph: (crate / name).write_bytes((crate / name).read_bytes() + b" ")


def _swap(first: str, second: str, key: str) -> Callable[[Path, Graph], None]:
    def change(crate: Path, graph: Graph) -> None:
        graph[first][key], graph[second][key] = graph[second][key], graph[first][key]

    return change


def _no_version(crate: Path, graph: Graph) -> None:
    for entity in graph.values():
        if entity["@type"] == "SoftwareApplication":
            entity.pop("softwareVersion")


def _truncated(crate: Path, graph: Graph) -> None:
    graph["#truncated"] = {}


DEFECTS = {
    "an edited result": _append(ADSL),
    "an edited script": _append("workflow/scripts/derive.py"),
    "an edited extract": _append("resources/yan-2024/patients.csv"),
    "an edited figure": _append("results/yan-2024/draw/fig-2a.svg"),
    "an edited record": _append("results/yan-2024/trace/derive.json"),
    "a missing figure": lambda crate, graph: (crate / "results/yan-2024/draw/fig-2a.png").unlink(),
    "a file too many": lambda crate, graph: (crate / "patients.csv").write_text("Doe\n"),
    "a wrong hash": _set(ADSL, "sha256", "0" * 64),
    "a wrong size": _set(ADSL, "contentSize", "1"),
    "no hash": _drop(ADSL, "sha256"),
    "no format": _drop(ADSL, "encodingFormat"),
    "hashes swapped": _swap(ADSL, ADTTE, "sha256"),
    "results swapped": _swap("#job-derive", "#job-estimate", "result"),
    "inputs swapped": _swap("#job-derive", "#job-estimate", "object"),
    "instruments swapped": _swap("#job-derive", "#job-estimate", "instrument"),
    "an end before the start": _set("#job-derive", "endTime", "2001-01-01T00:00:00.000+00:00"),
    "another start": _set("#job-derive", "startTime", "2001-01-01T00:00:00.000+00:00"),
    "a failed job": _set("#job-derive", "actionStatus", "http://schema.org/FailedActionStatus"),
    "no versions": _no_version,
    "no requirements": _drop("workflow/scripts/derive.py", "softwareRequirements"),
    "no instrument": _drop("#job-derive", "instrument"),
    "a dangling instrument": _set("#job-derive", "instrument", {"@id": "#nothing"}),
    "a dangling input": _set("#job-derive", "object", [{"@id": "#nothing"}]),
    "a missing job": _without("#job-derive"),
    "a missing step": _without("#step-derive"),
    "a missing control": _without("#control-derive"),
    "a control of another job": _swap("#control-derive", "#control-estimate", "object"),
    "no profile": _set("./", "conformsTo", []),
    "another workflow": _set("./", "mainEntity", {"@id": "workflow/scripts/derive.py"}),
    "a licence": _set("./", "license", {"@id": "https://creativecommons.org/licenses/by/4.0/"}),
    "an author": _set("./", "author", "A. Nother"),
    "another date": _set("./", "datePublished", "2001-01-01"),
    "a name": _drop("./", "name"),
    "truncated metadata": _truncated,
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_seeded_defect_is_caught(made, tmp_path, defect):
    crate = tmp_path / "crate"
    shutil.copytree(made, crate)
    document = json.loads((crate / NAME).read_text(encoding="utf-8"))
    graph = {entity["@id"]: entity for entity in document["@graph"]}
    DEFECTS[defect](crate, graph)
    text = json.dumps({**document, "@graph": list(graph.values())})
    (crate / NAME).write_text(text[:1000] if "#truncated" in graph else text, encoding="utf-8")
    assert crate_problems(crate) or not _valid(crate, tmp_path)


def test_private_cohort_leaves_out_every_file_of_its_patients(finished, tmp_path):
    crate = _crate(finished.folder, "example-cohort", tmp_path / "crate")
    assert crate_problems(crate) == []
    assert _valid(crate, tmp_path)
    files = [path for path in crate.rglob("*") if path.is_file()]
    assert {path.relative_to(crate).parts[0] for path in files} == {NAME, "workflow"}
    with (finished.folder / "resources/example-cohort/patients.csv").open(encoding="utf-8") as handle:
        tokens = [row["patient_id"].encode() for row in csv.DictReader(handle)]
    assert len(tokens) == 120
    held = b"\n".join(path.read_bytes() for path in files)
    assert [token for token in tokens if token in held] == []
    (crate / "workflow/patients.csv").write_bytes(tokens[0])
    assert crate_problems(crate) == ["workflow/patients.csv: a file that the metadata does not name"]


def test_changed_result_is_refused(changeable, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(changeable.folder)
    Path(ADSL).write_text("other", encoding="utf-8")
    assert main(["crate", "yan-2024", "--out", str(tmp_path / "crate")]) == 2
    assert ADSL in capsys.readouterr().out
    assert not (tmp_path / "crate").exists()
