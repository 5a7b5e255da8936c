"""The relay: one numbers, without gaps, whatever dies; and it sweeps when nobody else does."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.integration.acting import MADIUN
from tests.integration.test_feed import head_of
from tests.integration.test_sweeps import breaches, overdue

pytestmark = pytest.mark.xdist_group("services")
NUMBERED = "SELECT 1 FROM events_event WHERE incident_id = %s AND seq IS NOT NULL"


def processes(stack, *words: str) -> list[int]:
    """Ids of the stack's processes whose command line has all these words."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes().decode().split("\0")
            own = f"DATA_DIR={stack.data_dir}\0".encode() in (entry / "environ").read_bytes()
            if own and all(word in command for word in words):
                found.append(int(entry.name))
    return found


def wait_for(what, seconds: float):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


def report(stack):
    body = {"region": MADIUN, "narrative": "pohon tumbang", "agencies": []}
    headers = {"Authorization": f"Token {stack.token('operator.madiun')}"}
    answer = httpx.post(f"{stack.url}/api/v1/incidents/", json=body, headers=headers, timeout=30)
    assert answer.status_code == 201
    return answer.json()


def query(stack, sql: str, *params):
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute(sql, params).fetchall()


def assert_no_gaps(stack):
    head = head_of(stack)
    (count, first, last), *_ = query(stack, "SELECT count(seq), min(seq), max(seq) FROM events_event")
    assert (count, first, last) == (head, 1, head)
    disorder = query(
        stack,
        "SELECT 1 FROM (SELECT seq, lag(seq) OVER (PARTITION BY incident_id ORDER BY id) AS before FROM events_event"
        " WHERE incident_id IS NOT NULL) s WHERE seq < before",
    )
    assert disorder == []


def test_concurrent_writers_leave_no_gap_and_no_disorder(stack):
    threads = [threading.Thread(target=lambda: [report(stack) for _ in range(8)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_no_gaps(stack)
    done = stack.manage("verify_audit")
    assert done.returncode == 0, done.stderr


def test_when_a_relay_is_killed_the_other_numbers_on_within_seconds(stack):
    for _ in range(2):  # whichever of the two was the active one, one of these kills hit it
        relays = wait_for(lambda: len(found := processes(stack, "relay")) >= 2 and found, 20)
        os.kill(relays[0], signal.SIGKILL)
        incident, started = report(stack), time.monotonic()
        wait_for(lambda i=incident: query(stack, NUMBERED, i["id"]), 10)
        assert time.monotonic() - started < 6  # 3 s on an idle machine
        wait_for(lambda old=relays[0]: len(found := processes(stack, "relay")) >= 2 and old not in found, 20)
    assert_no_gaps(stack)


def test_without_a_worker_the_relay_sweeps(stack):
    workers = wait_for(lambda: processes(stack, "sweeps"), 20)
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        ids = overdue(stack, 2)
        assert breaches(stack, ids) == dict.fromkeys(ids, 1)
    finally:
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
