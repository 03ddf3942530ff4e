"""The metadata of a crate: Provenance Run Crate 0.5 on RO-Crate 1.1, as one JSON-LD graph made from records.

Nothing is said that the records and the study file don't say: no author, affiliation or licence of the data.
"""

import mimetypes
from pathlib import Path

from peritrace.crates.actions import actions, fixed, job_id, parameters, software
from peritrace.crates.disclosure import ABOUT_THE_CODE, disclosed, may_be_shared
from peritrace.crates.entities import (
    CONTEXT,
    DATA,
    LANGUAGE,
    NAME,
    NO_LICENCE,
    ORGANISED,
    PRIVATE,
    PROFILES,
    PUBLIC,
    PUBLICATION,
    RESULTS,
    RUN,
    WORKFLOW,
    Entity,
    ref,
    refs,
    script,
    versions,
)
from peritrace.records import FileFact, Record
from peritrace.study import Citation, Study

_FORMATS = {
    ".svg": "drawing",
    ".png": "picture",
    ".pdf": "PDF",
    ".csv": "the numbers",
    ".html": "page",
    ".docx": "Word",
}


class Crate:
    """The entities of one study's run; `files` are the paths that go into the crate, pages and figures first."""

    def __init__(self, study: Study, public: bool, records: list[Record], engine: str) -> None:
        self.study, self.public, self.records, self.engine = study, public, records, engine
        self.given, self.made, self.facts = _facts(study, records)
        shared = public and may_be_shared(records)
        self.withheld = {record.path: f"#record-{record.stage}" for record in records if not shared}
        files = [p for p in self.facts if disclosed(p, study.id, public) and p not in self.withheld]
        self.files = sorted(files, key=lambda path: (*_order(path), path))
        self.ids = {path: path for path in self.files} | self.withheld
        hidden = [path for path in sorted(self.facts) if path not in self.ids]
        self.ids |= {path: f"#undisclosed-{number}" for number, path in enumerate(hidden, 1)}

    def metadata(self) -> Entity:
        """The whole document."""
        graph = [self._descriptor(), self._root(), *map(self._file, self.files), *self._about()]
        graph += fixed(self.records, self.engine)
        graph += actions(self.study.id, self.records, self.ids, self.given, self.public)
        graph += parameters(self.records, self.public)
        graph += [self._hidden(path, name) for path, name in self.ids.items() if name.startswith("#")]
        return {"@context": CONTEXT, "@graph": [*graph, *software(self.records)]}

    def _descriptor(self) -> Entity:
        conforms = refs(["https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"])
        return {"@id": NAME, "@type": "CreativeWork", "about": ref("./"), "conformsTo": conforms}

    def _root(self) -> Entity:
        study = self.study
        where = (
            f" Open reports/{study.id}.html; its figures and tables are in results/{study.id}." if self.public else ""
        )
        entity = {
            "@id": "./",
            "@type": "Dataset",
            "name": (study.title if self.public else "") or f"Study {study.id}",
            "description": f"A run of the study {study.id}. {PUBLIC if self.public else PRIVATE}{where}",
            "datePublished": max(str(record.content["run"]["ended"]) for record in self.records),
            "license": ref(NO_LICENCE),
            "conformsTo": refs(PROFILES),
            "mainEntity": ref(WORKFLOW),
            "hasPart": refs(self.files),
            "mentions": refs([RUN, ORGANISED, *map(job_id, self.records)]),
        }
        return entity | ({"citation": ref(PUBLICATION)} if self.public and study.citation else {})

    def _about(self) -> list[Entity]:
        found: list[Entity] = [
            {"@id": url, "@type": "CreativeWork", "name": name, "version": version}
            for url, (name, version) in PROFILES.items()
        ]
        said = "The records state no licence of the data."
        found.append({"@id": NO_LICENCE, "@type": "CreativeWork", "name": "No licence stated", "description": said})
        if self.public and self.study.citation:
            found.append({"@id": PUBLICATION, "@type": "CreativeWork", "name": _cited(self.study.citation)})
        return found

    def _file(self, path: str) -> Entity:
        fact = self.facts[path]
        entity: Entity = {
            "@id": path,
            "@type": "File",
            "name": self._called(path),
            "encodingFormat": mimetypes.guess_type(path)[0] or "text/plain",
            "contentSize": str(fact.size),
            "sha256": fact.sha256,
        }
        if path in self.made or path in self.given:
            entity["exampleOfWork"] = ref(RESULTS if path in self.made else DATA)
        if path == WORKFLOW:
            return entity | self._workflow()
        if path.endswith(".py"):
            entity["@type"] = ["File", "SoftwareSourceCode"]
        owner = next((record for record in self.records if script(record) == path), None)
        if owner:
            entity["softwareRequirements"] = refs(f"#{n}-{v}" for n, v in versions(owner).items())
        return entity

    def _workflow(self) -> Entity:
        formal = [
            entity["@id"] for entity in parameters(self.records, self.public) if entity["@type"] == "FormalParameter"
        ]
        entity: Entity = {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
            "programmingLanguage": ref(LANGUAGE),
            "hasPart": refs(script(record) for record in self.records),
            "step": refs(f"#step-{record.stage}" for record in self.records),
            "input": refs(name for name in formal if name != RESULTS),
            "output": ref(RESULTS),
        }
        states = {(git.get("commit"), git.get("clean")) for git in (record.content["git"] for record in self.records)}
        commit, clean = next(iter(states))
        if len(states) == 1 and commit:
            entity["version"] = commit if clean else f"{commit}, with local changes"
        if "LICENSE" in self.files:
            entity["license"] = ref("LICENSE")
        return entity

    def _hidden(self, path: str, name: str) -> Entity:
        """A file that is not in the crate. What was made tells no hash: a small table can be guessed back from it."""
        said = "Record" if path in self.withheld else "File"
        entity = {"@id": name, "@type": "CreativeWork", "name": f"{said} {name.split('-', 1)[1]}, not included"}
        return entity if path in self.made else entity | {"sha256": self.facts[path].sha256}

    def _called(self, path: str) -> str:
        """What a reader calls a file: figures and tables by their titles."""
        place, kind = Path(path), Path(path).suffix
        if path == f"reports/{self.study.id}.html":
            return "The report: open it in a browser"
        if path.startswith("results/") and place.parent.name in ("draw", "tabulate"):
            for exhibit in self.study.figures if place.parent.name == "draw" else self.study.tables:
                if exhibit.id == place.stem:
                    printed = f"{exhibit.printed_as}: " if exhibit.printed_as else ""
                    return f"{printed}{exhibit.title or exhibit.id} ({_FORMATS.get(kind, kind)})"
        return path


def _facts(study: Study, records: list[Record]) -> tuple[list[str], list[str], dict[str, FileFact]]:
    """The raw files, what was made of them, and every file of the run by its path.

    The study file is among them where it is still the one of the run. Records hold the settings in any case.
    """
    made = list(dict.fromkeys(path for record in records for path in record.outputs))
    facts = {fact.path: fact for r in records for kind in ("inputs", "outputs", "code") for fact in r.files(kind)}
    given = [f.path for r in records for f in r.files("inputs") if f.path not in made]
    facts |= {record.path: FileFact(record.path, record.sha256, Path(record.path).stat().st_size) for record in records}
    for path in (f"config/studies/{study.id}.yaml", *ABOUT_THE_CODE):
        if Path(path).is_file():
            facts[path] = FileFact.of(path)
    stated = {(r.content["study_file"].get("path"), r.content["study_file"].get("sha256")) for r in records}
    file = facts.get(f"config/studies/{study.id}.yaml")
    if file and stated != {(file.path, file.sha256)}:
        del facts[file.path]
    return list(dict.fromkeys(given)), made, facts


def _order(path: str) -> tuple[int, str]:
    """The report, its validation page, figures and tables come first, code last."""
    tops = ("reports/", "results/", "resources/", "config/")
    top = next((number for number, start in enumerate(tops) if path.startswith(start)), len(tops))
    if top == 0:
        return top, "1" if "-validation." in path else "0"
    return top, {"draw": "0", "tabulate": "1"}.get(Path(path).parent.name, "2") if top == 1 else ""


def _cited(citation: Citation) -> str:
    numbers = ":".join(filter(None, (citation.volume, citation.pages)))
    authors = f"{citation.authors} " if citation.authors else ""
    doi = f". {citation.doi}" if citation.doi else ""
    return f"{authors}{citation.journal} {citation.year}{f';{numbers}' if numbers else ''}{doi}"
