"""Forest plots of a cohort's Cox models: every level with its counts, marks where the ratios are."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.figures.factors import COLUMNS, factors_drawing
from peritrace.figures.flow import FULL_PAGE
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.style import journal_style
from peritrace.problems import InputRefused
from peritrace.study import Study
from peritrace.wanted import FactorsFigure
from tests.figures.cohorts import yan_study
from tests.figures.test_overlaps import HOSTILE, LONG, MARK, check

NAN = math.nan


def study() -> Study:
    content = yan_study().model_dump(by_alias=True)
    wanted = {"id": "os", "endpoint": "OS2", "univariable": ["cc_group"], "label": "Death after surgery"}
    content["analyses"]["factors"] = [wanted]
    return Study.model_validate(content)


def row(covariate: str, level: str, reference: str, /, model: str = "multivariable", **stats: Any) -> list[Statistic]:
    place = {"variable": "OS2", "group1": covariate, "group1_level": level, "variable_level": reference}
    return [
        Statistic("factor", name, as_stat(stat), analysis=f"os:{model}", method="cox-efron", **place)
        for name, stat in stats.items()
    ]


def ratio(estimate: float, low: float, high: float, p_value: float) -> dict[str, Any]:
    return {"estimate": estimate, "conf_low": low, "conf_high": high, "p_value": p_value}


def levels(covariate: str, names: Sequence[str], ratios: Sequence[dict[str, Any]], n: int = 40) -> list[Statistic]:
    """A factor whose first level is the reference."""
    out = row(covariate, names[0], names[0], n=n, n_event=n // 2)
    for name, found in zip(names[1:], ratios, strict=True):
        out += row(covariate, name, names[0], n=n, n_event=n // 3, **found)
    return out


MODEL = [
    *levels("cc_group", ["CC0/1", "CC2/3"], [ratio(2.31, 1.12, 4.77, 0.0234)]),
    *levels("onset", ["Synchronous", "Metachronous"], [ratio(0.84, 0.41, 1.72, 0.63)]),
    *row("pci", "", "", n=80, n_event=33, **ratio(1.06, 1.02, 1.1, 0.0004)),
    *levels("sex", ["Female", "Male"], [ratio(NAN, NAN, NAN, NAN)]),
]


def draw(statistics: Sequence[Statistic], mark: str | None = None, model: Any = "multivariable") -> Drawing:
    figure = FactorsFigure(id="x", kind="factors", title="T", factors="os", model=model, printed_as="Fig. 4B")
    with journal_style():
        return factors_drawing(figure, Ard(statistics), study(), mark)


CASES: dict[str, list[Statistic]] = {
    "a model": MODEL,
    "one number": row("pci", "", "", n=8, n_event=5, **ratio(1.1, 0.9, 1.4, 0.2)),
    "hostile": [
        *levels("cc_group", HOSTILE, [ratio(1.0 + place, 0.2, 9.0, 0.04) for place in range(5)], 100_000),
        *row(LONG, "", "", n=100_000, n_event=99_999, **ratio(0.5, 0.4, 0.6, 1e-9)),
        *levels("<script>alert(1)</script>", ["$a$", "_A"], [ratio(1.2, 1.0, 1.4, 0.05)]),
    ],
    "not converged": [
        *levels("sex", ["Female", "Male"], [ratio(3e7, 0.0, math.inf, 0.99)]),
        *levels(
            "onset",
            ["A", "B", "C", "D"],
            [ratio(0.0, 0.0, 1.0, 1.0), ratio(math.inf, 0, 1, 1), ratio(2, NAN, NAN, NAN)],
        ),
        *row("pci", "", "", estimate=NAN),
    ],
    "sixty levels": levels("age", [f"{LONG} {place}" for place in range(60)], [ratio(1.4, 0.6, 3.0, 0.3)] * 59),
}


@pytest.mark.parametrize("name", CASES)
def test_no_text_meets_another(name: str) -> None:
    drawing = draw(CASES[name], MARK)
    check(drawing)
    assert drawing.page.width == FULL_PAGE
    assert all(text.get_fontsize() >= 7 for text in drawing.page.figure.texts)


def lines(drawing: Drawing) -> list[tuple[list[float], list[float], Any]]:
    found = drawing.page.figure.axes[0].lines
    return [
        (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist(), line.get_marker())
        for line in found
    ]


def test_every_level_stands_below_its_factor_with_its_counts() -> None:
    texts = check(draw(MODEL))
    names = ["Completeness of cytoreduction", "CC0/1", "CC2/3", "Peritoneal cancer index, per unit"]
    heights = [texts[name][0].y0 for name in names]
    assert heights == sorted(heights, reverse=True)
    assert texts["CC2/3"][0].x0 > texts["Completeness of cytoreduction"][0].x0
    assert len(texts["13"]) == 3  # events of CC2/3, Metachronous, Male
    assert len(texts["1 (reference)"]) == 3
    assert {"n", "Events", "Hazard ratio (95% CI)", "P", "80", "33", "B"} <= set(texts)
    assert {"2.31 (1.12 to 4.77)", ".02", "1.06 (1.02 to 1.10)", "< .001", "not estimable"} <= set(texts)
    assert "Death after surgery: hazard ratio, multivariable (log scale)" in texts


def test_marks_and_limits_lie_at_the_numbers() -> None:
    drawing = draw(MODEL)
    axes = drawing.page.figure.axes[0]
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == (0.2, 5.0)
    found = lines(drawing)
    for estimate, low, high in ((2.31, 1.12, 4.77), (0.84, 0.41, 1.72), (1.06, 1.02, 1.1)):
        ((_, (height, _), _),) = [line for line in found if line[0] == [low, high]]
        assert ([estimate], [height], "s") in found
    squares = [x for x, _, marker in found if marker == "s"]
    assert sorted(squares) == [[0.84], [1], [1], [1], [1.06], [2.31]]  # the one without an estimate has none


def test_limits_beyond_the_axis_end_in_arrows() -> None:
    found = lines(draw(levels("sex", ["F", "M"], [ratio(1.0, 0.01, 40.0, 0.9)])))
    assert {marker: x for x, _, marker in found if marker in ("<", ">")} == {"<": [0.05], ">": [10.0]}


def test_ratios_that_ran_off_are_named_so_and_have_no_mark() -> None:
    drawing = draw(CASES["not converged"])
    texts = check(drawing)
    assert len(texts["not estimable"]) == 3
    assert "> 9999 (< 0.001 to ∞)" in texts
    assert "2.00 (– to –)" in texts
    assert [x for x, _, marker in lines(drawing) if marker == "s" and x != [1]] == [[2.0]]


def test_a_model_that_could_not_be_fitted_keeps_its_counts() -> None:
    counts = [*row("sex", "F", "F", n=9, n_event=4), *row("sex", "M", "F", n=7, n_event=0)]
    drawing = draw([*counts, *row("sex", "", "", estimate=NAN)])
    texts = check(drawing)
    assert len(texts["not estimable"]) == 1
    assert len(drawing.rows) == 2


def test_only_the_wanted_model_is_drawn() -> None:
    other = row("age", "", "", "univariable", n=80, n_event=33, **ratio(1.02, 0.9, 1.1, 0.4))
    assert "1.02 (0.90 to 1.10)" not in check(draw([*MODEL, *other]))
    assert [entry["covariate"] for entry in draw([*MODEL, *other], None, "univariable").rows] == ["age"]


def test_description_and_rows_give_the_numbers() -> None:
    drawing = draw(MODEL, MARK)
    assert drawing.description.startswith(
        "SIMULATED PATIENTS. Forest plot of hazard ratios, multivariable Cox regression of Death after surgery. "
        "Completeness of cytoreduction CC2/3 against CC0/1: 2.31 (1.12 to 4.77), P = .02; "
    )
    assert "Peritoneal cancer index per unit: 1.06 (1.02 to 1.10), P < .001" in drawing.description
    assert len(drawing.rows) == 7
    assert all(tuple(entry) == COLUMNS for entry in drawing.rows)
    assert drawing.rows[1]["p_value"] == "0.0234"


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        draw(MODEL, None, "univariable")
    assert "no univariable model of os" in str(refused.value.problems[0])


def test_same_bytes_each_time(tmp_path: Path) -> None:
    for place in "12":
        out = {kind: tmp_path / f"{place}.{kind}" for kind in ("svg", "pdf", "png", "csv")}
        write_drawing(draw(CASES["hostile"]), out, "a/b")
    for kind in ("svg", "pdf", "png", "csv"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert "<script" not in (tmp_path / "1.svg").read_text(encoding="utf-8")
