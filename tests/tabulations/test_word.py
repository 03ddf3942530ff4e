"""A table in Word holds the same texts as the table, whatever they are, in the same bytes each time."""

import time
import zipfile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from peritrace.tabulations.table import Column, Row, Table
from peritrace.tabulations.word import printable, write_docx

CHARACTERISTICS = Table(
    "characteristics",
    "Characteristics by completeness of cytoreduction",
    (Column("Characteristic"), Column("CC0/1", "number"), Column("CC2/3", "number"), Column("P", "number")),
    (
        Row(("Age, years", "53 (45–60)", "56 (47–62)", "0.31")),
        Row(("Sex", "", "", ""), "section"),
        Row(("male", "60 (75.0%)", "30 (75.0%)", "1.00"), "level", "Fisher's exact test"),
        Row(("female", "20 (25.0%)", "10 (25.0%)", ""), "level"),
        Row(("ECOG", "", "", "0.20"), "section"),
        Row(("0", "40 (50.0%)", "12 (30.0%)", ""), "level", "One patient is missing"),
        Row(("1", "40 (50.0%)", "28 (70.0%)", ""), "level", "Fisher's exact test"),
    ),
    ("Median (quartiles) or count (%).",),
)
HOSTILE = (
    "<script>alert(1)</script>",
    "=1+1",
    "]]>",
    "<w:p/>&amp;&#0;",
    "腹膜癌指数",
    "🩺 𝒳",
    "  spaces  kept  ",
    "'; DROP TABLE",
    "{{ x }} %s {0}",
    "\u202eright to left",
)


def written(table, tmp_path):
    write_docx(table, tmp_path / "table.docx")
    return docx.Document(str(tmp_path / "table.docx"))


def texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_every_cell_reads_back(tmp_path):
    document = written(CHARACTERISTICS, tmp_path)
    (table,) = document.tables
    assert texts(table) == [
        ["Characteristic", "CC0/1", "CC2/3", "P"],
        ["Age, years", "53 (45–60)", "56 (47–62)", "0.31"],
        ["Sex"] * 4,  # python-docx repeats a cell that spans
        ["malea", "60 (75.0%)", "30 (75.0%)", "1.00"],
        ["female", "20 (25.0%)", "10 (25.0%)", ""],
        ["ECOG", "", "", "0.20"],
        ["0b", "40 (50.0%)", "12 (30.0%)", ""],
        ["1a", "40 (50.0%)", "28 (70.0%)", ""],
    ]
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "Characteristics by completeness of cytoreduction",
        "Median (quartiles) or count (%).",
        "a Fisher's exact test",
        "b One patient is missing",
    ]


def test_caption_stands_above_and_notes_below_the_table(tmp_path):
    document = written(CHARACTERISTICS, tmp_path)
    kinds = [child.tag.rpartition("}")[2] for child in document.element.body]
    assert kinds == ["p", "tbl", "p", "p", "p", "sectPr"]
    assert [paragraph.style.name for paragraph in document.paragraphs] == ["Caption"] + ["Table Note"] * 3


def test_the_look_of_a_journal(tmp_path):
    document = written(CHARACTERISTICS, tmp_path)
    (table,) = document.tables
    header, age, sex, male, *_ = table.rows
    assert header._tr.trPr.find(qn("w:tblHeader")) is not None, "repeated on every page"
    assert all(run.bold for cell in header.cells for run in cell.paragraphs[0].runs)
    assert sex.cells[0].paragraphs[0].runs[0].bold
    assert [cell.paragraphs[0].style.name for cell in age.cells] == ["Table Text"] + ["Table Number"] * 3
    assert male.cells[0].paragraphs[0].style.name == "Table Level"
    assert male.cells[0].paragraphs[0].runs[1].font.superscript
    assert document.styles["Table Number"].paragraph_format.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert document.styles["Table Level"].paragraph_format.left_indent > 0
    assert document.styles["Table Note"].font.size < document.styles["Table Text"].font.size
    (borders,) = table._tbl.tblPr.iter(qn("w:tblBorders"))
    assert [side.tag for side in borders] == [qn("w:top"), qn("w:bottom")]
    ruled = [cell.find(f".//{qn('w:tcBorders')}") is not None for row in table.rows for cell in row._tr]
    assert sum(ruled) == len(CHARACTERISTICS.columns), "one rule under the header, none elsewhere"
    assert 'w:val="en-GB"' in document.styles.element.xml


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_everywhere(text, tmp_path):
    table = Table("x", text, (Column(text), Column(text, "number")), (Row((text, text), "level", text),), (text,))
    document = written(table, tmp_path)
    assert texts(document.tables[0]) == [[text, text], [text + "a", text]]
    assert [paragraph.text for paragraph in document.paragraphs] == [text, text, f"a {text}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b\x1b[31m", "ab[31m"),
        ("half \ud800 pair \udfff", "half  pair "),
        ("\ufffe\uffff\x7f\x9f", ""),
        ("line\r\nend\ttab\vfeed\u2028", "line end tab feed "),
    ],
)
def test_what_xml_cannot_hold_is_left_out(text, expected, tmp_path):
    assert printable(text) == expected
    table = Table("x", text, (Column(text),), (Row((text,), note=text),), (text,))
    document = written(table, tmp_path)
    assert texts(document.tables[0]) == [[expected], [expected + "a"]]
    assert [paragraph.text for paragraph in document.paragraphs] == [expected, expected, f"a {expected}"]


def test_equal_tables_give_equal_bytes_without_author_or_date(tmp_path):
    write_docx(CHARACTERISTICS, tmp_path / "first.docx")
    write_docx(CHARACTERISTICS, tmp_path / "second.docx")
    assert (tmp_path / "first.docx").read_bytes() == (tmp_path / "second.docx").read_bytes()
    with zipfile.ZipFile(tmp_path / "first.docx") as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(str(tmp_path / "first.docx")).core_properties
    assert (properties.author, properties.last_modified_by, properties.created, properties.modified) == (
        "",
        "",
        None,
        None,
    )


def test_the_page_is_turned_where_columns_are_many(tmp_path):
    few = written(CHARACTERISTICS, tmp_path).sections[0]
    assert few.orientation == WD_ORIENT.PORTRAIT
    assert few.page_width < few.page_height
    columns = tuple(Column(f"Measurement {place}", "number") for place in range(12))
    many = written(Table("x", "x", columns, (Row(("22.1 (10.3–41.0)",) * 12),)), tmp_path)
    assert many.sections[0].orientation == WD_ORIENT.LANDSCAPE
    assert many.sections[0].page_width > many.sections[0].page_height


@pytest.mark.parametrize("columns", [1, 4, 12, 40])
def test_a_table_is_never_wider_than_its_page(columns, tmp_path):
    table = Table("x", "x", tuple(Column("A long header") for _ in range(columns)), (Row(("words " * 30,) * columns),))
    document = written(table, tmp_path)
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in document.tables[0].columns) <= room


def test_a_table_without_rows_is_a_document(tmp_path):
    document = written(Table("x", "Nothing", (Column("A"), Column("B", "number")), ()), tmp_path)
    assert texts(document.tables[0]) == [["A", "B"]]


def test_time_grows_with_the_rows_and_not_with_their_square(tmp_path):
    columns = tuple(Column(f"Column {place}") for place in range(10))

    def seconds(rows):
        table = Table(
            "x", "x", columns, tuple(Row(tuple(f"{row} {place}" for place in range(10))) for row in range(rows))
        )
        started = time.perf_counter()
        write_docx(table, tmp_path / "long.docx")
        return time.perf_counter() - started

    seconds(10)  # the template is made once
    assert seconds(500) < 3  # 0.3 s on an ordinary machine; cell by cell through python-docx, some minutes
