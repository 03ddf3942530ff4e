"""What the parts of a crate call one another: fixed identifiers, references, the script and software of a job."""

from collections.abc import Iterable
from typing import Any

from peritrace.records import Record

NAME = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
WORKFLOW, RUN, ENGINE, ORGANISED = "workflow/Snakefile", "#run", "#snakemake", "#organised"
LANGUAGE, NO_LICENCE, PUBLICATION = "#language", "#no-licence-stated", "#publication"
DATA, RESULTS = "#data", "#results"
COMPLETED = "http://schema.org/CompletedActionStatus"
PRIVATE = "Patients' data are private: no file that holds them or was made from them is included."
PUBLIC = "The data are published; the files of its run are included."
Entity = dict[str, Any]


def ref(identifier: str) -> Entity:
    """A reference to an entity."""
    return {"@id": identifier}


def refs(identifiers: Iterable[str]) -> list[Entity] | Entity:
    """References, each once; one stands alone, as RO-Crate has it."""
    found = [ref(identifier) for identifier in dict.fromkeys(identifiers)]
    return found[0] if len(found) == 1 else found


def versions(record: Record) -> dict[str, str]:
    """Python, the packages of a job and the library behind numpy, with their versions."""
    software = record.content["software"]
    library, _, version = software["blas"].partition(" ")
    return {"python": software["python"], **software["packages"], **({library: version} if version else {})}


def script(record: Record) -> str:
    """The script that the job ran."""
    path = f"workflow/scripts/{record.stage}.py"
    return path if path in {fact.path for fact in record.files("code")} else WORKFLOW
