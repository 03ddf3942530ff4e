"""The acceptance cohorts: extracts, the lines that are edited after new-study, and the values that R gives."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from peritrace.ard import Statistic

HERE = Path(__file__).parent
EXAMPLE = "resources/example-cohort/patients.csv"
EXTRACTS = {
    **{name: f"tests/cohorts/{name}.csv" for name in ("lung", "colon", "veteran", "pbc", "ovarian")},
    "example-proposed": EXAMPLE,
}


@dataclass(frozen=True)
class Edit:
    """A line of a study file, wherever it stands, and the one that takes its place."""

    old: str
    new: str
    why: str


def edits() -> dict[str, list[Edit]]:
    """The edits of each study."""
    content = yaml.safe_load((HERE / "edits.yaml").read_text(encoding="utf-8"))
    return {study: [Edit(**edit) for edit in listed] for study, listed in content.items()}


def edited(text: str, wanted: list[Edit]) -> tuple[str, int]:
    """The text of a study file after the edits, and how many of its lines they change.

    Raises LookupError for an edit without a line.
    """
    new = {edit.old: edit.new for edit in wanted}
    lines = text.split("\n")
    found = [line.strip() for line in lines]
    if missing := [old for old in new if old not in found]:
        raise LookupError(f"new-study writes no such line: {missing}; renew tests/cohorts/edits.yaml")
    changed = [line.replace(old, new[old]) if old in new else line for line, old in zip(lines, found, strict=True)]
    return "\n".join(changed), sum(old in new for old in found)


@dataclass(frozen=True)
class Key:
    """What a number is a number of, in the words of reference.R."""

    what: str
    statistic: str
    endpoint: str
    group: str
    level: str
    model: str
    cause: str
    time: str


def reference() -> dict[str, dict[Key, float | None]]:
    """Every number that R gives, by study; None where R has none."""
    found: dict[str, dict[Key, float | None]] = {}
    with (HERE / "reference.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            study, value = row.pop("study"), row.pop("value")
            key = Key(**row)
            assert key not in found.setdefault(study, {}), f"R gives {key} twice"
            found[study][key] = float(value) if value else None
    return found


_PLAIN = {
    *("cohort", "summary", "counts", "comparison", "restricted-mean", "restricted-mean-difference", "landmark"),
    *("factor", "factor-model", "proportional-hazards", "cumulative-incidence", "comparison-of-incidence"),
    *("survival", "survival-rate", "follow-up", "group-test"),
}
_NOT_IN_R = {"life-table", "breslow", "tarone-ware"}  # methods of SPSS
_EXTREMES = {"n_censor", "time_min", "time_max", "beyond_follow_up"}  # these follow from others
_NAMED_FOR_R = {"median=r": "median_of_r", "percentiles=r": "_of_r"}


def comparable(statistics: list[Statistic]) -> Iterator[tuple[Key, Statistic]]:
    """Those of a study's statistics that R is asked for, with their keys.

    Not asked: methods that R lacks, readings of other software, and curves, which are held to R where rates are stated.
    """
    for s in statistics:
        if s.context not in _PLAIN or s.method in _NOT_IN_R or s.stat_name in _EXTREMES:
            continue
        if s.convention not in ("", *_NAMED_FOR_R):
            continue
        if s.method == "observed-follow-up" and s.stat_name.startswith("conf"):  # a plain median has no limits
            continue
        if s.context == "follow-up" and s.method == "reverse-kaplan-meier" and s.stat_name in ("min", "max"):
            continue  # those of the observed times again
        yield _key(s), s


def _key(s: Statistic) -> Key:
    what = s.context.replace("survival-rate", "survival rate")
    if s.method == "kaplan-meier-delayed-entry":
        what = what.replace("survival", "survival with delayed entry")
    name = s.stat_name
    if s.convention:
        name = name.removesuffix("median") + _NAMED_FOR_R[s.convention]
    model = s.analysis
    if s.context in ("follow-up", "group-test"):
        model = s.method
    # a factor's level is compared with the reference, which stands where others have their time
    time = "" if s.context == "factor" else s.variable_level
    cause = s.stat_label if "incidence" in s.context else ""
    return Key(what, name, s.variable, s.group1, s.group1_level, model, cause, time)
