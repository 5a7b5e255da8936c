"""From the queue to the world: the only place where a message leaves the house. No transaction is open meanwhile."""

import logging
import time
import uuid

from dispatch.carriers import Failed, carry
from dispatch.services import deliveries, notifying
from events import clock

log = logging.getLogger("siaga.notify")
RUSH_SECONDS = 20.0
"""After which the next look goes on: a broker hands out again what takes a minute."""


def post_all(delivery_id: uuid.UUID) -> None:
    """Carry one attempt out, and whatever waits behind it in the same channel as long as that one works: a rush must
    not wait for the next look."""
    following: uuid.UUID | None = delivery_id
    until = time.monotonic() + RUSH_SECONDS
    while following is not None and time.monotonic() < until:
        following = deliveries.claim_next(following, at=clock.now()) if post(following) else None


def post(delivery_id: uuid.UUID) -> bool:
    """Carry one attempt out and note its end. What nobody foresaw counts as a failure of this attempt.

    Returns whether it was carried.
    """
    letter = deliveries.begin(delivery_id, at=clock.now())
    if letter is None:
        return False
    try:
        carried = carry(letter)
    except Failed as why:
        log.info("%s %s: %s", letter.kind, delivery_id, why.code)
        deliveries.note_failed(delivery_id, why, at=clock.now())
    except Exception as error:
        log.exception("%s %s", letter.kind, delivery_id)
        deliveries.note_failed(delivery_id, Failed("broken", type(error).__name__), at=clock.now())
    else:
        deliveries.note_carried(delivery_id, carried, at=clock.now())
        return True
    return False


def look() -> list[uuid.UUID]:
    """`find` of a worker, which is noted: while workers look, nobody else needs to send."""
    found = find()
    notifying.note_look(clock.now())
    return found


def find() -> list[uuid.UUID]:
    """Queue what has become due, and take a lease of what can be sent now."""
    now = clock.now()
    while notifying.derive(at=now) >= notifying.BATCH:
        pass
    return deliveries.claim(at=now)
