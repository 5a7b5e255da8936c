"""One hub per live process: reads new events once and hands ready frames to every socket that may see them.

The doorbell (channel layer) only says "look"; it may be lost, the hub looks by itself every two seconds. Catching up
after a reconnect is served from the ring; what is older than the ring is a reset.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from channels.layers import get_channel_layer

from agencies import caches
from agencies.access import Actor, Role
from dispatch.identities import actors_now
from dispatch.moves import Moves
from dispatch.passing import Company, Present, at_desk, may_be_present, moves_for, passing_frame, people_for
from dispatch.rows import local
from dispatch.sightings import UNREADABLE, Sight, frame_for
from dispatch.sockets import RING, WINDOW_SECONDS, Entry, Key, Socket, TooOld

log = logging.getLogger("siaga.live")
DOORBELL = "siaga.doorbell"
LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 5.0
RIGHTS_SECONDS = 3.0
PAGE = 1_000
FEED = 200
MOST_SOCKETS = 5_000
MOST_PER_USER = 2_000
_COLUMNS = "seq, kind, region, incident_id, occurred_at, data"
MOVES_SECONDS = 2.0
PRESENCE_SECONDS = 2.0
TYPING_SECONDS = 8.0
"""A screen says every four seconds that somebody goes on writing."""
_NOTE_UNREADABLE = (
    "INSERT INTO events_unreadable (seq, why, noticed_at) VALUES (%s, %s, clock_timestamp()) ON CONFLICT DO NOTHING"
)


class Hub:
    """All sockets of this process, and the newest events."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self.sockets: set[Socket] = set()
        self._ring: deque[Entry] = deque(maxlen=RING)
        self._ring_from = 0
        self._sights: dict[UUID, Sight] = {}
        self._regions: dict[UUID, str] = {}
        self.head, self.epoch = 0, ""
        self._bell = asyncio.Event()
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._unreadable: dict[int, str] = {}
        self._noted: set[int] = set()
        self._moved_at = 0.0
        self._moves = Moves()
        self._company = Company(uuid4().hex)
        self._presence_at = 0.0
        self._publishing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin reading; called with the first socket."""
        if not self._tasks:
            loops = (self._read_forever, self._listen_forever, self._beat_forever)
            self._tasks = [asyncio.ensure_future(loop()) for loop in loops]

    async def ready(self) -> None:
        """Wait until the ring is filled."""
        self.start()
        await asyncio.wait_for(self._ready.wait(), 10)

    def refuses(self, actor: Actor) -> bool:
        """Whether this process or this user has too many sockets already."""
        mine = sum(1 for socket in self.sockets if socket.actor.id == actor.id)
        return len(self.sockets) >= MOST_SOCKETS or mine >= MOST_PER_USER

    def join(self, socket: Socket, after: int | None, epoch: str) -> None:
        """Greet a socket and queue what it missed. Raises TooOld."""
        if (epoch and epoch != self.epoch) or (after is not None and not self._ring_from <= after <= self.head):
            raise TooOld
        socket.last = self.head if after is None else after
        socket.queue.append(json.dumps({"kind": "hello", "head": self.head, "epoch": self.epoch}))
        socket.wake.set()
        if after is not None and after < self.head:
            socket.backlog.extend(entry for entry in self._ring if entry.seq > after)
            self.feed(socket)
        self.sockets.add(socket)
        self._company.joined = True

    def opens(self, socket: Socket, incident: str, typing: bool = False) -> None:
        """Note which incident the owner of a socket has open ("": none), and whether they are writing to it now."""
        socket.open = incident
        socket.typing_until = time.monotonic() + TYPING_SECONDS if typing else 0.0

    def feed(self, socket: Socket) -> None:
        """Hand out what a socket missed, no faster than it acknowledges."""
        while socket.backlog and len(socket.unacked) < FEED and not socket.closing:
            entry = socket.backlog.popleft()
            self._offer(socket, entry, self._sights.get(entry.incident_id) if entry.incident_id else None)

    def ack(self, socket: Socket, number: int) -> None:
        socket.ack(number)
        self.feed(socket)

    def leave(self, socket: Socket) -> None:
        self.sockets.discard(socket)

    async def close_all(self, code: int = 1012) -> None:
        """Close every socket (restart of the process)."""
        for socket in list(self.sockets):
            socket.stop(code)
        await asyncio.sleep(0.2)

    # --- reading -----------------------------------------------------------------------------------------------------
    async def _read_forever(self) -> None:
        while True:
            try:
                async with self._connected() as connection:
                    await self._read(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("live lost the database: %s", type(error).__name__)
                await asyncio.sleep(0.5)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[psycopg.AsyncConnection]:
        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        try:
            yield connection
        finally:
            await connection.close()

    async def _read(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            await self._look(connection)
            await self._look_for_moves(connection)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), LOOK_SECONDS)
            self._bell.clear()

    async def _look(self, connection: psycopg.AsyncConnection) -> None:
        """Read up to the head and hand out what is new."""
        cursor = await connection.execute("SELECT epoch::text, head FROM events_stream")
        row: Any = await cursor.fetchone()
        epoch, head = row
        if epoch != self.epoch or head < self.head:
            await self._begin(connection, epoch, head)
        while self.head < head:
            cursor = await connection.execute(
                f"SELECT {_COLUMNS} FROM events_event WHERE seq > %s AND seq <= %s AND public"
                f" ORDER BY seq LIMIT {PAGE}",
                [self.head, head],
            )
            rows = await cursor.fetchall()
            self._take([self._entry(row) for row in rows])
            self.head = rows[-1][0] if len(rows) == PAGE else head
            await self._tell_unreadable(connection)
            await asyncio.sleep(0)

    async def _look_for_moves(self, connection: psycopg.AsyncConnection) -> None:
        """Tell where units are that moved since the last look, at most every MOVES_SECONDS."""
        now = time.monotonic()
        if now - self._moved_at < MOVES_SECONDS:
            return
        self._moved_at = now
        moves = await self._moves.since_last(connection) if self.sockets else []
        named = any(move.case is not None for move in moves)
        for region in {move.region for move in moves}:
            self._pass_on("unit.moved", region, named, lambda actor, region: moves_for(actor, region, moves))

    def _pass_on(self, kind: str, region: str, named: bool, render: Callable[[Actor, str], Any]) -> None:
        """Send passing state to everybody for whom `render` finds some (None, []: nothing to tell).

        `named`: what is seen depends on the person, not on the posts alone.
        """
        frames: dict[Key, str] = {}
        for socket in self.sockets:
            if socket.region not in ("", region) or region not in socket.actor.all_regions:
                continue
            key = (socket.actor.posts, socket.actor.id if named else "")
            if key not in frames:
                frames[key] = passing_frame(kind, region, render(socket.actor, region))
            if frames[key]:
                socket.put_passing(frames[key])

    async def _begin(self, connection: psycopg.AsyncConnection, epoch: str, head: int) -> None:
        """Fill the ring at the start, or anew when the numbering began again."""
        for socket in list(self.sockets):
            self._reset(socket)
        cursor = await connection.execute(
            f"SELECT * FROM (SELECT {_COLUMNS} FROM events_event WHERE seq <= %s AND public"
            f" ORDER BY seq DESC LIMIT {RING}) newest ORDER BY seq",
            [head],
        )
        self._sights = {}
        entries = [self._entry(row) for row in await cursor.fetchall()]
        self._ring.clear()
        self._ring.extend(entries)
        self._ring_from = 0 if len(entries) < RING else entries[0].seq - 1
        self.head, self.epoch = head, epoch
        self._ready.set()

    def _reset(self, socket: Socket) -> None:
        socket.queue.append(json.dumps({"kind": "reset", "epoch": self.epoch}))
        socket.stop(1000)

    def _entry(self, row: Any) -> Entry:
        seq, kind, region, incident_id, occurred_at, text = row
        ref = caches.peek()
        zone = ref.region(region) if ref else None
        at = local(occurred_at, zone.tz) if zone else occurred_at.isoformat()
        data: Any = {}
        try:
            data = msgspec.json.decode(text) if text else {}
            if not isinstance(data, dict):
                raise TypeError("no object")
            sight = Sight.of(data["sight"]) if incident_id and "sight" in data else None
            users = _users_of(data)
        except UNREADABLE as error:
            self._set_aside(seq, error)
            data, sight, users = {}, None, frozenset()
        if incident_id and sight is not None:
            self._sights[incident_id] = sight
            self._regions[incident_id] = region
        return Entry(seq, kind, region, incident_id, at or "", data, users)

    def _set_aside(self, seq: int, error: Exception) -> None:
        """An event that cannot be read is told to nobody and holds up nobody: the others go on."""
        if seq not in self._unreadable:
            log.error("unreadable event %s set aside: %s", seq, type(error).__name__)
            self._unreadable[seq] = type(error).__name__

    async def _tell_unreadable(self, connection: psycopg.AsyncConnection) -> None:
        """Note them where the health page and the metrics find them."""
        for seq, why in self._unreadable.items():
            if seq not in self._noted:
                self._noted.add(seq)
                await connection.execute(_NOTE_UNREADABLE, [seq, why])

    def _take(self, entries: list[Entry]) -> None:
        for entry in entries:
            if len(self._ring) == RING:
                self._ring_from = self._ring[0].seq
            self._ring.append(entry)
            for socket in list(self.sockets):
                if socket.backlog:
                    socket.backlog.append(entry)
                else:
                    self._offer(socket, entry, None)

    # --- handing out -------------------------------------------------------------------------------------------------
    def _wants(self, socket: Socket, entry: Entry) -> bool:
        if socket.closing or (socket.region and socket.region != entry.region):
            return False
        return entry.region in socket.actor.all_regions

    def _offer(self, socket: Socket, entry: Entry, now: Sight | None) -> None:
        if not self._wants(socket, entry):
            return
        rendered = self._rendered(entry, socket.actor, now)
        if rendered is not None:
            before, after = rendered
            socket.put(f"{before}{socket.last}{after}", entry.seq)
            socket.last = entry.seq

    def _rendered(self, entry: Entry, actor: Actor, now: Sight | None) -> tuple[str, str] | None:
        """The frame for one actor, split where the socket's own `prev` goes. Rendered once per kind of reader."""
        try:
            return self._render(entry, actor, now)
        except UNREADABLE as error:
            self._set_aside(entry.seq, error)
            entry.data = {}
            return None

    def _render(self, entry: Entry, actor: Actor, now: Sight | None) -> tuple[str, str] | None:
        named = now is not None or actor.id in entry.users
        key = (actor.posts, actor.id if named else "", _key_of(now))
        if key in entry.rendered:
            return entry.rendered[key]
        frame = frame_for(entry.kind, entry.region, entry.data, actor, now)
        parts = None
        if frame is not None:
            data = json.dumps(frame.data, separators=(",", ":"), ensure_ascii=False)
            parts = (
                f'{{"kind":"{frame.kind}","seq":{entry.seq},"prev":',
                f',"region":"{entry.region}","at":"{entry.at}","data":{data}}}',
            )
        entry.rendered[key] = parts
        return parts

    # --- the doorbell, heartbeats and rights -------------------------------------------------------------------------
    async def _listen_forever(self) -> None:
        """Wait for the doorbell. Without Valkey the hub only looks less often."""
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(DOORBELL, channel)
                while True:
                    self._hear(await layer.receive(channel))
            except Exception as error:  # any failure of the broker: try again, events come by looking
                log.debug("doorbell: %s", type(error).__name__)
                await asyncio.sleep(1)

    def _hear(self, message: dict[str, Any]) -> None:
        """The doorbell, or who is present at another live process."""
        if message.get("type") == "presence":
            self._company.hear(message, time.monotonic())
        else:
            self._bell.set()

    def _here(self) -> list[Present]:
        """Who has a case open on the sockets of this process."""
        now = time.monotonic()
        found = {
            Present(region, socket.open, socket.actor.id, socket.actor.label, now < socket.typing_until)
            for socket in self.sockets
            if socket.open and not socket.closing
            for region in socket.actor.all_regions
            if may_be_present(socket.actor, region, self._sight_in(region, socket.open))
        }
        return sorted(found)

    def _sight_in(self, region: str, incident: str) -> Sight | None:
        known = self._regions.get(UUID(incident))
        return self._sights.get(UUID(incident)) if known == region else None

    def _tell_presence(self, now: float) -> None:
        """Tell each desk who has which case open, when that changed or somebody joined; and the other processes."""
        here = self._here()
        for region in self._company.update(here, now):
            self._pass_on("presence", region, True, self._people_for)
        if message := self._company.message(here, now):
            self._publishing = asyncio.ensure_future(_publish(message))

    def _people_for(self, actor: Actor, region: str) -> list[Any] | None:
        if not at_desk(actor, region):
            return None
        return people_for(actor, region, self._company.people, lambda incident: self._sight_in(region, incident))

    async def _beat_forever(self) -> None:
        beat_at = rights_at = time.monotonic()
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            if now - beat_at >= HEARTBEAT_SECONDS:
                beat_at = now
                self._beat()
            if now - self._presence_at >= PRESENCE_SECONDS:
                self._presence_at = now
                self._tell_presence(now)
            if now - rights_at >= RIGHTS_SECONDS:
                rights_at = now
                await self._check_rights()

    def _beat(self) -> None:
        """`prev` is the last event sent to this socket: a screen that has not got it knows that it lost frames."""
        for socket in list(self.sockets):
            if not socket.backlog:  # "all that you may see up to head has been sent" would not be true yet
                socket.put(f'{{"kind":"heartbeat","head":{self.head},"prev":{socket.last}}}', self.head)
            elif time.monotonic() - socket.unacked[0][1] > WINDOW_SECONDS:
                socket.stop(4008)

    async def _check_rights(self) -> None:
        """Sockets whose owner's rights changed are closed: the client comes back with what holds now."""
        try:
            actors = await actors_now({socket.identity for socket in self.sockets})
        except Exception as error:  # the database is away: rights stay as they were until it is back
            log.warning("rights not checked: %s", type(error).__name__)
            return
        for socket in list(self.sockets):
            actor = actors.get(socket.identity)  # None: it joined while the others were being looked up
            if actor is not None and (not actor.id or actor.posts != socket.actor.posts):
                socket.stop(4003)


async def _publish(message: dict[str, Any]) -> None:
    """Droppable: without Valkey a desk sees those of its own process only."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(get_channel_layer().group_send(DOORBELL, message), 2.0)


def _users_of(data: dict[str, Any]) -> frozenset[str]:
    return frozenset(user for part in ("sight", "was", "case") for user in data.get(part, {}).get("users", {}))


def _key_of(sight: Sight | None) -> Key:
    if sight is None:
        return ()
    return (tuple(sorted(sight.agencies.items())), tuple(sorted(sight.users.items())), sight.confidential)


def may_follow(actor: Actor) -> bool:
    """Whether a live feed makes sense for the actor at all."""
    return any(post.role not in (Role.ADMIN, Role.NATIONAL) for post in actor.posts)
