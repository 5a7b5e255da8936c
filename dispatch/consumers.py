"""The live socket: who may listen, from where on, and nothing else. Frames come from the hub."""

import asyncio
import contextlib
import json
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error, connection
from django.http.request import validate_host
from psycopg.conninfo import make_conninfo

from agencies.access import Actor
from dispatch.hub import Hub, may_follow
from dispatch.identities import Identity, actors_now
from dispatch.sockets import Socket, TooOld

TOKEN_WITHIN = 5.0
MOST_BYTES = 64 * 1024


def conninfo() -> str:
    """libpq's address of the database that Django is configured for."""
    params = connection.get_connection_params()
    kept = {
        k: v for k, v in params.items() if k in ("dbname", "user", "password", "host", "port", "sslmode", "options")
    }
    return make_conninfo(**kept, application_name="siaga-live", connect_timeout=5)


_hub: Hub | None = None


def hub() -> Hub:
    """This process's hub."""
    global _hub
    if _hub is None:
        _hub = Hub(conninfo())
    return _hub


def allowed_origin(origin: str) -> bool:
    """Whether a page of this host (any port) opened the socket."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS)


class LiveConsumer(AsyncWebsocketConsumer):
    """`/ws/live/?after=SEQ[&epoch=][&region=CODE]`."""

    socket: Socket | None = None
    _pump: "asyncio.Task[None] | None" = None
    _deadline: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        origin = self._header(b"origin")
        if origin and not allowed_origin(origin):
            await self.close()  # before accept: HTTP 403
            return
        await self.accept()
        session = self._cookie() if origin else ""
        if session and await self._enter(("session", session)):
            return
        self._deadline = asyncio.ensure_future(self._give_up())

    def _header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")

    def _cookie(self) -> str:
        jar: SimpleCookie = SimpleCookie()
        with contextlib.suppress(CookieError):
            jar.load(self._header(b"cookie"))
        morsel = jar.get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel else ""

    async def _give_up(self) -> None:
        await asyncio.sleep(TOKEN_WITHIN)
        await self.close(4001)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = _parse(text_data)
        if self.socket is not None:
            self._take(self.socket, message)
            return
        token = message.get("token")
        if not isinstance(token, str) or not await self._enter(("token", token)):
            await self.close(4001)

    def _take(self, socket: Socket, message: dict[str, Any]) -> None:
        """`{"ack": N}`: what was received; `{"open": id or null, "typing"?: true}`: the incident that is on the
        screen, and that somebody is writing to it."""
        number = message.get("ack")
        if type(number) is int:
            hub().ack(socket, number)
        if "open" in message:
            hub().opens(socket, _incident(message["open"]), message.get("typing") is True)

    async def _enter(self, identity: Identity) -> bool:
        """Greet somebody who may listen; False when nobody is behind the identity."""
        try:
            actor = (await actors_now([identity]))[identity]
        except Error:
            await self.close(1013)
            return True
        if not actor.id:
            return False
        if self._deadline is not None:
            self._deadline.cancel()
        await self._join(actor, identity)
        return True

    async def _join(self, actor: Actor, identity: Identity) -> None:
        query = {name: values[-1] for name, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()}
        region, after = query.get("region", ""), query.get("after", "")
        live = hub()
        if not may_follow(actor) or (region and region not in actor.all_regions):
            await self.close(4003)
            return
        if live.refuses(actor):
            await self.close(4009)
            return
        try:
            await live.ready()
        except TimeoutError:
            await self.close(1013)
            return
        self.socket = Socket(actor, identity, self._send_text, self._close_with, region)
        try:
            live.join(self.socket, _number(after), query.get("epoch", ""))
        except TooOld:
            self.socket = None
            await self.send(text_data=json.dumps({"kind": "reset", "epoch": live.epoch}))
            await self.close(1000)
            return
        self._pump = asyncio.ensure_future(self.socket.pump())

    async def _send_text(self, frame: str) -> None:
        await self.base_send({"type": "websocket.send", "text": frame})

    async def _close_with(self, code: int) -> None:
        hub().leave(self.socket)  # type: ignore[arg-type]
        with contextlib.suppress(RuntimeError):
            await self.close(code)

    async def disconnect(self, code: int) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self.socket is not None:
            hub().leave(self.socket)
        if self._pump is not None:
            self._pump.cancel()


def _parse(text: str | None) -> dict[str, Any]:
    """A client's message; anything that is no JSON object is an empty one."""
    if not text or len(text) > MOST_BYTES:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _incident(value: Any) -> str:
    """An incident's id in its one spelling; "" for anything else."""
    try:
        return str(UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _number(text: str) -> int | None:
    """`after` of the address; None when it is missing, -1 (too old) when it is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
