"""Those whom we tell do us harm: they hang, lie, never end, and point back into our own house."""

import asyncio
import time
import uuid
from collections import Counter
from pathlib import Path

from bench.chaos.ledger import spread
from bench.chaos.people import Writer
from bench.chaos.receivers import HOSTILE, Receivers, channel_rows, said
from bench.chaos.rows_processes import wait_for
from bench.chaos.stack import REGION, Stack
from bench.chaos.trial import CREATE_MS, Trial

OTHERS_SECONDS = 5.0
VICTIM = "bpbd"
"""The agency with the hostile channels; it has one that works, too."""
LASTING = {"redirect", "endless", "metadata", "private", "mapped", "file", "zero"}
"""What will not be better at the next try is given up at once."""
BLOCKED = {"metadata", "private", "mapped", "file", "zero"}
WORDS = ("081234567890", "kunci ")
"""Of the caller and of the story: no message may hold them."""
_CHANNEL = """
INSERT INTO agencies_channel (id, region_id, agency_id, kind, name, position, address, url, settings, created_at)
SELECT %s, region_id, id, 'webhook', %s, 1, %s, '', '{}', now() FROM agencies_agency WHERE region_id = %s AND code = %s
"""
_ATTEMPTS = """
SELECT c.name, d.state, d.attempt, d.code, extract(epoch FROM d.due_at - d.queued_at)
 FROM dispatch_delivery d JOIN agencies_channel c ON c.id = d.via_id WHERE c.name LIKE 'uji %%'
"""


async def webhook_hostile(trial: Trial) -> None:
    """Receivers hang, drip, never end, break off, answer 500, redirect inside, or are addresses inside our house."""
    seconds = trial.pick(90, 15)
    with Stack(env={"NOTIFY_LOOPBACK": "1"}) as stack:
        trial.stack = stack
        async with Receivers() as receivers:
            await _tell(trial, receivers, seconds)


async def _tell(trial: Trial, receivers: Receivers, seconds: int) -> None:
    hostile = channel_rows(receivers)
    trial.counts = f"{len(hostile)} hostile channels of one agency, one of its own that works, {seconds} s"
    for name, address in hostile.items():
        _channel(trial, name, address, VICTIM)
    _channel(trial, "slow", receivers.url("slow"), "dinkes")
    for agency in (VICTIM, "damkar"):
        _channel(trial, f"well {agency}", receivers.url("well"), agency)
    ledger, worst = trial.ledger(), 0
    writer, end, number = Writer(trial.stack, ledger), time.monotonic() + seconds, 0
    loaded, before = time.monotonic() + seconds / 3, 0
    acked: dict[str, float] = {}
    while time.monotonic() < end:
        for agency in (VICTIM, "damkar", "dinkes") if number % 4 == 0 else (VICTIM, "damkar"):
            acked |= await _report(writer, agency)
        number += 1
        worst = max(worst, _memory(trial))
        if time.monotonic() < loaded:  # what it needs for its first messages is no growth
            before = worst
        await asyncio.sleep(0.5)
    await asyncio.to_thread(wait_for, lambda: _waiting(trial) == 0, 60)
    trial.verdict = ledger.verdict(trial.stack)
    for name in ("lost", "invented", "duplicates"):
        trial.promise(f"no report {name}", trial.verdict[name] == 0)
    trial.figures["create_ms"] = ledger.create_ms()
    limit = trial.allowed(CREATE_MS)
    trial.promise(f"create p99 ≤ {limit:g} ms", ledger.create_ms().get("p99", 9e9) <= limit)
    _others(trial, receivers, acked)
    _hostile(trial, receivers)
    trial.most("worker_grew_mb", worst - before, 60, "MB")
    ledger.close()


def _channel(trial: Trial, name: str, address: str, agency: str) -> None:
    trial.stack.query(_CHANNEL, uuid.uuid4(), f"uji {name}", address, REGION, agency)


async def _report(writer: Writer, agency: str) -> dict[str, float]:
    """The assignment that the agency was given, and when that was acknowledged."""
    answer = await writer.report(agencies=[agency])
    return {part["id"]: time.time() for part in answer["assignments"] if part["agency"]["code"] == agency}


def _waiting(trial: Trial) -> int:
    """Messages to those who work that are not out yet."""
    (count,), *_ = trial.stack.query(
        "SELECT count(*) FROM dispatch_delivery d JOIN agencies_channel c ON c.id = d.via_id"
        " WHERE d.state = 'queued' AND (c.name LIKE 'uji well%' OR c.name = 'uji slow')"
    )
    return int(count)


def _others(trial: Trial, receivers: Receivers, acked: dict[str, float]) -> None:
    """Who works is told everything, once, and soon."""
    rows = trial.stack.query(
        "SELECT d.message::text, d.assignment_id::text, c.name, d.hop FROM dispatch_delivery d"
        " JOIN agencies_channel c ON c.id = d.via_id WHERE c.name LIKE 'uji well%' OR c.name = 'uji slow'"
    )
    first: dict[str, float] = {}
    for one in [*receivers.got.get("well", []), *receivers.got.get("slow", [])]:
        first.setdefault(one.id, one.at)
    wanted = {message: assignment for message, assignment, _, hop in rows if hop == 0}
    trial.none("messages to those who work missing", len(set(wanted) - set(first)))
    told = {assignment for message, assignment in wanted.items() if message in first}
    trial.none("tasks of which those who work were not told", len(set(acked) - told))
    well = {message for message, _, name, hop in rows if name != "uji slow" and hop == 0}
    lags = [first[one] - acked[wanted[one]] for one in well if one in first and wanted[one] in acked]
    trial.figures["told"] = len(first)
    trial.figures["others_s"] = spread(lags, 2)
    limit = trial.allowed(OTHERS_SECONDS)
    trial.promise(f"others are told within {limit:g} s", bool(lags) and max(lags) <= limit)
    ids = Counter(one.id for one in receivers.got.get("well", []))
    trial.none("messages that came twice", sum(count > 1 for count in ids.values()))


def _hostile(trial: Trial, receivers: Receivers) -> None:
    """Who does not work is tried again, later and later, or given up, for all to see; nothing leaks."""
    states: dict[str, Counter[str]] = {}
    codes: dict[str, set[str]] = {}
    for name, state, _, code, _ in trial.stack.query(_ATTEMPTS):
        states.setdefault(name.removeprefix("uji "), Counter())[state] += 1
        codes.setdefault(name.removeprefix("uji "), set()).add(code)
    trial.figures["dead_at_once"] = sum(states.get(name, Counter())["dead"] for name in LASTING)
    wrong = [name for name in (*HOSTILE, *BLOCKED) if {"sent", "delivered", "read"} & set(states.get(name, ()))]
    trial.promise(f"nothing hostile counts as told {wrong or ''}".strip(), not wrong)
    trial.promise("what cannot get better is given up at once", all(states.get(n, {}).get("dead") for n in LASTING))
    again = [name for name in HOSTILE if name not in LASTING and not states.get(name, {}).get("failed")]
    trial.promise(f"the others are tried again {again or ''}".strip(), not again)
    trial.promise("addresses inside are refused before anything is sent", all(
        codes.get(name, set()) - {""} == {"blocked"} for name in BLOCKED
    ))  # fmt: skip
    trial.none("requests that reached an address inside", receivers.inside)
    resting = trial.stack.query(
        "SELECT count(*) FROM dispatch_channelhealth WHERE failures >= 3 AND open_until > now()"
    )
    trial.figures["channels_that_rest"] = resting[0][0]
    trial.promise("channels that fail rest", resting[0][0] > 0)
    (dead,), *_ = trial.stack.query(
        "SELECT count(*) FROM events_event WHERE kind = 'delivery.dead' AND seq IS NOT NULL"
    )
    trial.figures["dead_told"] = dead
    trial.promise("what was given up is told to the desk", dead > 0)
    everything = "\n".join(said(got) for got in receivers.got.values())
    trial.none("words of callers in messages", sum(everything.count(word) for word in WORDS))


def _memory(trial: Trial) -> int:
    """Megabytes of the process that sends messages."""
    pid = trial.stack.children().get("worker-notify", 0)
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096 // 1_000_000
