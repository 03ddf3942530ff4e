"""Tables printed from real patients: the checks let them pass as they are, and find a misprint planted in them."""

import pytest

from tests.bench.planted import Results, run


@pytest.fixture(scope="module")
def results() -> Results:
    return run(tables=40, seed=20, every=1)


def test_nothing_is_called_impossible_in_tables_that_are_right(results):
    assert sum(results.grades.values()) > 2500
    assert results.grades["impossible"] == 0


def test_hardly_anything_is_called_not_reproducible_in_tables_that_are_right(results):
    assert results.grades["not reproducible"] <= 0.02 * sum(results.grades.values())


def test_misprints_that_the_other_numbers_exclude_are_caught(results):
    beyond = [found for found in results.found if found.beyond]
    assert len(beyond) >= 20
    assert sum(found.caught for found in beyond) >= 0.8 * len(beyond)


def test_the_true_number_is_mostly_the_first_correction(results):
    caught = [found for found in results.found if found.beyond and found.caught]
    assert sum(found.rank == 1 for found in caught) >= 0.7 * len(caught)


def test_the_same_seed_prints_and_alters_the_same_numbers(results):
    again = run(tables=3, seed=20, every=1)
    told = [(found.misprint.claim.location, found.misprint.text) for found in again.found]
    assert told == [(found.misprint.claim.location, found.misprint.text) for found in results.found[:3]]
