"""Read an extract whose form nobody has stated yet: detect the form, and say on what that rests."""

from dataclasses import dataclass
from pathlib import Path

from peritrace.extracts.detection import CODECS, DELIMITERS, NAMES, Guess, detect_delimiter, detect_encoding
from peritrace.extracts.manifest import manifest_of
from peritrace.extracts.reading import TEXT, Extract, read_extract
from peritrace.problems import InputRefused, Problem
from peritrace.proposals.dates import read_dates
from peritrace.proposals.numbers import read_numbers
from peritrace.proposals.records import has_labels
from peritrace.proposals.remarks import Remark, doubt
from peritrace.study import Source
from peritrace.words import listing_or

_SURE = 0.8
_SAMPLE = 2_000_000  # bytes in which the delimiter is looked for


@dataclass(frozen=True)
class Form:
    """How a file is to be read; `path` is relative to the root of the project."""

    path: str
    sheet: str | None = None
    redcap: bool = False
    dictionary: str | None = None


@dataclass(frozen=True)
class Found:
    """The cells of an extract, the section of the study file that reads them, and what was detected."""

    read: Extract
    source: Source
    remarks: tuple[Remark, ...]


def read_source(root: Path, form: Form) -> Found:
    """Read an extract; raises InputRefused when its form can't be told, with what to do."""
    path = root / form.path
    keys: dict[str, object] = {"patients": form.path}
    remarks: list[Remark] = []
    if path.suffix.lower() in TEXT and path.is_file():
        data = path.read_bytes()
        encoding = detect_encoding(data)
        if encoding.value is None:
            raise _refused(form.path, "text of an unknown encoding", encoding.reason)
        delimiter = detect_delimiter(data[:_SAMPLE].decode(CODECS[encoding.value], errors="replace"))
        keys |= {"encoding": encoding.value, "delimiter": delimiter.value or ","}
        remarks += _form_remarks(encoding, delimiter)
    elif path.suffix.lower() == ".xlsx" and not form.sheet:
        remarks.append(Remark("The only visible sheet of the workbook."))
    if form.sheet:
        keys["sheet"] = form.sheet
    if form.redcap or form.dictionary:
        keys["redcap"] = {"dictionary": form.dictionary} if form.dictionary else {}
    source = Source.model_validate(keys)
    read = read_extract(path, source)
    if not read.header or not read.columns or not len(read.lines):
        problems = [Problem(form.path, f.line, "", f.found, f.rule, f.remedy) for f in read.faults]
        raise InputRefused(f"extract {form.path}", problems)
    _has_headers(read, form.path)
    if source.redcap and has_labels(read):
        keys["redcap"] = {**({"dictionary": form.dictionary} if form.dictionary else {}), "labels": True}
    source = Source.model_validate(keys | manifest_of(path, read))
    return Found(read, source, tuple(remarks))


def _form_remarks(encoding: Guess, delimiter: Guess) -> list[Remark]:
    """What the encoding and the delimiter rest on."""
    name = NAMES[str(encoding.value)]
    rivals = [candidate.value for candidate in encoding.candidates[1:]]
    if encoding.confidence < _SURE:
        others = f" It may be {listing_or(rivals)} instead." if rivals else ""
        text = f"the encoding seems to be {name}: {encoding.reason}.{others} Do the words below read well?"
        remarks = [doubt(text, decides=True)]
    else:
        remarks = [Remark(f"{name}: {encoding.reason}.")]
    if delimiter.value is None:
        text = "the header has one cell: is the delimiter another than commas, semicolons, tabs and vertical bars?"
        return [*remarks, doubt(text, decides=True)]
    words = DELIMITERS[delimiter.value]
    if delimiter.confidence < _SURE:
        return [*remarks, doubt(f"{words} seem to separate the cells: {delimiter.reason}.", decides=True)]
    return [*remarks, Remark(f"{words.capitalize()} separate the cells.")]


def _has_headers(read: Extract, path: str) -> None:
    """Refuse a file whose first line holds values: they would go into the study file."""
    values = sum(_is_value(name) for name in read.header)
    if values * 3 > len(read.header):
        found = f"a first line in which {values} of {len(read.header)} cells are numbers or dates"
        raise _refused(
            path, found, "the first line holds the headers", "Put a line with the headers above the others.", 1
        )


def _is_value(name: str) -> bool:
    counts = {name.strip(): 1}
    return bool(name.strip()) and (read_numbers(counts) is not None or read_dates(counts) is not None)


def _refused(
    path: str, found: str, rule: str, remedy: str = "Save it as CSV UTF-8.", line: int | None = None
) -> InputRefused:
    return InputRefused(f"extract {path}", [Problem(path, line, "", found, rule, remedy)])
