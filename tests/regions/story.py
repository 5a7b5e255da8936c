"""What the regions' stories are told with: people who act over HTTP and listen on the live socket of a real system."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

LIVE_SECONDS = 2.0
"""How soon a screen must show what was committed."""
QUIET_SECONDS = 0.5
"""How much longer than the reader who did get an event somebody is watched who must not get it."""
PATIENCE = 20.0
"""A test machine that is busy with other tests is slow; what must be fast is measured, not waited for."""


class Person:
    """A signed-in demo user. Every answer that is not the expected one fails with what the server said."""

    def __init__(self, stack: Any, username: str) -> None:
        self.name = username
        self.http: httpx.Client = stack.client(username)
        self._stack = stack

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.http.get(path, params=params)
        assert answer.status_code == status, f"{self.name} GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.http.post(path, json=body or {}, headers={"Idempotency-Key": str(uuid.uuid4())})
        assert answer.status_code == status, f"{self.name} POST {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def report(self, region: str, narrative: str, **more: Any) -> dict[str, Any]:
        return self.post("incidents/", {"region": region, "narrative": narrative, **more}, 201)

    def detail(self, incident: dict[str, Any]) -> dict[str, Any]:
        return self.get(f"incidents/{incident['id']}/")

    def act(self, incident: dict[str, Any], action: str, status: int = 200, **body: Any) -> dict[str, Any]:
        return self.post(f"incidents/{incident['id']}/{action}/", body, status)

    def step(self, assignment: dict[str, Any], action: str, status: int = 200, **body: Any) -> dict[str, Any]:
        return self.post(f"assignments/{assignment['id']}/{action}/", body, status)

    def board(self, region: str) -> dict[str, Any]:
        return self.get("board/", region=region)

    def sees(self, region: str, incident: dict[str, Any]) -> set[str]:
        """Where the incident is visible to this person: any of detail, list, board, events, search."""
        found = set()
        if self.http.get(f"incidents/{incident['id']}/").status_code != 404:
            found.add("detail")
        number, id_ = incident["number"], incident["id"]
        for place, path, params in (
            ("list", "incidents/", {}),
            ("search", "incidents/", {"q": number}),
            ("board", "board/", {}),
            ("events", "events/", {"after": 0, "limit": 1000}),
        ):
            answer = self.http.get(path, params={"region": region, **params})
            assert answer.status_code in (200, 403, 404), f"{self.name} {place}: {answer.status_code} {answer.text}"
            if answer.status_code == 200 and (id_ in _told(answer) or number in _told(answer)):
                found.add(place)
        return found

    @contextmanager
    def listening(self, region: str = "", after: int | None = None) -> Iterator[Ear]:
        """The person's screen: frames as they arrive, acknowledged like a browser does."""
        query = "&".join(filter(None, (f"region={region}" if region else "", f"after={after}" if after else "")))
        with _connected(f"{self._stack.live}/ws/live/?{query}") as socket:
            ear = Ear(self.name, socket)
            socket.send(json.dumps({"token": self._stack.token(self.name)}))
            ear.start()
            ear.wait(lambda frame: frame["kind"] == "hello")
            yield ear
            ear.stop()


def _told(answer: httpx.Response) -> str:
    """What an answer says. `incident.hidden` says only to drop an incident that was shown before."""
    body = answer.json()
    if "events" in body:
        body = [frame for frame in body["events"] if frame["kind"] != "incident.hidden"]
    return json.dumps(body)


def _connected(address: str) -> ClientConnection:
    """Daphne turns a handshake away that waited for more than five seconds; like a browser, try again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return connect(address, open_timeout=PATIENCE)
        except InvalidStatus:
            if time.monotonic() > deadline:
                raise


class Browser:
    """Somebody at the pages: signs in, opens a form, changes it and sends it."""

    def __init__(self, stack: Any, username: str) -> None:
        self.http = httpx.Client(base_url=stack.url, follow_redirects=True, timeout=PATIENCE)
        self.http.headers["Referer"] = stack.url
        self.landing = self.send("/masuk/", username=username, password="siaga-112-demo")

    def send(self, path: str, **changes: Any) -> str:
        """Fill the page's form as it stands, change it as told, send it; the page that follows."""
        form = Form(self.http.get(path).text)
        answer = self.http.post(path, data=form.fields | changes)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        assert 'class="error"' not in answer.text, answer.text
        return answer.text


class Form(HTMLParser):
    """The fields of the main form of a page, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._inside = False
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._inside = not (given.get("action") or "").startswith("/keluar")
        elif not self._inside or "disabled" in given:
            return
        elif tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                self.fields.setdefault(name, []).append(value or "on")
        elif tag == "input" and name:
            self.fields[name] = value
        elif tag in ("select", "textarea"):
            self._open = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in given:
            self.fields[self._open] = value

    def handle_data(self, data: str) -> None:
        if self._open and self.get_starttag_text().startswith("<textarea"):  # type: ignore[union-attr]
            self.fields[self._open] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._open = ""


@dataclass
class Ear:
    """Frames that one socket received, with the moment of each (seconds, monotonic)."""

    name: str
    socket: ClientConnection
    frames: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)
    closed: int | None = None
    _last: int = 0

    def start(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self.socket.close()

    def _listen(self) -> None:
        try:
            for text in self.socket:
                frame = json.loads(text)
                self._check_order(frame)
                if number := frame.get("seq") or (frame["kind"] == "heartbeat" and frame["head"]):
                    self.socket.send(json.dumps({"ack": number}))
                with self.news:
                    self.frames.append((time.monotonic(), frame))
                    self.news.notify_all()
        except ConnectionClosed:
            pass
        with self.news:
            self.closed = self.socket.close_code
            self.news.notify_all()

    def _check_order(self, frame: dict[str, Any]) -> None:
        """`prev` names the event sent before on this socket: nothing was left out."""
        if "seq" in frame:
            assert frame["seq"] > frame["prev"] >= 0
            assert self._last in (0, frame["prev"]), f"{self.name}: gap before {frame['seq']}"
            self._last = frame["seq"]

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> tuple[float, dict[str, Any]]:
        """The first frame that fits, with its moment."""
        deadline = time.monotonic() + PATIENCE
        with self.news:
            while True:
                for moment, frame in self.frames:
                    if wanted(frame):
                        return moment, frame
                left = deadline - time.monotonic()
                assert left > 0, f"{self.name} did not hear it; heard {[f['kind'] for _, f in self.frames]}"
                assert self.closed is None, f"{self.name}'s socket was closed with {self.closed}"
                self.news.wait(left)

    def event(self, kind: str, incident: dict[str, Any], agency: str = "") -> dict[str, Any]:
        """The event about an incident (and, when named, about an agency's assignment); waits for it."""
        return self.wait(lambda frame: _is(frame, kind, incident, agency))[1]

    def event_after(self, since: float, kind: str, incident: dict[str, Any], agency: str = "") -> float:
        """Seconds from `since` (monotonic) until the event was on the screen."""
        return self.wait(lambda frame: _is(frame, kind, incident, agency))[0] - since

    def heard_of(self, incident: dict[str, Any]) -> list[str]:
        """Kinds of all frames that mention the incident in any way, after a moment of further listening."""
        time.sleep(QUIET_SECONDS)
        return [frame["kind"] for _, frame in list(self.frames) if incident["id"] in json.dumps(frame)]


def _is(frame: dict[str, Any], kind: str, incident: dict[str, Any], agency: str) -> bool:
    data = frame.get("data", {})
    if frame["kind"] != kind or data.get("incident", {}).get("id") != incident["id"]:
        return False
    return not agency or data.get("assignment", {}).get("agency", {}).get("code") == agency


def agencies(incident: dict[str, Any], role: str = "") -> list[str]:
    """Codes of the agencies with an assignment, in their order."""
    return [a["agency"]["code"] for a in incident["assignments"] if role in ("", a["role"])]


def referred(incident: dict[str, Any]) -> list[tuple[str, str]]:
    """(agency code, number to call) of each referral."""
    return [(r["agency"]["code"], r["number"]) for r in incident["referrals"]]


def assignment_of(incident: dict[str, Any], agency: str) -> dict[str, Any]:
    return next(a for a in incident["assignments"] if a["agency"]["code"] == agency)


def stages(assignment: dict[str, Any]) -> list[str]:
    """The clocks that run, in the order in which they fall due."""
    return [d["stage"] for d in assignment["deadlines"]]


def check_reasons(incident: dict[str, Any]) -> None:
    """The answer says why: the words that decided, and a reason for each agency; and the clocks run."""
    assert incident["classification"]["reasons"], "no reason for the type"
    for assignment in incident["assignments"]:
        assert assignment["reason"], f"no reason for {assignment['agency']['code']}"
        assert "acknowledge" in stages(assignment), f"no clock for {assignment['agency']['code']}"
