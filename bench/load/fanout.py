"""From the moment a POST is sent until the first, the median and the last of N sockets have its event.

Poster and subscribers share this process's clock. A frame belongs to the POST whose answered id it carries; with
`--ack` frames with a `seq` and heartbeats are acknowledged as a page does. Prints one line of JSON.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from typing import Any

from bench.load.client import (
    Http,
    Subscriber,
    build_request,
    check_target,
    fill,
    now,
    open_subscribers,
    read_payload,
    summary,
)

PAUSE = 0.05
ACK_SECONDS = 0.2
"""static/live/feed.js"""


class Fanout:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.template = read_payload(options.data)
        self.seen: dict[str, dict[int, float]] = defaultdict(dict)
        """Id of the incident -> number of the socket -> when it first had it."""
        self.known: dict[bytes, tuple[str, str]] = {}
        """The same bytes go to many sockets: each frame is read once. Id and the ack to send."""
        self.acks: dict[Subscriber, str] = {}
        """What each socket will acknowledge in a moment."""
        self.sent: dict[str, float] = {}
        self.post_ms: list[float] = []
        self.bad = self.frames = 0

    def on_message(self, subscriber: Subscriber, at: float, payload: bytes) -> None:
        self.frames += 1
        found = self.known.get(payload)
        if found is None:
            found = self.known[payload] = self._read(payload)
        incident, ack = found
        if incident:
            self.seen[incident].setdefault(subscriber.number, at)
        if ack:
            self._acknowledge(subscriber, ack)

    def _acknowledge(self, subscriber: Subscriber, ack: str) -> None:
        """The newest number, once for all that came within ACK_SECONDS: as a page does."""
        waits = subscriber in self.acks
        self.acks[subscriber] = ack
        if not waits:
            asyncio.get_running_loop().call_later(ACK_SECONDS, lambda: subscriber.send(self.acks.pop(subscriber)))

    def _read(self, payload: bytes) -> tuple[str, str]:
        frame = json.loads(payload)
        number = frame.get("seq", frame.get("head") if frame.get("kind") == "heartbeat" else None)
        ack = json.dumps({"ack": number}) if self.options.ack and number is not None else ""
        if self.options.kind and frame.get("kind") != self.options.kind:
            return "", ack
        value: Any = frame
        for key in self.options.frame_id.split("."):
            value = value.get(key, {}) if isinstance(value, dict) else {}
        return ("" if value == {} else str(value)), ack

    async def fire(self, idle: "asyncio.Queue[Http]", due: float, *, counts: bool) -> None:
        options = self.options
        connection = await idle.get()
        raw = build_request("POST", options.post, [fill(h) for h in options.header], fill(self.template).encode())
        try:
            status, answer = await connection.request(raw)
            if status // 100 != 2:
                self.bad += 1
            elif counts:
                self.post_ms.append((now() - due) * 1000)
                self.sent[str(json.loads(answer)["id"])] = due
        except (ConnectionError, TimeoutError):
            self.bad += 1
        finally:
            idle.put_nowait(connection)

    async def run(self) -> dict[str, object]:
        options = self.options
        subscribers = await open_subscribers(options.subscribers, options.ws, self.on_message, options.hello)
        await asyncio.sleep(options.settle)
        idle: asyncio.Queue[Http] = asyncio.Queue()
        for _ in range(options.posters):
            idle.put_nowait(Http(options.post))
        for _ in range(options.warmup):
            await self.fire(idle, now(), counts=False)
            await asyncio.sleep(PAUSE)
        await self._post(idle)
        await self._wait_for_the_last()
        return self._result(subscribers)

    async def _post(self, idle: "asyncio.Queue[Http]") -> None:
        options = self.options
        began, tasks = now() + 0.5, []
        for number in range(min(options.count, int(options.rate * options.seconds))):
            due = began + number / options.rate
            await asyncio.sleep(max(0.0, due - now()))
            tasks.append(asyncio.ensure_future(self.fire(idle, due, counts=True)))
        await asyncio.gather(*tasks)

    async def _wait_for_the_last(self) -> None:
        end = now() + self.options.drain
        while now() < end and any(len(self.seen[i]) < self.options.subscribers for i in self.sent):
            await asyncio.sleep(PAUSE)

    def _result(self, subscribers: list[Subscriber]) -> dict[str, object]:
        wanted = self.options.subscribers
        delays = [sorted((at - posted) * 1000 for at in self.seen[i].values()) for i, posted in self.sent.items()]
        found = [one for one in delays if one]
        return {
            "subscribers": wanted,
            "events": len(self.sent),
            "bad_posts": self.bad,
            "missing_deliveries": sum(wanted - len(one) for one in delays),
            "frames": self.frames,
            "closed_sockets": sum(one.is_closed for one in subscribers),
            "post_ms": summary(self.post_ms),
            "first_ms": summary([one[0] for one in found]),
            "median_ms": summary([one[len(one) // 2] for one in found]),
            "last_ms": summary([one[-1] for one in found if len(one) >= wanted]),
        }


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--post", required=True, help="URL that makes an incident and answers its id")
    made.add_argument("--ws", required=True, help="ws:// address of the feed")
    made.add_argument("-H", "--header", action="append", default=[], help="of the POST")
    made.add_argument("--hello", action="append", default=[], help="first text of a socket; several: one after another")
    made.add_argument("-d", "--data", required=True, help="payload template or @file")
    made.add_argument("--kind", default="", help="only frames of this kind count")
    made.add_argument("--frame-id", default="id", help="where a frame has the id, e.g. data.incident.id")
    made.add_argument("--ack", action="store_true", help="acknowledge events and heartbeats")
    made.add_argument("-N", "--subscribers", type=int, default=50)
    made.add_argument("-n", "--count", type=int, default=100)
    made.add_argument("-s", "--seconds", type=float, default=30)
    made.add_argument("--rate", type=float, default=4, help="POSTs a second: far below what the server can do")
    made.add_argument("--posters", type=int, default=8)
    made.add_argument("--warmup", type=int, default=5)
    made.add_argument("--settle", type=float, default=1)
    made.add_argument("--drain", type=float, default=10)
    return made


if __name__ == "__main__":
    given = parser().parse_args()
    check_target(given.post)
    check_target(given.ws)
    print(json.dumps(asyncio.run(Fanout(given).run())))
