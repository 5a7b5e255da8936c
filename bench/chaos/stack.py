"""The delivered system (`manage.py up --demo`, fsync on) in a directory of its own, and ways to hurt its processes."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench.ours import NOT_OURS, PASSWORD, REGION, SLUG
from callcenter112.embedded.application import PROJECT
from callcenter112.embedded.process import Refused

PROCESSES = ("postgres", "valkey", "web", "live", "relay-1", "relay-2", "worker-sweeps", "worker-chores", "beat")
MARKS = {
    "bin/postgres": "postgres", "valkey-server": "valkey", "callcenter112.preloaded": "web", "daphne": "live",
    "sweeps@": "worker-sweeps", "chores@": "worker-chores", "notify@": "worker-notify", " beat ": "beat",
}  # fmt: skip
START_SECONDS, STOP_SECONDS = 240, 90


def free_port() -> int:
    """A port whose follower is free too."""
    import socket

    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def child_ids(pid: int) -> list[int]:
    """Direct children of a process, of all its threads."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def kill(pid: int, signum: int = signal.SIGKILL) -> None:
    """Signal a process; one that is gone already is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)


class Stack:
    """One running system. Use as a context manager."""

    def __init__(self, directory: Path | None = None, env: dict[str, str] | None = None) -> None:
        self.directory = directory or Path(tempfile.mkdtemp(prefix="siaga-chaos-"))
        self.own = directory is None
        self.port = free_port()
        self.live_port = self.port + 1
        self.more = env or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """As the database's superuser: counting rows must not depend on anybody's sight."""
        return f"host={self.directory / 'var' / 'run' / 'pg'} user=postgres dbname=siaga"

    @property
    def environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in NOT_OURS} | self.more

    def __enter__(self) -> "Stack":
        """Raises Refused when it does not become ready."""
        command = [sys.executable, "manage.py", "up", "--demo", "--port", str(self.port)]
        command += ["--data-dir", str(self.directory / "var")]
        with open(self.directory / "up.log", "wb") as log:
            self.process = subprocess.Popen(command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while "\nready: " not in self.output():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Refused("the system did not become ready:\n" + self.output()[-2000:])
            time.sleep(0.1)
        self.wait_until_whole(60)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process
        kill(self.process.pid, signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its children are tied to it
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)

    def output(self) -> str:
        return (self.directory / "up.log").read_text(errors="replace")

    # --- its processes -----------------------------------------------------------------------------------------------
    def children(self) -> dict[str, int]:
        """Name → process id of what the supervisor runs now."""
        assert self.process
        found: dict[str, int] = {}
        for pid in child_ids(self.process.pid):
            with contextlib.suppress(OSError):
                line = " ".join(Path(f"/proc/{pid}/cmdline").read_text().split("\0"))
                name = next((name for mark, name in MARKS.items() if mark in line), "")
                if " relay" in line:
                    name = "relay-2" if "relay-1" in found else "relay-1"
                if name and "tether.py" not in line:
                    found[name] = pid
        return found

    def pid(self, name: str, within: float = 30) -> int:
        """Waits for it: it may just be starting again."""
        deadline = time.monotonic() + within
        while (pid := self.children().get(name)) is None:
            if time.monotonic() > deadline:
                raise Refused(f"{name} has not come back within {within:.0f} s")
            time.sleep(0.02)
        return pid

    def web_workers(self) -> list[int]:
        return child_ids(self.children().get("web", 0)) if "web" in self.children() else []

    def kill_group(self, name: str) -> None:
        """A process and everything that it started, at one blow."""
        parent = self.pid(name)
        for pid in (parent, *child_ids(parent)):
            kill(pid)

    @contextlib.contextmanager
    def kept_down(self, *names: str) -> Iterator[None]:
        """Killed, and killed again as soon as the supervisor starts them, as long as this lasts."""
        over = threading.Event()

        def hunt() -> None:
            while not over.wait(0.02):
                children = self.children()
                for name in names:
                    if name in children:
                        for pid in (children[name], *child_ids(children[name])):
                            kill(pid)

        hunter = threading.Thread(target=hunt)
        hunter.start()
        try:
            yield
        finally:
            over.set()
            hunter.join()

    def active_relay(self) -> int | None:
        """Process id of the relay that numbers now: the one that holds the lock."""
        with contextlib.suppress(psycopg.Error):
            rows = self.query(
                "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
                " WHERE locktype = 'advisory' AND application_name LIKE 'siaga-relay %'"
            )
            return int(rows[0][0].split()[1]) if rows else None
        return None

    def relays(self) -> list[int]:
        """Process ids of the relays that are connected."""
        return self._connected("siaga-relay")

    def watchdogs(self) -> list[int]:
        """Process ids of the relays that look at deadlines."""
        return self._connected("siaga-watchdog")

    def _connected(self, name: str) -> list[int]:
        rows = self.query("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s", f"{name} %")
        return sorted({int(row[0].split()[1]) for row in rows})

    # --- talking to it -----------------------------------------------------------------------------------------------
    def wait_until_whole(self, seconds: float) -> float:
        """Seconds until every process is there and both ports answer. Raises Refused."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if set(PROCESSES) <= set(self.children()) and self.answers():
                return time.monotonic() - began
            time.sleep(0.1)
        missing = set(PROCESSES) - set(self.children())
        raise Refused(f"not whole after {seconds:.0f} s (missing {missing or 'answers'}): {self.output()[-1500:]}")

    def answers(self) -> bool:
        return self.status(self.port, "/readyz") == 200 and self.status(self.live_port, "/healthz") == 200

    def status(self, port: int, path: str) -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            return connection.getresponse().status
        return None

    def call(self, path: str, body: Any = None, user: str = "operator", method: str = "") -> tuple[int, Any]:
        """Status and JSON of one request to the API, as a demo user of the region."""
        headers = {"Authorization": f"Token {self.token(user)}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            sent = None if body is None else json.dumps(body)
            connection.request(method or ("GET" if body is None else "POST"), f"/api/v1/{path}", sent, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")

    def token(self, role: str) -> str:
        if role not in self.tokens:
            body = json.dumps({"username": f"{role}.{SLUG}", "password": PASSWORD})
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.closing(connection):
                connection.request("POST", "/api/v1/auth/token/", body, {"Content-Type": "application/json"})
                self.tokens[role] = json.loads(connection.getresponse().read())["token"]
        return self.tokens[role]

    def query(self, sql: str, *params: Any) -> list[Any]:
        """Rows as the superuser; [] of a statement without rows."""
        with psycopg.connect(self.dsn, autocommit=True, connect_timeout=5) as connection:
            done = connection.execute(sql, params or None)  # type: ignore[arg-type]
            return done.fetchall() if done.description else []


__all__ = ["REGION", "Stack", "child_ids", "kill"]
