"""The values that tests/reference/regression.R wrote, and the data sets that it made them from."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TESTS = Path(__file__).parents[1]

Case = dict[str, Any]


@cache
def reference() -> dict[str, list[Case]]:
    values: dict[str, list[Case]] = json.loads((TESTS / "reference/regression.json").read_text())
    return values


@cache
def data_set(name: str) -> NDArray[Any]:
    """Columns by name, as in `data_set("lung")["age"]`."""
    return np.genfromtxt(TESTS / f"data/regression-{name}.csv", delimiter=",", names=True)


def patients(case: Case) -> NDArray[Any]:
    """The rows of the data set that R used; R counts them from 1."""
    rows = data_set(case["data"])
    return rows[np.array(case["rows"]) - 1] if case.get("rows") else rows


def table(rows: NDArray[Any], names: list[str]) -> NDArray[np.float64]:
    return np.column_stack([rows[name] for name in names])


def numbers(values: Any) -> NDArray[np.float64]:
    """R's numbers, with its Inf."""
    return np.asarray(values, dtype=np.float64)


def label(case: Case) -> str:
    """A name for the case in the list of tests."""
    covariates = case.get("covariates") or [case[key] for key in ("x", "y", "value", "by") if key in case]
    rows = f"rows{case['rows'][0]}" if case.get("rows") else ""
    entry = "entry" if case.get("entry") is True else ""
    return "-".join(filter(None, [case["data"], rows, "+".join(covariates), case.get("ties", ""), entry]))
