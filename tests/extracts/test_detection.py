"""Detection names the encoding and the delimiter of clinical tables in many languages, and says how sure it is."""

import pytest

from peritrace.extracts.decoding import remedy_for
from peritrace.extracts.detection import CODECS, NAMES, detect_delimiter, detect_encoding

TABLES = {
    "gb18030": [
        "编号,性别,年龄,诊断,手术日期,随访\n1,男,45,肝细胞癌腹膜转移,2020-01-02,存活\n2,女,56,结直肠癌,2020-02-02,死亡\n",
        "患者,减瘤程度,热灌注药物,并发症\n1,完全切除,洛铂联合紫杉醇,吻合口瘘\n2,部分切除,顺铂,无\n",
        "sex\n男\n女\n",
    ],
    "big5": [
        "編號,性別,年齡,診斷,追蹤\n1,男,45,肝細胞癌腹膜轉移,存活\n2,女,56,結直腸癌,死亡\n",
        "病患,手術方式,併發症\n1,腫瘤減積手術合併腹腔溫熱化療,無\n2,剖腹探查,傷口感染\n",
    ],
    "shift-jis": [
        "患者番号,性別,年齢,診断,転帰\n1,男,45,肝細胞癌の腹膜転移,生存\n2,女,56,大腸癌、リンパ節転移あり,死亡\n",
        "番号,術式,合併症\n1,腹膜切除と温熱化学療法,なし\n2,試験開腹,縫合不全\n",
    ],
    "euc-kr": [
        "번호,성별,나이,진단,상태\n1,남,45,간세포암 복막전이,생존\n2,여,56,대장암,사망\n",
        "환자,수술,합병증\n1,종양감축술과 온열항암화학요법,없음\n2,시험개복술,문합부 누출\n",
    ],
    "windows-1252": [
        "Patient,Geschlecht,Größe,Diagnose\n1,männlich,180,Magenkarzinom mit Übergang\n2,weiblich,165,Ösophagus\n",
        "numéro,âge,décès,opération\n1,45,décédé,chirurgie complète\n2,33,vivant,reprise à 3 mois\n",
        "número,sexo,edad,cirugía\n1,varón,45,años después\n2,mujer,55,sí\n",
        "numero,sesso,età,nota\n1,maschio,45,è deceduto più tardi, così come già detto, però\n",
        "número,idade,observação\n1,45,não há lesão\n",
        "nummer,kön,ålder,åtgärd\n1,man,45,rökare, återfall\n",
    ],
    "windows-1250": [
        "numer,płeć,wiek,rozpoznanie\n1,mężczyzna,45,rak żołądka\n2,kobieta,55,śmierć z powodu choroby\n",
        "číslo,pohlaví,věk,diagnóza\n1,muž,45,žaludek\n2,žena,55,úmrtí, příčina neznámá\n",
        "szám,nem,kor,kórisme\n1,férfi,45,gyomorrák, műtét\n2,nő,55,elhunyt, időpont ismeretlen, hűtő\n",
    ],
    "windows-1251": ["номер,пол,возраст,диагноз\n1,Мужской,45,Рак желудка\n2,Женский,55,УМЕР\n"],
    "utf-8": ["编号,性别\n1,男\n", "numéro,âge\n1,45\n", "id,sex\n1,m\n"],
}


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in TABLES.items() for text in texts])
def test_encoding(encoding, text):
    guess = detect_encoding(text.encode(CODECS[encoding]))
    assert guess.value == encoding
    assert 0 < guess.confidence <= 1
    assert guess.reason
    assert f"Write `encoding: {encoding}` under source:" in remedy_for(guess)


@pytest.mark.parametrize(
    ("codec", "value"),
    [("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", None), ("utf-16-be", None), ("utf-32", None)],
)
def test_marks_and_zero_bytes(codec, value):
    guess = detect_encoding(TABLES["windows-1252"][1].encode(codec))
    assert guess.value == value
    assert guess.confidence == (0 if value is None else 1)


def test_what_can_not_be_told_apart_is_named_as_a_rival():
    """é is é in both code pages; ê of the one is ę of the other."""
    guess = detect_encoding("état\ndécédé\n".encode("cp1252"))
    assert [candidate.value for candidate in guess.candidates[:2]] == ["windows-1252", "windows-1250"]
    assert "the same text" in guess.candidates[1].reason
    assert "(or windows-1250)" in remedy_for(detect_encoding("même\n".encode("cp1252")))


def test_a_damaged_file_stays_what_most_of_it_is():
    lines = ["âge", "décès", "opéré", "numéro"]
    data = "\n".join(lines).encode() + "\nété".encode("cp1252")
    guess = detect_encoding(data)
    assert guess.value == "utf-8"
    assert guess.reason.startswith("1 of 5 lines")


def test_bytes_that_are_no_text():
    assert detect_encoding(bytes(range(128, 256)) * 3).value is None
    assert detect_encoding(b"").value == "utf-8"


def test_no_reason_quotes_the_file():
    for texts in TABLES.values():
        for text in texts:
            reasons = [candidate.reason for candidate in detect_encoding(text.encode("utf-8")).candidates]
            assert not {word for word in text.replace("\n", ",").split(",") if len(word) > 3} & set(
                " ".join(reasons).split()
            )


def test_every_encoding_has_a_codec_and_a_name():
    from typing import get_args

    from peritrace.study import Encoding

    assert set(CODECS) == set(NAMES) == set(get_args(Encoding))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2;3\n2,5;1;1\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("age, years;sex\n3,5;m\n4;f\n", ";"),
        ('id,note\n1,"a; b; c"\n2,"d; e"\n', ","),
        ("a,b", ","),
        ("id\n1\n2\n", None),
        ("", None),
    ],
)
def test_delimiter(text, sign):
    guess = detect_delimiter(text)
    assert guess.value == sign
    assert guess.reason
    assert (guess.confidence > 0) == (sign is not None)
