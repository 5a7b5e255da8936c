"""Who uses the system during a fault: writers that try again with the same key, and screens that are never told why."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.chaos.ledger import Ledger
from bench.chaos.stack import REGION, Stack
from bench.load.client import Http, build_request

TRY_SECONDS = 5.0
"""A console waits that long for an answer before it tries again with the same key."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.4
WORDS = ("banjir setinggi lutut", "pohon tumbang menutup jalan", "kebakaran warung", "air masuk rumah warga")


def body_of(key: str, agencies: Sequence[str] = ()) -> dict[str, Any]:
    """A report that names its key, so that a second row of the same key is found whatever the key table says.

    `agencies`: who is sent, first the leading one; empty: whom the run card names.
    """
    given = [{"code": code, "role": "support" if place else "lead"} for place, code in enumerate(agencies)]
    return ({"agencies": given} if given else {}) | {
        "region": REGION, "narrative": f"{random.choice(WORDS)} di RT {random.randint(1, 90)}, kunci {key}",
        "location": {"lat": -7.60 - random.random() / 20, "lon": 111.50 + random.random() / 20},
        "type": "disaster", "priority": random.choice(("high", "normal")), "caller": {"number": "081234567890"},
    }  # fmt: skip


class Writer:
    """One console: one report at a time, sent until it is acknowledged."""

    def __init__(self, stack: Stack, ledger: Ledger, address: str = "") -> None:
        self.url = f"{address or stack.web}/api/v1/incidents/"
        self.token, self.ledger = stack.token("operator"), ledger
        self.http = Http(self.url)

    async def report(self, give_up: Callable[[], bool] = lambda: False, agencies: Sequence[str] = ()) -> Any:
        """Send one and return the answer; None when `give_up` says so before it was acknowledged."""
        key = str(uuid.uuid4())
        headers = [f"Authorization: Token {self.token}", f"Idempotency-Key: {key}"]
        raw = build_request("POST", self.url, headers, json.dumps(body_of(key, agencies)).encode())
        self.ledger.send(key)
        began, pause = time.perf_counter(), FIRST_PAUSE
        while not give_up():
            status, answer = await self._try(raw)
            if status == 201:
                made = json.loads(answer)
                self.ledger.acknowledge(key, made["id"], (time.perf_counter() - began) * 1000)
                return made
            self.ledger.retries += 1
            self.ledger.refusals[str(status)] += 1
            await asyncio.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 2, LONGEST_PAUSE)
        return None

    async def _try(self, raw: bytes) -> tuple[int | str, bytes]:
        try:
            return await self.http.request(raw, TRY_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            return type(error).__name__, b""


async def write_at(stack: Stack, ledger: Ledger, rate: float, stop: asyncio.Event, address: str = "") -> int:
    """`rate` reports a second from consoles of their own until `stop`; returns how many were started."""
    tasks: set[asyncio.Task[Any]] = set()
    idle: list[Writer] = []
    began, number = time.monotonic(), 0

    async def one() -> None:
        writer = idle.pop() if idle else Writer(stack, ledger, address)
        await writer.report()
        idle.append(writer)

    while not stop.is_set():
        task = asyncio.ensure_future(one())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        number += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), max(0.0, began + number / rate - time.monotonic()))
    await asyncio.gather(*tasks)
    return number


async def write_all(stack: Stack, ledger: Ledger, writers: int, stop: asyncio.Event, address: str = "") -> None:
    """`writers` consoles, each sending the next report when the last one is acknowledged, until `stop`."""

    async def loop() -> None:
        writer = Writer(stack, ledger, address)
        while not stop.is_set():
            await writer.report()

    await asyncio.gather(*(loop() for _ in range(writers)))


class Screens:
    """Many screens in a process of their own that runs the delivered feed.js (screens.mjs)."""

    def __init__(self, stack: Stack, users: list[str], live_port: int = 0) -> None:
        self.stack, self.users = stack, users
        self.live_port = live_port or stack.live_port
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Screens":
        self.process = await asyncio.create_subprocess_exec(
            "node", str(Path(__file__).with_name("screens.mjs")),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 28,
        )  # fmt: skip
        tokens = [self.stack.token(user) for user in self.users]
        await self._ask({"web": self.stack.web, "live_port": self.live_port, "region": REGION, "screens": tokens})
        await self.all_live(60)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def _ask(self, message: dict[str, Any]) -> Any:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write((json.dumps(message) + "\n").encode())
        answer = json.loads(await self.process.stdout.readline())
        if isinstance(answer, dict) and "error" in answer:
            raise ConnectionError(answer["error"])
        return answer

    async def all_live(self, seconds: float) -> float:
        """Seconds until every screen is on the socket. Raises TimeoutError."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if set(await self.modes()) == {"live"}:
                return time.monotonic() - began
            await asyncio.sleep(0.1)
        raise TimeoutError("not every screen came (back) to its socket")

    async def modes(self) -> list[str]:
        return await self._ask({"do": "modes"})

    async def check(self) -> list[dict[str, Any]]:
        return await self._ask({"do": "check"})

    async def seen(self) -> list[dict[str, float]]:
        """Per screen: incident → milliseconds since 1970 at which it was first shown."""
        return await self._ask({"do": "seen"})

    async def links(self) -> list[list[tuple[float, str]]]:
        """Per screen: when its connection changed, and to what."""
        return await self._ask({"do": "links"})

    async def converge(self, seconds: float) -> tuple[float, list[dict[str, Any]]]:
        """Seconds until every screen shows what a fresh fetch shows, and the last look."""
        began, found = time.monotonic(), []
        while True:
            with contextlib.suppress(ConnectionError):
                found = await self.check()
            passed = time.monotonic() - began
            if (found and all(one["same"] for one in found)) or passed > seconds:
                return round(passed, 1), found
            await asyncio.sleep(0.2)
