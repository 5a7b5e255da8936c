"""The ledger outside of the system: what was sent and what was acknowledged, on disk before anything else happens.

Verdict by sets: acknowledged − stored = lost; stored − sent = invented; more than one row of a key = duplicate.
"""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.load.client import percentile

_STORED = """
SELECT substring(plain from 'kunci ([0-9a-f-]{36})'), incident_id::text, extract(epoch FROM created_at)
 FROM incidents_text WHERE kind = 'narrative' AND plain LIKE '%%kunci %%'
"""


@dataclass
class Ledger:
    """Appends a line on send and on acknowledgment, each synced to disk."""

    path: Path
    sent_keys: dict[str, float] = field(default_factory=dict)
    acked: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    """Key → incident, wall-clock time, milliseconds since the first try."""
    retries: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _line(self, *words: Any) -> None:
        os.write(self._file, (json.dumps([time.time(), *words]) + "\n").encode())
        os.fdatasync(self._file)

    def send(self, key: str) -> None:
        if key not in self.sent_keys:
            self.sent_keys[key] = time.time()
            self._line("sent", key)

    def acknowledge(self, key: str, incident: str, milliseconds: float) -> None:
        self.acked[key] = (incident, time.time(), milliseconds)
        self._line("acked", key, incident)

    def close(self) -> None:
        os.close(self._file)
        self.path.unlink()

    def verdict(self, stack: Any) -> dict[str, Any]:
        """Read the file again and compare it with the database."""
        sent, acked = set(), set()
        for line in self.path.read_text().splitlines():
            _, what, key, *_ = json.loads(line)
            (sent if what == "sent" else acked).add(key)
        stored = Counter(row[0] for row in stack.query(_STORED))
        ours = {key: count for key, count in stored.items() if key in sent}
        return {
            "sent": len(sent), "acknowledged": len(acked), "stored": len(ours), "lost": len(acked - set(ours)),
            "invented": len(set(stored) - sent - BEFORE), "duplicates": sum(count > 1 for count in ours.values()),
            "retries": self.retries,
        }  # fmt: skip

    def create_ms(self) -> dict[str, float]:
        """From the first try until the answer, tries that failed included."""
        return spread([row[2] for row in self.acked.values()])


BEFORE: set[str] = set()
"""Keys of earlier rows on the same system."""


def spread(values: list[float], digits: int = 0) -> dict[str, float]:
    """p50, p99 and the largest; empty when there are none."""
    if not values:
        return {}
    named = {"p50": percentile(values, 0.5), "p99": percentile(values, 0.99), "max": max(values)}
    return {name: round(value, digits) for name, value in named.items()}
