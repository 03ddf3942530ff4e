"""A study file whose columns can't serve for what they are used for."""

from typing import Any

import pytest

from peritrace.column_uses import misuses
from peritrace.study import Study

COLUMNS: list[dict[str, Any]] = [
    {"name": "subject", "source": "id", "label": "Patient", "type": "identifier"},
    {"name": "months", "source": "months", "label": "Time", "type": "number"},
    {"name": "surgery", "source": "op", "label": "Surgery", "type": "date"},
    {"name": "last_contact", "source": "seen", "label": "Last contact", "type": "date"},
    {
        "name": "status",
        "source": "status",
        "label": "Status",
        "type": "category",
        "levels": {"0": "alive", "1": "dead"},
    },
]
DEATH = {"code": "OS", "description": "Death", "any": [{"column": "status", "equals": ["dead"]}]}
OS = {"code": "OS", "label": "Survival", "origin": "surgery", "time": {"column": "months"}, "events": [DEATH]}


def found(**sections: Any) -> list[tuple[tuple[int | str, ...], str]]:
    study = Study.model_validate({"id": "made", "columns": COLUMNS, "endpoints": [OS], **sections})
    return [(location, what) for location, what, _, _ in misuses(study)]


def with_column(**changes: Any) -> list[dict[str, Any]]:
    return [*COLUMNS[:-1], {**COLUMNS[1], "name": "other", "source": "other", **changes}, COLUMNS[-1]]


def event(**condition: Any) -> list[dict[str, Any]]:
    return [{**OS, "events": [{**DEATH, "any": [condition]}]}]


def group(column: str, **level: Any) -> list[dict[str, Any]]:
    return [{"name": "made_up", "label": "Group", "column": column, "levels": [{"label": "a", **level}]}]


def test_nothing_to_say_of_a_sound_study() -> None:
    assert found(orders=[{"lower": "surgery", "upper": "last_contact"}], groups=group("months", below=12)) == []


@pytest.mark.parametrize(
    ("sections", "location", "what"),
    [
        ({"columns": with_column(name="line")}, ("columns", 4, "name"), "'line'"),
        ({"columns": with_column(source="months")}, ("columns", 4, "source"), "'months' a second time"),
        ({"columns": with_column(minimum=5, maximum=4)}, ("columns", 4, "minimum"), "a minimum above the maximum"),
        ({"columns": with_column(type="date", format="YYYY-MM-DD")}, ("columns", 4, "format"), "no pattern of a date"),
        ({"columns": with_column(type="date", format="%m/%Y")}, ("columns", 4, "format"), "no pattern of a date"),
        (
            {"orders": [{"lower": "months", "upper": "surgery"}]},
            ("orders", 0),
            "'months' (type: number) against 'surgery' (type: date)",
        ),
        ({"groups": group("status", values=["Dead"])}, ("groups", 0, "levels", 0), "'Dead'"),
        ({"groups": group("months", values=["long"])}, ("groups", 0, "levels", 0), "'long'"),
        (
            {"groups": group("surgery", below=3)},
            ("groups", 0, "levels", 0),
            "below or at_least on 'surgery', which has type: date",
        ),
        ({"endpoints": event(column="status", equals=["1"])}, ("endpoints", 0, "events", 0, "any", 0), "'1'"),
        (
            {"endpoints": event(column="months", less_than="status")},
            ("endpoints", 0, "events", 0, "any", 0),
            "'months' (type: number) against 'status' (type: category)",
        ),
        (
            {"endpoints": [{**OS, "time": {"column": "surgery"}}]},
            ("endpoints", 0, "time"),
            "'surgery', which has type: date",
        ),
        (
            {"endpoints": [{**OS, "time": {"start": "surgery", "event": ["months"], "censor": "last_contact"}}]},
            ("endpoints", 0, "time"),
            "'months', which has type: number",
        ),
    ],
)
def test_misuse(sections: dict[str, Any], location: tuple[int | str, ...], what: str) -> None:
    assert found(**sections) == [(location, what)]
