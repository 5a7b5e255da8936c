"""This system as `manage.py up --demo` runs it: embedded servers, every process, production settings."""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.side import NARRATIVE, Side
from callcenter112.embedded.application import PROJECT
from callcenter112.embedded.process import Refused

OFFICERS = ("bpbd", "pupr", "dinsos")
"""Of the three agencies that a flood alarms: they must see it too."""
PASSWORD = "siaga-112-demo"
REGION, SLUG = "35.77", "madiun"
ELSEWHERE = (
    "35.79",
    "operator.batu",
    {"lat": -7.8712, "lon": 112.5271, "text": "Jalan Panglima Sudirman {{rand:1:90}}"},
)
START_SECONDS, STOP_SECONDS = 240, 90
PAYLOAD = {
    "region": REGION,
    "type": "disaster",
    "narrative": NARRATIVE,
    "priority": "high",
    "caller": {"name": "Sri Wahyuni", "number": "0812{{digits:8}}"},
    "location": {"lat": -7.6298, "lon": 111.5239, "text": "Jalan Pahlawan {{rand:1:90}}"},
}
NOT_OURS = ("DATABASE_URL", "VALKEY_URL", "DEBUG", "SIAGA_TEST", "DATA_DIR", "PORT", "LIVE_PORT", "ADDRESS")
"""Variables of the caller that would make it something else than the delivered system."""


class Ours:
    """Its data directory for the time of a benchmark; `running()` starts and stops it."""

    name = "siaga"

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        self.users = tuple(f"{name}.{SLUG}" for name in ("operator", "supervisor", *OFFICERS))
        self.tokens: dict[str, str] = {}
        self.seconds_to_ready = 0.0

    @contextlib.contextmanager
    def running(self) -> Iterator[Side]:
        """Raises Refused when it does not become ready."""
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        command = [sys.executable, "manage.py", "up", "--demo", "--port", str(self.port)]
        command += ["--data-dir", str(self.directory)]
        began = time.monotonic()
        child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)  # fmt: skip
        try:
            self._wait_for_ready(child)
            self.seconds_to_ready = round(time.monotonic() - began, 1)
            yield self._side(child.pid)
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()  # its children are tied to it

    def _wait_for_ready(self, child: "subprocess.Popen[str]") -> None:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_follow, args=(child, lines), daemon=True).start()
        deadline, said = time.monotonic() + START_SECONDS, []
        while time.monotonic() < deadline and child.poll() is None:
            with contextlib.suppress(queue.Empty):
                said.append(lines.get(timeout=0.5))
                if said[-1].startswith("ready:"):
                    return
        raise Refused("this system did not become ready:\n" + "".join(said[-30:]))

    def token(self, username: str) -> str:
        if username not in self.tokens:
            body = json.dumps({"username": username, "password": PASSWORD}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/api/v1/auth/token/", body, {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.tokens[username] = json.load(answer)["token"]
        return self.tokens[username]

    def elsewhere(self, side: Side) -> Side:
        """The same system seen from another region, whose board is still empty."""
        region, user, at = ELSEWHERE
        headers = (f"Authorization: Token {self.token(user)}", *side.headers[1:])
        return replace(side, headers=headers, payload=side.payload | {"region": region, "location": at})

    def _side(self, pid: int) -> Side:
        facts = json.loads((self.directory / "run.json").read_text())
        sockets = parse_qs(urlsplit(facts["DATABASE_URL"]).query)["host"][0]
        live = re.sub(r"^http", "ws", f"http://127.0.0.1:{facts['LIVE_PORT']}")
        return Side(
            name=self.name,
            create=f"http://127.0.0.1:{self.port}/api/v1/incidents/",
            headers=(f"Authorization: Token {self.token(self.users[0])}", "Idempotency-Key: {{uuid}}"),
            payload=PAYLOAD,
            feed=f"{live}/ws/live/?region={REGION}",
            frame_id="data.incident.id",
            pids=(pid,),
            dsn=f"host={sockets} user=postgres dbname=siaga",
            rows="incidents_incident",
            parts="dispatch_assignment",
            log=self.directory / "logs" / "postgres.log",
            hellos=tuple(json.dumps({"token": self.token(user)}) for user in self.users),
            kind="incident.created",
            acks=True,
        )


def _follow(child: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    """Read on for ever: a full pipe would block the supervisor's terminal."""
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
