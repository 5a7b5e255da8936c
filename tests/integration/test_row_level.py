"""The second wall: the database itself shows texts and identities only in the sight of the one who asks."""

import pytest
from django.db import connection

from agencies import caches
from agencies.access import SYSTEM
from agencies.models import User
from agencies.rowlevel import NOTHING, apply, settings_of, sight
from tests.integration.acting import MADIUN, Acting, another

pytestmark = pytest.mark.django_db
TABLES = ("incidents_text", "incidents_identity")


@pytest.fixture(autouse=True)
def _reports():
    Acting("operator.madiun").report("kebakaran rumah", caller={"name": "Ani", "number": "0812345678"}, agencies=[
        {"code": "damkar", "role": "lead"}])  # fmt: skip
    Acting("supervisor.madiun").report(
        "suami memukuli istrinya",
        type="violence_women_children",
        caller={"name": "Siti"},
        agencies=[{"code": "dp3a", "role": "lead"}, {"code": "rsud", "role": "support"}],
        location={"text": "jalan Pahlawan"},
    )


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def seen_by(username: str) -> dict[str, int]:
    user = User.objects.get(username=username)
    with sight(caches.actor_of_user(str(user.id))):
        return {table: rows(table) for table in TABLES}


def test_without_a_context_there_is_nothing():
    assert [rows(table) for table in TABLES] == [0, 0]


def test_the_application_is_no_superuser_and_the_walls_are_forced():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relrowsecurity AND relforcerowsecurity",
            [list(TABLES)],
        )
        assert cursor.fetchone()[0] == len(TABLES)


@pytest.mark.parametrize(
    ("username", "texts", "identities"),
    [
        ("supervisor.madiun", 3, 2),
        ("colleague", 1, 1),
        ("damkar.madiun", 1, 1),
        ("dp3a.madiun", 2, 1),
        ("rsud.madiun", 1, 0),
        ("bpbd.madiun", 0, 0),
        ("polres.madiun", 0, 0),
        ("qa.madiun", 1, 1),
        ("wall.madiun", 0, 0),
        ("admin.madiun", 0, 0),
        ("supervisor.ppu", 0, 0),
        ("national", 0, 0),
    ],
)
def test_what_the_database_shows_to_whom(username, texts, identities):
    another("colleague", "call_taker", MADIUN)
    assert seen_by(username) == {"incidents_text": texts, "incidents_identity": identities}


def test_a_context_ends_with_its_transaction_and_lists_are_not_patterns():
    with sight(SYSTEM):
        assert rows("incidents_text") == 3
    assert rows("incidents_text") == 0
    for odd in ("%", "35", "35.7", "35.77,", "'", "35_77"):
        apply(NOTHING | {"siaga.regions": odd})
        assert (rows("incidents_text") > 0) is (odd == "35.77,"), odd
    apply(NOTHING)


def test_an_update_or_delete_reaches_only_what_is_seen():
    user = User.objects.get(username="operator.ppu")
    apply(settings_of(caches.actor_of_user(str(user.id))))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_text SET plain = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM incidents_text")
        assert cursor.rowcount == 0
    apply(NOTHING)
