"""Hold a crate against its own files and against itself: what a validator of form does not look at."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from peritrace.crates.claims import ids, records_hold, types
from peritrace.crates.disclosure import ABOUT_THE_CODE, CODE
from peritrace.crates.entities import (
    COMPLETED,
    CONTEXT,
    NAME,
    NO_LICENCE,
    ORGANISED,
    PRIVATE,
    PROFILES,
    PUBLIC,
    RUN,
    WORKFLOW,
    Entity,
)

_HASH = re.compile("[0-9a-f]{64}")
_PERSONS = {"author", "publisher", "creator", "contributor", "affiliation", "agent"}
Graph = Mapping[str, Entity]


def crate_problems(path: str | Path) -> list[str]:
    """What is wrong with a crate (a folder or a zip), a sentence each; empty when every claim holds."""
    try:
        files = _read(Path(path))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        return [f"{path}: not a readable crate ({type(error).__name__})"]
    return problems_of(files)


def problems_of(files: Mapping[str, bytes]) -> list[str]:
    """The same for the files of a crate by their paths."""
    found = []
    try:
        document = json.loads(files[NAME].decode("utf-8"))
        graph = {entity["@id"]: entity for entity in document["@graph"]}
        if len(graph) != len(document["@graph"]):
            return [f"{NAME}: an @id occurs twice"]
        parts = {name: data for name, data in files.items() if name != NAME}
        for problem in _problems(document, graph, parts):
            found.append(problem)  # one by one: what was found before one is missing is kept
    except KeyError as error:
        found.append(f"{NAME}: {error.args[0]} is missing")
    except (ValueError, TypeError, AttributeError) as error:
        found.append(f"{NAME}: not readable ({type(error).__name__})")
    return found


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != len(set(names)):
            raise ValueError("a name twice")
        return {name: archive.read(name) for name in names}


def _problems(document: Entity, graph: Graph, files: Mapping[str, bytes]) -> Iterator[str]:
    if document["@context"] != CONTEXT:
        yield f"{NAME}: another @context than that of the profile"
    yield from _references(graph)
    yield from _root(graph)
    yield from _files(graph, files)
    yield from _undisclosed(graph)
    yield from _jobs(graph)
    yield from _orchestration(graph)
    yield from records_hold(graph, files)


def _references(graph: Graph) -> Iterator[str]:
    for name, entity in graph.items():
        for key, value in entity.items():
            for target in ids(value):
                if target not in graph and key != "conformsTo":
                    yield f"{name}: {key} leads to {target}, which is not there"


def _root(graph: Graph) -> Iterator[str]:
    root = graph["./"]
    if ids(graph[NAME]["about"]) != ["./"]:
        yield f"{NAME}: is not about the crate"
    if set(ids(root["conformsTo"])) != set(PROFILES):
        yield "./: the profiles are not those of a provenance run crate"
    if ids(root["mainEntity"]) != [WORKFLOW]:
        yield "./: the main entity is not the workflow"
    if ids(root["license"]) != [NO_LICENCE] or ids(graph[WORKFLOW].get("license", [])) not in ([], ["LICENSE"]):
        yield "./: states a licence that no record knows"
    if root["datePublished"] != graph[RUN]["endTime"]:
        yield "./: datePublished is not the end of the run"
    if (PRIVATE in root["description"]) == (PUBLIC in root["description"]):
        yield "./: says not, or says both, whether the data are private"
    for name, entity in graph.items():
        if _PERSONS & set(entity):
            yield f"{name}: names persons that no record knows"


def _files(graph: Graph, files: Mapping[str, bytes]) -> Iterator[str]:
    listed = ids(graph["./"]["hasPart"])
    typed = [name for name, entity in graph.items() if "File" in types(entity)]
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
        if not graph[name]["encodingFormat"] or not graph[name]["name"]:
            yield f"{name}: no encodingFormat or no name"
        if private and not name.startswith(CODE) and name not in ABOUT_THE_CODE:
            yield f"{name}: a file of a private study"


def _undisclosed(graph: Graph) -> Iterator[str]:
    """What is not included has a number and, unless a job made it from patients, a hash, and nothing else."""
    made = {t for name in _job_names(graph) for t in ids(graph[name]["result"])}
    for name, entity in graph.items():
        if not name.startswith(("#undisclosed-", "#record-")):
            continue
        bare = name in made and not name.startswith("#record-")
        if set(entity) != {"@id", "@type", "name"} | (set() if bare else {"sha256"}):
            yield f"{name}: says more or less of a file that is not included than its hash"
        elif not bare and not _HASH.fullmatch(entity["sha256"]):
            yield f"{name}: its sha256 is none"
    if PRIVATE in graph["./"]["description"]:
        for name, entity in graph.items():
            if "PropertyValue" in types(entity):
                yield f"{name}: a setting of a private study"


def _jobs(graph: Graph) -> Iterator[str]:
    maker: dict[str, str] = {}
    actions = {name: entity for name, entity in graph.items() if "CreateAction" in types(entity)}
    run, jobs = actions[RUN], _job_names(graph)
    for name, action in actions.items():
        if action["actionStatus"] != COMPLETED:
            yield f"{name}: did not complete"
        if _time(action["endTime"]) < _time(action["startTime"]):
            yield f"{name}: ended before it started"
        if not ids(action["result"]):
            yield f"{name}: without a result"
    for name in jobs:
        if not set(ids(graph[name]["instrument"])) & {f"workflow/scripts/{name[5:]}.py", WORKFLOW}:
            yield f"{name}: its instrument is the script of another stage"
        for target in ids(graph[name]["result"]):
            if target in maker:
                yield f"{target}: made by {maker[target]} and {name}"
            maker[target] = name
    times = [(graph[name]["startTime"], graph[name]["endTime"]) for name in jobs]
    whole = (min(start for start, _ in times), max(end for _, end in times))
    if any((graph[name]["startTime"], graph[name]["endTime"]) != whole for name in (RUN, ORGANISED)):
        yield f"{RUN}: its times are not those of its jobs"
    given = {target for name in jobs for target in ids(graph[name].get("object", []))}
    for name in jobs:
        for target in ids(graph[name].get("object", [])):
            if target in maker and _time(graph[maker[target]]["endTime"]) > _time(graph[name]["startTime"]):
                yield f"{name}: was given {target} before {maker[target]} had made it"
    if set(ids(run["object"])) != given - set(maker):
        yield f"{RUN}: was given other files or settings than its jobs"
    records = {target for target in maker if target.startswith("#record-") or "/trace/" in target}
    if set(ids(run["result"])) != set(maker) - records:
        yield f"{RUN}: made other files than its jobs"
    if len(records) != len(jobs):
        yield f"{RUN}: not every job has left one record"


def _orchestration(graph: Graph) -> Iterator[str]:
    jobs = set(_job_names(graph))
    controls = {name for name, entity in graph.items() if "ControlAction" in types(entity)}
    steps = {name for name, entity in graph.items() if "HowToStep" in types(entity)}
    if set(ids(graph[ORGANISED]["object"])) != controls or {f"#control-{j[5:]}" for j in jobs} != controls:
        yield f"{ORGANISED}: not every job is under control"
    for name in sorted(controls):
        stage = name.removeprefix("#control-")
        if ids(graph[name]["object"]) != [f"#job-{stage}"] or ids(graph[name]["instrument"]) != [f"#step-{stage}"]:
            yield f"{name}: controls another job or step"
    for name in sorted(steps):
        if ids(graph[name]["workExample"]) != ids(graph[f"#job-{name[6:]}"]["instrument"]):
            yield f"{name}: shows another script than its job ran"
    if set(ids(graph[WORKFLOW]["step"])) != steps or {f"#step-{j[5:]}" for j in jobs} != steps:
        yield f"{WORKFLOW}: its steps are not those of the jobs"
    if set(ids(graph["./"]["mentions"])) != jobs | {RUN, ORGANISED}:
        yield "./: mentions other actions than there are"
    for name, entity in graph.items():
        if "SoftwareApplication" in types(entity) and not entity.get("softwareVersion"):
            yield f"{name}: without a version"
    for job in sorted(jobs):
        for script in ids(graph[job]["instrument"]):
            if not ids(graph[script].get("softwareRequirements", [])):
                yield f"{script}: without its software and versions"


def _job_names(graph: Graph) -> list[str]:
    return [name for name, entity in graph.items() if "CreateAction" in types(entity) and name != RUN]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
