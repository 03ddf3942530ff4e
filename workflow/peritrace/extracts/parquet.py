"""Read a Parquet file into cells, each as the text that stands for its value.

Types are not trusted to mean what the study file says: the text is judged by its rules like that of any other file.
Line 2 is the first row, as it would be below a header.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from peritrace.extracts.extract import MOST_FAULTS, NO_ROWS, Cells, Extract, Fault, empty_line, whole
from peritrace.extracts.workbook import MANY_DIGITS, MOST_DIGITS, Wrong, moment_text

if TYPE_CHECKING:
    import pyarrow

MOST_ROWS = 10_000_000
MOST_BYTES = 4_000_000_000  # of all columns, unpacked

Codes = npt.NDArray[np.int64]


def read_parquet(path: Path) -> Extract:
    """Read a Parquet file; never raises for what it holds."""
    import pyarrow  # only studies of Parquet files wait for it
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
            if file.metadata.num_rows > MOST_ROWS or size > MOST_BYTES:
                rule = f"an extract has at most {MOST_ROWS:,} rows and {MOST_BYTES // 10**9} GB"
                return Extract(faults=[whole("a file of another size", rule, "Export the cohort alone.")])
            return _table(file.read())
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError):
        rule = "an extract is a Parquet file that can be read as a whole"
        return Extract(faults=[whole("a Parquet file that can't be read", rule, "Export it again.")])


def _table(table: "pyarrow.Table") -> Extract:
    rows = table.num_rows
    extract = Extract(header=list(table.column_names))
    if not extract.header:
        rule = "an extract has a column for every quantity"
        return Extract(faults=[whole("a file without columns", rule, "Export it again.")])
    columns = [_column(table.column(place), place, extract.faults) for place in range(table.num_columns)]
    empty = np.ones(rows, dtype=bool)
    for texts, codes in columns:
        empty &= np.array([text == "" for text in texts], dtype=bool)[codes]
    lines = np.arange(2, rows + 2)
    extract.faults += [empty_line(int(line)) for line in lines[empty][:MOST_FAULTS]]
    for texts, codes in columns:
        cells = Cells()
        cells.extend(map(texts.__getitem__, codes[~empty]))
        extract.columns.append(cells)
    extract.lines.extend(lines[~empty].tolist())
    extract.records, extract.last = len(extract.lines), (extract.lines[-1] if extract.lines else None)
    if not extract.lines:
        extract.faults.append(NO_ROWS)
    return extract


def _column(column: "pyarrow.ChunkedArray", place: int, faults: list[Fault]) -> tuple[list[str | None], Codes]:
    """The distinct texts of a column, and which of them stands in each row; None where a value can't be read."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    to_text = _text_of(column.type)
    if to_text is None:
        rule = "a column holds text, numbers, dates, or true and false"
        faults.append(Fault(1, place, "a column of another type (nested or binary)", rule, "Leave the column out."))
        return [None], np.zeros(len(column), dtype=np.int64)
    if pyarrow.types.is_timestamp(column.type):
        column = column.cast(pyarrow.timestamp("us", column.type.tz))  # raises where a moment is finer
    if pyarrow.types.is_float16(column.type):
        column = column.cast(pyarrow.float32())
    encoded = column.combine_chunks().dictionary_encode()
    texts = [to_text(value) for value in encoded.dictionary.to_pylist()]
    codes: Codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False).astype(np.int64)
    wrong = np.array([isinstance(text, Wrong) for text in texts] + [False], dtype=bool)[codes]
    for row in np.flatnonzero(wrong)[:MOST_FAULTS]:
        faults.append(Fault(int(row) + 2, place, *MANY_DIGITS))
    return [None if isinstance(text, Wrong) else text for text in texts] + [""], codes


def _text_of(kind: "pyarrow.DataType") -> Callable[[Any], str | Wrong] | None:
    """How a value of that type is written; None for types that are no quantities."""
    from pyarrow import types

    if types.is_null(kind) or types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return str
    if types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if types.is_integer(kind):
        return str
    if types.is_floating(kind):
        return _single if types.is_float32(kind) or types.is_float16(kind) else _double
    if types.is_decimal(kind):
        return lambda value: f"{value:f}"
    if types.is_date(kind) or types.is_timestamp(kind) or types.is_time(kind):
        return moment_text
    return None


def _single(value: float) -> str | Wrong:
    """Four bytes hold seven digits; as eight bytes they would show sixteen."""
    return _double(float(str(np.float32(value))))


def _double(value: float) -> str | Wrong:
    """All digits that tell the number from its neighbours; not-a-number and infinity stay words, which are refused."""
    if not math.isfinite(value):
        return repr(value)
    if abs(value) >= 10**MOST_DIGITS:
        return MANY_DIGITS
    return str(int(value)) if value == int(value) else f"{Decimal(repr(value)):f}"
