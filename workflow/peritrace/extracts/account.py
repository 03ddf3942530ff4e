"""What intake leaves on record of an extract beside its patients: problems, flow, file and columns, never a value."""

from collections.abc import Iterator
from pathlib import Path

from peritrace.derivations.derivation import FLOW_COLUMNS
from peritrace.extracts.examination import Examination
from peritrace.files import sha256, write_csv
from peritrace.problems import PROBLEM_COLUMNS, to_row
from peritrace.words import counted

Row = dict[str, object]

FACT_COLUMNS = ("fact", "value")
READ_COLUMNS = ("label", "source", "type", "known", "missing")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


def write_account(found: Examination, folder: Path) -> None:
    """Write `problems.csv`, `flow.csv`, `file.csv` and `columns.csv` into the folder of intake."""
    write_csv(folder / "problems.csv", PROBLEM_COLUMNS, map(to_row, found.problems))
    write_csv(folder / "flow.csv", FLOW_COLUMNS, flow(found))
    write_csv(folder / "file.csv", FACT_COLUMNS, facts(found))
    write_csv(folder / "columns.csv", READ_COLUMNS, columns(found))


def flow(found: Examination) -> Iterator[Row]:
    """From the rows read to the patients analysed for each endpoint; of a refused extract, to its faulty rows."""
    if not found.errors and found.derived:
        yield from found.derived.flow()
        return
    yield {"step": "rows read", "rows": len(found.read.lines), "reason": "lines of the extract after its header"}
    at_fault = {problem.line for problem in found.errors} - {None, 1}
    if at_fault:
        yield {"step": "rows to mend", "rows": len(at_fault), "reason": "rows with an error"}
    yield {"step": "rows used", "rows": 0, "reason": "a faulty extract is refused whole"}


def facts(found: Examination) -> Iterator[Row]:
    """What the file is."""
    source, read = found.study.source, found.read
    path = Path(found.file)
    yield {"fact": "File", "value": found.file}
    if read.header:
        yield {"fact": "Rows", "value": len(read.lines)}
        known = len({column.source for column in found.study.columns} & set(read.header))
        kept = f"{known} of {counted(len(read.header), 'column')} named in the study file"
        yield {"fact": "Columns", "value": f"{kept}; the others stay behind" if known < len(read.header) else kept}
    if source and path.suffix.lower() in (".csv", ".tsv", ".txt"):
        form = f"text in {source.encoding}, cells separated by {DELIMITERS[source.delimiter]}"
        yield {"fact": "Form", "value": form}
    elif source and source.sheet:
        yield {"fact": "Sheet", "value": source.sheet}
    if source and source.cutoff:
        yield {"fact": "Last day of data", "value": source.cutoff.isoformat()}
    if path.is_file():
        yield {"fact": "SHA-256", "value": sha256(path)}


def columns(found: Examination) -> Iterator[Row]:
    """Each column that the study file names, as it was read."""
    for column in found.study.columns if found.columns else ():
        codes, strings = found.columns[column.name]
        gaps = [code for code, string in enumerate(strings) if not string]
        missing = sum(codes.count(code) for code in (*gaps, -1))
        told = {"label": column.label, "source": column.source, "type": column.type}
        yield {**told, "known": len(codes) - missing, "missing": missing}
