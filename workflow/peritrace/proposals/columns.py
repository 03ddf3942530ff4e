"""A column of the study file for a column of the extract, or the reason why it is left out."""

import re
from collections.abc import Iterable, Set
from dataclasses import replace

from peritrace.column_uses import RESERVED
from peritrace.domain import NUMBER_RULES, clavien_dindo_grade, score
from peritrace.extracts.privacy import identifying_values, looks_identifying
from peritrace.meaning import CategoryColumn, DateColumn, IdentifierColumn
from peritrace.proposals.codings import MOST_LEVELS, Hints, propose_levels
from peritrace.proposals.dates import Dates, has_chinese_dates, is_serial
from peritrace.proposals.headers import shown, words_of
from peritrace.proposals.matching import Assignment, Candidate, Reading
from peritrace.proposals.number_columns import between_steps, number_column
from peritrace.proposals.numbers import Numbers
from peritrace.proposals.parts import ColumnProposal, Naming, gaps, spaced
from peritrace.proposals.quantities import Quantity, quantities
from peritrace.proposals.remarks import LeftOut, Proposed, Remark, doubt
from peritrace.words import counted, listing

_TAKEN = RESERVED | {"cc_group", "major_complications", "adjuvant_start"}  # by intake, and by what is derived
_LONGEST_HEADER = 1000
_LONGEST_LEVEL = 60
_RECORD_NUMBERS = 100_000  # and above, where no number occurs twice
_FEW_NUMBERS = 6  # of a column without a known quantity: they may be codes


def propose_column(reading: Reading, assignment: Assignment, taken: Set[str]) -> ColumnProposal | LeftOut:
    """Propose a column; identifying ones, those without information and those nobody can name are left out."""
    candidate = assignment.candidate
    if reason := _no_use(reading, candidate):
        return LeftOut(reading.profile.header, *reason)
    naming = _naming(reading, assignment, taken)
    if assignment.misfit and quantities()[assignment.misfit].types == ("category",) and reading.numbers:
        label, count = quantities()[assignment.misfit].label, len(reading.codes)
        return LeftOut(reading.profile.header, f"{label}: {count} different numbers are no categories to compare")
    if candidate and candidate.type == "date":
        return _date(reading, candidate.quantity, naming)
    if candidate and candidate.type == "number" and reading.numbers:
        if (rule := NUMBER_RULES.get(naming.name)) and (between := between_steps(reading.numbers, rule)):
            naming = Naming(
                _free_name(reading.profile.header, reading.place, taken), naming.label, (*naming.remarks, between)
            )
        return number_column(reading, reading.numbers, candidate, naming)
    if candidate and candidate.type == "category":
        return _category(reading, candidate, naming)
    proposed = _unknown(reading, naming)
    named = assignment.lost or assignment.misfit
    if named and isinstance(proposed, ColumnProposal):
        return replace(proposed, role=quantities()[named].phase)
    if isinstance(proposed, LeftOut) and not proposed.remarks:
        return replace(proposed, remarks=naming.remarks)
    return proposed


def _no_use(reading: Reading, candidate: Candidate | None) -> tuple[str, tuple[Remark, ...]] | None:
    """Why a column is left out, whatever its values mean."""
    profile = reading.profile
    header = profile.header
    if not header.strip():
        text = f"column {reading.place + 1} has no header: name it or delete it, intake refuses the extract as it is"
        return "no header", (doubt(text, decides=True),)
    if header != header.strip() or len(header) > _LONGEST_HEADER:
        return "its header has outer spaces or is overlong: correct it in the extract to use the column", ()
    if (reason := looks_identifying(header)) or (candidate and candidate.quantity.phase == "identifying"):
        return f"identifying: {reason or 'it names what tells who a patient is'}", ()
    if not reading.codes:
        return ("empty" if not profile.counts else "no value but words for a missing one"), ()
    if candidate and candidate.quantity.name == "simulated":
        return None
    if len(reading.codes) == 1 and (candidate is None or candidate.quantity.phase not in ("event", "date")):
        return ("constant: one value in every row" if not profile.empty else "one value only, else empty"), ()
    return None


def _naming(reading: Reading, assignment: Assignment, taken: Set[str]) -> Naming:
    header = reading.profile.header
    candidate = assignment.candidate
    remarks: list[Remark] = []
    if candidate is None:
        if assignment.misfit and not assignment.lost:
            label = quantities()[assignment.misfit].label
            remarks.append(doubt(f"the header names {label!r}, but the values do not fit that; what are they?"))
        if assignment.lost:
            label = quantities()[assignment.lost].label
            remarks.append(doubt(f"{shown(header)!r} also names {label!r}, which another column was taken for."))
        return Naming(
            _free_name(header, reading.place, taken), shown(header) or f"Column {reading.place + 1}", tuple(remarks)
        )
    if candidate.by_values:
        text = f"the header is not known; the values say that it is {candidate.quantity.label!r}."
        remarks.append(doubt(text, decides=candidate.quantity.phase == "event"))
    elif not candidate.exact:
        text = f"the header only resembles {candidate.term!r}: is it {candidate.quantity.label!r}?"
        remarks.append(doubt(text, decides=candidate.quantity.phase in ("time", "event", "date")))
    if assignment.rivals:
        others = listing([repr(shown(rival)) for rival in assignment.rivals])
        remarks.append(doubt(f"the likeliest of several columns; {others} may be meant instead.", decides=True))
    return Naming(candidate.quantity.name, candidate.quantity.label, tuple(remarks))


def _free_name(header: str, place: int, taken: Set[str]) -> str:
    """A name made of the header; known names stay free, since they carry rules."""
    slug = re.sub(r"[^a-z0-9]+", "_", "_".join(words_of(header))).strip("_")
    if not slug or not re.search("[a-z]", slug) or not header.isascii():
        slug = f"column_{place + 1}"
    slug = (slug if slug[0].isalpha() else f"x_{slug}")[:36].rstrip("_")
    name, number = slug, 2
    while name in taken or name.removesuffix("_group") in quantities() or name in _TAKEN or name in NUMBER_RULES:
        name, number = f"{slug}_{number}", number + 1
    return name


def propose_identifier(reading: Reading, naming: Naming | None = None) -> ColumnProposal:
    """The column that tells patients apart; a record number is replaced by the place in the extract."""
    header = reading.profile.header
    reason = looks_identifying(header)
    reason = reason or next(iter(identifying_values(reading.profile.counts, "code")), None)
    keys: dict[str, object] = {"name": "subject", "source": header, "label": "Patient", "type": "identifier"}
    remarks = [*(naming.remarks if naming else ())]
    different = counted(len(reading.profile.counts), "different value")
    remarks.append(Remark(f"{different} in {counted(reading.profile.rows, 'row')}."))
    if reason:
        keys["replace"] = True
        remarks.append(Remark(f"It looks like {reason}: results number the patients instead, it stays in intake."))
    if not reading.is_unique:
        text = "it does not tell the rows apart: intake wants one row per patient."
        remarks.append(doubt(f"{text} Is it an export of REDCap (--redcap)?", decides=True))
    cells = reading.profile.cells(lambda string: string)
    column = IdentifierColumn.model_validate(keys)
    return ColumnProposal(Proposed(column, (*remarks, *spaced(reading))), cells, reading, quantities()["subject"])


def _date(reading: Reading, quantity: Quantity, naming: Naming) -> ColumnProposal | LeftOut:
    dates = reading.dates
    header = reading.profile.header
    if dates is None:
        text = (
            f"{shown(header)!r} ({quantity.label}) holds serial numbers of Excel. Format its cells as dates there "
            "(yyyy-mm-dd) and export again: the file does not say whether they count from 1900 or from 1904."
        )
        return LeftOut(header, "serial numbers of Excel instead of dates", (doubt(text, decides=True),))
    keys: dict[str, object] = {"name": naming.name, "source": header, "label": naming.label, "type": "date"}
    keys["format"] = dates.pattern
    if dates.words:
        keys["missing"] = dates.words
    remarks = [*naming.remarks, *_date_remarks(dates), *spaced(reading)]
    known = dates.values
    cells = reading.profile.cells(lambda string: known[string].isoformat() if string in known else "")
    return ColumnProposal(Proposed(DateColumn.model_validate(keys), tuple(remarks)), cells, reading, quantity)


def _date_remarks(dates: Dates) -> list[Remark]:
    remarks = [] if dates.rival else [Remark(dates.evidence[:1].upper() + dates.evidence[1:] + ".")]
    if dates.rival:
        text = f"all {dates.total} dates read as {dates.pattern} and as {dates.rival}; {dates.settled}."
        if dates.settled == "no date decides":
            text += " The day is taken to come first."
        remarks.append(doubt(text, decides=True))
    if dates.unread:
        count = sum(dates.counts[string] for string in dates.unread)
        text = f"{counted(count, 'cell')} hold{'s' * (count == 1)} no such date: intake will name the lines."
        remarks.append(doubt(text, decides=True))
    if "%y" in dates.pattern:
        text = "years of two digits: 69 to 99 are read as 1969 to 1999, 00 to 68 as 2000 to 2068."
        remarks.append(doubt(text, decides=True))
    return remarks


def _category(reading: Reading, candidate: Candidate | None, naming: Naming) -> ColumnProposal | LeftOut:
    header = reading.profile.header
    quantity = candidate.quantity if candidate else None
    hints = Hints(quantity, candidate.yes if candidate else "", reading.header.codes, reading.explained_in)
    found = propose_levels(reading.codes, hints)
    if identifying_values(reading.codes, "code"):
        kind = next(iter(identifying_values(reading.codes, "code")))
        return LeftOut(header, f"identifying: some codes look like {kind}")
    if found.as_they_stand and not is_coded(reading):
        return LeftOut(header, f"free text or rare codes ({counted(len(reading.codes), 'different value')})")
    if quantity and not _keeps_rules(quantity.name, found.levels.values()):
        said = doubt("classes rather than values: under its known name intake would refuse them.")
        naming = Naming(f"{quantity.name}_group", naming.label, (*naming.remarks, said))
    keys: dict[str, object] = {"name": naming.name, "source": header, "label": naming.label, "type": "category"}
    keys["levels"] = found.levels
    if missing := [*reading.words, *found.missing]:
        keys["missing"] = missing
    if missing or reading.profile.empty:
        keys["optional"] = True
    beside = {code: str(reading.profile.counts[code]) for code in found.levels}
    remarks = list(naming.remarks)
    if missing_said := gaps(reading):
        remarks.insert(0, Remark(f"{missing_said[2:].capitalize()}."))
    if found.as_they_stand and quantity and quantity.types[0] == "number":
        remarks.append(doubt("a number is usual here; these words are taken for levels."))
    remarks += [*(_weighed(remark, quantity) for remark in found.remarks), *spaced(reading)]
    cells = reading.profile.cells(lambda string: found.levels.get(string, ""))
    column = CategoryColumn.model_validate(keys)
    proposed = Proposed(column, tuple(remarks), beside)
    return ColumnProposal(proposed, cells, reading, quantity, by_code=found.by_code)


def _keeps_rules(name: str, levels: Iterable[str]) -> bool:
    """Whether levels may stand under a known name: as grades of its scale, or as values within its range."""
    if name == "clavien_dindo":
        return all(clavien_dindo_grade(level) is not None for level in levels)
    rule = NUMBER_RULES.get(name)
    if rule is None:
        return True
    numbers = [number for level in levels if (number := score(level)) is not None]
    return all(rule.minimum <= number <= rule.maximum and number % (rule.step or 1) == 0 for number in numbers)


def _weighed(remark: Remark, quantity: Quantity | None) -> Remark:
    """Results hang on the codes of an event, whatever they are."""
    return replace(remark, decides=True) if remark.is_doubt and quantity and quantity.phase == "event" else remark


def _unknown(reading: Reading, naming: Naming) -> ColumnProposal | LeftOut:
    """A column that the lexicon does not know: numbers and categories keep their header, all else is left out."""
    profile = reading.profile
    if identifying_values(profile.counts, "text"):
        kind = next(iter(identifying_values(profile.counts, "text")))
        if not reading.dates or kind != "a calendar date":
            return LeftOut(profile.header, f"identifying: some cells look like {kind}")
    if reading.dates and not reading.numbers:
        return LeftOut(profile.header, f"dates of an unknown role ({reading.dates.pattern})")
    if has_chinese_dates(profile.counts):
        text = f"{shown(profile.header)!r} holds dates with 年 and 月, which no format reads: write them as 2021-03-07."
        return LeftOut(profile.header, "dates written with 年 and 月", (doubt(text, decides=True),))
    if reading.is_unique and len(profile.counts) > _FEW_NUMBERS and (not reading.numbers or _runs_on(reading.numbers)):
        return LeftOut(profile.header, "a different value in every row: another identifier or free text")
    if not naming.remarks:
        naming = Naming(naming.name, naming.label, (Remark("Not in the lexicon: it keeps its header."),))
    if reading.numbers and (len(reading.numbers.distinct) > _FEW_NUMBERS or _has_halves(reading.numbers)):
        if is_serial(list(reading.numbers.values.values())):
            text = f"{shown(profile.header)!r} may hold dates that Excel wrote as serial numbers."
            return LeftOut(profile.header, "numbers that look like serial dates of Excel", (doubt(text),))
        return number_column(reading, reading.numbers, None, naming)
    if is_coded(reading) or (reading.codes and set(reading.codes) <= set(reading.header.codes)):
        return _category(reading, None, naming)
    return LeftOut(profile.header, f"free text or too many codes ({counted(len(reading.codes), 'different value')})")


def _runs_on(numbers: Numbers) -> bool:
    """Whether numbers are those of rows or of records: one after the other, or very long."""
    whole = all(value == int(value) for value in numbers.distinct)
    return whole and (numbers.high - numbers.low < len(numbers.values) or numbers.low >= _RECORD_NUMBERS)


def _has_halves(numbers: Numbers) -> bool:
    return len(numbers.distinct) > 3 and numbers.decimals > 0


def is_coded(reading: Reading) -> bool:
    """Few codes, most of them more than once: rare words may tell who a patient is."""
    counts = [reading.profile.counts[code] for code in reading.codes]
    if len(counts) > MOST_LEVELS or any(len(code) > _LONGEST_LEVEL or "\n" in code for code in reading.codes):
        return False
    return len(counts) <= 2 or sum(count == 1 for count in counts) <= len(counts) // 3
