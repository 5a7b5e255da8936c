"""Keeps processes alive: ordered readiness, restart with growing pauses, clean stop in reverse order.

Children are tied to this process (tether.py) and lead a process group each, so that nothing of a killed process is
left when its successor starts. Everything here runs on the main thread, to which the kernel ties them.
"""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from callcenter112.embedded.output import Output
from callcenter112.embedded.process import Refused, Spec, kill_group

POLL_SECONDS = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LONGEST_PAUSE_KILLED = 1.0
"""Who was killed did not fail by itself: there is less reason to wait."""
STEADY_SECONDS = 5.0
"""Who lived that long is restarted at once again."""
TRIES_BEFORE_READY = 4


@dataclass
class Child:
    spec: Spec
    process: subprocess.Popen | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    ended_before_ready: int = 0


class Supervisor:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.children: list[Child] = []
        self.stopping = asyncio.Event()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keepers: list[asyncio.Task] = []

    async def start(self, specs: Iterable[Spec]) -> None:
        """Start them side by side; return when all are ready or the stop was asked for.

        Raises Refused when one ends again and again before it was ready once.
        """
        fresh = [Child(spec) for spec in specs]
        self.children += fresh
        self._keepers += [asyncio.create_task(self._keep(child)) for child in fresh]
        all_ready = asyncio.gather(*(child.ready.wait() for child in fresh))
        stop = asyncio.ensure_future(self.stopping.wait())
        waiting: set[asyncio.Future] = {all_ready, stop, self._failure}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for future in (all_ready, stop):
            future.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await future
        if self._failure.done():
            self._failure.result()

    async def stop(self) -> None:
        """Stop all, the highest tier first."""
        self.stopping.set()
        for tier in sorted({child.spec.tier for child in self.children}, reverse=True):
            await asyncio.gather(*(self._stop(child) for child in self.children if child.spec.tier == tier))
        await asyncio.gather(*self._keepers)

    async def _keep(self, child: Child) -> None:
        pause = FIRST_PAUSE
        while not self.stopping.is_set():
            started_at = time.monotonic()
            await asyncio.to_thread(child.spec.before_start)
            if self.stopping.is_set():
                return
            process = self._launch(child)
            waiter = asyncio.create_task(self._announce(child))
            while process.poll() is None:
                await asyncio.sleep(POLL_SECONDS)
            waiter.cancel()
            kill_group(process.pid)  # its workers, which would go on sharing a port or a queue with the next one
            if self.stopping.is_set():
                return
            longest = LONGEST_PAUSE_KILLED if process.returncode == -signal.SIGKILL else LONGEST_PAUSE
            pause = FIRST_PAUSE if time.monotonic() - started_at > STEADY_SECONDS else min(pause * 2, longest)
            self._report_end(child, process.returncode)
            await self._sleep(pause)

    def _launch(self, child: Child) -> subprocess.Popen:
        spec = child.spec
        process = subprocess.Popen(
            spec.tethered(),
            env=spec.environment(),
            cwd=spec.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        if process.stdout:
            self.output.follow(spec.name, process.stdout)
        child.process = process
        return process

    async def _announce(self, child: Child) -> None:
        """No time limit: PostgreSQL may recover for minutes after a power cut."""
        while child.spec.ready and not await asyncio.to_thread(child.spec.ready):
            await asyncio.sleep(POLL_SECONDS)
        child.ready.set()

    def _report_end(self, child: Child, code: int) -> None:
        name = child.spec.name
        self.output.say(f"{name} ended with code {code}, starting it again")
        child.ended_before_ready += not child.ready.is_set()
        if child.ended_before_ready == TRIES_BEFORE_READY and not self._failure.done():
            self._failure.set_exception(
                Refused(f"{name} ended {TRIES_BEFORE_READY} times before it was ready (code {code}): see its log above")
            )

    async def _stop(self, child: Child) -> None:
        process, spec = child.process, child.spec
        if process is None or process.poll() is not None:
            return
        process.send_signal(spec.stop_signal)
        deadline = time.monotonic() + spec.stop_seconds
        while process.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS / 2)
        if process.poll() is None:
            self.output.say(f"{spec.name} did not stop within {spec.stop_seconds:.0f} s: killed")
        kill_group(process.pid)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
