"""Around every job: hold its inputs against the records of those who made them, and write its own when it has ended."""

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from peritrace.files import read_csv
from peritrace.fingerprint import PACKAGE
from peritrace.problems import InputRefused, Problem
from peritrace.records import FORMAT, DamagedRecord, FileFact, Record, makers, read_record, write_record
from peritrace.run_facts import Lost, kept, run_noted

CODE_ROOT = PACKAGE.parents[1]
_AGAIN = "Delete it and run again: it and what depends on it are then made anew."


class Given(Protocol):
    """A job's words by name: files, parameters."""

    @property
    def stage(self) -> str:
        """Its stage."""

    @property
    def given(self) -> Mapping[str, list[str]]:
        """Everything by name."""


@contextmanager
def recorded(job: Given) -> Iterator[None]:
    """Record what is done inside; a job whose rule asks for no record is left alone.

    Raises InputRefused when an input isn't what the job before wrote, or when an input or the code changed meanwhile.
    """
    target = job.given.get("output.record")
    if not target:
        yield
        return
    code = _code(job)
    path = Path(target[0])
    inputs, before = _inputs(job)
    started, cpu = datetime.now(UTC), time.process_time()
    yield
    _unchanged(inputs, "an input that changed while it was read")
    _unchanged(
        [FileFact(**fact) for fact in code["files"]], "code that was edited while the run was at work", CODE_ROOT
    )
    settings = json.loads(kept(job.given["params.settings"][0])) if "params.settings" in job.given else {}
    study = path.parents[1].name
    outputs = [FileFact.of(name) for name in job.given["outputs"] if name != target[0]]
    noted = run_noted()
    content = {
        "format": FORMAT,
        "study": study,
        "stage": job.stage,
        "inputs": [asdict(fact) for fact in inputs],
        "records": [{"path": r.path, "sha256": r.sha256, "size": Path(r.path).stat().st_size} for r in before],
        "outputs": [asdict(fact) for fact in outputs],
        "study_file": _study_file(study),
        "code": code["files"],
        "settings": settings,
        "parameters": _parameters(job),
        "rows": _rows(outputs, before),
        "software": {"python": code["python"], "packages": code["packages"], "blas": _blas(code["packages"])},
        "command": noted["command"],
        "git": noted["git"],
        "run": {
            "started": started.isoformat(timespec="milliseconds"),
            "ended": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "cpu_seconds": round(time.process_time() - cpu, 3),
            "peak_memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
    }
    write_record(path, content)


def _code(job: Given) -> dict[str, Any]:
    """The files and versions that the plan found, under the name that the rule carries as its parameter."""
    try:
        found: dict[str, Any] = json.loads(kept(job.given["params.code"][0]))
    except Lost as lost:
        raise _refused(".snakemake/peritrace", "a note of this run that is lost", "Start the run again.") from lost
    return found


def _inputs(job: Given) -> tuple[list[FileFact], list[Record]]:
    """The files that the job is given, and the records of the jobs that made them."""
    paths = list(dict.fromkeys(job.given.get("inputs", [])))
    before = []
    problems = []
    for path in paths:
        if Path(path).parent.name == "trace" and path.endswith(".json") and path.startswith("results/"):
            try:
                before.append(read_record(Path(path)))
            except DamagedRecord:
                problems.append(_problem(path, "other bytes than a job wrote", _AGAIN))
    named = {record.path for record in before}
    made = makers(before)
    facts = [FileFact.of(path) for path in paths if path not in named]
    for fact in facts:
        maker = made.get(fact.path)
        if maker and maker.outputs[fact.path] != fact:
            problems.append(_problem(fact.path, f"other bytes than the job {maker.stage} wrote", _AGAIN))
    if problems:
        raise InputRefused("the results of an earlier job", problems)
    return facts, before


def _unchanged(facts: list[FileFact], found: str, root: Path = Path()) -> None:
    for fact in facts:
        try:
            now = FileFact.of(root / fact.path)
        except FileNotFoundError:
            now = None
        if now is None or now.sha256 != fact.sha256:
            raise _refused(fact.path, found, "Start the run again.")


def _refused(file: str, found: str, remedy: str) -> InputRefused:
    return InputRefused("a job", [_problem(file, found, remedy)])


def _problem(file: str, found: str, remedy: str) -> Problem:
    return Problem(file, None, "", found, "a result is made of what its record names", remedy)


def _study_file(study: str) -> dict[str, object]:
    path = Path("config/studies") / f"{study}.yaml"
    return asdict(FileFact.of(path)) if path.is_file() else {}


def _parameters(job: Given) -> dict[str, list[str]]:
    """Parameters as the rule gave them, the settings and the code apart."""
    known = {"params.settings", "params.code"}
    return {
        name.removeprefix("params."): list(values)
        for name, values in job.given.items()
        if name.startswith("params.") and name not in known
    }


def _rows(outputs: list[FileFact], before: list[Record]) -> list[dict[str, str]]:
    """Rows read, excluded and used: as this job counted them, or as the last one before it did."""
    for fact in outputs:
        if fact.path.endswith("/derive/flow.csv"):
            return read_csv(fact.path)
    by_stage = {record.stage: record.rows for record in before}
    return by_stage.get("derive") or next(filter(None, by_stage.values()), [])


def _blas(packages: Mapping[str, str]) -> str:
    """The library behind numpy's linear algebra, where the stage computes with numpy."""
    numpy = sys.modules.get("numpy")
    if "numpy" not in packages or numpy is None:
        return ""
    found = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{found['name']} {found['version']}"
