"""What the supervisor has to know about one process, and the plain start and stop that commands and tests use."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from callcenter112.embedded import tether

POLL_SECONDS = 0.05


class Refused(Exception):
    """A start that cannot work, in one line that says what to do."""


def nothing_to_do() -> None:
    """Default of `Spec.before_start`."""


@dataclass(frozen=True)
class Spec:
    """One process. `tier` orders start (ascending, each tier ready before the next) and stop (descending)."""

    name: str
    argv: list[str]
    tier: int
    ready: Callable[[], bool] | None = None
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0
    """How long it may take to stop by itself before SIGKILL."""
    death_signal: int = signal.SIGKILL
    """What it gets when the supervisor itself is killed."""
    before_start: Callable[[], None] = nothing_to_do
    """Clears what a killed predecessor left behind."""
    cwd: str | None = None

    def tethered(self) -> list[str]:
        return tether.command(self.argv, self.death_signal)

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}


def kill_group(pgid: int, signum: int = signal.SIGKILL) -> None:
    """Signal a whole process group; one that is gone already is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signum)


def start(spec: Spec, *, output: IO[Any] | None = None) -> subprocess.Popen:
    """Start and wait until ready, without a time limit: recovery after a power cut may take minutes.

    Raises Refused when the process ends before it is ready.
    """
    spec.before_start()
    process = subprocess.Popen(
        spec.tethered(),
        env=spec.environment(),
        cwd=spec.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        process_group=0,
    )
    while spec.ready and not spec.ready():
        if process.poll() is not None:
            raise Refused(f"{spec.name} ended with code {process.returncode} before it was ready")
        time.sleep(POLL_SECONDS)
    return process


def stop(spec: Spec, process: subprocess.Popen) -> None:
    """Stop in the way the process likes, and kill its group when it takes longer than `stop_seconds`."""
    process.send_signal(spec.stop_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(spec.stop_seconds)
    kill_group(process.pid)
    process.wait()
