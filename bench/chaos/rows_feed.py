"""The feed is mangled, flooded, left alone, and given what it cannot read."""

import asyncio
import time

import psycopg

from bench.chaos.people import Screens, write_at
from bench.chaos.proxy import FrameMangler
from bench.chaos.rows_processes import once_each, wait_for
from bench.chaos.stack import REGION
from bench.chaos.trial import PATIENCE, SCREENS, Trial
from bench.load.client import Subscriber, now, open_subscribers


async def frames_mangled(trial: Trial) -> None:
    """A proxy drops, repeats and swaps frames of the live feed."""
    wanted = trial.pick(10_000, 400)
    async with FrameMangler(trial.stack.live_port) as mangler:

        def fault() -> None:
            wait_for(lambda: mangler.frames >= wanted, 240)

        # it goes on to the end: what is lost last shows at a heartbeat, unless that one is lost too
        await trial.under_load(fault, rate=20 if trial.full else 10, live_port=mangler.port, lag_seconds=16,
                               converge_seconds=16)  # fmt: skip
    trial.counts = f"{mangler.frames} frames"
    trial.figures |= {"dropped": mangler.dropped, "repeated": mangler.repeated, "swapped": mangler.swapped}
    trial.promise("the proxy did harm", min(mangler.dropped, mangler.repeated, mangler.swapped) > 0)


async def late_commits(trial: Trial) -> None:
    """Screens catch up from random places while writers commit out of order."""
    wanted = trial.pick(10_000, 400)
    ledger, stop = trial.ledger(), asyncio.Event()
    writing = asyncio.ensure_future(write_at(trial.stack, ledger, 30, stop))
    slow = asyncio.ensure_future(asyncio.to_thread(_slow_writers, trial, stop))
    read: dict[int, str] = {}
    after = head = (await asyncio.to_thread(trial.stack.call, f"board/?region={REGION}"))[1]["seq"]
    start = after
    while len(read) < wanted or after < head:
        answer = await asyncio.to_thread(trial.stack.call, f"events/?region={REGION}&after={after}&limit=200")
        page = answer[1]
        read |= {frame["seq"]: frame["kind"] for frame in page["events"]}
        after = page["next"]
        if len(read) >= wanted and not stop.is_set():
            stop.set()
            await asyncio.gather(writing, slow)
            await asyncio.to_thread(
                wait_for, lambda: not trial.stack.query("SELECT 1 FROM events_event WHERE seq IS NULL"), 10
            )
            (head,), *_ = trial.stack.query("SELECT head FROM events_stream")
    there = {row[0] for row in trial.stack.query(
        "SELECT seq FROM events_event WHERE seq > %s AND seq <= %s AND public AND region = %s", start, head, REGION
    )}  # fmt: skip
    trial.counts = f"{len(there)} events"
    (late,), *_ = trial.stack.query(
        "SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY seq) AS before FROM events_event WHERE seq > %s) s"
        " WHERE id < before", start,
    )  # fmt: skip
    trial.figures["commits_out_of_order"] = late
    trial.promise("commits came out of order", late > 0)
    trial.none("events missed", len(there - set(read)))
    trial.verdict = ledger.verdict(trial.stack)
    ledger.close()
    once_each(trial)


def _slow_writers(trial: Trial, stop: asyncio.Event) -> None:
    """Take an event's id, and commit it half a second after others have committed theirs."""
    copy = (
        "INSERT INTO events_event (kind, region, incident_id, agency_codes, actor_id, actor_label, occurred_at,"
        " recorded_at, source, public, exercise, data, data_sha256) SELECT kind, region, incident_id, agency_codes,"
        " actor_id, actor_label, occurred_at, recorded_at, source, public, exercise, data, data_sha256"
        " FROM events_event WHERE kind = 'assignment.created' AND region = %s ORDER BY id DESC LIMIT 1"
    )
    while not stop.is_set():
        with psycopg.connect(trial.stack.dsn) as one:
            one.execute(copy, [REGION])
            time.sleep(0.5)


async def frozen_client(trial: Trial) -> None:
    """Clients that read nothing; the others notice nothing."""
    frozen = trial.pick(50, 10)
    trial.counts = f"{frozen} frozen clients"
    ledger, stop = trial.ledger(), asyncio.Event()
    url = f"ws://127.0.0.1:{trial.stack.live_port}/ws/live/?region={REGION}"
    hello = f'{{"token": "{trial.stack.token("operator")}"}}'
    async with Screens(trial.stack, SCREENS) as screens:
        asleep = await open_subscribers(frozen, url, lambda *_: None, [hello])
        for one in asleep:
            one.transport.pause_reading()  # type: ignore[attr-defined]
        writing = asyncio.ensure_future(write_at(trial.stack, ledger, 10, stop))
        await asyncio.sleep(trial.pick(60, 38))
        stop.set()
        await writing
        seconds, looks = await screens.converge(PATIENCE)
        trial.most("converge_s", seconds, 5, "s")
        trial.promise("every screen's hash is that of a fresh fetch", all(one["same"] for one in looks))
        trial.judge(ledger, await screens.seen(), screens.users, 2)
        for one in asleep:
            one.transport.resume_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(2)
        trial.none("frozen clients not closed", sum(not one.is_closed for one in asleep))
    trial.figures["create_ms"] = ledger.create_ms()
    ledger.close()


async def all_at_once(trial: Trial) -> None:
    """A thousand sockets come at once, as after a restart without jitter."""
    count = trial.pick(1000, 150)
    trial.counts = f"{count} sockets"
    url = f"ws://127.0.0.1:{trial.stack.live_port}/ws/live/?region={REGION}"
    hello = f'{{"token": "{trial.stack.token("operator")}"}}'
    greeted: dict[int, float] = {}
    events: dict[int, float] = {}

    def on_message(one: Subscriber, at: float, payload: bytes) -> None:
        if b'"hello"' in payload[:20]:
            greeted[one.number] = at
        elif payload.startswith(b'{"kind":"incident.created"'):
            events.setdefault(one.number, at)

    ledger, stop = trial.ledger(), asyncio.Event()
    async with Screens(trial.stack, SCREENS) as screens:
        began = now()
        writing = asyncio.ensure_future(write_at(trial.stack, ledger, 3, stop))
        opened = await open_subscribers(count, url, on_message, [hello], batch=count)
        while len(greeted) < count and now() - began < 60:
            await asyncio.sleep(0.1)
        trial.none("sockets not let in", count - len(greeted))
        trial.most("all_back_s", round(max(greeted.values()) - began, 1), 30, "s")
        await asyncio.sleep(5)
        stop.set()
        await writing
        trial.none("sockets without events", count - len(events))
        _, looks = await screens.converge(PATIENCE)
        trial.promise("every screen's hash is that of a fresh fetch", all(one["same"] for one in looks))
        trial.judge(ledger, await screens.seen(), screens.users, 2)
        for one in opened:
            one.transport.abort()  # type: ignore[attr-defined]
    ledger.close()


async def idle_socket(trial: Trial) -> None:
    """Nothing happens for longer than every time limit of our libraries; then something does."""
    seconds = trial.pick(180, 20)
    trial.counts = f"{seconds} s"
    ledger, stop = trial.ledger(), asyncio.Event()
    async with Screens(trial.stack, SCREENS) as screens:
        before = [len(links) for links in await screens.links()]
        await asyncio.sleep(seconds)
        trial.none("connections lost", sum(len(links) for links in await screens.links()) - sum(before))
        asyncio.get_running_loop().call_later(3, stop.set)
        await write_at(trial.stack, ledger, 3, stop)
        await screens.converge(PATIENCE)
        trial.judge(ledger, await screens.seen(), screens.users, 2)
    ledger.close()


POISON = (
    '{"incident": {}}', '{"incident": null, "sight": 5}', "not JSON", "[]", '"text"', '{"call": {"id": 1}}',
    '{"unit": 7, "sight": {"agencies": []}}', "",
)  # fmt: skip


HARMLESS = 2
"""An empty list and no text at all say nothing, as an erased event does."""


async def poison_event(trial: Trial) -> None:
    """Events that no reader can make sense of stand in the log."""
    trial.counts = f"{len(POISON)} kinds of poison"
    insert = (
        "INSERT INTO events_event (kind, region, incident_id, agency_codes, actor_id, actor_label, occurred_at,"
        " recorded_at, source, public, exercise, data, data_sha256)"
        " VALUES ('incident.updated', %s, %s, '{}', '', 'poison', now(), now(), 'live', true, false, %s,"
        " sha256(convert_to(%s, 'UTF8')))"
    )

    told = [""]

    def fault() -> None:
        newest = "SELECT id FROM incidents_incident ORDER BY created_at DESC LIMIT 1"
        wait_for(lambda: trial.stack.query(newest), 30)  # a slow machine has not stored the first report yet
        (some,), *_ = trial.stack.query(newest)
        for data in POISON:
            told[0] = str(some)
            trial.stack.query(insert, REGION, some, data, data)
            time.sleep(0.5)
        time.sleep(1)

    await trial.under_load(fault, rate=5, lag_seconds=5)
    (numbered,), *_ = trial.stack.query(
        "SELECT count(*) FROM events_event WHERE actor_label = 'poison' AND seq IS NOT NULL"
    )
    trial.figures["poison_numbered"] = numbered
    status, _ = trial.stack.call(f"events/?region={REGION}&after=0&limit=1000")
    trial.promise("a reader who catches up gets past them", status == 200)
    trial.promise("the incident can be opened", trial.stack.call(f"incidents/{told[0]}/")[0] == 200)
    (noted,), *_ = trial.stack.query("SELECT count(*) FROM events_unreadable")
    trial.figures["set_aside"] = noted
    trial.promise("what was set aside is visible", noted >= len(POISON) - HARMLESS)
