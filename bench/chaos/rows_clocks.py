"""The clock of the application is an hour wrong, and is set forth and back while people work.

PostgreSQL keeps the true time, as a database on a host of its own does; everything of ours runs under libfaketime.
"""

import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.chaos.ledger import spread
from bench.chaos.rows_deadlines import LAG_SECONDS
from bench.chaos.rows_processes import once_each, wait_for
from bench.chaos.stack import Stack
from bench.chaos.trial import Trial

RATE = 5
STEPS = ("+3600", "-3600", "+0")
"""Seconds that the application's clock is ahead, one after the other."""
OFF_SECONDS = 5.0
"""The true time and what is stored may differ by that much: a create may take two, and the clock is not ours."""
SILENT_SECONDS = 15.0
_DUE = """
UPDATE dispatch_deadline SET starts_at = now() - interval '1 hour', warn_at = t.due - interval '1 second',
  due_at = t.due FROM (SELECT id, now() + interval '3 seconds' + random() * interval '1 second' * %s AS due
  FROM dispatch_deadline WHERE assignment_id IS NOT NULL AND breached_at IS NULL AND done_at IS NULL
  AND warned_at IS NULL ORDER BY id LIMIT %s) t
 WHERE dispatch_deadline.id = t.id RETURNING dispatch_deadline.id::text, extract(epoch FROM dispatch_deadline.due_at)
"""
_TOLD = """
SELECT data::json->'deadline'->>'id', extract(epoch FROM recorded_at) FROM events_event
 WHERE kind = 'deadline.breached' AND recorded_at > now() - interval '1 hour'
"""
_MADE = """
SELECT substring(t.plain from 'kunci ([0-9a-f-]{36})'), extract(epoch FROM i.created_at),
  extract(epoch FROM d.starts_at), d.id::text FROM incidents_text t JOIN incidents_incident i ON i.id = t.incident_id
 JOIN dispatch_assignment a ON a.incident_id = i.id JOIN dispatch_deadline d ON d.assignment_id = a.id
 WHERE t.kind = 'narrative' AND t.plain LIKE '%%kunci %%' AND d.stage = 'acknowledge' AND a.status = 'assigned'
"""


def library() -> Path | None:
    """libfaketime, where it is installed."""
    found = importlib.util.find_spec("libfaketime")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return path if path.exists() else None


async def clock_wrong(trial: Trial) -> None:
    """The clock of the application is set an hour forth, two hours back, and right again; the database's is true."""
    seconds, lib = trial.pick(40, 12), library()
    if lib is None:
        trial.skipped = "needs libfaketime (requirements-dev.lock)"
        return
    descriptor, name = tempfile.mkstemp(prefix="siaga-clock-")
    os.close(descriptor)
    file = Path(name)
    file.write_text("+0")
    env = {
        "LD_PRELOAD": str(lib), "FAKETIME_TIMESTAMP_FILE": name, "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1", "FAKETIME_NO_CACHE": "0",
        "FAKETIME_SKIP_CMDS": "postgres,valkey-server",
    }  # fmt: skip
    try:
        with Stack(env=env) as stack:
            trial.stack, trial.counts = stack, f"+1 h, −1 h, right: {seconds} s each, {RATE} reports/s"
            await _run(trial, lambda step: _set(file, step), seconds)
    finally:
        file.unlink()


def _set(file: Path, step: str) -> None:
    file.write_text(step)
    time.sleep(1.5)  # what was read before counts for a second


async def _run(trial: Trial, set_clock: Callable[[str], None], seconds: int) -> None:
    due: dict[str, float] = {}
    silent: list[float] = []

    def fault() -> None:
        time.sleep(4)
        for step in STEPS:
            set_clock(step)
            rows = trial.stack.query(_DUE, seconds - 6, 40)
            due.update({row[0]: float(row[1]) for row in rows})
            time.sleep(seconds - 1.5)
            silent.append(time.time() - _beat_at(trial))
        wait_for(lambda: set(due) <= {row[0] for row in trial.stack.query(_TOLD)}, 20)

    await trial.under_load(fault, rate=RATE)
    _deadlines(trial, due)
    _stamps(trial, set(due))
    trial.most("beat_silent_s", round(max(silent), 1), SILENT_SECONDS, "s")
    once_each(trial)


def _beat_at(trial: Trial) -> float:
    """When beat last sent anything, by the disk's clock, which is true."""
    return (trial.stack.directory / "var" / "celerybeat-schedule.alive").stat().st_mtime


def _deadlines(trial: Trial, due: dict[str, float]) -> None:
    told = {row[0]: float(row[1]) for row in trial.stack.query(_TOLD)}
    lags = [told[one] - at for one, at in due.items() if one in told]
    trial.figures["deadlines"] = len(due)
    trial.none("deadlines not told", len(due) - len(lags))
    trial.none("told too early", sum(lag < 0 for lag in lags))
    trial.figures["deadline_lag_s"] = spread(lags, 2)
    limit = trial.allowed(LAG_SECONDS)
    trial.promise(f"deadlines lag ≤ {limit:g} s", bool(lags) and max(lags) <= limit)


def _stamps(trial: Trial, changed: set[str]) -> None:
    """What was stored has the true time, and its clocks run from there, but for those that we have `changed`."""
    off: list[float] = []
    for key, created, starts, deadline in trial.stack.query(_MADE):
        if key in trial.sent:
            off += [
                abs(float(at) - trial.sent[key]) for at in ([created] if deadline in changed else [created, starts])
            ]
    trial.figures["times_off_s"] = spread(off, 1)
    trial.promise(f"times that are stored are true within {OFF_SECONDS:g} s", bool(off) and max(off) <= OFF_SECONDS)
