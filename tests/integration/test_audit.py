"""The audit chain: what was written cannot be changed, and when somebody manages to, it is found."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from events.models import Event
from tests.integration.acting import Acting, number


@pytest.fixture
def log(db):
    """A numbered log of a few events; returns its head."""
    operator = Acting("operator.madiun")
    for _ in range(3):
        operator.report("kebakaran rumah")
    return number()


def verify() -> str:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def test_an_untouched_log_holds(log):
    assert f"{log} events" in verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET actor_label = 'x' WHERE seq = 2",
        "UPDATE events_event SET data = '{}' WHERE seq = 2",
        "UPDATE events_event SET seq = 99 WHERE seq = 2",
        "UPDATE events_event SET seq = NULL, hash = NULL WHERE seq = 2",
        "DELETE FROM events_event WHERE seq = 2",
        "TRUNCATE events_event",
    ],
)
def test_the_application_cannot_change_it(log, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    verify()


def test_no_column_of_a_numbered_event_can_be_written(log):
    for column in (field.column for field in Event._meta.concrete_fields):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE events_event SET {column} = {column} WHERE seq = 2")


def test_retention_may_erase_the_data_and_the_chain_still_holds(log):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET data = '' WHERE seq = 2")
    verify()


MIDDLE = 3
TAMPERING = {
    "edited": ["UPDATE events_event SET actor_label = 'x' WHERE seq = 3"],
    "data edited": ["UPDATE events_event SET data = '{}', data_sha256 = sha256('{}') WHERE seq = 3"],
    "deleted": ["DELETE FROM events_event WHERE seq = 3"],
    "deleted and closed up": [
        "DELETE FROM events_event WHERE seq = 3",
        "UPDATE events_event SET seq = -seq WHERE seq > 3",
        "UPDATE events_event SET seq = -seq - 1 WHERE seq < 0",
        "UPDATE events_stream SET head = head - 1",
    ],
    "inserted": [
        "UPDATE events_event SET seq = -seq WHERE seq > 3",
        "UPDATE events_event SET seq = -seq + 1 WHERE seq < 0",
        "INSERT INTO events_event (kind, region, agency_codes, actor_id, actor_label, occurred_at, recorded_at, source,"
        " public, exercise, data, data_sha256, seq, hash) SELECT kind, region, agency_codes, actor_id, actor_label,"
        " occurred_at, recorded_at, source, public, exercise, data, data_sha256, 4, hash FROM events_event"
        " WHERE seq = 3",
        "UPDATE events_stream SET head = head + 1",
    ],
    "re-ordered": [
        "UPDATE events_event SET seq = -seq WHERE seq IN (3, 4)",
        "UPDATE events_event SET seq = CASE seq WHEN -3 THEN 4 ELSE 3 END WHERE seq < 0",
    ],
    "tail cut off": ["DELETE FROM events_event WHERE seq = (SELECT max(seq) FROM events_event)"],
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_gets_past_the_triggers_is_found(log, what):
    """The table's owner can switch triggers off; the chain still tells."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
        for statement in TAMPERING[what]:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE events_event ENABLE TRIGGER USER")
    expected = log if what == "tail cut off" else MIDDLE
    with pytest.raises(CommandError) as broken:
        verify()
    assert broken.value.returncode == 1
    found = int(str(broken.value).split()[1].rstrip(":"))
    assert expected <= found <= expected + 1


def test_numbers_have_no_gap_and_the_order_of_an_incident_is_kept(log):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(seq), max(seq) FROM events_event")
        count, first, last = cursor.fetchone()
        assert (first, last) == (1, count)
        cursor.execute(
            "SELECT count(*) FROM (SELECT seq, lag(seq) OVER (PARTITION BY incident_id ORDER BY id) AS before"
            " FROM events_event WHERE incident_id IS NOT NULL) s WHERE seq < before"
        )
        assert cursor.fetchone()[0] == 0


def test_a_look_past_every_policy_shows_sealed_bytes_only(log):
    Acting("operator.madiun").report("suami memukuli istrinya CANARY", type="violence_women_children")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siaga.system', 'on', true)")
        cursor.execute("SELECT count(*) FROM incidents_text WHERE plain LIKE %s", ["%CANARY%"])
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM incidents_text WHERE sealed IS NOT NULL")
        assert cursor.fetchone()[0] > 0
        cursor.execute("SELECT set_config('siaga.system', '', true)")
