"""The plan of a run: which studies, which files, and the digests that decide what must run again.

Read when Snakemake parses the workflow, so it imports nothing heavy.
"""

import difflib
import json
import os
import platform
from functools import cached_property
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from peritrace import __version__
from peritrace.across import Across
from peritrace.files import sha256
from peritrace.fingerprint import PACKAGE, contents, modules_used
from peritrace.problems import InputRefused, Problem
from peritrace.records import record_path
from peritrace.run_facts import keep
from peritrace.sections import Slug
from peritrace.study import Study
from peritrace.study_file import load_study

# What each stage needs beside the package: a template or font that changes must rerun it too.
STAGE_FOLDERS = {
    "validate": ("templates",),
    "draw": ("fonts",),
    "draw_tables": ("fonts",),
    "report": ("templates",),
    "report_tables": ("templates",),
    "index": ("templates",),
    "guide": ("templates",),
    "provenance": ("templates",),
    "algorithm": ("fonts",),
    "evidence": ("fonts",),
}
# The packages whose version can change a result of the stage.
STAGE_PACKAGES = {
    "validate": ("jinja2",),
    "intake": ("openpyxl", "pandas", "pandera", "pyarrow"),
    "derive": (),
    "cells": (),
    "estimate": ("numpy", "scipy"),
    "crosscheck": ("lifelines", "numpy", "pandas", "scipy"),
    "diff": ("numpy", "pandas", "pandera", "scipy"),
    "audit": (),
    "draw": ("matplotlib", "numpy"),
    "tabulate": ("jinja2", "python-docx"),
    "report": ("jinja2", "lifelines", "matplotlib", "numpy", "pandas", "pandera", "scipy", "snakemake"),
    "index": ("jinja2",),
    "guidance": (),
    "algorithm": ("matplotlib", "numpy"),
    "guide": ("jinja2",),
    "provenance": ("jinja2",),
    "evidence": ("matplotlib", "numpy"),
    "intake_tables": (),
    "cells_tables": (),
    "estimate_tables": ("numpy", "scipy"),
    "audit_tables": ("numpy", "scipy"),
    "draw_tables": ("matplotlib", "numpy"),
    "tabulate_tables": ("jinja2", "python-docx"),
    "report_tables": ("jinja2", "matplotlib", "numpy", "scipy", "snakemake"),
}
_WORKFLOW = ("workflow/Snakefile", "workflow/run_job.py")
# The tidy tables that intake passes on of a study whose source is published tables.
PUBLISHED_TABLES = ("counts", "numbers", "tests", "effects", "flow", "claims")
NO_STUDY = "(?!)"  # a pattern that nothing matches


class Config(BaseModel):
    """`config/config.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    studies: list[Slug] = Field(min_length=1)


class Plan:
    """What to make, from which files, by which code."""

    def __init__(self, config: dict[str, object]) -> None:
        self.config = _read_config(config)
        self._studies: dict[str, Study] = {}
        self.refused: dict[str, str] = {}
        """Studies whose file is wrong, and what is wrong with it: they end as a job of their own, the others go on."""
        for name in dict.fromkeys(self.config.studies):
            try:
                self._studies[name] = load_study(Path("config/studies") / f"{name}.yaml")
            except InputRefused as refusal:
                self.refused[name] = str(refusal)
        for name, study in list(self._studies.items()):
            if unknown := [other for other in study.compare if other not in self.cohorts]:
                self.refused[name] = str(_not_beside(name, unknown))
        self.across = Across(self)
        self.refused |= self.across.misfits()
        for name in self.refused:
            self._studies.pop(name, None)

    @property
    def studies(self) -> list[str]:
        """The ids of the studies that can run, in the order of the configuration."""
        return list(self._studies)

    @property
    def wanted(self) -> list[str]:
        """The ids of all studies of the configuration."""
        return [*self._studies, *self.refused]

    @property
    def cohorts(self) -> list[str]:
        """Those whose source is patients' rows."""
        return [name for name, study in self._studies.items() if not study.published]

    @property
    def published(self) -> list[str]:
        """Those whose source is published tables."""
        return [name for name, study in self._studies.items() if study.published]

    def pattern(self, names: list[str]) -> str:
        """The pattern that these studies match and no other."""
        return "|".join(names) or NO_STUDY

    def study(self, name: str) -> Study:
        """One study."""
        return self._studies[name]

    def settings(self, name: str, stage: str) -> str:
        """What the stage may know of the study, by the name of its text: a change reruns the stage and nothing else."""
        return keep(self._studies[name].for_stage(stage).as_json())

    def figures(self, name: str) -> list[str]:
        """The ids of the figures."""
        return [figure.id for figure in self._studies[name].figures]

    def tables(self, name: str) -> list[str]:
        """The ids of the tables."""
        return [table.id for table in self._studies[name].tables]

    def extract(self, name: str) -> str:
        """The path of the extract."""
        source = self._studies[name].source
        return source.patients or "" if source else ""

    def records(self, name: str, *stages: str) -> list[str]:
        """The paths of the records of several stages."""
        return [self.record(name, stage) for stage in stages]

    def beside(self, name: str) -> list[str]:
        """The other cohorts that a study is compared with, where one of its tables shows them."""
        return list(dict.fromkeys(table.other for table in self._studies[name].tables if table.other))

    def other_settings(self, name: str) -> list[str]:
        """What a table beside other cohorts may know of these."""
        return [self.settings(other, "tabulate") for other in self.beside(name)]

    def previous(self, name: str) -> list[str]:
        """The path of the extract before this one, in a list that is empty when there is none."""
        source = self._studies[name].source
        return [source.previous] if source and source.previous else []

    @property
    def renewed(self) -> list[str]:
        """The cohorts that replace an earlier extract."""
        return [name for name in self.cohorts if self.previous(name)]

    def raw_files(self, name: str) -> list[str]:
        """The files that intake reads: the extract, and the data dictionary of an export of REDCap."""
        source = self._studies[name].source
        dictionary = source.redcap.dictionary if source and source.redcap else None
        return [self.extract(name), *([dictionary] if dictionary else [])]

    def tables_folder(self, name: str) -> str:
        """The folder of published tables."""
        source = self._studies[name].source
        return source.tables or "" if source else ""

    def published_files(self, name: str) -> list[str]:
        """The tidy tables that lie in the folder of a study, whatever their names."""
        return sorted(path.as_posix() for path in Path(self.tables_folder(name)).glob("*.csv"))

    def intake_tables(self, name: str) -> dict[str, str]:
        """The tidy tables of a study as intake passes them on."""
        return {table: f"results/{name}/intake/{table}.csv" for table in PUBLISHED_TABLES}

    def present(self, *paths: str) -> list[str]:
        """Those of the files that exist. A job learns of the others by name and refuses, which ends one study only."""
        return [path for path in paths if Path(path).is_file()]

    def claims(self, name: str) -> list[str]:
        """The path of the claims, in a list that is empty when the study has none."""
        source = self._studies[name].source
        return [source.claims] if source and source.claims else []

    def audited(self, name: str) -> bool:
        """Whether the study has printed numbers to be judged."""
        return bool(self.claims(name)) or name in self.published

    def report_inputs(self, name: str) -> dict[str, list[str]]:
        """What the report of a study shows: its statistics, figures, tables, and verdicts where it has claims."""
        results = f"results/{name}"
        if name in self.published:
            return self._published_report_inputs(name)
        suffixes = {"draw": ("svg", "png", "pdf", "csv"), "tabulate": ("html", "csv", "docx")}
        audited = ("verdicts", "conventions", "event_definitions") if self.claims(name) else ()
        changes = ("rows", "distributions", "results") if self.previous(name) else ()
        return {
            "records": self.records(name, *self.reported(name)),
            "flow": [f"{results}/derive/flow.csv"],
            "uses": [f"{results}/cells/uses.json"],
            "problems": [f"{results}/intake/problems.csv"],
            "validation": [f"reports/{name}-validation.html"],
            "diff": [f"{results}/diff/{table}.csv" for table in changes],
            "ard": [f"{results}/estimate/ard.csv"],
            "draw": [f"{results}/draw/{figure}.{s}" for figure in self.figures(name) for s in suffixes["draw"]],
            "tabulate": [f"{results}/tabulate/{t}.{s}" for t in self.tables(name) for s in suffixes["tabulate"]],
            "crosscheck": [f"{results}/crosscheck/agreement.csv"],
            "audit": [f"{results}/audit/{table}.csv" for table in audited],
        }

    def reported(self, name: str) -> list[str]:
        """The stages whose outputs the report of a cohort shows."""
        stages = ["intake", "validate", "derive", "estimate", "cells", "crosscheck", "draw", "tabulate"]
        return stages + ["audit"] * bool(self.claims(name)) + ["diff"] * bool(self.previous(name))

    def made(self, name: str) -> list[str]:
        """Everything that a run makes of a study, its report included."""
        shown = [path for paths in self.report_inputs(name).values() for path in paths]
        page = [f"reports/{name}.html", self.record(name, "report")]
        if name in self.published:
            return shown + page
        intake = [f"results/{name}/intake/{table}.csv" for table in ("patients", "flow", "file", "columns")]
        derived = [f"results/{name}/derive/{table}.csv" for table in ("adsl", "adtte")]
        guidance = self.across.guidance_outputs(name)
        return [*shown, *intake, *derived, *guidance, f"reports/{name}-validation.csv", *page]

    def _published_report_inputs(self, name: str) -> dict[str, list[str]]:
        results = f"results/{name}"
        suffixes = {"draw": ("svg", "png", "pdf", "csv"), "tabulate": ("html", "csv", "docx")}
        audited = ("verdicts", "checks", "corrections", "inferences", "events")
        return {
            "records": self.records(name, "intake", "cells", "estimate", "audit", "draw", "tabulate"),
            "intake": list(self.intake_tables(name).values()),
            "uses": [f"{results}/cells/uses.json"],
            "ard": [f"{results}/estimate/ard.csv"],
            "draw": [f"{results}/draw/{figure}.{s}" for figure in self.figures(name) for s in suffixes["draw"]],
            "tabulate": [f"{results}/tabulate/{t}.{s}" for t in self.tables(name) for s in suffixes["tabulate"]],
            "audit": [f"{results}/audit/{table}.csv" for table in audited],
        }

    def content(self, *paths: str) -> str:
        """The digest of files as they are now: an older time stamp must not hide another content."""
        return " ".join(sha256(path) if Path(path).is_file() else "missing" for path in paths)

    def code(self, stage: str) -> str:
        """The digest of everything that the stage runs: its modules, templates, fonts and package versions."""
        return self._code[stage]

    def job(self, stage: str, names: str) -> str:
        """The command of a rule: the stage, and what its script is given of the rule by name, as Snakemake fills it in.

        `names` are such as "input.ard output.page params.settings"; each is quoted for the shell. No path of this
        machine stands in the command: a finished project that is moved need not run again.
        """
        given = " ".join(f":{name}: {{{name}:q}}" for name in names.split())
        if stage != "refuse":
            given += " :output.record: {output.record:q} :params.code: {params.code:q}"
            given += " :inputs: {input:q} :outputs: {output:q}"
        return f'"$PERITRACE_PYTHON" -I -S "$PERITRACE_JOB" {stage} :log: {{log:q}} {given}'

    def record(self, name: str, stage: str) -> str:
        """The path of the record of a stage."""
        return record_path(name, stage).as_posix()

    def fingerprints(self, name: str) -> str:
        """The study's files by name, with their SHA-256 as they are now, as JSON."""
        paths = [*self.raw_files(name), *self.claims(name)] if name in self.cohorts else self.published_files(name)
        return json.dumps({path: sha256(path) for path in paths if Path(path).is_file()})

    def versions(self, published: bool = False) -> str:
        """The software that a report names, as JSON."""
        unused = ("lifelines", "pandas", "pandera") if published else ()
        named = {"peritrace": __version__, "Python": platform.python_version()}
        named |= {package: metadata.version(package) for package in STAGE_PACKAGES["report"] if package not in unused}
        return json.dumps(named)

    @cached_property
    def _code(self) -> dict[str, str]:
        root = PACKAGE.parents[1]
        found = {}
        for stage, packages in STAGE_PACKAGES.items():
            paths = {*modules_used(PACKAGE / "stages" / f"{stage}.py"), *modules_used(PACKAGE / "warm.py")}
            paths |= {root / "workflow/scripts" / f"{stage}.py", *(root / name for name in _WORKFLOW)}
            paths.add(root / "workflow/rules" / f"{_rule_file(stage)}.smk")
            for folder in STAGE_FOLDERS.get(stage, ()):
                paths |= {path for path in (root / "workflow" / folder).rglob("*") if path.is_file()}
            facts = {
                "stage": stage,
                "files": contents(paths, root),
                "python": platform.python_version(),
                "packages": {package: metadata.version(package) for package in packages},
            }
            found[stage] = keep(json.dumps(facts))
        return found


def _rule_file(stage: str) -> str:
    """The rule file of a stage."""
    others = {"validate": "intake", "index": "report", "algorithm": "guidance", "guide": "guidance"}
    return others.get(stage, stage.removesuffix("_tables"))


def let_jobs_import() -> None:
    """Let the processes that Snakemake starts for jobs find this package, installed or not."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def _not_beside(name: str, others: list[str]) -> InputRefused:
    rule = "a cohort is set beside other cohorts of this run"
    remedy = "Add them to config/config.yaml and mend their study files, or take them out of compare."
    file = f"config/studies/{name}.yaml"
    return InputRefused(file, [Problem(file, None, "compare", ", ".join(others), rule, remedy)])


def _read_config(config: dict[str, object]) -> Config:
    try:
        return Config.model_validate(config)
    except ValidationError as error:
        problems = []
        for item in error.errors():
            key = ".".join(str(part) for part in item["loc"])
            near = difflib.get_close_matches(key, Config.model_fields, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(Config.model_fields)}."
            problems.append(
                Problem("config/config.yaml", None, key, "a key or value that does not fit", item["msg"], remedy)
            )
        raise InputRefused("the configuration", problems) from None
