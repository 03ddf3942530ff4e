"""How a verdict was judged, as its row says it: where its number was typed, held against the files themselves."""

import csv
import re
from pathlib import Path

import pytest

from peritrace.files import read_csv
from tests.workflow.workspace import Workspace


def cell(path: Path, line: int, column: str) -> str:
    """A cell of a file by its line, the header's being 1."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        return next(row[column] for row in reader if reader.line_num == line)


@pytest.mark.parametrize("study", ["yan-2024", "zhang-2024", "dmpm-2022", "example-cohort"])
def test_a_number_was_typed_where_it_is_said_to_be(finished: Workspace, study: str) -> None:
    verdicts = read_csv(finished.folder / f"results/{study}/audit/verdicts.csv")
    for row in verdicts:
        typed = finished.folder / f"resources/{study}/{row['typed_in']}"
        assert cell(typed, int(row["typed_line"]), row["typed_column"]).strip() == row["reported"], row["claim_id"]


def test_a_recomputed_number_is_the_statistic_that_it_was_held_against(finished: Workspace) -> None:
    folder = finished.folder / "results/yan-2024"
    held = {row["claim_id"]: row["statistics"].split() for row in read_csv(folder / "audit/verdicts.csv")}
    for claim, value in (("results-median-os2", "49.9"), ("abstract-median-pci", "24.5"), ("results-sae", "3")):
        assert [cell(folder / "estimate/ard.csv", int(line), "stat") for line in held[claim]] == [value]


@pytest.mark.parametrize("study", ["yan-2024", "dmpm-2022"])
def test_every_verdict_of_a_page_opens_how_it_was_judged(finished_small: Workspace, study: str) -> None:
    page = (finished_small.folder / f"reports/{study}.html").read_text(encoding="utf-8")
    verdicts = read_csv(finished_small.folder / f"results/{study}/audit/verdicts.csv")
    panels = re.findall(r'<details class="made brief">.*?</details>', page)
    assert len(panels) == len(verdicts)
    for panel, row in zip(panels, verdicts, strict=True):
        assert f"trace reports/{study}.html#claim-{row['claim_id']}</pre>" in panel
        assert f"{row['typed_in']}, line {row['typed_line']}, column {row['typed_column']}." in panel
    assert page.count('id="verdicts-made"') == 1
    assert f"reproduce results/{study}/audit/verdicts.csv</pre>" in page


def test_panels_of_verdicts_do_not_make_a_page_large(finished: Workspace) -> None:
    page = (finished.folder / "reports/zhang-2024.html").read_text(encoding="utf-8")
    panels = sum(map(len, re.findall(r'<details class="made brief">.*?</details>', page)))
    assert panels < 0.15 * (len(page) - panels)


def test_every_panel_of_a_figure_or_table_offers_its_data(finished_small: Workspace) -> None:
    page = (finished_small.folder / "reports/yan-2024.html").read_text(encoding="utf-8")
    panels = re.findall(r'<details class="made">.*?</details>', page, flags=re.DOTALL)
    assert panels
    assert all(re.search(r'<a download="[^"]+\.csv" href="data:text/csv', panel) for panel in panels)
