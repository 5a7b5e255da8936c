"""The one door into the log, and the keys that make a repeated write harmless."""

import hashlib
import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection

from events import bell
from events.bulk import Batch, new, prepared
from events.chain import canonical, sha256
from events.models import Event, Once

log = logging.getLogger("siaga.events")
KEPT_FOR = timedelta(days=7)


class KeyReused(Exception):
    """The key was used before with another body."""


class KeyInWork(Exception):
    """The first request with this key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event before it is written. `data` must be JSON-able and free of personal text (texts are referred to)."""

    kind: str
    region: str
    data: dict[str, Any]
    incident_id: uuid.UUID | None = None
    agency_codes: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    source: str = "live"
    public: bool = True
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What an earlier request with the same key made."""

    object_kind: str
    object_id: uuid.UUID
    object_version: int
    status: int
    seq: int
    actor_id: str
    region: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """A write with the key that its client chose. `body_sha256` is over the parsed body with sorted keys."""

    key: uuid.UUID
    body_sha256: bytes
    actor_id: str
    screen: str = ""
    """The page from which it came; it stands in every event of the write."""


def intent(key: uuid.UUID, body: Any, actor_id: str, screen: str = "") -> Intent:
    return Intent(key, hashlib.sha256(canonical(body).encode()).digest(), actor_id, screen)


def event_rows(facts: Iterable[Fact], *, actor_id: str, actor_label: str, at: datetime) -> list[Event]:
    """Unsaved rows of the log."""
    return [_event_row(fact, actor_id, actor_label, at) for fact in facts]


def _event_row(fact: Fact, actor_id: str, actor_label: str, at: datetime) -> Event:
    text = canonical(fact.data)
    return new(
        Event,
        kind=fact.kind,
        region=fact.region,
        incident_id=fact.incident_id,
        agency_codes=list(fact.agency_codes),
        actor_id=actor_id,
        actor_label=actor_label,
        occurred_at=fact.occurred_at or at,
        recorded_at=at,
        source=fact.source,
        public=fact.public,
        exercise=fact.exercise,
        data=text,
        data_sha256=sha256(text),
    )


def record(facts: Iterable[Fact], *, actor_id: str, actor_label: str, at: datetime) -> None:
    """Write facts to the log in one statement. The relay numbers them after the commit."""
    batch = Batch()
    batch.add(event_rows(facts, actor_id=actor_id, actor_label=actor_label, at=at))
    batch.write()


@dataclass(frozen=True, slots=True)
class Begun:
    """The first statement of a write: the head before it, and the earlier answer to its key."""

    head: int
    answered: Answered | None
    drawn: int = 0


_BEGIN = """
SELECT s.head, {lock}, {draw}, o.body_sha256,
  o.object_kind, o.object_id, o.object_version, o.status, o.seq, o.actor_id, o.region {settings}
 FROM events_stream s LEFT JOIN events_once o ON o.key = %s::uuid
"""


def begin(wish: Intent | None, settings: Mapping[str, str], draw: str = "") -> Begun:
    """First statement of the outermost transaction: takes the key, sets settings for this transaction, reads the head,
    and draws from the sequence `draw` unless the key was answered before.

    Holds the key until the end of the transaction. Raises KeyInWork while another request works on the same key,
    KeyReused when the key came with another body. The look-up's snapshot may be older than the commit of the lock's
    last holder; then the unique key refuses the second answer, and the client's next try is a replay.
    """
    lock = "pg_try_advisory_xact_lock(%s::bigint)" if wish else "true"
    next_value = "CASE WHEN o.key IS NULL THEN nextval(%s::text::regclass) END" if draw else "0"
    set_all = "".join(", set_config(%s::text, %s::text, true)" for _ in settings)
    params: list[Any] = (
        [int.from_bytes(hashlib.sha256(wish.key.bytes).digest()[:8], "big", signed=True)] if wish else []
    )
    params += [draw] if draw else []
    params += [part for pair in settings.items() for part in pair]
    row = prepared(_BEGIN.format(lock=lock, draw=next_value, settings=set_all), [*params, wish.key if wish else None])
    assert row is not None
    if not row[1]:
        raise KeyInWork
    if row[3] is None or wish is None:
        return Begun(row[0], None, row[2])
    if bytes(row[3]) != wish.body_sha256:
        raise KeyReused
    return Begun(row[0], replace(Answered(*row[4:11]), replayed=True))


def answer_row(wish: Intent, answer: Answered, at: datetime) -> Once:
    """The unsaved answer to a key, to be written in the same transaction as the work."""
    return new(
        Once,
        key=wish.key,
        body_sha256=wish.body_sha256,
        actor_id=wish.actor_id,
        region=answer.region,
        object_kind=answer.object_kind,
        object_id=answer.object_id,
        object_version=answer.object_version,
        status=answer.status,
        seq=answer.seq,
        created_at=at,
    )


def is_answered_twice(error: IntegrityError) -> bool:
    """Whether a write failed because another request has answered the same key in the meantime."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "events_once_pkey"


def purge_answers(*, before: datetime) -> int:
    """Forget answers older than `before`; returns how many."""
    return Once.objects.filter(created_at__lt=before).delete()[0]


def ring() -> None:
    """Wake the relay, after the commit. Droppable: the relay also looks every 200 ms."""
    if not connection.in_atomic_block:  # inside another transaction (tests) nothing is committed yet
        bell.ring(connection.get_connection_params)
