"""What a user gets wrong ends with one clear message: file, line, column, remedy; no traceback and no output."""

import re
from dataclasses import dataclass

import pytest

from tests.workflow.workspace import Run, Workspace, copy_project

EXTRACT = "resources/yan-2024/patients.csv"


def sub(pattern, replacement):
    def change(raw):
        text, count = re.subn(pattern, replacement, raw.decode("utf-8"), count=1)
        assert count == 1
        return text.encode("utf-8")

    return change


# What is done to the extract, and the places that the message must name.
MALFORMED = {
    "missing column": (sub("os2_months", "os2_weeks"), ["line 1", "os2_months"]),
    "wrong code": (sub(r"\n4,Male", "\n4,M"), ["line 5, column gender"]),
    "negative time": (sub("19.0,No,54.2", "-19.0,No,54.2"), ["line 5, column pfs"]),
    "duplicate patient": (sub(r"\n9,Male", "\n8,Male"), ["line 10, column patient"]),
    "PFS beyond OS": (sub("44.5,No,107.8", "54.5,No,107.8"), ["line 7, column pfs"]),
    "text in a number": (sub(r"\n2,Male,43", "\n2,Male,forty"), ["line 3, column age"]),
    "NUL byte": (lambda raw: raw.replace(b"\n7,Male", b"\n7,Ma\0le"), ["line 8"]),
    "wrong encoding": (lambda raw: raw.decode("utf-8").replace("Ablation", "Äblation").encode("latin-1"), ["line 7"]),
    "truncated file": (lambda raw: raw[: raw.index(b"\n9,Male") + 30], ["line 10"]),
    "lost rows": (lambda raw: raw[: raw.index(b"\n9,Male") + 1], ["10"]),
    "empty file": (lambda raw: b"", ["empty"]),
}
SECRETS = ("6000", "153.9", "forty", "Nimotuzumab")


def remarks(study="yan-2024"):
    """What is left of a refused study: what there is to say of its extract, and no patient."""
    return {
        *(f"results/{study}/intake/{name}.csv" for name in ("patients", "problems", "flow", "file", "columns")),
        *(f"reports/{study}-validation.{suffix}" for suffix in ("html", "csv")),
    }


def left(workspace, study="yan-2024"):
    return {path for path in workspace.outputs() if study in path}


def like_yan(workspace, study, **changes):
    """A study like the first one under another name and with one figure; with other texts, say of its extract."""
    text = (workspace.folder / "config/studies/yan-2024.yaml").read_text(encoding="utf-8")
    changes |= {"id: yan-2024": f"id: {study}", "short_title: Yan 2024": f"short_title: {study}"}
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    figure = "{id: fig-2b, kind: survival, title: Overall survival, endpoint: OS2}"
    text = f"{text.partition('figures:')[0]}figures:\n  - {figure}\n"
    (workspace.folder / f"config/studies/{study}.yaml").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Refusals:
    """A project with a study for each fault, and what was printed when it ran once, and once more."""

    workspace: Workspace
    runs: tuple[Run, Run]

    def about(self, extract):
        """The lines of the first run that begin with the path of an extract."""
        return "\n".join(line for line in self.runs[0].text.splitlines() if extract in line)


def study_with(fault):
    return f"with-{fault.lower().replace(' ', '-')}"


@pytest.fixture(scope="module")
def malformed(tmp_path_factory):
    """Every malformed extract in a study of its own, all refused in one run."""
    studies = {fault: study_with(fault) for fault in MALFORMED}
    workspace = copy_project(tmp_path_factory.mktemp("malformed") / "project", *studies.values())
    good = (workspace.folder / EXTRACT).read_bytes()
    for fault, study in studies.items():
        like_yan(workspace, study, **{EXTRACT: f"resources/{study}.csv"})
        (workspace.folder / f"resources/{study}.csv").write_bytes(MALFORMED[fault][0](good))
    return Refusals(workspace, (workspace.snakemake("--cores", "2"), workspace.snakemake("--cores", "2")))


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_extract(malformed, fault):
    study = study_with(fault)
    for run in malformed.runs:  # not once only
        assert run.code != 0
        assert "Traceback" not in run.text
        assert not any(secret in run.text for secret in SECRETS)
        assert f"{study}: resources/{study}.csv: " in run.text
    assert "problem" in malformed.about(f"{study}: resources/{study}.csv")
    for place in MALFORMED[fault][1]:
        assert place in malformed.about(f"resources/{study}.csv")
    assert left(malformed.workspace, f"{study}") == remarks(study)
    page = (malformed.workspace.folder / f"reports/{study}-validation.html").read_text(encoding="utf-8")
    assert "Refused: " in page
    assert not any(secret in page for secret in SECRETS)


def test_results_of_an_earlier_extract_are_withdrawn(changeable):
    path = changeable.folder / EXTRACT
    path.write_bytes(MALFORMED["negative time"][0](path.read_bytes()))
    run = changeable.snakemake("--cores", "2")
    assert run.code != 0
    assert "was withdrawn" in run.text
    assert left(changeable) == remarks()


def test_a_repaired_extract_gives_the_same_bytes_again(changeable, finished_small):
    path = changeable.folder / EXTRACT
    good = path.read_bytes()
    path.write_bytes(b"")
    assert changeable.snakemake("--cores", "2").code != 0
    path.write_bytes(good)
    assert changeable.snakemake("--cores", "2").code == 0
    assert changeable.outputs() == finished_small.outputs()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("studies:", "studys:", "Did you mean 'studies'?"),
        ("- yan-2024", "- yan-2042", "config/studies/yan-2042.yaml: found no file"),
        ("- yan-2024", "- ../yan", "String should match pattern"),
    ],
)
def test_a_wrong_list_of_studies_is_refused(fresh, old, new, words):
    file = fresh.folder / "config/config.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert words in run.text
    assert "Traceback" not in run.text
    assert not list((fresh.folder / "reports").glob("*.html"))


def test_a_wrong_key_or_name_is_refused_with_a_suggestion(tmp_path):
    """In the study file and in the claims; one study each, in one run."""
    studies = ("wrong-key", "wrong-level", "wrong-number")
    workspace = copy_project(tmp_path, *studies)
    claims = workspace.folder / "resources/yan-2024/claims.csv"
    like_yan(workspace, "wrong-key", **{"endpoints:": "endpoint:"})
    for study, old, new in (("wrong-level", ",median,pci", ",median,pcy"), ("wrong-number", ",107.8", ",1O7.8")):
        like_yan(workspace, study, **{"resources/yan-2024/claims.csv": f"resources/{study}.csv"})
        text = claims.read_text(encoding="utf-8")
        assert old in text
        (workspace.folder / f"resources/{study}.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    run = workspace.snakemake("--cores", "2")
    assert run.code != 0
    for words in (
        r"config/studies/wrong-key\.yaml, line \d+.*Did you mean 'endpoints'\?",
        r"resources/wrong-level\.csv, line \d+.*Did you mean 'pci'\?",
        r"resources/wrong-number\.csv, line \d+, column reported: found something unreadable",
    ):
        assert re.search(words, run.text)
    assert "Traceback" not in run.text
    assert not any((workspace.folder / f"reports/{name}.html").exists() for name in (*studies, "index"))


def test_a_missing_extract_is_named(fresh):
    (fresh.folder / EXTRACT).unlink()
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert EXTRACT in run.text
    assert "Traceback" not in run.text


def test_bad_studies_leave_a_good_one_alone(tmp_path):
    """One without its extract and one with a wrong file; each is made when it is mended."""
    project = copy_project(tmp_path, "no-extract", "wrong-file", "good")
    like_yan(project, "good")
    like_yan(project, "no-extract", **{EXTRACT: "resources/other.csv"})
    like_yan(project, "wrong-file", **{"endpoints:": "endpoint:"})
    run = project.snakemake("--cores", "2")
    for one in (run, project.snakemake("--cores", "2")):
        assert one.code != 0
        assert "resources/other.csv: found no file" in one.text
        assert "config/studies/wrong-file.yaml, line" in one.text
        assert "Did you mean 'endpoints'?" in one.text
        assert "Traceback" not in one.text
    assert left(project, "no-extract") == remarks("no-extract")
    assert not left(project, "wrong-file")
    good = (project.folder / "reports/good.html").read_bytes()
    index = (project.folder / "reports/index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([\w-]+)\.html"', index)) == {"good", "guidance", "provenance"}
    # what studies share is made of the one that is left
    assert "no-extract" not in (project.folder / "results/evidence/evidence.csv").read_text(encoding="utf-8")

    (project.folder / "resources/other.csv").write_bytes((project.folder / EXTRACT).read_bytes())
    like_yan(project, "wrong-file")
    assert project.snakemake("--cores", "2").code == 0
    index = (project.folder / "reports/index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([\w-]+)\.html"', index)) == {
        "no-extract",
        "wrong-file",
        "good",
        "guidance",
        "provenance",
    }
    assert all((project.folder / f"reports/{study}.html").is_file() for study in ("no-extract", "wrong-file"))
    assert (project.folder / "reports/good.html").read_bytes() == good


def test_an_extract_deleted_after_a_run_is_missed(changeable):
    (changeable.folder / EXTRACT).unlink()
    run = changeable.snakemake("--cores", "2")
    assert run.code != 0
    assert f"{EXTRACT}: found no file" in run.text
    assert left(changeable) == remarks()


def test_malformed_published_tables_end_their_study_only(changeable):
    before = changeable.outputs()
    counts, claims = (changeable.folder / f"resources/dmpm-2022/{kind}.csv" for kind in ("counts", "claims"))
    counts.write_bytes(sub(r",34,", ",3A,")(counts.read_bytes()))
    claims.write_bytes(sub(r",43\.3", ",4E.3")(claims.read_bytes()))
    run = changeable.snakemake("--cores", "2")
    assert run.code != 0
    assert "dmpm-2022: resources/dmpm-2022: 2 problems to mend before it can run" in run.text
    assert re.search(r"resources/dmpm-2022/counts\.csv, line \d+, column count: found something unreadable", run.text)
    assert re.search(
        r"resources/dmpm-2022/claims\.csv, line \d+, column reported: found something unreadable", run.text
    )
    assert "was withdrawn" in run.text
    assert "Traceback" not in run.text
    after = changeable.outputs()
    assert [path for path in after if "dmpm-2022" in path] == []
    assert all(after[path] == before[path] for path in before if "yan-2024" in path)
    # a limit in its tables was warned of
    told = [pages["reports/guidance.html"].decode("utf-8") for pages in (before, after)]
    assert ["Mesothelioma 2022" in page for page in told] == [True, False]
    index = after["reports/index.html"].decode("utf-8")
    assert 'href="yan-2024.html"' in index
    assert "dmpm-2022.html" not in index
    assert "dmpm-2022.html" not in after["reports/provenance.html"].decode("utf-8")
    assert "dmpm-2022" not in after["results/evidence/evidence.csv"].decode("utf-8")
    assert "dmpm-2022" not in after["reports/all-ard.csv"].decode("utf-8")


def test_a_wrong_guidance_file_ends_the_run_before_it_starts(fresh):
    path = fresh.folder / "resources/guidance/treatment-guidance.yaml"
    path.write_bytes(sub(r"conditions: \[monitored\]", "conditions: [monitord]")(path.read_bytes()))
    run = fresh.snakemake("-n")
    assert run.code != 0
    assert "treatment-guidance.yaml, line" in run.text
    assert "Did you mean 'monitored'?" in run.text
    assert "Traceback" not in run.text


def test_facts_that_do_not_fit_end_their_study(fresh):
    path = fresh.folder / "config/studies/yan-2024.yaml"
    path.write_bytes(sub(r"stated: hcc", "stated: liver")(path.read_bytes()))
    run = fresh.snakemake("--cores", "1")
    assert run.code != 0
    assert "facts.tumour" in run.text
    assert "Traceback" not in run.text
