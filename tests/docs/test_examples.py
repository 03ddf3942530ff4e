"""What the documentation shows is what the program prints, takes in and knows; every name in it is explained."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from peritrace.__main__ import main
from peritrace.claims import COLUMNS, NEEDS, OPTIONAL, QUANTITIES, TOUCHES
from peritrace.commands import check
from peritrace.extracts.tables import KINDS, read_published
from peritrace.printed import AMOUNT_WORDS, DIRECTION_WORDS, SHARE_WORDS, SIGNIFICANCE_WORDS
from peritrace.published import OPTIONAL_COLUMNS, ROWS, columns_of
from peritrace.relations import corrections, slips
from peritrace.relations.relation import GRADES
from peritrace.relations.relation import KINDS as CHECKS
from peritrace.stages.audit_tables import write_audit
from peritrace.study import Study
from peritrace.study_file import load_study
from peritrace.verdicts.published import PublishedJudge

PAGE = Path("docs/published-tables.md")
EXAMPLE = Path("docs/example-tables")
TEXT = PAGE.read_text("utf-8")
BLOCKS = dict(re.findall(r"```csv (\w+)\.csv\n(.*?)```", TEXT, re.DOTALL))


def section(title: str) -> str:
    """The text below a heading, up to the next heading of its level or above it."""
    hashes, _, _ = title.partition(" ")
    below = TEXT.partition(f"\n{title}\n")[2]
    return re.split(rf"\n#{{1,{len(hashes)}}} ", below)[0]


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of its tables, without their headers, by what stands first in them."""
    lines = text.splitlines()
    rules = {number for number, line in enumerate(lines) if line.startswith("|---")}
    rows = [line for number, line in enumerate(lines) if line[:1] == "|" and not rules & {number, number + 1}]
    cells = [re.split(r"(?<!\\)\|", row.strip("| ")) for row in rows]
    return {first.strip(" `"): [cell.strip() for cell in others] for first, *others in cells}


def opening(title: str) -> str:
    """The text below a heading, up to the next heading of any level."""
    return section(title).partition("\n#")[0]


# The worked example


def test_the_example_is_what_the_command_prints(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out = tmp_path / "example-tables-audit"
    code = main(["check", str(EXAMPLE), "--test", "chi-square", "--out", str(out)])
    printed = capsys.readouterr().out.replace(str(out), out.name).strip()
    shown = re.search(r"```\n\$ python -m peritrace check (.*?)\n(.*?)```", TEXT, re.DOTALL)
    assert shown is not None
    assert shown[1] == f"{EXAMPLE} --test chi-square"
    assert shown[2].strip() == printed, "docs/published-tables.md shows another output than the command prints now"
    assert code == check.NOT_FITTING


def test_the_example_is_marked_as_made_up_and_small():
    assert "made up" in (EXAMPLE / "README.md").read_text("utf-8")
    assert "made up" in section("## An example")
    lines = [len(path.read_text("utf-8").splitlines()) - 1 for path in EXAMPLE.glob("*.csv")]
    assert (len(lines), sum(lines)) == (5, 16)


@pytest.mark.parametrize(("file", "misprint", "meant"), [("effects", "1.522", "1.252"), ("tests", "0.121", "0.211")])
def test_with_its_two_misprints_mended_the_example_fits(tmp_path, file, misprint, meant):
    for path in EXAMPLE.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    before = {c.reported for c in _contradicted(tmp_path)}
    assert before == {"1.522", "0.121"}
    table = tmp_path / f"{file}.csv"
    table.write_text(table.read_text("utf-8").replace(misprint, meant), "utf-8")
    assert {c.reported for c in _contradicted(tmp_path)} == before - {misprint}


def _contradicted(folder: Path) -> list:
    judge = PublishedJudge(read_published(folder, "example"), Study(id="example"))
    return [claim for claim in judge.published.claims if judge.finding(claim).verdict == "contradicted"]


# The files


def test_the_small_examples_of_all_files_are_taken_in(tmp_path):
    assert set(BLOCKS) == set(KINDS)
    for name, text in BLOCKS.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    published = read_published(tmp_path, "small examples")
    assert all(getattr(published, kind) for kind in ROWS)
    assert published.stated


@pytest.mark.parametrize("kind", ROWS)
def test_the_small_example_of_a_table_has_its_columns_in_their_order(kind):
    assert tuple(next(csv.reader(io.StringIO(BLOCKS[kind])))) == columns_of(kind)


def test_the_small_example_of_claims_has_their_columns():
    assert set(next(csv.reader(io.StringIO(BLOCKS["claims"])))) == {*COLUMNS, *OPTIONAL}


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_explained_where_its_file_is(kind):
    columns = (*COLUMNS, *OPTIONAL) if kind == "claims" else columns_of(kind)
    everywhere = opening("## The files")
    own = re.sub(r"```.*?```", "", section(f"### {kind}.csv"), flags=re.DOTALL)
    assert [name for name in columns if f"`{name}`" not in everywhere + own] == []


def test_every_optional_column_may_be_left_out(tmp_path):
    for kind in ROWS:
        rows = list(csv.DictReader(io.StringIO(BLOCKS[kind])))
        kept = [name for name in columns_of(kind) if name not in OPTIONAL_COLUMNS]
        with (tmp_path / f"{kind}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, kept, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(row for row in rows if row["variable"] != "Albumin")  # whose mean is optional
    read_published(tmp_path, "without optional columns")


@pytest.mark.parametrize("word", TOUCHES)
def test_what_a_number_touches_is_explained(word):
    assert f"`{word}`" in rows_of(opening("## The files"))["touches"][0]


# Claims


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_is_explained_with_what_it_needs(quantity):
    says, needs, kinds = rows_of(opening("## Claims"))[quantity]
    needed, printed_as = NEEDS[quantity]
    assert says
    assert needs == (", ".join(f"`{name}`" for name in needed) or "–")
    assert kinds == ", ".join(printed_as)


def test_no_other_quantity_is_named():
    assert rows_of(opening("## Claims")).keys() == QUANTITIES.keys()


@pytest.mark.parametrize("word", [*SHARE_WORDS, *AMOUNT_WORDS, *SIGNIFICANCE_WORDS, *DIRECTION_WORDS])
def test_every_word_that_is_understood_is_listed(word):
    kind = next(
        kind
        for kind, words in (
            ("share", SHARE_WORDS),
            ("amount", AMOUNT_WORDS),
            ("significance", SIGNIFICANCE_WORDS),
            ("direction", DIRECTION_WORDS),
        )
        if word in words
    )
    assert f"`{word}`" in rows_of(section("### Words and forms"))[kind][0]


# Checks, verdicts, corrections


def test_every_check_and_no_other_is_in_the_table():
    assert rows_of(section("## What is checked")).keys() == CHECKS.keys()


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_is_explained(grade):
    assert f"- **{grade}**:" in section("## What is checked")


def test_the_likelihoods_of_slips_are_those_of_the_program():
    text = section("## The smallest correction")
    *first, last = [f"{100 * share:.0f}" for share in slips.SLIPS.values()]
    assert f"{', '.join(first)} and {last}%" in text
    assert f"times {slips.UNCUSTOMARY}" in text
    assert f"times {corrections.BY_CONVENTION}" in text
    assert f"{corrections.UNUSUALLY} if unusually" in text
    assert f"Above {100 * corrections.TELLING:.0f}%" in text
    assert f"{corrections.MOST_TRIED // 1000} 000 checks" in text


# What the README says of the papers


def test_the_readme_counts_what_the_audits_find():
    readme = " ".join(Path("README.md").read_text("utf-8").split())
    zhang, dmpm = _judged("zhang-2024"), _judged("dmpm-2022")
    found = Counter(zhang.finding(claim).verdict for claim in zhang.published.claims)
    wrong = found["contradicted"]
    unknown, total = found["unverifiable"], found.total()
    fit = total - wrong - unknown
    told = f"{total} printed numbers and statements {fit} fit the others, {unknown} can't be checked, and {wrong} don't"
    assert f"Of {told} fit, which come from {len(zhang.conflicts)} findings. One touches a conclusion" in readme
    touched = [
        c.reported for c in zhang.published.claims if c.claim_id in zhang.doubts and zhang.touches(c) == "conclusion"
    ]
    assert touched == ["1.104"]
    found = Counter(dmpm.finding(claim).verdict for claim in dmpm.published.claims)
    checked = found.total() - found["unverifiable"]
    assert found["contradicted"] == 0
    assert f"{checked} of {found.total()} numbers and statements can be checked, and all of them fit" in readme


def _judged(study: str) -> PublishedJudge:
    return PublishedJudge(
        read_published(Path(f"resources/{study}"), study), load_study(Path(f"config/studies/{study}.yaml"))
    )


# The command and the study file


def test_every_file_that_the_command_writes_is_named(tmp_path):
    write_audit(PublishedJudge(read_published(EXAMPLE, "example"), Study(id="example")), tmp_path)
    told = rows_of(section("## The command"))
    assert [path.name for path in tmp_path.iterdir() if path.name not in told] == []


def test_the_exit_codes_are_explained(tmp_path):
    told = rows_of(section("## The command"))
    assert {str(code) for code in (check.FITTING, check.NOT_FITTING, check.REFUSED)} <= told.keys()
    out = ["--out", str(tmp_path / "out")]
    assert main(["check", "resources/dmpm-2022", *out]) == check.FITTING
    assert main(["check", str(tmp_path), *out]) == check.REFUSED
    with pytest.raises(SystemExit) as stopped:
        main(["check", str(EXAMPLE), "--no-such-option"])
    assert stopped.value.code == check.REFUSED


def test_the_study_file_shown_is_one(tmp_path):
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "example-2024.yaml"
    path.write_text(shown, "utf-8")
    study = load_study(path)
    assert study.source is not None
    assert study.source.tables == "resources/example-2024"
    assert study.audit.stated == {"association": ["chi-square"]}
