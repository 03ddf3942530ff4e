"""The part of the plan that all studies share: the guidance text, the table of evidence, the front page.

Read when Snakemake parses the workflow, so it imports nothing heavy.
"""

import json
import platform
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from peritrace import __version__
from peritrace.evidence.files import CITED
from peritrace.files import sha256
from peritrace.guidance.facts import misfits
from peritrace.guidance.model import Guidance
from peritrace.guidance.reading import guidance_files, load_guidance
from peritrace.problems import InputRefused
from peritrace.run_facts import keep

if TYPE_CHECKING:
    from peritrace.plan import Plan

GUIDANCE_TABLES = ("patients", "steps", "terms", "unknowns", "tumours", "warnings")
FORMATS = ("svg", "png", "pdf", "csv")


class Across:
    """What is made of all studies together."""

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan

    @cached_property
    def guidance(self) -> Guidance | None:
        """The guidance text, where a study maps its facts; raises InputRefused when it is wrong."""
        return load_guidance()[0] if any(self._plan.study(name).facts for name in self._plan.studies) else None

    def misfits(self) -> dict[str, str]:
        """Studies whose facts don't fit the guidance text, and what is wrong with them."""
        found = {}
        for name in self._plan.studies:
            study = self._plan.study(name)
            if study.facts and self.guidance and (problems := misfits(study, self.guidance)):
                found[name] = str(InputRefused(f"study file config/studies/{name}.yaml", problems))
        return found

    @property
    def guided(self) -> list[str]:
        """The cohorts that are held against the guidance text."""
        return [name for name in self._plan.cohorts if self._plan.study(name).facts]

    @property
    def limited(self) -> list[str]:
        """The studies of published tables in whose levels limits of the text are looked for."""
        return [name for name in self._plan.published if self._plan.study(name).facts]

    @property
    def has_guidance(self) -> bool:
        """Whether a study is held against the guidance text."""
        return bool(self.guided or self.limited)

    @property
    def algorithms(self) -> list[str]:
        """The tumours for which the guidance text has an algorithm."""
        return [tumour.id for tumour in self.guidance.tumours if tumour.start] if self.guidance else []

    @property
    def diagrams(self) -> list[str]:
        """The diagrams of the algorithms, in every format."""
        return [f"results/guidance/algorithm-{tumour}.{kind}" for tumour in self.algorithms for kind in FORMATS]

    def guidance_outputs(self, name: str) -> list[str]:
        """What the stage `guidance` makes of a cohort; nothing where it maps no facts."""
        return [f"results/{name}/guidance/{table}.csv" for table in GUIDANCE_TABLES] if name in self.guided else []

    def guidance_content(self) -> str:
        """The digest of the guidance text and its lexicon."""
        return self._plan.content(*guidance_files())

    def guide_inputs(self) -> list[str]:
        """What the page of the guidance text shows, and the records of it."""
        outputs = [path for name in self.guided for path in self.guidance_outputs(name)]
        outputs += [self._plan.intake_tables(name)["counts"] for name in self.limited]
        records = [self._plan.record(name, "guidance") for name in self.guided]
        records += [self._plan.record(name, "intake") for name in self.limited]
        return [*outputs, *self.diagrams, *records, self._plan.record("guidance", "algorithm"), *guidance_files()]

    def guide_settings(self) -> str:
        """What the page of the guidance text may know of the studies."""
        return keep(json.dumps([self._settings(name, "guide") for name in [*self.guided, *self.limited]]))

    def guide_record(self) -> str:
        """The software and the files that the page of the guidance text names, as JSON."""
        named = {"peritrace": __version__, "Python": platform.python_version()}
        digests = {path: sha256(path) for path in guidance_files()}
        return json.dumps({"versions": named, "fingerprints": digests})

    @property
    def evidenced(self) -> list[str]:
        """The studies whose results enter the table of evidence: none with simulated patients."""
        studies = {name: self._plan.study(name) for name in self._plan.studies}
        return [name for name, study in studies.items() if study.evidence and not study.simulated]

    @property
    def has_evidence(self) -> bool:
        """Whether there are survival results to set side by side."""
        return bool(self.evidenced) or CITED.is_file()

    @property
    def evidence_outputs(self) -> list[str]:
        """The table of evidence and its figure."""
        figures = [f"results/evidence/figure.{kind}" for kind in FORMATS]
        return ["results/evidence/evidence.csv", "results/evidence/disagreements.csv", *figures]

    def evidence_inputs(self) -> list[str]:
        """The statistics of the studies with their records, and the citations."""
        ards = [f"results/{name}/estimate/ard.csv" for name in self.evidenced]
        records = [self._plan.record(name, "estimate") for name in self.evidenced]
        return [*ards, *records, *self._plan.present(CITED.as_posix())]

    def evidence_settings(self) -> str:
        """What the table of evidence may know of the studies, and what papers are called."""
        names = {name: self._plan.study(name).short_title for name in self._plan.studies}
        return keep(json.dumps({"studies": [self._settings(n, "evidence") for n in self.evidenced], "names": names}))

    def index_inputs(self) -> list[str]:
        """What the front page shows: of every study statistics and verdicts, its page where it has none; records."""
        plan = self._plan
        shown = [f"results/{name}/estimate/ard.csv" for name in plan.studies]
        for name in plan.studies:
            shown.append(f"results/{name}/audit/verdicts.csv" if plan.audited(name) else f"reports/{name}.html")
        records = [plan.record(name, "audit" if plan.audited(name) else "report") for name in plan.studies]
        records += [plan.record(name, "estimate") for name in plan.studies]
        if self.has_guidance:
            shown.append("reports/guidance.html")
            records.append(plan.record("guidance", "guide"))
        if self.has_evidence:
            shown += self.evidence_outputs
            records.append(plan.record("evidence", "evidence"))
        return shown + records

    def index_settings(self) -> str:
        """What the front page may know of the studies and of what they share."""
        shown = {"id", "title", "short_title", "citation", "about", "columns"}
        entries = [
            {
                "study": self._plan.study(name).model_dump(mode="json", include=shown, by_alias=True),
                "audited": self._plan.audited(name),
            }
            for name in self._plan.studies
        ]
        shared = {"guidance": self.has_guidance, "evidence": self.has_evidence}
        return keep(json.dumps({"studies": entries, **shared, "versions": json.loads(self._plan.versions())}))

    def pages(self) -> list[str]:
        """The front page and the page of records, with the records of both; nothing where no study can run."""
        if not self._plan.studies:
            return []
        records = [self._plan.record("index", stage) for stage in ("index", "provenance")]
        return ["reports/index.html", "reports/provenance.html", *records]

    def provenance_inputs(self) -> list[str]:
        """The records of all jobs but the one that shows them, and which cells figures and tables use."""
        plan = self._plan
        stages = ("intake", "cells", "estimate", "audit", "draw", "tabulate", "report")
        found = []
        for name in plan.studies:
            found += plan.records(name, *(stages if name in plan.published else (*plan.reported(name), "report")))
            found += [plan.record(name, "guidance")] if name in self.guided else []
        if self.has_guidance:
            found += [plan.record("guidance", stage) for stage in ("algorithm", "guide")]
        if self.has_evidence:
            found.append(plan.record("evidence", "evidence"))
        found += [plan.record("index", "index")] if plan.studies else []
        return found + [f"results/{name}/cells/uses.json" for name in plan.studies]

    def provenance_settings(self) -> str:
        """What the page of records may know of the studies."""
        studies = [self._plan.study(name) for name in self._plan.studies]
        told = [{"id": s.id, "short_title": s.short_title, "title": s.title, "simulated": s.simulated} for s in studies]
        return keep(json.dumps(told))

    def jobs_of_finished(self) -> Iterator[list[str]]:
        """The jobs that make what studies share from those that have a report now, for a run in which one failed.

        Each is to be run before the next is asked for, which takes what the earlier ones made.
        """
        if not any(Path(f"reports/{name}.html").is_file() for name in self._plan.studies):
            return
        if self.has_evidence:
            outputs = {"table": self.evidence_outputs}
            yield self._finished("evidence", "evidence", self.evidence_inputs(), outputs, self.evidence_settings())
        told = [*(self.guidance_outputs(name)[0] for name in self.guided)]
        told += [self._plan.intake_tables(name)["counts"] for name in self.limited]
        guided = any(Path(path).is_file() for path in told)
        if guided and all(Path(path).is_file() for path in self.diagrams):
            outputs = {"page": ["reports/guidance.html"]}
            job = self._finished("guidance", "guide", self.guide_inputs(), outputs, self.guide_settings())
            yield [*job, ":params.record:", self.guide_record()]
        outputs = {"page": ["reports/index.html"], "pooled": ["reports/all-ard.csv", "reports/all-verdicts.csv"]}
        inputs = [*self.index_inputs(), "config/config.yaml"]
        yield self._finished("index", "index", inputs, outputs, self.index_settings())
        outputs = {"page": ["reports/provenance.html"]}
        yield self._finished("index", "provenance", self.provenance_inputs(), outputs, self.provenance_settings())

    def _finished(
        self, owner: str, stage: str, inputs: list[str], outputs: dict[str, list[str]], settings: str
    ) -> list[str]:
        """The words of a job that takes those of its inputs that there are."""
        record = self._plan.record(owner, stage)
        words = {
            "log": [f"logs/{stage}.log"],
            **{f"output.{name}": paths for name, paths in outputs.items()},
            "output.record": [record],
            "params.settings": [settings],
            "params.code": [self._plan.code(stage)],
            "params.finished": ["yes"],
            "inputs": self._plan.present(*inputs),
            "outputs": [*(path for paths in outputs.values() for path in paths), record],
        }
        return [stage, *(word for name, values in words.items() for word in (f":{name}:", *values))]

    def _settings(self, name: str, stage: str) -> object:
        return json.loads(self._plan.study(name).for_stage(stage).as_json())
