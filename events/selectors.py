"""Reading the log."""

import uuid
from dataclasses import dataclass

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
