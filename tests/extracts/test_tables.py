"""Published tables are input like any other: read strictly, refused as a whole with every problem and its remedy."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peritrace.extracts.tables import KINDS, read_published
from peritrace.problems import InputRefused
from peritrace.study import Study
from peritrace.verdicts.published import PublishedJudge

FILES = {
    "counts": """table,row,column,variable,level,group,group_level,count,of,percent,touches,sic
Table 1,,All,,,,,60,,,,
Table 1,,Operation,,,Surgery,Operation,26,,,,
Table 1,,Non-operation,,,Surgery,Non-operation,34,,,,
Table 1,Male,Operation,Sex,Male,Surgery,Operation,13,,50.0%,,
Table 1,Male,Non-operation,Sex,Male,Surgery,Non-operation,17,34,50.0%,,
""",
    "numbers": """table,row,column,variable,unit,whole,group,group_level,n,median,lower_quartile,upper_quartile,sd,sic
Table 1,Age,All,Age,years,yes,,,60,55,48,61,,
""",
    "tests": """table,row,column,variable,level,group,p,touches,sic
Table 1,Sex,P,Sex,,Surgery,1.000,,
""",
    "effects": """table,row,column,variable,level,reference,model,endpoint,measure,ratio,low,high,p,touches,sic
Table 2,Male,,Sex,Male,Female,univariable,OS,HR,1.649,1.114,2.440,0.012,,
""",
    "flow": """place,node,parent,label,variable,level,group,group_level,count
Fig. 1,enrolled,,Enrolled,,,,,60
Fig. 1,operated,enrolled,Operated,,,Surgery,Operation,26
""",
    "claims": """claim_id,location,quantity,variable,level,group,group_level,time,unit,part_of,touches,reported
abstract-patients,Abstract,count,,,,,,,,description,60
abstract-men,Abstract,count,Sex,Male,,,,,abstract-patients,description,30
""",
}


@pytest.fixture
def folder(tmp_path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def change(folder: Path, kind: str, old: str, new: str) -> None:
    path = folder / f"{kind}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path) -> list[str]:
    """The problems, one a line."""
    with pytest.raises(InputRefused) as refusal:
        read_published(folder, "made-up")
    text = str(refusal.value)
    assert text.startswith("made-up: ")
    assert "Traceback" not in text
    return [line for line in text.splitlines() if "found" in line]


def test_sound_tables_are_read_as_they_stand(folder):
    published = read_published(folder, "made-up")
    assert [len(getattr(published, kind)) for kind in ("counts", "numbers", "tests", "effects", "flow", "stated")] == [
        5, 1, 1, 1, 2, 2,
    ]  # fmt: skip
    assert published.counts[3].percent == "50.0%"


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_may_stand_alone_or_be_missing(folder, kind):
    (folder / f"{kind}.csv").unlink()
    if kind == "counts":  # the others speak of its groups
        assert any("unknown group" in line for line in refused(folder))
    else:
        read_published(folder, "made-up")


# File, what is typed there, and what must be said: line, column, and words of what was found, rule and remedy
MALFORMED = {
    "count beyond the group": (
        "counts", "Operation,13,,50.0%", "Operation,27,,50.0%",
        "line 5, column count", "at most 26",
    ),
    "count beyond its denominator": ("counts", "17,34,", "35,34,", "line 6, column count", "at most 34"),
    "count with decimals": (
        "counts", "Operation,13,,50.0%", "Operation,13.5,,50.0%",
        "line 5, column count", "counted",
    ),
    "count in letters": ("counts", "Operation,13,,50.0%", "Operation,l3,,50.0%", "line 5, column count", "unreadable"),
    "negative count": ("counts", "Operation,13,,50.0%", "Operation,-13,,50.0%", "line 5, column count", "are counted"),
    "percent beyond 100": ("counts", "13,,50.0%", "13,,120%", "line 5, column percent", "0 to 100"),
    "percent unreadable": ("counts", "13,,50.0%", "13,,5O%", "line 5, column percent", "unreadable"),
    "unknown group": (
        "counts", "Sex,Male,Surgery,Op", "Sex,Male,Sugery,Op",
        "line 5, column group", "Did you mean 'Surgery'?",
    ),
    "unknown level": (
        "counts", "Sex,Male,Surgery,Operation", "Sex,Male,Surgery,Operaton",
        "line 5, column group_level", "Did you mean 'Operation'?",
    ),
    "level without variable": (
        "counts", "Operation,Sex,Male", "Operation,,Male",
        "line 5, column variable", "a level is of",
    ),
    "level of no group": (
        "counts", "Male,Surgery,Operation", "Male,,Operation",
        "line 5, column group", "a level is of",
    ),
    "no table": ("counts", "Table 1,Male,Op", ",Male,Op", "line 5, column table", "where it is printed"),
    "word under touches": ("counts", "50.0%,,", "50.0%,results,", "line 5, column touches", "conclusion, result"),
    "word under sic": ("counts", "50.0%,,", "50.0%,,ja", "line 5, column sic", "empty or yes"),
    "word under whole": ("numbers", ",yes,", ",ja,", "line 2, column whole", "else no"),
    "no summary": ("numbers", "60,55,48,61", "60,,,", "line 2, column median", "at least one summary"),
    "quartiles exchanged": ("numbers", "48,61", "61,48", "line 2, column lower_quartile", "at most upper_quartile"),
    "negative standard deviation": ("numbers", "61,,", "61,-3,", "line 2, column sd", "at least 0"),
    "median unreadable": ("numbers", ",55,", ",55 years,", "line 2, column median", "unreadable"),
    "P beyond 1": ("tests", "1.000", "1.519", "line 2, column p", "0 to 1"),
    "P unreadable": ("tests", "1.000", "O.519", "line 2, column p", "unreadable"),
    "P a date": ("tests", "1.000", "March 2017", "line 2, column p", "a P value stands here"),
    "test of no group": ("tests", "Surgery", "", "line 2, column group", "every line needs it"),
    "limit below 0": ("effects", "1.114", "-1.114", "line 2, column low", "above 0"),
    "ratio of 0": ("effects", "1.649", "0.000", "line 2, column ratio", "above 0"),
    "lower above upper": ("effects", "1.114,2.440", "2.440,1.114", "line 2, column low", "at most the upper"),
    "effect without a model": ("effects", "univariable", "", "line 2, column model", "every line needs it"),
    "effect without a number": (
        "effects", "1.649,1.114,2.440,0.012", ",,,",
        "line 2, column ratio", "at least one number",
    ),
    "ratio unreadable": ("effects", "1.649", "1,649", "line 2", "cell too many"),
    "unknown parent": (
        "flow", "operated,enrolled", "operated,enroled",
        "line 3, column parent", "Did you mean 'enrolled'?",
    ),
    "circle": ("flow", "enrolled,,E", "enrolled,operated,E", "line 2, column parent", "a circle"),
    "second root": ("flow", "operated,enrolled", "operated,", "line 3, column parent", "a second root"),
    "box twice": ("flow", "operated,enrolled", "enrolled,enrolled", "line 3, column node", "second time"),
    "box without a label": ("flow", ",Operated,", ",,", "line 3, column label", "every line needs it"),
    "id twice": ("claims", "abstract-men", "abstract-patients", "line 3, column claim_id", "ids are unique"),
    "unknown quantity": ("claims", "count,Sex", "cuont,Sex", "line 3, column quantity", "Did you mean 'count'?"),
    "quantity that needs more": ("claims", "count,Sex,Male", "share,Sex,", "line 3, column level", "a share needs it"),
    "reported unreadable": ("claims", "description,30", "description,3O", "line 3, column reported", "understood are"),
    "claim of an unknown level": (
        "claims", "Sex,Male,,,", "Sex,Male,Surgery,Operaton,",
        "line 3, column group_level", "Did you mean 'Operation'?",
    ),
    "part of nothing": (
        "claims", ",abstract-patients,desc", ",abstract-patient,desc",
        "line 3, column part_of", "another claim",
    ),
    "unknown column": ("effects", "measure", "mesure", "line 1, column mesure", "known are"),
    "missing column": ("effects", "measure", "mesure", "line 1, column measure", "Rename 'mesure'."),
    "cell too few": ("tests", ",1.000,,", ",1.000", "line 2", "cell too few"),
}  # fmt: skip


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_problem_is_named_with_file_line_column_and_remedy(folder, fault):
    kind, old, new, place, words = MALFORMED[fault]
    change(folder, kind, old, new)
    named = [line for line in refused(folder) if f"{kind}.csv, {place}" in line]
    assert any(words in line for line in named), named
    assert all(line.rstrip().endswith((".", "?", ".)")) for line in named)


def test_all_problems_of_all_files_come_at_once(folder):
    for fault in ("percent beyond 100", "P beyond 1", "limit below 0", "unknown parent", "unknown quantity"):
        change(folder, *MALFORMED[fault][:3])
    found = refused(folder)
    assert len(found) == 5
    assert [next(kind for kind in KINDS if f"/{kind}.csv" in line) for line in found] == [
        "claims", "counts", "effects", "flow", "tests",
    ]  # fmt: skip


def test_headers_are_judged_before_cells(folder):
    change(folder, "effects", "measure", "mesure")
    change(folder, "tests", "1.000", "1.519")
    assert all("effects.csv" in line for line in refused(folder))


def test_a_file_with_another_name_is_refused(folder):
    (folder / "effects.csv").rename(folder / "effect.csv")
    (line,) = refused(folder)
    assert "a file 'effect.csv'" in line
    assert "Did you mean 'effects.csv'?" in line


def test_an_empty_folder_and_none_at_all(tmp_path):
    assert "at least one table is needed" in refused(tmp_path)[0]
    assert "no such folder" in refused(tmp_path / "nowhere")[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no header"),
        ("Tabelle ä".encode("latin-1"), "it must be CSV in UTF-8"),
        (b'a,"b\n', "it must be CSV in UTF-8"),
    ],
    ids=["empty", "latin-1", "open quote"],
)
def test_what_is_no_table(folder, kind, raw, words):
    (folder / f"{kind}.csv").write_bytes(raw)
    assert any(f"{kind}.csv" in line and words in line for line in refused(folder))


# What the source really prints


IMPOSSIBLE_PRINTS = {
    "count beyond the group": ("Operation,27,,50.0%,,yes", "27"),
    "percent beyond 100": ("13,,120%,,yes", "120%"),
    "P beyond 1": ("1.519,,yes", "1.519"),
    "lower above upper": ("2.440,1.114,0.012,,yes", "2.440"),
    "quartiles exchanged": ("61,48,,yes", "61"),
}
OLD = {
    "count beyond the group": ("counts", "Operation,13,,50.0%,,"),
    "percent beyond 100": ("counts", "13,,50.0%,,"),
    "P beyond 1": ("tests", "1.000,,"),
    "lower above upper": ("effects", "1.114,2.440,0.012,,"),
    "quartiles exchanged": ("numbers", "48,61,,"),
}


@pytest.mark.parametrize("fault", OLD)
def test_a_printed_impossibility_is_let_through_and_then_contradicted(folder, fault):
    new, reported = IMPOSSIBLE_PRINTS[fault]
    change(folder, *OLD[fault], new)
    judge = PublishedJudge(read_published(folder, "made-up"), Study(id="made-up"))
    verdicts = {c.reported: judge.finding(c).verdict for c in judge.published.claims}
    assert verdicts[reported] == "contradicted"


@pytest.mark.parametrize("low", ["0.00", "0.000"])
def test_a_lower_limit_that_rounds_to_nought_is_no_fault(folder, low):
    change(folder, "effects", "1.649,1.114,2.440,0.012", f"0.031,{low},0.290,0.012")
    assert read_published(folder, "made-up").effects[0].low == low


# Whatever is in a file


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(folder, kind, raw):
    (folder / f"{kind}.csv").write_bytes(raw)
    try:
        read_published(folder, "made-up")
    except InputRefused:
        pass  # anything else that is raised fails
    finally:
        (folder / f"{kind}.csv").write_text(FILES[kind], encoding="utf-8")


CELLS = st.text(max_size=8) | st.sampled_from(
    ["0", "-1", "1e9", "nan", "inf", "½", "٣", "100%", "<0.05", "P", ".", "=1+1", "almost 7", "all", "IIIb", "9" * 30]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS), st.integers(0, 30), CELLS)
def test_any_cell_is_judged_or_refused(folder, kind, place, text):
    """What intake lets through, the audit can judge."""
    header, first, *rest = FILES[kind].splitlines()
    cells = first.split(",")
    cells[place % len(cells)] = '"' + text.replace('"', '""') + '"'
    (folder / f"{kind}.csv").write_text("\n".join([header, ",".join(cells), *rest]), encoding="utf-8", errors="ignore")
    try:
        published = read_published(folder, "made-up")
    except InputRefused:
        return
    finally:
        (folder / f"{kind}.csv").write_text(FILES[kind], encoding="utf-8")
    judge = PublishedJudge(published, Study(id="made-up"))
    assert all(judge.finding(claim).explanation for claim in published.claims)
