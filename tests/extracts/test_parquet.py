"""Parquet files: which text stands for a value of each type, and what is refused."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from peritrace.extracts.extract import Extract
from peritrace.extracts.reading import read_extract
from tests.extracts.cohort import HEADER, ROWS, canonical_rows, study, taken


def read(folder: Path, **columns: pa.Array) -> Extract:
    path = folder / "extract.parquet"
    pq.write_table(pa.table(columns), path)
    return read_extract(path)


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (["007", "", None, " x "], pa.string(), ["007", "", "", " x "]),
        (["a", None, "a"], pa.large_string(), ["a", "", "a"]),
        (["A", "B", None, "A"], pa.dictionary(pa.int8(), pa.string()), ["A", "B", "", "A"]),
        ([1, None, -3], pa.int64(), ["1", "", "-3"]),
        ([12345678901234567890], pa.uint64(), ["12345678901234567890"]),
        ([1.0, 2.5, None, -0.0, 1e-7], pa.float64(), ["1", "2.5", "", "0", "0.0000001"]),
        ([0.1 + 0.2], pa.float64(), ["0.30000000000000004"]),
        ([0.1, 16.0], pa.float32(), ["0.1", "16"]),
        ([0.5], pa.float16(), ["0.5"]),
        ([float("nan"), float("inf")], pa.float64(), ["nan", "inf"]),
        ([Decimal("1.50"), None], pa.decimal128(5, 2), ["1.50", ""]),
        ([True, False, None], pa.bool_(), ["true", "false", ""]),
        ([date(2021, 3, 7), None], pa.date32(), ["2021-03-07", ""]),
        (
            [datetime(2021, 3, 7), datetime(2021, 3, 7, 10, 30), None],
            pa.timestamp("ns"),
            ["2021-03-07", "2021-03-07T10:30", ""],
        ),
        ([datetime(2021, 3, 7, tzinfo=UTC)], pa.timestamp("us", "UTC"), ["2021-03-07T00:00+00:00"]),
        ([time(10, 30)], pa.time32("s"), ["10:30"]),
        ([None, None], pa.null(), ["", ""]),
    ],
)
def test_text_of_a_value(tmp_path, values, kind, texts):
    extract = read(tmp_path, id=pa.array([str(i) for i in range(len(values))]), value=pa.array(values, kind))
    assert extract.faults == []
    assert extract.columns[1].rows() == texts


def test_lines_count_from_2_and_empty_rows_are_faults(tmp_path):
    extract = read(tmp_path, id=pa.array(["1", None, "3"]), n=pa.array([1, None, 3]))
    assert extract.header == ["id", "n"]
    assert list(extract.lines) == [2, 4]
    assert (extract.records, extract.last) == (2, 4)
    assert [(fault.line, fault.found) for fault in extract.faults] == [(3, "an empty line")]
    assert [column.rows() for column in extract.columns] == [["1", "3"], ["1", "3"]]


def test_columns_that_are_no_quantities(tmp_path):
    extract = read(
        tmp_path,
        id=pa.array(["1"]),
        scan=pa.array([b"\x00"], pa.binary()),
        visits=pa.array([[1, 2]], pa.list_(pa.int64())),
        drug=pa.array([{"name": "x"}]),
    )
    assert [fault.cell for fault in extract.faults] == [1, 2, 3]
    assert {fault.found for fault in extract.faults} == {"a column of another type (nested or binary)"}


def test_identifiers_kept_as_floats_have_lost_their_end(tmp_path):
    extract = read(tmp_path, id=pa.array([1.0, 12345678901234567890.0]))
    assert [(fault.line, fault.cell, fault.found) for fault in extract.faults] == [
        (3, 0, "a number with more than 15 digits")
    ]
    assert extract.columns[0].rows() == ["1", None]


def test_no_rows_no_columns_and_no_parquet(tmp_path):
    assert [f.found for f in read(tmp_path, id=pa.array([], pa.string())).faults] == ["a header without rows"]
    path = tmp_path / "extract.parquet"
    pq.write_table(pa.table({}), path)
    assert [fault.found for fault in read_extract(path).faults] == ["a file without columns"]
    path.write_bytes(b"PAR1" + b"x" * 50 + b"PAR1")
    assert [fault.found for fault in read_extract(path).faults] == ["a Parquet file that can't be read"]


def test_the_cohort_is_the_same_as_from_text(tmp_path):
    columns: dict[str, Any] = dict(zip(HEADER, map(list, zip(*ROWS, strict=True)), strict=True))
    columns["age"] = pa.array(map(int, columns["age"]), pa.int32())
    columns["months"] = pa.array(map(float, columns["months"]), pa.float64())
    columns["surgery"] = pa.array(map(date.fromisoformat, columns["surgery"]), pa.date32())
    columns["arm"] = pa.array(columns["arm"]).dictionary_encode()
    columns["note"] = pa.array([note or None for note in columns["note"]])
    path = tmp_path / "made.parquet"
    pq.write_table(pa.table(columns), path)
    as_numbers = [[*row[:4], row[4].removesuffix(".0"), *row[5:]] for row in ROWS]
    assert taken(tmp_path, path.read_bytes(), study(rows=200), "extract.parquet") == canonical_rows(as_numbers)
