"""What a user gets wrong ends with one clear message: file, line, column, remedy; no traceback and no output."""

import re

import pytest

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
# What is left of a refused study: what there is to say of its extract, and no patient.
REMARKS = {
    *(f"results/yan-2024/intake/{name}.csv" for name in ("patients", "problems", "flow", "file", "columns")),
    *(f"reports/yan-2024-validation.{suffix}" for suffix in ("html", "csv")),
}
SECRETS = ("6000", "153.9", "forty", "Nimotuzumab")


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_extract(fresh, fault):
    change, places = MALFORMED[fault]
    path = fresh.folder / EXTRACT
    path.write_bytes(change(path.read_bytes()))
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert "problem" in run.text
    assert EXTRACT in run.text
    for place in places:
        assert place in run.text
    assert "Traceback" not in run.text
    assert not any(secret in run.text for secret in SECRETS)
    assert left(fresh) == REMARKS
    page = (fresh.folder / "reports/yan-2024-validation.html").read_text(encoding="utf-8")
    assert "Refused: " in page
    assert not any(secret in page for secret in SECRETS)
    assert fresh.snakemake("--cores", "2").code != 0  # not once only


def left(workspace, study="yan-2024"):
    return {path for path in workspace.outputs() if study in path}


def test_results_of_an_earlier_extract_are_withdrawn(changeable):
    path = changeable.folder / EXTRACT
    path.write_bytes(MALFORMED["negative time"][0](path.read_bytes()))
    run = changeable.snakemake("--cores", "2")
    assert run.code != 0
    assert "was withdrawn" in run.text
    assert left(changeable) == REMARKS


def test_a_repaired_extract_gives_the_same_bytes_again(changeable, finished_small):
    path = changeable.folder / EXTRACT
    good = path.read_bytes()
    path.write_bytes(b"")
    assert changeable.snakemake("--cores", "2").code != 0
    path.write_bytes(good)
    assert changeable.snakemake("--cores", "2").code == 0
    assert changeable.outputs() == finished_small.outputs()


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("config/config.yaml", "studies:", "studys:", "Did you mean 'studies'?"),
        ("config/config.yaml", "- yan-2024", "- yan-2042", "config/studies/yan-2042.yaml: found no file"),
        ("config/config.yaml", "- yan-2024", "- ../yan", "String should match pattern"),
        ("config/studies/yan-2024.yaml", "endpoints:", "endpoint:", "Did you mean 'endpoints'?"),
        ("resources/yan-2024/claims.csv", ",median,pci", ",median,pcy", "Did you mean 'pci'?"),
        ("resources/yan-2024/claims.csv", ",107.8", ",1O7.8", "column reported: found something unreadable"),
    ],
)
def test_a_wrong_key_or_name_is_refused_with_a_suggestion(fresh, path, old, new, words):
    file = fresh.folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert words in run.text
    assert "Traceback" not in run.text
    assert not (fresh.folder / "reports/yan-2024.html").exists()
    assert not (fresh.folder / "reports/index.html").exists()


def test_a_missing_extract_is_named(fresh):
    (fresh.folder / EXTRACT).unlink()
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert EXTRACT in run.text
    assert "Traceback" not in run.text


def test_a_bad_study_leaves_a_good_one_alone(fresh):
    config = fresh.folder / "config"
    study = (config / "studies/yan-2024.yaml").read_text(encoding="utf-8")
    other = study.replace("id: yan-2024", "id: other").replace("short_title: Yan 2024", "short_title: Other")
    other = other.replace("resources/yan-2024/patients.csv", "resources/other.csv")
    (config / "studies/other.yaml").write_text(other, encoding="utf-8")
    (config / "config.yaml").write_text("studies: [other, yan-2024]\n", encoding="utf-8")
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert "resources/other.csv: found no file" in run.text
    assert "Traceback" not in run.text
    assert left(fresh, "other") == {path.replace("yan-2024", "other") for path in REMARKS}
    index = (fresh.folder / "reports/index.html").read_text(encoding="utf-8")
    assert 'href="yan-2024.html"' in index
    assert "other.html" not in index
    assert 'href="guidance.html"' in index  # what studies share is made of the one that is left
    assert "other" not in (fresh.folder / "results/evidence/evidence.csv").read_text(encoding="utf-8")
    (fresh.folder / "resources/other.csv").write_bytes((fresh.folder / EXTRACT).read_bytes())
    assert fresh.snakemake("--cores", "2").code == 0
    assert 'href="other.html"' in (fresh.folder / "reports/index.html").read_text(encoding="utf-8")


def test_a_wrong_study_file_leaves_a_good_study_alone(fresh):
    config = fresh.folder / "config"
    study = (config / "studies/yan-2024.yaml").read_text(encoding="utf-8").replace("id: yan-2024", "id: other")
    (config / "studies/other.yaml").write_text(study.replace("endpoints:", "endpoint:"), encoding="utf-8")
    (config / "config.yaml").write_text("studies: [other, yan-2024]\n", encoding="utf-8")
    run = fresh.snakemake("--cores", "2")
    assert run.code != 0
    assert "config/studies/other.yaml, line" in run.text
    assert "Did you mean 'endpoints'?" in run.text
    assert "Traceback" not in run.text
    assert (fresh.folder / "reports/yan-2024.html").is_file()
    assert 'href="yan-2024.html"' in (fresh.folder / "reports/index.html").read_text(encoding="utf-8")
    assert not left(fresh, "other")
    again = fresh.snakemake("--cores", "2")
    assert again.code != 0
    assert "config/studies/other.yaml, line" in again.text
    (config / "studies/other.yaml").write_text(study, encoding="utf-8")
    assert fresh.snakemake("--cores", "2").code == 0
    assert (fresh.folder / "reports/other.html").is_file()


def test_an_extract_deleted_after_a_run_is_missed(changeable):
    (changeable.folder / EXTRACT).unlink()
    run = changeable.snakemake("--cores", "2")
    assert run.code != 0
    assert f"{EXTRACT}: found no file" in run.text
    assert left(changeable) == REMARKS


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
    others = {path for path in before if "yan-2024" in path} | {"reports/guidance.html"}
    assert all(after[path] == before[path] for path in others)
    index = after["reports/index.html"].decode("utf-8")
    assert 'href="yan-2024.html"' in index
    assert "dmpm-2022.html" not in index
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
