"""Exports of REDCap: one row per record, every value from the row that the study file or the export itself names."""

from pathlib import Path
from typing import Any

import pytest

from peritrace.extracts.extract import Extract
from peritrace.extracts.reading import read_extract
from peritrace.extracts.redcap import join_records
from peritrace.study import Study

EXPORT = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,surgery,weight,drug___1,drug___2,lesion,name
1,baseline_arm_1,,,1,,70,,,,Ann
1,surgery_arm_1,,,,2020-01-02,68,1,0,,
1,surgery_arm_1,lesions,1,,,,,,3,
1,surgery_arm_1,lesions,3,,,,,,5,
1,surgery_arm_1,lesions,2,,,,,,4,
2,baseline_arm_1,,,2,,80,,,,Bob
2,surgery_arm_1,,,,2020-03-04,,0,1,,
3,baseline_arm_1,,,1,,,,,,Cem
"""
COLUMNS: dict[str, dict[str, Any]] = {
    "record_id": {"type": "identifier", "name": "subject"},
    "sex": {"type": "category", "levels": {"1": "female", "2": "male"}},
    "surgery": {"type": "date"},
    "weight": {"type": "number", "optional": True, "event": "baseline_arm_1"},
    "drug___1": {"type": "category", "optional": True, "levels": {"0": "no", "1": "yes"}},
    "lesion": {"type": "number", "optional": True, "instance": "last"},
}


def study(changes: dict[str, dict[str, Any]] | None = None, **redcap: Any) -> Study:
    columns = {name: {**keys, **(changes or {}).get(name, {})} for name, keys in COLUMNS.items()}
    columns |= {name: keys for name, keys in (changes or {}).items() if name not in COLUMNS}
    return Study.model_validate(
        {
            "id": "cohort",
            "source": {"patients": "export.csv", "redcap": redcap},
            "columns": [
                {"name": name.replace("___", "_"), "source": name, "label": name, **keys}
                for name, keys in columns.items()
            ],
        }
    )


def joined(folder: Path, of: Study, export: str = EXPORT) -> Extract:
    (folder / "export.csv").write_text(export, "utf-8")
    return join_records(read_extract(folder / "export.csv", of.source), of, folder)


def values(extract: Extract, name: str) -> list[str | None]:
    return extract.columns[extract.header.index(name)].rows()


def faults(extract: Extract) -> list[tuple[int | None, str, str]]:
    return [(f.line, "" if f.cell is None else extract.header[f.cell], f.found) for f in extract.faults]


def test_one_row_per_record(tmp_path):
    extract = joined(tmp_path, study())
    assert extract.faults == []
    assert list(extract.lines) == [2, 7, 9]  # the first row of each
    assert (extract.records, extract.last) == (3, 9)
    assert values(extract, "record_id") == ["1", "2", "3"]
    assert values(extract, "sex") == ["1", "2", "1"]
    assert values(extract, "surgery") == ["2020-01-02", "2020-03-04", ""]
    assert values(extract, "weight") == ["70", "80", ""]
    assert values(extract, "drug___1") == ["1", "0", ""]
    assert values(extract, "lesion") == ["5", "", ""]  # of instance 3, which is not the last row
    assert values(extract, "name") == ["", "", ""]  # no column of the study


def test_the_first_instance(tmp_path):
    assert values(joined(tmp_path, study({"lesion": {"instance": "first"}})), "lesion") == ["3", "", ""]


def test_several_instances_are_a_problem_unless_one_is_named(tmp_path):
    extract = joined(tmp_path, study({"lesion": {"instance": "only"}}))
    assert faults(extract) == [(4, "lesion", "values from several instances (1 record, of which this is the first)")]
    assert "`instance: first`" in extract.faults[0].remedy
    assert values(extract, "lesion") == [None, "", ""]


def test_several_events_are_a_problem_unless_one_is_named(tmp_path):
    extract = joined(tmp_path, study({"weight": {"event": None}}))
    assert faults(extract) == [(2, "weight", "values from several events (1 record, of which this is the first)")]
    assert "`event:`" in extract.faults[0].remedy
    assert values(extract, "weight") == [None, "80", ""]
    assert values(joined(tmp_path, study({"weight": {"event": "surgery_arm_1"}})), "weight") == ["68", "", ""]


def test_an_event_that_no_row_has(tmp_path):
    extract = joined(tmp_path, study({"weight": {"event": "baselin_arm_1"}}))
    assert faults(extract) == [(1, "weight", "no row of that event")]
    assert extract.faults[0].remedy == "Did you mean 'baseline_arm_1'?"


def test_rows_of_a_record_need_not_follow_one_another(tmp_path):
    lines = EXPORT.splitlines(keepends=True)
    extract = joined(tmp_path, study(), "".join([lines[0], lines[2], *lines[6:], lines[1], *lines[3:6]]))
    assert extract.faults == []
    assert values(extract, "record_id") == ["1", "2", "3"]
    assert values(extract, "sex") == ["1", "2", "1"]
    assert values(extract, "lesion") == ["5", "", ""]


def test_a_row_twice(tmp_path):
    extract = joined(tmp_path, study(), EXPORT + EXPORT.splitlines(keepends=True)[1])
    assert (10, "record_id", "the record, event and instance of line 2 again") in faults(extract)


def test_an_instance_that_is_no_number(tmp_path):
    extract = joined(tmp_path, study(), EXPORT.replace("lesions,3,", "lesions,x,"))
    assert (5, "redcap_repeat_instance", "no number") in faults(extract)


def test_a_value_both_in_a_repeating_and_in_another_row(tmp_path):
    extract = joined(tmp_path, study(), EXPORT.replace("68,1,0,,", "68,1,0,9,"))
    assert faults(extract) == [(3, "lesion", "values from several instruments (1 record, of which this is the first)")]


def test_records_without_an_identifier_stay_apart(tmp_path):
    extract = joined(tmp_path, study(), EXPORT.replace("\n2,", "\n,"))
    assert values(extract, "record_id") == ["1", "", "", "3"]


def test_faults_of_form_stay_and_a_damaged_cell_is_withheld(tmp_path):
    extract = joined(tmp_path, study(), EXPORT.replace(",1,,70", ",1\0,,70"))
    assert faults(extract) == [(2, "sex", "a NUL byte (byte 21 of the line)")]
    assert values(extract, "sex") == [None, "2", "1"]


def test_a_project_without_events(tmp_path):
    """The base row has empty columns of repetition; a flat export is handed on as it stands."""
    export = "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,lesion\n1,,,1,\n1,lesions,1,,4\n2,,,2,\n"
    extract = joined(tmp_path, study({"weight": {"event": None}}), export)
    assert extract.faults == []
    assert (values(extract, "sex"), values(extract, "lesion")) == (["1", "2"], ["4", ""])
    flat = "record_id,sex\n1,1\n1,2\n"
    assert values(joined(tmp_path, study({"weight": {"event": None}}), flat), "record_id") == ["1", "1"]


def test_an_extract_that_is_no_export(tmp_path):
    of = study()
    plain = of.model_copy(update={"source": None})
    (tmp_path / "export.csv").write_text(EXPORT, "utf-8")
    read = read_extract(tmp_path / "export.csv")
    assert join_records(read, plain, tmp_path) is read


def test_labels(tmp_path):
    """Headers and events as labels; they must be declared."""
    export = "record_id,Event Name,Repeat Instrument,Repeat Instance,sex\n1,Baseline,,,Female\n1,Surgery,,,\n"
    levels = {"sex": {"levels": {"Female": "female", "Male": "male"}}, "weight": {"event": None}}
    assert values(joined(tmp_path, study(levels, labels=True), export), "sex") == ["Female"]
    extract = joined(tmp_path, study(levels), export)
    assert faults(extract) == [(1, "", "headers of an export with labels")]


DICTIONARY = """\
"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Identifier?"
record_id,base,text,Record,,
sex,base,radio,Sex,"1, Female | 2, Male",
name,base,text,Name,,y
drug,hipec,checkbox,Drug,"1, Cisplatin | 2, Mitomycin",
died,base,yesno,Died,,
site,base,dropdown,Site,"1, North | 2, North",
"""


def with_dictionary(folder: Path, changes: dict[str, dict[str, Any]], text: str = DICTIONARY, **redcap: Any) -> Extract:
    (folder / "dictionary.csv").write_text(text, "utf-8")
    return joined(folder, study(changes, dictionary="dictionary.csv", **redcap))


def test_a_dictionary_that_agrees(tmp_path):
    assert with_dictionary(tmp_path, {}).faults == []


def test_a_column_that_the_dictionary_flags(tmp_path):
    extract = with_dictionary(tmp_path, {"name": {"type": "text"}})
    assert faults(extract) == [(1, "name", "a field that the data dictionary flags as identifier")]
    assert with_dictionary(tmp_path, {"name": {"type": "text", "identifying": True}}).faults == []


def test_a_flagged_identifier_is_replaced_or_declared(tmp_path):
    flagged = DICTIONARY.replace("record_id,base,text,Record,,", "record_id,base,text,Record,,Y")
    assert faults(with_dictionary(tmp_path, {}, flagged)) == [
        (1, "record_id", "a field that the data dictionary flags as identifier")
    ]
    assert with_dictionary(tmp_path, {"record_id": {"replace": True}}, flagged).faults == []
    assert with_dictionary(tmp_path, {"record_id": {"identifying": True}}, flagged).faults == []


def test_codes_that_the_dictionary_does_not_list(tmp_path):
    extract = with_dictionary(tmp_path, {"sex": {"levels": {"1": "female", "2": "male", "3": "other"}}})
    assert faults(extract) == [(1, "sex", "codes in the study file that the field does not have: '3'")]
    assert "lists the codes 1, 2" in extract.faults[0].rule
    extract = with_dictionary(tmp_path, {"drug___1": {"levels": {"0": "no", "yes": "yes"}}})
    assert faults(extract) == [(1, "drug___1", "codes in the study file that the field does not have: 'yes'")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "an empty file for a data dictionary"),
        ("a,b\n1,2\n", "no column 'Variable / Field Name' for a data dictionary"),
        (DICTIONARY.replace("Identifier?", "Id"), "no column 'Identifier?' for a data dictionary"),
        (DICTIONARY[:-1], "a last line without its end for a data dictionary"),
    ],
)
def test_an_unreadable_dictionary(tmp_path, text, found):
    assert [fault.found for fault in with_dictionary(tmp_path, {}, text).faults] == [found]


def test_no_dictionary(tmp_path):
    extract = joined(tmp_path, study(dictionary="missing.csv"))
    assert [fault.found for fault in extract.faults] == ["no file for a data dictionary"]


def test_labels_that_two_codes_share(tmp_path):
    changes = {
        "sex": {"levels": {"Female": "female", "Male": "male"}},
        "drug___1": {"levels": {"Unchecked": "no", "Checked": "yes"}},
        "site": {"type": "category", "optional": True, "levels": {"North": "north"}},
    }
    extract = with_dictionary(tmp_path, changes, labels=True)
    assert [fault.found for fault in extract.faults] == ["a field with one label for two codes"]
