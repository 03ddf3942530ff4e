"""Extracts to propose study files for, and what a proposal says of them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from peritrace.meaning import AnyColumn, CategoryColumn
from peritrace.proposals.proposal import propose
from peritrace.proposals.sources import Form
from peritrace.proposals.writing import Check, render
from peritrace.study import Study
from peritrace.study_file import load_study

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Written:
    """A proposal as text and as the study that is read back from it."""

    text: str
    checks: list[Check]
    study: Study

    def column(self, source: str) -> AnyColumn:
        """The column of a header."""
        return next(column for column in self.study.columns if column.source == source)

    def levels(self, source: str) -> dict[str, str]:
        """The levels of the category of a header."""
        column = self.column(source)
        assert isinstance(column, CategoryColumn)
        return column.levels

    def doubts(self, about: str) -> str:
        """All that is doubted of a part of the study file."""
        return " ".join(check.text for check in self.checks if check.about.split(" ")[0] == about)

    @property
    def sources(self) -> set[str]:
        """The headers used."""
        return {column.source for column in self.study.columns}

    @property
    def left_out(self) -> dict[str, str]:
        """The headers left out, with the reason."""
        found = re.findall(r"^  # - (.+?): (.+)$", self.text, flags=re.MULTILINE)
        return dict(found)


def write_csv(
    path: Path, header: list[str], rows: list[list[object]], encoding: str = "utf-8", delimiter: str = ","
) -> None:
    """Write an extract."""
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def proposed(folder: Path, header: list[str], rows: list[list[object]], **form: object) -> Written:
    """Propose a study file for rows and read it back."""
    encoding, delimiter = str(form.pop("encoding", "utf-8")), str(form.pop("delimiter", ","))
    write_csv(folder / "extract.csv", header, rows, encoding, delimiter)
    return read_back(folder, Form("extract.csv", **form))  # type: ignore[arg-type]  # the fields of a form, by name


def read_back(folder: Path, form: Form) -> Written:
    """Propose a study file, write it and load it."""
    text, checks = render(propose("my-cohort", folder, form), "the command")
    path = folder / "my-cohort.yaml"
    path.write_text(text, encoding="utf-8")
    return Written(text, checks, load_study(path))


def of_r(
    name: str, renamed: dict[str, str], status: tuple[str, str] = ("0", "1")
) -> tuple[list[str], list[list[object]]]:
    """A data set as R writes it: an id, NA for what is missing, dots in headers, its own codes of the status."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    header = [renamed.get(key, key) for key in rows[0]]
    cells: list[list[object]] = []
    for number, row in enumerate(rows, start=1):
        coded = row | {"status": status[int(row["status"])]}
        cells.append([number, *(cell if cell else "NA" for cell in coded.values())])
    return ["id", *header], cells
