"""Text of the study file and the extract is text: braces are no wildcards, dollars no formula, tags no elements."""

HOSTILE = "<script>alert(1)</script> {0} {wildcards.study} --> %s $x$ _"


def test_hostile_text_goes_through_every_stage_as_text(fresh):
    study = fresh.folder / "config/studies/yan-2024.yaml"
    text = study.read_text(encoding="utf-8")
    for key in ('title: "Cytoreductive', "label: Age,", "label: CC0/1,", "title: Operative data"):
        assert key in text
        start, _, rest = key.partition(": ")
        quoted = f'{start}: "{HOSTILE}' + (f"{rest[1:]}" if rest.startswith('"') else f'{rest.removesuffix(",")}"')
        text = text.replace(key, quoted + ("," if rest.endswith(",") else ""))
    study.write_text(text, encoding="utf-8")
    claims = fresh.folder / "resources/yan-2024/claims.csv"
    claims.write_text(claims.read_text(encoding="utf-8").replace("CC0/1", f"{HOSTILE}CC0/1"), encoding="utf-8")
    run = fresh.snakemake("--cores", "2")
    assert run.code == 0, run.text
    for name, content in fresh.outputs().items():
        if name.endswith((".html", ".svg")):
            assert b"<script>alert" not in content, name
    page = (fresh.folder / "reports/yan-2024.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {0} {wildcards.study}" in page
