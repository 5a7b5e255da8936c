"""Reading the log."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection


@dataclass(frozen=True, slots=True)
class Head:
    epoch: str
    seq: int


def head() -> Head:
    """Epoch and the highest number given so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, head FROM events_stream")
        epoch, seq = cursor.fetchone()
    return Head(str(epoch), seq)


@dataclass(frozen=True, slots=True)
class Logged:
    """A numbered event as readers get it; `data` is JSON text."""

    seq: int
    kind: str
    region: str
    incident_id: uuid.UUID | None
    agency_codes: tuple[str, ...]
    occurred_at: object
    public: bool
    exercise: bool
    data: str


def public_after(seq: int, *, upto: int, region: str | None, limit: int) -> list[Logged]:
    """Public numbered events with `seq` < number ≤ `upto`, ascending. No access check: callers filter by sight."""
    where = ""
    params: list[int | str] = [seq, upto]
    if region is not None:
        where = "AND region = %s "
        params.append(region)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, kind, region, incident_id, agency_codes, occurred_at, public, exercise, data "
            f"FROM events_event WHERE seq > %s AND seq <= %s {where}AND public ORDER BY seq LIMIT %s",
            [*params, limit],
        )
        return [Logged(r[0], r[1], r[2], r[3], tuple(r[4]), *r[5:]) for r in cursor.fetchall()]


def last_of_incidents(incident_ids: Collection[uuid.UUID], at: datetime) -> dict[uuid.UUID, str]:
    """The data of the last public event of each incident that was recorded by `at`. No access check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.incident_id, e.data FROM unnest(%s::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT incident_id, data"
            " FROM events_event WHERE incident_id = i.id AND public AND recorded_at <= %s ORDER BY id DESC LIMIT 1) e",
            [list(incident_ids), at],
        )
        return dict(cursor.fetchall())


def acted_on(*, actor_id: str, among: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these incidents about which this person has done anything. No access check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id FROM unnest(%s::uuid[]) AS i(id) WHERE EXISTS"
            " (SELECT 1 FROM events_event e WHERE e.incident_id = i.id AND e.actor_id = %s)",
            [list(among), actor_id],
        )
        return [row[0] for row in cursor.fetchall()]


REMEMBERED = timedelta(days=7)
"""A unit that has told nothing for so long has, for the board of that moment, the status that it has had since."""


MOST_STATUSES = 20_000


def unit_statuses(region: str, at: datetime) -> list[str]:
    """The data of what the units of a region told in the days before `at`, newest first. No access check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data FROM events_event WHERE region = %s AND kind = 'unit.status' AND public AND data <> ''"
            " AND recorded_at > %s AND recorded_at <= %s ORDER BY recorded_at DESC, id DESC LIMIT %s",
            [region, at - REMEMBERED, at, MOST_STATUSES],
        )
        return [row[0] for row in cursor.fetchall()]
