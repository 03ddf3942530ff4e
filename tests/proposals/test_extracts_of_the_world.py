"""Extracts as hospitals write them: Chinese, German, REDCap, ambiguous, hostile."""

from datetime import date, timedelta

import pytest

from peritrace.extracts.examination import examine
from peritrace.meaning import NumberColumn
from peritrace.problems import InputRefused
from peritrace.proposals.sources import Form
from tests.proposals.extracts import proposed, read_back, write_csv

START = date(2019, 1, 5)


def day(offset):
    return START + timedelta(days=offset)


def chinese(patients=24):
    header = [
        "病案号",
        "姓名",
        "性别",
        "年龄",
        "体重指数",
        "诊断日期",
        "手术日期",
        "复发日期",
        "死亡日期",
        "末次随访日期",
        "生存状态",
        "PCI评分",
        "CC评分",
        "手术时间(分钟)",
        "出血量(ml)",
        "并发症分级",
        "住院天数",
        "备注",
    ]

    def short(when):
        return f"{when.year}/{when.month}/{when.day}"

    rows = []
    for i in range(patients):
        dead, surgery = i % 3 == 0, day(40 + 11 * i)
        last = surgery + timedelta(days=200 + 37 * i)
        relapse = short(surgery + timedelta(days=90 + i)) if i % 2 else ""
        rows.append(
            [
                f"Z{i:05}",
                f"病人{i}",
                "男女"[i % 2],
                40 + i,
                f"{20 + i % 7}.5",
                short(day(11 * i)),
                short(surgery),
                relapse,
                short(last) if dead else "",
                short(last),
                "死亡" if dead else "存活",
                i % 30,
                i % 4,
                300 + i,
                100 * (i % 9),
                ["无", "I", "IIIa"][i % 3],
                10 + i % 9,
                f"自由文本{i}",
            ]
        )
    return header, rows


def test_a_chinese_extract_is_read_without_a_doubt_but_the_cut_of_the_pci(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = proposed(tmp_path, *chinese())
    assert [check.about for check in found.checks] == ["pci_group"]
    assert [endpoint.code for endpoint in found.study.endpoints] == ["OS1", "OS2", "PFS"]
    assert found.study.endpoint("OS1").time.entry == "date_surgery"
    assert found.column("手术日期").format == "%Y/%m/%d"
    assert found.levels("生存状态") == {"存活": "alive", "死亡": "dead"}
    assert examine(tmp_path / "extract.csv", found.study).errors == []


def test_nothing_of_who_the_patients_are_is_in_the_study_file(tmp_path):
    header, rows = chinese()
    found = proposed(tmp_path, header, rows)
    assert found.column("病案号").replace
    assert found.left_out["姓名"].startswith("identifying")
    assert "free text" in found.left_out["备注"]
    for row in rows:
        assert all(str(row[header.index(name)]) not in found.text for name in ("病案号", "姓名", "备注"))


def test_the_encoding_of_a_chinese_excel_is_detected(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = proposed(tmp_path, *chinese(), encoding="gb18030", delimiter="\t")
    assert (found.study.source.encoding, found.study.source.delimiter) == ("gb18030", "\t")
    assert examine(tmp_path / "extract.csv", found.study).errors == []


def test_a_german_extract_has_decimal_commas_and_dates_with_points(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    header = [
        "PatNr",
        "Geschlecht",
        "Alter",
        "BMI",
        "OP-Datum",
        "Letzter Kontakt",
        "Vitalstatus",
        "OP-Dauer [h]",
        "CRP",
    ]
    rows = []
    for i in range(30):
        surgery = day(17 * i)
        rows.append(
            [
                f"P{i}",
                "mw"[i % 2],
                40 + i,
                f"2{i % 10},{i % 7}",
                f"{surgery:%d.%m.%Y}",
                f"{surgery + timedelta(days=100 + 20 * i):%d.%m.%Y}",
                "verstorben" if i % 2 else "lebt",
                f"{3 + i % 5},5",
                "k.A." if i == 4 else i,
            ]
        )
    found = proposed(tmp_path, header, rows, encoding="cp1252", delimiter=";")
    bmi, duration = found.column("BMI"), found.column("OP-Dauer [h]")
    assert isinstance(bmi, NumberColumn)
    assert isinstance(duration, NumberColumn)
    assert bmi.decimal_comma
    assert (duration.name, duration.unit, duration.multiply_by) == ("operation_minutes", "min", 60)
    assert found.column("CRP").missing == ["k.A."]
    assert found.column("OP-Datum").format == "%d.%m.%Y"
    assert "no date of death" in found.doubts("endpoints")
    assert examine(tmp_path / "extract.csv", found.study).errors == []


def test_ambiguous_dates_are_doubted_in_every_column(tmp_path):
    header = ["id", "date of surgery", "date of death", "last follow-up"]
    rows = [[i, f"0{1 + i % 9}/0{1 + i % 5}/2019", "", f"0{1 + i % 9}/0{1 + i % 5}/2021"] for i in range(1, 20)]
    rows[3][2] = "05/06/2021"
    found = proposed(tmp_path, header, rows)
    for name in ("date_surgery", "date_death", "date_last_contact"):
        assert "read as %d/%m/%Y and as %m/%d/%Y; no date decides" in found.doubts(name)


def test_dates_of_death_tell_what_the_codes_of_a_status_mean(tmp_path):
    header = ["id", "date of surgery", "date of death", "last follow-up", "status"]
    rows = [[i, "2019-01-31", "2020-05-17" if i % 3 else "", "2020-05-17", 1 if i % 3 else 2] for i in range(1, 30)]
    found = proposed(tmp_path, header, rows)
    assert found.levels("status") == {"2": "alive", "1": "dead"}
    assert found.doubts("status") == ""


def test_dates_of_death_that_contradict_a_status_are_counted(tmp_path):
    header = ["id", "date of surgery", "date of death", "last follow-up", "status"]
    rows = [[i, "2019-01-31", "2020-05-17" if i % 3 else "", "2020-05-17", 1 if i % 4 else 0] for i in range(1, 30)]
    assert "dates of death stand beside" in proposed(tmp_path, header, rows).doubts("status")


HOSTILE = [
    'he said "hi" # no: {x}',
    "line\nbreak: [a]",
    "No",
    "on",
    "- dash",
    "'quote'",
    "%tag",
    "&anchor",
    "*alias",
    "!bang",
    "Yes",
    "tab\tx",
    "null",
    "emoji 😀",
    "a" * 200,
    "=",
    "{}",
    "1e3 x",
]
CODES = [
    ("Yes", "No"),
    ("on", "off"),
    ("a: b", "c # d"),
    ("~", "null"),
    ("- x", "? y"),
    ("'a'", '"b"'),
    ("y", "n"),
    ("0x1F", "1_000"),
    ("True", "False"),
    ("12:30:45", "0o7"),
    (".inf", "-.inf"),
    ("<<", "="),
    ("a\\b", "c\\n"),
    ("😀", "🎉"),
    ("@c", "`d"),
    ("[e]", "{f}"),
    ("2021-01-01x", "%g"),
    ("|", ">"),
]


def test_hostile_headers_and_codes_come_back_as_they_were(tmp_path):
    header = ["id", *HOSTILE]
    rows = [[i, *(pair[i % 2] for pair in CODES)] for i in range(20)]
    found = proposed(tmp_path, header, rows)
    assert found.sources >= {name for name in HOSTILE if name != "on"} - set(found.left_out)
    assert len(found.sources) > len(HOSTILE) // 2
    for column in found.study.columns:
        if column.type == "category":
            pair = CODES[HOSTILE.index(column.source)]
            assert set(column.levels) | set(column.missing) == set(pair)


def test_codes_of_missing_numbers_are_doubted(tmp_path):
    rows = [[i, 50 + i if i != 3 else 999, ">1210" if i == 5 else i] for i in range(1, 30)]
    found = proposed(tmp_path, ["id", "age", "AFP (ng/ml)"], rows)
    assert found.column("age").missing == ["999"]
    assert "999 lies far from all other values" in found.doubts("age")
    assert "limit of detection" in found.doubts("afp")


def test_two_columns_for_one_role_are_doubted_on_both_sides(tmp_path):
    rows = [[i, i * 3, i * 3 + 1, i % 2] for i in range(1, 30)]
    found = proposed(tmp_path, ["id", "OS", "follow_up", "status"], rows)
    assert "'follow_up' may be meant instead" in found.doubts("os_time")
    assert "which another column was taken for" in found.doubts("follow_up")


def test_a_header_matched_by_similarity_is_doubted(tmp_path):
    rows = [[i, 30 + i] for i in range(1, 30)]
    assert "only resembles" in proposed(tmp_path, ["id", "albumine level"], rows).doubts("albumin")


def test_patients_without_a_status_are_left_out_and_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [[i, i * 2, "" if i < 4 else ("dead" if i % 2 else "alive")] for i in range(1, 40)]
    found = proposed(tmp_path, ["id", "OS (months)", "status"], rows)
    assert found.study.endpoint("OS").if_unknown == "leave out"
    assert "3 patients without a date, time or status are left out" in found.doubts("OS")
    assert examine(tmp_path / "extract.csv", found.study).errors == []


def test_an_export_of_redcap_is_joined_and_its_dictionary_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    header = ["record_id", "redcap_event_name", "mrn", "sex", "surgery_date", "fu_date", "vital", "score"]
    rows = []
    for i in range(1, 13):
        rows.append([i, "baseline_arm_1", f"M{i}", 1 + i % 2, f"2020-01-{i + 12}", "", "", i % 3])
        rows += [[i, f"fu_{k}_arm_1", "", "", "", f"202{k}-05-0{1 + i % 9}", 1 + i % 2, ""] for k in (1, 2)]
    write_csv(
        tmp_path / "dictionary.csv",
        [
            "Variable / Field Name",
            "Field Type",
            "Field Label",
            "Choices, Calculations, OR Slider Labels",
            "Identifier?",
        ],
        [
            ["record_id", "text", "Record", "", ""],
            ["mrn", "text", "MRN", "", "y"],
            ["sex", "radio", "Sex", "1, Male | 2, Female", ""],
            ["vital", "radio", "Vital status", "1, Alive | 2, Dead", ""],
            ["score", "radio", "A local score", "0, low | 1, middle | 2, high", ""],
        ],
    )
    write_csv(tmp_path / "extract.csv", header, rows)
    found = read_back(tmp_path, Form("extract.csv", redcap=True, dictionary="dictionary.csv"))
    assert found.levels("sex") == {"1": "male", "2": "female"}
    assert found.levels("score") == {"0": "low", "1": "middle", "2": "high"}
    assert found.column("score").label == "A local score"
    assert found.left_out["mrn"] == "identifying: the data dictionary flags it"
    assert found.column("fu_date").event == "fu_1_arm_1"
    assert "filled in at the events fu_1_arm_1 and fu_2_arm_1" in found.doubts("date_last_contact")
    assert examine(tmp_path / "extract.csv", found.study).errors == []


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        (["time", "status"], [[5, 1], [5, 0]], "no column of identifiers"),
        (["", "time"], [["a1", 5], ["a2", 5]], "Write id as the header of column 1"),
        (["1", "2", "3"], [[4, 5, 6]], "the first line holds the headers"),
        (["name", "time"], [["Miller", 5], ["Smith", 6]], "no column of identifiers"),
    ],
)
def test_what_can_have_no_study_file_is_refused_with_a_remedy(tmp_path, header, rows, words):
    with pytest.raises(InputRefused, match=words):
        proposed(tmp_path, header, rows)


def test_evidence_and_doubts_stand_beside_their_lines(tmp_path):
    found = proposed(tmp_path, *chinese())
    lines = found.text.splitlines()
    for check in found.checks:
        assert lines[check.line - 1].strip().startswith("# CHECK: ")
    assert found.text.count("CHECK: ") == len(found.checks)
    assert "男: male # 12" in found.text
    assert "# cutoff: " in found.text
    assert max(map(len, lines)) <= 120


def test_classes_of_a_quantity_do_not_take_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [[i, i % 2, "minor" if i % 3 else "major", "CC0" if i % 2 else "other"] for i in range(1, 30)]
    found = proposed(tmp_path, ["id", "BMI", "Clavien-Dindo", "CC score"], rows)
    assert found.column("BMI").name == "bmi_group"
    assert "classes rather than values" in found.doubts("bmi_group")
    assert examine(tmp_path / "extract.csv", found.study).errors == []


def test_names_of_derived_groups_stay_free(tmp_path):
    rows = [[i, i % 4, "ab"[i % 2], i % 40, "xy"[i % 2], i % 2, "pq"[i % 2]] for i in range(1, 60)]
    found = proposed(tmp_path, ["id", "cc", "cc_group", "pci", "pci_group", "bmi", "bmi_group"], rows)
    names = [item.name for item in (*found.study.columns, *found.study.groups)]
    assert len(names) == len(set(names)) == 9
