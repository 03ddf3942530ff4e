"""The metadata of a crate: Provenance Run Crate 0.5 on RO-Crate 1.1, as one JSON-LD graph made from records.

Nothing is said that the records and the study file don't say: no author, affiliation or licence of the data.
"""

import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from peritrace.crates.disclosure import disclosed
from peritrace.records import FileFact, Record

NAME = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
WORKFLOW, RUN, ENGINE, ORGANISED = "workflow/Snakefile", "#run", "#snakemake", "#organised"
NO_LICENCE = "#no-licence-stated"
COMPLETED = "http://schema.org/CompletedActionStatus"
PRIVATE = "Patients' data are private: files made from them are named by number and hash, and not included."
PUBLIC = "The data are published; the files of its run are included."
Entity = dict[str, Any]


def ref(identifier: str) -> Entity:
    """A reference to an entity."""
    return {"@id": identifier}


def refs(identifiers: Iterable[str]) -> list[Entity]:
    """References, each once."""
    return [ref(identifier) for identifier in dict.fromkeys(identifiers)]


class Crate:
    """The entities of one study's run; `files` are the paths that go into the crate."""

    def __init__(self, study: str, title: str, public: bool, records: list[Record], workflow_version: str) -> None:
        self.study, self.title, self.public, self.records = study, title, public, records
        self.version = workflow_version
        self.facts: dict[str, FileFact] = {}
        for record in records:
            for fact in (*record.files("inputs"), *record.files("outputs"), *record.files("code")):
                self.facts.setdefault(fact.path, fact)
            self.facts[record.path] = FileFact(record.path, record.sha256, Path(record.path).stat().st_size)
            if stated := record.content["study_file"]:
                self.facts.setdefault(stated["path"], FileFact(**stated))
        self.files = [path for path in sorted(self.facts) if disclosed(path, study, public)]
        hidden = [path for path in sorted(self.facts) if path not in self.files]
        self.ids = {path: path for path in self.files}
        self.ids |= {path: f"#undisclosed-{number}" for number, path in enumerate(hidden, 1)}

    def metadata(self) -> Entity:
        """The whole document."""
        graph = [self._descriptor(), self._root(), *self._profiles(), *self._fixed(), self._whole_run()]
        graph += [self._file(path) for path in sorted(self.facts)]
        for position, record in enumerate(self.records, 1):
            graph += [*self._job(record, position), *self._parameters(record)]
        graph += self._software()
        return {"@context": CONTEXT, "@graph": graph}

    @property
    def ended(self) -> str:
        """When the last job ended."""
        return max(str(record.content["run"]["ended"]) for record in self.records)

    def _descriptor(self) -> Entity:
        conforms = refs(["https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"])
        return {"@id": NAME, "@type": "CreativeWork", "about": ref("./"), "conformsTo": conforms}

    def _root(self) -> Entity:
        return {
            "@id": "./",
            "@type": "Dataset",
            "name": self.title,
            "description": f"A run of the study {self.study}. {PUBLIC if self.public else PRIVATE}",
            "datePublished": self.ended,
            "license": ref(NO_LICENCE),
            "conformsTo": refs(PROFILES),
            "mainEntity": ref(WORKFLOW),
            "hasPart": refs(self.files),
            "mentions": refs([RUN, ORGANISED, *(f"#job-{r.stage}" for r in self.records)]),
        }

    def _profiles(self) -> list[Entity]:
        return [
            {"@id": url, "@type": "CreativeWork", "name": name, "version": version}
            for url, (name, version) in PROFILES.items()
        ]

    def _fixed(self) -> list[Entity]:
        said = "No licence is stated for the data. The code has the licence of the project's file LICENSE, MIT."
        snakemake = {"@id": "#language", "@type": "ComputerLanguage", "name": "Snakemake"}
        engine = {"@id": ENGINE, "@type": "SoftwareApplication", "name": "Snakemake", "softwareVersion": self.version}
        controls = refs(f"#control-{record.stage}" for record in self.records)
        organised = {
            "@id": ORGANISED,
            "@type": "OrganizeAction",
            "name": "Snakemake runs the jobs",
            "instrument": ref(ENGINE),
            "object": controls,
            "result": ref(RUN),
            "startTime": self._started(),
            "endTime": self.ended,
        }
        licence = {"@id": NO_LICENCE, "@type": "CreativeWork", "name": "No licence stated", "description": said}
        return [licence, snakemake, engine, organised]

    def _started(self) -> str:
        return min(str(record.content["run"]["started"]) for record in self.records)

    def _whole_run(self) -> Entity:
        made = [path for record in self.records for path in record.outputs]
        given = [f.path for record in self.records for f in record.files("inputs") if f.path not in made]
        return {
            "@id": RUN,
            "@type": "CreateAction",
            "name": f"Run of {self.study}",
            "instrument": ref(WORKFLOW),
            "object": refs(self.ids[path] for path in given),
            "result": refs(self.ids[path] for path in made),
            "startTime": self._started(),
            "endTime": self.ended,
            "actionStatus": COMPLETED,
        }

    def _file(self, path: str) -> Entity:
        fact = self.facts[path]
        entity: Entity = {"@id": self.ids[path], "contentSize": str(fact.size), "sha256": fact.sha256}
        if path not in self.files:
            name = f"File {self.ids[path].removeprefix('#undisclosed-')}, not included"
            return {"@type": "CreativeWork", "name": name, **entity}
        entity |= {"name": path, "encodingFormat": mimetypes.guess_type(path)[0] or "text/plain"}
        if path == WORKFLOW:
            stages = [record.stage for record in self.records]
            entity |= {
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
                "programmingLanguage": ref("#language"),
                "hasPart": refs(script(record) for record in self.records),
                "step": refs(f"#step-{stage}" for stage in stages),
                "input": refs(f"#given-{stage}" for stage in stages),
                "output": refs(f"#made-{stage}" for stage in stages),
            }
            return entity
        owner = next((record for record in self.records if script(record) == path), None)
        entity["@type"] = ["File", "SoftwareSourceCode"] if path.endswith(".py") else "File"
        if owner:
            entity["softwareRequirements"] = refs(f"#{n}-{v}" for n, v in versions(owner).items())
        return entity

    def _job(self, record: Record, position: int) -> list[Entity]:
        stage, run = record.stage, record.content["run"]
        action = {
            "@id": f"#job-{stage}",
            "@type": "CreateAction",
            "name": f"Job {stage}",
            "instrument": ref(script(record)),
            "object": refs(self.ids[fact.path] for fact in record.files("inputs")),
            "result": refs([*(self.ids[path] for path in record.outputs), self.ids[record.path]]),
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
            "instrument": ref(step["@id"]),
            "object": ref(action["@id"]),
        }
        return [action, step, control]

    def _parameters(self, record: Record) -> list[Entity]:
        return [
            {
                "@id": f"#{kind}-{record.stage}",
                "@type": "FormalParameter",
                "name": f"{kind}-{record.stage}",
                "additionalType": "File",
            }
            for kind in ("given", "made")
        ]

    def _software(self) -> list[Entity]:
        found = {(name, version) for record in self.records for name, version in versions(record).items()}
        return [
            {"@id": f"#{name}-{version}", "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
            for name, version in sorted(found)
        ]


def versions(record: Record) -> dict[str, str]:
    """Python and the packages of a job, with their versions."""
    software = record.content["software"]
    return {"python": software["python"], **software["packages"]}


def script(record: Record) -> str:
    """The script that the job ran."""
    stage = record.stage.removesuffix("_tables")
    tried = (f"workflow/scripts/{record.stage}.py", f"workflow/scripts/{stage}_tables.py")
    known = {fact.path for fact in record.files("code")}
    return next((path for path in tried if path in known), WORKFLOW)
