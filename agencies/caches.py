"""Configuration and rights in the memory of each process, renewed by their version numbers.

The version row is read at most once a second; a change is therefore in force everywhere within about a second, and
ordinary requests read no configuration at all.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from agencies import selectors
from agencies.access import NOBODY, Actor
from agencies.ids import token_digest
from agencies.reference import Reference
from events import clock

CHECK_SECONDS = 1.0
ACTOR_SECONDS = 3.0
"""How long an actor is believed without a look at the clock: agreements and memberships begin and end by themselves."""
MOST_ACTORS = 20_000


class _Versioned:
    """One value that is rebuilt when its version row has changed. Readers never wait while another thread rebuilds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[str, int] = {}
        self._checked = float("-inf")
        self._reference: Reference | None = None
        self._actors: dict[str, tuple[float, Actor]] = {}
        self._cleared = 0

    def refresh(self, force: bool = False) -> Reference:
        now = time.monotonic()
        current = self._reference
        if current is not None and not force and now - self._checked < CHECK_SECONDS:
            return current
        if not self._lock.acquire(blocking=current is None or force):
            assert current is not None
            return current
        try:
            return self._renew(now)
        finally:
            self._lock.release()

    def _renew(self, now: float) -> Reference:
        asked_at = clock.ticks()
        versions, database_time = selectors.versions()
        if database_time is not None:
            clock.keep(database_time, asked_at)
        if self._reference is None or versions.get("reference") != self._versions.get("reference"):
            self._reference = _in_one_snapshot(lambda: selectors.load_reference(versions.get("reference", 0)))
            self._actors = {}
        if versions.get("access") != self._versions.get("access"):
            self._actors = {}
        self._versions, self._checked = versions, now
        return self._reference

    def actor(self, key: str, load: Callable[[Reference, datetime], Actor]) -> Actor:
        reference = self.refresh()
        now = time.monotonic()
        found = self._actors.get(key)
        if found is not None and now - found[0] < ACTOR_SECONDS:
            return found[1]
        actor = load(reference, clock.now())
        if len(self._actors) >= MOST_ACTORS:
            self._actors = {}
        self._actors[key] = (now, actor)
        return actor

    def peek(self) -> Reference | None:
        return self._reference

    def stamp(self, name: str) -> tuple[int, int]:
        return self._cleared, self._versions.get(name, 0)

    def clear(self) -> None:
        with self._lock:
            self._reference, self._versions, self._actors, self._checked = None, {}, {}, float("-inf")
            self._cleared += 1


def _in_one_snapshot(load: Callable[[], Any]) -> Any:
    """Configuration is read from several tables: a change in between must not mix two versions."""
    if connection.in_atomic_block:
        return load()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return load()


_state = _Versioned()


def reference() -> Reference:
    """The configuration in force."""
    return _state.refresh()


def peek() -> Reference | None:
    """The configuration in memory, without a look at the database (event loops)."""
    return _state.peek()


def stamp_of(name: str) -> tuple[int, int]:
    """What is kept elsewhere (`places`: agencies.terrain, incidents.landmarks) is old when this has changed."""
    _state.refresh()
    return _state.stamp(name)


def refresh_now() -> Reference:
    """The configuration in force, looked up at this moment (after a change in the same process)."""
    return _state.refresh(force=True)


def clear() -> None:
    """Forget everything (tests, forks)."""
    _state.clear()


def actor_of_user(user_id: str) -> Actor:
    """The actor of a signed-in user; NOBODY when the account is gone or switched off."""

    def load(ref: Reference, at: datetime) -> Actor:
        user = selectors.active_user(user_id)
        return selectors.load_actor(user, ref, at) if user else NOBODY

    return _state.actor(f"user:{user_id}", load)


def actor_of_token(key: str) -> Actor:
    """The actor behind an API token; NOBODY when the token is unknown or revoked."""
    digest = token_digest(key)

    def load(ref: Reference, at: datetime) -> Actor:
        user = selectors.user_of_token(digest)
        return selectors.load_actor(user, ref, at) if user else NOBODY

    return _state.actor(f"token:{digest.hex()}", load)
