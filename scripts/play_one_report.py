#!/usr/bin/env python3
"""Plays one report through all roles of Kota Madiun on a running system and prints the delay of each step.

    .venv/bin/python scripts/play_one_report.py --url http://127.0.0.1:8112

Four screens listen on the live socket: the call-taker's console, the agency's dashboard, the supervisor's desk and the
wall. For each step: how long the request took, and when each screen knew, both in milliseconds since it was sent. Needs
the demo users and nothing but Python; the report is marked as an exercise.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import socket
import sys
import threading
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

REGION, SLUG, PASSWORD = "35.77", "madiun", "siaga-112-demo"
WORDS = "pohon tumbang menimpa pagar rumah warga"
PLACE = {"lat": -7.6242, "lon": 111.5238, "text": "Jalan Pahlawan, depan balai kota"}
SCREENS = ("operator", "agency", "supervisor", "wall")
PATIENCE = 15.0


class Person:
    """A signed-in user with one kept HTTP connection."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self.token = ""
        self.token = self.send("POST", "auth/token/", {"username": f"{name}.{SLUG}", "password": PASSWORD})["token"]

    def send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The parsed answer. Ends the script when the system refuses."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        self._connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        raw = response.read()
        if response.status >= 300:
            sys.exit(f"{self.name}: {method} {path}: {response.status} {raw.decode(errors='replace')[:300]}")
        return json.loads(raw)


class Screen(threading.Thread):
    """A live socket (RFC 6455, text frames) that notes when it heard of what."""

    def __init__(self, live: str, token: str) -> None:
        super().__init__(daemon=True)
        address = urlsplit(live)
        self._socket = socket.create_connection((address.hostname or "127.0.0.1", address.port or 80), PATIENCE)
        self._socket.settimeout(None)
        self._stream = self._socket.makefile("rb")
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self.news = threading.Condition()
        self._shake_hands(address.netloc)
        self._send({"token": token})
        self.start()

    def _shake_hands(self, host: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET /ws/live/?region={REGION} HTTP/1.1", f"Host: {host}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        status = self._stream.readline().decode()
        while self._stream.readline() not in (b"\r\n", b""):
            pass
        if " 101 " not in status:
            sys.exit(f"live: {status.strip()}")

    def _send(self, message: Any, opcode: int = 1) -> None:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        mask = os.urandom(4)
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def run(self) -> None:
        while head := self._stream.read(2):
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(self._stream.read(2 if size == 126 else 8), "big")
            payload, opcode = self._stream.read(size), head[0] & 0x0F
            if opcode == 9:
                self._send(payload, 10)
            elif opcode == 8:
                return
            elif opcode == 1:
                self._note(json.loads(payload))

    def _note(self, frame: dict[str, Any]) -> None:
        now = time.perf_counter()
        with self.news:
            self.heard.append((now, frame))
            self.news.notify_all()
        if number := frame.get("seq") or (frame["kind"] == "heartbeat" and frame["head"]):
            self._send({"ack": number})

    def when(self, kind: str, id_: str) -> float | None:
        """The moment at which the screen heard of it; None when it did not in time."""
        deadline = time.perf_counter() + PATIENCE
        with self.news:
            while True:
                for moment, frame in self.heard:
                    if frame["kind"] == kind and (not id_ or id_ in json.dumps(frame.get("data", {}))):
                        return moment
                if not self.news.wait(max(0.0, deadline - time.perf_counter())):
                    return None


class Play:
    """The story, step by step."""

    def __init__(self, url: str, live: str) -> None:
        names = {"operator": "operator", "agency": "bpbd", "supervisor": "supervisor", "wall": "wall"}
        self.people = {screen: Person(url, name) for screen, name in names.items()}
        self.screens = {screen: Screen(live, person.token) for screen, person in self.people.items()}
        for name, screen in self.screens.items():
            if screen.when("hello", "") is None:
                sys.exit(f"live: {name} was not greeted")
        self.silent = 0

    def step(self, label: str, who: str, path: str, body: Any, *, kind: str = "", about: str = "",
             screens: tuple[str, ...] = SCREENS) -> dict[str, Any]:  # fmt: skip
        """Send one request, print when it was answered and when each screen knew."""
        sent = time.perf_counter()
        answer = self.people[who].send("POST", path, body)
        took = (time.perf_counter() - sent) * 1000
        cells = []
        for name in SCREENS:
            moment = self.screens[name].when(kind, about or answer["id"]) if kind and name in screens else None
            late = bool(kind) and name in screens and moment is None
            self.silent += late
            cells.append("missing" if late else f"{(moment - sent) * 1000:.1f}" if moment else "-")
        print(f"{label:<34}{who:<12}{took:>9.1f}" + "".join(f"{cell:>12}" for cell in cells), flush=True)
        return answer

    def run(self) -> None:
        print(f"{'step':<34}{'who':<12}{'answer':>9}" + "".join(f"{name:>12}" for name in SCREENS) + "  (ms)")
        incident = self._report(self._call())
        self._agency(incident)
        incident = self.people["supervisor"].send("GET", f"incidents/{incident['id']}/")
        self.step("close", "supervisor", f"incidents/{incident['id']}/close/", {"version": incident["version"]},
                  kind="incident.closed")  # fmt: skip
        print(f"\n{incident['number']}: {' → '.join(e['kind'] for e in self._timeline(incident))}")

    def _call(self) -> dict[str, Any]:
        desk = ("operator", "supervisor", "wall")
        offered: dict[str, Any] = {"region": REGION, "number": "081234567890", "exercise": True}
        call = self.step("call offered", "operator", "calls/", offered, kind="call.offered", screens=desk)
        self.step("call answered", "operator", f"calls/{call['id']}/answer/", {}, kind="call.answered", screens=desk)
        return call

    def _report(self, call: dict[str, Any]) -> dict[str, Any]:
        words = WORDS.split()
        for count in (1, 2, len(words)):
            body: dict[str, Any] = {"region": REGION, "narrative": " ".join(words[:count]), "location": PLACE}
            self._suggest(body)
        body |= {"call": call["id"], "caller": {"number": "081234567890"}, "exercise": True}
        incident = self.step("report saved", "operator", "incidents/", body, kind="incident.created")
        codes = [f"{a['agency']['code']} ({a['role']})" for a in incident["assignments"]]
        print(f"    {incident['number']} {incident['type']}/{incident['subtype']} → {', '.join(codes)}")
        self.step("call ended", "operator", f"calls/{call['id']}/end/", {})
        return incident

    def _suggest(self, body: dict[str, Any]) -> None:
        sent = time.perf_counter()
        answer = self.people["operator"].send("POST", "classify/", body)
        took = (time.perf_counter() - sent) * 1000
        print(f"{'suggestion while typing':<34}{'operator':<12}{took:>9.1f}    {body['narrative']!r}: {answer['type']}")

    def _agency(self, incident: dict[str, Any]) -> None:
        mine = next((a["id"] for a in incident["assignments"] if a["agency"]["code"] == "bpbd"), None)
        if mine is None:
            sys.exit("the report did not reach BPBD")
        board = self.people["agency"].send("GET", f"board/?region={REGION}")
        free = [unit["id"] for unit in board["units"] if unit["status"] == "available"][:1]
        for action, past, body in (
            ("acknowledge", "acknowledged", {}),
            ("dispatch", "dispatched", {"units": free}),
            ("arrive", "arrived", {}),
            ("complete", "completed", {"report": "pohon dipotong, jalan bersih"}),
        ):
            self.step(action, "agency", f"assignments/{mine}/{action}/", body, kind=f"assignment.{past}")

    def _timeline(self, incident: dict[str, Any]) -> list[dict[str, Any]]:
        return self.people["supervisor"].send("GET", f"incidents/{incident['id']}/")["timeline"]


def main() -> int:
    parser = argparse.ArgumentParser(description="Plays one report through all roles and prints each step's delay.")
    parser.add_argument("--url", default="http://127.0.0.1:8112", help="address of the running system")
    parser.add_argument("--live", help="address of its live sockets (default: the port after it)")
    options = parser.parse_args()
    address = urlsplit(options.url)
    live = options.live or f"ws://{address.hostname}:{(address.port or 80) + 1}"
    try:
        play = Play(options.url, live)
        play.run()
    except OSError as error:
        sys.exit(f"{options.url} does not answer ({error}); start it with `make run`")
    return 1 if play.silent else 0


if __name__ == "__main__":
    sys.exit(main())
