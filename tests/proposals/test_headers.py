"""Headers in several languages and spellings name the same quantities."""

import pytest

from peritrace.proposals.headers import matches, read_header, words_of
from peritrace.proposals.quantities import codings, lexicon, quantities, units


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Sex", "sex", None),
        ("dateOfSurgery", "date_surgery", None),
        ("Surgery date", "date_surgery", None),
        ("date_of_surgery", "date_surgery", None),
        ("Blood loss (ml)", "blood_loss_ml", "mL"),
        ("blood_loss_ml", "blood_loss_ml", "mL"),
        ("operation_minutes", "operation_minutes", "min"),
        ("os_months", "os_time", "months"),
        ("Survival time [days]", "os_time", "days"),
        ("手术日期", "date_surgery", None),
        ("手术时间（分钟）", "operation_minutes", "min"),
        ("末次随访日期", "date_last_contact", None),
        ("生存状态", "status", None),
        ("体重指数", "bmi", None),
        ("PCI评分", "pci", None),
        ("OP-Datum", "date_surgery", None),
        ("Überlebenszeit (Tage)", "os_time", "days"),
        ("Date de décès", "date_death", None),
        ("Fecha de cirugía", "date_surgery", None),
        ("Età", "age", None),
        ("Data do óbito", "date_death", None),
        ("最終生存確認日", "date_last_contact", None),
        ("CA19-9 (U/ml)", "ca199", "U/mL"),
        ("HBsAg", "hepatitis_b", None),
    ],
)
def test_a_header_names_a_quantity(header, name, unit):
    found, stated = matches(read_header(header))
    assert name in {match.name for match in found if match.exact}
    assert stated == unit


@pytest.mark.parametrize(
    ("header", "name"),
    [("date of surgry", "date_surgery"), ("术后白蛋白水平", "albumin"), ("bilirubine totl", "bilirubin")],
)
def test_a_header_that_only_resembles_is_not_exact(header, name):
    found, _ = matches(read_header(header))
    assert name in {match.name for match in found}
    assert not any(match.exact for match in found)


def test_codes_explained_in_a_header_are_read():
    assert read_header("Sex (1=male, 2=female)").codes == {"1": "male", "2": "female"}
    assert read_header("性别（1：男；2：女）").codes == {"1": "男", "2": "女"}


def test_accents_and_signs_do_not_count():
    assert words_of("Date_de-Décès") == words_of("date deces")


def test_the_tables_fit_one_another():
    known = quantities()
    assert {term.name for term in lexicon()} == set(known)
    families = {quantity.coding for quantity in known.values()} - {"", "free", "ordinal", "clavien", "cc"}
    assert families <= set(codings()) | {"onset"}
    assert {term.yes for term in lexicon()} <= {"", "dead", "alive", "censored", "male", "female"}
    assert all(unit.strip() for unit in units())


def test_no_term_means_two_things_in_one_language_unless_values_tell_them_apart():
    meanings: dict[tuple[str, str], list[str]] = {}
    for term in lexicon():
        meanings.setdefault((term.language, "".join(words_of(term.term))), []).append(term.name)
    for names in meanings.values():
        types = [quantities()[name].types for name in dict.fromkeys(names)]
        assert len(types) == len(set(types)) or len(types) <= 2, names
