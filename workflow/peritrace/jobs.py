"""Around every job: what it may know, where it logs, and how it ends when the user's input can't be used."""

import errno
import re
import runpy
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from peritrace.files import write_text
from peritrace.problems import REFUSED, InputRefused
from peritrace.recording import recorded
from peritrace.records import FOLDER, record_path
from peritrace.run_facts import kept
from peritrace.run_lock import job_at_work
from peritrace.study import Study

_NAME = re.compile(r":((?:input|output|params)\.\w+|log|inputs|outputs):")
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"

_WHAT_TO_DO = (
    "Nothing was left half written; make room on the disk (or raise the limit on the size of files) and run again: "
    "what was finished is kept."
)


@dataclass(frozen=True)
class Job:
    """A job as its rule describes it: files and texts by name, such as `input.patients` or `params.settings`."""

    stage: str
    given: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, arguments: Sequence[str]) -> "Job":
        """From a command line: the stage, then `:name:` and its values for everything."""
        stage, *rest = arguments
        given: dict[str, list[str]] = {}
        values: list[str] = []
        for word in rest:
            if name := _NAME.fullmatch(word):
                values = given.setdefault(name[1], [])
            else:
                values.append(word)
        return cls(stage, given)

    def paths(self, name: str) -> list[Path]:
        """The files of that name; none where the rule has no such."""
        return [Path(value) for value in self.given.get(name, [])]

    def path(self, name: str) -> Path:
        """The first file of that name."""
        return Path(self.given[name][0])

    def text(self, name: str) -> str:
        """A parameter."""
        return " ".join(self.given[name])

    def texts(self, name: str) -> list[str]:
        """A parameter with several values."""
        return self.given.get(name, [])

    def kept(self, name: str) -> str:
        """A text that is too long for a command line; the parameter holds its name."""
        return kept(self.text(name))

    @property
    def log(self) -> Path:
        """Where the job says how it ended."""
        return self.path("log")


def run(arguments: Sequence[str]) -> int:
    """Run the script of a stage; returns its exit code."""
    job = Job.read(arguments)
    script = runpy.run_path(str(SCRIPTS / f"{job.stage}.py"))
    try:
        with job_at_work(), recorded(job):
            script["main"](job)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except InputRefused as refusal:  # of the record: a study's own input is refused by `study_of`
        write_text(job.log, f"{refusal}\n")
        return 1
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        # the log may find no space either
        print(f"{job.stage}: {error.strerror}. {_WHAT_TO_DO}", file=sys.stderr, flush=True)
        return 1
    return 0


@contextmanager
def study_of(job: Job) -> Iterator[Study]:
    """The study as the stage may know it.

    When the input is refused, the problems go to the log, which the workflow prints at its end, and no traceback is
    shown. What earlier runs made of the study is withdrawn, for it no longer belongs to the input that lies there:
    everything when its extract is refused, its page when its claims are (other jobs of the study may be at work).
    """
    study = Study.model_validate_json(job.kept("params.settings"))
    try:
        yield study
    except InputRefused as refusal:
        message = f"{refusal}\nNo report was written for {study.id}; one made from earlier input was withdrawn.\n"
        if job.stage == "derive":
            message += f"reports/{study.id}-validation.html has the list in full.\n"
        write_text(job.log, message)
        withdraw(study.id, results=job.log.stem in ("intake", "derive"))
        raise SystemExit(1) from None
    write_text(job.log, "done\n")


def refusals(since: float) -> list[str]:
    """What jobs wrote to their logs about refused input since a moment (seconds since 1970)."""
    logs = sorted(path for path in Path("logs").rglob("*.log") if path.stat().st_mtime >= since)
    texts = [path.read_text(encoding="utf-8") for path in logs]
    return [text.strip() for text in texts if REFUSED in text]


def withdraw(study_id: str, results: bool) -> None:
    """Remove the page of a study and the pages that show what all studies share, and its results too where asked.

    What intake wrote stays: it says why the extract was refused. So does a file under its temporary name, which another
    job of the study is writing at this moment.
    """
    shared = (("index", "index", "index"), ("guidance", "guidance", "guide"), ("provenance", "index", "provenance"))
    pages = {page: record_path(owner, stage) for page, owner, stage in ((study_id, study_id, "report"), *shared)}
    for name, record in pages.items():
        (Path("reports") / f"{name}.html").unlink(missing_ok=True)
        record.unlink(missing_ok=True)
    for name in ("all-ard.csv", "all-verdicts.csv"):
        (Path("reports") / name).unlink(missing_ok=True)
    if results:
        for stage in (Path("results") / study_id).glob("*"):
            if stage.name not in ("intake", FOLDER):
                shutil.rmtree(stage, ignore_errors=True)
        for record in (Path("results") / study_id / FOLDER).glob("[!.]*.json"):
            if record.stem not in ("intake", "validate"):
                record.unlink(missing_ok=True)


def refuse_study(study_id: str, message: str, log: Path) -> None:
    """End the job of a study whose file is wrong."""
    write_text(log, f"{message}\nNo report was written for {study_id}; one made from earlier input was withdrawn.\n")
    withdraw(study_id, results=True)
    raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
