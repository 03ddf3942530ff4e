"""Files are written whole or not at all."""

import pytest

from peritrace.files import read_csv, remove_former, sha256, whole_file, write_csv, write_text


def test_an_error_while_writing_leaves_the_old_file_and_no_other(tmp_path):
    target = tmp_path / "table.csv"
    write_text(target, "old\n")

    def broken_rows():
        yield {"a": 1}
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_csv(target, ["a"], broken_rows())
    assert target.read_text() == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_temporary_file_keeps_the_suffix(tmp_path):
    with whole_file(tmp_path / "new" / "figure.svg") as temporary:
        assert temporary.suffix == ".svg"
        temporary.write_text("<svg/>")
    assert (tmp_path / "new" / "figure.svg").read_text() == "<svg/>"


def test_csv_reads_back_what_was_written(tmp_path):
    rows = [{"a": 'quote " and, comma', "b": None}, {"a": "line\nbreak", "b": "é"}]
    write_csv(tmp_path / "x.csv", ["a", "b"], rows)
    assert read_csv(tmp_path / "x.csv") == [{"a": 'quote " and, comma', "b": ""}, {"a": "line\nbreak", "b": "é"}]
    assert b"\r" not in (tmp_path / "x.csv").read_bytes()


def test_sha256_of_nothing(tmp_path):
    (tmp_path / "empty").touch()
    # the published digest of the empty message (FIPS 180-4 examples)
    assert sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_what_an_earlier_study_file_asked_for_goes_and_a_users_file_stays(tmp_path):
    for name in ("survival.svg", "survival.csv", "former.svg", "former.csv", "notes.csv", "sketch.svg", "former.txt"):
        (tmp_path / name).touch()
    remove_former(tmp_path, [".svg", ".csv"], ["survival"])
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["former.txt", "notes.csv", "sketch.svg", "survival.csv", "survival.svg"]
