"""What the timeline tells of each entry, and that several people write at once without losing a word."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.integration.acting import MADIUN, Acting
from tests.integration.test_feed import Listener, head_of, report
from tests.integration.test_passing_state import passing

stacked = pytest.mark.xdist_group("services")


@pytest.mark.django_db
def test_each_entry_says_who_when_it_happened_when_it_was_written_down_and_from_which_screen():
    operator = Acting("operator.madiun")
    operator.headers["X-Screen"] = "console"
    incident = operator.report("kebakaran rumah")
    when = timezone.now() - timedelta(minutes=7)
    note = {"text": "api padam", "occurred_at": when.isoformat(), "source": "paper"}
    assert operator.post(f"incidents/{incident['id']}/notes/", note, key=uuid.uuid4()).status_code == 201
    shown = operator.incident(incident["id"])
    entry = shown["timeline"][-1]
    assert (entry["kind"], entry["by"], entry["source"], entry["screen"]) == (
        "note.added", str(operator.user), "paper", "console"
    )  # fmt: skip
    assert entry["at"] < entry["recorded_at"]
    assert next(t for t in shown["texts"] if t["id"] == entry["note"]["id"])["text"] == "api padam"


@pytest.mark.django_db
def test_a_screen_that_is_not_known_is_not_written_down():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    operator.headers["X-Screen"] = "<script>"
    operator.post(f"incidents/{incident['id']}/notes/", {"text": "x"}, key=uuid.uuid4())
    assert "screen" not in operator.incident(incident["id"])["timeline"][-1]
    assert "script" not in json.dumps(operator.incident(incident["id"]))


@stacked
def test_notes_of_several_people_at_once_are_all_kept(stack):
    incident = report(stack)
    clients = [
        stack.client(name) for name in ("operator.madiun", "supervisor.madiun", "damkar.madiun", "head-damkar.madiun")
    ]
    barrier = threading.Barrier(len(clients))

    def write(n):
        barrier.wait()
        return [
            clients[n].post(f"incidents/{incident['id']}/notes/", json={"text": f"catatan {n}-{k}"}).status_code
            for k in range(6)
        ]

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = [status for found in pool.map(write, range(len(clients))) for status in found]
    assert answers == [201] * 24
    shown = clients[0].get(f"incidents/{incident['id']}/").json()
    wrote = {f"catatan {n}-{k}" for n in range(4) for k in range(6)}
    assert {t["text"] for t in shown["texts"] if t["kind"] == "note"} == wrote
    entries = [e for e in shown["timeline"] if e["kind"] == "note.added"]
    assert len(entries) == 24
    assert {e["note"]["id"] for e in entries} == {t["id"] for t in shown["texts"] if t["kind"] == "note"}


@stacked
def test_colleagues_see_that_somebody_is_writing_until_they_stop(stack):
    incident = report(stack)
    head_of(stack)
    with Listener(stack, "operator.madiun") as writer, Listener(stack, "supervisor.madiun") as colleague:
        for listener in (writer, colleague):
            assert listener.next()["kind"] == "hello"

        def of(frame):
            return [one for one in frame["people"] if one["incident"] == incident["id"]]

        writer.socket.send(json.dumps({"open": incident["id"]}))
        passing(colleague, "presence", lambda f: of(f) and not of(f)[0].get("typing"))
        writer.socket.send(json.dumps({"open": incident["id"], "typing": True}))
        assert passing(colleague, "presence", lambda f: of(f) and of(f)[0].get("typing"))["region"] == MADIUN
        begun = time.monotonic()
        passing(colleague, "presence", lambda f: of(f) and not of(f)[0].get("typing"), within=25)
        assert time.monotonic() - begun < 20
