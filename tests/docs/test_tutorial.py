"""The tutorial is done as it is written, in a copy of the project: its commands print what it shows.

What is done: every command, every change of a file (diff), every file to be typed (csv), every cell of a workbook. What
is compared: what a command prints, lines of study files and results, sentences of the report.
"""

import html
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from peritrace.__main__ import main
from tests.workflow.workspace import Workspace, copy_project

PAGE = Path("docs/tutorial.md").resolve()
TEXT = PAGE.read_text("utf-8")
CHAPTERS = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
STUDY = Path("config/studies/my-cohort.yaml")
REPORT = Path("reports/my-cohort.html")
DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$|^> (?P<quoted>.*?)$|^\| (?P<cell>.*?) \|$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Part:
    """Something that the page shows: a block with its kind and file, a quoted sentence, or a row of a table."""

    kind: str
    text: str
    file: str = ""


def parts(chapter: str) -> list[Part]:
    """In the order of the page."""
    found = []
    for match in _PART.finditer(chapter):
        if match["kind"]:
            found.append(Part(match["kind"], match["text"], match["file"] or ""))
        else:
            found.append(Part("quote", match["quoted"]) if match["quoted"] else Part("row", match["cell"]))
    return found


@dataclass
class Reader:
    """Somebody who does what the page says, and notes what is otherwise."""

    workspace: Workspace
    told: list[str] = field(default_factory=list)
    sheet: str = ""
    has_run: bool = False
    digests: dict[str, str] = field(default_factory=dict)  # of workbooks that another program would save otherwise

    def do(self, chapter: str) -> None:
        """Go through a chapter."""
        todo = parts(chapter)
        for place, part in enumerate(todo):
            if part.kind == "console":
                self._type(part.text, list(self._quoted_results(todo[place + 1 :])))
            else:
                getattr(self, f"_{part.kind}")(part)

    def _quoted_results(self, following: list[Part]) -> Iterator[str]:
        """The results that the page shows before the next command."""
        for part in following:
            if part.kind == "console":
                return
            if part.file.startswith("results/"):
                yield part.file

    def _type(self, text: str, quoted: list[str]) -> None:
        for typed in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = typed.partition("\n")
            program, *arguments = command.split()
            if program == "mkdir":
                Path(arguments[0]).mkdir()
            elif program == "cp":
                shutil.copyfile(*arguments)
            elif arguments[:2] == ["-m", "peritrace"]:
                out = io.StringIO()
                with redirect_stdout(out):
                    main(arguments[2:])
                self._compare(command, shown, out.getvalue())
            else:
                assert program == ".venv/bin/snakemake", command
                # a report with all its figures is made once; later runs make what the page shows of them
                run = self.workspace.snakemake(*(["--cores", "2", "--", *quoted] if self.has_run else arguments))
                self.has_run = True
                assert run.code == 0, run.text[-3000:]

    def _compare(self, command: str, shown: str, printed: str) -> None:
        for theirs, ours in zip(DIGEST.findall(shown), DIGEST.findall(printed), strict=False):
            self.digests[theirs] = ours
        if not is_shown(self._with_digests(shown), printed):
            self.told.append(f"`{command}` prints now:\n{printed}")

    def _with_digests(self, text: str) -> str:
        return DIGEST.sub(lambda match: self.digests.get(match[0], match[0]), text)

    def _diff(self, part: Part) -> None:
        lines = part.text.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        path = Path(part.file)
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            self.told.append(f"{part.file} holds {text.count(old)} times:\n{old}")
        path.write_text(text.replace(old, self._with_digests(new), 1), "utf-8")

    def _csv(self, part: Part) -> None:
        path = Path(part.file)
        if not part.file.startswith("results/"):
            path.write_text(part.text, "utf-8")
        elif not is_shown(f"…\n{part.text}…\n", path.read_text("utf-8")):
            self.told.append(f"{part.file} holds now:\n{path.read_text('utf-8')}")

    def _yaml(self, part: Part) -> None:
        if not is_shown(f"…\n{part.text}…\n", STUDY.read_text("utf-8")):
            self.told.append(f"{STUDY} doesn't hold now:\n{part.text}")

    def _quote(self, part: Part) -> None:
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", REPORT.read_text("utf-8"))).split())
        if part.text not in text:
            self.told.append(f"the report doesn't say now: {part.text}")

    def _row(self, part: Part) -> None:
        """Change the cell of the workbook that the header of the table names."""
        place, holds, typed = (cell.strip() for cell in part.text.split("|"))
        if place.startswith("cell of "):
            self.sheet = place.removeprefix("cell of ")
            return
        path = Path("resources/my-cohort", self.sheet)
        book = openpyxl.load_workbook(path)
        rows = book.active
        if place.startswith("row "):
            source, target = (int(re.search(r"\d+", text)[0]) for text in (typed, place))
            for cell in rows[source]:
                rows.cell(target, cell.column, cell.value)
        else:
            cell = rows[place.partition(",")[0]]
            if str("" if cell.value is None else cell.value) != holds:
                self.told.append(f"{self.sheet}, {cell.coordinate} holds {cell.value}, not {holds}")
            cell.value = int(typed) if typed.isdigit() else typed
        book.save(path)


def is_shown(shown: str, real: str) -> bool:
    """Whether a text is what the page shows; … stands for some lines, or for the rest of a line."""
    return re.fullmatch("".join(map(_pattern, shown.splitlines())), real) is not None


def _pattern(line: str) -> str:
    if line == "…":
        return r"(?:.*\n)*?"
    return re.escape(line.removesuffix("…")) + (r".*\n" if line.endswith("…") else r"\n")


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is otherwise than the page says, by chapter."""
    reader = Reader(copy_project(tmp_path_factory.mktemp("tutorial"), "example-cohort"))
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(reader.workspace.folder)
        patch.setenv("COLUMNS", "100")
        for title, chapter in CHAPTERS:
            reader.told = []
            reader.do(chapter)
            found[title] = reader.told
    return found


@pytest.mark.parametrize("title", [title for title, _ in CHAPTERS])
def test_the_chapter_is_what_happens(otherwise, title):
    assert not otherwise[title], f"docs/tutorial.md, {title}:\n" + "\n\n".join(otherwise[title])
