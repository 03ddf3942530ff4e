"""A study file that asks for what can't be computed is refused before anything runs."""

from pathlib import Path

import pytest

from peritrace.problems import InputRefused
from peritrace.study_file import load_study

YAN = Path("config/studies/yan-2024.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{endpoint: OS2, by: onset}", "{endpoint: OS2, by: age}", "'age', which has no levels"),
        ("{endpoint: OS2, by: onset}", "{endpoint: OS2, by: pci_group}", "a comparison a second time"),
        ("covariates: [pci], label: Death after", "covariates: [pci, pci], label: Death after", "a covariate a second"),
        ("id: cox-os2-pci", "id: cox-os2-cc", "'cox-os2-cc' a second time"),
        ("{variable: pci, with: cc_score}", "{variable: pci, with: pathology2}", "it must name a variable"),
        ("{variable: pci, with: cc_score}", "{variable: treatment_after, with: cc_score}", "neither number nor group"),
        ("describe_by: [cc_group, onset]", "describe_by: [cc_group, age]", "patients are split by a group"),
        ("survival-median: [kaplan-meier, life-table]", "survival-median: [km]", "'km'; it must name a method"),
        ("by: cc_group\n    printed_as: Fig. 2D", "by: sex\n    printed_as: Fig. 2D", "Add {endpoint: OS2, by: sex}"),
        ("variable: pci, by: cc_group}", "variable: sex, by: cc_group}", "points show a number"),
        ("title: Life table of overall survival from diagnosis, endpoint: OS1", "title: x", "no endpoint"),
        ("columns: [subject, sae, treatment_after,", "columns: [subject, sae, cc_group,", "'cc_group', a group"),
        ("time_points: [12, 36, 60]", "time_points: [-12, 36]", "greater than or equal to 0.01"),
        ("time_points: [12, 36, 60]", "time_points: [12, .inf]", "finite number"),
        ("label: Status at last contact\n", "label: Status\n    optional: true\n", "'status', which is optional"),
        ('{label: CC2/3, values: ["2", "3"]}', '{label: CC0/1, values: ["2", "3"]}', "differ in their label"),
    ],
)
def test_it_is_refused_with_a_remedy(tmp_path, old, new, words):
    assert old in YAN
    path = tmp_path / "yan-2024.yaml"
    path.write_text(YAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputRefused) as refusal:
        load_study(path)
    assert words in str(refusal.value)
    assert "line " in str(refusal.value)


def test_no_study_takes_the_place_of_the_index(tmp_path):
    path = tmp_path / "index.yaml"
    path.write_text(YAN.replace("id: yan-2024", "id: index"), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"reports/index\.html lists the studies"):
        load_study(path)
