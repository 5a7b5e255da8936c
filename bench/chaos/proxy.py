"""What stands between a client and the system and does harm."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

CHUNK = 65536


class Proxy:
    """Passes bytes both ways; a subclass changes what the server sends. Use as an async context manager."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.server: asyncio.Server | None = None
        self.connections: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        assert self.server
        return self.server.sockets[0].getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Any:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.server
        self.server.close()
        self.cut_all()

    def cut_all(self) -> None:
        """Cut every connection, without a goodbye."""
        for writer in list(self.connections):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(writer)
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            self.connections.discard(writer)
            return
        passed = self.passed()
        both = [self._copy(reader, ours, None), self._copy(theirs, writer, passed)]
        tasks = [asyncio.ensure_future(one) for one in both]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the row is over
        finally:
            for task in tasks:
                task.cancel()
            for one in (ours, writer):
                with contextlib.suppress(RuntimeError):
                    one.transport.abort()
            self.connections.discard(writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
                    passed: Callable[[bytes], bytes | None] | None) -> None:  # fmt: skip
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                changed = passed(data) if passed else data
                if changed is None:
                    return
                if changed:
                    writer.write(changed)
                    await writer.drain()

    def passed(self) -> Callable[[bytes], bytes | None]:
        """For each connection: what becomes of the server's bytes; None cuts it."""
        return lambda data: data


class AnswerCutter(Proxy):
    """While armed, every answer is lost on its way: the work is done and nobody is told."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.armed, self.cut = False, 0

    def arm(self) -> None:
        """Once: the next answer is cut."""
        self.armed = True

    def disarm(self) -> None:
        self.armed = False

    def passed(self) -> Callable[[bytes], bytes | None]:
        def cut(data: bytes) -> bytes | None:
            if not self.armed:
                return data
            self.armed, self.cut = False, self.cut + 1
            return None

        return cut


class RandomCutter(Proxy):
    """Cuts a connection after a random number of the server's bytes: half heads, half bodies."""

    def __init__(self, port: int, share: float = 0.3, longest: int = 1500) -> None:
        super().__init__(port)
        self.share, self.longest, self.cut = share, longest, 0

    def passed(self) -> Callable[[bytes], bytes | None]:
        left = random.randrange(self.longest) if random.random() < self.share else None

        def cut(data: bytes) -> bytes | None:
            nonlocal left
            if left is None:
                return data
            if len(data) >= left:
                self.cut += 1
                return None
            left -= len(data)
            return data

        return cut


class FrameMangler(Proxy):
    """Drops, repeats and swaps WebSocket frames of the server (never the greeting, nor what is no text)."""

    def __init__(self, port: int, share: float = 0.05) -> None:
        super().__init__(port)
        self.share = share
        self.dropped = self.repeated = self.swapped = self.frames = 0

    def passed(self) -> Callable[[bytes], bytes]:
        buffer, held, shaken = bytearray(), bytearray(), False

        def mangle(data: bytes) -> bytes:
            nonlocal shaken
            buffer.extend(data)
            out = bytearray()
            if not shaken:
                end = buffer.find(b"\r\n\r\n")
                if end < 0:
                    return b""
                out += buffer[: end + 4]
                del buffer[: end + 4]
                shaken = True
            while frame := _take_frame(buffer):
                out += self._mangled(frame, held)
            return bytes(out)

        return mangle

    def _mangled(self, frame: bytes, held: bytearray) -> bytes:
        if frame[0] != 0x81 or b'"kind":"hello"' in frame or b'"kind": "hello"' in frame:
            return frame
        self.frames += 1
        before = bytes(held)
        held.clear()
        chance = random.random()
        if chance < self.share:
            self.dropped += 1
            return before
        if chance < 2 * self.share:
            self.repeated += 1
            return before + frame + frame
        if chance < 3 * self.share and not before:
            self.swapped += 1
            held += frame  # it comes after the next one
            return b""
        return frame + before


def _take_frame(buffer: bytearray) -> bytes:
    """The next whole frame, taken out of the buffer; empty while some of it is missing."""
    if len(buffer) < 2:
        return b""
    size, start = buffer[1] & 127, 2
    if size >= 126:
        start = 4 if size == 126 else 10
        if len(buffer) < start:
            return b""
        size = int.from_bytes(buffer[2:start], "big")
    if len(buffer) < start + size:
        return b""
    frame = bytes(buffer[: start + size])
    del buffer[: start + size]
    return frame
