"""Hold two snapshots of a cohort against each other. No value of a single patient is quoted."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from peritrace.ard import Ard, Statistic
from peritrace.changes.snapshot import Snapshot
from peritrace.derivations.derivation import identifier
from peritrace.formats import (
    MINUS,
    NOT_ESTIMABLE,
    format_count,
    format_number,
    format_p,
    format_percent,
    format_ratio,
)
from peritrace.meaning import IdentifierColumn, NumberColumn
from peritrace.methods import method_label
from peritrace.words import in_sentence

ROW_COLUMNS = ("change", "subject", "line_before", "line_now", "columns")
DISTRIBUTION_COLUMNS = ("variable", "level", "before", "now", "moved")
RESULT_COLUMNS = ("result", "before", "now", "change")


@dataclass(frozen=True)
class RowChange:
    """A patient who was added, removed or changed, and the columns concerned."""

    change: str
    subject: str
    line_before: str
    line_now: str
    columns: str = ""


@dataclass(frozen=True)
class Moved:
    """A variable before and now; `moved` is the standardised difference."""

    variable: str
    level: str
    before: str
    now: str
    moved: float


@dataclass(frozen=True)
class Changed:
    """A result before and now."""

    result: str
    before: str
    now: str
    change: str


def row_changes(before: Snapshot, now: Snapshot) -> Iterator[RowChange]:
    """Patients by identifier: removed, changed (and in which columns), added."""
    replaced = identifier(now.study).replace
    names = [c for c in now.study.columns if not isinstance(c, IdentifierColumn)]

    def subject(key: str) -> str:
        return "" if replaced else key

    for key, row in before.patients.items():
        if key not in now.patients:
            yield RowChange("removed", subject(key), row["line"], "")
            continue
        new = now.patients[key]
        differing = [c.source for c in names if row.get(c.name, "") != new.get(c.name, "")]
        if differing:
            yield RowChange("changed", subject(key), row["line"], new["line"], "; ".join(differing))
    for key, row in now.patients.items():
        if key not in before.patients:
            yield RowChange("added", subject(key), "", row["line"])


def distributions(before: Snapshot, now: Snapshot) -> Iterator[Moved]:
    """Every described variable, numbers by median and quartiles, levels by their share."""
    for name in now.study.analyses.describe:
        column = next((c for c in now.study.columns if c.name == name), None)
        if isinstance(column, NumberColumn):
            yield _number(column, before.ard, now.ard)
        else:
            for level in now.study.levels(name):
                yield _share(now.study.label(name), name, level, before.ard, now.ard)


def _number(column: NumberColumn, before: Ard, now: Ard) -> Moved:
    found = [_stats(ard, "summary", column.name, "") for ard in (before, now)]
    texts = []
    for stats in found:
        median, low, high = (format_number(stats.get(k, math.nan), column.decimals) for k in ("median", "p25", "p75"))
        texts.append(f"{median} ({low}–{high}), {format_number(stats.get('missing', 0), 0)} missing")
    spread = math.sqrt(sum(stats.get("sd", math.nan) ** 2 for stats in found) / 2)
    gap = found[1].get("mean", math.nan) - found[0].get("mean", math.nan)
    return Moved(column.label, "", texts[0], texts[1], _standardised(gap, spread))


def _share(label: str, name: str, level: str, before: Ard, now: Ard) -> Moved:
    found = [_stats(ard, "counts", name, level) for ard in (before, now)]
    texts = [format_count(int(s.get("n", 0)), int(s.get("N", 0)), 1) for s in found]
    shares = [stats.get("p", math.nan) for stats in found]
    spread = math.sqrt(sum(p * (1 - p) for p in shares) / 2) if all(map(math.isfinite, shares)) else math.nan
    return Moved(label, level, texts[0], texts[1], _standardised(shares[1] - shares[0], spread))


def _standardised(gap: float, spread: float) -> float:
    if gap == 0:
        return 0.0
    return gap / spread if spread > 0 else math.nan


def _stats(ard: Ard, context: str, name: str, level: str) -> dict[str, float]:
    return {
        s.stat_name: s.number
        for s in ard.where(context=context, variable=name, variable_level=level, group1="", convention="")
    }


_TOLD = {
    ("survival", "median"): "median",
    ("survival", "n_event"): "events",
    ("survival-rate", "estimate"): "survival",
    ("comparison", "p_value"): "P",
    ("factor", "estimate"): "hazard ratio",
    ("model", "estimate"): "ratio",
    ("cumulative-incidence", "estimate"): "cumulative incidence",
    ("restricted-mean", "estimate"): "restricted mean",
}


def result_changes(before: Snapshot, now: Snapshot) -> Iterator[Changed]:
    """Events, medians, rates, ratios and P values of the standard reading that differ as they are printed."""
    old = {_key(s): s for s in before.ard if _is_told(s)}
    new = {_key(s): s for s in now.ard if _is_told(s)}
    for key in dict.fromkeys([*new, *old]):
        one, other = old.get(key), new.get(key)
        texts = (_text(one) if one else NOT_ESTIMABLE, _text(other) if other else NOT_ESTIMABLE)
        if texts[0] != texts[1]:
            told = other or one
            if told:
                yield Changed(_name(now, told), texts[0], texts[1], _change(one, other, texts))


def _is_told(s: Statistic) -> bool:
    return (s.context, s.stat_name) in _TOLD and not s.convention and s.method not in ("cox-breslow", "cox-firth")


def _key(s: Statistic) -> tuple[str, ...]:
    return (
        s.context,
        s.stat_name,
        s.variable,
        s.variable_level,
        s.group1,
        s.group1_level,
        s.method,
        s.analysis,
        s.stat_label,
    )


def _text(s: Statistic) -> str:
    if s.stat_name == "n_event":
        return format_number(s.number, 0)
    if s.stat_name == "p_value":
        return format_p(s.number)
    if s.context in ("factor", "model"):
        return format_ratio(s.number)
    if s.context in ("survival-rate", "cumulative-incidence"):
        return format_percent(s.number, 1)
    return "not reached" if math.isnan(s.number) and s.stat_name == "median" else format_number(s.number)


def _name(now: Snapshot, s: Statistic) -> str:
    """What a result is called: endpoint, what it is, of whom, by which method."""
    label = now.study.label
    parts = [label(s.variable), _TOLD[s.context, s.stat_name]]
    if s.context in ("survival-rate", "cumulative-incidence", "restricted-mean"):
        parts[-1] += f" at {s.variable_level} {now.study.time_unit}"
    if s.stat_label and s.context == "cumulative-incidence":
        parts[-1] += f" of {in_sentence(s.stat_label)}"
    if s.group1:
        parts.append(f"{label(s.group1)}{f': {s.group1_level}' if s.group1_level else ''}")
    if s.analysis:
        parts.append(s.analysis.replace(":", ", "))
    if s.method not in ("kaplan-meier", "cox-efron"):
        parts.append(method_label(s.method))
    return ", ".join(parts)


def _change(before: Statistic | None, now: Statistic | None, texts: tuple[str, str]) -> str:
    """The difference of two results as they are printed, or the ratio of two ratios."""
    if before is None:
        return "new"
    if now is None:
        return "gone"
    one, other = map(_printed, texts)
    if one is None or other is None:
        return NOT_ESTIMABLE
    if now.context in ("factor", "model"):
        return f"× {format_ratio(float(other / one))}" if one > 0 else NOT_ESTIMABLE
    gap = other - one
    return ("+" if gap > 0 else "") + str(gap).replace("-", MINUS)


def _printed(text: str) -> Decimal | None:
    """The number that a text shows; None for a bound ("< .001") and where there is no estimate."""
    try:
        number = Decimal(text.removesuffix("%").replace(MINUS, "-"))
    except InvalidOperation:
        return None
    return number
