"""A wrong guidance file or lexicon ends in a list of all its problems, each with its line."""

import shutil

import pytest

from peritrace.guidance.reading import FILE, LEXICON, load_guidance
from peritrace.problems import InputRefused


@pytest.fixture
def files(tmp_path):
    shutil.copytree(LEXICON, tmp_path / "lexicon")
    return shutil.copy(FILE, tmp_path / "text.yaml"), tmp_path / "lexicon"


def change(path, *changes):
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def problems(files):
    with pytest.raises(InputRefused) as refused:
        load_guidance(*files)
    return [str(problem) for problem in refused.value.problems]


FAULTS = {
    "unknown condition": ("conditions: [monitored]", "conditions: [monitord]", "Did you mean 'monitored'?"),
    "cycle": ("    conditions: [gemox-given]", "    conditions: [gemox-given]\n    next: [{to: hcc-monitor}]", "cycle"),
    "missing evidence": ("statements: [hcc-step-monitor]", "statements: []", "at least 1 item"),
    "unknown evidence": ("statements: [hcc-step-monitor]", "statements: [hcc-step-watch]", "must name a statement"),
    "statement without reference": ("references: [1], says", "references: [], says", "at least 1 item"),
    "unreachable step": ("    next: [{to: hcc-after}]\n", "", "a step that nothing leads to"),
    "unknown next step": ("{to: hcc-third-line, ", "{to: hcc-fourth-line, ", "must name a step"),
    "unknown fact": ("all: [{fact: pci, below: 20}]", "all: [{fact: pcy, below: 20}]", "Did you mean 'pci'?"),
    "test that does not fit": ("all: [{fact: pci, below: 20}]", "all: [{fact: pci, is: yes}]", "fact of kind number"),
    "two comparisons": ("{fact: pci, below: 20}", "{fact: pci, below: 20, at_least: 3}", "exactly one of"),
    "unknown treatment": ("includes: [lenvatinib]", "includes: [lenvatinb]", "Did you mean 'lenvatinib'?"),
    "unknown key": ("    action: Change to", "    akction: Change to", "Did you mean 'action'?"),
    "not YAML": ("title: Treatment", "title: [Treatment", "must be YAML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line(files, fault):
    old, new, told = FAULTS[fault]
    change(files[0], (old, new))
    found = problems(files)
    assert any(told in problem and ", line " in problem for problem in found), found


def test_all_faults_are_listed_at_once(files):
    chosen = ("unknown condition", "cycle", "unknown evidence", "unknown treatment", "unreachable step")
    change(files[0], *(FAULTS[fault][:2] for fault in chosen))
    found = "\n".join(problems(files))
    assert all(FAULTS[fault][2] in found for fault in chosen)


def test_a_missing_file_is_named(files):
    files[0].unlink()
    assert "found no file" in problems(files)[0]


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("names", "Levatinib,lenvatinib", "Levatinib,lenvatinb", "a name maps to a term"),
        ("names", "Srugery,surgery,misspelling", "Srugery,surgery,typo", "one of name, synonym"),
        ("names", "LBP,lobaplatin", "lbp ,lobaplatin,synonym,here\nLBP,lobaplatin", "maps to one term"),
        ("names", 'general knowledge: a trade name', "", "names its source"),
        ("terms", "kinase inhibitor,class,targeted-therapy", "kinase inhibitor,class,targets", "stands above"),
        ("terms", "term,label", "terms,label", "columns are"),
        ("names", "LBP,lobaplatin", "lbp,lobaplatin\nLBP,lobaplatin", "as many cells as columns"),
        ("names", "Yan 2024, Introduction", 'Yan 2024", Introduction', "as many cells as columns"),
    ],
)  # fmt: skip
def test_a_fault_of_the_lexicon_is_named(files, table, old, new, told):
    change(files[1] / f"{table}.csv", (old, new))
    assert any(told in problem for problem in problems(files))
