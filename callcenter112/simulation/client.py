"""Carries a plan out against a running system and keeps the ledger of what was sent, accepted, rejected and found."""

from __future__ import annotations

import heapq
import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from callcenter112.simulation.plan import Call, Step

TRIES = 6
WORKERS = 24
TIMEOUT_SECONDS = 20.0
AGAIN = {429, 502, 503, 504}
TODAY = uuid.uuid4
"""Makes the name of one run: keys must be new in every run, also with the same seed."""


class Unreachable(Exception):
    """The system did not answer, also not after several tries."""


@dataclass
class Api:
    """JSON over kept connections, one for each thread; the same request again after a failure, with the same key."""

    url: str
    token: str = ""
    _local: threading.local = field(default_factory=threading.local)

    def _connection(self) -> http.client.HTTPConnection:
        if getattr(self._local, "connection", None) is None:
            address = urlsplit(self.url)
            make = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
            self._local.connection = make(address.netloc, timeout=TIMEOUT_SECONDS)
        return self._local.connection

    def request(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, dict[str, Any]]:
        """Status and body of `/api/v1/<path>`. Raises Unreachable."""
        for attempt in range(TRIES):
            try:
                status, answer = self._once(method, path, body, key)
            except (OSError, http.client.HTTPException):
                self._local.connection = None
                status, answer = 0, {}
            if status and status not in AGAIN and not (status == 409 and answer.get("type", "").endswith("in-work")):
                return status, answer
            time.sleep(0.2 * 2**attempt)
        if status:
            return status, answer
        raise Unreachable(f"{self.url} tidak menjawab")

    def _once(self, method: str, path: str, body: Any, key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        connection = self._connection()
        connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw.startswith(b"{") else {}


@dataclass
class Ledger:
    """What became of everything that was sent."""

    sent: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    made: list[tuple[str, str]] = field(default_factory=list)
    """Path and number or id of each call and incident that was accepted."""
    missing: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: Step, status: int, answer: dict[str, Any]) -> None:
        good = 200 <= status < 300
        with self._lock:
            self.sent[step.name] += 1
            self.statuses[status] += 1
            (self.accepted if good else self.rejected)[step.name] += 1
            if good and step.name in ("offer", "report"):
                self.made.append((f"{step.path}{answer['id']}/", answer.get("number") or answer["id"]))

    def lines(self) -> list[str]:
        """The ledger as text."""
        rows = [f"{'langkah':<14}{'dikirim':>9}{'diterima':>10}{'ditolak':>9}"]
        rows += [
            f"{name:<14}{self.sent[name]:>9}{self.accepted[name]:>10}{self.rejected[name]:>9}" for name in self.sent
        ]
        total = (sum(self.sent.values()), sum(self.accepted.values()), sum(self.rejected.values()))
        rows.append(f"{'semua':<14}{total[0]:>9}{total[1]:>10}{total[2]:>9}")
        rows.append("status: " + _counts({str(k or "putus"): v for k, v in self.statuses.items()}))
        rows.append("disposisi: " + _counts(self.dispositions))
        return rows


def _counts(counter: dict[str, int] | Counter[str]) -> str:
    return " ".join(f"{name}×{number}" for name, number in sorted(counter.items())) or "-"


@dataclass(slots=True)
class _Going:
    """A call on its way through its steps, with the ids made so far."""

    call: Call
    ids: dict[str, str] = field(default_factory=dict)
    done: int = 0


@dataclass
class Run:
    """One simulation against one system."""

    api: Api
    ledger: Ledger = field(default_factory=Ledger)
    name: uuid.UUID = field(default_factory=TODAY)

    def play(self, calls: Iterable[Call]) -> Ledger:
        """Send every step when it is due; a call whose step is rejected goes no further."""
        started = time.monotonic()
        due: list[tuple[float, int, _Going]] = [
            (call.at + call.steps[0].after, number, _Going(call)) for number, call in enumerate(calls)
        ]
        heapq.heapify(due)
        running: dict[Future[bool], tuple[int, _Going]] = {}
        with ThreadPoolExecutor(WORKERS) as pool:
            while due or running:
                now = time.monotonic() - started
                while due and due[0][0] <= now and len(running) < WORKERS:
                    _, number, going = heapq.heappop(due)
                    running[pool.submit(self._advance, going)] = (number, going)
                pause = max(0.005, min(0.2, due[0][0] - now)) if due else 0.2
                if not running:
                    time.sleep(pause)
                    continue
                for future in wait(running, timeout=pause, return_when=FIRST_COMPLETED).done:
                    number, going = running.pop(future)
                    if future.result():
                        next_step = going.call.steps[going.done]
                        heapq.heappush(due, (time.monotonic() - started + next_step.after, number, going))
        return self.ledger

    def _advance(self, going: _Going) -> bool:
        """Send the next step; True when there is one more to come."""
        step = going.call.steps[going.done]
        going.done += 1
        body = {name: value for name, value in step.body.items() if value is not None}
        if body.get("call") == "{call}":
            body["call"] = going.ids["offer"]
        path = step.path.format(call=going.ids.get("offer", ""))
        try:
            status, answer = self.api.request("POST", path, body, str(uuid.uuid5(self.name, step.key)))
        except Unreachable:
            status, answer = 0, {}
        self.ledger.note(step, status, answer)
        if not 200 <= status < 300:
            return False
        if step.name in ("offer", "report"):
            going.ids[step.name] = answer["id"]
        if step.name == "offer":
            self.ledger.dispositions[going.call.disposition] += 1
        return going.done < len(going.call.steps)

    def check(self) -> list[str]:
        """Look for everything that was accepted; returns what is not there."""
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(self._is_there, self.ledger.made)
        self.ledger.missing = [name for (_, name), there in zip(self.ledger.made, found, strict=True) if not there]
        return self.ledger.missing

    def _is_there(self, made: tuple[str, str]) -> bool:
        try:
            return self.api.request("GET", made[0])[0] == 200
        except Unreachable:
            return False
