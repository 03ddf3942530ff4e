"""Of which patients a percentage is: hand-made tables of two groups."""

from peritrace.published import CountCell, Published, TestCell
from peritrace.relations.corrections import Corrector
from peritrace.relations.network import Network

GROUP = "Treatment"
SIZES = {"A": 40, "B": 60}


def size(level: str) -> CountCell:
    return CountCell("Table 1", "n", level, "", "", GROUP, level, str(SIZES[level]))


def cell(variable: str, level: str, group: str, count: int, percent: str) -> CountCell:
    return CountCell("Table 1", f"{variable}, {level}", group, variable, level, GROUP, group, str(count), "", percent)


# Of all 40 and 60. 25/60 is 41.67 %, 37/60 61.67 %: rounded, not cut off.
IN_A = {"X": (10, "25.0"), "Y": (20, "50.0"), "Z": (5, "12.5"), "U": (8, "20.0"), "V": (30, "75.0")}
IN_B = {"X": (20, "33.3"), "Y": (12, "20.0"), "Z": (6, "10.0"), "U": (25, "41.7"), "V": (37, "61.7")}
WHOLE = [
    *(size(level) for level in SIZES),
    *(
        cell(name, "Yes", group, *printed)
        for group, column in (("A", IN_A), ("B", IN_B))
        for name, printed in column.items()
    ),
]


def grades(cells: list[CountCell], tests: tuple[TestCell, ...] = ()) -> dict[str, str]:
    network = Network(Published(counts=tuple(cells), tests=tests), {"association": ["chi-square"]})
    return {f"{c.relation.kind} {c.relation.subject}": c.outcome.grade for c in network.checked}


def test_a_half_may_be_rounded_to_even_among_the_known_too():
    # 13 + 19 = 32 of 40 known: 13/32 is 40.625 %, 19/32 is 59.375 %
    cells = [*WHOLE, cell("W", "Low", "A", 13, "40.62"), cell("W", "High", "A", 19, "59.38")]
    assert grades(cells)["percentage W: Low among A"] == "fits"
    assert grades(cells)["sum W among A"] == "fits"


def test_two_columns_that_count_fewer_are_missing_values_and_one_is_a_contradiction():
    # 15 of 38 is 39.5 %, of 40 37.5 %; 30 of 55 is 54.5 %, of 60 50.0 %
    both = [*WHOLE, cell("W", "Yes", "A", 15, "39.5"), cell("W", "Yes", "B", 30, "54.5")]
    one = [*WHOLE, cell("W", "Yes", "A", 15, "39.5"), cell("W", "Yes", "B", 30, "50.0")]
    assert grades(both)["percentage W: Yes among A"] == "unusual"
    assert grades(one)["percentage W: Yes among A"] == "not reproducible"


def test_a_digit_cut_off_is_no_excuse_where_all_others_are_rounded():
    # 31 of 60 is 51.67 %, 23 of 60 38.33 %
    assert grades([*WHOLE, cell("W", "Yes", "B", 31, "51.6")])["percentage W: Yes among B"] == "not reproducible"
    cut = [size("B"), cell("W", "Yes", "B", 31, "51.6"), cell("V", "Yes", "B", 23, "38.3")]
    assert grades(cut)["percentage W: Yes among B"] == "fits"


def test_a_p_value_may_count_those_only_whom_the_percentages_count():
    # R: chisq.test(matrix(c(15, 23, 30, 25), 2), correct = FALSE)$p.value is .1528; of all 40 and 60 it is .2184
    cells = [*WHOLE, cell("W", "Yes", "A", 15, "39.5"), cell("W", "Yes", "B", 30, "54.5")]
    tests = (TestCell("Table 1", "W", "P", "W", "Yes", GROUP, "0.153"),)
    assert grades(cells, tests)["test W: Yes by Treatment"] == "fits"
    wrong = (TestCell("Table 1", "W", "P", "W", "Yes", GROUP, "0.513"),)
    assert grades(cells, wrong)["test W: Yes by Treatment"] == "not reproducible"


def test_the_count_that_its_percentages_do_not_know_is_the_one_to_correct():
    # 13 of 40 and 27 of 40 are 32.5 % and 67.5 %; 27 is printed 72
    cells = [*WHOLE, cell("W", "Low", "A", 13, "32.5"), cell("W", "High", "A", 72, "67.5")]
    conflicts = Corrector(Network(Published(counts=tuple(cells)))).conflicts()
    assert [(c.corrections[0].text, c.suspects) for c in conflicts] == [("27", ("table-1-w-high-high-a-count",))]


def test_a_sentence_that_names_some_levels_is_not_taken_for_all_of_them():
    levels = [cell("W", name, "A", k, p) for name, k, p in (("I", 10, "25.0"), ("II", 12, "30.0"), ("III", 18, "45.0"))]
    said = [CountCell("Results", "", "", "W", name, GROUP, "A", k) for name, k in (("I", "10"), ("II", "12"))]
    assert {grade for subject, grade in grades([*WHOLE, *levels, *said]).items() if "sum W" in subject} == {"fits"}
