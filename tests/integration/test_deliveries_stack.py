"""Messages with all processes running: hanging receivers hold up nobody, a killed worker loses nothing."""

import os
import signal
import subprocess
import time
import uuid

import psycopg
import pytest

from tests.integration.outside import http_server, wait_for

pytestmark = pytest.mark.xdist_group("services")
MADIUN = "35.77"


@pytest.fixture(autouse=True)
def _hooks_end(stack):
    yield
    sql(stack, "UPDATE agencies_channel SET ended_at = now() WHERE kind = 'webhook'")


@pytest.fixture
def outside():
    with http_server() as server:
        yield server


def sql(stack, query: str, params=()):
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(query, params)
        return cursor.fetchall() if cursor.description else []


def hook(stack, address: str, *agencies: str) -> None:
    """Webhooks as they would be set up in the pages, with a secret that nobody checks here."""
    script = (
        "from django.conf import settings; from django.utils import timezone; from agencies.models import *;"
        "from incidents.sealing import seal\n"
        f"for a in Agency.objects.filter(region_id='{MADIUN}', code__in={agencies!r}):\n"
        f"    c = Channel(region_id='{MADIUN}', agency=a, kind='webhook', name='{uuid.uuid4().hex[:8]}',"
        f"address='{address}', created_at=timezone.now())\n"
        "    c.secret = seal(settings.FIELD_KEY, 'x', str(c.id)); c.save(); print(c.id)"
    )
    done = stack.manage("shell", "-v0", "-c", script)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) >= len(agencies)


def report(stack, agency: str) -> str:
    body = {"region": MADIUN, "narrative": "kebakaran rumah", "agencies": [{"code": agency, "role": "lead"}]}
    return stack.client("operator.madiun").post("incidents/", json=body).json()["assignments"][0]["id"]


def states(stack, assignment: str) -> list[str]:
    rows = sql(stack, "SELECT state FROM dispatch_delivery WHERE assignment_id = %s ORDER BY attempt", [assignment])
    return [row[0] for row in rows]


def workers(stack, name: str) -> list[int]:
    """Processes of this stack's worker for a queue."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    parents = {int(pid): int(parent) for pid, parent, _ in rows}

    def ours(pid: int) -> bool:
        while pid > 1:
            if pid == stack.process.pid:
                return True
            pid = parents.get(pid, 0)
        return False

    return [int(pid) for pid, _, words in rows if f"-Q {name} " in words and ours(int(pid))]


def test_others_are_told_within_five_seconds_while_some_receivers_hang(stack):
    with http_server() as hangs, http_server() as well:
        hangs.behaviour = "hang"
        hook(stack, hangs.url, "dinkes", "rsud", "satpolpp", "dishub")
        hook(stack, well.url, "damkar")
        for agency in ("dinkes", "rsud", "satpolpp", "dishub"):
            for _ in range(3):
                report(stack, agency)
        assert wait_for(lambda: len(hangs.got) >= 2)
        started = time.monotonic()
        told = report(stack, "damkar")
        assert wait_for(lambda: states(stack, told) == ["delivered"])
        assert time.monotonic() - started < 6


def test_a_worker_killed_while_sending_leaves_the_message_to_the_next_under_the_same_id(stack, outside):
    hook(stack, outside.url, "bpbd")
    outside.behaviour = "hang"
    told = report(stack, "bpbd")
    assert wait_for(lambda: outside.got)
    outside.behaviour = "ok"
    for pid in workers(stack, "notify"):
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: states(stack, told)[-1:] == ["delivered"], 75), states(stack, told)
    number = sql(stack, "SELECT i.number FROM dispatch_assignment a JOIN incidents_incident i ON i.id = a.incident_id "
                 "WHERE a.id = %s", [told])[0][0]  # fmt: skip
    ids = {got.headers["X-Message-Id"] for got in outside.got if number.encode() in got.body}
    assert len(ids) == 1
    assert states(stack, told).count("delivered") == 1
