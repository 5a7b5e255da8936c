"""The machine gives no more: disk, connections, sessions."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.chaos.rows_processes import once_each, wait_for
from bench.chaos.stack import Stack
from bench.chaos.trial import Trial

DISK_MB, LEFT_MB = 900, 3
RATE = 5


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """A disk of that size; None where this user cannot mount one."""
    directory = Path(tempfile.mkdtemp(prefix="siaga-chaos-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(directory)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield directory if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(directory)], check=False)
        shutil.rmtree(directory, ignore_errors=True)


async def disk_full(trial: Trial) -> None:
    """The disk of the data directory is full; then room is made."""
    seconds = trial.pick(45, 15)
    trial.counts = f"{seconds} s full, {RATE} reports/s"
    with small_disk(DISK_MB) as directory:
        if directory is None:
            trial.skipped = "needs root and the right to mount a tmpfs"
            return
        with Stack(directory) as stack:
            trial.stack, statuses = stack, set()
            ballast = directory / "ballast"

            def fault() -> None:
                free = shutil.disk_usage(directory).free - LEFT_MB * 1_000_000
                with open(ballast, "wb") as file:
                    for _ in range(free // 1_000_000):
                        file.write(b"\0" * 1_000_000)
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    with contextlib.suppress(OSError), open(ballast, "ab") as file:  # whatever becomes free again
                        file.write(b"\0" * 1_000_000)
                    statuses.add(stack.status(stack.port, "/readyz"))
                    time.sleep(0.5)
                ballast.unlink()
                began = time.monotonic()
                wait_for(lambda: stack.status(stack.port, "/readyz") == 200, 60)
                trial.most("ready_again_s", round(time.monotonic() - began, 1), 60, "s")

            await trial.under_load(fault, rate=RATE, create_ms=None, lag_seconds=seconds + 60, converge_seconds=15)
            trial.figures["readyz"] = sorted(str(status) for status in statuses)
            trial.promise("it says that it cannot write", statuses != {200})
            once_each(trial)
            stack.wait_until_whole(60)


async def connections_full(trial: Trial) -> None:
    """Somebody holds every connection that the database gives."""
    seconds = trial.pick(60, 10)
    trial.counts = f"{seconds} s, {RATE} reports/s"
    dsn = trial.stack.dsn.replace("user=postgres", "user=siaga")

    def fault() -> None:
        with contextlib.ExitStack() as stay:
            end, held = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                try:
                    stay.enter_context(psycopg.connect(dsn, autocommit=True))
                    held += 1
                except psycopg.OperationalError:  # full: take what comes free
                    time.sleep(0.05)
            trial.figures["held"] = held

    await trial.under_load(fault, rate=RATE)
    once_each(trial)


async def sessions_ended(trial: Trial) -> None:
    """An administrator ends every session of the application, again and again."""
    times = trial.pick(12, 3)
    trial.counts = f"{times} times, {RATE} reports/s"

    def fault() -> None:
        ended = 0
        for _ in range(times):
            time.sleep(4)
            ended += len(trial.stack.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'siaga'"
            ))  # fmt: skip
        trial.figures["sessions_ended"] = ended

    await trial.under_load(fault, rate=RATE)
    once_each(trial)
