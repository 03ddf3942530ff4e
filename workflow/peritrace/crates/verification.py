"""Hold a crate against its own files and against itself: what a validator of form does not look at."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from peritrace.crates.disclosure import CODE
from peritrace.crates.metadata import COMPLETED, CONTEXT, NAME, NO_LICENCE, PRIVATE, PROFILES, RUN, WORKFLOW
from peritrace.records import FOLDER

Entity = dict[str, Any]
_HASH = re.compile("[0-9a-f]{64}")


def crate_problems(path: str | Path) -> list[str]:
    """What is wrong with a crate (a folder or a zip), a sentence each; empty when every claim holds."""
    try:
        files = _read(Path(path))
        document = json.loads(files.pop(NAME).decode("utf-8"))
        graph = {entity["@id"]: entity for entity in document["@graph"]}
        if len(graph) != len(document["@graph"]):
            return [f"{NAME}: an @id occurs twice"]
        return list(_problems(document, graph, files))
    except KeyError as error:
        return [f"{NAME}: {error.args[0]} is missing"]
    except (OSError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        return [f"{path}: not a readable crate ({type(error).__name__})"]


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != len(set(names)):
            raise ValueError("a name twice")
        return {name: archive.read(name) for name in names}


def _problems(document: Entity, graph: dict[str, Entity], files: dict[str, bytes]) -> Iterator[str]:
    if document["@context"] != CONTEXT:
        yield f"{NAME}: another @context than that of the profile"
    yield from _references(graph)
    yield from _root(graph)
    yield from _files(graph, files)
    yield from _jobs(graph)
    yield from _orchestration(graph)
    yield from _records(graph, files)


def _references(graph: dict[str, Entity]) -> Iterator[str]:
    for name, entity in graph.items():
        for key, value in entity.items():
            for target in _ids(value):
                if target not in graph and key != "conformsTo":
                    yield f"{name}: {key} leads to {target}, which is not there"


def _root(graph: dict[str, Entity]) -> Iterator[str]:
    root = graph["./"]
    if _ids(graph[NAME]["about"]) != ["./"]:
        yield f"{NAME}: is not about the crate"
    if set(_ids(root["conformsTo"])) != set(PROFILES):
        yield "./: the profiles are not those of a provenance run crate"
    if _ids(root["mainEntity"]) != [WORKFLOW]:
        yield "./: the main entity is not the workflow"
    if _ids(root["license"]) != [NO_LICENCE]:
        yield "./: states a licence that no record knows"
    if root["datePublished"] != graph[RUN]["endTime"]:
        yield "./: datePublished is not the end of the run"
    for name, entity in graph.items():
        if {"author", "publisher", "creator", "affiliation"} & set(entity):
            yield f"{name}: names persons that no record knows"


def _files(graph: dict[str, Entity], files: dict[str, bytes]) -> Iterator[str]:
    listed = _ids(graph["./"]["hasPart"])
    typed = [name for name, entity in graph.items() if "File" in _types(entity)]
    private = PRIVATE in graph["./"]["description"]
    for name in sorted(set(files) - set(typed)):
        yield f"{name}: a file that the metadata does not name"
    for name in sorted(set(typed) ^ set(listed)):
        yield f"{name}: named once, as a file or as a part, not both"
    for name in typed:
        if name not in files:
            yield f"{name}: missing"
            continue
        if graph[name]["sha256"] != hashlib.sha256(files[name]).hexdigest():
            yield f"{name}: other bytes than its sha256 says"
        if graph[name]["contentSize"] != str(len(files[name])):
            yield f"{name}: another size than its contentSize says"
        if not graph[name]["encodingFormat"]:
            yield f"{name}: no encodingFormat"
        if private and not name.startswith(CODE):
            yield f"{name}: a file of a private study"
    for name, entity in graph.items():
        hidden = name.startswith("#undisclosed-")
        if hidden and not (_HASH.fullmatch(entity["sha256"]) and entity["contentSize"].isdigit()):
            yield f"{name}: its sha256 or contentSize is none"


def _jobs(graph: dict[str, Entity]) -> Iterator[str]:
    maker: dict[str, str] = {}
    actions = {name: e for name, e in graph.items() if "CreateAction" in _types(e)}
    run = actions[RUN]
    for name, action in actions.items():
        if action["actionStatus"] != COMPLETED:
            yield f"{name}: did not complete"
        if _time(action["endTime"]) < _time(action["startTime"]):
            yield f"{name}: ended before it started"
        if not _ids(action["result"]):
            yield f"{name}: without a result"
        if name == RUN:
            continue
        expected = {f"workflow/scripts/{name[5:]}.py", f"workflow/scripts/{name[5:]}_tables.py", WORKFLOW}
        if not set(_ids(action["instrument"])) & expected:
            yield f"{name}: its instrument is the script of another stage"
        for target in _ids(action["result"]):
            if target in maker:
                yield f"{target}: made by {maker[target]} and {name}"
            maker[target] = name
    jobs = [actions[name] for name in actions if name != RUN]
    if run["startTime"] != min(j["startTime"] for j in jobs) or run["endTime"] != max(j["endTime"] for j in jobs):
        yield f"{RUN}: its times are not those of its jobs"
    for name, action in actions.items():
        for given in _ids(action.get("object", [])):
            if name != RUN and given in maker and _time(actions[maker[given]]["endTime"]) > _time(action["startTime"]):
                yield f"{name}: was given {given} before {maker[given]} had made it"
    for target in _ids(run["result"]):
        if target not in maker:
            yield f"{target}: made by no job"
    for target in maker:
        if target not in _ids(run["result"]) and f"/{FOLDER}/" not in target and not target.startswith("#"):
            yield f"{target}: made by a job, not by the run"


def _orchestration(graph: dict[str, Entity]) -> Iterator[str]:
    jobs = {name for name in graph if name.startswith("#job-")}
    controls = {name for name, e in graph.items() if "ControlAction" in _types(e)}
    steps = {name for name, e in graph.items() if "HowToStep" in _types(e)}
    if set(_ids(graph["#organised"]["object"])) != controls or {f"#control-{j[5:]}" for j in jobs} != controls:
        yield "#organised: not every job is under control"
    for name in sorted(controls):
        stage = name.removeprefix("#control-")
        if _ids(graph[name]["object"]) != [f"#job-{stage}"] or _ids(graph[name]["instrument"]) != [f"#step-{stage}"]:
            yield f"{name}: controls another job or step"
    if set(_ids(graph[WORKFLOW]["step"])) != steps or {f"#step-{j[5:]}" for j in jobs} != steps:
        yield f"{WORKFLOW}: its steps are not those of the jobs"
    if set(_ids(graph["./"]["mentions"])) != jobs | {RUN, "#organised"}:
        yield "./: mentions other actions than there are"
    for name, entity in graph.items():
        if "SoftwareApplication" in _types(entity) and not entity.get("softwareVersion"):
            yield f"{name}: without a version"
    for job in sorted(jobs):
        for script in _ids(graph[job]["instrument"]):
            if not _ids(graph[script].get("softwareRequirements", [])):
                yield f"{script}: without its software and versions"


def _records(graph: dict[str, Entity], files: dict[str, bytes]) -> Iterator[str]:
    """Where the records are in the crate: what they say of each job is what the metadata says."""
    stated_hashes = {(name, entity.get("sha256")) for name, entity in graph.items()}
    hidden = {entity["sha256"]: name for name, entity in graph.items() if name.startswith("#undisclosed-")}
    for name, data in files.items():
        if f"/{FOLDER}/" not in name or not name.endswith(".json"):
            continue
        record = json.loads(data)
        job = graph[f"#job-{record['stage']}"]
        if (job["startTime"], job["endTime"]) != (record["run"]["started"], record["run"]["ended"]):
            yield f"{name}: other times than its job in the metadata"
        given = {fact["path"] if fact["path"] in graph else hidden.get(fact["sha256"]) for fact in record["inputs"]}
        made = {fact["path"] if fact["path"] in graph else hidden.get(fact["sha256"]) for fact in record["outputs"]}
        if set(_ids(job["object"])) != given or set(_ids(job["result"])) != made | {name}:
            yield f"{name}: other inputs or outputs than its job in the metadata"
        stated = {"python": record["software"]["python"], **record["software"]["packages"]}
        needed = {s for script in _ids(job["instrument"]) for s in _ids(graph[script].get("softwareRequirements", []))}
        if {f"#{n}-{v}" for n, v in stated.items()} != needed:
            yield f"{name}: other software than its script in the metadata"
        for fact in (*record["inputs"], *record["outputs"], *record["code"]):
            if (fact["path"], fact["sha256"]) not in stated_hashes and fact["sha256"] not in hidden:
                yield f"{fact['path']}: another hash than the record of {record['stage']} says"


def _ids(value: object) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if "@id" in value else []
    return [name for item in value for name in _ids(item)] if isinstance(value, list) else []


def _types(entity: Entity) -> list[str]:
    found = entity["@type"]
    return found if isinstance(found, list) else [found]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
