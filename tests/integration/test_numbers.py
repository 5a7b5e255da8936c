"""Numbers of incidents: per region and day, never given twice, nobody waits for them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from agencies import caches
from incidents.services import numbers
from tests.integration.acting import MADIUN

TODAY = datetime(2031, 5, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def region(db):
    return caches.reference().regions[MADIUN]


def given_number(region, at):
    numbers.open_day(region, at)
    return numbers.number(region, at, numbers.draw(region))


def test_a_day_begins_with_one_and_counts_on(region):
    assert [given_number(region, TODAY) for _ in range(3)] == [f"112-MDN-310501-{n:04d}" for n in (1, 2, 3)]
    assert given_number(region, TODAY + timedelta(days=1)) == "112-MDN-310502-0001"


def test_the_day_is_the_regions_own(region):
    assert given_number(region, datetime(2031, 6, 30, 17, 0, tzinfo=UTC)).startswith("112-MDN-310701")  # midnight, WIB


def test_a_day_of_more_than_9999_reports_goes_on(region):
    base = numbers.open_day(region, TODAY + timedelta(days=5))
    assert numbers.number(region, TODAY + timedelta(days=5), base + 10_000) == "112-MDN-310506-10000"


def test_what_rolls_back_leaves_a_gap_and_no_number_twice(region):
    at = TODAY + timedelta(days=10)
    numbers.open_day(region, at)
    with transaction.atomic():
        lost = numbers.number(region, at, numbers.draw(region))
        transaction.set_rollback(True)
    assert given_number(region, at) > lost


def test_the_base_of_a_day_is_fixed_once_for_all_processes(region, monkeypatch):
    at = TODAY + timedelta(days=20)
    first = numbers.open_day(region, at)
    for _ in range(3):
        numbers.draw(region)
    monkeypatch.setattr(numbers, "_bases", {})  # another process, later on the same day
    assert numbers.open_day(region, at) == first


def test_days_counted_before_there_were_sequences_go_on(region):
    """What the migration leaves for a day that had 41 numbers: a base below nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM region_number_35_77")
        drawn = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO incidents_numberbase (region_id, day, base) VALUES (%s, '2031-09-09', %s)",
            [MADIUN, drawn - 41],
        )
    assert given_number(region, datetime(2031, 9, 9, 3, tzinfo=UTC)) == "112-MDN-310909-0042"


@pytest.mark.xdist_group("services")
def test_forty_reports_at_once_get_forty_numbers_in_one_row(stack):
    with stack.client("operator.ppu") as client, ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(
                lambda n: client.post("incidents/", json={"region": "64.09", "narrative": f"pohon tumbang {n}"}).json(),
                range(40),
            )
        )
    given = sorted(int(one["number"].rsplit("-", 1)[1]) for one in made)
    assert given == list(range(given[0], given[0] + 40))
