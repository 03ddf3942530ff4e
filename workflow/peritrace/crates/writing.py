"""A crate as a folder or a zip: only files that are still what the records say."""

import json
import shutil
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

from peritrace.archives import normalise_zip
from peritrace.crates.disclosure import is_public
from peritrace.crates.metadata import NAME, Crate
from peritrace.files import whole_file, write_text
from peritrace.problems import InputRefused, Problem
from peritrace.recording import CODE_ROOT
from peritrace.records import FileFact, Record, read_records
from peritrace.study import Study


def write_crate(study: Study, out: Path) -> Crate:
    """Write the crate of a study's last run; raises InputRefused when files are no longer those of the records."""
    records = _records(study)
    crate = Crate(study.id, study.title or study.id, is_public(study), records, version("snakemake"))
    problems = _problems(crate)
    if out.exists() and (out.suffix != ".zip" or out.is_dir()):
        problems.append(_problem(str(out), "a file or folder that is there", "Give another with --out."))
    if problems:
        raise InputRefused("the crate", problems)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-crate-", dir=out.parent) as temporary:
        folder = Path(temporary) / "crate"
        for path in crate.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_where(path), folder / path)
        write_text(folder / NAME, json.dumps(crate.metadata(), ensure_ascii=False, indent=1) + "\n")
        if out.suffix == ".zip":
            _zip(folder, out)
        else:
            folder.rename(out)
    return crate


def _records(study: Study) -> list[Record]:
    found, damaged = read_records()
    own = [path for path in damaged if path.startswith(f"results/{study.id}/")]
    records = sorted((r for r in found if r.study == study.id), key=lambda r: (r.content["run"]["started"], r.stage))
    if own or not records:
        problems = [_problem(path, "a damaged record", "Run the study again.") for path in own]
        problems = problems or [_problem(f"results/{study.id}/trace", "no record", "Run the study first.")]
        raise InputRefused("the crate", problems)
    return records


def _problems(crate: Crate) -> list[Problem]:
    problems = []
    for record in crate.records:
        for kind in ("inputs", "outputs", "code"):
            for fact in record.files(kind):
                if crate.facts[fact.path].sha256 != fact.sha256:
                    problems.append(_problem(fact.path, "other bytes in two records", "Run the study again."))
    for path, fact in crate.facts.items():
        where = _where(path)
        if not where.is_file() or FileFact.of(where).sha256 != fact.sha256:
            problems.append(_problem(path, "not what the record says", "Run the study again."))
    return problems


def _where(path: str) -> Path:
    return CODE_ROOT / path if path.startswith("workflow/") else Path(path)


def _problem(file: str, found: str, remedy: str) -> Problem:
    return Problem(file, None, "", found, "a crate is written from records and the files that they name", remedy)


def _zip(folder: Path, out: Path) -> None:
    with whole_file(out) as temporary:
        with zipfile.ZipFile(temporary, "w") as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder).as_posix())
        normalise_zip(temporary)
