"""The time of the house: that of the database, whatever the clock of this process's machine says.

Deadlines are told by the database's clock, so they must be planned by it, too: a machine whose clock is an hour ahead
would have every escalation come an hour late. Whoever asks the database something anyway tells `keep` what it answered;
no statement is spent on it.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

TOLERANCE_SECONDS = 1.0
"""Clocks that differ by less are the same clock, read through a network: then this machine's is as good."""
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def ticks() -> float:
    """Seconds that go on evenly: no administrator sets them, and they also pass while the machine sleeps."""
    return time.clock_gettime(_BOOT)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the database's clock said, and when that was in ticks."""

    said: float
    at: float


_kept: _Kept | None = None


def keep(said: datetime, asked_at: float) -> None:
    """Remember what the database's clock said to a question asked at `asked_at` (ticks)."""
    global _kept
    _kept = _Kept(said.timestamp(), (asked_at + ticks()) / 2)


def settle(machine: float, kept: _Kept | None, now: float, tolerance: float) -> float:
    """Seconds since 1970, from this machine's clock and what the database's said. Pure."""
    if kept is None:
        return machine
    expected = kept.said + (now - kept.at)
    return machine if abs(machine - expected) < tolerance else expected


def now() -> datetime:
    """The time at which something happens, in UTC."""
    return datetime.fromtimestamp(settle(time.time(), _kept, ticks(), TOLERANCE_SECONDS), UTC)
