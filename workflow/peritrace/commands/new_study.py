"""new-study: propose a study file for an extract, with the evidence and every doubt beside it."""

import argparse
import re
import shlex
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from peritrace.extracts.examination import examine
from peritrace.files import sha256, write_text
from peritrace.pages.course import grouped
from peritrace.problems import InputRefused, Problem
from peritrace.proposals.proposal import propose
from peritrace.proposals.sources import Form
from peritrace.proposals.writing import render, summary
from peritrace.study import Study
from peritrace.study_file import load_study
from peritrace.words import counted

WRITTEN, TO_MEND, REFUSED = 0, 1, 2
_MOST_PROBLEMS = 10
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ITEM = re.compile(r"(?P<indent>\s*)- ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "id", metavar="ID", help="name of the study: small letters, digits and hyphens, as in my-cohort"
    )
    parser.add_argument(
        "extract", type=Path, metavar="EXTRACT", help="the extract: .csv, .tsv, .txt, .xlsx or .parquet"
    )
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook that has several")
    parser.add_argument("--redcap", action="store_true", help="the extract is an export of REDCap")
    parser.add_argument("--dictionary", type=Path, metavar="FILE", help="the data dictionary of the REDCap project")
    parser.add_argument("--copy", action="store_true", help="copy a file from elsewhere into resources/<ID>/")
    parser.add_argument("--add", action="store_true", help="add the study to config/config.yaml")
    parser.add_argument("--force", action="store_true", help="write over a study file of that name")


def run(arguments: argparse.Namespace) -> int:
    """Write the study file; returns 0, 1 when intake would refuse the extract as it is, 2 when nothing was written."""
    root = Path.cwd()
    try:
        return _run(arguments, root)
    except InputRefused as refusal:
        print(refusal)
        return REFUSED


def _run(arguments: argparse.Namespace, root: Path) -> int:
    destination = root / "config" / "studies" / f"{arguments.id}.yaml"
    _can_be_written(arguments, destination)
    extract = _within(arguments.extract, root, arguments)
    dictionary = _within(arguments.dictionary, root, arguments) if arguments.dictionary else None
    proposal = propose(arguments.id, root, Form(extract, arguments.sheet, arguments.redcap, dictionary))
    text, checks = render(proposal, _command(arguments, extract, dictionary))
    study = _checked(text, destination.name)
    write_text(destination, text)
    shown = destination.relative_to(root).as_posix()
    print("\n".join(_wrapped(summary(proposal, checks, shown))))
    errors = examine(Path(extract), study).errors
    if errors:
        print("\n" + "\n".join(_wrapped(_refusal(errors))))
    print()
    print("\n".join(_wrapped(_next(arguments, root))))
    return TO_MEND if errors else WRITTEN


def _checked(text: str, name: str) -> Study:
    """Read the proposal as a run will, before it is written to its place."""
    with tempfile.TemporaryDirectory() as folder:
        write_text(Path(folder) / name, text)
        return load_study(Path(folder) / name)


def _can_be_written(arguments: argparse.Namespace, destination: Path) -> None:
    if not _SLUG.fullmatch(arguments.id) or arguments.id == "index":
        rule = "the id of a study has at most 40 small letters, digits and hyphens, and is not index"
        raise _refused("the id", arguments.id, "another name", rule, "Choose one such as my-cohort.")
    if not destination.parent.is_dir():
        rule = "study files lie in config/studies/ of the project"
        raise _refused(
            "the project", "config/studies", "no such folder here", rule, "Change to the folder of the project."
        )
    if destination.exists() and not arguments.force:
        rule = "a study file is not written over: somebody may have worked on it"
        raise _refused(
            "the study", f"config/studies/{arguments.id}.yaml", "a file", rule, "Choose another id, or add --force."
        )


def _within(path: Path, root: Path, arguments: argparse.Namespace) -> str:
    """The path relative to the root of the project; a file from elsewhere is copied only where that is asked for."""
    if not path.is_file():
        rule = "the extract and its dictionary must be there"
        raise _refused("the extract", str(path), "no file", rule, "Check the name and the folder.")
    if any("\ud800" <= character <= "\udfff" for character in str(path)):
        rule = "the path of an extract is text that can be shown"
        raise _refused("the extract", "the file", "a name with other characters", rule, "Rename the file.")
    whole = path.resolve()
    if whole.is_relative_to(root.resolve()):
        return whole.relative_to(root.resolve()).as_posix()
    inside = Path("resources", str(arguments.id), path.name)
    if not arguments.copy:
        rule = "a study reads its extract from within the project"
        remedy = f"Copy it to {inside.parent.as_posix()}/, or add --copy to have it copied there."
        raise _refused("the extract", str(path), "a file outside of the project", rule, remedy)
    target = root / inside
    if target.exists() and sha256(target) != sha256(path) and not arguments.force:
        rule = "a file is not written over by another one"
        raise _refused(
            "the extract", inside.as_posix(), "another file of that name", rule, "Rename one, or add --force."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    print(f"Copied: {inside.as_posix()}")
    return inside.as_posix()


def _refusal(errors: Sequence[Problem]) -> Iterator[str]:
    """Why a run would refuse the extract, as `validate` says it."""
    yield "A run will refuse the extract as it is:"
    kinds = list(grouped(errors))
    for kind in kinds[:_MOST_PROBLEMS]:
        times = f" ({kind.count} times)" if kind.count > 1 else ""
        where = f"column {kind.column}" if kind.column else "the row or file"
        yield f"  - {where}, line {kind.lines}: {kind.found}{times}; {kind.rule}. {kind.remedy}"
    if len(kinds) > _MOST_PROBLEMS:
        yield f"  … and {counted(len(kinds) - _MOST_PROBLEMS, 'other kind')} of problem"


def _command(arguments: argparse.Namespace, extract: str, dictionary: str | None) -> str:
    """The command as the study file quotes it, with the paths that hold from the root of the project."""
    parts: list[str] = ["python -m peritrace new-study", arguments.id, shlex.quote(extract)]
    parts += ["--sheet", shlex.quote(arguments.sheet)] if arguments.sheet else []
    parts += ["--redcap"] if arguments.redcap else []
    parts += ["--dictionary", shlex.quote(dictionary)] if dictionary else []
    return " ".join(parts)


def _next(arguments: argparse.Namespace, root: Path) -> Iterator[str]:
    """What is left to do."""
    config = root / "config" / "config.yaml"
    yield f"Next: read config/studies/{arguments.id}.yaml and settle every CHECK."
    if (root / ".git").exists() and not _ignored(root, f"resources/{arguments.id}/"):
        yield f"Patients' rows belong in no repository: add /resources/{arguments.id}/ to .gitignore."
    studies = _studies(config)
    if arguments.id in studies:
        yield "config/config.yaml lists the study already."
    elif not arguments.add:
        yield "To run it, add this line under studies: in config/config.yaml:"
        yield f"  - {arguments.id}"
    elif _added(config, arguments.id, studies):
        yield f"Added to config/config.yaml: {arguments.id}"
    else:
        yield f"config/config.yaml lists its studies in another form: add {arguments.id} by hand."
    yield f"Then: make reports, or .venv/bin/snakemake --cores 2 reports/{arguments.id}.html"


def _ignored(root: Path, folder: str) -> bool:
    """Whether git leaves a folder out; also where git can't be asked."""
    try:
        asked = subprocess.run(["git", "check-ignore", "-q", folder], cwd=root, capture_output=True, check=False)
    except OSError:
        return True
    return asked.returncode != 1


def _studies(config: Path) -> list[str]:
    """The studies that a run makes; none where the file can't be read."""
    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, yaml.YAMLError):
        return []
    studies = content.get("studies") if isinstance(content, dict) else None
    return [str(study) for study in studies] if isinstance(studies, list) else []


def _added(config: Path, study_id: str, studies: list[str]) -> bool:
    """Add a line behind the last study and leave all else as it is; False where the file has another form."""
    if not studies:
        return False
    text = config.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if line.startswith("studies:")), len(lines))
    last, indent = None, ""
    for place in range(start + 1, len(lines)):
        if match := _ITEM.match(lines[place]):
            last, indent = place, match["indent"]
        elif lines[place].strip() and not lines[place].lstrip().startswith("#"):
            break
    if last is None:
        return False
    lines[last] = lines[last].rstrip("\n") + "\n"
    lines.insert(last + 1, f"{indent}- {study_id}\n")
    changed = "".join(lines)
    if yaml.safe_load(changed) != yaml.safe_load(text) | {"studies": [*studies, study_id]}:
        return False
    write_text(config, changed)
    return True


def _refused(subject: str, file: str, found: str, rule: str, remedy: str) -> InputRefused:
    return InputRefused(subject, [Problem(file, None, "", found, rule, remedy)])


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    width = min(shutil.get_terminal_size((100, 20)).columns, 120)
    for line in lines:
        hang = re.match(r"\s*(?:[0-9]+\. |- )?", line)
        indent = " " * len(hang[0]) if hang else ""
        yield textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False) if line else ""
