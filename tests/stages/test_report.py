"""Report pages: what they must say, and that nothing which a study holds can run in them."""

import base64
import hashlib
import itertools
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from peritrace import words
from peritrace.ard import Ard
from peritrace.pages import prose
from peritrace.pages.findings import Convention, Finding, printed_numbers, read_findings, readings, summary
from peritrace.pages.page import content_policy, download
from peritrace.pages.pictures import in_words
from peritrace.study import Study
from tests.report_fixture import (
    COMMENT,
    IMAGE,
    LONG_WORD,
    SCRIPT,
    STUDY,
    VERDICTS,
    audited_study,
    build_site,
    statistics,
)

ARD = Ard(statistics())
VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """Elements with their attributes, and the text of the page without style and script."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.raw: dict[str, str] = {}
        self._inside: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in ("style", "script"):
            self.raw[self._inside[-1]] = self.raw.get(self._inside[-1], "") + data
        else:
            self.text += data

    def having(self, attribute: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [attrs[attribute] for _, attrs in self.elements if attribute in attrs]

    @property
    def words(self) -> str:
        """The text on one line."""
        return re.sub(r"\s+", " ", self.text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def page(site: Path) -> Page:
    return Page(site / "aml.html")


@pytest.mark.parametrize("name", ["aml.html", "plain.html", "index.html"])
class TestEveryPage:
    def test_is_one_file_that_loads_nothing(self, site: Path, name: str) -> None:
        page = Page(site / name)
        sources = page.having("src") + [a["href"] for tag, a in page.elements if tag in ("link", "use")]
        assert all(source.startswith(("data:", "#")) for source in sources)
        assert not {"iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.elements}

    def test_has_the_policy_first_and_with_the_hashes_of_its_own_parts(self, site: Path, name: str) -> None:
        page = Page(site / name)
        policy = next(attrs["content"] for tag, attrs in page.elements if tag == "meta")
        assert policy.startswith("default-src 'none'; ")
        assert "'unsafe" not in policy
        for part in ("style", "script"):
            digest = base64.b64encode(hashlib.sha256(page.raw[part].encode()).digest()).decode()
            assert f"{part}-src 'sha256-{digest}'" in policy

    def test_has_no_inline_style_or_handler(self, site: Path, name: str) -> None:
        attributes = {attribute for _, attrs in Page(site / name).elements for attribute in attrs}
        assert not [a for a in attributes if a == "style" or a.startswith("on")]
        assert Counter(tag for tag, _ in Page(site / name).elements)["script"] == 1

    def test_has_language_headings_in_order_and_unique_ids(self, site: Path, name: str) -> None:
        page = Page(site / name)
        assert page.elements[0][1]["lang"] == "en" or page.elements[1][1]["lang"] == "en"
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert max(Counter(page.having("id")).values()) == 1

    def test_every_link_within_leads_somewhere(self, site: Path, name: str) -> None:
        page = Page(site / name)
        targets = {attrs["href"] for tag, attrs in page.elements if tag == "a" and attrs["href"].startswith("#")}
        assert {target[1:] for target in targets} <= set(page.having("id"))

    def test_says_that_it_is_for_research(self, site: Path, name: str) -> None:
        assert "For research. Not for treating a patient." in Page(site / name).words

    def test_shows_no_raw_missing_number(self, site: Path, name: str) -> None:
        assert not re.search(r"\b(nan|NaN|inf|None(?! of the readings| is contradicted))\b", Page(site / name).words)


def test_hostile_text_is_shown_as_it_stands(page: Page) -> None:
    for text in (SCRIPT, IMAGE, COMMENT, LONG_WORD):
        assert text in page.words


def test_same_bytes_from_another_folder(site: Path, tmp_path: Path) -> None:
    again = build_site(tmp_path / "elsewhere")
    assert {p.name: p.read_bytes() for p in site.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}


def test_every_claim_is_a_row_with_a_verdict_in_words(page: Page, site: Path) -> None:
    findings = read_findings(site.parent / "results/aml/audit/verdicts.csv")
    rows = {attrs["id"]: attrs["data-verdict"] for tag, attrs in page.elements if "data-verdict" in attrs}
    assert rows == {f"claim-{finding.claim_id}": finding.verdict for finding in findings}
    for verdict in VERDICTS:
        assert verdict.replace("-by-", " by ") in page.words


def test_a_contradicted_number_is_listed_once_with_both_places(page: Page) -> None:
    listed = page.words.split("What the data contradict")[1].split("Which reading explains most")[0]
    assert listed.count("printed 27.6%") == 1
    assert "the data give 26.7%" in listed
    assert "Abstract; Results" in listed


def test_the_reading_that_explains_most_is_told_with_what_it_leaves(page: Page) -> None:
    assert "One reading explains 2 of the 5 survival rates: life table" in page.words
    left = f"overall survival at 48 months {SCRIPT} (printed 27.6%)"
    assert f"It does not explain {left}." in page.words


def test_numbers_stand_below_the_figure_that_they_are_about(page: Page) -> None:
    first, second = (page.words.split(f"What is printed about {figure}")[1] for figure in ("Fig. 1", "by arm"))
    assert "Overall survival at 24 months" in first.split("Table 1")[0]
    assert "Overall survival at 12 months" in second.split("Points")[0]


def test_pictures_are_told_in_numbers(page: Page) -> None:
    alts = [attrs["alt"] for tag, attrs in page.elements if tag == "img"]
    assert alts[0] == (
        "Kaplan–Meier curve of overall survival: 18 events in 23 patients; median 27.0 months; "
        "73.9% at 12, 54.7% at 24 and 27.6% at 36 months."
    )
    maintained, nonmaintained = alts[1].split(". ")[1:]
    assert maintained == "Maintained: 7 events in 11 patients; median 31.0 months"
    assert nonmaintained.endswith("nobody was followed to 12, 24 and 36 months.")
    assert "Maintained: 11 patients, median 28, range 5 to 161" in alts[2]


def test_events_left_open_show_every_reading_and_why_one_is_used(page: Page) -> None:
    part = page.words.split("What counts as the event", 2)[2]
    assert "The reading that is used explains 3 of the 5 printed numbers of this endpoint; no other" in part
    assert f"{SCRIPT} used" in part


def test_delayed_entry_names_its_thinnest_step(page: Page) -> None:
    part = page.words.split("Time before observation", 2)[2]
    assert (
        "at 2.1 months 2 patients were at risk, and the event of that time takes the estimate from 100% to 50%" in part
    )
    assert "16.0 (5.0 to –)" in part


def test_a_cohort_without_claims_speaks_of_no_verdict(site: Path) -> None:
    words = Page(site / "plain.html").words
    assert "What the data give" in words
    assert "18 events in 23 patients. Median 27.0 months (95% CI 13.0 to 34.0)." in words
    assert not re.search("verdict|contradict|printed number", words)


def test_the_index_links_to_each_report_and_counts_verdicts(site: Path) -> None:
    page = Page(site / "index.html")
    assert {"aml.html", "plain.html"} <= set(page.having("href"))
    label = "1 reproduced, 1 reproduced by convention, 1 coherent, 2 contradicted, 1 unverifiable."
    assert f"Verdicts on 6 printed numbers: {label}" in page.having("aria-label")
    assert "No printed numbers to hold against the data." in page.words


def test_methods_tell_only_what_ran() -> None:
    text = " ".join(prose.methods(audited_study(), ARD))
    assert "Kaplan–Meier" in text
    assert "log-rank" in text
    assert "at the 95% level" in text
    assert "Firth" not in text
    assert "logistic" not in text


def test_methods_name_the_scale_and_level_of_the_study_file() -> None:
    study = Study.model_validate({**STUDY, "analyses": {**STUDY["analyses"], "limits": "plain", "level": 0.9}})
    text = " ".join(prose.methods(study, ARD))
    assert "those of survival symmetric on the plain scale" in text
    assert "at the 90% level" in text


def test_limits_name_few_events_and_models_without_estimate() -> None:
    few = Ard(s if s.stat_name != "n_event" else type(s)(**{**vars(s), "stat": "4"}) for s in statistics())
    told = prose.limits(audited_study(), few)
    assert told[0] == STUDY["limits"][0]
    assert "Few events: overall survival (4 events in 23 patients); regression is usually asked" in " ".join(told)
    assert "Few patients remain at risk late: 5 at 36 months (overall survival)." in told
    assert "Maximum likelihood gives no ratio for rare event; the reason stands below the table of models." in told


def test_a_swimmer_is_told_in_numbers() -> None:
    text = in_words(audited_study(), ARD, audited_study().figures[3])
    assert text.startswith("One bar for each of 23 patients, from complete remission on: 5.0 to 161.0 months in all")


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_sentences(items: list[str], text: str) -> None:
    assert words.listing(items) == text


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Overall survival", "overall survival"), ("PCI < 20", "PCI < 20"), ("T stage", "T stage"), ("", "")],
)
def test_labels_inside_a_sentence(label: str, inside: str) -> None:
    assert words.in_sentence(label) == inside


def test_abbreviations_are_those_that_occur() -> None:
    found = prose.abbreviations(audited_study(), ["CC0/1 and HIPEC", "SPICE is no PCIX"])
    assert [short for short, _ in found] == ["CC", "HIPEC"]


def finding(verdict: str, number: int, **other: str) -> Finding:
    texts = {"location": "Abstract", "quantity": "median", "statement": "Median", "method": "", "explanation": "e"}
    return Finding(f"c{number}", reported="1", recomputed="2", verdict=verdict, **texts | other)


def test_agreement_with_another_implementation_is_told_with_what_differs() -> None:
    row = {"estimate": "median", "endpoint": "OS", "level": "", "compared": "2", "note": "", "agree": "1"}
    same, close = {**row, "apart": "< 1e-10"}, {**row, "apart": "< 1e-8"}
    left = {**row, "apart": "", "note": "survival is exactly one half"}
    other = {**row, "apart": "< 1e-2", "agree": "0", "level": "Maintained"}
    assert prose.agreement(audited_study(), [same, close, left]) == [
        "4 numbers of 2 analyses were computed a second time with lifelines; "
        "the largest relative difference is below 1e-8.",
        "Left out: 1 median (survival is exactly one half).",
    ]
    told = prose.agreement(audited_study(), [same, other])
    assert told[1] == "The implementations differ in median, overall survival, Maintained."
    assert prose.agreement(audited_study(), []) == []


def test_a_summary_counts_in_plain_sentences() -> None:
    assert " ".join(summary([finding("reproduced", 1), finding("contradicted", 2)])) == (
        "2 printed numbers and statements were held against the data. 1 is reproduced by the stated method. "
        "1 is contradicted: none of the readings tried fits."
    )
    assert " ".join(summary([finding("coherent", 1)])) == (
        "1 printed number or statement was held against the data. 1 can’t be recomputed but agrees with the numbers "
        "bound to it. None is contradicted."
    )


def test_repetitions_of_a_number_are_one_number_only_with_one_verdict() -> None:
    same = [finding("reproduced", 1), finding("reproduced", 2, location="Results")]
    assert [n.locations for n in printed_numbers(same)] == ["Abstract; Results"]
    assert len(printed_numbers([*same, finding("contradicted", 3)])) == 2


def test_a_departure_is_told_only_where_it_explains_more() -> None:
    stated = Convention("Kaplan–Meier", "medians", 3, 3, 0, ())
    equal = Convention("Kaplan–Meier, cut off", "medians", 3, 3, 1, ())
    wider = Convention("Life table", "survival rates", 8, 9, 2, ())
    found, others = readings([equal, stated, wider])
    assert [reading.quantity for reading in found] == ["survival rates"]
    assert others == "No other reading explains more medians than the stated method."


def test_a_file_too_large_for_a_page_is_no_download(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"1" * 400_001)
    assert download(large, "text/csv") == ""
    assert download(tmp_path / "missing.csv", "text/csv") == ""


def test_the_policy_of_an_empty_part_is_the_hash_of_nothing() -> None:
    # the well-known SHA-256 of zero bytes
    assert "style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='" in content_policy("", "x")
