"""What is withdrawn of a study whose extract was refused, while other jobs of it are at work."""

from peritrace.jobs import withdraw


def test_a_file_that_a_neighbour_is_writing_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trace = tmp_path / "results/some/trace"
    trace.mkdir(parents=True)
    for name in ("intake.json", "derive.json", "draw.json", ".tmp-of-validate.json"):
        (trace / name).touch()
    withdraw("some", results=True)
    assert sorted(path.name for path in trace.iterdir()) == [".tmp-of-validate.json", "intake.json"]
