"""The frame of every write: one durable transaction in the actor's sight, one key, one ring after the commit."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from agencies.access import Actor
from agencies.rowlevel import NOTHING, apply, settings_of
from events import services as events
from events.services import Answered, Fact, Intent


@dataclass(slots=True)
class Write:
    """One write under way. `answered` is set when the key was answered before: then nothing is left to do."""

    actor: Actor
    at: datetime
    head: int
    wish: Intent | None
    answered: Answered | None

    def record(self, facts: Iterable[Fact]) -> None:
        events.record(facts, actor_id=self.actor.id, actor_label=self.actor.label, at=self.at)

    def done(self, *, region: str, kind: str, id: uuid.UUID, version: int, status: int = 200) -> Answered:
        """Keep the answer to the key (when there is one) and return it."""
        if self.wish is not None:
            events.answered(
                self.wish, region=region, kind=kind, id=id, version=version, status=status, seq=self.head, at=self.at
            )
        return Answered(kind, id, version, status, self.head, self.actor.id, region)


@contextmanager
def writing(actor: Actor, at: datetime, wish: Intent | None = None) -> Iterator[Write]:
    """The outermost transaction of a service."""
    with transaction.atomic(durable=True):
        begun = events.begin(wish, settings_of(actor))
        yield Write(actor, at, begun.head, wish, begun.answered)
        if connection.savepoint_ids:  # inside another transaction (tests): a local setting would outlive this block
            apply(NOTHING)
    if begun.answered is None:
        events.ring()
