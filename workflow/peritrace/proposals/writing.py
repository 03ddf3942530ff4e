"""Write a proposal as a study file that a person reads with its evidence and doubts beside each part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from peritrace.proposals.headers import shown
from peritrace.proposals.parts import ColumnProposal
from peritrace.proposals.proposal import Proposal
from peritrace.proposals.remarks import Proposed, Remark
from peritrace.proposals.yaml_text import comment, entry, listed
from peritrace.sections import Section
from peritrace.words import counted, in_sentence

_CHECK = "CHECK: "
_FIRST = ("name", "code", "id", "source", "label", "type")


@dataclass(frozen=True)
class Check:
    """A doubt with its place in the study file."""

    line: int
    about: str
    text: str
    decides: bool


class _Page:
    """The lines written so far, and the doubts among them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.checks: list[Check] = []

    def add(self, *lines: str) -> None:
        self.lines += lines

    def say(self, remarks: Sequence[Remark], about: str, indent: int = 0) -> None:
        """Evidence first, in one comment; then every doubt in one of its own."""
        evidence = [remark.text for remark in remarks if not remark.is_doubt]
        if evidence:
            self.add(*comment(" ".join(evidence), indent))
        for remark in remarks:
            if remark.is_doubt:
                self.checks.append(Check(len(self.lines) + 1, about, remark.text, remark.decides))
                self.add(*comment(remark.text, indent, _CHECK))

    def items(self, key: str, items: Sequence[Proposed[Section]], indent: int = 0) -> None:
        """A list whose items have remarks."""
        if not items:
            return
        self.add(f"{' ' * indent}{key}:")
        for item in items:
            keys = _keys(item.part)
            about = str(keys.get("name") or keys.get("code") or keys.get("id") or key)
            self.say(item.remarks, about, indent + 2)
            self.add(*listed(keys, indent + 2, item.beside))


def render(proposal: Proposal, command: str) -> tuple[str, list[Check]]:
    """The text of the study file, and its doubts in the order in which they stand."""
    page = _Page()
    page.add("# yaml-language-server: $schema=../schema/study.schema.json")
    page.add(*comment(f"Proposed by `{command}`; every key is explained in docs/study-file.md.", 0))
    text = (
        "It runs as it is, but nobody has confirmed it. CHECK marks what the extract does not say by itself: settle it "
        "with those who know the data, correct the line, and delete the mark."
    )
    page.add(*comment(text, 0), "")
    page.add(
        f"id: {proposal.id}", *entry("title", _title(proposal.id), 0), *entry("short_title", _title(proposal.id), 0)
    )
    _source(page, proposal)
    _columns(page, proposal)
    for key, items in (("orders", proposal.orders), ("groups", proposal.groups)):
        if items:
            page.add("")
            page.items(key, items)
    page.add("")
    page.say(proposal.times.remarks, "endpoints")
    page.items("endpoints", proposal.times.endpoints)
    if proposal.times.exposures:
        page.add("")
        page.items("exposures", proposal.times.exposures)
    _analyses(page, proposal)
    for key, parts in (("figures", proposal.figures), ("tables", proposal.tables)):
        if parts:
            page.add("")
            page.items(key, [Proposed[Section](part) for part in parts])
    return "\n".join(page.lines) + "\n", page.checks


def _title(study_id: str) -> str:
    words = study_id.replace("-", " ")
    return words[:1].upper() + words[1:]


def _source(page: _Page, proposal: Proposal) -> None:
    page.add("", "source:")
    keys = _keys(proposal.source)
    page.say(proposal.source_remarks, "source", 2)
    for key in ("patients", "encoding", "delimiter", "sheet", "redcap"):
        if key in keys:
            page.add(*entry(key, keys[key], 2))
    page.add(
        *comment("The file as it was read: a cut-off or another one is refused. Renew these with a new extract.", 2)
    )
    for key in ("rows", "columns", "sha256"):
        page.add(*entry(key, keys[key], 2))
    if _latest(proposal):
        page.add(*comment("cutoff: YYYY-MM-DD # the last day of data; with it, a later date is a problem", 2))
    page.add("")
    page.say(proposal.time_remarks, "time_unit")
    page.add(f"time_unit: {proposal.time_unit}")


def _latest(proposal: Proposal) -> date | None:
    dated = [column.reading.dates for column in proposal.columns if column.column.type == "date"]
    return max((dates.latest for dates in dated if dates), default=None)


def _columns(page: _Page, proposal: Proposal) -> None:
    page.add("", *comment("The number behind a level is that of its patients.", 0), "columns:")
    for column in proposal.columns:
        about = f"{column.name} ({shown(column.column.source)})"
        page.say(column.proposed.remarks, about, 2)
        page.add(*_column(column))
    if proposal.left_out:
        page.add("", *comment("Left out; to use one, add it under columns.", 2))
    for left in proposal.left_out:
        header = shown(left.header) or "(no header)"
        page.add(*comment(f"- {header}: {left.reason}", 2))
        page.say([remark for remark in left.remarks if remark.is_doubt], header, 2)


def _column(column: ColumnProposal) -> list[str]:
    keys = _keys(column.column)
    beside = column.proposed.beside
    if not beside:
        return listed(keys, 2)
    levels = {"levels": keys.pop("levels")}
    first = listed(keys, 2)
    if len(first) == 1:  # opened again, since the levels take lines of their own
        first = [line for place, (key, value) in enumerate(keys.items()) for line in _opened(place, key, value)]
    return [*first, *entry("levels", levels["levels"], 4, beside)]


def _opened(place: int, key: str, value: object) -> list[str]:
    lines = entry(key, value, 4)
    return [f"  - {lines[0][4:]}", *lines[1:]] if place == 0 else lines


def _analyses(page: _Page, proposal: Proposal) -> None:
    if not proposal.wishes.entries:
        return
    page.add("", "analyses:")
    for wanted in proposal.wishes.entries:
        page.say(wanted.remarks, wanted.key, 2)
        if wanted.items:
            page.items(wanted.key, wanted.items, 2)
        else:
            page.add(*entry(wanted.key, wanted.value, 2))


def _keys(part: Section) -> dict[str, object]:
    """What is set of a part, the naming keys first."""
    keys = part.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {key: keys[key] for key in _FIRST if key in keys} | keys


def summary(proposal: Proposal, checks: Sequence[Check], path: str) -> Iterator[str]:
    """What was proposed, for the terminal: counts, doubts by weight, what is left out."""
    used, all_columns = len(proposal.columns), proposal.source.columns or 0
    codes = ", ".join(proposed.part.code for proposed in proposal.times.endpoints) or "no endpoint"
    yield f"{path}: {used} of {all_columns} columns, {counted(proposal.patients, 'patient')}, {codes}."
    number = 0
    for decides, heading in (
        (True, "To check, since estimates hang on it:"),
        (False, "To check, since labels hang on it:"),
    ):
        some = [check for check in checks if check.decides == decides]
        if some:
            yield ""
            yield heading
        for check in some:
            number += 1
            yield f"{number:>3}. line {check.line}, {check.about}: {check.text}"
    if proposal.left_out:
        yield ""
        yield "Left out:"
    reasons: dict[str, list[str]] = {}
    for left in proposal.left_out:
        reasons.setdefault(left.reason, []).append(shown(left.header) or "(no header)")
    yield from (f"  - {', '.join(headers)}: {in_sentence(reason)}" for reason, headers in reasons.items())
