"""What all tests share: five regions and their demo users in the test database, and the whole system as processes."""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from hypothesis import settings

from tests import browsers
from tests.browsers import browser, windowed

__all__ = ["browser", "windowed"]

ROOT = Path(__file__).resolve().parent.parent
PACKS = ("31", "35.77", "35.79", "36.03", "64.09")
PASSWORD = "siaga-112-demo"
PEOPLE = ("user", "apitoken", "membership", "shift", "shifthandover", "pushdevice", "unit")
"""Tables of agencies/ that change all day and are no part of the configuration in memory."""
# seconds of one example say nothing on a machine that others use too; figures of speed have tests of their own
settings.register_profile("siaga", deadline=None)
settings.load_profile("siaga")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if "browser" not in getattr(item, "fixturenames", ()):
        browsers.close()


def pytest_sessionfinish() -> None:
    browsers.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The test database starts with the five packs and the demo users; each test rolls back to this."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = prepared_database(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    from django.conf import settings as ours

    from agencies import selectors
    from events import bell

    with django_db_blocker.unblock():
        load = _configuration_of_the_template()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selectors, "load_reference", load)
        # every test client loads the middleware anew, and WhiteNoise would then read the state of all static files
        patch.setattr(ours, "WHITENOISE_AUTOREFRESH", True, raising=False)
        yield
    bell.stop()  # a database with a connection to it cannot be dropped


def _configuration_of_the_template() -> Any:
    """`load_reference` that reads the prepared configuration once for all tests. A test that has touched one of its
    tables, in whatever way, reads for itself: PostgreSQL counts what a transaction has changed."""
    from django.db import connection

    from agencies import selectors

    read = selectors.load_reference
    prepared = selectors.versions()[0]["reference"]
    kept = read(prepared)

    def load(version: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables "
                "WHERE relname LIKE 'agencies!_%%' ESCAPE '!' AND relname <> ALL(%s)",
                [[f"agencies_{name}" for name in PEOPLE]],
            )
            [(touched,)] = cursor.fetchall()
        return kept if version == prepared and not touched else read(version)

    return load


@pytest.fixture(autouse=True)
def _travelling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests travel in time, and the database stays at home: in a test's own process its clock is not asked."""
    monkeypatch.setattr("events.clock.TOLERANCE_SECONDS", math.inf)


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """What one test has put into the process's memory must not reach the next."""
    from agencies import caches
    from dispatch import availability

    for cache in (caches, availability):
        cache.clear()
    yield
    for cache in (caches, availability):
        cache.clear()


class Api:
    """Django's test client as one user, with the token of their own."""

    def __init__(self, username: str) -> None:
        from django.test import Client

        from agencies.demo import PASSWORD

        self.client = Client(SERVER_NAME="127.0.0.1")
        self.username = username
        answer = self.client.post(
            "/api/v1/auth/token/", {"username": username, "password": PASSWORD}, content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        self.headers = {"Authorization": f"Token {answer.json()['token']}"}

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params, headers=self.headers)

    def post(self, path: str, body: Any = None, *, key: uuid.UUID | str | None = None) -> Any:
        headers = self.headers | ({"Idempotency-Key": str(key)} if key else {})
        return self.client.post(
            f"/api/v1/{path}", json.dumps(body if body is not None else {}), content_type="application/json",
            headers=headers,
        )  # fmt: skip

    def report(self, region: str, narrative: str, **more: Any) -> dict[str, Any]:
        """Save a report; the answer must be 201."""
        answer = self.post("incidents/", {"region": region, "narrative": narrative, **more}, key=uuid.uuid4())
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def api(db: None) -> Any:
    """`api("operator.madiun")`: the API as a demo user, in the test's transaction."""
    return Api


@dataclass
class Stack:
    """The system as `manage.py up --demo` runs it, on a database of its own."""

    url: str
    live: str
    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, username: str) -> str:
        if username not in self.tokens:
            answer = httpx.post(
                f"{self.url}/api/v1/auth/token/", json={"username": username, "password": PASSWORD}, timeout=20
            )
            assert answer.status_code == 200, answer.text
            self.tokens[username] = answer.json()["token"]
        return self.tokens[username]

    def client(self, username: str) -> httpx.Client:
        """An HTTP client whose base is /api/v1/."""
        headers = {"Authorization": f"Token {self.token(username)}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=20)

    def manage(self, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a management command against this stack."""
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120, **options)


def own_database(url: str, name: str, *, template: str = "template1") -> str:
    """A database of that name on the server of this run, empty or as the template is; its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def prepared_database(url: str) -> str:
    """Name of a database with all packs and demo users, as `up --demo` makes it: made once in a run, by the first of
    the test workers that asks, and copied from then on."""
    name = "siaga_prepared"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(112)")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            env = {**os.environ, "DATABASE_URL": own_database(url, f"{name}_making")}
            command = [sys.executable, "manage.py", "prepare", "--demo", "-v0"]
            subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL, timeout=300)
            connection.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
    return name


def start_stack(name: str, **env: str) -> Stack:
    """Start `manage.py up --demo` on a database of its own and wait for its `ready:` line (at most 120 s)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = 1 + int(worker.removeprefix("gw")) % 7 * 2 + len(name) % 2
    data_dir = Path(tempfile.mkdtemp(prefix=f"siaga-{name}-"))
    url = os.environ["DATABASE_URL"]
    settings = {
        **os.environ,
        "DATABASE_URL": own_database(url, f"{name}_{worker}", template=prepared_database(url)),
        "VALKEY_URL": re.sub(r"db=\d+", f"db={number}", os.environ["VALKEY_URL"]),
        "DATA_DIR": str(data_dir),
        "SIAGA_TEST": "1",
        "PYTHONUNBUFFERED": "1",
        **env,
    }
    port = free_ports()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--demo", "--port", str(port)],
        cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    stack = Stack(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port + 1}", data_dir, settings, process)
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            stack.output.append(line)
            if line.startswith("ready:"):
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + 120
    while not ready.wait(0.2):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("the stack did not start:\n" + "".join(stack.output[-60:]))
    return stack


def stop_stack(stack: Stack) -> None:
    stack.process.terminate()
    try:
        stack.process.wait(30)
    except subprocess.TimeoutExpired:
        stack.process.kill()


def free_ports() -> int:
    """A port whose follower is free too."""
    import socket

    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise RuntimeError("no two neighbouring ports are free")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One running system for all tests of a worker that need it: those in a browser are marked
    `xdist_group("stack")`, others `xdist_group("services")`, so that both workers have something to do."""
    running = start_stack("stack", NOTIFY_LOOPBACK="1")
    yield running
    stop_stack(running)
