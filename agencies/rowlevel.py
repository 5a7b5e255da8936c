"""The database's own view of who is asking: settings for one transaction that the row level policies read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from agencies.access import Actor, Role


def settings_of(actor: Actor) -> dict[str, str]:
    """What the policies read about who is asking."""
    if actor.is_system:
        return {"siaga.system": "on"}
    return {
        "siaga.regions": ",".join(sorted(actor.regions(Role.CALL_TAKER, Role.SUPERVISOR, Role.QA))),
        "siaga.supervised": ",".join(sorted(actor.regions(Role.SUPERVISOR))),
        "siaga.agencies": ",".join(sorted(actor.agencies)),
        "siaga.user": actor.id,
    }


NOTHING = dict.fromkeys(("siaga.system", "siaga.regions", "siaga.supervised", "siaga.agencies", "siaga.user"), "")


def apply(settings: dict[str, str]) -> None:
    """Set them for the rest of this transaction."""
    columns = ", ".join("set_config(%s, %s, true)" for _ in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [part for pair in settings.items() for part in pair])


@contextmanager
def sight(actor: Actor) -> Iterator[None]:
    """A transaction for reading in which the database shows what `actor` may see."""
    with transaction.atomic():
        apply(settings_of(actor))
        yield
        if connection.savepoint_ids:  # inside another transaction: a local setting would outlive this block
            apply(NOTHING)


@contextmanager
def repeatable_sight(actor: Actor) -> Iterator[None]:
    """Like `sight`, with all statements reading one snapshot of the database."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # inside another transaction (tests) the level is fixed already
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        apply(settings_of(actor))
        yield
        if connection.savepoint_ids:
            apply(NOTHING)
