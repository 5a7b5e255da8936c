"""Receivers of messages as they are out there: one that works, and every way that we know in which they do not."""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

HOSTILE = ("hang", "hang-too", "drip", "endless", "half", "error", "redirect", "garbage")
SLOW_SECONDS = 4.0
"""A receiver that thinks that long is slow, not dead."""


@dataclass
class Got:
    """One message that came in."""

    at: float
    head: str
    body: str

    @property
    def id(self) -> str:
        return str(json.loads(self.body)["id"])


@dataclass
class Receivers:
    """One server; the path says how it behaves. Use as an async context manager."""

    got: dict[str, list[Got]] = field(default_factory=dict)
    server: asyncio.Server | None = None
    inside: int = 0
    """Requests for what no message may ever be sent to."""

    @property
    def port(self) -> int:
        assert self.server
        return int(self.server.sockets[0].getsockname()[1])

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.port}/{behaviour}"

    async def __aenter__(self) -> "Receivers":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.server
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            behaviour = head.split(" ", 2)[1].strip("/")
            if behaviour == "inside":
                self.inside += 1
            length = next(
                (int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0
            )
            body = (await reader.readexactly(length)).decode()
            self.got.setdefault(behaviour, []).append(Got(time.time(), head, body))
            await getattr(self, "_" + behaviour.partition("-")[0])(writer)
        if not writer.is_closing():
            writer.close()

    @staticmethod
    async def _answer(writer: asyncio.StreamWriter, status: str, body: bytes = b"{}", head: str = "") -> None:
        writer.write(f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        writer.write(body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _well(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, "200 OK")

    async def _inside(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, "200 OK")

    async def _slow(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(SLOW_SECONDS)
        await self._answer(writer, "200 OK")

    async def _hang(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        """A byte a second: no time limit between two bytes is ever reached."""
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(60):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)

    async def _endless(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    async def _half(self, writer: asyncio.StreamWriter) -> None:
        """It closes half-way through its answer."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of")
        await writer.drain()

    async def _error(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, "500 Internal Server Error")

    async def _redirect(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, "307 Temporary Redirect", head=f"Location: {self.url('inside')}\r\n")

    async def _garbage(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\xff SSH-2.0-no-http\r\n" * 50)
        await writer.drain()


def channel_rows(receivers: Receivers) -> dict[str, str]:
    """Name → address of the hostile channels, addresses inside our own house among them."""
    inside = {
        "metadata": "http://169.254.169.254/latest/meta-data/", "private": "https://10.0.0.5/inside",
        "mapped": f"http://[::ffff:10.0.0.5]:{receivers.port}/inside", "file": "file:///etc/passwd",
        "zero": f"http://0.0.0.0:{receivers.port}/inside",
    }  # fmt: skip
    return {name: receivers.url(name) for name in HOSTILE} | inside


def said(got: list[Got]) -> Any:
    """Everything that a receiver was told, as one text."""
    return "\n".join(one.head + one.body for one in got)
