"""The live feed on the whole system: who is let in, what is sent, how it resumes, when it closes."""

import contextlib
import json
import re
import time
import uuid
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.conftest import PASSWORD
from tests.integration.acting import MADIUN, PPU, as_fold, fold, part

pytestmark = pytest.mark.xdist_group("services")
PATIENCE = 15
"""Seconds for what takes milliseconds on an idle machine."""


class Listener:
    """A socket that collects frames and, unless told otherwise, acknowledges them."""

    def __init__(self, stack: Any, username: str | None, query: str = "", acks: bool = True, **options: Any) -> None:
        token = stack.token(username) if username else ""  # before the socket: it waits for five seconds only
        self.acks, self._stay = acks, contextlib.ExitStack()
        address = f"{stack.live}/ws/live/?{query}"
        self.socket = self._stay.enter_context(connect(address, open_timeout=PATIENCE, **options))
        if token:
            self.socket.send(json.dumps({"token": token}))

    def next(self, within: float = PATIENCE) -> dict[str, Any]:
        frame = json.loads(self.socket.recv(timeout=within))
        number = frame.get("seq", frame.get("head"))
        if self.acks and number is not None and frame["kind"] != "hello":
            self.socket.send(json.dumps({"ack": number}))
        return frame

    def until(self, wanted: Any, within: float = PATIENCE) -> list[dict[str, Any]]:
        """Events up to and with the first that is wanted."""
        found, end = [], time.monotonic() + within
        while time.monotonic() < end:
            frame = self.next(max(0.1, end - time.monotonic()))
            if "seq" in frame:
                found.append(frame)
                if wanted(frame):
                    return found
        raise AssertionError(f"not seen; got {[f['kind'] for f in found]}")

    def up_to(self, seq: int, within: float = PATIENCE) -> list[dict[str, Any]]:
        """All events until a heartbeat says that everything up to `seq` has been sent."""
        found, end = [], time.monotonic() + within
        while time.monotonic() < end:
            frame = self.next(max(0.1, end - time.monotonic()))
            if "seq" in frame:
                found.append(frame)
            if frame["kind"] == "heartbeat" and frame["head"] >= seq:
                return found
        raise AssertionError("no heartbeat")

    def closed_with(self, within: float = PATIENCE) -> int:
        end = time.monotonic() + within
        try:
            while time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    self.next(max(0.1, end - time.monotonic()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError("still open")

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._stay.close()


def report(stack, username="operator.madiun", region=MADIUN, **more):
    body = {"region": region, "narrative": "kebakaran rumah", "agencies": [{"code": "damkar", "role": "lead"}]} | more
    answer = stack.client(username).post("incidents/", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def head_of(stack, username="operator.madiun", region=MADIUN):
    """The head once everything written so far is numbered."""
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        end = time.monotonic() + PATIENCE
        while connection.execute("SELECT 1 FROM events_event WHERE seq IS NULL LIMIT 1").fetchone():
            assert time.monotonic() < end, "not numbered"
            time.sleep(0.05)
        return connection.execute("SELECT head FROM events_stream").fetchone()[0]


def about(incident):
    return lambda frame: frame["data"].get("incident", {}).get("id") == incident["id"]


def test_hello_then_events_whose_prev_is_the_one_before(stack):
    with Listener(stack, "operator.madiun") as listener:
        hello = listener.next()
        assert (hello["kind"], uuid.UUID(hello["epoch"]).version is not None) == ("hello", True)
        last = hello["head"]
        incidents = [report(stack) for _ in range(3)]
        for frame in listener.until(lambda f: about(incidents[-1])(f) and f["kind"] == "assignment.created"):
            assert frame["prev"] == last
            assert frame["region"] == MADIUN
            last = frame["seq"]


def test_an_answers_seq_is_before_every_event_of_its_write(stack):
    incident = report(stack)
    with Listener(stack, "operator.madiun", f"after={incident['seq']}") as listener:
        kinds = [f["kind"] for f in listener.until(lambda f: f["kind"] == "assignment.created" and about(incident)(f))]
        assert "incident.created" in kinds


def test_a_screen_resumes_where_it_was(stack):
    start = head_of(stack)
    incidents = [report(stack) for _ in range(3)]
    with Listener(stack, "operator.madiun", f"after={start}") as listener:
        assert listener.next()["kind"] == "hello"
        frames = listener.until(lambda f: f["kind"] == "assignment.created" and about(incidents[-1])(f))
    assert frames[0]["prev"] == start
    assert [f["seq"] for f in frames] == sorted({f["seq"] for f in frames})
    middle = frames[len(frames) // 2]["seq"]
    with Listener(stack, "operator.madiun", f"after={middle}") as listener:
        again = listener.until(lambda f: f["seq"] == frames[-1]["seq"])
    assert [f["seq"] for f in again] == [f["seq"] for f in frames if f["seq"] > middle]


def test_heartbeats_say_up_to_where_everything_was_sent(stack):
    report(stack)
    head = head_of(stack)
    with Listener(stack, "operator.madiun") as listener:
        listener.up_to(head, within=PATIENCE)


@pytest.mark.parametrize(
    "query", ["after=999999999", "after=x", "after=-1", "after=0&epoch=00000000-0000-4000-8000-000000000000"]
)
def test_another_epoch_or_a_place_that_is_not_kept_is_a_reset(stack, query):
    with Listener(stack, "operator.madiun", query) as listener:
        frame = listener.next()
        assert frame["kind"] == "reset"
        uuid.UUID(frame["epoch"])
        assert listener.closed_with() == 1000


def test_a_wrong_token_and_silence_are_not_let_in(stack):
    with Listener(stack, None) as listener:
        listener.socket.send(json.dumps({"token": "wrong"}))
        assert listener.closed_with() == 4001
    with Listener(stack, None) as listener:
        started = time.monotonic()
        assert listener.closed_with() == 4001
        assert time.monotonic() - started > 3


@pytest.mark.parametrize("message", ["[]", "x", "null", '{"token":5}', '{"ack":1}', '{"token":null}'])
def test_anything_but_a_token_is_not_let_in(stack, message):
    with Listener(stack, None) as listener:
        listener.socket.send(message)
        assert listener.closed_with() == 4001


@pytest.mark.parametrize("username", ["admin.madiun", "national", "polres.madiun"])
def test_who_has_nothing_to_follow_is_told_so(stack, username):
    with Listener(stack, username) as listener:
        assert listener.closed_with() == 4003


def test_another_region_cannot_be_named(stack):
    with Listener(stack, "operator.madiun", f"region={PPU}") as listener:
        assert listener.closed_with() == 4003


def session(stack, username="operator.madiun"):
    """A browser's session; returns the client and its cookies as a header."""
    client = httpx.Client(base_url=stack.url, timeout=20, follow_redirects=False)
    form = client.get("/masuk/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    data = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/masuk/", data=data, headers={"Referer": f"{stack.url}/masuk/"}).status_code == 302
    return client, "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_a_foreign_page_is_refused_and_our_own_is_let_in_by_its_cookie(stack):
    _, cookies = session(stack)
    with pytest.raises(InvalidStatus) as refused:
        Listener(stack, None, origin="http://evil.example", additional_headers={"Cookie": cookies})
    assert refused.value.response.status_code == 403
    with Listener(stack, None, origin="http://127.0.0.1:9999", additional_headers={"Cookie": cookies}) as listener:
        assert listener.next()["kind"] == "hello"


def test_a_cookie_without_an_origin_does_not_count(stack):
    _, cookies = session(stack)
    with Listener(stack, None, additional_headers={"Cookie": cookies}) as listener:
        with pytest.raises(TimeoutError):
            listener.next(within=1)
        listener.socket.send(json.dumps({"token": stack.token("operator.madiun")}))
        assert listener.next()["kind"] == "hello"


def test_signing_out_closes_the_socket_within_seconds(stack):
    client, cookies = session(stack)
    with Listener(stack, None, origin="http://127.0.0.1", additional_headers={"Cookie": cookies}) as listener:
        assert listener.next()["kind"] == "hello"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/konsol/").text)
        headers = {"Referer": f"{stack.url}/konsol/"}
        value = token[1] if token else next(v for k, v in client.cookies.items() if k.endswith("csrf"))
        assert client.post("/keluar/", data={"csrfmiddlewaretoken": value}, headers=headers).status_code in (200, 302)
        started = time.monotonic()
        assert listener.closed_with() == 4003
        assert time.monotonic() - started < 8


def test_a_role_that_ends_closes_the_socket_within_seconds(stack):
    with Listener(stack, "head-pdam.madiun") as listener:
        assert listener.next()["kind"] == "hello"
        with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(
                "UPDATE agencies_membership SET until_at = clock_timestamp() WHERE user_id ="
                " (SELECT id FROM agencies_user WHERE username = 'head-pdam.madiun')"
            )
        started = time.monotonic()
        assert listener.closed_with() == 4003
        assert time.monotonic() - started < 8


MANY_EVENTS = """
INSERT INTO events_event (kind, region, agency_codes, actor_id, actor_label, occurred_at, recorded_at, source, public,
  exercise, data, data_sha256)
SELECT 'unit.status', '35.77', '{}', '', '', now(), now(), 'live', true, true, d.data, sha256(d.data::bytea) FROM (
  SELECT '{"sight":{"agencies":{},"confidential":false,"users":{}},"unit":{"id":"u","version":' || n || '}}' AS data
  FROM generate_series(1, 300) n) d
"""


def test_a_socket_that_does_not_acknowledge_is_closed(stack):
    with Listener(stack, "operator.madiun", acks=False) as listener:
        assert listener.next()["kind"] == "hello"
        with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(MANY_EVENTS)
        assert listener.closed_with() == 4008
    assert stack.manage("verify_audit").returncode == 0


def test_regions_do_not_hear_each_other(stack):
    with Listener(stack, "operator.madiun") as here, Listener(stack, "operator.ppu") as there:
        assert here.next()["kind"] == there.next()["kind"] == "hello"
        report(stack)
        far = report(stack, "operator.ppu", PPU)
        head = head_of(stack)
        heard_here, heard_there = here.up_to(head), there.up_to(head)
    assert {f["region"] for f in heard_here} == {MADIUN}
    assert {f["region"] for f in heard_there} == {PPU}
    assert far["id"] not in str(heard_here)


def test_no_shape_of_message_breaks_the_socket_or_shows_anything_foreign(stack):
    with Listener(stack, "operator.ppu") as listener:
        assert listener.next()["kind"] == "hello"
        for message in ("[]", "{", '{"ack":"x"}', '{"ack":-1}', '{"ack":1e400}', '{"region":"35.77"}', "[" * 5000,
                        '{"subscribe":"35.77"}', '{"token":"x"}', "\x00", '{"ack":true}'):  # fmt: skip
            listener.socket.send(message)
        listener.socket.send(b"\x00\xff")
        secret = report(stack, narrative="CANARY kebakaran")
        assert secret["id"] not in str(listener.up_to(head_of(stack)))


ROLES = ("operator.madiun", "supervisor.madiun", "qa.madiun", "wall.madiun", "damkar.madiun", "bpbd.madiun",
         "dp3a.madiun", "rsud.madiun")  # fmt: skip


def test_board_and_frames_equal_a_fresh_board_after_every_action(stack):
    """For every role: what the socket sent since the first board, folded into it, is the board fetched now."""
    clients = {name: stack.client(name) for name in ROLES}
    operator, supervisor, damkar = (clients[n] for n in ("operator.madiun", "supervisor.madiun", "damkar.madiun"))

    def board(name):
        return clients[name].get("board/", params={"region": MADIUN}).json()

    def do(client, path, **body):
        answer = client.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    before = {name: board(name) for name in ROLES}
    seen: dict[str, list] = {name: [] for name in ROLES}
    with contextlib.ExitStack() as stay:
        listeners = {
            name: stay.enter_context(
                Listener(stack, name, f"after={before[name]['seq']}&epoch={before[name]['epoch']}")
            )
            for name in ROLES
        }
        first, second, third = report(stack), report(stack), report(stack)
        act = f"incidents/{first['id']}/"
        do(operator, f"{act}update/", version=1, priority="critical")
        do(operator, f"{act}assign/", version=2, agency="bpbd", role="support")
        mine = f"assignments/{part(first, 'damkar')['id']}/"
        unit = next(u["id"] for u in board("damkar.madiun")["units"] if u["status"] == "available")
        do(damkar, f"{mine}acknowledge/")
        do(damkar, f"{mine}dispatch/", units=[unit])
        do(damkar, f"{mine}arrive/")
        do(operator, f"{act}notes/", text="catatan")
        do(operator, f"incidents/{second['id']}/merge/", version=1, into=first["id"])
        do(supervisor, f"incidents/{second['id']}/unmerge/")
        do(damkar, f"{mine}complete/", report="padam")
        do(operator, f"incidents/{second['id']}/cancel/", reason="salah")
        do(operator, f"incidents/{third['id']}/update/", version=1, type="violence_women_children")
        do(operator, f"incidents/{third['id']}/assign/", version=2, agency="dp3a", role="support")
        head = head_of(stack)
        for name in ROLES:
            seen[name] = listeners[name].up_to(head, within=2 * PATIENCE)
    for name in ROLES:
        fresh = board(name)
        if fresh["seq"] != head:  # a deadline was told meanwhile
            seen[name] += clients[name].get("events/", params={"region": MADIUN, "after": head}).json()["events"]
        assert fold(before[name], seen[name]) == as_fold(fresh), name
