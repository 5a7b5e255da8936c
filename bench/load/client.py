"""A small HTTP/1.1 keep-alive client, a small WebSocket client, payload templates, statistics."""

import asyncio
import base64
import contextlib
import ipaddress
import itertools
import os
import random
import re
import socket
import string
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

now = time.perf_counter
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)")
PLACEHOLDER = re.compile(r"\{\{([^}]+)\}\}")
NO_CONTENT = (204, 304)
_sequence = itertools.count(1)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, interpolated. Values must not be empty."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)


def summary(values: Sequence[float]) -> dict[str, float]:
    """Statistics of milliseconds; only {"n": 0} when there are none."""
    if not values:
        return {"n": 0}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: percentile(values, share) for name, share in shares.items()}
    found |= {"mean": sum(values) / len(values), "min": min(values), "max": max(values)}
    return {"n": len(values), **{name: round(value, 3) for name, value in found.items()}}


def check_target(url: str) -> None:
    """Ends the program when the host is another machine: nobody is loaded by mistake."""
    host = urlsplit(url).hostname or ""
    loopback = host == "localhost"
    with contextlib.suppress(ValueError):
        loopback = loopback or ipaddress.ip_address(host).is_loopback
    if not loopback:
        sys.exit(f"refusing to load {host}: not this machine")


def fill(template: str, *, marker: str = "", variables: dict[str, str] | None = None) -> str:
    """Replace {{seq}} {{marker}} {{uuid}} {{rand:LO:HI}} {{randf:LO:HI}} {{choice:a|b}} {{digits:N}} {{var:NAME}}."""
    number = next(_sequence)

    def value(match: re.Match[str]) -> str:
        kind, _, argument = match.group(1).partition(":")
        low, _, high = argument.partition(":")
        makers: dict[str, Callable[[], str]] = {
            "seq": lambda: str(number),
            "marker": lambda: marker or f"MK{number}",
            "uuid": lambda: str(uuid.uuid4()),
            "rand": lambda: str(random.randint(int(low), int(high))),
            "randf": lambda: f"{random.uniform(float(low), float(high)):.6f}",
            "choice": lambda: random.choice(argument.split("|")),
            "digits": lambda: "".join(random.choices(string.digits, k=int(argument))),
            "var": lambda: str((variables or {})[argument]),
        }
        return makers[kind]() if kind in makers else match.group(0)

    return PLACEHOLDER.sub(value, template)


def read_payload(given: str) -> str:
    """The template itself, or the content of `@file`."""
    return Path(given[1:]).read_text() if given.startswith("@") else given


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def build_request(method: str, url: str, headers: Sequence[str], body: bytes = b"") -> bytes:
    """The bytes of one request with a JSON body."""
    parts = urlsplit(url)
    head = [f"{method} {_path(parts)} HTTP/1.1", f"Host: {parts.netloc}", "Accept: */*"]
    if body or method == "POST":
        head += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*head, *headers]).encode() + END_OF_HEAD + body


class Http(asyncio.Protocol):
    """One keep-alive connection, one request at a time; connects again when the server has closed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, self.host, self.port)

    def close(self) -> None:
        if self.transport:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer.clear()
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionError("the server closed"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(END_OF_HEAD)
        if end < 0:
            return
        head = bytes(self.buffer[:end]).lower()
        status = int(head[9:12])
        body = self._body(head, end + len(END_OF_HEAD), status)
        if body is None:
            return
        self.buffer.clear()
        if b"\r\nconnection: close" in head:
            self.close()
            self.transport = None
        if self.answer and not self.answer.done():
            self.answer.set_result((status, body))

    def _body(self, head: bytes, start: int, status: int) -> bytes | None:
        """The whole body, or None while some of it is missing."""
        if b"transfer-encoding: chunked" in head:
            return _dechunked(self.buffer, start) if self.buffer.endswith(b"0\r\n\r\n") else None
        length = LENGTH.search(head)
        size = int(length.group(1)) if length and status not in NO_CONTENT else 0
        return bytes(self.buffer[start : start + size]) if len(self.buffer) >= start + size else None

    async def request(self, raw: bytes, timeout: float = 30) -> tuple[int, bytes]:
        """Status and body. Raises ConnectionError, TimeoutError."""
        if self.transport is None or self.transport.is_closing():
            await self.connect()
        assert self.transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        try:
            return await asyncio.wait_for(self.answer, timeout)
        except (ConnectionError, TimeoutError):
            if self.transport:
                self.transport.abort()
            self.transport = None
            raise


def _dechunked(buffer: bytearray, place: int) -> bytes | None:
    body = bytearray()
    while True:
        end = buffer.find(b"\r\n", place)
        if end < 0:
            return None
        size = int(bytes(buffer[place:end]).split(b";")[0], 16)
        if size == 0:
            return bytes(body)
        body += buffer[end + 2 : end + 2 + size]
        place = end + 4 + size


TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
TRIES = 4
NO_MASK = b"\0\0\0\0"
"""A mask of zeros is legal and costs nothing."""


class Subscriber(asyncio.Protocol):
    """One WebSocket. `on_message(subscriber, seconds, payload)` is called for every message."""

    def __init__(self, number: int, url: str, on_message: Callable[["Subscriber", float, bytes], None],
                 hello: str = "") -> None:  # fmt: skip
        self.number, self.url, self.on_message, self.hello = number, url, on_message, hello
        self.buffer = bytearray()
        self.fragments = b""
        self.is_open = self.is_closed = False
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        parts = urlsplit(self.url)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {_path(parts)} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]  # fmt: skip
        transport.write("\r\n".join(lines).encode() + END_OF_HEAD)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_closed = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed during the handshake"))

    def send(self, text: str, kind: int = TEXT) -> None:
        """Send one frame of less than 64 KB."""
        data = text.encode()
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xFE]) + len(data).to_bytes(2, "big")
        self.transport.write(bytes([0x80 | kind]) + size + NO_MASK + data)

    def data_received(self, data: bytes) -> None:
        received_at = now()
        self.buffer += data
        if not self.is_open and not self._shake_hands():
            return
        while (frame := self._next_frame()) is not None:
            kind, last, payload = frame
            if kind in (0, 1, 2):
                self.fragments += payload
                if last:
                    message, self.fragments = self.fragments, b""
                    self.on_message(self, received_at, message)
            elif kind == PING:
                self.send(payload.decode("latin-1"), PONG)
            elif kind == CLOSE:
                self.transport.close()

    def _shake_hands(self) -> bool:
        end = self.buffer.find(END_OF_HEAD)
        if end < 0:
            return False
        if not self.buffer.startswith(b"HTTP/1.1 101"):
            if not self.ready.done():
                self.ready.set_exception(ConnectionError(bytes(self.buffer[:200]).decode("latin-1")))
            self.transport.close()
            return False
        del self.buffer[: end + len(END_OF_HEAD)]
        self.is_open = True
        if self.hello:
            self.send(self.hello)
        if not self.ready.done():
            self.ready.set_result(True)
        return True

    def _next_frame(self) -> tuple[int, bool, bytes] | None:
        """Kind, whether it is the last fragment, payload; None while some of it is missing."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 127, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        frame = buffer[0] & 15, bool(buffer[0] & 128), bytes(buffer[start : start + size])
        del buffer[: start + size]
        return frame


def _same(protocol: Subscriber) -> Subscriber:
    return protocol


async def open_subscribers(
    count: int, url: str, on_message: Callable[[Subscriber, float, bytes], None], hellos: Sequence[str], batch: int = 25
) -> list[Subscriber]:
    """`count` sockets, opened `batch` at a time; socket i says `hellos[i mod n]` first.

    One that is refused tries again, as a page does: daphne gives a handshake 5 s. Raises ConnectionError after that.
    """
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    opened: list[Subscriber] = []

    async def enter(number: int) -> Subscriber:
        for left in reversed(range(TRIES)):
            one = Subscriber(number, url, on_message, hellos[number % len(hellos)] if hellos else "")
            try:
                await loop.create_connection(partial(_same, one), parts.hostname or "", parts.port or 80)
                await asyncio.wait_for(one.ready, 30)
                return one
            except (ConnectionError, TimeoutError):
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    for first in range(0, count, batch):
        opened += await asyncio.gather(*(enter(number) for number in range(first, min(count, first + batch))))
    return opened
