"""The stages called directly, as their Snakemake scripts call them."""

import importlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from peritrace.plan import Plan


@dataclass(frozen=True)
class Stage:
    """A stage by name, and how to run it for one study of a plan."""

    name: str
    call: Callable[[Plan, str], None]
    of: Callable[[Plan], list[str]]  # the studies that it belongs to

    def load(self) -> None:
        """Import what the stage needs."""
        importlib.import_module(f"peritrace.stages.{self.name}")

    def run(self, folder: Path) -> None:
        """Run it for every study of the workspace."""
        with inside(folder):
            plan = plan_of(folder)
            for study in self.of(plan):
                self.call(plan, study)


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def plan_of(folder: Path) -> Plan:
    config = yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))
    return Plan(config)


def intake(plan: Plan, name: str) -> None:
    from peritrace.stages.intake import intake

    out = Path("results") / name / "intake"
    study = plan.study(name).for_stage("intake")
    intake(Path(plan.extract(name)), study, out)


def validate(plan: Plan, name: str) -> None:
    from peritrace.stages.validate import validate

    out = Path("reports")
    study = plan.study(name).for_stage("validate")
    validate(study, Path("results") / name / "intake", out / f"{name}-validation.html", out / f"{name}-validation.csv")


def derive(plan: Plan, name: str) -> None:
    from peritrace.stages.derive import derive

    results = Path("results") / name
    study = plan.study(name).for_stage("derive")
    derive(
        results / "intake/patients.csv",
        study,
        results / "derive/adsl.csv",
        results / "derive/adtte.csv",
        results / "derive/flow.csv",
    )


def estimate(plan: Plan, name: str) -> None:
    from peritrace.stages.estimate import estimate

    results = Path("results") / name
    study = plan.study(name).for_stage("estimate")
    estimate(study, results / "derive/adsl.csv", results / "derive/adtte.csv", results / "estimate/ard.csv")


def crosscheck(plan: Plan, name: str) -> None:
    from peritrace.stages.crosscheck import crosscheck

    results = Path("results") / name
    tables = (results / "derive/adsl.csv", results / "derive/adtte.csv", results / "estimate/ard.csv")
    crosscheck(plan.study(name).for_stage("crosscheck"), *tables, results / "crosscheck/agreement.csv")


def audit(plan: Plan, name: str) -> None:
    from peritrace.stages.audit import audit

    results = Path("results") / name
    out = [results / "audit" / f"{table}.csv" for table in ("verdicts", "conventions", "event_definitions")]
    for claims in plan.claims(name):
        audit(plan.study(name).for_stage("audit"), Path(claims), results / "estimate/ard.csv", *out)


def draw(plan: Plan, name: str) -> None:
    from peritrace.stages.draw import draw_all

    results = Path("results") / name
    tables = (results / "estimate/ard.csv", results / "derive/adsl.csv", results / "derive/adtte.csv")
    draw_all(plan.study(name).for_stage("draw"), *tables, results / "draw")


def tabulate(plan: Plan, name: str) -> None:
    from peritrace.stages.tabulate import tabulate

    results = Path("results") / name
    study = plan.study(name).for_stage("tabulate")
    tabulate(study, results / "estimate/ard.csv", results / "derive/adsl.csv", results / "tabulate")


def report(plan: Plan, name: str) -> None:
    from peritrace.stages.report import Results, report

    folder = Path("results") / name
    results = Results(
        folder / "estimate/ard.csv",
        folder / "draw",
        folder / "tabulate",
        folder / "audit" if plan.claims(name) else None,
        folder / "crosscheck/agreement.csv",
        folder / "intake/problems.csv",
        folder / "derive/flow.csv",
    )
    page = Path("reports") / f"{name}.html"
    report(plan.study(name), results, json.loads(plan.fingerprints(name)), json.loads(plan.versions()), page)


def index(plan: Plan, name: str) -> None:
    from peritrace.stages.index import index_of_studies

    if name == plan.studies[-1]:
        index_of_studies(plan.across.index_settings(), Path("reports/index.html"))


def intake_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.intake_tables import intake_tables

    study = plan.study(name).for_stage("intake_tables")
    intake_tables(study, Path(plan.tables_folder(name)), Path("results") / name / "intake")


def estimate_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.estimate_tables import estimate_tables

    results = Path("results") / name
    estimate_tables(plan.study(name).for_stage("estimate_tables"), results / "intake", results / "estimate/ard.csv")


def audit_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.audit_tables import audit_tables

    results = Path("results") / name
    audit_tables(plan.study(name).for_stage("audit_tables"), results / "intake", results / "audit")


def draw_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.draw_tables import draw_tables

    draw_tables(plan.study(name).for_stage("draw_tables"), Path("results") / name)


def tabulate_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.tabulate_tables import tabulate_tables

    tabulate_tables(plan.study(name).for_stage("tabulate_tables"), Path("results") / name)


def report_tables(plan: Plan, name: str) -> None:
    from peritrace.stages.report_tables import report_tables

    page = Path("reports") / f"{name}.html"
    fingerprints, versions = json.loads(plan.fingerprints(name)), json.loads(plan.versions(published=True))
    report_tables(plan.study(name), Path("results") / name, fingerprints, versions, page)


_OF_ROWS = (intake, validate, derive, estimate, crosscheck, audit, draw, tabulate, report)
_OF_TABLES = (intake_tables, estimate_tables, audit_tables, draw_tables, tabulate_tables, report_tables)
STAGES = {
    **{call.__name__: Stage(call.__name__, call, lambda plan: plan.cohorts) for call in _OF_ROWS},
    **{call.__name__: Stage(call.__name__, call, lambda plan: plan.published) for call in _OF_TABLES},
    "index": Stage("index", index, lambda plan: plan.studies),
}


def run_everything(folder: Path) -> None:
    """All stages of all studies, in their order."""
    for stage in STAGES.values():
        stage.run(folder)
