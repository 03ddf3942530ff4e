"""A crate as a folder or a zip: whole or not at all, and only of a run that is still what its records say."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from peritrace.archives import normalise_zip
from peritrace.crates.disclosure import CODE, is_public, names_a_place
from peritrace.crates.entities import NAME
from peritrace.crates.metadata import Crate
from peritrace.crates.verification import crate_problems
from peritrace.files import whole_file, write_text
from peritrace.problems import InputRefused, Problem
from peritrace.records import Record
from peritrace.study import Study
from peritrace.verification import code_root, verify

RULE = "a crate tells of a run whose files are all as its records say"
AGAIN = "Run the study again: `python -m peritrace verify` says more."


def write_crate(study: Study, out: Path) -> Crate:
    """Write the crate of a study's last run.

    Raises InputRefused when the study was not run to its end, when files, code, settings or versions are no longer
    those of the records, when a file tells where it lies on this machine, and when `out` is there already.
    """
    if out.exists() or out.is_symlink():
        rule = "a crate never replaces a file or a folder"
        raise _refused(str(out), "something of this name", rule, "Delete it, or give another name with --out.")
    crate = Crate(study, is_public(study), _sound(study), version("snakemake"))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-crate-", dir=out.parent) as temporary:
        folder = Path(temporary) / "crate"
        root = code_root(Path())
        for path in crate.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile((root if path.startswith(CODE) else Path()) / path, folder / path)
        write_text(folder / NAME, json.dumps(crate.metadata(), ensure_ascii=False, indent=1) + "\n")
        if problems := list(_problems(folder)):
            raise InputRefused("the crate", problems)
        if out.suffix == ".zip":
            _zip(folder, out)
        else:
            folder.rename(out)
    return crate


def _sound(study: Study) -> list[Record]:
    """The records of the study in the order of their jobs, every file of theirs being as they say."""
    done = verify(Path(), study.id)
    found = [
        _problem(f.file, f.kind, RULE, f"{f.explanation[:1].upper()}{f.explanation[1:]}.")
        for f in done.findings
        if f.counts
    ]
    if not found and not any(record.stage.removesuffix("_tables") == "report" for record in done.records):
        rule, remedy = "a crate tells of a run that came to its end", "Run the study first: `make reports`."
        found = [_problem(f"results/{study.id}/trace", "no record of its report", rule, remedy)]
    if found:
        raise InputRefused("the crate", found)
    return sorted(done.records, key=lambda record: (record.content["run"]["started"], record.stage))


def _problems(folder: Path) -> Iterator[Problem]:
    """What keeps the finished crate from leaving: a file that changed meanwhile, or one that tells of this machine."""
    for said in crate_problems(folder):
        yield _problem(NAME, said, RULE, AGAIN)
    places = (Path.cwd(), Path.home())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and names_a_place(path.read_bytes(), places):
            name = path.relative_to(folder).as_posix()
            rule = "a crate does not tell where a project lies"
            yield _problem(name, "the path of a folder of this machine", rule, "Write it relative to the project.")


def _refused(file: str, found: str, rule: str, remedy: str) -> InputRefused:
    return InputRefused("the crate", [_problem(file, found, rule, remedy)])


def _problem(file: str, found: str, rule: str, remedy: str) -> Problem:
    return Problem(file, None, "", found, rule, remedy)


def _zip(folder: Path, out: Path) -> None:
    with whole_file(out) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder).as_posix())
        normalise_zip(temporary)
