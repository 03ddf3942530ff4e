"""What the documentation shows is what the program prints, and every column and quantity is explained."""

import re
from pathlib import Path

import pytest

from peritrace.__main__ import main
from peritrace.claims import COLUMNS, OPTIONAL, QUANTITIES
from peritrace.published import ROWS, columns_of

PAGE = Path("docs/published-tables.md")


def test_the_example_is_what_the_command_prints(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out = tmp_path / "example-tables-audit"
    code = main(["check", "docs/example-tables", "--test", "chi-square", "--out", str(out)])
    assert code == 1
    printed = capsys.readouterr().out.replace(str(out), out.name).strip()
    shown = re.search(
        r"```\n\$ python -m peritrace check docs/example-tables.*?\n(.*?)```", PAGE.read_text("utf-8"), re.S
    )
    assert shown is not None
    assert shown[1].strip() == printed


@pytest.mark.parametrize("name", [*COLUMNS, *OPTIONAL, *(column for kind in ROWS for column in columns_of(kind))])
def test_every_column_is_named(name):
    assert f"`{name}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_is_named(quantity):
    assert f"| `{quantity}` |" in PAGE.read_text("utf-8")
