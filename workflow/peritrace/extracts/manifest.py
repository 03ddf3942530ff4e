"""Hold a file against what its study file announces of it: rows, columns and digest.

They are the only sign of a file that was cut off between two lines, or of another file under the same name.
"""

from pathlib import Path

from peritrace.extracts.extract import Extract, Fault, whole
from peritrace.files import sha256
from peritrace.study import Source


def manifest_faults(path: Path, read: Extract, source: Source | None) -> list[Fault]:
    """What differs from the announcement; of an extract as read, before the rows of a REDCap export are joined."""
    if source is None or not read.header:
        return []
    faults = []
    if source.rows is not None and read.records and read.records != source.rows:
        rule = f"the study file announces {source.rows} (source.rows): the extract may be truncated or another one"
        remedy = "Export the extract again; if the cohort has changed, correct source.rows."
        faults.append(whole(f"{read.records} rows up to here", rule, remedy, read.last))
    if source.columns is not None and len(read.header) != source.columns:
        rule = f"the study file announces {source.columns} (source.columns): the extract may be another one"
        remedy = "Export the extract again; if its columns have changed, correct source.columns."
        faults.append(whole(f"{len(read.header)} columns", rule, remedy, 1))
    if source.sha256 is not None and (digest := sha256(path)) != source.sha256:
        rule = "the study file announces a file of another digest (source.sha256)"
        remedy = "If this is the extract that you mean, write it under source.sha256."
        faults.append(whole(f"a file of the digest {digest}", rule, remedy))
    return faults


def manifest_of(path: Path, read: Extract) -> dict[str, int | str]:
    """What a study file announces of a file: the keys `rows`, `columns` and `sha256` of its source."""
    return {"rows": read.records or 0, "columns": len(read.header), "sha256": sha256(path)}
