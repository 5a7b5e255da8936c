"""Whoever looks after deadlines dies; every stage is told once and on time."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable

from bench.chaos.ledger import spread
from bench.chaos.people import Writer
from bench.chaos.stack import kill
from bench.chaos.trial import Trial

LAG_SECONDS = 3.0
_SPREAD = """
UPDATE dispatch_deadline SET starts_at = now() - interval '1 hour', done_at = NULL, void = false,
  warned_at = NULL, breached_at = NULL, warn_at = t.due - interval '2 seconds', due_at = t.due
 FROM (SELECT id, now() + interval '5 seconds' + random() * interval '1 second' * %s AS due FROM dispatch_deadline
        WHERE assignment_id IS NOT NULL AND breached_at IS NULL ORDER BY id LIMIT %s) t
 WHERE dispatch_deadline.id = t.id RETURNING dispatch_deadline.id::text, extract(epoch FROM dispatch_deadline.due_at)
"""
_TOLD = """
SELECT data::json->'deadline'->>'id', extract(epoch FROM recorded_at), kind FROM events_event
 WHERE kind IN ('deadline.breached', 'deadline.warning') AND id > %s
"""


async def sweepers_killed(trial: Trial) -> None:
    """Deadlines that all come within a minute while the sweepers are killed."""
    count, seconds, kills = trial.pick(10_000, 300), trial.pick(60, 10), trial.pick(50, 5)
    trial.counts = f"{count} deadlines in {seconds} s, {kills} kills"

    def hurt(end: float) -> None:
        done: Counter[str] = Counter()
        while time.monotonic() < end and done.total() < kills:
            if victim := _victim(trial):
                name, pid = victim
                kill(pid)
                done[name] += 1
            time.sleep(0.8 * seconds / kills)
        trial.figures["kills"] = dict(done)
        time.sleep(max(0.0, end - time.monotonic()))

    await _told_once(trial, count, seconds, hurt)


def _victim(trial: Trial) -> tuple[str, int] | None:
    """A sweeper to kill, so that one that has started as far as to look at deadlines is left: the promise is about what
    the others do. The worker, or a relay whose fellow watches."""
    watching = set(trial.stack.watchdogs())
    found = trial.stack.children()
    may = [(name, found[name]) for name in ("worker-sweeps", "relay-1", "relay-2") if name in found]
    may = [(name, pid) for name, pid in may if watching - {pid}]
    ready = [(name, pid) for name, pid in may if pid in watching or name == "worker-sweeps"]
    return random.choice(ready or may) if may else None


async def worker_killed(trial: Trial) -> None:
    """The workers are killed in the middle of their tasks and beat is dead."""
    count, seconds = trial.pick(600, 60), trial.pick(300, 15)
    trial.counts = f"beat dead {seconds} s, {count} deadlines"

    def hurt(end: float) -> None:
        killed = 0
        while time.monotonic() < end:
            children = trial.stack.children()
            for name in ("beat", "worker-sweeps", "worker-chores"):
                if name in children and (name == "beat" or killed % 40 == 0):
                    kill(children[name])
            killed += 1
            time.sleep(0.1)

    await _told_once(trial, count, seconds, hurt)


async def _told_once(trial: Trial, count: int, seconds: int, hurt: Callable[[float], None]) -> None:
    ledger = trial.ledger()
    writers = [Writer(trial.stack, ledger) for _ in range(8)]

    def enough() -> bool:
        return trial.stack.query("SELECT count(*) FROM dispatch_deadline WHERE breached_at IS NULL")[0][0] >= count

    while not await asyncio.to_thread(enough):
        await asyncio.gather(*(_many(writer, 10) for writer in writers))
    (last,), *_ = trial.stack.query("SELECT coalesce(max(id), 0) FROM events_event")
    due = {row[0]: float(row[1]) for row in trial.stack.query(_SPREAD, seconds, count)}
    trial.figures["deadlines"] = len(due)
    await asyncio.to_thread(hurt, time.monotonic() + 5 + seconds)
    told = await asyncio.to_thread(_all_told, trial, last, due)
    for kind in ("deadline.warning", "deadline.breached"):
        found = [row for row in told if row[2] == kind and row[0] in due]
        trial.none(f"{kind} told twice", len(found) - len({row[0] for row in found}))
    breached = {row[0]: float(row[1]) for row in told if row[2] == "deadline.breached"}
    trial.none("breaches missed", len(set(due) - set(breached)))
    lags = [breached[one] - due[one] for one in due if one in breached]
    trial.none("told too early", sum(lag < 0 for lag in lags))
    trial.figures["lag_s"] = spread(lags, 2)
    limit = trial.allowed(LAG_SECONDS)
    trial.promise(f"p99 lag ≤ {limit:g} s", trial.figures["lag_s"].get("p99", 99) <= limit)
    trial.verdict = ledger.verdict(trial.stack)
    ledger.close()


async def _many(writer: Writer, count: int) -> None:
    for _ in range(count):
        await writer.report()


def _all_told(trial: Trial, last: int, due: dict[str, float]) -> list[tuple[str, float, str]]:
    """What was told of deadlines, once all breaches are (or after a while)."""
    end = time.monotonic() + 30
    while True:
        told = trial.stack.query(_TOLD, last)
        if set(due) <= {row[0] for row in told if row[2] == "deadline.breached"} or time.monotonic() > end:
            return told
        time.sleep(0.5)
