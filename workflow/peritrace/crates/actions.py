"""The part of a crate's metadata that tells what was done: jobs, steps, the run, what they were given, by what."""

import json
from collections.abc import Mapping

from peritrace.crates.entities import (
    COMPLETED,
    DATA,
    ENGINE,
    LANGUAGE,
    ORGANISED,
    RESULTS,
    RUN,
    WORKFLOW,
    Entity,
    ref,
    refs,
    script,
    versions,
)
from peritrace.records import Record


def job_id(record: Record) -> str:
    """What the action of a job is called."""
    return f"#job-{record.stage}"


def fixed(records: list[Record], engine: str) -> list[Entity]:
    """Snakemake and how it ran the jobs."""
    organised = {
        "@id": ORGANISED,
        "@type": "OrganizeAction",
        "name": "Snakemake runs the jobs",
        "instrument": ref(ENGINE),
        "object": refs(f"#control-{record.stage}" for record in records),
        "result": ref(RUN),
        **_times(records),
    }
    return [
        {"@id": LANGUAGE, "@type": "ComputerLanguage", "name": "Snakemake"},
        {"@id": ENGINE, "@type": "SoftwareApplication", "name": "Snakemake", "softwareVersion": engine},
        organised,
    ]


def actions(study: str, records: list[Record], ids: Mapping[str, str], given: list[str], public: bool) -> list[Entity]:
    """The run as a whole, then each job with its step and its control; `ids` is what the crate calls a file."""
    made = [path for record in records for path in record.outputs]
    said = dict.fromkeys(name for record in records for name in settings(record)) if public else {}
    found: list[Entity] = [
        {
            "@id": RUN,
            "@type": "CreateAction",
            "name": f"Run of {study}",
            "instrument": ref(WORKFLOW),
            "object": refs([*(ids[path] for path in given), *said]),
            "result": refs(ids[path] for path in made),
            **_times(records),
            "actionStatus": COMPLETED,
        }
    ]
    for position, record in enumerate(records, 1):
        found += _job(record, position, ids, public)
    return found


def parameters(records: list[Record], public: bool) -> list[Entity]:
    """What the workflow takes and makes, and the settings of the study file as the jobs had them."""
    found: list[Entity] = [
        _formal(DATA, "Raw files of the study", "File"),
        _formal(RESULTS, "Results and reports", "File"),
    ]
    values = {name: value for record in records for name, value in settings(record).items()} if public else {}
    for name, value in values.items():
        label = name.removeprefix("#setting-").removeprefix("#parameter-")
        found.append(_formal(f"{name}-meant", label, "Text"))
        found.append(
            {
                "@id": name,
                "@type": "PropertyValue",
                "name": label,
                "value": value,
                "exampleOfWork": ref(f"{name}-meant"),
            }
        )
    return found


def settings(record: Record) -> dict[str, str]:
    """What else than files a job was given, by entity: sections of the study file, shared by all jobs that had the
    same, and the parameters of its own rule.
    """
    found = {f"#setting-{key}": value for key, value in record.content["settings"].items()}
    own = {f"#parameter-{record.stage}-{key}": value for key, value in record.content["parameters"].items()}
    return {name: _text(value) for name, value in (found | own).items()}


def software(records: list[Record]) -> list[Entity]:
    """Every package with the version that a job had."""
    found = {(name, version) for record in records for name, version in versions(record).items()}
    return [
        {"@id": f"#{name}-{version}", "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
        for name, version in sorted(found)
    ]


def _job(record: Record, position: int, ids: Mapping[str, str], public: bool) -> list[Entity]:
    stage, run = record.stage, record.content["run"]
    action = {
        "@id": job_id(record),
        "@type": "CreateAction",
        "name": f"Job {stage}",
        "instrument": ref(script(record)),
        "object": refs([*(ids[fact.path] for fact in record.files("inputs")), *(settings(record) if public else ())]),
        "result": refs([*(ids[path] for path in record.outputs), ids[record.path]]),
        "startTime": run["started"],
        "endTime": run["ended"],
        "actionStatus": COMPLETED,
    }
    step = {
        "@id": f"#step-{stage}",
        "@type": "HowToStep",
        "name": stage,
        "position": str(position),
        "workExample": ref(script(record)),
    }
    control = {
        "@id": f"#control-{stage}",
        "@type": "ControlAction",
        "name": f"Control of {stage}",
        "instrument": ref(f"#step-{stage}"),
        "object": ref(job_id(record)),
    }
    return [action, step, control]


def _times(records: list[Record]) -> Entity:
    runs = [record.content["run"] for record in records]
    return {"startTime": min(run["started"] for run in runs), "endTime": max(run["ended"] for run in runs)}


def _formal(identifier: str, name: str, kind: str) -> Entity:
    return {"@id": identifier, "@type": "FormalParameter", "name": name, "additionalType": kind}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
