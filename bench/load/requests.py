"""Latency and throughput of one endpoint. Prints one line of JSON.

Closed loop: `--clients` clients, each one request at a time. Open loop with `--rate`: the latency counts from the
moment at which the request was due, so that a server that stalls is not forgiven.
"""

import argparse
import asyncio
import json
from collections import Counter
from pathlib import Path

from bench.load.client import Http, build_request, check_target, fill, now, read_payload, summary


class Load:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.template = read_payload(options.data)
        lines = Path(options.vars).read_text().splitlines() if options.vars else ["{}"]
        self.variables = [json.loads(line) for line in lines]
        self.forget()

    def forget(self) -> None:
        """Start counting anew, after the warm-up."""
        self.milliseconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.errors: Counter[str] = Counter()
        self.sample = ""

    async def one(self, connection: Http, client: int, due: float | None = None) -> None:
        options, variables = self.options, self.variables[client % len(self.variables)]
        body = fill(self.template, variables=variables).encode()
        headers = [fill(header, variables=variables) for header in options.header]
        raw = build_request("POST" if body else "GET", options.url, headers, body)
        began = due or now()
        try:
            status, answer = await connection.request(raw, options.timeout)
        except (ConnectionError, TimeoutError) as error:
            self.errors[type(error).__name__] += 1
            return
        took = (now() - began) * 1000
        self.statuses[status] += 1
        self.sample = self.sample or answer[:400].decode("utf-8", "replace")
        if status // 100 == 2 and options.expect.encode() in answer:
            self.milliseconds.append(took)
        else:
            self.errors[f"bad {status}"] += 1

    async def closed(self, clients: int, count: int) -> None:
        """`clients` clients share `count` requests, until the time is over."""
        left, stop_at = [count], now() + self.options.seconds

        async def client(number: int) -> None:
            connection = Http(self.options.url)
            while left[0] > 0 and now() < stop_at:
                left[0] -= 1
                await self.one(connection, number)
            connection.close()

        await asyncio.gather(*(client(number) for number in range(clients)))

    async def open(self) -> None:
        """Requests at their due times, on at most `clients` connections."""
        options = self.options
        idle: asyncio.Queue[Http] = asyncio.Queue()
        for _ in range(options.clients):
            idle.put_nowait(Http(options.url))

        async def fire(number: int, due: float) -> None:
            connection = await idle.get()
            await self.one(connection, number, due)
            idle.put_nowait(connection)

        began, tasks = now(), []
        for number in range(min(options.count, int(options.rate * options.seconds))):
            due = began + number / options.rate
            await asyncio.sleep(max(0.0, due - now()))
            tasks.append(asyncio.ensure_future(fire(number, due)))
        await asyncio.gather(*tasks)

    async def run(self) -> dict[str, object]:
        options = self.options
        if options.warmup:
            await self.closed(options.clients, options.warmup)
            self.forget()
        began = now()
        await (self.open() if options.rate else self.closed(options.clients, options.count))
        wall = now() - began
        return {
            "clients": options.clients,
            "rate": options.rate,
            "seconds": round(wall, 3),
            "per_second": round(len(self.milliseconds) / wall, 1),
            "ms": summary(self.milliseconds),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "errors": dict(self.errors),
            "sample": self.sample,
        }


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("url")
    made.add_argument("-H", "--header", action="append", default=[], help="'Authorization: Token KEY'")
    made.add_argument("--vars", help="file of JSON lines: client i uses line i mod n as {{var:NAME}}")
    made.add_argument("-d", "--data", default="", help="payload template or @file; without it GET")
    made.add_argument("-c", "--clients", type=int, default=1)
    made.add_argument("-n", "--count", type=int, default=500)
    made.add_argument("-s", "--seconds", type=float, default=20)
    made.add_argument("--rate", type=float, help="open loop: requests a second")
    made.add_argument("--warmup", type=int, default=20, help="requests that are not counted")
    made.add_argument("--timeout", type=float, default=30)
    made.add_argument("--expect", default="", help="text that a good answer contains")
    return made


if __name__ == "__main__":
    given = parser().parse_args()
    check_target(given.url)
    print(json.dumps(asyncio.run(Load(given).run())))
