"""The two servers below us die, freeze, come back empty or stay away."""

import contextlib
import shutil
import signal
import time
from collections.abc import Callable, Iterator

from bench.chaos.rows_processes import once_each, wait_for
from bench.chaos.stack import kill
from bench.chaos.trial import Trial

RATE = 5
"""Reports a second: ten times the whole country's mean."""


async def _without_valkey(
    trial: Trial, seconds: int, hurt: Callable[[], contextlib.AbstractContextManager[None]]
) -> None:
    trial.counts = f"{seconds} s, {RATE} reports/s"

    def fault() -> None:
        with hurt():
            time.sleep(seconds)

    await trial.under_load(fault, rate=RATE)
    once_each(trial)


async def valkey_killed(trial: Trial) -> None:
    """Valkey kill −9 again and again; the supervisor starts it anew."""
    kills = trial.pick(20, 4)
    trial.counts = f"{kills} kills, {RATE} reports/s"

    def fault() -> None:
        for _ in range(kills):
            kill(trial.stack.pid("valkey"))
            time.sleep(1.5)

    await trial.under_load(fault, rate=RATE)
    once_each(trial)


async def valkey_empty(trial: Trial) -> None:
    """Valkey killed and started again without its data."""
    times = trial.pick(5, 1)
    trial.counts = f"{times} times, {RATE} reports/s"

    def fault() -> None:
        for _ in range(times):
            kill(trial.stack.pid("valkey"))  # it is started again 0.2 s later
            shutil.rmtree(trial.stack.directory / "var" / "valkey" / "appendonlydir", ignore_errors=True)
            time.sleep(6)

    await trial.under_load(fault, rate=RATE)
    once_each(trial)


async def valkey_stopped(trial: Trial) -> None:
    """Valkey is away."""

    await _without_valkey(trial, trial.pick(60, 10), lambda: trial.stack.kept_down("valkey"))


async def valkey_frozen(trial: Trial) -> None:
    """Valkey is frozen (SIGSTOP): it takes connections and never answers."""

    @contextlib.contextmanager
    def frozen() -> Iterator[None]:
        pid = trial.stack.pid("valkey")
        kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            kill(pid, signal.SIGCONT)

    await _without_valkey(trial, trial.pick(60, 8), frozen)


async def postgres_killed(trial: Trial) -> None:
    """PostgreSQL kill −9, the server and all its sessions at one blow, under writers."""
    kills, writers = trial.pick(20, 2), 8
    trial.counts = f"{kills} kills under {writers} writers"
    back: list[float] = []

    def fault() -> None:
        for _ in range(kills):
            trial.stack.kill_group("postgres")
            began = time.monotonic()
            time.sleep(0.1)
            wait_for(lambda: trial.stack.status(trial.stack.port, "/readyz") == 200, 60)
            back.append(time.monotonic() - began)
            time.sleep(2.5)

    await trial.under_load(fault, writers=writers, create_ms=None, lag_seconds=15)
    trial.figures["ready_again_s"] = round(max(back), 1)
    once_each(trial)


async def postgres_away(trial: Trial) -> None:
    """PostgreSQL is away; consoles keep their reports and send them again."""
    seconds = trial.pick(120, 10)
    trial.counts = f"{seconds} s, {RATE} reports/s"

    def fault() -> None:
        with trial.stack.kept_down("postgres"):
            time.sleep(seconds)
        wait_for(lambda: trial.stack.status(trial.stack.port, "/readyz") == 200, 60)

    await trial.under_load(fault, rate=RATE, create_ms=None, lag_seconds=seconds + 20, converge_seconds=15)
    once_each(trial)
