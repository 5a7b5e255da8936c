"""Our own processes are killed."""

import random
import time

import psycopg

from bench.chaos.ledger import spread
from bench.chaos.proxy import AnswerCutter
from bench.chaos.stack import REGION, kill
from bench.chaos.trial import Trial


async def web_killed(trial: Trial) -> None:
    """kill −9 of web between COMMIT and answer: the answer is cut off and the workers die."""
    kills = trial.pick(100, 6)
    trial.counts = f"{kills} kills of both workers"
    back: list[float] = []
    async with AnswerCutter(trial.stack.port) as cutter:

        def fault() -> None:
            by_bell = 0
            with psycopg.connect(trial.stack.dsn, autocommit=True) as bell:
                bell.execute("LISTEN siaga_events")
                for number in range(kills):
                    cutter.arm()
                    if number % 2:  # right after a COMMIT: the ring follows it at once
                        by_bell += any(True for _ in bell.notifies(timeout=5, stop_after=1))
                    else:  # anywhere in the work on a report
                        time.sleep(random.random() * 0.05)
                    for pid in trial.stack.web_workers():
                        kill(pid)
                    began = time.monotonic()
                    wait_for(lambda: trial.stack.status(trial.stack.port, "/readyz") == 200, 20)
                    back.append(time.monotonic() - began)
                    time.sleep(
                        1 + random.random() / 2
                    )  # each kill is one fault: who was hit is through before the next
                cutter.disarm()
            trial.figures["answers_cut"], trial.figures["killed_at_commit"] = cutter.cut, by_bell

        await trial.under_load(fault, writers=4, address=cutter.address)
    trial.figures["web_back_s"] = spread(back, 2)


async def relay_killed(trial: Trial) -> None:
    """kill −9 of the active relay."""
    kills = trial.pick(50, 3)
    trial.counts = f"{kills} kills"
    took: list[float] = []

    def fault() -> None:
        for _ in range(kills):
            wait_for(lambda: len(trial.stack.relays()) >= 2, 20)  # a standby is there: what the promise is about
            old = trial.stack.active_relay()
            assert old is not None
            kill(old)
            began = time.monotonic()
            wait_for(lambda old=old: trial.stack.active_relay() not in (None, old), 20)
            took.append(time.monotonic() - began)
            time.sleep(0.3 + random.random())

    await trial.under_load(fault, rate=5)
    trial.most("takeover_s", round(max(took), 2), 3, "s")
    once_each(trial)


async def relays_gone(trial: Trial) -> None:
    """Both relays are gone for a while."""
    seconds = trial.pick(20, 6)
    trial.counts = f"{seconds} s"

    def fault() -> None:
        with trial.stack.kept_down("relay-1", "relay-2"):
            time.sleep(seconds)
        began = time.monotonic()
        wait_for(lambda: trial.stack.active_relay() is not None, 20)
        trial.most("started_again_s", round(time.monotonic() - began, 1), 15, "s")

    await trial.under_load(fault, rate=5, lag_seconds=seconds + 20)
    once_each(trial)


async def live_killed(trial: Trial) -> None:
    """kill −9 of live with many sockets: all back with jitter, nothing missed."""
    sockets = trial.pick(200, 40)
    trial.counts = f"{sockets} sockets"
    killed_at = 0.0

    def fault() -> None:
        nonlocal killed_at
        kill(trial.stack.pid("live"))
        killed_at = time.time()
        time.sleep(20)

    users = ["operator"] * (sockets - 2) + ["supervisor", "bpbd"]
    await trial.under_load(fault, rate=3, users=users, lag_seconds=25)
    back = sorted(max(at for at, mode in links if mode == "live") / 1000 - killed_at for links in trial.links)
    trial.figures["first_back_s"] = round(back[0], 1)
    trial.most("last_back_s", round(back[-1], 1), 20, "s")
    trial.promise("they do not come back in one wave", back[-1] - back[0] > 1)


def once_each(trial: Trial) -> None:
    """Every event has one number, the numbers have no gap, and an incident's events are in their order."""
    (count, first, last), *_ = trial.stack.query("SELECT count(seq), min(seq), max(seq) FROM events_event")
    (head,), *_ = trial.stack.query("SELECT head FROM events_stream")
    trial.promise("numbers without gap or double", (count, first, last) == (head, 1, head))
    disorder = trial.stack.query(
        "SELECT 1 FROM (SELECT seq, lag(seq) OVER (PARTITION BY incident_id ORDER BY id) AS before FROM events_event"
        " WHERE incident_id IS NOT NULL) s WHERE seq < before LIMIT 1"
    )
    trial.promise("an incident's events in their order", not disorder)
    doubles = trial.stack.query(
        "SELECT 1 FROM events_event WHERE kind = 'incident.created' AND region = %s GROUP BY incident_id"
        " HAVING count(*) > 1 LIMIT 1", REGION,
    )  # fmt: skip
    trial.promise("each report told once", not doubles)


def wait_for(holds, seconds: float) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.02)
