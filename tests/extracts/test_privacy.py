"""What would tell who a patient is, is refused; what only looks a little like it, is not. All persons are made up."""

import time
from pathlib import Path

import pytest

from peritrace.extracts.privacy import MOST_PLACES, identifying_values, looks_identifying, privacy_problems
from peritrace.extracts.reading import read_extract
from peritrace.problems import Problem
from peritrace.study import Study
from peritrace.study_file import load_study

ROOT = Path(__file__).parents[2]
FILE = "made-up.csv"
RECORD, NAME, BIRTH = "a hospital record number", "a person's name", "a date of birth"

HEADERS = {
    NAME: "name Name NAME name_1 surname Surname first_name FirstName firstname LastName patient_name PatientName "
    "fullname maiden_name 姓名 患者姓名 Vorname Nachname Patientenname nom Prénom prenom PRÉNOM apellido Apellidos "
    "nombre cognome achternaam фамилия ФИО 氏名 성명 ＮＡＭＥ mother_name",
    BIRTH: "dob DOB date_of_birth DateOfBirth birth_date birthday Geburtsdatum geb_datum 出生日期 生年月日 生日 "
    "date_de_naissance fecha_nacimiento geboortedatum",
    RECORD: "mrn MRN ptMRN hospital_no HospitalNumber chart_number 病案号 住院号 门诊号 病歷號 Fallnummer "
    "medical_record_number accession_no numéro_de_dossier",
    "a telephone number": "phone phone_number Telephone tel Mobile cell_phone fax 电话 联系电话 手机 手机号码 Telefon "
    "téléphone",
    "an address": "address home_address Address_2 street 地址 家庭住址 Adresse Anschrift Straße dirección",
    "a postal code": "zip ZIP zip_code postcode PostCode 邮编 PLZ code_postal",
    "an e-mail address": "email e-mail E_Mail eMail 邮箱",
    "a national health number": "nhs_number NHS-No nhsNumber",
    "a social security number": "ssn SSN social_security",
    "a national identity number": "身份证 身份证号 passport PESEL",
    "an insurance number": "insurance_number InsuranceNo 医保卡号 Versichertennummer KVNR",
}
HARMLESS = (
    "tumour_name drug_name hipec_drug_name renamed username_hash telomere telangiectasia names_of_drugs nomogram "
    "patient subject id patient_id study_id record_id Fall case sex age bmi year_of_birth birth_weight date_of_surgery "
    "date_of_death Diagnosedatum Dateiname nombre_de_ganglions nom_du_traitement cell_type mobile_mass zipper "
    "phonation faxitron addressee addressed streetcar 药物名称 病名 手术日期 电话随访 имя_препарата pci_score cc_score "
    "hospital hospital_days hospital_stay os_months contact_date last_contact chip mrna nhs_trust photodynamic serial "
    "licence insured record_complete geburtsgewicht Plzf 12 _ 🙂"
)


@pytest.mark.parametrize(("header", "reason"), [(h, reason) for reason, some in HEADERS.items() for h in some.split()])
def test_headers_that_tell(header: str, reason: str) -> None:
    assert looks_identifying(header) == reason


@pytest.mark.parametrize("header", HARMLESS.split())
def test_headers_that_do_not(header: str) -> None:
    assert looks_identifying(header) is None


@pytest.mark.parametrize(
    "header", ["", " ", "Patient's name", "Date of birth (dd.mm.yyyy)", "nom de famille", "na\u200bme"]
)
def test_headers_in_several_words(header: str) -> None:
    assert (looks_identifying(header) is None) == (header.strip() == "")


# The check digits are right; the resident's number is the example of GB 11643, 943 476 5919 that of the NHS.
VALUES = {
    "an e-mail address": ["a.patient@hospital.example", "write to A.B@c-d.example.org.", "x＠y.org"],
    "an address of the web": ["see https://pacs.example/42", "www.example.org"],
    "an address of a computer": ["from 192.168.1.17", "10.0.0.1"],
    "a Chinese identity number": [
        "11010519491231002X",
        "身份证11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
    "an NHS number": ["943 476 5919", "NHS 943-476-5919", "9434765919"],
    "a US social security number": ["123-45-6789", "SSN 123-45-6789"],
    "a telephone number": [
        "13812345678",
        "电话：010-12345678",
        "+86 138 1234 5678",
        "138-1234-5678",
        "tel. 0551 6789",
        "Tel: 67890123",
        "+49 (171) 555 1234",
        "(555) 555-1234",
        "555-555-1234",
        "0171/5551234",
        "١٣٨١٢٣٤٥٦٧٨",
    ],
    "a calendar date": [
        "TACE on 2019-03-01",
        "2019/3/1",
        "01.03.2019",
        "3/1/2019",
        "2019年3月",
        "3月12日手术",
        "since March 2019",
        "Mar 12, 2019",
        "12. März 2019",
        "12.03.19",
        "op 20190312",
    ],
    "a person's name": [
        "Dr. Brown",
        "Dr Li operated",
        "Prof. Müller",
        "Mr Smith",
        "Frau Weber",
        "王先生",
        "李建国女士",
        "李主任",
    ],
    "a long number": ["No. 12345678", "case 987654321"],
}
CLINICAL = [
    "DTX + DDP IP followed by DTX + CBP Ivgtt",
    "HR; TACE; Surgery; LBP + LV; Sorafenib; Levatinib",
    "FOLFOX 12 cycles, 2400 mg/m2 5-FU",
    "segments 5.6.7.8 and S5/6/7",
    "AFP 1210000 ng/mL",
    "AFP 12100.25 to 0.5",
    "TACE in 2019, resection in 2020",
    "2.5 x 3.1 x 4.0 cm",
    "pT3N1M0, 2/15 nodes",
    "NCT01234567",
    "MR imaging, Mrs2 score, MS",
    "90-100-110 mg",
    "CD8 1.5-2.5",
    "may need 2 cycles",
    "由于医生建议",
    "任何医生",
    "术后第3月复查",
    "卡培他滨",
    "version 1.2.3.4",
    "5-FU 400 mg/m², 42.5 °C, 90 min",
    "0.123456789",
    "123,456,789",
    "Dr",
    "@",
    "",
]


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for reason, some in VALUES.items() for text in some])
def test_texts_that_tell(text: str, reason: str) -> None:
    assert identifying_values([text, "TACE"]) == {reason: 1}


@pytest.mark.parametrize("text", CLINICAL)
def test_texts_that_do_not(text: str) -> None:
    assert identifying_values([text]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # wrong check character
        "943 476 5918",  # wrong check digit
        "000-45-6789",
        "123-00-6789",
        "2019-13-01",
        "32.01.2019",
        "5.6.7.8",
        "999.1.1.1",
    ],
)
def test_numbers_that_only_look_like_it(text: str) -> None:
    assert identifying_values([text], "code") == {}


@pytest.mark.parametrize(
    "codes",
    [
        ["001-0001", "001-0002", "002-0001"],  # site and patient
        ["P1", "P2"],
        ["109841003", "25370001", "363418001"],  # SNOMED CT
        ["C22.0", "8170/3"],
        ["20190001", "20190002", "20190150", "20190201"],  # year and number; of the last two one is a date
        [str(number) for number in range(1_000_000_000, 1_000_000_400)],  # one in eleven passes the check of the NHS
        ["10.20.30.40"],
    ],
)
def test_codes_that_do_not(codes: list[str]) -> None:
    assert identifying_values(codes, "code") == {}


def test_codes_that_tell_by_their_number() -> None:
    """Where most codes of ten digits pass the check, they are NHS numbers; of eight digits, dates of birth."""
    assert identifying_values(["9434765919", "4010232137", "9434765918"], "code") == {"an NHS number": 2}
    assert identifying_values(["19490312", "19520101", "19611231", "P4"], "code") == {"a calendar date": 3}


def test_a_string_counts_once() -> None:
    assert identifying_values(["Dr. Brown, 13812345678, a@b.org"]) == {"an e-mail address": 1}


def refuse(tmp_path: Path, text: str, *columns: dict[str, object]) -> list[Problem]:
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8")
    typed = [{"label": column["name"], "source": column["name"], **column} for column in columns]
    study = Study.model_validate({"id": "made-up", "columns": typed})
    return privacy_problems(read_extract(path), study, FILE)


ROWS = "MRN,sex,notes\n123,f,TACE\n124,m,call 13812345678\n125,f,seen by Dr. Brown\n126,m,call 13812345678\n"
SUBJECT: dict[str, object] = {"name": "subject", "source": "MRN", "type": "identifier"}
NOTES: dict[str, object] = {"name": "notes", "type": "text"}


def test_a_record_number(tmp_path: Path) -> None:
    (problem,) = refuse(tmp_path, ROWS, SUBJECT)
    assert (problem.severity, problem.line, problem.column) == ("error", 1, "MRN")
    assert problem.found == "a header that looks like a hospital record number"
    assert "replace: true" in problem.remedy
    assert "identifying: true" in problem.remedy
    assert refuse(tmp_path, ROWS, SUBJECT | {"replace": True}) == []
    assert refuse(tmp_path, ROWS, SUBJECT | {"identifying": True}) == []


def test_cells(tmp_path: Path) -> None:
    """Each cell by its line, and nothing of what it holds."""
    problems = refuse(tmp_path, ROWS, NOTES)
    assert sorted((problem.line, problem.found) for problem in problems) == [
        (3, "a telephone number"),
        (4, "a person's name"),
        (5, "a telephone number"),
    ]
    assert not any(secret in str(problem) for problem in problems for secret in ("138", "Brown"))
    assert refuse(tmp_path, ROWS, NOTES | {"identifying": True}) == []


def test_columns_not_declared_are_not_judged(tmp_path: Path) -> None:
    sex: dict[str, object] = {"name": "sex", "type": "category", "levels": {"f": "female", "m": "male"}}
    assert refuse(tmp_path, ROWS, sex) == []


def test_a_name_of_the_study_file_tells_too(tmp_path: Path) -> None:
    (problem,) = refuse(tmp_path, "V1\n1990-05-06\n", {"name": "date_of_birth", "source": "V1", "type": "date"})
    assert problem.column == "V1"
    assert problem.found == "a header that looks like a date of birth"
    assert problem.remedy.startswith("Put the age in its place")


@pytest.mark.parametrize("kind", ["number", "date"])
def test_numbers_and_dates_are_what_they_are(tmp_path: Path, kind: str) -> None:
    """Ten digits of a laboratory are no NHS number, and the date of an operation is needed."""
    text = "value\n9434765919\n" if kind == "number" else "value\n2019-03-01\n"
    assert refuse(tmp_path, text, {"name": "value", "type": kind}) == []


def test_identifiers(tmp_path: Path) -> None:
    subject: dict[str, object] = {"name": "subject", "type": "identifier"}
    assert refuse(tmp_path, "subject\n001-0001\n001-0002\n", subject) == []
    (problem,) = refuse(tmp_path, "subject\n11010519491231002X\nP2\n", subject)
    assert (problem.line, problem.found) == (2, "a Chinese identity number")
    assert "replace: true" in problem.remedy
    assert refuse(tmp_path, "subject\n11010519491231002X\n", subject | {"replace": True}) == []


def test_codes_of_a_category(tmp_path: Path) -> None:
    column: dict[str, object] = {"name": "site", "type": "category", "levels": {"a@b.org": "a", "c": "c"}}
    (problem,) = refuse(tmp_path, "site\nc\na@b.org\n", column)
    assert (problem.line, problem.found) == (3, "an e-mail address")


def test_many_cells_are_one_problem(tmp_path: Path) -> None:
    text = "notes\n" + "TACE\n" + "call 13812345678\n" * (MOST_PLACES + 1)
    (problem,) = refuse(tmp_path, text, NOTES)
    assert (problem.line, problem.found) == (3, f"a telephone number (in {MOST_PLACES + 1} cells)")
    assert len(refuse(tmp_path, text.removesuffix("call 13812345678\n"), NOTES)) == MOST_PLACES


def test_withheld_and_missing_columns(tmp_path: Path) -> None:
    """A column that the extract lacks or has twice is reported elsewhere; so is a damaged cell."""
    assert refuse(tmp_path, "a,a\n1,Dr. Brown\n", {"name": "a", "type": "text"}, {"name": "b", "type": "text"}) == []
    path = tmp_path / FILE
    path.write_bytes(b"notes\n\xff Dr. Brown\nDr. Brown\n")
    study = Study.model_validate({"id": "x", "columns": [NOTES | {"source": "notes", "label": "Notes"}]})
    assert [problem.line for problem in privacy_problems(read_extract(path), study, FILE)] == [3]


def test_no_false_alarm_in_a_published_study() -> None:
    path = ROOT / "resources/yan-2024/patients.csv"
    study = load_study(ROOT / "config/studies/yan-2024.yaml")
    assert privacy_problems(read_extract(path), study, FILE) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests/data").glob("*.csv")), ids=lambda path: path.stem)
def test_no_false_alarm_on_real_data(path: Path) -> None:
    """All columns as texts, and no alarm."""
    read = read_extract(path)
    columns = [{"name": name, "source": name, "label": name, "type": "text"} for name in read.header]
    assert privacy_problems(read, Study.model_validate({"id": "x", "columns": columns}), FILE) == []


@pytest.mark.parametrize(
    "text", ["a" * 5000, "1" * 5000, "a@" * 2500, "1 " * 2500, "+1 " * 1600, "Dr " * 1600, "\ud800" * 9]
)
def test_long_texts_are_read_in_time(text: str) -> None:
    before = time.process_time()
    identifying_values([text])
    looks_identifying(text)
    assert time.process_time() - before < 0.1
