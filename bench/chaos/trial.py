"""One row of the suite while it runs: its ledger, its figures, its promises."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.chaos.ledger import BEFORE, Ledger, spread
from bench.chaos.people import Screens, write_all, write_at
from bench.chaos.stack import Stack

DESK = ("operator", "operator", "supervisor", "wall")
SCREENS = [*DESK, "bpbd"]
"""The desk, which sees every report, and an officer of an agency, who sees theirs."""
CONVERGE_SECONDS, CREATE_MS = 5.0, 2000.0
CI_SLACK = 5
"""CI runs on whatever machine is free: there, times may be that many times longer. What is lost, double or wrong on a
screen counts the same everywhere."""
PATIENCE = 45.0


@dataclass
class Trial:
    """What a row does is told to `under_load`; what it found is in `ledger_line`, `figures` and `broken`."""

    name: str
    stack: Stack
    full: bool
    counts: str = ""
    verdict: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    links: list[list[tuple[float, str]]] = field(default_factory=list)
    """Per screen of the last load: when its connection changed, and to what."""
    sent: dict[str, float] = field(default_factory=dict)
    """Key → when it was first sent in the last load."""
    skipped: str = ""
    seconds: float = 0.0
    load: tuple[float, float] = (0.0, 0.0)
    """Load average of the machine before and after: who else used it."""

    def pick(self, full: int, ci: int) -> int:
        """A count: the promised one, or a smaller one where minutes count."""
        return full if self.full else ci

    def promise(self, text: str, holds: bool) -> None:
        (self.kept if holds else self.broken).append(text)

    def allowed(self, limit: float) -> float:
        """A limit of time, as it holds for this run."""
        return limit if self.full else limit * CI_SLACK

    def most(self, name: str, value: float | None, limit: float, unit: str) -> None:
        """Promise that a figure is at most `limit`."""
        self.figures[name] = value
        limit = self.allowed(limit)
        self.promise(f"{name} ≤ {limit:g} {unit}", value is not None and value <= limit)

    def none(self, name: str, value: int) -> None:
        """Promise that there are none."""
        self.figures[name] = value
        self.promise(f"no {name}", value == 0)

    def ledger(self) -> Ledger:
        BEFORE.update(
            row[0]
            for row in self.stack.query(
                "SELECT substring(plain from 'kunci ([0-9a-f-]{36})') FROM incidents_text WHERE plain LIKE '%kunci %'"
            )
        )
        descriptor, path = tempfile.mkstemp(prefix=f"siaga-{self.name}-", suffix=".ledger")  # not on the system's disk
        os.close(descriptor)
        return Ledger(Path(path))

    async def under_load(
        self,
        fault: Callable[[], None],
        *,
        rate: float = 0,
        writers: int = 0,
        address: str = "",
        users: list[str] | None = None,
        live_port: int = 0,
        lag_seconds: float = 10.0,
        create_ms: float | None = CREATE_MS,
        converge_seconds: float = CONVERGE_SECONDS,
    ) -> None:
        """Run the fault (in a thread) while people write and look, then judge by sets and by hashes.

        `rate`: reports a second; `writers`: consoles that write as fast as they are answered.
        """
        ledger, stop = self.ledger(), asyncio.Event()
        async with Screens(self.stack, users or SCREENS, live_port) as screens:
            load = write_at(self.stack, ledger, rate, stop, address) if rate else None
            load = load or write_all(self.stack, ledger, writers, stop, address)
            writing = asyncio.ensure_future(load)
            try:
                await asyncio.sleep(1)
                await asyncio.to_thread(fault)
                over = time.monotonic()
            finally:
                stop.set()
            await asyncio.wait_for(writing, 120)
            _, looks = await screens.converge(PATIENCE)
            self.most("converge_s", round(time.monotonic() - over, 1), converge_seconds, "s")
            self.promise("every screen's hash is that of a fresh fetch", all(one["same"] for one in looks))
            self.judge(ledger, await screens.seen(), screens.users, lag_seconds)
            self.links = await screens.links()
            self.figures["gaps_filled"] = sum(one["fills"] for one in looks)
            if self.broken and not all(one["same"] for one in looks):
                self.figures["wrong"] = [one["wrong"] for one in looks if not one["same"]][:1]
        self.figures["create_ms"] = ledger.create_ms()
        if create_ms is not None:
            p99, create_ms = self.figures["create_ms"].get("p99"), self.allowed(create_ms)
            self.promise(f"create p99 ≤ {create_ms:g} ms", p99 is not None and p99 <= create_ms)
        self.sent = ledger.sent_keys
        if ledger.refusals:
            self.figures["refusals"] = dict(ledger.refusals)
        ledger.close()

    def judge(self, ledger: Ledger, seen: list[dict[str, float]], users: list[str], lag_seconds: float) -> None:
        """Sets first, then what each screen saw and how late."""
        self.verdict = ledger.verdict(self.stack)
        for name in ("lost", "invented", "duplicates"):
            self.promise(f"no report {name}", self.verdict[name] == 0)
        acked = {incident: at for incident, at, _ in ledger.acked.values()}
        desk = [shown for shown, user in zip(seen, users, strict=True) if user in DESK]
        self.verdict["seen"] = [len(set(acked) & set(shown)) for shown in seen]
        self.promise("every desk's screen saw every report", all(set(acked) <= set(shown) for shown in desk))
        lags = [shown[one] / 1000 - at for shown in desk for one, at in acked.items() if one in shown]
        self.figures["lag_s"] = spread([max(0.0, lag) for lag in lags], 2)
        if lags:
            lag_seconds = self.allowed(lag_seconds)
            self.promise(f"screens lag ≤ {lag_seconds:g} s", max(lags) <= lag_seconds)

    def ledger_line(self) -> str:
        """One line for people."""
        said = ", ".join(f"{name} {value}" for name, value in self.verdict.items())
        shown = ", ".join(f"{name} {value}" for name, value in self.figures.items() if name != "wrong")
        return "; ".join(part for part in (said, shown) if part)
