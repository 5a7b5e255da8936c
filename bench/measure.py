"""One measurement each: load, fan-out, statements of a request, what the answer holds, classification."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from typing import Any

import psycopg

from bench import accounting
from bench.load.client import fill
from bench.side import NARRATIVE, Side

LOG_PAUSE = 0.7
LOGGED_POSTS = 10
LOG_LINE = re.compile(r"\[(\d+)\] LOG:  (?:statement|execute)")
IDLE_MS_PER_SECOND = 250
GRACE_SECONDS = 120
"""For opening sockets and waiting for the last delivery."""
SHARED = ("id", "number", "type", "priority", "status", "created_at", "lat", "lon")


class Failed(Exception):
    """A run whose figures mean nothing, with the reason."""


def _generator(module: str, *arguments: object, seconds: float) -> dict[str, Any]:
    """Run a load generator as a process of its own, so that it does not share our interpreter."""
    command = [sys.executable, "-m", f"bench.load.{module}", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + GRACE_SECONDS)
    if ended.returncode:
        raise Failed(f"the load generator {module} failed:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout)


def _headers(side: Side) -> list[str]:
    return [word for header in side.headers for word in ("-H", header)]


def _processor(side: Side) -> dict[str, float]:
    total: Counter[str] = Counter()
    for pid in side.pids:
        total.update(accounting.processor_ms(pid))
    return dict(total)


def settle(side: Side, *, seconds: float) -> None:
    """Wait until what starts beside (workers) has started: less than a quarter of a core in use, or the time over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = sum(_processor(side).values())
        time.sleep(1)
        if sum(_processor(side).values()) - before < IDLE_MS_PER_SECOND:
            return


def create(side: Side, *, clients: int, count: int, seconds: float) -> dict[str, Any]:
    """Creates in a closed loop, with the processor time of the whole side. Raises Failed when rows are missing."""
    rows, _ = side.counts()
    before = _processor(side)
    result = _generator("requests", side.create, *_headers(side), "-d", json.dumps(side.payload), "-c", clients,
                        "-n", count, "-s", seconds, "--warmup", 0, seconds=seconds)  # fmt: skip
    used = accounting.difference(before, _processor(side))
    stored = side.counts()[0] - rows
    answered = sum(number for status, number in result["statuses"].items() if status.startswith("2"))
    if stored != answered or result["errors"]:
        raise Failed(f"{side.name}: {answered} answered with 2xx, {stored} stored, errors {result['errors']}")
    per_create = {part: round(used_ms / stored, 2) for part, used_ms in used.items()}
    return result | {"stored": stored, "cpu_ms": round(sum(per_create.values()), 2), "cpu_parts_ms": per_create}


def typing(side: Side, *, people: int, seconds: float) -> dict[str, Any]:
    """The suggestion while typing: every second each of `people` asks once, with as much as is typed by then.

    A console asks when the typing pauses for a quarter of a second. Counted from the moment at which a request was due.
    """
    words = NARRATIVE.removeprefix("{{choice:").removesuffix("}}").split("|")
    typed = "|".join(text[:length] for text in words for length in range(8, len(text) + 1, 4))
    body = {
        "region": side.payload["region"],
        "narrative": f"{{{{choice:{typed}}}}}",
        "location": side.payload["location"],
    }
    url = side.create.replace("/incidents/", "/classify/")
    result = _generator("requests", url, "-H", side.headers[0], "-d", json.dumps(body), "-c", people, "--rate", people,
                        "-n", int(people * seconds), "-s", seconds, "--warmup", people, seconds=seconds)  # fmt: skip
    if result["errors"]:
        raise Failed(f"{side.name}: suggestions failed: {result['errors']}")
    return result


def board(side: Side, *, incidents: int, count: int = 20) -> dict[str, Any]:
    """The whole board of a region that had none, with so many open incidents, one request at a time."""
    create(side, clients=8, count=incidents, seconds=GRACE_SECONDS)
    url = side.create.replace("/incidents/", f"/board/?region={side.payload['region']}")
    result = _generator("requests", url, "-H", side.headers[0], "-n", count, "--warmup", 3, seconds=count)
    if result["errors"]:
        raise Failed(f"{side.name}: boards failed: {result['errors']}")
    return result | {"open": incidents}


def fan_out(side: Side, *, subscribers: int, rate: float, count: int) -> dict[str, Any]:
    """Delay until sockets have the event of a create. Raises Failed when a POST fails or a row is missing."""
    warmup = 5
    rows, _ = side.counts()
    before = _processor(side)
    arguments: list[object] = ["--post", side.create, "--ws", side.feed, *_headers(side)]
    arguments += ["-d", json.dumps(side.payload)]
    for hello in side.hellos:
        arguments += ["--hello", hello]
    arguments += ["--frame-id", side.frame_id, "--kind", side.kind] + (["--ack"] if side.acks else [])
    arguments += ["-N", subscribers, "--rate", rate, "-n", count, "--warmup", warmup]
    result = _generator("fanout", *arguments, seconds=count / rate)
    stored = side.counts()[0] - rows
    if result["bad_posts"] or stored != result["events"] + warmup:
        raise Failed(f"{side.name}: {result['bad_posts']} bad posts, {stored} stored of {result['events'] + warmup}")
    used = accounting.difference(before, _processor(side))
    spent = sum(used.values())
    return result | {
        "cpu_ms_per_delivery": round(spent / (stored * subscribers), 3),
        "cpu_ms_per_frame": round(spent / max(1, result["frames"]), 3),
    }


def post(side: Side) -> dict[str, Any]:
    """One create; its answer."""
    headers = dict(fill(header).split(": ", 1) for header in side.headers) | {"Content-Type": "application/json"}
    request = urllib.request.Request(side.create, fill(json.dumps(side.payload)).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def statements(side: Side) -> float:
    """How often one create goes to PostgreSQL on average, BEGIN and COMMIT and checks of the connection included.

    Counted in what the server itself logs, of the sessions that inserted the incidents. Configuration that is looked
    up once a second weighs as much as it does at this slow pace: more than under load.
    """
    with psycopg.connect(side.dsn, autocommit=True) as connection:
        try:
            connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(LOG_PAUSE)
            start = side.log.stat().st_size
            for _ in range(LOGGED_POSTS):
                post(side)
            time.sleep(LOG_PAUSE)
        finally:
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")
    with open(side.log, "rb") as log:
        log.seek(start)
        lines = log.read().decode("utf-8", "replace").splitlines()
    sessions = [(match.group(1), line) for line in lines if (match := LOG_LINE.search(line))]
    writers = {session for session, line in sessions if f'INSERT INTO "{side.rows}"' in line}
    return round(sum(session in writers for session, _ in sessions) / LOGGED_POSTS, 1)


def shared_fields(answer: dict[str, Any]) -> dict[str, Any]:
    """What both answers have to tell about an incident, in one spelling. Raises Failed when a field is missing."""
    try:
        facts = {name: answer[name] for name in SHARED}
        facts["assignments"] = [
            {
                "id": one["id"],
                "agency": one["agency"]["name"] if isinstance(one["agency"], dict) else one["agency_name"],
                "status": one["status"],
                "due_at": one["due_at"] if "due_at" in one else one["deadlines"][0]["due_at"],
            }
            for one in answer["assignments"]
        ]
    except (KeyError, IndexError) as error:
        raise Failed(f"the answer lacks {error}: {json.dumps(answer)[:400]}") from error
    return facts


def alone(module: str, seconds: float = 240) -> dict[str, Any]:
    """What a benchmark without a server (`python -m bench.<module>`) prints: one line of JSON, its last."""
    ended = subprocess.run([sys.executable, "-m", f"bench.{module}"], capture_output=True, text=True, timeout=seconds)
    if ended.returncode:
        raise Failed(f"bench.{module} failed:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.strip().splitlines()[-1])
