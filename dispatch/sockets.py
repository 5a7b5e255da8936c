"""One open socket with its bounded queue, and one event of the ring with the frames made from it."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agencies.access import Actor

RING = 10_000
WINDOW = 256
WINDOW_SECONDS = 30.0
PASSING = 16
"""Frames waiting for a socket above which it is told no passing state."""
Key = tuple[Any, ...]


@dataclass(slots=True)
class Entry:
    """One public event in the ring, with the frames already rendered from it."""

    seq: int
    kind: str
    region: str
    incident_id: UUID | None
    at: str
    data: dict[str, Any]
    users: frozenset[str]
    """Who is named on the case or was: what they see depends on the person."""
    rendered: dict[Key, tuple[str, str] | None] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Socket:
    """One open socket. `send` and `close` belong to its consumer; the queue is bounded by the ack window."""

    actor: Actor
    identity: tuple[str, str]
    send: Callable[[str], Awaitable[None]]
    close: Callable[[int], Awaitable[None]]
    region: str = ""
    last: int = 0
    queue: deque[str] = field(default_factory=deque)
    backlog: deque["Entry"] = field(default_factory=lambda: deque(maxlen=RING))
    unacked: deque[tuple[int, float]] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closing: int = 0
    open: str = ""
    """The incident that its owner has open."""
    typing_until: float = 0.0

    def put_passing(self, frame: str) -> None:
        """Queue a frame that nobody acknowledges; a socket that is behind does without."""
        if not self.closing and len(self.queue) < PASSING:
            self.queue.append(frame)
            self.wake.set()

    def put(self, frame: str, number: int) -> None:
        """Queue a frame; a socket that does not keep up is closed, never buffered without end."""
        now = time.monotonic()
        if len(self.unacked) >= WINDOW or (self.unacked and now - self.unacked[0][1] > WINDOW_SECONDS):
            self.stop(4008)
            return
        self.unacked.append((number, now))
        self.queue.append(frame)
        self.wake.set()

    def ack(self, number: int) -> None:
        while self.unacked and self.unacked[0][0] <= number:
            self.unacked.popleft()

    def stop(self, code: int) -> None:
        if not self.closing:
            self.closing = code
            self.wake.set()

    async def pump(self) -> None:
        """Send what is queued until the socket is to be closed."""
        while not self.closing:
            await self.wake.wait()
            self.wake.clear()
            while self.queue and not self.closing:
                await self.send(self.queue.popleft())
        await self.close(self.closing)


class TooOld(Exception):
    """The place to resume from is not in the ring: the client has to fetch the board again."""
