"""Processor time of a process and all its descendants, from /proc. Holds even when a neighbour uses a core."""

import os
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, float] | None:
    """Parent and milliseconds of a process, with what its ended and awaited children used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    user, system, children_user, children_system = (int(field) for field in fields[11:15])
    return int(fields[1]), (user + system + children_user + children_system) * TICK_MS


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


PARTS = (
    ("database", "postgres"),
    ("valkey", "valkey-server"),
    ("web", "core.asgi:application"),
    ("live", "callcenter112.asgi:application"),
    ("web", "preloaded:application"),
    ("relay", "manage.py relay"),
    ("background", "celery"),
)
"""Which word of a command line tells the part; a child without one belongs to its parent's part."""


def _part(title: str) -> str | None:
    return next((name for name, word in PARTS if word in title), None)


def processor_ms(root: int) -> dict[str, float]:
    """Milliseconds used so far below `root`, by part."""
    processes = {int(name): _stat(int(name)) for name in os.listdir("/proc") if name.isdigit()}
    children: dict[int, list[int]] = {}
    for pid, found in processes.items():
        if found:
            children.setdefault(found[0], []).append(pid)
    used: dict[str, float] = {}

    def add(pid: int, part: str) -> None:
        found = processes.get(pid)
        part = _part(_title(pid)) or part
        if found:
            used[part] = used.get(part, 0.0) + found[1]
        for child in children.get(pid, ()):
            add(child, part)

    add(root, "other")
    return used


def difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What was used in between, by part."""
    return {part: round(after[part] - before.get(part, 0.0), 1) for part in after}
