"""Read an extract into strings, whatever kind of file it is; the ending of its name says which.

Only the form is judged here. What the cells mean is judged later, and whatever could be read of a faulty file is handed
on, so that all faults of a file are found in one reading. Nothing is guessed: a file is read as its study file says, or
its faults say what to write there.
"""

from pathlib import Path

from peritrace.extracts.extract import Cells, Extract, Fault, whole
from peritrace.extracts.parquet import read_parquet
from peritrace.extracts.text import SAVE_AS, read_text
from peritrace.extracts.workbook import read_workbook
from peritrace.study import Source

__all__ = ["Cells", "Extract", "Fault", "read_extract"]

TEXT = (".csv", ".tsv", ".txt")
_KINDS = "an extract is text (.csv, .tsv, .txt), a workbook (.xlsx) or Parquet (.parquet)"
# What programs write that is none of these, and how they save one that is.
_SAVE = {
    ".xls": ("an Excel workbook of the old kind", "Open it in Excel and save it as Excel Workbook (.xlsx)."),
    ".xlsb": ("a binary Excel workbook", "Open it in Excel and save it as Excel Workbook (.xlsx)."),
    ".xlsm": ("an Excel workbook with macros", "Open it in Excel and save it as Excel Workbook (.xlsx)."),
    ".ods": ("an OpenDocument spreadsheet", "Open it and save it as Excel 2007-365 (.xlsx) or as CSV in UTF-8."),
    ".numbers": ("a Numbers spreadsheet", "Export it from Numbers as CSV in UTF-8."),
    ".sav": ("an SPSS file", "In SPSS: File, Save As, CSV, encoding UTF-8, values instead of value labels."),
    ".dta": ("a Stata file", "In Stata: export delimited using extract.csv, nolabel quote."),
    ".sas7bdat": ("a SAS file", "In SAS: proc export with dbms=csv, in a session in UTF-8."),
    ".rds": ("an R file", 'In R: write.csv(x, "extract.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8").'),
    ".json": ("a JSON file", "Export it as CSV in UTF-8."),
    ".zip": ("an archive", "Unpack it and name the file within."),
    ".gz": ("a compressed file", "Unpack it and name the file within."),
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# How the content of a file begins that no text begins with.
_SIGNATURES = {
    _ZIP: "an Excel workbook",
    _OLE: "an Excel workbook",
    b"PAR1": "a Parquet file",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "an archive",
    b"{\\rtf": "a Word document",
}


def read_extract(path: Path, source: Source | None = None) -> Extract:
    """Read a file as its source says; never raises for what the file holds, but lists it under `faults`.

    The header is empty when the file can't be read at all; the faults then say why.
    """
    source = source or Source(patients=path.name)
    try:
        with path.open("rb") as handle:
            head = handle.read(512)
            data = head + handle.read() if path.suffix.lower() in TEXT else b""
    except FileNotFoundError:
        remedy = "Put it there, or mend the path under source."
        return _refused("no file", "the extract must be there", remedy)
    except OSError:
        rule = "the extract must be a file that can be read"
        return _refused("a file that can't be opened", rule, "Check its name and permissions.")
    ending = path.suffix.lower()
    if ending in TEXT:
        fault = _not_text(head, ending)
        return Extract(faults=[fault]) if fault else read_text(data, source)
    if ending == ".xlsx":
        fault = _not_a_workbook(path, head)
        return Extract(faults=[fault]) if fault else read_workbook(path, source.sheet)
    if ending == ".parquet":
        fault = _not_parquet(head)
        return Extract(faults=[fault]) if fault else read_parquet(path)
    found, remedy = _SAVE.get(ending, ("a file whose ending says no known kind", SAVE_AS))
    return _refused(found, _KINDS, remedy)


def _refused(found: str, rule: str, remedy: str) -> Extract:
    return Extract(faults=[whole(found, rule, remedy)])


def _signature(head: bytes) -> str | None:
    return next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), None)


def _not_text(head: bytes, ending: str) -> Fault | None:
    if kind := _signature(head):
        rename = {"an Excel workbook": ".xlsx", "a Parquet file": ".parquet"}.get(kind)
        remedy = f"Name it {rename} if it is one, or save it as CSV UTF-8 (comma delimited)." if rename else SAVE_AS
        return whole(kind, f"a file that ends in {ending} is text", remedy)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        return whole("a page of HTML or XML", f"a file that ends in {ending} is text in cells", SAVE_AS)
    return None


def _not_a_workbook(path: Path, head: bytes) -> Fault | None:
    if head.startswith(_OLE):
        # Excel keeps an encrypted workbook in a container of the old kind, with the names of its parts in UTF-16.
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            remedy = "Remove the password in Excel (File, Info, Protect Workbook), and guard the folder instead."
            return whole("a workbook under a password", "an extract can be opened", remedy)
        found, remedy = _SAVE[".xls"]
        return whole(found, "a file that ends in .xlsx is a workbook of today's kind", remedy)
    if not head.startswith(_ZIP):
        found = _signature(head) or ("an empty file" if not head else "something else than a workbook")
        remedy = "Export it again, or name it after what it is (.csv if it is text)."
        return whole(found, "a file that ends in .xlsx is a workbook", remedy)
    return None


def _not_parquet(head: bytes) -> Fault | None:
    if head.startswith(b"PARE"):
        return whole("an encrypted Parquet file", "an extract can be opened", "Write it without encryption.")
    if not head.startswith(b"PAR1"):
        found = _signature(head) or ("an empty file" if not head else "something else than Parquet")
        return whole(found, "a file that ends in .parquet is Parquet", "Export it again, or name it after what it is.")
    return None
