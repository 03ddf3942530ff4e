"""Around every job: what it may know, where it logs, and how it ends when the user's input can't be used."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from peritrace.files import write_text
from peritrace.problems import REFUSED, InputRefused
from peritrace.study import Study


class Job(Protocol):
    """What Snakemake hands to a script."""

    params: "Params"
    log: list[str]


class Params(Protocol):
    """The parameters that every rule sets."""

    settings: str


@contextmanager
def study_of(job: Job) -> Iterator[Study]:
    """The study as the stage may know it.

    When the input is refused, the problems go to the log, which the workflow prints at its end, and no traceback is
    shown. What earlier runs made of the study is withdrawn, for it no longer belongs to the input that lies there:
    everything when its extract is refused, its page when its claims are (other jobs of the study may be at work).
    """
    log = Path(job.log[0])
    study = Study.model_validate_json(job.params.settings)
    try:
        yield study
    except InputRefused as refusal:
        message = f"{refusal}\nNo report was written for {study.id}; one made from earlier input was withdrawn.\n"
        write_text(log, message)
        withdraw(study.id, results=log.stem in ("intake", "derive"))
        raise SystemExit(1) from None
    write_text(log, "done\n")


def refusals(since: float) -> list[str]:
    """What jobs wrote to their logs about refused input since a moment (seconds since 1970)."""
    logs = sorted(path for path in Path("logs").glob("*/*.log") if path.stat().st_mtime >= since)
    texts = [path.read_text(encoding="utf-8") for path in logs]
    return [text.strip() for text in texts if REFUSED in text]


def withdraw(study_id: str, results: bool) -> None:
    """Remove the page of a study and the index that counts its verdicts, and its results too where asked.

    What intake wrote stays: it says why the extract was refused.
    """
    (Path("reports") / f"{study_id}.html").unlink(missing_ok=True)
    (Path("reports") / "index.html").unlink(missing_ok=True)
    if results:
        for stage in (Path("results") / study_id).glob("*"):
            if stage.name != "intake":
                shutil.rmtree(stage, ignore_errors=True)


def refuse_study(study_id: str, message: str, log: Path) -> None:
    """End the job of a study whose file is wrong."""
    write_text(log, f"{message}\nNo report was written for {study_id}; one made from earlier input was withdrawn.\n")
    withdraw(study_id, results=True)
    raise SystemExit(1)
