"""Cumulative incidence: what is drawn is what the estimate says, and every text has its place."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from peritrace.ard import Ard, Statistic, as_stat
from peritrace.figures.curves import CurveRow, curves, incidence_curves
from peritrace.figures.followed import Followed
from peritrace.figures.incidence import THIN, incidence_drawing
from peritrace.figures.output import Drawing, write_drawing
from peritrace.figures.style import LINE, journal_style
from peritrace.problems import InputRefused
from peritrace.study import Study
from peritrace.wanted import IncidenceFigure
from tests.figures.cohorts import NORMAL_975, Patient, kaplan_meier, study_with
from tests.figures.test_overlaps import HOSTILE, LONG, MARK, check

CAUSES = ("Progression", "Death without progression")

# Time and cause (None: censored) of eight patients.
EIGHT: list[tuple[float, int | None]] = [
    (2.0, 0), (4.5, None), (6.0, 0), (6.0, 1), (11.0, 1), (20.5, 0), (31.0, None), (48.5, 0),
]  # fmt: skip


def aalen_johansen(
    patients: Sequence[tuple[float, int | None]],
    by: str = "",
    level: str = "",
    causes: Sequence[str] = CAUSES,
    endpoint: str = "OS2",
) -> list[Statistic]:
    """The statistics of the curves of each cause, the standard error that of a proportion of all patients."""
    place = {"variable": endpoint, "group1": by, "group1_level": level, "method": "aalen-johansen"}
    by_time: dict[float, list[int | None]] = {}
    for time, cause in sorted(patients, key=lambda patient: patient[0]):
        by_time.setdefault(time, []).append(cause)
    incidence, survival, at_risk = [0.0] * len(causes), 1.0, len(patients)
    rows: list[tuple[float, int, list[float]]] = [(0.0, at_risk, list(incidence))]
    for time, ended in by_time.items():
        events = [ended.count(place) for place in range(len(causes))]
        incidence = [value + survival * d / at_risk for value, d in zip(incidence, events, strict=True)]
        survival *= 1 - sum(events) / at_risk
        rows.append((time, at_risk, list(incidence)))
        at_risk -= len(ended)
    out: list[Statistic] = []
    for number, label in enumerate(causes):
        for time, n_risk, values in rows:
            value = values[number]
            half = NORMAL_975 * math.sqrt(max(value * (1 - value), 0.0) / len(patients))
            known = 0 < value < 1
            stats = {
                "n_risk": n_risk,
                "estimate": value,
                "conf_low": max(value - half, 0.0) if known else math.nan,
                "conf_high": min(value + half, 1.0) if known else math.nan,
            }
            out += [
                Statistic(
                    "cumulative-incidence-curve",
                    name,
                    as_stat(stat),
                    stat_label=label,
                    variable_level=as_stat(time),
                    **place,
                )
                for name, stat in stats.items()
            ]
    return out


def gray(p_value: float, cause: str, by: str = "cc_group") -> Statistic:
    place = {"variable": "OS2", "group1": by, "stat_label": cause, "method": "gray"}
    return Statistic("comparison-of-incidence", "p_value", as_stat(p_value), **place)


def draw(statistics: Sequence[Statistic], study: Study, by: str | None = None, mark: str | None = None) -> Drawing:
    figure = IncidenceFigure(
        id="x", kind="cumulative-incidence", title="T", endpoint="OS2", by=by, printed_as="Fig. 3C"
    )
    with journal_style():
        return incidence_drawing(figure, Ard(statistics), study, mark)


def many(count: int, longest: float, causes: int = 2, seed: int = 1) -> list[tuple[float, int | None]]:
    generator = np.random.default_rng(seed)
    times = np.round(generator.weibull(0.8, count) * longest / 6, 2).clip(0.01, longest)
    ended = generator.integers(0, causes + 1, count)
    return [(float(time), None if cause == causes else int(cause)) for time, cause in zip(times, ended, strict=True)]


def groups(*levels: str, causes: Sequence[str] = CAUSES, count: int = 60) -> list[Statistic]:
    out: list[Statistic] = []
    for place, level in enumerate(levels):
        patients = many(count + 15 * place, 40 + 20 * place, len(causes), place)
        out += aalen_johansen(patients, "cc_group", level, causes)
    return [*out, *(gray(0.04 / (place + 1), cause) for place, cause in enumerate(causes))]


STUDY = study_with(["CC0/1", "CC2/3"])
DRAWINGS = {
    "eight patients": lambda: draw(aalen_johansen(EIGHT), STUDY, None, MARK),
    "one patient": lambda: draw(aalen_johansen([(3.0, None)]), STUDY, None, MARK),
    "all on day 0": lambda: draw(aalen_johansen([(0.0, 0), (0.0, 1)]), STUDY, None, MARK),
    "hostile causes": lambda: draw(aalen_johansen(many(200, 300, 6), causes=HOSTILE), STUDY, None, MARK),
    "two levels": lambda: draw(groups("CC0/1", "CC2/3"), STUDY, "cc_group", MARK),
    "hostile levels and causes": lambda: draw(
        groups(*HOSTILE, causes=HOSTILE), study_with(HOSTILE, origin=LONG), "cc_group", MARK
    ),
    "dollars": lambda: draw(groups("$a$", "_A", causes=["$b$", "_B"]), study_with(["$a$", "_A"]), "cc_group", MARK),
    "thousands": lambda: draw(groups("A", "B", count=9000), study_with(["A", "B"], time_unit="days"), "cc_group", MARK),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_text_meets_another(name: str) -> None:
    drawing = DRAWINGS[name]()
    check(drawing)
    assert all(text.get_fontsize() >= 7 for text in drawing.page.figure.texts)


def curve_lines(drawing: Drawing) -> list[Line2D]:
    return list(drawing.page.figure.axes[0].lines)


def end(line: Line2D) -> float:
    return float(np.asarray(line.get_ydata())[-1])


def test_curves_of_eight_patients_end_where_a_hand_computation_does() -> None:
    """By hand: freedom from both is 7/8 after 2 months, 7/12 after 6, 7/16 after 11 and 7/24 after 20.5."""
    drawing = draw(aalen_johansen(EIGHT), STUDY)
    progression = 1 / 8 + 7 / 8 / 6 + 7 / 16 / 3 + 7 / 24 / 1
    death = 7 / 8 / 6 + 7 / 12 / 4
    one, other = curve_lines(drawing)
    assert end(one) == pytest.approx(100 * progression)
    assert end(other) == pytest.approx(100 * death)
    assert progression + death == pytest.approx(1.0)  # the last patient under observation had an event
    assert np.asarray(one.get_ydata())[0] == 0
    assert one.get_linestyle() != other.get_linestyle() or one.is_dashed() != other.is_dashed()
    texts = check(drawing)
    assert {"Progression", "Death without progression", "Cumulative incidence (%)", "All patients"} <= set(texts)
    assert len(drawing.page.figure.axes[0].collections) == 2  # a band of each


def test_numbers_at_risk_are_those_with_a_time_of_at_least_the_tick() -> None:
    boxes = check(draw(aalen_johansen(EIGHT), STUDY))
    assert [len(boxes[text]) for text in ("8", "3", "2")] == [1, 1, 1]  # at 0, 12 and 24 months
    assert len(boxes["1"]) == 2  # at 36 and 48 months


def at_events_alone(statistics: Sequence[Statistic], patients: Sequence[tuple[float, int | None]]) -> list[Statistic]:
    """Curves with rows at the start, at the events of their cause and at the last time only."""
    last = as_stat(max(time for time, _ in patients))
    events = {(CAUSES[cause], as_stat(time)) for time, cause in patients if cause is not None}
    return [s for s in statistics if s.variable_level in ("0", last) or (s.stat_label, s.variable_level) in events]


def test_numbers_at_risk_come_from_survival_where_curves_have_rows_at_events_alone() -> None:
    patients = [(1.0, 0), *((float(time), None) for time in range(2, 30)), (40.0, None)]
    sparse = at_events_alone(aalen_johansen(patients), patients)
    survival = kaplan_meier([Patient(f"{time:g}", cause is not None) for time, cause in patients], "OS2")
    assert "19" in check(draw([*sparse, *survival], STUDY))  # of 30 patients, 19 have a time of at least 12
    other = kaplan_meier([Patient("7", True)] * 5 + [Patient("40", False)], "OS2")
    for statistics in (sparse, [*sparse, *other]):
        texts = check(draw(statistics, STUDY))
        assert len(texts["–"]) == 6  # every 6 months nothing tells who is left
        assert "30" in texts


cohorts = st.lists(st.tuples(st.integers(0, 30).map(float), st.sampled_from([0, 1, None])), min_size=1, max_size=25)


@given(cohorts)
def test_a_number_at_risk_that_is_shown_is_right(patients: list[tuple[float, int | None]]) -> None:
    whole = aalen_johansen(patients)
    sparse = at_events_alone(whole, patients)
    times = kaplan_meier([Patient(f"{time:g}", cause is not None) for time, cause in patients], "OS2")
    survival = curves(Ard(times), "OS2", None, [])[0].rows
    for tick in range(0, 40, 3):
        true = sum(time >= tick for time, _ in patients)
        assert followed(sparse).at_risk(tick) in (true, None)
        assert followed(whole).at_risk(tick) in (true, None)
        assert followed(sparse, survival).at_risk(tick) == true
        assert followed(whole, survival).at_risk(tick) == true


def followed(statistics: Sequence[Statistic], survival: Sequence[CurveRow] = ()) -> Followed:
    return Followed.of(incidence_curves(Ard(statistics), "OS2", None, [], CAUSES), survival)


def test_events_on_day_0_raise_the_curve_at_once() -> None:
    one, other = curve_lines(draw(aalen_johansen([(0.0, 0), (0.0, 1), (9.0, None), (9.0, None)]), STUDY))
    assert end(one) == end(other) == 25


def test_levels_are_told_apart_by_colour_and_causes_by_the_line() -> None:
    drawing = draw(groups("CC0/1", "CC2/3"), STUDY, "cc_group")
    lines = curve_lines(drawing)
    assert [line.get_linewidth() for line in lines] == [LINE, THIN, LINE, THIN]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color() == lines[3].get_color()
    assert [line.is_dashed() for line in lines] == [False, True, True, True]
    assert len(drawing.page.figure.axes[0].collections) == 2  # bands of the main cause alone
    texts = check(drawing)
    assert len(texts["CC0/1"]) == len(texts["CC2/3"]) == 2
    assert {"Gray’s test", "= .04", "= .02", "Progression"} <= set(texts)
    assert len(texts["60"]) >= 2  # n, and the number at risk at the start


def test_without_a_test_there_is_no_p() -> None:
    texts = check(draw([s for s in groups("CC0/1", "CC2/3") if s.method != "gray"], STUDY, "cc_group"))
    assert "Gray’s test" not in texts
    assert "P" not in texts


def test_causes_come_in_the_order_of_the_study_file_or_else_of_the_ard() -> None:
    drawing = draw(aalen_johansen(EIGHT, causes=("B", "A")), STUDY)
    assert list(dict.fromkeys(row["cause"] for row in drawing.rows)) == ["B", "A"]


def test_a_hundred_thousand_patients_make_a_small_svg(tmp_path: Path) -> None:
    drawing = draw(groups("A", "B", count=100_000), study_with(["A", "B"]), "cc_group")
    write_drawing(drawing, {"svg": tmp_path / "x.svg"}, "a/b")
    assert len(drawing.rows) > 10_000
    assert (tmp_path / "x.svg").stat().st_size < 500_000


def test_description_and_rows_give_the_numbers() -> None:
    drawing = draw(groups("CC0/1", "CC2/3"), STUDY, "cc_group", MARK)
    assert drawing.description.startswith(
        "SIMULATED PATIENTS. Cumulative incidence of Overall survival from surgery by cause and by Completeness of "
        "cytoreduction. CC0/1: 60 patients, Progression "
    )
    assert drawing.description.endswith("Gray’s test for Death without progression: P = .02.")
    assert all(tuple(row) == tuple(drawing.columns) for row in drawing.rows)
    first = drawing.rows[0]
    assert (first["series"], first["cause"], first["time"], first["n_risk"]) == ("CC0/1", "Progression", "0", "60")
    assert first["estimate"] == "0"


def test_curves_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        draw(aalen_johansen(EIGHT), STUDY, "cc_group")
    assert "no cumulative incidence of OS2 by cc_group" in str(refused.value.problems[0])
    with pytest.raises(InputRefused):
        draw([], STUDY)
    levels = [f"L{place}" for place in range(13)]
    many_groups = groups(*levels, count=5)
    with pytest.raises(InputRefused, match="13 levels"):
        draw(many_groups, study_with(levels), "cc_group")


def test_same_bytes_each_time_and_hostile_text_only_escaped(tmp_path: Path) -> None:
    for place in "12":
        out = {kind: tmp_path / f"{place}.{kind}" for kind in ("svg", "pdf", "png", "csv")}
        write_drawing(DRAWINGS["hostile levels and causes"](), out, "a/b")
    for kind in ("svg", "pdf", "png", "csv"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert "<script" not in (tmp_path / "1.svg").read_text(encoding="utf-8")
