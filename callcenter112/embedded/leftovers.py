"""Processes that a killed predecessor left in a server's data directory. Only call this while holding the lock."""

import contextlib
import os
import signal
import time
from pathlib import Path

POLL_SECONDS = 0.05


def find(directory: Path) -> list[int]:
    """Process ids whose working directory is `directory`: both servers work inside their data, also after a fork."""
    target = str(directory.resolve())
    found = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd") == target:
                found.append(int(entry))
    return found


def end(directory: Path, stop_signal: int, *, seconds: float) -> None:
    """Let them stop by themselves (PostgreSQL may be writing its last checkpoint), then kill what is left."""
    if not find(directory):
        return
    _send(find(directory), stop_signal)
    deadline = time.monotonic() + seconds
    while find(directory) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    while left := find(directory):
        _send(left, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _send(pids: list[int], signum: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)
