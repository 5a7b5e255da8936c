"""The frame of every write: one durable transaction in the actor's sight, one key, one ring after the commit."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from agencies.access import Actor
from agencies.rowlevel import NOTHING, apply, settings_of
from events import services as events
from events.bulk import Batch
from events.models import Event
from events.services import Answered, Fact, Intent, KeyInWork


@dataclass(slots=True)
class Write:
    """One write under way. `answered` is set when the key was answered before: then nothing is left to do."""

    actor: Actor
    at: datetime
    head: int
    wish: Intent | None
    answered: Answered | None
    drawn: int = 0
    """The next value of the sequence that the write asked for."""

    def record(self, facts: Iterable[Fact]) -> None:
        """Write events of what was done, in one statement."""
        events.record(self._placed(facts), actor_id=self.actor.id, actor_label=self.actor.label, at=self.at)

    def event_rows(self, facts: Iterable[Fact]) -> list[Event]:
        """The same as unsaved rows, for a batch."""
        return events.event_rows(self._placed(facts), actor_id=self.actor.id, actor_label=self.actor.label, at=self.at)

    def _placed(self, facts: Iterable[Fact]) -> Iterable[Fact]:
        """With the screen from which the write came, where that is known."""
        if self.wish is None or not self.wish.screen:
            return facts
        return [replace(fact, data=fact.data | {"screen": self.wish.screen}) for fact in facts]

    def done(self, *, region: str, kind: str, id: uuid.UUID, version: int, status: int = 200,
             batch: Batch | None = None) -> Answered:  # fmt: skip
        """The answer; with a key it is kept, in `batch` (which the caller writes) or in a statement of its own."""
        answer = Answered(kind, id, version, status, self.head, self.actor.id, region)
        if self.wish is not None:
            own = batch if batch is not None else Batch()
            own.add([events.answer_row(self.wish, answer, self.at)])
            if batch is None:
                own.write()
        return answer


@contextmanager
def writing(actor: Actor, at: datetime, wish: Intent | None = None, draw: str = "") -> Iterator[Write]:
    """The outermost transaction of a service; `draw` names a sequence to take a value from.

    Raises KeyInWork when the key was answered while this one worked.
    """
    try:
        with transaction.atomic(durable=True):
            begun = events.begin(wish, settings_of(actor), draw)
            yield Write(actor, at, begun.head, wish, begun.answered, begun.drawn)
            if connection.savepoint_ids:  # inside another transaction (tests): a local setting would outlive it
                apply(NOTHING)
    except IntegrityError as error:
        if events.is_answered_twice(error):
            raise KeyInWork from error
        raise
    if begun.answered is None:
        events.ring()
