"""What a crate's metadata says of its jobs, held against the records that lie in the crate."""

from collections.abc import Iterator, Mapping

from peritrace.crates.actions import job_id, settings
from peritrace.crates.entities import Entity, versions
from peritrace.records import FOLDER, DamagedRecord, Record, parse_record

Graph = Mapping[str, Entity]


def ids(value: object) -> list[str]:
    """The identifiers of a reference or of a list of them."""
    if isinstance(value, dict):
        return [value["@id"]] if "@id" in value else []
    return [name for item in value for name in ids(item)] if isinstance(value, list) else []


def types(entity: Entity) -> list[str]:
    """The types of an entity."""
    found = entity["@type"]
    return found if isinstance(found, list) else [found]


def records_hold(graph: Graph, files: Mapping[str, bytes]) -> Iterator[str]:
    """Where a job in the metadata is not what its record says, and where the records are no chain."""
    for name, data in files.items():
        if f"/{FOLDER}/" not in name or not name.startswith("results/"):
            continue
        try:
            record = parse_record(name, data)
        except DamagedRecord:
            yield f"{name}: not as a job wrote it"
            continue
        for found in _job(record, graph):
            yield f"{name}: {found}"
        for fact in record.files("records"):
            if fact.path in graph and graph[fact.path]["sha256"] != fact.sha256:
                yield f"{name}: was given another {fact.path}"


def _job(record: Record, graph: Graph) -> Iterator[str]:
    job = graph[job_id(record)]
    run = record.content["run"]
    hidden = {
        entity["sha256"]: name
        for name, entity in graph.items()
        if name.startswith("#undisclosed-") and "sha256" in entity
    }
    if (job["startTime"], job["endTime"]) != (run["started"], run["ended"]):
        yield "other times than its job in the metadata"
    stated = settings(record)
    given = {fact.path if fact.path in graph else hidden.get(fact.sha256) for fact in record.files("inputs")}
    if set(ids(job.get("object", []))) != given | set(stated):
        yield "other inputs or settings than its job in the metadata"
    if set(ids(job["result"])) != {*record.outputs, record.path}:
        yield "other outputs than its job in the metadata"
    for name, value in stated.items():
        if graph[name]["value"] != value:
            yield f"another value of {name} than in the metadata"
    needed = {name for script in ids(job["instrument"]) for name in ids(graph[script].get("softwareRequirements", []))}
    if {f"#{name}-{version}" for name, version in versions(record).items()} != needed:
        yield "other software than its script in the metadata"
    for name in needed:
        if name != f"#{graph[name]['name']}-{graph[name]['softwareVersion']}":
            yield f"another version than {name} says"
    for fact in (*record.files("inputs"), *record.files("outputs"), *record.files("code")):
        if graph.get(fact.path, {}).get("sha256") != fact.sha256 and fact.sha256 not in hidden:
            yield f"another hash of {fact.path} than in the metadata"
